// Package keeper looks after the ledger's file for the commands backup, verify, restore and
// compact: by itself or, where a till is open on the ledger, through that till. Choosing between
// the two and running the child processes belongs here; what is done to a file belongs to package
// store.
//
//	cli ──► keeper ──► shop.Attach ─┬─ a till is open ──► its backup, its pages
//	                                └─ nobody has it ──► package store
//	                                                        │ a file that may be damaged
//	                                                        ▼
//	              kaunta check-file, check-copy, compare-files, try-file: in a child process
package keeper

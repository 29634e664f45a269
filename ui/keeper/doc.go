// Package keeper looks after the ledger's file for the commands backup, verify, restore and
// compact: by itself, or, where a till is open on the ledger, by what that hands out.
//
//	cli ──► Keeper ──► shop.Attach ─┬─ a till is open ──► its backup, its pages
//	                                └─ nobody has it ──► package store
//	                                                        │ what may be damaged
//	                                                        ▼
//	                                     kaunta check-file, check-copy, compare-files, try-file: in a process of its own
package keeper

// Package maintain looks after a ledger's file: it checks it, makes it again, copies it, and puts a
// copy in its place. What reads or writes the whole of a file enters here; what belongs to a single
// payment belongs in package store, which knows nothing of this one. All that is read comes through
// store.View, and all that is written goes into a new file, a store.Draft, that takes the old one's
// place when it is whole.
//
//	Verify      view ─► records, chain, indexes, totals ─► Report (verify.go compare.go report.go)
//	Rebuild     view ─► evidence, what follows from it ─► draft (rebuild.go: Compact, Open)
//	Backup      view ─► stream ─► draft ─► VerifyFile ─► its name (backup.go stream.go)
//	Restore     copy ─► VerifyCopy ─► the ledger keeps a second name ─► renamed (restore.go)
//	Daily.Run   once a day, at a quiet moment: Forget, Backup, old backups removed (daily.go)
//	Check …     child process ─► ServeCheck …: for a file that may kill its reader (check.go)
//
// Backups and rebuilt ledgers have no free pages, and so nothing that was forgotten. Package
// powercut is the disk on which all of it is tried with the power going off.
package maintain

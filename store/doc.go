// Package store is the till's ledger on disk: one bbolt file that keeps every piece of evidence, and what follows
// from it. [Ledger] implements pos.Ledger and the reads that the screens need.
//
//	Append ─┐
//	Append ─┼─► queue ─► one committing goroutine ─► one transaction ─► flush, flush ─► every caller returns
//	Append ─┘            takes whoever is waiting      per event: prepare, write
//
// To prepare an event is to read the sale it belongs to, see whether its receipt closed another sale, let
// pos.Sale.Apply say what it changes, and refuse it before anything is written. To write it is to put the event, the
// attempt, its index entries and the totals of its day. Nobody waits for company: a lone caller has a commit of its
// own, and what arrives meanwhile shares the next.
//
// # The file
//
// Attempts and sales are named by ULIDs, 16 bytes in a key. A ULID begins with its moment, in milliseconds: so the bucket
// of attempts is in the order of time, and a day is a range of it. Numbers in keys are big-endian. Every
// value ends in a CRC-32C over its key and itself, which codec.go describes.
//
//	bucket       key                                       value
//	kaunta       "version"                                 4 bytes: 1
//	             "origin"                                  Origin: environment, short code, when it was made
//	attempts     attempt                                   pos.Attempt as it is now
//	events       attempt, seq (4)                          pos.Event; seq counts the events of the whole sale
//	sales        sale, attempt                             –
//	open         attempt                                   –  those that need an end
//	owed         attempt                                   –  those that were paid twice
//	totals       day yyyymmdd (4)                          pos.Totals of the attempts made on that day
//	addresses    secret callback address                   attempt
//	receipts     RECEIPT, 0, attempt                       1: the attempt holds it; 0: its evidence speaks of it
//	checkouts    CheckoutRequestID                         attempt
//	phones       last nine digits backwards, attempt       –
//	amounts      shillings (8), attempt                    –
//	references   reference in small letters, 0, attempt    –
//
// Texts from outside are cut to 64 bytes in keys. All but kaunta, attempts and events can be made anew from these, and attempts
// from events: the events of a sale in the order of seq, applied one after the other, give its attempts.
//
// # When things go wrong
//
// A new ledger is made under another name and renamed when it is whole and flushed. A commit that fails is the last one of its
// file ([ErrFailed]): what the system then shows may not be on the disk, so the next Open goes on in a copy (renew.go). A disk
// that is almost full takes no new payments, and still takes what becomes of the old ones ([ErrFull]). A damaged record or
// page is an error, never a wrong amount ([ErrDamaged]). A process that finds the ledger in use is told by whom
// ([*LockedError]). A ledger made for one environment is not opened for another, and one of a newer version not at all.
package store

// Package store is the till's ledger on disk: one bbolt file that keeps every piece of evidence,
// and what follows from it. What reads or writes a payment, a shift or a person enters here; bytes
// belong in package format, folders and disks in package disk, and what looks after the whole file
// in package maintain. [Ledger] implements pos.Ledger, pos.DayLedger and the reads that the screens
// need.
//
//	Append ─┐
//	Append ─┼─► queue ─► committing goroutine ─► transaction ─► flush, flush ─► all callers return
//	Append ─┘            takes all that wait     prepare, write each event
//
// To prepare an event is to read the sale it belongs to, see whether its receipt closed another
// sale, let pos.Sale.Apply say what it changes, and refuse it before anything is written. To write
// it is to put it at the end of its attempt's record and of the ledger's chain, and to change the
// index entries and the totals that it changes. Nobody waits for company: a lone caller has a
// commit of its own, and what arrives meanwhile shares the next.
//
// # Layers
//
// Each calls only those below it:
//
//	the ledger   ledger.go remake.go read.go clock.go
//	append       append.go ahead.go evidence.go twice.go tip.go forget.go shopwrite.go
//	find         find.go view.go reads.go shopread.go
//	records      records.go: the attempt that events make, with the others of its sale
//	indexes      index.go shop.go totals.go chain.go keys.go: what follows from one record
//	file         file.go create.go lock.go pages.go about.go rows.go errors.go
//	             packages format and disk
//
// [Ledger.Views], [Make] and [Remake] are the doors for package maintain.
//
// # The file
//
// Evidence is written once, and everything else follows from it:
//
//	events ─► record ─► replay (pos.Sale.Apply, at each read) ─► attempt ─► indexes, totals
//	      └─► chain of hashes ─► anchors
//
// Attempts are named by ULIDs, 16 bytes in a key. A ULID begins with its moment, in milliseconds (6
// bytes, "ms" below): so the bucket of records is in the order of time, and a day is a range of
// it. Most indexes name an attempt by its moment alone: a reader looks at all attempts of that
// millisecond. Numbers in keys are big-endian.
//
//	bucket      key                                     value
//	kaunta      "version"                               4 bytes: 1
//	            "origin"                                Origin, as JSON
//	            "seed", "phones"                        32 random bytes each: where the chain
//	                                                    begins; the key of the hashes of phones
//	            "head"                                  the end of the chain: number (8), hash
//	                                                    (32), day of the last event (4)
//	            "kinds"                                 the kinds of event there are, as JSON
//	            "forgotten"                             ms before which numbers are forgotten (8)
//	records     payment                                 its events (package format)
//	shop        shift or person                         its events (package format)
//	anchors     day yyyymmdd (4)                        the end of the chain when the day ended
//
// These follow from them:
//
//	totals      day yyyymmdd, month yyyymm00 (4)        pos.Totals of the attempts made then
//	sales       sale, attempt                           –  attempts after the one it is named after
//	unsettled   attempt                                 –  the till or a person has work with it
//	receipts    RECEIPT packed (7) or 0xff, text, 0;    1: the attempt holds it; 0: its evidence
//	            ms                                      speaks of it
//	phones      the last three digits, 0xf, era (3),    –  an era is 2^34 ms
//	            six digits backwards (3); or the last
//	            three, 0xe, era (3), hash (4); ms
//	amounts     shillings (3, or 9), ms                 –
//	references  reference in small letters, 0, ms       –
//	checkouts   keyed hash of the CheckoutRequestID     –
//	            (4), ms
//	overrides   overridden attempt, attempt             –  asked in place of the first
//	once        mark of a caller's key                  attempt
//	addresses   secret callback address                 attempt: not those that begin with its moment
//	shifts      "o", drawer                             shift, while it is open
//	            "e", drawer                             shift, while it is ended or counted
//	            "z", number of its Z (4)                shift, once it is closed
//	people      person                                  –
//	acts        shift, payment                          –  the payment has an event that is stamped
//	                                                    with the shift
//
// A payment is one that M-PESA was asked for, an attempt, or cash. A file may lack the bucket shop
// and the last three: it is one in which nothing of theirs has happened, and the first commit makes
// them.
//
// An address begins with the moment of its attempt, and so needs no index.
//
// Every value ends in a CRC-32C over its key and itself, but in phones, amounts, references and
// checkouts, which are believed only where the attempt's own record says the same. Texts from
// outside are cut to 64 bytes in keys. Times are kept to the microsecond.
//
// The bytes of records and the chain are those of package format, which FORMAT.md writes down for
// other languages. An event is a line of JSON, and a record's lines are compressed together. What
// is read is what was written, to the byte: each event is read back before it is written. An event
// of a kind that this program does not know makes the ledger one that is only read ([ErrNewer]).
//
// # Shifts
//
// What happens to a payment is stamped with the shift that its drawer has open, in the transaction
// that writes it: no time of an event decides it. The event that closes a shift holds its Z, the
// next number and the figures of all events before it in the chain. Where the shop uses shifts,
// cash without one is refused; M-PESA is not. Nothing is written that is done, or approved, by
// somebody who does not work here.
//
// # Untouched
//
// Events are numbered and chained by hash through the whole ledger (package format).
// maintain.Verify walks the chain, holds records, indexes and totals against one another, works the
// figures of each Z out again, and names the first row that is not what was written. Compare with a
// saved anchor to detect tampering, even by someone with write access.
//
// # Forgetting
//
// A phone number stands in one place of a record, its private table, and its texts refer to it.
// [Ledger.Forget] puts a keyed hash and the last three digits in that place, which is what the
// chain covers: so the chain goes on to hold, the number is still found by somebody who knows it,
// and what is shown has stars. Any Kenyan mobile number in a text counts, no matter whose. The key
// of the hash stands in the ledger: someone with the file finds a number again from its hash in
// under a second. Deleted pages can hold a number until they are used again: maintain.Rebuild makes
// a file that has none.
//
// # When things go wrong
//
// A new file is made under another name and renamed when it is whole and flushed (create.go). A
// commit that fails is the last one of its file ([ErrFailed]): what the system then shows may not
// be on the disk, so the next Open goes on in a copy. A disk that is almost full takes no new
// payments ([ErrFull]), and still takes what becomes of the old ones: the file has room for that
// already (ahead.go). A commit that wrote nothing for want of room is not the last one, and may be
// tried again (pos.ErrNoRoom). A damaged record or page is an error, never a wrong amount
// ([ErrDamaged]). [*LockedError] says who has a ledger that is in use. A ledger that others can
// write, or of another user, is not written. A ledger made for one environment is not opened for
// another, one of a newer version not at all, and one of an older ([ErrOlder]) is made again first.
package store

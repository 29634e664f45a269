// Package localapi lets other programs of the same user work with an open till: one process owns
// the ledger, and the others read and take payments through it, over a Unix socket next to the
// ledger. The socket, its protocol and both its ends belong here; what a payment may do is decided
// in package pos.
//
//	the till                                         kaunta ledger, report, charge, backup …
//	────────                                         ─────────────────────────────
//	Listen ─► <ledger>.sock ◄── HTTP/1.1, JSON lines ── Dial ─► Client
//	Serve ─┬─► Shop.Book      a page at a time           .DayPage .Totals .Days .Find .Attempt
//	       ├─► Shop.Payments  pos.Till with its laws     .Charge .Follow .StopWaiting .Settle .Query
//	       └─► Shop.Backup, Shop.Verify                  .Backup .Verify
//
// [Payments] and [Client] have the same methods, so that a command does not know which of the two
// it works on.
//
// # The socket
//
// Only the holder of the ledger's lock makes it: so a socket that it finds there is a stale one,
// and is replaced. It is bound in a folder that only its user may enter, given mode 0600 and then
// moved to its place, so that there is no moment in which others could connect. On Linux each side
// asks the system for the other's user as well. Where the path of the ledger is too long for a
// socket, or its file system knows none, the socket is in a folder of the user's own, and
// <ledger>.sock is a text that says where.
//
// That folder, and the one that a program without a session would use, have sockets in any case,
// named after the path of the ledger and after the link by which that was opened. By them the till
// is found whose ledger was moved, deleted or replaced, and the socket with it: so nobody makes
// another ledger in its place while the till still holds the first.
//
// # The protocol
//
// Requests go to /v1/…; a till that speaks another version says so in a sentence. Every answer is a
// list of JSON lines, which may have any length and may grow for minutes:
//
//	{"item":…}                                one row, as encoding/json writes the Go value
//	{"end":{}}                                there are no more
//	{"end":{"problem":{"text":"…",…}}}        there are no more, because of that
//
// An answer without its end was cut off: [LostError].
//
//	GET  /v1/info                             Info
//	GET  /v1/attempt?id=                      pos.Attempt
//	GET  /v1/day?day=&before=&n=              pos.Attempt, newest first
//	GET  /v1/find?text=&n=                    pos.Attempt, newest first
//	GET  /v1/totals?day=                      pos.Totals
//	GET  /v1/days?first=&last=                pos.DayTotals
//	POST /v1/charge      pos.Request          pos.Attempt, once it is on disk
//	POST /v1/follow      [attempt, …]         pos.Attempt, now and after every change
//	POST /v1/query       CheckoutRequestID    daraja.Answer, once it is the query's turn
//	POST /v1/stop        attempt              –
//	POST /v1/settle                           pos.Attempt, those that are open
//	GET  /v1/backup, /v1/verify               bytes; a trailer says how it ended
//
// # Nobody delays the till
//
// The till's own work never waits for a reader: a page is read in one short transaction of the
// ledger, a few at a time, and written to the reader when that is over, with a deadline. Updates
// are queued for each follower by pos.Subscription. The number of connections is bounded. A program
// that vanishes takes nothing with it: the payment it asked for goes on.
package localapi

// Package pos is the till itself, without a screen, a disk or a network: what a payment is, what
// evidence says about it, and when to ask M-PESA again.
//
// A [Sale] is one purchase. Each push to a phone for it is an [Attempt], and an attempt is nothing
// but the fold of its [Event] values, in any order:
//
//	asked ─ pushed ─ queried … called back … gave up … stopped … typed … resumed … by hand
//	                     │
//	              Attempt.Apply        each event only adds facts;
//	                     │             the state is a function of the facts
//	                     ▼
//	   SENDING → WAITING FOR PIN → PAID | NOT PAID | STILL CHECKING
//
// [Till] drives attempts: it writes to its [Ledger] before it sends through its [Gateway], asks
// M-PESA by a plan through one rate-keeping queue, takes callbacks, resumes what was open when it
// last stopped, and tells its subscribers after the disk knows.
//
//	Charge ──► Ledger.Append(asked) ──► Gateway.STKPush ──► Ledger.Append(pushed)
//	                                        queue ──► Gateway.STKQuery ──► Ledger.Append(queried)
//	Callback ─────────────────────────────────────────────────────────► Ledger.Append(called back)
//	                                                                        │
//	                                                                        ▼ subscribers
//
// The laws that hold here: an attempt is on disk before its push leaves (L1); the till never
// repeats a push (L2); PAID is never undone (L3); not knowing is STILL CHECKING, never NOT PAID
// (L4); a receipt closes one sale (L5); a callback counts only at its attempt's own secret address
// (L6); what a cashier types is kept as a claim (L8); evidence is only ever added (L9).
package pos

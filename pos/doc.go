// Package pos is the domain: what a payment is, what evidence says about it, and when to query
// M-PESA again. Money, sales, attempts, events, the till and its laws belong here; a screen, a disk
// and a network do not. It imports package daraja for its types, and nothing else of ours.
//
// A [Sale] is one purchase. Each push to a phone for it is an [Attempt], and an attempt is nothing
// but the fold of its [Event] values, in any order:
//
//	asked ─ pushed ─ queried … called back … gave up … stopped … typed … resumed … resolved
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
// The laws, by the numbers that code and tests give them:
//
//	L1   an attempt is on disk before its push leaves
//	L2   the program never repeats a push, but once for a refused token
//	L3   PAID is never undone
//	L4   not knowing is STILL CHECKING, never NOT PAID
//	L5   a receipt closes one sale; a second payment of a sale is owed back
//	L6   nothing is matched by phone or by "same amount lately"
//	L7   screen, printer, tunnel and export never change what is known of money
//	L8   what a person says is kept as that person's word
//	L9   evidence is only ever added
//	L10  every screen answers: do I hand over the goods?
//	L11  evidence counts only if it names the payment, and an id belongs to one attempt
package pos

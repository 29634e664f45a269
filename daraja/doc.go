// Package daraja talks to Daraja, Safaricom's API for M-PESA, about one thing: M-PESA Express, the
// STK push that makes a customer's phone ask for the PIN. Requests, callbacks and what their
// results mean belong here; tills, ledgers and screens do not. It imports no package of ours.
//
// There are four conversations. Three are requests that a [Client] makes, one comes to us:
//
//	Authenticate  GET  /oauth/v1/generate                 an access token, kept and renewed
//	STKPush       POST /mpesa/stkpush/v1/processrequest   "ask this phone for this amount"
//	STKQuery      POST /mpesa/stkpushquery/v1/query       "what became of it?"
//	callback      POST to the push's CallBackURL          what became of it, if it comes at all
//
// Whatever comes back becomes an [Answer] by a pure function of its bytes: [Classify] for the
// answer to a request, [ParseCallback] for a callback. An Answer holds one [Verdict], what was
// read, and the raw body as evidence. Nobody else reads Daraja's JSON.
//
//	bytes ── strict JSON (json.go) ──┬─ Classify (classify.go, query.go, push.go …) ─┬─► Answer
//	                                 └─ ParseCallback (callback.go) ─────────────────┘
//
// Which result codes end a payment stands in codes.go. What an Answer means to a cashier is not for
// this package to say. [Explain] serves people: it finds the bodies in what they have (salvage.go),
// and then judges each by the same functions.
//
// # What it promises
//
// Paid means that Daraja said so in a complete and well-formed document: "0" exactly, and by
// callback also with a whole amount and a receipt number. Failed means a final refusal whose
// meaning is known. Everything else is unknown, and [Answer.MayHaveMovedMoney] stays true: an
// answer that was lost, a code nobody has documented, a document with two ResultCodes, HTML with
// status 200.
//
// A push goes out at most once. The transport cannot replay it (see transport.go), redirects are
// not followed, and the only second sending is after an answer that the access token was refused,
// which proves that nothing was executed. Where no connection for the push was ever obtained, the
// Answer says so: NotSent.
//
// Nothing secret is printed: keys, passkey and tokens are of type [Secret], headers are never
// logged, and a token that Daraja repeats in an error message is cut out.
//
// # Where the facts come from
//
// Comments name the source of a fact: "Safaricom's page" is the documentation on the developer
// portal, "measured" was read from raw logs of real exchanges. Where they disagree, both are
// accepted and the measured one is sent.
package daraja

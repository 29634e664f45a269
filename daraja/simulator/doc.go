// Package simulator plays Safaricom's Daraja, for M-PESA Express (STK push) only, and the customers
// whose phones it prompts. It lets a till be tried and tested with no account, no network and no
// money. Whatever Daraja or a customer does belongs here.
//
// A [Simulator] is an [http.Handler]. To its client it is Daraja: the same paths, field names, JSON
// types, error texts and habits, and real HTTP callbacks.
//
//	client ── GET  /oauth/v1/generate ───────────────► a token
//	       ── POST /mpesa/stkpush/v1/processrequest ──► a prompt on the customer's phone
//	       ── POST /mpesa/stkpushquery/v1/query ──────► pending, or how it ended
//	       ◄─ POST CallBackURL ─────────────────────── how it ended
//
// # The life of a prompt
//
// An accepted push opens a prompt on one phone, and locks that phone against a second one. The
// customer ends the prompt once: pays, cancels, types a wrong PIN or lets it run out. Money moves
// in that moment and never else. Then Daraja settles: from there on the query tells the end, and
// the callbacks go out.
//
//	push ──► prompt open ──(customer)──► closed, paid or not ──(1 s)──► settled: query and callbacks
//
// Left alone, the customer acts by the last two digits of the phone number. The table in endings.go
// holds every such [ending] as data: how the push is answered, what the customer does and when, and
// how Daraja reports it afterwards, truly or not. A hand on the phone ([Simulator.Act], POST
// /simulator/phones/{msisdn}) comes before the table in what the customer does; how Daraja reports
// it stays the table's.
//
// # Watching it
//
// GET /simulator/journal ([Simulator.Journal]) lists every request, payment and callback with its
// body, so that a test can count pushes and money. GET /simulator/prompts ([Simulator.Prompts])
// lists the open prompts, [Simulator.Changed] says when they change, and GET / explains all this in
// plain text.
//
// # Where it differs from Daraja
//
//   - A CallBackURL may be plain http and may name this machine, where the listener usually runs.
//   - A new token leaves the earlier ones alive unless [Options.InvalidateTokens] is set.
//   - Amounts, phones and texts are checked in one fixed order, the order of the fields in
//     Safaricom's sample request but for PhoneNumber, which comes before PartyA; Daraja's own order
//     is not published.
//   - Pushes are never rate limited, except on the phone whose ending says so.
//
// The package uses no other package of this module, so that the Daraja client and the simulator it
// is tested against cannot share a mistake. One mutex guards all state; every delay is a goroutine
// that ends with [Simulator.Close]. Only package time is used as a clock, so everything runs under
// testing/synctest.
package simulator

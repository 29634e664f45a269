// Package shop opens a shop: the ledger, the till on it, the way that callbacks take to it, and the
// socket by which other programs of the same user work with it. It closes them in order. Only the
// wiring belongs here: rules about payments are in package pos, screens and commands above.
//
//	            daraja.Client ◄── pos.Till ──► store.Ledger
//	                                 ▲   ▲
//	Safaricom ──► tunnel.Server ─────┘   └──── localapi.Serve ◄── other programs of this user
//	                  ▲
//	              tunnel.Link ── a provider, by reach.Open
//
// A shop that stays open does each day's work on its ledger, backup and forgetting, by
// [Shop.KeepDaily].
//
// A ledger belongs to one shop at a time. [Attach] finds the shop that is open on a ledger, so that
// a command works through it instead of being turned away.
package shop

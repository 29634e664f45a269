// Package session is one cashier's session at a till without a screen: what is typed of a sale, the
// payment in front of it, what has been announced, and the lists. What shows a session to a person
// stands above it: package ui in frames, package plain line by line.
//
//	a person ──► Form.Enter, Act ──► Session ──► Effect ──► Do ──► Till, Book
//	                                    ▲                    │
//	     pos.Subscription ──► Learn ────┤                    │
//	                                    └───── Take ◄── Fact ┘
//
// A [Session] is a plain state machine: it reads no clock, starts no goroutine and does no input or
// output. What it wants done is an [Effect]; [Do] carries one out, in whatever goroutine the caller
// likes, and the [Fact] that comes of it is given back to [Session.Take]. Times are values.
//
// What can be done about what is in front is one table, [Session.Offers]: the screens bind keys to
// its actions and the plain till words. A new kind of payment adds actions and their offers there,
// and an effect for what it asks of the till.
package session

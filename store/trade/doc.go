// Package trade makes up the business of a shop, for tests and benchmarks: months of payments by
// M-PESA as they come in life, with the bodies that Daraja sends. Nothing of it is anybody's: names
// there are none, and the phone numbers are drawn by lot.
//
//	Options ──► Fill ──► add(asked), add(pushed), add(called back), add(queried) …
//
// A day has opening hours with a rush at noon and one in the evening. Half of the customers come
// back. Nearly nine in ten payments are paid; the others are cancelled, have a wrong PIN, no answer
// or too little money, and some of these are asked for again, at times to be paid twice. A few
// callbacks never come, come twice, or come days late. Events are handed over in the order of their
// times.
package trade

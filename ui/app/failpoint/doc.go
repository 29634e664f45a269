// Package failpoint kills the program at a named point, to show that a payment survives it. Only
// points around a write to the ledger and a request to M-PESA belong here.
//
// In an ordinary build its functions return what they are given and the program has no such points.
// Built with -tags failpoints, the environment variable KAUNTA_FAILPOINT names the one at which the
// program ends itself as if by kill -9:
//
//	before-asked, after-asked        around the write of an event to the ledger: asked, pushed,
//	before-called_back, …            queried, called_back, gave_up, stopped, resumed, …
//	before-push, after-push          around a request to M-PESA; its answer is not written yet
//	before-query, after-query
package failpoint

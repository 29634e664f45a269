package pos

import "time"

// Patience is how long the till waits for an end before it says STILL CHECKING. A prompt lives one
// to three minutes on some phones (Safaricom's page), and no clock of ours proves that nothing was
// paid.
const Patience = 180 * time.Second

// PhoneLock is how long a phone, and a sale, is held for an attempt without an end, counted from
// its push.
const PhoneLock = 2 * time.Minute

// firstUseful is how long after a push a query can first bring an end: nothing was gained
// earlier in any measured run.
const firstUseful = 10 * time.Second

// plan is when an attempt is queried, counted from its push: while the customer is at the till, and
// then in the background, where M-PESA still answers 50 hours later (measured).
var plan = []time.Duration{
	15 * time.Second, 30 * time.Second, 50 * time.Second, 75 * time.Second,
	105 * time.Second, 140 * time.Second, 180 * time.Second,
	5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour,
}

// nextPlanned is the first moment of the plan for w after the moment t; zero where the plan is
// over.
func (w *watch) nextPlanned(t time.Time) time.Time {
	if first := w.began.Add(firstUseful); !w.attempt.Reachable && t.Before(first) {
		return first
	}
	for _, after := range plan {
		if at := w.began.Add(after); at.After(t) {
			return at
		}
	}
	if w.attempt.Unconfirmed() {
		return t.Add(confirmPause)
	}
	return time.Time{}
}

// confirmPause is how long after the end of the plan NOT PAID by one query is asked about again.
const confirmPause = 5 * time.Minute

// refusedPause is how long a query in the background waits after M-PESA refused to be asked.
const refusedPause = 15 * time.Minute

// nextAfterRefusal is when to ask again where M-PESA turned the query away: it brought no
// information, so it does not count as one of the plan. While the customer is at the till that is
// as soon as the rate allows.
func (w *watch) nextAfterRefusal(now time.Time) time.Time {
	if now.Before(w.began.Add(Patience)) {
		return now
	}
	return now.Add(refusedPause)
}

// worthAsking reports whether a query can still tell something that the till wants to know: the end
// of an open attempt, or a second witness of an end. Refused by query only: query a second time,
// however late. Paid by callback: query once to confirm, while it is fresh.
func (w *watch) worthAsking(now time.Time) bool {
	a := w.attempt
	if !a.Askable() {
		return false
	}
	fresh := now.Before(w.began.Add(Patience))
	switch {
	case a.Followed():
		return true
	case a.State == Paid:
		return fresh && !a.Facts.Has(QueryPaid|QueryFailed|QueryUnclear)
	}
	return false
}

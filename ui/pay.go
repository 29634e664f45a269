package ui

import (
	"slices"
	"time"

	"kaunta/ui/session"
	"kaunta/ui/text"
)

// pay is the payment in front of the cashier on the screen.
type pay struct{ *session.Payment }

// stands is how long a result, or a question, stands against typing, and how long after a key of
// the next sale the other keys belong to that too.
const stands = 1500 * time.Millisecond

// alone is how long the key that asks all the same waits for another key: a figure after it makes
// it one of an amount, or of a scanner.
const alone = 500 * time.Millisecond

// press says what a key does of what is offered; Nothing where it does none of it now, and that too
// where it would put away, or ask again, what has just changed.
func (p pay) press(k key, offers []session.Offer, now time.Time) session.Action {
	o, fresh := taken(k, offers, p.numbered(now)), now.Sub(p.Changed) < session.Debounce
	switch {
	case o.Action == session.Anyway && (now.Sub(p.Changed) < stands || now.Sub(p.Free) < stands),
		fresh && (o.Action == session.Again || o.Action == session.Number || o.Action == session.Next),
		fresh && o.Action == session.Back && p.Phase() != session.InTheWay:
		return session.Nothing
	}
	return o.Action
}

// numbered reports whether the payment asks a question whose answers have numbers.
func (p pay) numbered(now time.Time) bool {
	return p.Phase() == session.InTheWay && !now.Before(p.Free)
}

// moves reports whether something on the screen changes by the second.
func (p pay) moves(now time.Time) bool {
	switch p.Phase() {
	case session.InTheWay:
		return now.Before(p.Free)
	case session.Unclear:
		return now.Before(p.NextCheck) || now.Before(p.Unlock())
	}
	return p.Phase() == session.UnderWay
}

// hints are the keys of the payment.
func (p pay) hints(w *text.Words, offers []session.Offer, now time.Time) []hint {
	hints := hintsOf(w, offers, p.numbered(now), now)
	if p.Phase() == session.Unclear && !now.Before(p.Unlock()) {
		if i := slices.Index(hints, hint{keyFor(meansBack), w.KBack}); i >= 0 { // the form asks again
			hints = append(slices.Delete(hints, i, i+1), hint{keyFor(meansBack), w.KToAskAgain})
		}
	}
	if p.GoodNews() {
		hints = append(hints, hint{"0–9", w.KType})
	}
	return hints
}

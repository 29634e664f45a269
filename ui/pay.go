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

// press says what a key does of what is offered; Nothing where it does none of it now.
func (p pay) press(k key, offers []session.Offer, now time.Time) session.Action {
	k = k.typed()
	o, fresh := taken(k, offers), now.Sub(p.Changed) < session.Debounce
	switch {
	case o.Action == session.Anyway && (now.Sub(p.Changed) < stands || now.Sub(p.Free) < stands),
		fresh && o.Action == session.Again && o.First,
		fresh && o.Action == session.Next && (p.Phase() == session.Done || k.is("enter", "-", "esc")):
		return session.Nothing
	}
	return o.Action
}

// leads is the screen to which a key leads from the payment: the ledger from its end, the
// customer's phone while that asks for the PIN.
func (p pay) leads(k key) (ledger, phone bool) {
	if !k.typed().is("*") {
		return false, false
	}
	switch p.Phase() {
	case session.Done, session.Failed, session.PaidByAll:
		return true, false
	}
	return false, p.Phase() == session.UnderWay
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

// hints are the keys of the payment: for what is offered, and to other screens.
func (p pay) hints(w *text.Words, offers []session.Offer, now time.Time, practice bool) []hint {
	if p.Phase() == session.InTheWay { // the way out is back
		offers = slices.DeleteFunc(offers, func(o session.Offer) bool { return o.Action == session.Next })
	}
	hints := hintsOf(w, offers, now)
	ledger := hint{"*", w.KLedger}
	switch p.Phase() {
	case session.UnderWay:
		slices.Reverse(hints) // M-PESA is asked without a key, and nothing stops without one
		if practice {
			hints = append(hints, hint{"*", w.KHand})
		}
		return append(hints, hint{"f2", w.KLedger})
	case session.Unclear:
		return append(hints, hint{"f3", w.KOpen})
	case session.Failed:
		hints[len(hints)-1] = hint{"-", w.KDrop}
		return append(hints, ledger)
	case session.PaidByAll:
		return append(hints, ledger)
	case session.Done:
		if p.GoodNews() {
			hints = append(hints, hint{"0–9", w.KType})
		}
		if hints = append(hints, ledger); p.Attempt.Owed() {
			hints = append(hints, hint{"f3", w.KOpen})
		}
	}
	return hints
}

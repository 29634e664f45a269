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

// payKeys are the keys of what can be done about a payment. What is offered first is done by Enter.
var payKeys = map[session.Action][]string{
	session.Anyway:   {"2"},
	session.Number:   {"/", "e"},
	session.Next:     {"+", "n", "-", "esc"},
	session.Again:    {"*", "a"},
	session.Stop:     {"-", "esc"},
	session.Back:     {"-", "esc"},
	session.TypeCode: {"/"},
}

// press says what a key does of what is offered; Nothing where it does none of it now.
func (p pay) press(k key, offers []session.Offer, now time.Time) session.Action {
	k = k.typed()
	fresh := now.Sub(p.Changed) < session.Debounce
	for _, o := range offers {
		switch {
		case !(o.First && k.is("enter")) && !k.is(payKeys[o.Action]...):
			continue
		case o.Action == session.Anyway && (now.Sub(p.Changed) < stands || now.Sub(p.Free) < stands):
		case fresh && o.Action == session.Again && o.First:
		case fresh && o.Action == session.Next && (p.Phase() == session.Done || k.is("enter", "-", "esc")):
		default:
			return o.Action
		}
		return session.Nothing
	}
	return session.Nothing
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
	var hints []hint
	for _, o := range offers {
		key := "enter"
		if !o.First {
			key = payKeys[o.Action][0]
		}
		does := map[session.Action]string{
			session.Check: w.KCheck, session.Stop: w.KStop, session.Again: w.KAgain, session.Anyway: w.KTwice,
			session.Number: w.KNumber, session.Next: w.KNext, session.Back: w.KBack, session.TypeCode: w.KTypeCode,
		}[o.Action]
		at := len(hints)
		switch {
		case o.Locked(now), o.Action == session.Next && p.Phase() == session.InTheWay:
			continue
		case o.Action == session.Anyway:
			at = 0
		case o.Action == session.Next && p.Phase() == session.Failed:
			key, does = "-", w.KDrop
		case o.Action == session.Next && p.Phase() == session.Unclear:
			at = slices.IndexFunc(hints, func(h hint) bool { return h.does == w.KAgain })
			if at < 0 {
				at = len(hints)
			}
		case o.Action == session.Stop && practice:
			hints = append(hints, hint{"*", w.KHand})
			at++
		}
		hints = slices.Insert(hints, at, hint{key, does})
	}
	ledger := hint{"*", w.KLedger}
	switch p.Phase() {
	case session.UnderWay:
		return append(hints, hint{"f2", w.KLedger})
	case session.Unclear:
		return append(hints, hint{"f3", w.KOpen})
	case session.Failed, session.PaidByAll:
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

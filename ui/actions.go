package ui

import (
	"slices"
	"time"

	"kaunta/ui/session"
	"kaunta/ui/text"
)

// bindings is how the screens do what a session offers, in the order of the keys band: the keys of
// an action besides Enter, which does what is offered first, and what the band says of it.
var bindings = []struct {
	action session.Action
	keys   []string
	does   func(w *text.Words) string
}{
	{session.Anyway, []string{"2"}, func(w *text.Words) string { return w.KTwice }},
	{session.Check, nil, func(w *text.Words) string { return w.KCheck }},
	{session.Number, []string{"/", "e"}, func(w *text.Words) string { return w.KNumber }},
	{session.Next, []string{"+", "n", "-", "esc"}, func(w *text.Words) string { return w.KNext }},
	{session.Again, []string{"*", "a"}, func(w *text.Words) string { return w.KAgain }},
	{session.Resolve, []string{"*"}, func(w *text.Words) string { return w.KClearUp }},
	{session.TypeCode, []string{"/", "c"}, func(w *text.Words) string { return w.KTypeCode }},
	{session.Stop, []string{"-", "esc"}, func(w *text.Words) string { return w.KStop }},
	{session.Back, []string{"-", "esc"}, func(w *text.Words) string { return w.KBack }},
}

// rank is the place of an action in bindings.
func rank(a session.Action) int {
	for i := range bindings {
		if bindings[i].action == a {
			return i
		}
	}
	panic("an action without a key")
}

// taken is the offer that a key takes; one of Nothing where it takes none.
func taken(k key, offers []session.Offer) session.Offer {
	for _, o := range offers {
		if o.First && k.is("enter") || k.is(bindings[rank(o.Action)].keys...) {
			return o
		}
	}
	return session.Offer{}
}

// hintsOf are the keys of what is offered and not locked.
func hintsOf(w *text.Words, offers []session.Offer, now time.Time) []hint {
	place := func(o session.Offer) int {
		if o.First {
			return rank(session.Check)
		}
		return rank(o.Action)
	}
	var list []hint
	for _, o := range slices.SortedStableFunc(slices.Values(offers), func(a, b session.Offer) int { return place(a) - place(b) }) {
		key, b := "enter", bindings[rank(o.Action)]
		if !o.First {
			key = b.keys[0]
		}
		if !o.Locked(now) {
			list = append(list, hint{key, b.does(w)})
		}
	}
	return list
}

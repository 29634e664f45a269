package ui

import (
	"slices"
	"time"

	"kaunta/ui/session"
	"kaunta/ui/text"
)

// meaning is what a key does where nothing is being typed.
type meaning uint8

const (
	meansNothing meaning = iota
	meansGoOn            // the next right thing: what is offered first
	meansBack            // one step; it stops nothing and drops nothing by itself
	meansNext            // the next sale
	meansFind
	meansMenu
	meansNumber // a line of the menu or of a question, a figure of the next sale, or a move in a list
	meansMove
	meansHelp
	meansSale
	meansLedger
	meansSettle
	meansSeen
	meansPhone
	meansLanguage
	meansCode
	meansByHand
	meansDetail
	meansMonth
	meansToday
	meansRaw
	meansLeave
)

// keyTable is every key and its one meaning, on all screens; the documentation of the package shows
// it. What a screen has besides is a row here: the key line, the menu, the help and the tests are
// made of it. The first key of a row is the one that is named.
var keyTable = []struct {
	means meaning
	keys  []string
	want  func(w *text.Words) string // of "I want to …"; nil where the number pad has it on the one screen that does
}{
	{meansGoOn, []string{"enter"}, func(w *text.Words) string { return w.WantGoOn }},
	{meansBack, []string{"-", "esc"}, func(w *text.Words) string { return w.WantBack }},
	{meansNext, []string{"+"}, func(w *text.Words) string { return w.WantNext }},
	{meansFind, []string{"/"}, func(w *text.Words) string { return w.WantFind }},
	{meansMenu, []string{"."}, func(w *text.Words) string { return w.WantMenu }},
	{meansNumber, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, func(w *text.Words) string { return w.WantNumber }},
	{meansMove, []string{"up", "down", "left", "right", "pgup", "pgdown", "home", "end"}, func(w *text.Words) string { return w.WantMove }},
	{meansHelp, []string{"?"}, func(w *text.Words) string { return w.WantHelp }},
	{meansSale, []string{"f1"}, func(w *text.Words) string { return w.WantSale }},
	{meansLedger, []string{"f2"}, func(w *text.Words) string { return w.WantLedger }},
	{meansSettle, []string{"f3"}, func(w *text.Words) string { return w.WantSettle }},
	{meansSeen, []string{"f4"}, func(w *text.Words) string { return w.WantSeen }},
	{meansPhone, []string{"f8"}, func(w *text.Words) string { return w.WantPhone }},
	{meansLanguage, []string{"f9"}, func(w *text.Words) string { return w.WantTalk }},
	{meansCode, []string{"c"}, func(w *text.Words) string { return w.WantCode }},
	{meansByHand, []string{"s"}, func(w *text.Words) string { return w.WantByHand }},
	{meansDetail, []string{"d"}, nil},
	{meansMonth, []string{"m"}, nil},
	{meansToday, []string{"t"}, nil},
	{meansRaw, []string{"r"}, nil},
	{meansLeave, []string{"ctrl+q", "ctrl+c"}, func(w *text.Words) string { return w.WantLeave }},
}

// means is what a key does where nothing is being typed. The number pad's keys are what is printed
// on them, but for the three that some terminals cannot tell from function keys.
func (k key) means() meaning {
	if !k.is("f2", "f3", "f4") {
		k = k.typed()
	}
	for _, row := range keyTable {
		if k.is(row.keys...) {
			return row.means
		}
	}
	return meansNothing
}

// keyNamed is the key with a name as keyTable has it.
func keyNamed(name string) key {
	if len(name) > 1 {
		return key{name: name}
	}
	return key{text: name}
}

// keyFor is the key that is named for a meaning.
func keyFor(m meaning) string {
	for _, row := range keyTable {
		if row.means == m {
			return row.keys[0]
		}
	}
	panic("a meaning without a key")
}

// bindings is how the screens do what a session offers, in the order of the key line: by which
// meaning besides Enter, which does what is offered first, and what the key line says of it. Where
// a question is in front it is a line of that, and has that number.
var bindings = []struct {
	action session.Action
	means  meaning
	line   string
	does   func(w *text.Words) string
}{
	{session.Check, meansNothing, "1", func(w *text.Words) string { return w.KCheck }},
	{session.Anyway, meansNothing, "2", func(w *text.Words) string { return w.KTwice }},
	{session.Stop, meansBack, "", func(w *text.Words) string { return w.KStop }},
	{session.Number, meansBack, "", func(w *text.Words) string { return w.KNumber }},
	{session.Back, meansBack, "", func(w *text.Words) string { return w.KBack }},
	{session.Next, meansNext, "", func(w *text.Words) string { return w.KNext }},
	{session.Again, meansNothing, "", func(w *text.Words) string { return w.KAgain }}, // where it is not first, by the form
	{session.Resolve, meansByHand, "", func(w *text.Words) string { return w.KClearUp }},
	{session.TypeCode, meansCode, "", func(w *text.Words) string { return w.KTypeCode }},
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

// taken is the offer that a key takes; one of Nothing where it takes none. numbered says that the
// offers are a question's.
func taken(k key, offers []session.Offer, numbered bool) session.Offer {
	m := k.means()
	for _, o := range offers {
		b := bindings[rank(o.Action)]
		switch {
		case o.First && m == meansGoOn, b.means != meansNothing && b.means == m, numbered && b.line != "" && b.line == k.digit():
			return o
		}
	}
	return session.Offer{}
}

// hintsOf are the keys of what is offered and not locked.
func hintsOf(w *text.Words, offers []session.Offer, numbered bool, now time.Time) []hint {
	place := func(o session.Offer) int {
		if o.First {
			return -1
		}
		return rank(o.Action)
	}
	var list []hint
	for _, o := range slices.SortedStableFunc(slices.Values(offers), func(a, b session.Offer) int { return place(a) - place(b) }) {
		b := bindings[rank(o.Action)]
		key := b.line
		switch {
		case numbered && key != "":
		case o.First:
			key = keyFor(meansGoOn)
		case b.means != meansNothing:
			key = keyFor(b.means)
		default:
			continue
		}
		if !o.Locked(now) {
			list = append(list, hint{key, b.does(w)})
		}
	}
	return list
}

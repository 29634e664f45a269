package ui

import (
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// style is what a screen needs to draw itself: the words, the theme, the room and the moment.
type style struct {
	say      *text.Words
	theme    draw.Theme
	size     size
	ascii    bool
	still    bool // nothing moves by itself
	practice bool // there are customers' phones to act on
	width    int  // of the body
	height   int
	now      time.Time
	evidence session.EventsRead // of the row in front of a list, where it is shown
}

// center puts lines in the middle of the body, each by itself.
func (l style) center(i draw.Style, lines ...string) []string {
	centred := make([]string, len(lines))
	for n, s := range lines {
		centred[n] = draw.Center(i.Render(s), l.width)
	}
	return centred
}

// wrap breaks s into centred lines of the content's width.
func (l style) wrap(i draw.Style, s string) []string {
	return l.center(i, draw.Wrap(s, min(contentWidth, l.width-4))...)
}

// hint is a key and what it does here: in the keys band as far as there is room, and in the help
// whole.
type hint struct{ key, does string }

// toned is the state of an attempt in large: its tone, and sign and word.
func toned(w *text.Words, a pos.Attempt) (draw.Tone, string) {
	s := stateWordOf(w, a)
	return s.tone, s.String()
}

// resultOf is the state of an attempt in a column: its tone, and sign and word in at most 16 cells.
func resultOf(w *text.Words, a pos.Attempt) (draw.Tone, string) {
	t, _ := toned(w, a)
	switch {
	case a.Notices.Has(pos.DoesNotMatch) && a.State != pos.Paid && !a.Notices.Has(pos.Resolved):
		return draw.ToneCheck, "? " + lower(w.DoesNotMatch)
	case a.State == pos.Paid && a.Owed():
		return t, "✓ " + w.Owed
	case a.State == pos.Paid && a.Unmatched():
		return draw.ToneCheck, "✓ " + lower(w.DoesNotMatch)
	case a.State == pos.Paid && a.Doubtful():
		return draw.ToneCheck, "✓ " + w.PossiblyShort
	case a.State == pos.Paid && a.Notices.Has(pos.Refunded):
		return t, "✓ " + w.GivenBack
	case a.State == pos.Paid && a.Notices.Has(pos.Disagree):
		// there is something for the owner to look at
		return draw.ToneCheck, "✓ " + w.Verdicts["paid"] + " !"
	case a.State == pos.Paid && a.Notices.Has(pos.PaidLate):
		return t, "✓ " + w.PaidLateColumn
	case a.State == pos.Paid:
		return t, "✓ " + w.Verdicts["paid"]
	case a.State == pos.StillChecking && !a.Open():
		return draw.TonePlain, "? " + w.ClearedUp
	case a.State == pos.StillChecking:
		return t, "? " + w.CheckingShort
	case a.State == pos.NotPaid && a.Cause.NotSent:
		return t, "× " + w.NotSentTitle
	case a.State == pos.NotPaid:
		if title := w.Text(text.Title(a)); title != "" {
			return t, "× " + title
		}
		return t, "× " + w.Verdicts["failed"]
	case a.State == pos.Waiting:
		return t, "◔ " + w.WaitingShort
	}
	return t, "◔ " + lower(w.Sending)
}

func lower(s string) string { return strings.ToLower(s) }

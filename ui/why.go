package ui

import (
	"fmt"
	"time"

	"kaunta/pos"
)

// why says why an attempt is unsettled, and from when a person can settle it: a sentence each.
func (w *words) why(a pos.Attempt, known seenWhy, now time.Time) []string {
	m := known.Mismatch
	var list []string
	what, _ := a.Reason()
	switch {
	case a.Owed():
		return []string{w.owedAdvice}
	case a.Doubtful() && known.other.ID != "":
		list = append(list, fmt.Sprintf(w.possiblyWith, known.other.Amount, w.dayMonthClock(known.other.AskedAt)))
	case a.Doubtful():
		list = append(list, w.possiblyAdvice)
	case a.Notices.Has(pos.DoesNotMatch) && m != (pos.Mismatch{}):
		list = append(list, w.text(m.Say()))
	case a.Notices.Has(pos.DoesNotMatch):
		list = append(list, w.matchAdvice)
	case a.State == pos.StillChecking:
		list = append(list, w.text(what))
	default:
		return nil // it is under way
	}
	switch {
	case untilResolvable(a, now) > 0:
		from := w.byHandAlone
		switch {
		case a.Askable():
			from = w.byHandFrom
		case a.Reachable:
			from = w.byHandTold
		}
		list = append(list, fmt.Sprintf(from, w.dayMonthClock(a.ResolvableFrom())))
	case a.Open() || a.Unmatched():
		list = append(list, w.byHandNow)
	}
	return list
}

// whys is what is known of why something is unsettled, among what is unsettled, and as of which
// event of each.
type whys map[pos.AttemptID]seenWhy

type seenWhy struct {
	pos.Mismatch
	other  pos.Attempt // that may be the same purchase
	events int
}

// of reads why the attempts do not match, but for those that known has. known stays as it is.
func (known whys) of(unsettled []pos.Attempt, book Book) whys {
	next := make(whys)
	for _, a := range unsettled {
		if !a.Notices.Has(pos.DoesNotMatch) && !a.Doubtful() {
			continue
		}
		if m, ok := known[a.ID]; ok && m.events == a.Events {
			next[a.ID] = m
			continue
		}
		events, err := book.Events(a.ID)
		if err != nil {
			// the screen says that it does not match, and the ledger's trouble is told elsewhere
			continue
		}
		m := seenWhy{Mismatch: mismatchOf(events, book), events: a.Events}
		if a.Doubtful() {
			m.other, _ = book.Attempt(a.Other) // else it is not named
		}
		next[a.ID] = m
	}
	return next
}

// mismatchOf is what in an attempt's evidence did not match, with the attempt whose receipt came
// again.
func mismatchOf(events []pos.Event, book Book) pos.Mismatch {
	m := pos.MismatchOf(events)
	if m.UsedBy != "" {
		m.Holder, _ = book.Attempt(m.UsedBy) // else it is not named
	}
	return m
}

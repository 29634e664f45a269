package ui

import (
	"fmt"
	"time"

	"kaunta/pos"
)

// why says why an attempt is unsettled, and from when a person can settle it: a sentence each.
func (w *words) why(a pos.Attempt, m pos.Mismatch, now time.Time) []string {
	var list []string
	what, _ := a.Reason()
	switch {
	case a.Owed():
		return []string{w.owedAdvice}
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
	case untilByHand(a, now) > 0:
		list = append(list, fmt.Sprintf(w.byHandFrom, w.dayMonthClock(a.ByHandFrom())))
	case a.Open() || a.Unmatched():
		list = append(list, w.byHandNow)
	}
	return list
}

// whys is what is known of the mismatches among what is unsettled, and as of which event of each.
type whys map[pos.AttemptID]seenMismatch

type seenMismatch struct {
	pos.Mismatch
	events int
}

// of reads why the attempts do not match, but for those that known has. known stays as it is.
func (known whys) of(unsettled []pos.Attempt, book Book) whys {
	next := make(whys)
	for _, a := range unsettled {
		if !a.Notices.Has(pos.DoesNotMatch) {
			continue
		}
		if m, ok := known[a.ID]; ok && m.events == a.Events {
			next[a.ID] = m
			continue
		}
		events, err := book.Events(a.ID)
		if err != nil {
			continue // the screen says that it does not match, and the ledger's trouble is told elsewhere
		}
		next[a.ID] = seenMismatch{mismatchOf(events, book), a.Events}
	}
	return next
}

// mismatchOf is what in an attempt's evidence did not match, with the attempt whose receipt came again.
func mismatchOf(events []pos.Event, book Book) pos.Mismatch {
	m := pos.MismatchOf(events)
	if m.UsedBy != "" {
		m.Holder, _ = book.Attempt(m.UsedBy) // else it is not named
	}
	return m
}

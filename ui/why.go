package ui

import (
	"kaunta/pos"
	"kaunta/ui/text"
)

// whys is what is known of why something is unsettled, among what is unsettled, and as of which
// event of each.
type whys map[pos.AttemptID]seenWhy

type seenWhy struct {
	text.Known
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
		m := seenWhy{Known: text.Known{Mismatch: mismatchOf(events, book)}, events: a.Events}
		if a.Doubtful() {
			m.Other, _ = book.Attempt(a.Other) // else it is not named
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

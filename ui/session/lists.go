package session

import (
	"slices"
	"time"

	"kaunta/pos"
	"kaunta/ui/text"
)

// PageSize is how many rows of the ledger are read at once, and found at most.
const PageSize = 100

// List is everything that is to be settled: without an end, not matching, or owed back.
type List struct {
	Rows []pos.Attempt // newest first
	Why  Whys
	Plan map[pos.AttemptID]time.Time // when M-PESA is asked about those that are open
}

// Read takes what the ledger holds unsettled, oldest first, and why.
func (l *List) Read(unsettled []pos.Attempt, why Whys) {
	l.Rows = slices.Clone(unsettled)
	slices.Reverse(l.Rows)
	l.Why = why
}

// heard takes what an attempt of the list has become: what a person settles is compared with it.
// When M-PESA is asked about it next is kept while it is open: nothing else shows that, and a till
// makes thousands of payments.
func (l *List) heard(u pos.Update) {
	a := u.Attempt
	if i := IndexOf(l.Rows, a.ID); i >= 0 && l.Rows[i].Events < a.Events {
		l.Rows[i] = a
	}
	next := u.NextCheck
	if !a.Open() {
		next = time.Time{}
	}
	l.planned(a.ID, next)
}

// planned takes when M-PESA is asked about an attempt next.
func (l *List) planned(id pos.AttemptID, at time.Time) {
	if at.IsZero() {
		delete(l.Plan, id)
		return
	}
	if l.Plan == nil {
		l.Plan = make(map[pos.AttemptID]time.Time)
	}
	l.Plan[id] = at
}

// Whys is why each of what is unsettled is so, as far as it has been read.
type Whys map[pos.AttemptID]Why

// Why is what is known of why something is unsettled, as of so many of its events.
type Why struct {
	text.Known
	events int
}

// Of reads why the attempts do not match, but for those that known has. known stays as it is.
func (known Whys) Of(unsettled []pos.Attempt, book Book) Whys {
	next := make(Whys)
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
			// that it does not match is said all the same, and the ledger's trouble elsewhere
			continue
		}
		m := Why{Known: text.Known{Mismatch: mismatchOf(events, book)}, events: a.Events}
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

// IndexOf is the place of an attempt in rows; -1 where it is none of them.
func IndexOf(rows []pos.Attempt, id pos.AttemptID) int {
	return slices.IndexFunc(rows, func(a pos.Attempt) bool { return a.ID == id })
}

// Day is a day's payments, newest first, as far as they have been read.
type Day struct {
	Day    pos.Day
	Rows   []pos.Attempt
	Totals pos.Totals
	Whole  bool // there are no more rows than these
	Busy   bool // rows are being read
	Err    error
}

// OpenDay turns to a day.
func OpenDay(day pos.Day) (Day, Effect) { return Day{Day: day, Busy: true}, ReadDay{Day: day} }

// More reads the next page, unless that is under way or there is none.
func (d *Day) More() Effect {
	if d.Whole || d.Busy || len(d.Rows) == 0 {
		return nil
	}
	d.Busy = true
	return ReadDay{Day: d.Day, Before: d.Rows[len(d.Rows)-1].ID}
}

// Read takes a page. Of one with a damaged payment the others are kept, and what is wrong.
func (d *Day) Read(f DayRead) {
	if f.Day != d.Day {
		return
	}
	d.Busy = false
	if f.Before == "" || f.Err != nil {
		d.Err = f.Err
	}
	if f.Err != nil && len(f.Rows) == 0 {
		return
	}
	d.Totals, d.Whole = f.Totals, f.Err == nil && len(f.Rows) < PageSize
	if f.Before == "" {
		d.Rows = nil
	}
	for _, a := range f.Rows {
		if len(d.Rows) == 0 || a.ID < d.Rows[len(d.Rows)-1].ID {
			d.Rows = append(d.Rows, a)
		}
	}
}

// Learn brings the rows up to date with an attempt that has changed, without reading. It reports
// whether that is a new row, at the top.
func (d *Day) Learn(a pos.Attempt) (isNew bool) {
	if renew(d.Rows, a) || pos.DayOf(a.AskedAt) != d.Day || d.Busy || len(d.Rows) > 0 && a.ID <= d.Rows[0].ID {
		return false
	}
	d.Rows = slices.Insert(d.Rows, 0, a)
	return true
}

// renew puts what an attempt has become in its place in rows; false where it has none.
func renew(rows []pos.Attempt, a pos.Attempt) bool {
	i := IndexOf(rows, a.ID)
	if i >= 0 && a.Events >= rows[i].Events {
		rows[i] = a
	}
	return i >= 0
}

// Search is a text that is being typed, and the payments that were found for it. One look-up runs
// at a time: what has been typed meanwhile is looked for after it.
type Search struct {
	Text   string
	Rows   []pos.Attempt
	Err    error
	Wanted string // what is being looked for; empty: nothing
}

// For looks for a text, unless a look-up is under way.
func (s *Search) For(text string) Effect {
	s.Text = text
	switch {
	case s.Wanted != "":
		return nil
	case text == "":
		s.Rows = nil
		return nil
	}
	s.Wanted = text
	return Find{text}
}

// Found takes what was found, and looks again if more has been typed since. It reports whether this
// was looked for.
func (s *Search) Found(f Found) (Effect, bool) {
	if s.Wanted == "" || f.Text != s.Wanted {
		return nil, false
	}
	s.Wanted, s.Err, s.Rows = "", f.Err, f.Rows
	if s.Text != f.Text {
		return s.For(s.Text), true
	}
	return nil, true
}

// Learn brings the rows up to date with an attempt that has changed.
func (s *Search) Learn(a pos.Attempt) { renew(s.Rows, a) }

package store

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

var flips = flag.Int("flips", 60, "how many bits TestFlippedBits flips, one after the other")

// shown is everything that a ledger shows: each value, or the error in its place.
type shown struct {
	page     []pos.Attempt
	open     []pos.Attempt
	attempts map[pos.AttemptID]pos.Attempt
	events   map[pos.AttemptID][]pos.Event
	totals   pos.Totals
	errs     int // how many reads said that something is damaged
}

func show(t *testing.T, l *Ledger, attempts int) shown {
	t.Helper()
	s := shown{attempts: map[pos.AttemptID]pos.Attempt{}, events: map[pos.AttemptID][]pos.Event{}}
	seen := func(err error) bool {
		if err != nil && !errors.Is(err, pos.ErrNotFound) {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("an error that is no damage: %v", err)
			}
			s.errs++
		}
		return err == nil
	}
	var err error
	s.page, err = l.DayPage(pos.DayOf(opening), "", 2*attempts)
	seen(err)
	s.open, err = l.Open()
	seen(err)
	s.totals, err = l.Totals(pos.DayOf(opening))
	if !seen(err) || s.totals == (pos.Totals{}) {
		s.totals = pos.Totals{} // a day that has vanished shows nothing
	}
	for n := range attempts {
		id := asked(n).Attempt
		if a, err := l.Attempt(id); seen(err) {
			s.attempts[id] = a
		}
		if events, err := l.Events(id); seen(err) {
			s.events[id] = events
		}
		if by, err := l.ByAddress(asked(n).Asked.Address); seen(err) && by != id {
			t.Errorf("the address of %s leads to %s", id, by)
		}
	}
	return s
}

// TestFlippedBits flips single bits all over the pages of a ledger: bbolt has no checksums of its
// own, but for the two first pages, where a flipped bit takes it back to the commit before. What is
// shown after that is what was written, or an error; nothing takes the process down.
func TestFlippedBits(t *testing.T) {
	const attempts = 30
	l := open(t, newPath(t), training)
	for n := range attempts {
		if sell(t, l, n); n%10 == 0 {
			add(t, l, again(asked(n), attempts+n))
		}
	}
	good := show(t, l, attempts)
	if good.errs > 0 || len(good.attempts) != attempts || len(good.open) != attempts/10 {
		t.Fatalf("the ledger itself: %+v", good)
	}
	var size int64 // of the pages that were ever used
	if err := l.db.View(func(tx *bolt.Tx) error { size = tx.Size(); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	original := contents(t, l.Path())[:size]
	path := filepath.Join(t.TempDir(), "ledger.db")
	chance := seeded(1)
	noticed := 0
	for range *flips {
		bit := 8*2*pageSize + chance.IntN(8*(len(original)-2*pageSize))
		b := append([]byte(nil), original...)
		b[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		o := training
		o.ReadOnly = bit%2 == 0
		l, err := Open(path, o)
		if err != nil {
			noticed++
			continue
		}
		s := show(t, l, attempts)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if s.errs > 0 {
			noticed++
		}
		// What is there is right: a list may be shorter, but holds nothing that the good one does not.
		known := map[pos.AttemptID]pos.Attempt{}
		for _, a := range good.page {
			known[a.ID] = a
		}
		for _, a := range append(s.page, s.open...) {
			if a != known[a.ID] {
				t.Errorf("bit %d shows %s", bit, cmp.Diff(known[a.ID], a))
			}
		}
		for id, a := range s.attempts {
			if a != good.attempts[id] {
				t.Errorf("bit %d shows %s", bit, cmp.Diff(good.attempts[id], a))
			}
		}
		for id, events := range s.events {
			if len(events) == len(good.events[id]) && !cmp.Equal(events, good.events[id]) {
				t.Errorf("bit %d shows %s", bit, cmp.Diff(good.events[id], events))
			}
		}
		if s.totals != good.totals && s.totals != (pos.Totals{}) {
			t.Errorf("bit %d shows %s", bit, cmp.Diff(good.totals, s.totals))
		}
	}
	t.Logf("%d of %d flips were noticed", noticed, *flips)
	if noticed == 0 {
		t.Error("no flip was noticed")
	}
}

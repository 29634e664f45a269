package store

import (
	"bytes"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

const aDay = 24 * time.Hour

// sellAt has a sale paid that was asked for at the moment.
func sellAt(t testing.TB, l *Ledger, n int, at time.Time) pos.Event {
	t.Helper()
	e := asked(n)
	e.At, e.Attempt = at, attemptID(at, uint64(n))
	e.Asked.Sale, e.Asked.Address = saleID(at, uint64(n)), addressOf(at, n)
	add(t, l, e, paid(e, receiptOf(n)))
	return e
}

// TestLast: the last that was asked, but not one of a few that followed on a rest of years.
func TestLast(t *testing.T) {
	l := open(t, newPath(t), training)
	first := time.Date(2026, 11, 1, 12, 0, 0, 0, pos.EAT)
	n := 0
	sold := func(at, last time.Time) {
		t.Helper()
		n++
		sellAt(t, l, n, at)
		for _, now := range []time.Time{at, first.AddDate(-50, 0, 0)} {
			if got := must[time.Time](t)(l.Last(now)); !got.Equal(last) {
				t.Errorf("sold at %v, the last is of %v by a clock that says %v, want %v", at, got, now, last)
			}
		}
	}
	if got := must[time.Time](t)(l.Last(first)); !got.IsZero() {
		t.Errorf("in an empty ledger the last is of %v", got)
	}
	sold(first, first)
	sold(first.Add(aDay), first.Add(aDay))
	sold(first.Add(40*aDay), first.Add(40*aDay))
	sold(first.Add(2*aDay), first.Add(2*aDay)) // the clock was ahead by a month, and somebody has said so
	ahead := first.AddDate(12, 0, 0)
	sold(ahead, first.Add(40*aDay))
	sold(ahead.Add(3*aDay), first.Add(40*aDay))
	sold(first.Add(3*aDay), first.Add(3*aDay))         // the clock was set right
	sold(ahead.Add(trial+aDay), ahead.Add(trial+aDay)) // or it was right all the time
}

// TestLastIsDamaged: a record that is damaged says nothing of the clock, and stops no shop.
func TestLastIsDamaged(t *testing.T) {
	l := open(t, newPath(t), training)
	e := sellAt(t, l, 1, opening)
	sellAt(t, l, 2, opening.Add(aDay))
	err := l.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(RecordsBucket))
		k, v := b.Cursor().Last()
		v = bytes.Clone(v)
		v[0] ^= 1
		return b.Put(k, v)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := must[time.Time](t)(l.Last(opening.Add(aDay))); !got.Equal(e.At) {
		t.Errorf("the last is of %v, want %v", got, e.At)
	}
}

package store

import (
	"bytes"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
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
		b := tx.Bucket([]byte(attemptsBucket))
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

// TestForgettingWaitsForTheClock: a clock that jumps years ahead makes no number forgotten, also when the shop sells by it; a rest of
// three months does not stop it, and one of half a year only until sales have shown that the clock is right.
func TestForgettingWaitsForTheClock(t *testing.T) {
	for name, test := range map[string]struct {
		rest  time.Duration // with the till off, or by the clock only
		trade time.Duration // after it, a sale a day
		want  bool          // that the numbers are forgotten
	}{
		"at once by a clock twelve years ahead":       {12 * 365 * aDay, 0, false},
		"sales by a clock twelve years ahead":         {12 * 365 * aDay, 10 * aDay, false},
		"a year ahead":                                {365 * aDay, 3 * aDay, false},
		"closed for three months":                     {pos.LongestRest, 0, true},
		"closed for half a year":                      {182 * aDay, 0, false},
		"closed for half a year, and open for a week": {182 * aDay, 7 * aDay, false},
		"closed for half a year, and open for weeks":  {182 * aDay, trial + 2*aDay, true},
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			synctest.Test(t, func(t *testing.T) {
				l := open(t, path, training)
				e := sellAt(t, l, 1, time.Now())
				var skew atomic.Int64
				skew.Store(int64(test.rest))
				now := func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }
				daily(t, Daily{ForgetAfter: 30 * aDay, Now: now, Tell: func(err error) {
					if err != nil {
						t.Error(err)
					}
				}}, l)
				pass(time.Minute)
				for n := range int(test.trade / aDay) {
					sellAt(t, l, 2+n, now())
					pass(aDay)
				}
				if forgotten := attempt(t, l, e.Attempt).Phone != e.Asked.Phone; forgotten != test.want {
					t.Errorf("forgotten: %v, want %v", forgotten, test.want)
				}
			})
		})
	}
}

// TestBackupsWhileTheClockIsWrong: by a clock that is ahead or behind, and when it is right again, each day's backup is kept that was made
// last.
func TestBackupsWhileTheClockIsWrong(t *testing.T) {
	for name, test := range map[string]struct {
		skew        time.Duration
		while, then string
	}{
		"ahead":  {38 * 365 * aDay, "2037-12-24 2037-12-25 2037-12-26", "2000-01-05 2000-01-06 2000-01-07 2037-12-24 2037-12-25 2037-12-26"},
		"behind": {-10 * 365 * aDay, "1990-01-05 1990-01-06 1990-01-07 2000-01-01 2000-01-02 2000-01-03", "2000-01-05 2000-01-06 2000-01-07"},
	} {
		t.Run(name, func(t *testing.T) {
			path, folder := newPath(t), filepath.Join(t.TempDir(), "backups")
			synctest.Test(t, func(t *testing.T) {
				l := open(t, path, training)
				var skew atomic.Int64
				daily(t, Daily{Folder: folder, Keep: 3, Now: func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }, Tell: func(err error) {
					if err != nil {
						t.Error(err)
					}
				}}, l)
				pass(2*aDay + time.Minute)
				skew.Store(int64(test.skew))
				pass(2*aDay + time.Minute)
				equal(t, "while the clock is wrong", kept(t, folder), test.while)
				skew.Store(0)
				pass(2*aDay + time.Minute)
				equal(t, "when it is right", kept(t, folder), test.then)
			})
		})
	}
}

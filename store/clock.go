package store

import (
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// trial is for how long a ledger must have been written after a longer rest than [pos.LongestRest]
// until it is believed that the clock did not jump: M-PESA takes no request from a clock that is
// years off, so nobody sells for so long by one.
const trial = 14 * 24 * time.Hour

// mostAhead is how many attempts of later moments than now are looked at: a clock is set right long
// before it makes so many.
const mostAhead = 1000

// Last implements [pos.Ledger]. Of the attempts that are later than now and the newest before, it
// is the one that was written last: where a sale was begun although others bear a later date, those
// were dated wrongly.
func (l *Ledger) Last(now time.Time) (time.Time, error) {
	return read(l, func(rd reader) (last time.Time, err error) {
		c := rd.tx.Bucket([]byte(RecordsBucket)).Cursor()
		newest := uint64(0)
		seen := 0
		for k, value := c.Last(); k != nil && seen < mostAhead; k, value = c.Prev() {
			seen++
			r, err := rd.read(k, value)
			if err != nil {
				continue // what is damaged says nothing, and stops no shop
			}
			if n := r.Events[0].N; n > newest {
				newest, last = n, keyTime(k)
			}
			if !keyTime(k).After(now) {
				break
			}
		}
		if before := restBefore(rd.tx, last); !before.IsZero() {
			last = before
		}
		return last, nil
	})
}

// Plausible reports whether the clock can be right that says now, by when payments were asked: it
// may not be after a long rest.
func (l *Ledger) Plausible(now time.Time) (bool, error) {
	return read(l, func(rd reader) (bool, error) { return restBefore(rd.tx, now).IsZero(), nil })
}

// restBefore is when a rest began that was longer than a shop's, and that had not ended for as long
// as a trial at the moment at; zero where there was none.
func restBefore(tx *bolt.Tx, at time.Time) time.Time {
	c := tx.Bucket([]byte(RecordsBucket)).Cursor()
	from := firstKey(at.Add(-trial))
	k, _ := c.Seek(from[:])
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	if len(k) != idSize {
		return time.Time{}
	}
	if before := keyTime(k); at.Sub(before) > trial+pos.LongestRest {
		return before
	}
	return time.Time{}
}

func keyTime(k []byte) time.Time { return time.UnixMilli(int64(key(k).MS())).In(pos.EAT) }

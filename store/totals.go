package store

import (
	"bytes"
	"encoding/binary"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// Totals is what a day came to: the sum of the attempts that [Ledger.DayPage] shows for it, kept as
// they change.
func (l *Ledger) Totals(day pos.Day) (pos.Totals, error) {
	var t pos.Totals
	err := l.view(func(tx *bolt.Tx) (err error) {
		t, err = getTotals(tx, day)
		return err
	})
	return t, err
}

// Month is what a month came to.
func (l *Ledger) Month(m pos.Month) (pos.Totals, error) { return l.Totals(monthKey(m)) }

// Days returns what each day from the first to the last came to, oldest first, without those on
// which nothing was asked.
func (l *Ledger) Days(first, last pos.Day) ([]pos.DayTotals, error) {
	var days []pos.DayTotals
	err := l.view(func(tx *bolt.Tx) error {
		c := tx.Bucket([]byte(totalsBucket)).Cursor()
		end := totalsKey(last)
		for k, value := c.Seek(totalsKey(first)); k != nil && bytes.Compare(k, end) <= 0; k, value = c.Next() {
			if len(k) != 4 {
				return damaged(totalsBucket, k, errShape)
			}
			if binary.BigEndian.Uint32(k)%100 == 0 {
				continue // a month
			}
			body, err := unseal(totalsBucket, k, value)
			if err != nil {
				return err
			}
			d := pos.DayTotals{Day: pos.Day(binary.BigEndian.Uint32(k))}
			if d.Totals, err = decodeTotals(body); err != nil {
				return damaged(totalsBucket, k, err)
			}
			days = append(days, d)
		}
		return nil
	})
	return days, err
}

func getTotals(tx *bolt.Tx, day pos.Day) (pos.Totals, error) {
	k := totalsKey(day)
	body, err := get(tx, totalsBucket, k)
	if err != nil || body == nil {
		return pos.Totals{}, err
	}
	t, err := decodeTotals(body)
	if err != nil {
		return t, damaged(totalsBucket, k, err)
	}
	return t, nil
}

func putTotals(tx *bolt.Tx, day pos.Day, t pos.Totals) error {
	return put(tx, totalsBucket, totalsKey(day), encodeTotals(t))
}

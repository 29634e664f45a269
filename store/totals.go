package store

import (
	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// Totals is what a day came to: the sum of the attempts that [Ledger.DayPage] shows for it, kept as they change.
func (l *Ledger) Totals(day pos.Day) (pos.Totals, error) {
	var t pos.Totals
	err := l.view(func(tx *bolt.Tx) (err error) {
		t, err = getTotals(tx, day)
		return err
	})
	return t, err
}

func getTotals(tx *bolt.Tx, day pos.Day) (pos.Totals, error) {
	var t pos.Totals
	k := totalsKey(day)
	body, err := get(tx, totalsBucket, k)
	if err != nil || body == nil {
		return t, err
	}
	if err := decode(body, &t, totalsFields); err != nil {
		return pos.Totals{}, damaged(totalsBucket, k, err)
	}
	return t, nil
}

func putTotals(tx *bolt.Tx, day pos.Day, t pos.Totals) error {
	body, err := encode(&t, totalsFields)
	if err != nil {
		return err
	}
	return put(tx, totalsBucket, totalsKey(day), body)
}

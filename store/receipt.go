package store

import (
	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// ByReceipt implements [pos.Ledger].
func (l *Ledger) ByReceipt(receipt string) (pos.AttemptID, error) {
	var id pos.AttemptID
	err := l.view(func(tx *bolt.Tx) (err error) {
		id, err = l.reader(tx).holder(receiptText(receipt), key{})
		if err == nil && id == "" {
			err = pos.ErrNotFound
		}
		return err
	})
	return id, err
}

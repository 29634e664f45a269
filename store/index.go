package store

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// entry is one entry of an index. All that the indexes say of an attempt is what entries lists: to
// write an event is to put what was not listed before it, and to rebuild the indexes is to put
// everything.
type entry struct {
	bucket bucket
	key    []byte
	body   []byte
}

// What an attempt has to do with a receipt number: the value in the receipts bucket.
const (
	names byte = iota // its evidence speaks of it
	holds             // M-PESA's callback closed the attempt with it
)

// entries lists what the indexes say of an attempt: a is the attempt, r its record.
func (rd reader) entries(r *rec, a pos.Attempt) []entry {
	k := r.Key
	list := make([]entry, 0, 8)
	add := func(b bucket, key []byte) { list = append(list, entry{b, append(key, k[:msSize]...), nil}) }
	if s, ok := format.ParseKey(a.Sale); ok && s != k {
		list = append(list, entry{salesBucket, saleKey(s, k), nil})
	}
	if o, ok := format.ParseKey(a.Overrides); ok {
		list = append(list, entry{overridesBucket, overrideKey(o, k), nil})
	}
	if a.Remembered() {
		list = append(list, entry{unsettledBucket, k[:], nil})
	}
	if a.Address != "" && !beginsWith(a.Address, k) {
		list = append(list, entry{addressesBucket, []byte(a.Address), k[:]})
	}
	if a.Once != "" {
		list = append(list, entry{onceBucket, []byte(a.Once), k[:]})
	}
	if p := r.phoneOf(a); p != nil {
		add(phonesBucket, phoneKey(p, k.MS()))
	}
	add(amountsBucket, amountKey(a.Amount))
	if foldedReference(a.Reference) != "" {
		add(referencesBucket, referenceKey(a.Reference))
	}
	if c := a.CheckoutRequestID; c != "" {
		add(checkoutsBucket, checkoutKey(rd.coder.Key, c))
	}
	receipts := list[len(list):]
	for i := range r.Events {
		if code := claimed(r.Events[i].Event); code != "" {
			at := append(receiptKey(code), k[:msSize]...)
			if !slices.ContainsFunc(receipts, func(e entry) bool { return bytes.Equal(e.key, at) }) {
				receipts = append(receipts, entry{receiptsBucket, at, []byte{names}})
			}
		}
	}
	for i := range receipts {
		if a.Receipt != "" && bytes.Equal(receipts[i].key[:len(receipts[i].key)-msSize], receiptKey(receiptText(a.Receipt))) {
			receipts[i].body = []byte{holds}
		}
	}
	return append(list, receipts...)
}

// phoneOf is the number that was asked, where it is one that is indexed.
func (r *rec) phoneOf(a pos.Attempt) *format.Entry {
	const national = 12 - format.NationalDigits
	if len(a.Phone) != 12 || a.Phone[:national] != "254" {
		return nil
	}
	return r.Number(string(a.Phone[national:]))
}

// claimed is the receipt number that an event speaks of, "" for none.
func claimed(e pos.Event) string {
	switch {
	case e.Kind == pos.EventTyped:
		return receiptText(e.Typed)
	case e.Kind == pos.EventCalledBack && e.Answer != nil:
		return receiptText(e.Answer.Receipt)
	default:
		return ""
	}
}

// checkoutKey stands for an id that does not. What it is made of cannot be told: it may hold a
// number of somebody's.
func checkoutKey(secret []byte, id string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(clip(id)))
	return mac.Sum(nil)[:format.HashSize]
}

// beginsWith reports whether an address begins with the moment of the attempt, so that it needs no
// index.
func beginsWith(address string, k key) bool {
	return len(address) > 2*msSize && address[:2*msSize] == hex.EncodeToString(k[:msSize])
}

// changes compares the entries before an event with those after it.
func changes(before, after []entry) (removed, added []entry) {
	for _, e := range before {
		if !slices.ContainsFunc(after, e.sameKey) {
			removed = append(removed, e)
		}
	}
	for _, e := range after {
		if !slices.ContainsFunc(before, func(b entry) bool { return e.sameKey(b) && bytes.Equal(e.body, b.body) }) {
			added = append(added, e)
		}
	}
	return removed, added
}

func (e entry) sameKey(o entry) bool { return e.bucket == o.bucket && bytes.Equal(e.key, o.key) }

// put writes the entry. An attempt that holds a receipt may share its entry with one of the same
// millisecond that only names it.
func (e entry) put(tx *bolt.Tx) error {
	if e.bucket == receiptsBucket && e.body[0] == names && has(tx, e.bucket, e.key) {
		return nil
	}
	return put(tx, e.bucket, e.key, e.body)
}

// holder is the attempt that holds a receipt, if it is another than k.
func (rd reader) holder(receipt string, k key) (pos.AttemptID, error) {
	var by pos.AttemptID
	if receipt == "" {
		return by, nil
	}
	prefix := receiptKey(receipt)
	err := scan(rd.tx, receiptsBucket, prefix, func(at, body []byte) error {
		if len(at) != len(prefix)+msSize || len(body) != 1 || body[0] != holds {
			return nil
		}
		return rd.ofMoment(at[len(prefix):], func(other key, value []byte) error {
			a, err := rd.page(other[:], value)
			if err == nil && other != k && receiptText(a.Receipt) == receipt {
				by = a.ID
			}
			return err
		})
	})
	return by, err
}

// idHolder is another attempt than k that has the CheckoutRequestID, if there is one.
func (rd reader) idHolder(id string, k key) (pos.AttemptID, error) {
	found := map[key]pos.Attempt{}
	var errs []error
	for _, r := range rd.checkoutReadings(id) {
		errs = append(errs, rd.collect(r, 2, found))
	}
	for other, a := range found {
		if other != k {
			return a.ID, nil
		}
	}
	return "", errors.Join(errs...)
}

// ofMoment calls visit for the attempts of a millisecond, with their keys and records.
func (rd reader) ofMoment(ms []byte, visit func(k key, value []byte) error) error {
	c := rd.tx.Bucket([]byte(attemptsBucket)).Cursor()
	for k, value := c.Seek(ms); k != nil && bytes.HasPrefix(k, ms); k, value = c.Next() {
		if len(k) != idSize {
			return damaged(attemptsBucket, k, errShape)
		}
		if err := visit(key(k), value); err != nil {
			return err
		}
	}
	return nil
}

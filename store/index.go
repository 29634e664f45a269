package store

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// What an attempt has to do with a receipt number: the value in the receipts bucket.
const (
	names byte = iota // its evidence speaks of it
	holds             // M-PESA's callback closed the attempt with it
)

// entries lists what the indexes say of an attempt: a is the attempt, r its record, secret the
// ledger's key of hashes. To write an event is to put what was not listed before it, and to make
// the indexes again is to put everything. Of two attempts that share an entry, since they are of
// one millisecond, the one with the greater value has it.
func entries(secret []byte, r *format.Record, a pos.Attempt) []Row {
	k := r.Key
	list := actsOf(r)
	add := func(b Bucket, key []byte) { list = append(list, newRow(b, append(key, k[:msSize]...), nil)) }
	if row, more := SaleRow(r); more {
		list = append(list, row)
	}
	if o, ok := format.ParseKey(a.Overrides); ok {
		list = append(list, newRow(overridesBucket, overrideKey(o, k), nil))
	}
	if a.Remembered() {
		list = append(list, newRow(unsettledBucket, k[:], nil))
	}
	if a.Address != "" && !beginsWith(a.Address, k) {
		list = append(list, newRow(addressesBucket, []byte(a.Address), k[:]))
	}
	if a.Once != "" {
		list = append(list, newRow(onceBucket, []byte(a.Once), k[:]))
	}
	if p := phoneOf(r, a); p != nil {
		add(phonesBucket, phoneKey(p, k.MS()))
	}
	add(amountsBucket, amountKey(a.Amount))
	if foldedReference(a.Reference) != "" {
		add(referencesBucket, referenceKey(a.Reference))
	}
	if c := a.CheckoutRequestID; c != "" {
		add(checkoutsBucket, checkoutKey(secret, c))
	}
	receipts := list[len(list):]
	for i := range r.Events {
		if code := claimed(r.Events[i].Event); code != "" {
			at := append(receiptKey(code), k[:msSize]...)
			if !slices.ContainsFunc(receipts, func(e Row) bool { return bytes.Equal(e.Key, at) }) {
				receipts = append(receipts, newRow(ReceiptsBucket, at, []byte{names}))
			}
		}
	}
	if a.Receipt != "" {
		at := append(receiptKey(receiptText(a.Receipt)), k[:msSize]...)
		if i := slices.IndexFunc(receipts, func(e Row) bool { return bytes.Equal(e.Key, at) }); i >= 0 {
			receipts[i] = newRow(ReceiptsBucket, at, []byte{holds})
		}
	}
	return append(list, receipts...)
}

// actsOf are the entries of the shifts that events of a payment are stamped with.
func actsOf(r *format.Record) []Row {
	list := make([]Row, 0, 9)
	for i := range r.Events {
		in := r.Events[i].By.Shift
		if in == "" {
			continue
		}
		s, ok := format.ParseKey(in)
		if at := actKey(s, r.Key); ok && !slices.ContainsFunc(list, func(e Row) bool { return bytes.Equal(e.Key, at) }) {
			list = append(list, newRow(actsBucket, at, nil))
		}
	}
	return list
}

// saleOf is the sale of which the first event of a payment's record says that it is; not ok where
// it is the first event of none.
func saleOf(first pos.Event) (sale pos.SaleID, ok bool) {
	switch {
	case first.Kind == pos.EventAsked && first.Asked != nil:
		return first.Asked.Sale, true
	case first.Kind == pos.EventCash && first.Cash != nil:
		return first.Cash.Sale, true
	}
	return "", false
}

// SaleRow is what the index of sales says of a record, where the sale is not named after it.
// Without it, no attempt of the sale can be replayed.
func SaleRow(r *format.Record) (row Row, more bool) {
	sale, _ := saleOf(r.Events[0].Event)
	s, ok := format.ParseKey(sale)
	return newRow(salesBucket, saleKey(s, r.Key), nil), ok && s != r.Key
}

// phoneOf is the number that was asked, where it is one that is indexed.
func phoneOf(r *format.Record, a pos.Attempt) *format.Entry {
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
	return mac.Sum(nil)[:hashPart]
}

// beginsWith reports whether an address begins with the moment of the attempt, so that it needs no
// index.
func beginsWith(address string, k key) bool {
	return len(address) > 2*msSize && address[:2*msSize] == hex.EncodeToString(k[:msSize])
}

// changes compares the entries before an event with those after it.
func changes(before, after []Row) (removed, added []Row) {
	for _, e := range before {
		if !slices.ContainsFunc(after, e.sameKey) {
			removed = append(removed, e)
		}
	}
	for _, e := range after {
		if !slices.ContainsFunc(before, func(b Row) bool { return e.sameKey(b) && bytes.Equal(e.Value, b.Value) }) {
			added = append(added, e)
		}
	}
	return removed, added
}

func (r Row) sameKey(o Row) bool { return r.Bucket == o.Bucket && bytes.Equal(r.Key, o.Key) }

// putEntry writes the entry, unless that of another attempt has its place.
func putEntry(tx *bolt.Tx, e Row) error {
	if was := tx.Bucket([]byte(e.Bucket)).Get(e.Key); was != nil && bytes.Compare(was, e.Value) >= 0 {
		return nil
	}
	return e.put(tx)
}

package store

import (
	"bytes"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// maxCallbacks is how many callbacks of one attempt are kept whatever they say; of later ones only those that change
// what is known. Who holds a secret address must not be able to fill the disk.
const maxCallbacks = 64

// entry is one event, ready to be written: everything that can be refused has been looked at, so
// that writing it leaves nothing half done.
type entry struct {
	attempt key
	seq     int
	event   []byte // the record

	before, after pos.Attempt
	totals        pos.Totals // of the attempt's day, with after in the place of before
	changed       bool
	skip          bool   // nothing is to be written
	named         string // the receipt that the event speaks of, or ""
}

// prepare reads what the event e changes. It writes nothing. The errors are the caller's own: the event names no
// attempt, or cannot be, or a record it needs is damaged.
func prepare(tx *bolt.Tx, e pos.Event) (entry, error) {
	if e.Kind == 0 {
		return entry{}, errors.New("store: an event without a kind")
	}
	k, ok := parseKey(e.Attempt)
	if !ok {
		return entry{}, fmt.Errorf("store: attempt %q: %w", e.Attempt, pos.ErrNotFound)
	}
	sale, err := saleOf(tx, k, e)
	if err != nil {
		return entry{}, err
	}
	e = stored(e)
	if e.UsedBy, err = holder(tx, claimed(e), k); err != nil {
		return entry{}, err
	}
	record, err := encode(&e, eventFields)
	if err != nil {
		return entry{}, fmt.Errorf("store: event of attempt %s: %w", e.Attempt, err)
	}

	next, i, changed := sale.Apply(e)
	if i < 0 {
		return entry{}, fmt.Errorf("store: attempt %s: %w", e.Attempt, pos.ErrNotFound)
	}
	n := entry{attempt: k, event: record, after: next[i], changed: changed, named: claimed(e)}
	if i < len(sale) {
		n.before = sale[i]
	}
	for _, a := range sale {
		n.seq += a.Events
	}

	known, callbacks, err := recorded(tx, k, e, record)
	if err != nil {
		return entry{}, err
	}
	if known || callbacks >= maxCallbacks && e.Kind == pos.EventCalledBack && !teaches(n.before, n.after) {
		return entry{after: n.before, skip: true}, nil
	}
	n.after.Events++

	if n.totals, err = getTotals(tx, k.day()); err != nil {
		return entry{}, err
	}
	if n.before.ID != "" {
		n.totals.Add(n.before, -1)
	}
	n.totals.Add(n.after, +1)
	return n, nil
}

// saleOf reads the sale that the event belongs to, and refuses an EventAsked whose attempt or address is there.
func saleOf(tx *bolt.Tx, k key, e pos.Event) (pos.Sale, error) {
	if e.Kind != pos.EventAsked {
		a, err := getAttempt(tx, k)
		if err != nil {
			return nil, err
		}
		s, _ := parseKey(a.Sale)
		return getSale(tx, s)
	}
	if e.Asked == nil {
		return nil, fmt.Errorf("store: attempt %s is asked without saying what", e.Attempt)
	}
	s, ok := parseKey(e.Asked.Sale)
	if !ok {
		return nil, fmt.Errorf("store: sale %q is not a ULID", e.Asked.Sale)
	}
	if len(e.Asked.Address) > longest {
		return nil, fmt.Errorf("store: the address of attempt %s is longer than %d bytes", e.Attempt, longest)
	}
	if has(tx, attemptsBucket, k[:]) {
		return nil, fmt.Errorf("store: attempt %s is in the ledger already", e.Attempt)
	}
	if e.Asked.Address != "" && has(tx, addressesBucket, []byte(e.Asked.Address)) {
		return nil, fmt.Errorf("store: attempt %s has the address of an earlier one", e.Attempt)
	}
	return getSale(tx, s)
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

// recorded reports whether the event is in the ledger already, and counts the attempt's callbacks. A callback is the
// same if its body is: it is delivered several times. Anything else is the same in every byte, its time included.
func recorded(tx *bolt.Tx, k key, e pos.Event, record []byte) (known bool, callbacks int, err error) {
	err = scan(tx, eventsBucket, k[:], func(at, body []byte) error {
		if e.Kind != pos.EventCalledBack {
			known = known || bytes.Equal(body, record)
			return nil
		}
		was, err := readEvent(at, body)
		if err != nil {
			return err
		}
		if was.Kind == pos.EventCalledBack {
			callbacks++
			known = known || sameBody(was, e)
		}
		return nil
	})
	return known, callbacks, err
}

// sameBody compares two callbacks by their bodies, or by what was read where no body was kept.
func sameBody(a, b pos.Event) bool {
	switch {
	case a.Answer == nil || b.Answer == nil:
		return false
	case len(a.Answer.Raw) > 0 || len(b.Answer.Raw) > 0:
		return bytes.Equal(a.Answer.Raw, b.Answer.Raw)
	}
	x, errX := encode(a.Answer, answerFields)
	y, errY := encode(b.Answer, answerFields)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// teaches reports whether after knows more than before: not only other words for the same.
func teaches(before, after pos.Attempt) bool {
	return after.State != before.State || after.Facts != before.Facts || after.Notices != before.Notices ||
		after.Receipt != before.Receipt
}

// write puts the entry into its buckets. An error leaves the transaction unusable.
func (n *entry) write(tx *bolt.Tx) error {
	if n.skip {
		return nil
	}
	k, a := n.attempt, &n.after
	record, err := encode(a, attemptFields)
	if err != nil {
		return err
	}
	w := writer{tx: tx}
	w.put(eventsBucket, eventKey(k, n.seq), n.event)
	w.put(attemptsBucket, k[:], record)
	w.set(openBucket, k[:], a.Open())
	w.set(owedBucket, k[:], a.Notices.Has(pos.PaidTwice))
	if n.before.ID == "" {
		s, _ := parseKey(a.Sale)
		w.put(salesBucket, saleKey(s, k), nil)
		w.index(phonesBucket, phonePrefix(string(a.Phone)), k)
		w.index(amountsBucket, amountPrefix(a.Amount), k)
		if foldedReference(a.Reference) != "" {
			w.index(referencesBucket, referencePrefix(a.Reference), k)
		}
		if a.Address != "" {
			w.put(addressesBucket, []byte(a.Address), k[:])
		}
	}
	if a.CheckoutRequestID != "" && n.before.CheckoutRequestID == "" {
		w.put(checkoutsBucket, checkoutKey(a.CheckoutRequestID), k[:])
	}
	if n.named != "" {
		w.name(n.named, k)
	}
	if a.Receipt != "" && n.before.Receipt == "" {
		w.put(receiptsBucket, append(receiptPrefix(a.Receipt), k[:]...), []byte{holds})
	}
	if w.err != nil {
		return w.err
	}
	return putTotals(tx, k.day(), n.totals)
}

// What an attempt has to do with a receipt number: the value in the receipts bucket.
const (
	names byte = iota // its evidence speaks of it
	holds             // M-PESA's callback closed the attempt with it
)

// holder is the attempt that holds a receipt, if it is another than k.
func holder(tx *bolt.Tx, receipt string, k key) (pos.AttemptID, error) {
	var by pos.AttemptID
	if receipt == "" {
		return by, nil
	}
	prefix := receiptPrefix(receipt)
	err := scan(tx, receiptsBucket, prefix, func(at, body []byte) error {
		other, ok := tail(at)
		if ok && len(at) == len(prefix)+idSize && other != k && len(body) == 1 && body[0] == holds {
			by = other.attempt()
		}
		return nil
	})
	return by, err
}

// writer puts until the first error.
type writer struct {
	tx  *bolt.Tx
	err error
}

func (w *writer) put(b bucket, k, body []byte) {
	if w.err == nil {
		w.err = put(w.tx, b, k, body)
	}
}

// index adds an entry that is found by its beginning.
func (w *writer) index(b bucket, prefix []byte, k key) { w.put(b, append(prefix, k[:]...), nil) }

// set makes k a member of the bucket, or not.
func (w *writer) set(b bucket, k []byte, member bool) {
	switch is := has(w.tx, b, k); {
	case w.err != nil:
	case member && !is:
		w.put(b, k, nil)
	case !member && is:
		w.err = w.tx.Bucket([]byte(b)).Delete(k)
	}
}

// name records that an attempt's evidence speaks of a receipt, unless that is known or it holds it.
func (w *writer) name(receipt string, k key) {
	at := append(receiptPrefix(receipt), k[:]...)
	if !has(w.tx, receiptsBucket, at) {
		w.put(receiptsBucket, at, []byte{names})
	}
}

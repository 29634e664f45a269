package store

import (
	"bytes"
	"cmp"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// Every read is one short transaction: what it returns is copied out, since a transaction that
// stays open makes the file grow and, on some machines, the writer wait.
//
// The reads that return a list leave out a record that is damaged, and return the others with an
// error that names it.

// Attempt implements [pos.Ledger].
func (l *Ledger) Attempt(id pos.AttemptID) (pos.Attempt, error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return pos.Attempt{}, fmt.Errorf("store: attempt %q: %w", id, pos.ErrNotFound)
	}
	var a pos.Attempt
	err := l.view(func(tx *bolt.Tx) (err error) {
		a, err = l.reader(tx).attempt(k)
		return err
	})
	return a, err
}

// ByAddress implements [pos.Ledger].
func (l *Ledger) ByAddress(address string) (pos.AttemptID, error) {
	if address == "" || len(address) > longest {
		return "", pos.ErrNotFound
	}
	var id pos.AttemptID
	err := l.view(func(tx *bolt.Tx) error {
		k, err := l.reader(tx).byAddress(address)
		if err == nil {
			id = attemptOf(k)
		}
		return err
	})
	return id, err
}

// ByOnce implements [pos.Ledger].
func (l *Ledger) ByOnce(mark string) (pos.AttemptID, error) {
	if mark == "" || len(mark) > longest {
		return "", pos.ErrNotFound
	}
	var id pos.AttemptID
	err := l.view(func(tx *bolt.Tx) error {
		k, err := named(tx, onceBucket, mark)
		if err == nil {
			id = attemptOf(k)
		}
		return err
	})
	return id, err
}

// Open lists what has no end, oldest first. With a pos.ErrRefused, there are others, which cannot
// be read.
func (l *Ledger) Open() ([]pos.Attempt, error) { return l.remembered(pos.Attempt.Open) }

// Followed implements [pos.Ledger].
func (l *Ledger) Followed() ([]pos.Attempt, error) { return l.remembered(pos.Attempt.Followed) }

// Unsettled lists what has no end, does not match, may be paid twice or is owed back, oldest first.
// With a pos.ErrRefused, there are others, which cannot be read.
func (l *Ledger) Unsettled() ([]pos.Attempt, error) { return l.remembered(pos.Attempt.Unsettled) }

// remembered lists those attempts of the unsettled bucket that are wanted.
func (l *Ledger) remembered(wanted func(pos.Attempt) bool) ([]pos.Attempt, error) {
	var list []pos.Attempt
	err := l.view(func(tx *bolt.Tx) error {
		var keys []key
		err := scan(tx, unsettledBucket, nil, func(k, _ []byte) error {
			if len(k) != idSize {
				return damaged(unsettledBucket, k, errShape)
			}
			keys = append(keys, key(k))
			return nil
		})
		var missing error
		list, missing = l.reader(tx).attempts(keys)
		return refused(errors.Join(err, missing))
	})
	return slices.DeleteFunc(list, func(a pos.Attempt) bool { return !wanted(a) }), err
}

// Sale implements [pos.Ledger].
func (l *Ledger) Sale(id pos.SaleID) (pos.Sale, error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return nil, nil
	}
	var sale pos.Sale
	err := l.view(func(tx *bolt.Tx) (err error) {
		sale, err = l.reader(tx).sale(k)
		return err
	})
	return sale, err
}

// Events lists the evidence of an attempt in the order it was written, bodies included, or returns
// pos.ErrNotFound.
func (l *Ledger) Events(id pos.AttemptID) ([]pos.Event, error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return nil, fmt.Errorf("store: attempt %q: %w", id, pos.ErrNotFound)
	}
	var events []pos.Event
	err := l.view(func(tx *bolt.Tx) error {
		rd := l.reader(tx)
		rd.bodies = true
		r, err := rd.record(k)
		if err != nil {
			return err
		}
		for _, e := range r.Events {
			events = append(events, e.Event)
		}
		return nil
	})
	return events, err
}

// DayPage lists up to n attempts of a day, newest first: those before the attempt before, or the
// day's last if it is "". It reads no more records than it returns, however big the ledger.
func (l *Ledger) DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error) {
	from, to := dayKeys(day)
	if before != "" {
		k, ok := format.ParseKey(before)
		if !ok {
			return nil, fmt.Errorf("store: attempt %q: %w", before, pos.ErrNotFound)
		}
		if bytes.Compare(k[:], to[:]) < 0 {
			to = k
		}
	}
	var page []pos.Attempt
	err := l.view(func(tx *bolt.Tx) error {
		var errs []error
		rd := l.reader(tx)
		c := tx.Bucket([]byte(attemptsBucket)).Cursor()
		k, value := below(c, to[:])
		for ; n > 0 && k != nil && bytes.Compare(k, from[:]) >= 0; n-- {
			a, err := rd.page(k, value)
			if err != nil {
				errs = append(errs, err)
			} else {
				page = append(page, a)
			}
			k, value = c.Prev()
		}
		return errors.Join(errs...)
	})
	return page, err
}

// below moves the cursor to the last key before limit; nil where there is none.
func below(c *bolt.Cursor, limit []byte) (k, value []byte) {
	if k, _ := c.Seek(limit); k == nil {
		return c.Last()
	}
	return c.Prev()
}

// record reads the record of an attempt.
func (rd reader) record(k key) (*rec, error) {
	value, err := rd.value(k)
	if err != nil {
		return nil, err
	}
	if r := rd.recent[k]; r != nil && bytes.Equal(r.sealed, value) {
		return r, nil
	}
	return rd.read(k[:], value)
}

// value is the record of an attempt as it is in the file, whose memory it shares.
func (rd reader) value(k key) ([]byte, error) {
	value := rd.tx.Bucket([]byte(attemptsBucket)).Get(k[:])
	if value == nil {
		return nil, fmt.Errorf("store: attempt %s: %w", k, pos.ErrNotFound)
	}
	return value, nil
}

// attempt reads an attempt.
func (rd reader) attempt(k key) (pos.Attempt, error) {
	r, err := rd.record(k)
	if err != nil {
		return pos.Attempt{}, err
	}
	return rd.replay(r)
}

// page reads the attempt of an entry of the attempts bucket.
func (rd reader) page(at, value []byte) (pos.Attempt, error) {
	r, err := rd.read(at, value)
	if err != nil {
		return pos.Attempt{}, err
	}
	return rd.replay(r)
}

// replay is the attempt that the events of a record make, and those of the other attempts of its
// sale where there are any.
func (rd reader) replay(r *rec) (pos.Attempt, error) {
	records, err := rd.othersOf(r)
	if err != nil {
		return pos.Attempt{}, err
	}
	if len(records) == 1 { // nearly always
		return r.alone(), nil
	}
	sale := fold(records)
	for _, a := range sale {
		if a.ID == r.Events[0].Attempt {
			return a, nil
		}
	}
	return pos.Attempt{}, damaged(attemptsBucket, r.Key[:], errShape)
}

// saleWith is the sale of an attempt whose record has been read.
func (rd reader) saleWith(r *rec) (pos.Sale, error) {
	records, err := rd.othersOf(r)
	if err != nil {
		return nil, err
	}
	return fold(records), nil
}

// othersOf reads the records of the sale that r is of, r among them.
func (rd reader) othersOf(r *rec) ([]*rec, error) {
	s := r.Key
	if asked := r.Events[0]; string(asked.Asked.Sale) != string(asked.Attempt) {
		var ok bool
		if s, ok = format.ParseKey(asked.Asked.Sale); !ok {
			return nil, damaged(attemptsBucket, r.Key[:], errShape)
		}
	}
	return rd.saleRecords(s, r)
}

// alone is the attempt that the events of the record make, where its sale has no other.
func (r *rec) alone() (a pos.Attempt) {
	for i := range r.Events {
		a, _ = a.Apply(r.Events[i].Event)
	}
	a.Events = len(r.Events)
	return a
}

// sale reads the attempts of a sale, in the order they were asked.
func (rd reader) sale(s key) (pos.Sale, error) {
	records, err := rd.saleRecords(s, nil)
	if err != nil || len(records) == 0 {
		return nil, err
	}
	return fold(records), nil
}

// saleRecords reads the records of a sale: that of the attempt whose name it has, and those that
// the bucket of sales names. one is one of them that has been read already, or nil.
func (rd reader) saleRecords(s key, one *rec) ([]*rec, error) {
	var records []*rec
	if one != nil && one.Key == s {
		records = append(records, one)
	} else if has(rd.tx, attemptsBucket, s[:]) {
		r, err := rd.record(s)
		if err != nil {
			return nil, err
		}
		if r.Events[0].Asked.Sale == pos.SaleID(s.String()) {
			records = append(records, r)
		}
	}
	err := scan(rd.tx, salesBucket, s[:], func(k, _ []byte) error {
		if len(k) != 2*idSize {
			return damaged(salesBucket, k, errShape)
		}
		other := key(k[idSize:])
		if one != nil && one.Key == other {
			records = append(records, one)
			return nil
		}
		r, err := rd.record(other)
		if errors.Is(err, pos.ErrNotFound) {
			err = damaged(attemptsBucket, other[:], errNamed)
		}
		records = append(records, r)
		return err
	})
	if err == nil && one != nil && !slices.Contains(records, one) {
		err = damaged(salesBucket, saleKey(s, one.Key), errMissing)
	}
	return records, err
}

var errNamed = errors.New("an index names it, and it is not there")

// fold makes the attempts of a sale of the events in all its records, in the order of their
// numbers.
func fold(records []*rec) pos.Sale {
	if len(records) == 1 {
		return pos.Sale{records[0].alone()}
	}
	var events []*format.Event
	for _, r := range records {
		for i := range r.Events {
			events = append(events, &r.Events[i])
		}
	}
	slices.SortFunc(events, func(a, b *format.Event) int { return cmp.Compare(a.N, b.N) })
	sale := make(pos.Sale, 0, len(records))
	for _, e := range events {
		if i, _ := sale.Add(e.Event); i >= 0 {
			sale[i].Events++
		}
	}
	return sale
}

// attempts reads attempts in the order of their keys.
func (rd reader) attempts(keys []key) ([]pos.Attempt, error) {
	var list []pos.Attempt
	var errs []error
	for _, k := range keys {
		a, err := rd.attempt(k)
		if errors.Is(err, pos.ErrNotFound) {
			err = damaged(attemptsBucket, k[:], errNamed)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		list = append(list, a)
	}
	return list, errors.Join(errs...)
}

// byAddress finds the attempt with a secret address, or returns pos.ErrNotFound. An address begins
// with its attempt's moment; one that does not stands in a bucket.
func (rd reader) byAddress(address string) (key, error) {
	found, err := key{}, pos.ErrNotFound
	if ms, bad := hex.DecodeString(address[:min(len(address), 2*msSize)]); bad == nil && len(address) > 2*msSize {
		wrong := rd.ofMoment(ms, func(k key, value []byte) error {
			r, err := rd.read(k[:], value)
			if err != nil {
				return err
			}
			if subtle.ConstantTimeCompare([]byte(r.Events[0].Asked.Address), []byte(address)) == 1 {
				found = k
			}
			return nil
		})
		if wrong != nil {
			return key{}, wrong
		}
	}
	if found != (key{}) {
		return found, nil
	}
	k, other := named(rd.tx, addressesBucket, address)
	if errors.Is(other, pos.ErrNotFound) {
		other = err
	}
	return k, other
}

// named is the attempt that an index has under a name, or pos.ErrNotFound.
func named(tx *bolt.Tx, b bucket, name string) (key, error) {
	body, err := get(tx, b, []byte(name))
	switch {
	case err != nil:
		return key{}, err
	case body == nil:
		return key{}, pos.ErrNotFound
	case len(body) != idSize:
		return key{}, damaged(b, []byte(name), errShape)
	}
	return key(body), nil
}

// get reads one value, without its checksum; nil where there is none. It shares the file's memory.
func get(tx *bolt.Tx, b bucket, k []byte) ([]byte, error) {
	value := tx.Bucket([]byte(b)).Get(k)
	if value == nil || !b.sealed() {
		return value, nil
	}
	return unseal(b, k, value)
}

func has(tx *bolt.Tx, b bucket, k []byte) bool { return tx.Bucket([]byte(b)).Get(k) != nil }

// scan calls visit for every entry whose key begins with prefix, in order. It goes on past what is
// damaged, and returns all errors together.
func scan(tx *bolt.Tx, b bucket, prefix []byte, visit func(k, body []byte) error) error {
	var errs []error
	c := tx.Bucket([]byte(b)).Cursor()
	for k, value := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, value = c.Next() {
		body, err := value, error(nil)
		if b.sealed() {
			body, err = unseal(b, k, value)
		}
		if err == nil {
			err = visit(k, body)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// put writes one value, with its checksum where the bucket has them.
func put(tx *bolt.Tx, b bucket, k, body []byte) error {
	if b.sealed() {
		body = format.Seal(k, body)
	}
	return putValue(tx, b, k, body)
}

// putValue writes one value as it is. It may not be changed afterwards.
func putValue(tx *bolt.Tx, b bucket, k, value []byte) error {
	to := tx.Bucket([]byte(b))
	to.FillPercent = b.fill()
	return to.Put(k, value)
}

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

// Record is the record of an attempt.
type Record struct {
	format.Record
	sealed []byte // as it stands in the file; nil where it was not written by this program
}

// reader reads records in a transaction.
type reader struct {
	tx     *bolt.Tx
	coder  *format.Coder
	recent map[key]*Record // of the committing goroutine: records that need not be decoded again; see tip
}

// read decodes the record with the key at.
func (rd reader) read(at, sealed []byte) (*Record, error) {
	r, err := rd.coder.Read(at, sealed)
	if err == nil {
		if _, ok := saleOf(r.Events[0].Event); !ok {
			err = errShape
		}
	}
	if err != nil {
		return nil, damaged(RecordsBucket, at, err)
	}
	return &Record{Record: *r}, nil
}

// below moves the cursor to the last key before limit; nil where there is none.
func below(c *bolt.Cursor, limit []byte) (k, value []byte) {
	if k, _ := c.Seek(limit); k == nil {
		return c.Last()
	}
	return c.Prev()
}

// entries are what the indexes say of an attempt.
func (rd reader) entries(r *Record, a pos.Attempt) []Row { return entries(rd.coder.Key, &r.Record, a) }

// record reads the record of an attempt.
func (rd reader) record(k key) (*Record, error) {
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
	value := rd.tx.Bucket([]byte(RecordsBucket)).Get(k[:])
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

// page reads the attempt of a row of the bucket of records.
func (rd reader) page(at, value []byte) (pos.Attempt, error) {
	r, err := rd.read(at, value)
	if err != nil {
		return pos.Attempt{}, err
	}
	return rd.replay(r)
}

// replay is the attempt that the events of a record make, and those of the other attempts of its
// sale where there are any.
func (rd reader) replay(r *Record) (pos.Attempt, error) {
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
	return pos.Attempt{}, damaged(RecordsBucket, r.Key[:], errShape)
}

// saleWith is the sale of an attempt whose record has been read.
func (rd reader) saleWith(r *Record) (pos.Sale, error) {
	records, err := rd.othersOf(r)
	if err != nil {
		return nil, err
	}
	return fold(records), nil
}

// othersOf reads the records of the sale that r is of, r among them.
func (rd reader) othersOf(r *Record) ([]*Record, error) {
	s := r.Key
	if sale, _ := saleOf(r.Events[0].Event); string(sale) != string(r.Events[0].Attempt) {
		var ok bool
		if s, ok = format.ParseKey(sale); !ok {
			return nil, damaged(RecordsBucket, r.Key[:], errShape)
		}
	}
	return rd.saleRecords(s, r)
}

// alone is the attempt that the events of the record make, where its sale has no other.
func (r *Record) alone() (a pos.Attempt) {
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
func (rd reader) saleRecords(s key, one *Record) ([]*Record, error) {
	var records []*Record
	if one != nil && one.Key == s {
		records = append(records, one)
	} else if has(rd.tx, RecordsBucket, s[:]) {
		r, err := rd.record(s)
		if err != nil {
			return nil, err
		}
		if sale, _ := saleOf(r.Events[0].Event); sale == pos.SaleID(s.String()) {
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
			err = damaged(RecordsBucket, other[:], errNamed)
		}
		records = append(records, r)
		return err
	})
	if err == nil && one != nil && !slices.Contains(records, one) {
		err = damaged(salesBucket, saleKey(s, one.Key), errMissing)
	}
	return records, err
}

// fold makes the attempts of a sale of the events in all its records, in the order of their
// numbers.
func fold(records []*Record) pos.Sale {
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
			err = damaged(RecordsBucket, k[:], errNamed)
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
			asked := r.Events[0].Asked // nil: cash has no address
			if asked != nil && subtle.ConstantTimeCompare([]byte(asked.Address), []byte(address)) == 1 {
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
func named(tx *bolt.Tx, b Bucket, name string) (key, error) {
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

// ofMoment calls visit for the attempts of a millisecond, with their keys and records.
func (rd reader) ofMoment(ms []byte, visit func(k key, value []byte) error) error {
	c := rd.tx.Bucket([]byte(RecordsBucket)).Cursor()
	for k, value := c.Seek(ms); k != nil && bytes.HasPrefix(k, ms); k, value = c.Next() {
		if len(k) != idSize {
			return damaged(RecordsBucket, k, errShape)
		}
		if err := visit(key(k), value); err != nil {
			return err
		}
	}
	return nil
}

package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

func sortedDays[T any](m map[pos.Day]T) []pos.Day {
	var days []pos.Day
	for d := range m {
		days = append(days, d)
	}
	slices.Sort(days)
	return days
}

// indexes reads every entry of what follows from the events, and all pages where nobody writes.
func (v *verifier) indexes(tx *bolt.Tx) error {
	for _, b := range derivedBuckets() {
		if b == totalsBucket {
			continue
		}
		var sum uint64
		var last []byte
		n := 0
		err := scan(tx, b, nil, func(k, body []byte) error {
			if n++; n%1024 == 0 && v.ctx.Err() != nil {
				return v.ctx.Err()
			}
			if bytes.Compare(last, k) >= 0 && last != nil {
				return damaged(b, k, errOrder)
			}
			last = k
			sum += v.sum(b, k, body)
			return nil
		})
		if v.ctx.Err() != nil {
			return v.ctx.Err()
		}
		if err != nil {
			v.wrong(derived, nil, "%v", err)
		}
		v.mu.Lock()
		v.sums[b] = sum
		v.mu.Unlock()
	}
	if !v.l.readOnly {
		return nil // bbolt's own check looks at what a writer changes
	}
	if err := checkFirstPages(v.l.path); err != nil {
		v.wrong(evidence, nil, "%v", err)
	}
	switch lost, err := lostFreeList(v.l.db.file); {
	case err != nil:
		return err
	case lost: // the check begins with it
		v.wrong(derived, nil, "the list of free pages is lost")
		return nil
	}
	for err := range tx.Check() {
		v.wrong(evidence, nil, "page structure: %v", err)
	}
	return nil
}

var errOrder = errors.New("it is not in its order")

// compare holds totals and indexes against what the events say.
func (v *verifier) compare(tx *bolt.Tx, rd reader) error {
	err := scan(tx, totalsBucket, nil, func(k, _ []byte) error {
		if len(k) != 4 {
			return damaged(totalsBucket, k, errShape)
		}
		at := pos.Day(binary.BigEndian.Uint32(k))
		got, err := getTotals(tx, at)
		if want := v.totals[at]; err == nil && got != want {
			v.wrong(derived, nil, "the totals of %s are not the sum of its rows", period(at))
		}
		delete(v.totals, at)
		return err
	})
	if err != nil {
		v.wrong(derived, nil, "%v", err)
	}
	for _, at := range sortedDays(v.totals) {
		if v.totals[at] != (pos.Totals{}) {
			v.wrong(derived, nil, "the totals of %s are missing", period(at))
		}
	}
	for _, b := range derivedBuckets() {
		if b != totalsBucket && v.sums[b] != v.wanted[b] {
			if err := v.pinpoint(tx, rd, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// period names a key of the totals.
func period(at pos.Day) string {
	if at%100 == 0 {
		return at.Month().String()
	}
	return at.String()
}

// pinpoint finds what differs in an index whose sum does.
func (v *verifier) pinpoint(tx *bolt.Tx, rd reader, b bucket) error {
	n := 0
	each := func(k []byte, visit func(r *rec, a pos.Attempt)) error {
		if n++; n%1024 == 0 && v.ctx.Err() != nil {
			return v.ctx.Err()
		}
		r, err := rd.record(key(k))
		if err != nil {
			return nil // said already
		}
		if a, err := rd.replay(r); err == nil {
			visit(r, a)
		}
		return nil
	}
	// What the records say, with what is in the index.
	c := tx.Bucket([]byte(attemptsBucket)).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if len(k) != idSize {
			continue
		}
		err := each(k, func(r *rec, a pos.Attempt) {
			for _, e := range rd.entries(r, a) {
				if e.bucket != b {
					continue
				}
				body, err := get(tx, b, e.key)
				if err == nil && (!has(tx, b, e.key) || b == receiptsBucket && e.body[0] == holds && !bytes.Equal(body, e.body) ||
					(b == addressesBucket || b == onceBucket) && !bytes.Equal(body, e.body)) {
					v.wrong(derived, &row{r.Key, a.AskedAt}, "the index of %s does not name it rightly", b)
				}
			}
		})
		if err != nil {
			return err
		}
	}
	// What is in the index, with what the records say.
	return scan(tx, b, nil, func(at, body []byte) error {
		var said bool
		visit := func(k key, _ []byte) error {
			return each(k[:], func(r *rec, a pos.Attempt) {
				said = said || slices.ContainsFunc(rd.entries(r, a), func(e entry) bool {
					return e.bucket == b && bytes.Equal(e.key, at) && (len(body) == 0 || bytes.Equal(e.body, body))
				})
			})
		}
		var err error
		switch b {
		case salesBucket, unsettledBucket:
			if len(at) >= idSize {
				err = visit(key(at[len(at)-idSize:]), nil)
			}
		case addressesBucket, onceBucket:
			if len(body) == idSize {
				err = visit(key(body), nil)
			}
		default:
			if ms, ok := tail(at); ok {
				err = rd.ofMoment(momentKey(ms), visit)
			}
		}
		if err == nil && !said {
			v.wrong(derived, nil, "the index of %s has an entry that no attempt accounts for", b)
		}
		return err
	})
}

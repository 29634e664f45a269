package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// forgetStep is how many attempts are forgotten in one commit, so that a payment never waits long for it.
const forgetStep = 256

// forgottenKey holds the moment, in milliseconds, before which everything has been forgotten but what is open or owed back.
var forgottenKey = []byte("forgotten")

// Forget replaces the phone numbers of the attempts that were asked before the moment by a keyed hash and their last three
// digits, wherever the numbers stand in the evidence, and returns how many attempts it did so for. What is open, or owed back, keeps
// its number; when it ends later it is forgotten with its end. The chain of hashes goes on to hold.
//
// Old pages of the file, free for what comes next, can still hold the numbers until they are used again, or [Rebuild] makes
// the file anew. It is done in many short commits, between which payments go on. Errors: ctx's, [ErrFailed], [ErrDamaged],
// [ErrClosed], [ErrReadOnly]; what has been done until then stays done.
func (l *Ledger) Forget(ctx context.Context, before time.Time) (n int, err error) {
	if l.readOnly {
		return 0, ErrReadOnly
	}
	for done := false; !done; {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		var now int
		r := l.submit(ctx, &request{work: func(b *batch) (err error) {
			now, done, err = b.forget(firstKey(before))
			return err
		}})
		if r.err != nil {
			return n, r.err
		}
		n += now
	}
	return n, nil
}

func getForgotten(tx *bolt.Tx) (uint64, error) {
	body, err := get(tx, aboutBucket, forgottenKey)
	switch {
	case err != nil || body == nil:
		return 0, err
	case len(body) != 8:
		return 0, damaged(aboutBucket, forgottenKey, errShape)
	}
	return binary.BigEndian.Uint64(body), nil
}

// forget does a step of it: n attempts, and whether nothing is left before the key to. The attempts of one millisecond share
// entries of the indexes, and so are forgotten in one step.
func (b *batch) forget(to key) (n int, done bool, err error) {
	var keys []key
	next := to
	c := b.tx.Bucket([]byte(attemptsBucket)).Cursor()
	from := binary.BigEndian.AppendUint64(nil, b.until)[2:]
	k, _ := c.Seek(from)
	for ; k != nil && bytes.Compare(k, to[:]) < 0; k, _ = c.Next() {
		if len(k) != idSize {
			return 0, false, damaged(attemptsBucket, k, errShape)
		}
		at := key(k)
		if len(keys) >= forgetStep && at.ms() != keys[len(keys)-1].ms() {
			next = key{}
			copy(next[:msSize], at[:msSize])
			break
		}
		keys = append(keys, at)
	}
	if next.ms() <= b.until {
		return 0, true, nil
	}
	var kept []entry
	for _, k := range keys {
		r, sale, err := b.withSale(k)
		if err != nil {
			return n, false, err
		}
		i := slices.IndexFunc(sale, func(a pos.Attempt) bool { return a.ID == r.events[0].Attempt })
		a := sale[i]
		if a.Open() || a.Notices.Has(pos.PaidTwice) || !r.remembers() {
			kept = append(kept, b.entries(r, a)...)
			continue
		}
		before := b.entries(r, a)
		r.forget(b.reader)
		if err := put(b.tx, attemptsBucket, k[:], r.encode(0, 0)); err != nil {
			return n, false, err
		}
		// Read again: what was filled with the number is now filled with stars.
		if r, err = b.record(k); err != nil {
			return n, false, err
		}
		if a, err = b.replay(r); err != nil {
			return n, false, err
		}
		after := b.entries(r, a)
		if err := b.reindex(before, after); err != nil {
			return n, false, err
		}
		kept = append(kept, after...)
		n++
	}
	for _, e := range kept { // in the place of those that another attempt of the same millisecond took away
		if !has(b.tx, e.bucket, e.key) {
			if err := e.put(b.tx); err != nil {
				return n, false, err
			}
		}
	}
	b.dirty = true
	b.until = next.ms()
	return n, next == to, put(b.tx, aboutBucket, forgottenKey, binary.BigEndian.AppendUint64(nil, b.until))
}

// remembers reports whether the record has a number that can be forgotten.
func (r *rec) remembers() bool {
	return slices.ContainsFunc(r.mem.phones, func(p phone) bool { return !p.forgotten })
}

// forget leaves of the record's phone numbers their hashes and last digits.
func (r *rec) forget(rd reader) {
	for i := range r.mem.phones {
		p := &r.mem.phones[i]
		rd.hashOf(p)
		*p = p.masked()
	}
}

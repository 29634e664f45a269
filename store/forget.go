package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// forgetStep is how many attempts are forgotten in one commit, so that a payment never waits long
// for it.
const forgetStep = 256

// Forget replaces the phone numbers of the attempts that were asked before the moment by a keyed
// hash and their last three digits, wherever the numbers stand in the evidence, and returns how
// many attempts it did so for. What is unsettled keeps its number, which is forgotten when it is
// settled. The chain of hashes goes on to hold.
//
// Old pages of the file, free for what comes next, can still hold the numbers until they are used
// again, or maintain.Rebuild makes the file again. It is done in many short commits, between which
// payments go on. Each waits for those who were reading at the commit before it: until they are
// done, what that set free cannot be used again, and the file would grow by as much as is
// forgotten, many times over. Errors: ctx's, [ErrFailed], [ErrDamaged], [ErrClosed], [ErrReadOnly];
// what has been done until then stays done. A damaged record stays as it is, and is named at the
// end.
func (l *Ledger) Forget(ctx context.Context, before time.Time) (n int, err error) {
	if l.readOnly {
		return 0, ErrReadOnly
	}
	var bad error
	seen := l.reads.now()
	for done := false; !done; {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		if err := l.afterReads(ctx, seen); err != nil {
			return n, errors.Join(err, bad)
		}
		var now forgetting
		r := l.submit(ctx, &request{work: func(b *batch) (err error) {
			now, err = b.forget(firstKey(before))
			return err
		}})
		if r.err != nil {
			return n, errors.Join(r.err, bad)
		}
		n += now.n
		seen = l.reads.now()
		done, bad = now.done, errors.Join(bad, now.bad)
	}
	return n, bad
}

// forgetting is what a step of Forget came to.
type forgetting struct {
	n    int   // attempts
	done bool  // nothing is left
	bad  error // those that are damaged, and stay as they are
}

// forget does a step of it, up to the key to. The attempts of one millisecond share entries of the
// indexes, and so are forgotten in one step.
func (b *batch) forget(to key) (f forgetting, err error) {
	keys, next, err := b.toForget(to)
	if err != nil || len(keys) == 0 {
		return forgetting{done: true}, err
	}
	var kept []Row
	for _, k := range keys {
		forgotten, entries, err := b.forgetOne(k)
		switch {
		case errors.Is(err, ErrDamaged):
			f.bad = errors.Join(f.bad, err)
		case err != nil:
			return f, err
		case forgotten:
			f.n++
		}
		kept = append(kept, entries...)
	}
	for _, e := range kept { // in the place of those that another attempt of the same millisecond took away
		if !has(b.tx, e.Bucket, e.Key) {
			if err := e.put(b.tx); err != nil {
				return f, err
			}
		}
	}
	b.dirty = true
	// No further than the attempts go: where the clock was ahead for a while, what is asked when it
	// is right again is not old.
	until := keys[len(keys)-1].MS() + 1
	bad, err := b.forgetShop(until)
	if err != nil {
		return f, err
	}
	b.until = until
	f.bad = errors.Join(f.bad, bad)
	f.done = next == to
	return f, newRow(AboutBucket, forgottenKey, binary.BigEndian.AppendUint64(nil, b.until)).put(b.tx)
}

// forgetShop forgets the private texts of shifts and people from before the moment, in
// milliseconds, that are over. What is not yet does so when it is.
func (b *batch) forgetShop(until uint64) (bad, err error) {
	keys, err := shopKeys(b.tx, momentKey(b.until), momentKey(until))
	if err != nil {
		return err, nil
	}
	for _, k := range keys {
		r, err := b.shopRecord(k)
		switch {
		case errors.Is(err, ErrDamaged):
			bad = errors.Join(bad, err)
			continue
		case err != nil:
			return bad, err
		case !over(&r.Record) || !r.Remembers():
			continue
		}
		b.coder.Forget(&r.Record)
		if err := (Row{ShopBucket, k[:], b.coder.Value(&r.Record)}).put(b.tx); err != nil {
			return bad, err
		}
	}
	return bad, nil
}

// toForget lists the attempts of a step, and where the next begins.
func (b *batch) toForget(to key) (keys []key, next key, err error) {
	c := b.tx.Bucket([]byte(RecordsBucket)).Cursor()
	from := binary.BigEndian.AppendUint64(nil, b.until)[2:]
	for k, _ := c.Seek(from); k != nil && bytes.Compare(k, to[:]) < 0; k, _ = c.Next() {
		if len(k) != idSize {
			return nil, to, damaged(RecordsBucket, k, errShape)
		}
		at := key(k)
		if len(keys) >= forgetStep && at.MS() != keys[len(keys)-1].MS() {
			copy(next[:msSize], at[:msSize])
			return keys, next, nil
		}
		keys = append(keys, at)
	}
	return keys, to, nil
}

// forgetOne forgets an attempt's numbers, unless it has none, or needs them. entries is what the
// indexes say of it then.
func (b *batch) forgetOne(k key) (forgotten bool, entries []Row, err error) {
	r, err := b.take(k)
	if err != nil {
		return false, nil, err
	}
	a, err := b.replay(r)
	if err != nil {
		return false, nil, err
	}
	before := b.entries(r, a)
	if a.Remembered() || !r.Remembers() {
		return false, before, nil
	}
	b.coder.Forget(&r.Record)
	if err := (Row{RecordsBucket, k[:], b.coder.Value(&r.Record)}).put(b.tx); err != nil {
		return false, nil, err
	}
	// Read again: what was filled with the number is now filled with stars.
	if r, err = b.record(k); err == nil {
		a, err = b.replay(r)
	}
	if err != nil {
		return false, nil, fmt.Errorf("forgetting attempt %s: %v", k, err) // and not as damage: the commit must not be
	}
	entries = b.entries(r, a)
	return true, entries, b.reindex(before, entries)
}

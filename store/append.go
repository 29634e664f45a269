package store

import (
	"context"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// request is one event on its way to the disk, or other work on it. The fields below done belong to
// the committing goroutine until done is closed.
type request struct {
	event pos.Event
	work  func(*batch) error // instead of an event; an error is one of the whole commit
	done  chan struct{}

	attempt pos.Attempt
	changed bool
	err     error
}

// maxBatch bounds the events of one commit, and with it the memory that one takes.
const maxBatch = 1024

// Append implements [pos.Ledger]. Everything that is waiting when a commit begins shares it, and
// nothing waits for more to come. ctx counts until the event is taken into a commit: if it ends
// before, nothing is written and the error is ctx's; afterwards Append waits for the outcome, so
// that not knowing it is rare.
//
// Errors: ctx's, [ErrFull], pos.ErrNoRoom, [ErrFailed], [ErrClosed], [ErrReadOnly], pos.ErrNotFound
// for an event of an attempt that is not there, or a pos.ErrRefused: a record that the event needs
// is damaged ([ErrDamaged]), or the event cannot be, for which pos has errors (pos.Sale.Allows,
// pos.ErrNoShift, pos.ErrLeft). Only after [ErrFailed] is it unknown whether
// the event is on disk; with the others it is not.
func (l *Ledger) Append(ctx context.Context, e pos.Event) (pos.Attempt, bool, error) {
	if l.readOnly {
		return pos.Attempt{}, false, ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return pos.Attempt{}, false, err
	}
	r := l.submit(ctx, &request{event: e})
	return r.attempt, r.changed, r.err
}

// AppendAll implements [pos.Ledger]: it appends events one after the other, in as few commits as
// their number allows. What is refused keeps none of the others from the disk, and is told in the
// end. It is for what is known already; the till appends what happens as it happens.
func (l *Ledger) AppendAll(ctx context.Context, events []pos.Event) error {
	if l.readOnly {
		return ErrReadOnly
	}
	var not error
	for len(events) > 0 {
		some := events[:min(len(events), maxBatch)]
		events = events[len(some):]
		var refused error
		r := l.submit(ctx, &request{work: func(b *batch) error {
			refused = nil // it may be tried again
			for _, e := range some {
				switch _, why, err := b.apply(e); {
				case err != nil:
					return err
				case why != nil:
					refused = errors.Join(refused, refusedEvent(why))
				}
			}
			return nil
		}})
		if r.err != nil {
			return r.err
		}
		not = errors.Join(not, refused)
	}
	return not
}

// submit hands a request to the committing goroutine and waits for its outcome.
func (l *Ledger) submit(ctx context.Context, r *request) *request {
	r.done = make(chan struct{})
	select {
	case l.queue <- r:
		<-r.done
	case <-ctx.Done():
		r.err = ctx.Err()
	case <-l.quit:
		r.err = ErrClosed
	}
	return r
}

// run is the committing goroutine: it takes a request, and whatever else is waiting by then, and
// commits them together.
func (l *Ledger) run() {
	defer close(l.stopped)
	var batch []*request
	for {
		select {
		case r := <-l.queue:
			batch = l.drain(append(batch[:0], r))
		case <-l.quit:
			return
		}
		l.commit(batch)
		clear(batch)
	}
}

// drain adds the requests whose callers are waiting now.
func (l *Ledger) drain(batch []*request) []*request {
	for len(batch) < maxBatch {
		select {
		case r := <-l.queue:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// commit writes the batch and answers every caller.
func (l *Ledger) commit(batch []*request) {
	err := l.Health()
	if err == nil {
		err = l.write(batch)
	}
	for _, r := range batch {
		if err != nil && r.err == nil {
			r.attempt, r.changed, r.err = pos.Attempt{}, false, err
		}
		close(r.done)
	}
}

// write sets the outcome of every request, and returns an error if there is none because the commit
// failed. It writes the batch in one transaction or, where there is no room for that, each request
// in its own: one may fit where all together do not.
func (l *Ledger) write(batch []*request) error {
	var full *fullError
	for more := int64(4 * growth); ; more *= 2 {
		err := l.try(batch)
		if !errors.As(err, &full) {
			return err
		}
		if !full.ahead {
			break
		}
		no, err := l.grow(l.ahead.given + more)
		if err != nil {
			return l.fail(err)
		}
		if no {
			break
		}
	}
	if len(batch) == 1 {
		batch[0].attempt, batch[0].changed, batch[0].err = pos.Attempt{}, false, full.of(batch[0])
		return nil
	}
	for i := range batch {
		if err := l.write(batch[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}

// try writes the batch in one transaction. An error is one of the commit: a [*fullError] where
// nothing was written.
func (l *Ledger) try(batch []*request) error {
	var tx *bolt.Tx
	err := Guard(func() (err error) {
		if err := l.db.current(); err != nil {
			return err
		}
		tx, err = l.db.Begin(true)
		return err
	})
	if err != nil {
		return l.fail(err)
	}
	commit := uint64(tx.ID())
	err = Guard(func() error {
		b, err := l.begin(tx)
		if err != nil {
			return err
		}
		if err := l.lookAhead(tx.Size(), b.unsettled); err != nil {
			return err
		}
		for _, r := range batch {
			r.attempt, r.changed, r.err = pos.Attempt{}, false, nil
			if r.work != nil {
				if err := r.work(b); err != nil {
					return err
				}
				continue
			}
			if r.err = l.roomFor(r.event); r.err != nil {
				continue
			}
			n, why, err := b.apply(r.event)
			if err != nil {
				return err
			}
			if why != nil {
				r.err = refusedEvent(why)
				continue
			}
			r.attempt, r.changed = n.after, n.changed
		}
		if b.dirty {
			if err := b.flush(); err != nil {
				return err
			}
			if err := tx.Commit(); err != nil {
				return err
			}
			l.db.last.Store(commit)
		}
		l.tip = b.tip
		return nil
	})
	_ = tx.Rollback() // says so if the transaction has ended; else nothing was to be written, or something panicked
	if err == nil {
		return nil
	}
	if full := l.full(err, commit); full != nil {
		return full
	}
	return l.fail(err)
}

// fail makes err the reason why this file is never written again.
func (l *Ledger) fail(err error) error {
	err = fmt.Errorf("%w: %w", ErrFailed, err)
	l.failure.Store(&err)
	if !errors.Is(err, ErrDamaged) { // that came up before anything was written
		noteFailure(l.path, err)
	}
	return err
}

// Health is nil while the ledger takes what is written, and otherwise why it does not: an
// [ErrFailed].
func (l *Ledger) Health() error {
	if p := l.failure.Load(); p != nil {
		return *p
	}
	return nil
}

// spare is the room that asking for a payment leaves free on the disk, in bytes, so that the
// outcome of those that were asked can still be written.
const spare = 32 << 20

// begins reports whether events of the kind make a payment.
func begins(kind pos.EventKind) bool { return kind == pos.EventAsked || kind == pos.EventCash }

// roomFor refuses a new payment while the disk is almost full.
func (l *Ledger) roomFor(e pos.Event) error {
	if !begins(e.Kind) {
		return nil
	}
	if err := l.ahead.lacks; err != nil {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	// Where the system does not tell, the commit itself will.
	if free, err := l.room(); err == nil && free < spare {
		return fmt.Errorf("%w (the disk of %s has %d MiB left)", ErrFull, l.path, free>>20)
	}
	return nil
}

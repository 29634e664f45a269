package store

import (
	"context"
	"errors"
	"fmt"

	berrors "go.etcd.io/bbolt/errors"

	"kaunta/pos"
)

// request is one event on its way to the disk, or other work on it. The fields below done belong to the committing goroutine
// until done is closed.
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

// Append implements [pos.Ledger]. Everything that is waiting when a commit begins shares it, and nothing waits for more to
// come. ctx counts until the event is taken into a commit: if it ends before, nothing is written and the error is
// ctx's; afterwards Append waits for the outcome, so that not knowing it is rare.
//
// Errors: ctx's, [ErrFull], [ErrFailed], [ErrDamaged] (with pos.ErrRefused), [ErrClosed], [ErrReadOnly], pos.ErrNotFound for an event of
// an attempt that is not there, or why an EventAsked cannot be. Only after [ErrFailed] is it unknown whether the
// event is on disk; with the others it is not.
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

// AppendAll appends events one after the other, in as few commits as their number allows, and stops at the first that is
// refused: those before it are on disk. It is for taking over what is known already; the till appends what happens as it happens.
func (l *Ledger) AppendAll(ctx context.Context, events []pos.Event) error {
	if l.readOnly {
		return ErrReadOnly
	}
	for len(events) > 0 {
		some := events[:min(len(events), maxBatch)]
		events = events[len(some):]
		var refused error
		r := l.submit(ctx, &request{work: func(b *batch) error {
			for _, e := range some {
				var err error
				if _, refused, err = b.apply(e); refused != nil || err != nil {
					return err
				}
			}
			return nil
		}})
		if err := errors.Join(r.err, refused); err != nil {
			return err
		}
	}
	return nil
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

// run is the committing goroutine: it takes a request, and whatever else is waiting by then, and commits them together.
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

// commit writes the batch in one transaction and answers every caller.
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

// write sets the outcome of every request, and returns an error if there is none because the commit failed.
func (l *Ledger) write(batch []*request) error {
	tx, err := l.db.Begin(true)
	if err != nil {
		return l.fail(err)
	}
	err = guard(func() error {
		b, err := l.begin(tx)
		if err != nil {
			return err
		}
		for _, r := range batch {
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
			if r.err = refused(why); r.err == nil {
				r.attempt, r.changed = n.after, n.changed
			}
		}
		if b.dirty {
			if err := b.flush(); err != nil {
				return err
			}
			if err := tx.Commit(); err != nil {
				return err
			}
			l.shapes.saved()
		}
		l.tip = b.tip
		return nil
	})
	_ = tx.Rollback() // says so if the transaction has ended; else nothing was to be written, or something panicked
	switch {
	case errors.Is(err, berrors.ErrMaxSizeReached):
		return fmt.Errorf("%w: the ledger has reached %d MiB, the most that a 32-bit machine can keep: "+
			"move it to a 64-bit machine", ErrFull, maxSize>>20)
	case err != nil:
		return l.fail(err)
	}
	return nil
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

// spare is the room that asking for a payment leaves free on the disk, in bytes, so that the outcome of those that
// were asked can still be written.
const spare = 32 << 20

// roomFor refuses an EventAsked while the disk is almost full.
func (l *Ledger) roomFor(e pos.Event) error {
	if e.Kind != pos.EventAsked {
		return nil
	}
	// Where the system does not tell, the commit itself will.
	if free, err := l.room(); err == nil && free < spare {
		return fmt.Errorf("%w: the disk of %s has %d MiB left: make room on it", ErrFull, l.path, free>>20)
	}
	return nil
}

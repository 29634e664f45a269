package store

import (
	"context"
	"sync"
	"time"
)

// openReads are the reads of the ledger that are under way, by their numbers in the order in which
// they began. What a commit sets free is used again when nobody reads any more who began before it.
type openReads struct {
	mu   sync.Mutex
	next uint64
	open map[uint64]struct{}
}

// begin takes note of a read, until end is called.
func (r *openReads) begin() (end func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.next
	r.next++
	if r.open == nil {
		r.open = map[uint64]struct{}{}
	}
	r.open[n] = struct{}{}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.open, n)
	}
}

// now is the number of the read that begins next.
func (r *openReads) now() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next
}

// ended reports whether all reads before the number n have ended.
func (r *openReads) ended(n uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for o := range r.open {
		if o < n {
			return false
		}
	}
	return true
}

// readsPause is how often it is looked whether reads have ended.
const readsPause = 50 * time.Millisecond

// afterReads waits until all reads before the number n have ended. Errors: ctx's, [ErrClosed].
func (l *Ledger) afterReads(ctx context.Context, n uint64) error {
	for !l.reads.ended(n) {
		if err := l.pause(ctx, readsPause); err != nil {
			return err
		}
	}
	return nil
}

// pause steps aside for d, and returns an error where the work must end: ctx's, or [ErrClosed].
func (l *Ledger) pause(ctx context.Context, d time.Duration) error {
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-over.C:
	case <-ctx.Done():
	case <-l.quit:
	}
	select {
	case <-l.quit:
		return ErrClosed
	default:
		return ctx.Err()
	}
}

package pos_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/pos"
	"kaunta/store"
)

// flushes is a real ledger on a disk of which each flush takes a while: what is waiting when one
// begins shares it, as in the store.
type flushes struct {
	pos.Ledger
	each time.Duration
	fail error // of the first write

	mu         sync.Mutex
	ends, next time.Time // of the flush that is under way; of the one after it
	writes     int
}

func (f *flushes) flush() error {
	f.mu.Lock()
	now := time.Now()
	if f.writes++; f.next.After(f.ends) && !now.Before(f.ends) {
		f.ends = f.next
	}
	if !now.Before(f.ends) {
		f.ends, f.next = now.Add(f.each), time.Time{}
	} else {
		f.next = f.ends.Add(f.each)
	}
	until, fail := later(f.ends, f.next), f.fail
	f.fail = nil
	f.mu.Unlock()
	elapse(until.Sub(now))
	return fail
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (f *flushes) Append(ctx context.Context, e pos.Event) (pos.Attempt, bool, error) {
	if err := f.flush(); err != nil {
		return pos.Attempt{}, false, err
	}
	return f.Ledger.Append(ctx, e)
}

func (f *flushes) AppendAll(ctx context.Context, events []pos.Event) error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.Ledger.AppendAll(ctx, events)
}

// restart starts the till again on the ledger l.
func (c *counter) restart(l pos.Ledger) {
	c.Helper()
	err := c.till.Close(c.Context())
	if err == nil {
		c.cfg.Ledger = l
		c.till, err = pos.Start(c.Context(), c.cfg)
	}
	if err != nil {
		c.Fatal(err)
	}
}

func customer(n int) pos.MSISDN { return pos.MSISDN(fmt.Sprintf("2547000000%02d", n%100)) }

// However many payments are open, a till that starts writes to the disk once.
func TestStartWritesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		for n := range 80 {
			c.charge(pos.Request{Phone: customer(n), Amount: 450})
			synctest.Wait()
		}
		began := time.Now()
		disk := &flushes{Ledger: c.ledger, each: 20 * time.Millisecond}
		c.restart(disk)
		if took := time.Since(began); took != 20*time.Millisecond || disk.writes != 1 {
			t.Errorf("a start with 80 open payments wrote %d times and took %v, want one flush of 20 ms", disk.writes, took)
		}
		if n := len(c.till.Resumed()); n != 80 {
			t.Errorf("%d are resumed, want 80", n)
		}
		for _, a := range c.till.Resumed() {
			if !a.Facts.Has(pos.Resumed) {
				t.Fatalf("%s was open at the start, and the ledger does not say so", a.ID)
			}
		}
		began = time.Now()
		disk = &flushes{Ledger: c.ledger, each: 20 * time.Millisecond}
		c.restart(disk) // what has been noted is not noted again
		if took := time.Since(began); took != 0 {
			t.Errorf("the start after it wrote for %v", took)
		}
	})
}

// A charge does not wait for the flush of another: all that come in one moment share the next.
func TestChargesShareAFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		c.restart(&flushes{Ledger: c.ledger, each: 100 * time.Millisecond})
		began := time.Now()
		var cashiers sync.WaitGroup
		for n := range 7 {
			cashiers.Go(func() {
				if _, err := c.till.Charge(t.Context(), pos.Request{Phone: customer(n), Amount: 450}); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took > 300*time.Millisecond {
					t.Errorf("one of seven charges took %v, with 100 ms a flush", took)
				}
			})
		}
		cashiers.Wait()
		synctest.Wait()
	})
}

// What was held for a charge that never got to the disk is let go: who waited for it goes on. Who
// leaves waits no longer.
func TestHoldIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gateway{}
		c := open(t, g)
		c.restart(&flushes{Ledger: c.ledger, each: 100 * time.Millisecond, fail: store.ErrFull})
		var cashiers sync.WaitGroup
		var errs [4]error
		for n := range errs {
			cashiers.Go(func() {
				ctx := t.Context()
				if n == 3 {
					var leave context.CancelFunc
					ctx, leave = context.WithTimeout(ctx, 50*time.Millisecond)
					defer leave()
				}
				elapse(time.Duration(n) * time.Millisecond)
				_, errs[n] = c.till.Charge(ctx, order(450))
			})
		}
		cashiers.Wait()
		synctest.Wait()
		locked := 0
		for _, err := range errs[1:3] {
			if e := (*pos.OpenError)(nil); errors.As(err, &e) {
				locked++
			} else if err != nil {
				t.Error(err)
			}
		}
		pushes, _ := g.counts()
		if !errors.Is(errs[0], store.ErrFull) || !errors.Is(errs[3], context.DeadlineExceeded) || locked != 1 || pushes != 1 {
			t.Errorf("of a charge that finds the disk full, two that wait for it and one that leaves came %v, and %d pushes", errs, pushes)
		}
	})
}

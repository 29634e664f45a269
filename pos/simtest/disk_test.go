package simtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"kaunta/pos"
	"kaunta/store"
)

// disk is the real ledger as a process sees it: slow at times, full at times, refusing one day, and
// out of reach for a process that is dead.
type disk struct{ *process }

// slowest is the longest that a write takes: an SD card that is busy with itself.
const slowest = 2 * time.Second

// warnedKey says in a context that the cashier was warned (pos.Request.MayPayTwice), which the
// ledger is not told.
type warnedKey struct{}

// onceKey is the key of pos.Request.Once in a context: of it, the ledger is told a mark only.
type onceKey struct{}

// Append implements pos.Ledger.
func (k *disk) Append(ctx context.Context, e pos.Event) (pos.Attempt, bool, error) {
	select {
	case <-k.dead: // what is left of a dead process takes no part in the draws
		return pos.Attempt{}, false, errCut
	default:
	}
	var begun moment
	if e.Kind == pos.EventAsked {
		begun = k.w.begins()
	}
	if span := k.latency(e); span > 0 && !k.pause(span) || !k.step() {
		return pos.Attempt{}, false, errCut
	}
	refusal, written := k.refusal(e.Kind.String(), e)
	if refusal != nil && !written {
		return pos.Attempt{}, false, refusal
	}
	runtime.Gosched() // a write takes long enough for others that write in this moment
	a, changed, err := k.ledger.Append(ctx, e)
	if err == nil {
		k.w.mu.Lock()
		once, _ := ctx.Value(onceKey{}).(string)
		k.w.written(k.process, e, a, begun, ctx.Value(warnedKey{}) == true, once)
		k.w.mu.Unlock()
	}
	if !k.step() {
		return pos.Attempt{}, false, errCut
	}
	if refusal != nil {
		return pos.Attempt{}, false, refusal
	}
	if err == nil {
		k.w.mu.Lock()
		k.w.byID[a.ID].told = true
		k.w.mu.Unlock()
	}
	return a, changed, err
}

// AppendAll implements pos.Ledger: many events in one write.
func (k *disk) AppendAll(ctx context.Context, events []pos.Event) error {
	select {
	case <-k.dead:
		return errCut
	default:
	}
	if !k.pause(k.latency(events[0])) || !k.step() {
		return errCut
	}
	var refused, failed error
	var taken []pos.Event
	for _, e := range events {
		switch refusal, written := k.refusal(e.Kind.String(), e); {
		case refusal == nil:
			taken = append(taken, e)
		case errors.Is(refusal, pos.ErrRefused), errors.Is(refusal, pos.ErrNoRoom):
			refused = refusal
			continue
		case !written:
			return refusal
		default:
			failed = refusal
			taken = events
		}
		if failed != nil {
			break
		}
	}
	if err := k.ledger.AppendAll(ctx, taken); err != nil {
		return err
	}
	for _, e := range taken {
		a, err := k.ledger.Attempt(e.Attempt)
		if err != nil {
			return err
		}
		k.w.mu.Lock()
		k.w.written(k.process, e, a, moment{}, false, "")
		k.w.mu.Unlock()
	}
	if !k.step() {
		return errCut
	}
	return cmp.Or(failed, refused)
}

// latency is how long the write of e takes.
func (k *disk) latency(e pos.Event) time.Duration {
	k.w.mu.Lock()
	defer k.w.mu.Unlock()
	var d dice
	if r := k.w.byID[e.Attempt]; r != nil {
		d = r.dice
	} else { // its first
		d = k.w.roll("first write", k.n*10_000+k.steps)
	}
	if k.w.plays(d, "disk: slow", 0.02) {
		return d.within(20*time.Millisecond, slowest)
	}
	return d.within(100*time.Microsecond, 20*time.Millisecond)
}

// refusal is the error with which the disk refuses a write, nil as a rule: what is written is e, or
// nothing of an attempt's. written says that it gets there all the same: after a failed flush
// nobody knows.
func (k *disk) refusal(what string, e pos.Event) (refusal error, written bool) {
	w := k.w
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.roll("refusal", k.n*10_000+k.steps)
	switch {
	case k.failed:
		return fmt.Errorf("%w: it failed before", store.ErrFailed), false
	case k.refuse > 0 && k.steps >= k.refuse:
		k.failed = true
		close(k.unwell)
		// As the store does, so that the next start goes on with a copy.
		_ = os.WriteFile(w.path+".failed", []byte("the disk refused\n"), 0o600)
		written = d.IntN(2) == 0
		w.count("disk: fails")
		w.note(w.byID[e.Attempt], "disk", fmt.Sprintf("fails at %s, written: %t", what, written))
		return fmt.Errorf("%w: the disk refused", store.ErrFailed), written
	case e.Kind == pos.EventAsked && (k.isFull() || w.plays(d, "disk: full", 0.01)):
		return store.ErrFull, false
	}
	r := w.byID[e.Attempt]
	switch {
	case r == nil:
		return nil, false
	case k.isFull():
		refusal = pos.ErrNoRoom
		w.count("disk: no room for an outcome")
		if e.Kind == pos.EventCalledBack {
			k.late = append(k.late, acknowledging{r, string(e.Answer.Raw)})
		}
	case k.refuses(r):
		refusal = pos.ErrRefused
		w.count("disk: refuses an attempt")
	default:
		return nil, false
	}
	r.refused = k.process
	w.note(r, "disk", fmt.Sprintf("%s: %v", what, refusal))
	return refusal, false
}

// isFull reports whether there is no room on the disk; w.mu is held.
func (k *disk) isFull() bool {
	now := time.Now()
	return !now.Before(k.full) && now.Before(k.roomAgain)
}

// refuses reports whether this process can write nothing more of the attempt, as if its record were
// damaged; w.mu is held.
func (k *disk) refuses(r *row) bool {
	d := k.w.roll("damaged", k.n*100_000+r.n)
	return !k.w.fair.Load() && d.Float64() < 0.02*k.w.climate.mischief && time.Since(k.began) > d.stretch(time.Second, time.Hour)
}

// AtItsPath implements pos.Ledger.
func (k *disk) AtItsPath() error { return k.ledger.AtItsPath() }

// Last implements pos.Ledger.
func (k *disk) Last(now time.Time) (time.Time, error) {
	return read(k, func() (time.Time, error) { return k.ledger.Last(now) })
}

// ByAddress implements pos.Ledger.
func (k *disk) ByAddress(address string) (pos.AttemptID, error) {
	return read(k, func() (pos.AttemptID, error) { return k.ledger.ByAddress(address) })
}

// ByOnce implements pos.Ledger.
func (k *disk) ByOnce(mark string) (pos.AttemptID, error) {
	return read(k, func() (pos.AttemptID, error) { return k.ledger.ByOnce(mark) })
}

// ByReceipt implements pos.Ledger.
func (k *disk) ByReceipt(receipt string) (pos.AttemptID, error) {
	return read(k, func() (pos.AttemptID, error) { return k.ledger.ByReceipt(receipt) })
}

// Attempt implements pos.Ledger.
func (k *disk) Attempt(id pos.AttemptID) (pos.Attempt, error) {
	return read(k, func() (pos.Attempt, error) { return k.ledger.Attempt(id) })
}

// Followed implements pos.Ledger.
func (k *disk) Followed() ([]pos.Attempt, error) {
	return read(k, k.ledger.Followed)
}

// Sale implements pos.Ledger.
func (k *disk) Sale(id pos.SaleID) (pos.Sale, error) {
	return read(k, func() (pos.Sale, error) { return k.ledger.Sale(id) })
}

func read[T any](k *disk, from func() (T, error)) (T, error) {
	select {
	case <-k.dead:
		var zero T
		return zero, errCut
	default:
		return from()
	}
}

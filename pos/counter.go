package pos

import (
	"context"
	"errors"

	"kaunta/daraja"
)

// MaxCash is the largest sum of one cash payment: what is more has been mistyped.
const MaxCash Shillings = 9_999_999

// CashRequest is cash that a cashier has in hand.
type CashRequest struct {
	Sale      SaleID // of a sale that was begun already; empty for a new one
	Amount    Shillings
	Given     Shillings // 0: exactly the amount
	Reference string
	For       AttemptID // the attempt whose rest it is
	Once      string    // as Request.Once
	By        Actor
}

// TakeCash records cash that was taken, and returns it, paid. With a key that was used before
// nothing is written, and the payment is that of the first request.
//
// Errors: *AmountError, ErrGiven, ErrSalePaid, ErrRest, ErrNoShift, *ClockError, *OnceError,
// ErrOnceKey, ErrClosed, ErrNotFound for a sale that is not known, or the ledger's. Whatever the
// error, nothing was recorded.
func (t *Till) TakeCash(ctx context.Context, r CashRequest) (Attempt, error) {
	switch {
	case r.Amount < MinAmount:
		return Attempt{}, &AmountError{Reason: AmountTooSmall}
	case max(r.Amount, r.Given) > MaxCash:
		return Attempt{}, &AmountError{Reason: AmountTooBig, Max: MaxCash}
	case r.Given == 0:
		r.Given = r.Amount
	case r.Given < r.Amount:
		return Attempt{}, ErrGiven
	}
	h, err := t.hold(ctx, Request{Sale: r.Sale, Once: r.Once})
	if err != nil {
		return Attempt{}, err
	}
	defer t.release(h)
	if a, err := t.takenBefore(r); !errors.Is(err, ErrNotFound) {
		return a, err
	}
	if err := t.mayTake(r); err != nil {
		return Attempt{}, err
	}
	if !t.begin() {
		return Attempt{}, ErrClosed
	}
	defer t.work.Done()
	now := t.cfg.Clock()
	id := AttemptID(t.newID(now))
	if r.Sale == "" {
		r.Sale = SaleID(id)
	}
	if r.Reference != "" {
		r.Reference = daraja.CleanReference(r.Reference, "")
	}
	return t.record(ctx, Event{Attempt: id, Kind: EventCash, At: now, By: t.at(r.By), Cash: &Cash{
		Sale: r.Sale, Amount: r.Amount, Given: r.Given, Reference: r.Reference, For: r.For, Once: onceMark(r.Once),
	}})
}

// mayTake refuses cash before anything is written; the ledger refuses it again as it writes.
func (t *Till) mayTake(r CashRequest) error {
	if err := t.ready(); err != nil {
		return err
	}
	t.mu.Lock()
	closed, broken := t.closed, t.broken
	t.mu.Unlock()
	switch {
	case closed:
		return ErrClosed
	case broken != nil:
		return broken
	case r.Sale == "":
		return nil
	}
	sale, err := t.cfg.Ledger.Sale(r.Sale)
	if err == nil && len(sale) == 0 {
		return ErrNotFound
	}
	return err
}

// Void takes cash out again that a cashier has mistyped, within VoidWithin. Errors: ErrVoid,
// ErrClosed, ErrNotFound, or the ledger's.
func (t *Till) Void(ctx context.Context, id AttemptID, by Actor) (Attempt, error) {
	if !t.begin() {
		return Attempt{}, ErrClosed
	}
	defer t.work.Done()
	return t.record(ctx, Event{Attempt: id, Kind: EventVoided, At: t.cfg.Clock(), By: t.at(by)})
}

// Refund records that money of a payment went back. Errors: ErrRefund, ErrClosed, ErrNotFound, or
// the ledger's.
func (t *Till) Refund(ctx context.Context, id AttemptID, r Refund, by Actor) (Attempt, error) {
	if !t.begin() {
		return Attempt{}, ErrClosed
	}
	defer t.work.Done()
	return t.record(ctx, Event{Attempt: id, Kind: EventRefunded, At: t.cfg.Clock(), By: t.at(by), Refund: &r})
}

// at is by at this till.
func (t *Till) at(by Actor) Actor {
	by.Till, by.Drawer, by.Shift = t.cfg.Name, t.cfg.Drawer, ""
	return by
}

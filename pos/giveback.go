package pos

import (
	"context"
	"time"
)

// ErrNotOwed is returned by [Till.GiveBack] for a payment that is not owed back, or no longer.
var ErrNotOwed error = notOwedError{}

type notOwedError struct{}

func (notOwedError) Error() string { return notOwedError{}.Say().EN }

func (notOwedError) Say() Text {
	return Text{
		EN: "This payment is not owed back.",
		SW: "Malipo haya hayahitaji kurudishwa.",
	}
}

// GiveBack records that a person gave back the money of an attempt that was paid twice. It is that person's word (L8): the attempt stays
// PAID TWICE, and is owed no more. Errors: ErrNotOwed, ErrClosed, ErrNotFound, or the ledger's.
func (t *Till) GiveBack(ctx context.Context, id AttemptID) error {
	a, err := t.cfg.Ledger.Attempt(id)
	if err != nil {
		return err
	}
	if !a.Owed() {
		return ErrNotOwed
	}
	if !t.begin() {
		return ErrClosed
	}
	defer t.work.Done()
	_, err = t.record(ctx, Event{Attempt: id, Kind: EventGivenBack, At: time.Now()})
	return err
}

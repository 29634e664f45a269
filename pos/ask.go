package pos

import (
	"context"
	"fmt"
	"time"

	"kaunta/daraja"
)

// RateError says that no query could be sent in the time that was given: the till's queries are
// spaced.
type RateError struct {
	Until time.Time // a query may be sent from then on
	Now   time.Time
}

func (e *RateError) Error() string {
	return fmt.Sprintf("M-PESA may be asked again in %v: wait that long, or give the command more time", max(e.Until.Sub(e.Now), time.Second).Round(time.Second))
}

// Query asks M-PESA about any CheckoutRequestID of this till's account, in turn with the till's own
// queries and at their rate. The answer is recorded nowhere, and says itself where M-PESA could not
// be reached. The error is a *RateError where ctx ends before it is the query's turn, ErrClosed, or
// why it was given up.
func (t *Till) Query(ctx context.Context, checkoutRequestID string) (daraja.Answer, error) {
	if !t.begin() {
		return daraja.Answer{}, ErrClosed
	}
	defer t.work.Done()
	if err := t.awaitTurn(ctx); err != nil {
		return daraja.Answer{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(t.queries, cancel)()
	answer, err := t.cfg.Gateway.STKQuery(ctx, checkoutRequestID)
	cancelled := err != nil && ctx.Err() != nil
	now := time.Now()

	t.mu.Lock()
	t.queried()
	t.rate.asked(now)
	if !cancelled {
		t.rate.answered(&answer, now, t.cfg.Jitter)
	}
	t.mu.Unlock()
	t.poke()
	switch {
	case t.queries.Err() != nil:
		return answer, ErrClosed
	case cancelled:
		return answer, fmt.Errorf("M-PESA has not answered in the time that was given: %w", ctx.Err())
	}
	t.hear(answer)
	return answer, nil
}

// awaitTurn returns when no other query is on its way and the rate allows one, with the till's one
// query taken.
func (t *Till) awaitTurn(ctx context.Context) error {
	for {
		t.mu.Lock()
		now, free, quiet := time.Now(), t.rate.free, t.quiet
		busy := t.querying
		if !busy && !free.After(now) {
			t.querying = true
			t.mu.Unlock()
			return nil
		}
		t.mu.Unlock()
		// nil, and so never, while a query is on its way: then its end is waited for
		var turn <-chan time.Time
		if !busy {
			turn = time.After(free.Sub(now))
		}
		select {
		case <-turn:
		case <-quiet:
		case <-ctx.Done():
			return &RateError{Until: free, Now: now}
		case <-t.queries.Done():
			return ErrClosed
		}
	}
}

// queried says that no query is on its way any more. t.mu is held.
func (t *Till) queried() {
	t.querying = false
	close(t.quiet)
	t.quiet = make(chan struct{})
}

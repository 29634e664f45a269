package localapi

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// Book is what is read of the ledger: see session.Book and store.Ledger, which is one.
type Book interface {
	Attempt(id pos.AttemptID) (pos.Attempt, error)
	DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error)
	Find(text string, n int) ([]pos.Attempt, error)
	Totals(day pos.Day) (pos.Totals, error)
	Days(first, last pos.Day) ([]pos.DayTotals, error)
}

// Till takes payments. *pos.Till is the real one.
type Till interface {
	Charge(ctx context.Context, r pos.Request) (pos.Attempt, error)
	CheckNow(id pos.AttemptID) (time.Time, error)
	Followed() ([]pos.Attempt, error)
	StopWaiting(ctx context.Context, id pos.AttemptID) error
	Subscribe() *pos.Subscription
	Query(ctx context.Context, checkoutRequestID string) (daraja.Answer, error)
}

// Payments takes payments on the till of this process. [Client] has the same methods for a till
// elsewhere.
type Payments struct {
	Till
	Book Book
}

// Follow gives each of the attempts as it is now, in the order of ids, and from then on every one
// that has changed. It ends with ctx's error, with pos.ErrUnsubscribed when the till closes, or
// with the ledger's.
func (p Payments) Follow(ctx context.Context, ids ...pos.AttemptID) iter.Seq2[pos.Attempt, error] {
	return func(yield func(pos.Attempt, error) bool) {
		// first, so that nothing falls between the reading and the listening
		updates := p.Till.Subscribe()
		defer updates.Close()
		last := make(map[pos.AttemptID]pos.Attempt, len(ids))
		for _, id := range ids {
			a, err := p.Book.Attempt(id)
			if !yield(a, err) || err != nil {
				return
			}
			last[id] = a
		}
		for {
			u, err := updates.Next(ctx)
			if err != nil {
				yield(pos.Attempt{}, err)
				return
			}
			before, ours := last[u.Attempt.ID]
			if !ours || !u.Changed || u.Attempt.Events < before.Events || u.Attempt == before {
				continue // not asked for, nothing to see, or older than what was read
			}
			last[u.Attempt.ID] = u.Attempt
			if !yield(u.Attempt, nil) {
				return
			}
		}
	}
}

// maxNudged is how many payments Settle puts first in the till's queue. Customers at the till wait
// for as many queries.
const maxNudged = 3

// Settle lists the attempts that the till is following, oldest first, and queries M-PESA at once
// about the newest of those that are STILL CHECKING, or NOT PAID by one query. The till queries
// the others by its plan. With a pos.ErrRefused there are others, which cannot be read.
func (p Payments) Settle(context.Context) ([]pos.Attempt, error) {
	open, err := p.Till.Followed()
	if err != nil && !errors.Is(err, pos.ErrRefused) {
		return nil, err
	}
	nudged := 0
	for _, a := range slices.Backward(open) {
		if a.State != pos.StillChecking && !a.Unconfirmed() || nudged == maxNudged {
			continue
		}
		if _, err := p.Till.CheckNow(a.ID); err == nil { // else there is nothing to ask with
			nudged++
		}
	}
	return open, err
}

package session

import (
	"context"
	"time"

	"kaunta/pos"
)

// Till takes payments. *pos.Till is the real one.
type Till interface {
	// Charge asks a customer for a payment and returns as soon as the attempt is on disk.
	Charge(ctx context.Context, r pos.Request) (pos.Attempt, error)

	// CheckNow puts an attempt first in the queue and returns when M-PESA will be asked.
	CheckNow(id pos.AttemptID) (time.Time, error)

	// StopWaiting records that the cashier no longer waits.
	StopWaiting(ctx context.Context, id pos.AttemptID) error

	// TypeReceipt records a receipt number from a customer's SMS and says what is known of it. It
	// proves nothing (L8).
	TypeReceipt(ctx context.Context, id pos.AttemptID, typed string) (pos.Claim, error)

	// Resolve records that a person gave back what was paid twice, or cleared up what M-PESA never
	// told.
	Resolve(ctx context.Context, seen pos.Attempt, as pos.EventKind) error

	// Health tells how M-PESA has been answering.
	Health() pos.Health

	// Subscribe returns a queue of everything that happens from now on.
	Subscribe() *pos.Subscription
}

// Book is what a session reads of the ledger. Package store has the real one. Rows come newest
// first but from Open and Unsettled.
type Book interface {
	// DayPage returns at most n attempts of a day that are older than before; from the newest where
	// before is empty.
	DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error)

	// Totals returns what a day came to.
	Totals(day pos.Day) (pos.Totals, error)

	// Days returns what each day from the first to the last came to, oldest first, without those on
	// which nothing was asked.
	Days(first, last pos.Day) ([]pos.DayTotals, error)

	// Find returns at most n attempts with this receipt, end of a phone number, amount or
	// reference.
	Find(text string, n int) ([]pos.Attempt, error)

	// Events returns an attempt's evidence in the order it was written.
	Events(id pos.AttemptID) ([]pos.Event, error)

	// Attempt returns one attempt, or pos.ErrNotFound.
	Attempt(id pos.AttemptID) (pos.Attempt, error)

	// Open lists every attempt that still needs an end.
	Open() ([]pos.Attempt, error)

	// Unsettled lists these, what does not match and what is owed back.
	Unsettled() ([]pos.Attempt, error)
}

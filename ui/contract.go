package ui

import (
	"context"
	"io"
	"time"

	"kaunta/pos"
	"kaunta/ui/text"
)

// Mode is what kind of money a till moves. It is shown on every screen.
type Mode uint8

// The modes. There is no default: which one it is must be said.
const (
	Training Mode = iota + 1 // the simulator: no money
	Sandbox                  // Safaricom's sandbox: no money
	Live                     // money
)

// name is the word for a mode, which stands on every screen.
func (m Mode) name(w *text.Words) string {
	switch m {
	case Training:
		return w.Training
	case Sandbox:
		return w.Sandbox
	}
	return w.Live
}

// Config is what a session of the screens cannot be without, and its settings.
type Config struct {
	Shop      string
	ShortCode string // the number customers pay to
	Mode      Mode
	Till      Till
	Book      Book
	Phone     CustomerPhone     // the customer's side, in practice; nil otherwise
	Endings   []text.Ending     // what the simulator's phone numbers do, in practice
	Link      func() LinkHealth // nil: results come by queries only

	MaxAmount   pos.Shillings // 0: pos.MaxAmount
	RetypeAbove pos.Shillings // amounts above it are typed twice; 0: none
	Resumed     []pos.Attempt // what was open when the till started, as it was then

	Language text.Language    // empty: English
	Now      func() time.Time // nil: time.Now
	Input    io.Reader        // nil: the standard input
	Output   io.Writer        // nil: the standard output
	Environ  []string         // TERM, NO_COLOR, LANG …, of whoever sits at the terminal
	ASCII    bool             // nothing but ASCII; so too where the locale is not UTF-8
	NoMotion bool             // nothing moves by itself: times of day in place of bars and countdowns
}

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

// Book is what the screens read of the ledger. Package store has the real one. Rows come newest
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

// LinkHealth is how callbacks reach this till at present.
type LinkHealth struct {
	Reachable         bool
	Failing           bool  // the way itself is in trouble: with M-PESA out of reach too, it is the internet
	Forged            int64 // callbacks to addresses that no payment has, since the start; they change nothing
	Replaced          int64 // those of them that seem to be for payments of the ledger that a backup has replaced: they may speak of money
	MaintenanceFailed bool  // the daily backup was not made, or what is to be forgotten was not
}

// CustomerPhone is the customer's side of a payment in practice: the phones of the simulator.
type CustomerPhone interface {
	// Prompts returns what the phones show, newest first.
	Prompts() []Prompt

	// Act does what the customer's hand does.
	Act(phone pos.MSISDN, action PhoneAction) error

	// Changed returns a channel that is closed when the prompts next change. To miss nothing, take
	// it before reading Prompts.
	Changed() <-chan struct{}
}

// Prompt is what one customer's phone shows while it asks for the PIN.
type Prompt struct {
	Phone     pos.MSISDN
	Amount    pos.Shillings
	Payee     string // the short code to be paid
	Reference string // the account reference
	Since     time.Time
}

// PhoneAction is what a hand does on a customer's phone. The values are the simulator's own.
type PhoneAction string

// The actions.
const (
	PhonePay      PhoneAction = "pay"
	PhoneCancel   PhoneAction = "cancel"
	PhoneWrongPIN PhoneAction = "wrong_pin"
	PhoneIgnore   PhoneAction = "ignore"
)

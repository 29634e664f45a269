package session

import (
	"cmp"
	"errors"
	"io"
	"os"
	"strings"
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

// Name is the word for a mode, which stands on every screen.
func (m Mode) Name(w *text.Words) string {
	switch m {
	case Training:
		return w.Training
	case Sandbox:
		return w.Sandbox
	}
	return w.Live
}

// Config is what a session cannot be without, and its settings, however it is shown.
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

	// SMS is the latest that M-PESA has sent to one of the phones; none yet where its code is empty.
	SMS() SMS

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

// SMS is M-PESA's message to a customer who has paid.
type SMS struct {
	Phone  pos.MSISDN
	Amount pos.Shillings
	Payee  string // the short code that was paid
	Code   string // M-PESA's code of the payment
	At     time.Time
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

// Complete is the configuration with its defaults, or why there can be no session.
func (c Config) Complete() (Config, error) {
	if c.Till == nil || c.Book == nil || c.Mode == 0 {
		return c, errors.New("a till, a ledger and a mode are needed")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Input, c.Output = cmp.Or(c.Input, io.Reader(os.Stdin)), cmp.Or(c.Output, io.Writer(os.Stdout))
	return c, nil
}

// Getenv is the last value of a variable in the environment of whoever sits at the terminal, or "".
func (c Config) Getenv(name string) string {
	for i := len(c.Environ) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(c.Environ[i], name+"="); ok {
			return value
		}
	}
	return ""
}

// OnlyASCII reports whether nothing but ASCII is to be written: somebody asked for it, or the
// locale is not UTF-8.
func (c Config) OnlyASCII() bool { return c.ASCII || !text.UTF8(c.Getenv) }

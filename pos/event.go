package pos

import (
	"time"

	"kaunta/daraja"
)

// SaleID and AttemptID are ULIDs as text: 26 characters that sort by the moment they were made. A
// sale has the id of its first attempt.
type (
	SaleID    string
	AttemptID string
)

// EventKind says what happened. The ledger keeps its name: never change one, only add.
type EventKind uint8

// The kinds of event an attempt is made of.
const (
	EventAsked         EventKind = iota + 1 // the cashier asked; written before the push leaves
	EventPushed                             // Daraja answered the push, or its answer was lost
	EventQueried                            // Daraja answered a query, or refused it
	EventCalledBack                         // something came to the attempt's callback address
	EventGaveUp                             // the waiting time passed without an end
	EventStopped                            // the cashier stopped waiting
	EventTyped                              // the cashier typed a receipt number from a customer's SMS
	EventResumed                            // the till started and found the attempt open
	EventRefunded                           // a person says that what was paid twice is given back
	EventResolved                           // a person clears up a missing end or a mismatch
	EventPossiblyTwice                      // this and Other are paid, one in place of the other
	EventTwoSales                           // a person says: two sales, or settled it with Other
)

var kindNames = [...]string{
	"unknown", "asked", "pushed", "queried", "called_back", "gave_up", "stopped", "typed", "resumed", "given_back", "cleared_up",
	"possibly_paid_twice", "two_sales",
}

// String names the kind in the words of the ledger's JSON.
func (k EventKind) String() string { return nameAt(kindNames[:], int(k)) }

// Event is one thing that happened to an attempt: a piece of evidence. Events are appended to
// the ledger and never changed.
type Event struct {
	Attempt AttemptID
	Kind    EventKind
	At      time.Time

	// Asked is set for EventAsked only.
	Asked *Asked

	// Answer is set for EventPushed, EventQueried and EventCalledBack.
	Answer *daraja.Answer

	// UsedBy names another attempt that already holds the receipt of this answer, or the receipt
	// typed. The ledger sets it as it writes the event, so that a receipt never closes two sales
	// and a replay of the events comes to the same state.
	UsedBy AttemptID

	// IDUsedBy names another attempt that already has the CheckoutRequestID of this answer. The
	// ledger sets it, as it does UsedBy: an id belongs to one attempt, as a receipt does.
	IDUsedBy AttemptID

	// Other is the other payment that an EventPossiblyTwice or EventTwoSales is about.
	Other AttemptID

	// Typed is the receipt number of an EventTyped, as the cashier typed it.
	Typed string
}

// Asked is what an attempt was asked with. It never changes: another amount or phone is another
// attempt.
type Asked struct {
	Sale        SaleID
	Phone       MSISDN
	Amount      Shillings
	Reference   string // account reference, at most 12 characters
	Description string // at most 13 characters

	// Address is the secret part of the attempt's own callback URL, in hex: the moment of asking
	// (12 digits) and 128 random bits.
	Address string

	// CallBackURL is the whole URL that the push carried.
	CallBackURL string

	// Reachable is true where a callback can reach this till; else only queries can bring the
	// result.
	Reachable bool

	// ConfirmBoth holds PAID until callback and query both say so.
	ConfirmBoth bool

	// Overrides is the latest earlier attempt to this phone that the till was still following when
	// the cashier asked, of another sale: if both are paid, somebody may have paid twice.
	Overrides AttemptID

	// Once is the mark of Request.Once; empty for none. No two attempts of a ledger have the same.
	Once string

	// BuyGoods is the till number that is paid, where the request named another one than the
	// account's own; empty: that one.
	BuyGoods string
}

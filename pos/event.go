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

	EventCash   // a cashier took cash
	EventVoided // and had mistyped it

	// The kinds of event that a shift is made of.
	EventShiftOpened
	EventCashMoved   // cash went into the drawer or out of it without a sale
	EventNoSale      // the drawer was opened without a sale
	EventXRead       // somebody read the figures of the open shift
	EventShiftEnded  // nothing more is sold in it
	EventCounted     // the drawer was counted; the first count holds
	EventShiftClosed // its Z was made

	// The kinds of event that a person's record is made of.
	EventStaffAdded
	EventRoleSet
	EventStaffLeft
	EventSignedIn
	EventSignedOut
	EventPINRefused
	EventPINsReset
)

// Record says what kind of record an event belongs to.
type Record uint8

// The kinds of record.
const (
	RecordPayment Record = iota + 1
	RecordShift
	RecordPerson
)

// Record is the kind of record that events of this kind belong to.
func (k EventKind) Record() Record {
	switch {
	case k >= EventStaffAdded:
		return RecordPerson
	case k >= EventShiftOpened:
		return RecordShift
	}
	return RecordPayment
}

var kindNames = [...]string{
	"unknown", "asked", "pushed", "queried", "called_back", "gave_up", "stopped", "typed", "resumed", "given_back", "cleared_up",
	"possibly_paid_twice", "two_sales", "cash", "voided",
	"shift_opened", "cash_moved", "no_sale", "x_read", "shift_ended", "counted", "shift_closed",
	"staff_added", "role_set", "staff_left", "signed_in", "signed_out", "pin_refused", "pins_reset",
}

// String names the kind in the words of the ledger's JSON.
func (k EventKind) String() string { return nameAt(kindNames[:], int(k)) }

// Event is one thing that happened to a payment, a shift or a person: a piece of evidence. Events
// are appended to the ledger and never changed.
type Event struct {
	Attempt AttemptID // the record's key: also of a shift and of a person
	Kind    EventKind
	At      time.Time
	By      Actor // who acted, and where

	// Asked is set for EventAsked only.
	Asked *Asked

	// Cash is set for EventCash, Refund for an EventRefunded that says what went back, Shift for
	// events of a shift and Staff for events of a person.
	Cash   *Cash
	Refund *Refund
	Shift  *ShiftAct
	Staff  *StaffAct

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

	// Rest is the cash that is still due beside this payment; 0 for none.
	Rest Shillings

	// BuyGoods is the till number that is paid, where the request named another one than the
	// account's own; empty: that one.
	BuyGoods string
}

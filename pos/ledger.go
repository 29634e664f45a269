package pos

import (
	"context"
	"errors"
	"time"
)

// Ledger is where the till keeps its evidence. Package store has the one on disk.
type Ledger interface {
	// Append makes e durable, applies it to its attempt and returns the attempt as it then is. When
	// it returns without an error the event has been synced to disk. Evidence that is already
	// there, byte for byte, is not written again. changed tells whether a person could see a
	// difference.
	//
	// By an event that makes an attempt PAID while another sale that was asked in its place is
	// paid, or that settles such a pair, the ledger adds events to the others in the same commit
	// (see Attempt.Other).
	//
	// An EventAsked or an EventCash makes the attempt. It is refused where another attempt has its
	// address, or its mark of a key. What Sale.Allows has against an event is refused too, as is cash
	// without a shift where the shop has shifts (ErrNoShift), and what is done by somebody who does
	// not work here (ErrLeft). Event.By.Shift is the ledger's to say. An ErrRefused means that this
	// event is not on disk, and that the ledger takes others; an ErrNoRoom that it is not, and may be
	// tried again when the disk has room; any other error that the event may or may not be there.
	Append(ctx context.Context, e Event) (a Attempt, changed bool, err error)

	// AppendAll is Append of many events, which share their flushes. One whose attempt is refused
	// does not keep the others from the disk: the error is then an ErrRefused.
	AppendAll(ctx context.Context, events []Event) error

	// ByAddress finds the attempt with the secret callback address, or returns ErrNotFound.
	ByAddress(address string) (AttemptID, error)

	// ByOnce finds the attempt that was asked with the mark of a key (Asked.Once), or returns
	// ErrNotFound.
	ByOnce(mark string) (AttemptID, error)

	// ByReceipt finds the attempt that a receipt number closed, or returns ErrNotFound.
	ByReceipt(receipt string) (AttemptID, error)

	// Attempt returns one attempt, or ErrNotFound.
	Attempt(id AttemptID) (Attempt, error)

	// Followed lists every attempt of which the till still wants to know more (Attempt.Followed),
	// oldest first. With an ErrRefused, there are others, which cannot be read.
	Followed() ([]Attempt, error)

	// Sale returns the attempts of a sale, oldest first; none where the sale is not known.
	Sale(id SaleID) (Sale, error)

	// AtItsPath is why what is written will not be found by the next till: the ledger's file is no
	// longer the one that its name leads to. It is nil while all is well. What is open is recorded
	// all the same, in the file that the till holds.
	AtItsPath() error

	// Last is when the last attempt was asked, by a clock that says now; zero where there is none.
	// Attempts that follow on a rest longer than LongestRest count once they have gone on for some
	// weeks: a clock that jumped ahead for a while makes no other clock wrong.
	Last(now time.Time) (time.Time, error)
}

// ErrNoRoom is what an error is where the disk has no room for what became of a payment: nothing
// was written, and the ledger goes on by itself when there is room.
var ErrNoRoom error = &LocalizedError{
	EN: "The disk is full: what became of this payment could not be written. Make room on it: Kaunta then goes on by itself.",
	SW: "Diski imejaa: yaliyotokea kwa malipo haya hayakuandikika. Ongeza nafasi kwenye diski: Kaunta itaendelea yenyewe.",
}

// ErrRefused is what an error is that concerns one attempt of the ledger only, such as a damaged
// record.
var ErrRefused = errors.New("the ledger refuses this attempt")

// ErrNotFound is returned where the ledger holds no such thing.
var ErrNotFound = errors.New("not in the ledger")

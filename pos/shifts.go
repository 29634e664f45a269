package pos

import (
	"context"
	"errors"
)

// DayLedger is what the till needs of the ledger for shifts and people.
type DayLedger interface {
	// AppendShift makes an event of a shift durable and returns the shift as it then is, or why that
	// cannot be. An EventShiftOpened is refused while the drawer has a shift that is not closed. To
	// an EventShiftClosed the ledger gives the number of the Z and its figures, in the same commit.
	AppendShift(ctx context.Context, e Event) (Shift, error)

	// AppendPerson makes an event of a person durable and returns the person.
	AppendPerson(ctx context.Context, e Event) (Person, error)

	// ShiftOf is the drawer's shift that is not closed, or ErrNotFound.
	ShiftOf(drawer string) (Shift, error)

	// Shift is the shift with the id, and ByZ the one whose Z has the number; or ErrNotFound.
	Shift(id ShiftID) (Shift, error)
	ByZ(z int) (Shift, error)

	// Shifts lists the newest n shifts, the newest first.
	Shifts(n int) ([]Shift, error)

	// ShiftPayments are the payments that any event stamped with the shift is about, with the
	// others of their sales; and how many events the ledger has.
	ShiftPayments(id ShiftID) ([]Dossier, uint64, error)

	// Staff lists everybody, also those who have left, in the order in which they were added.
	Staff() ([]Person, error)
}

// ErrShiftOpen refuses to open a second shift of a drawer.
var ErrShiftOpen error = &LocalizedError{
	"A shift of this drawer is open: end it, count the drawer and close it first.",
	"Zamu ya droo hii iko wazi: kwanza imalize, hesabu droo na uifunge.",
}

// OpenShift begins a shift of the till's drawer with so much cash in it, counted.
func (t *Till) OpenShift(ctx context.Context, float Shillings, by Actor) (Shift, error) {
	if err := t.ready(); err != nil {
		return Shift{}, err
	}
	now := t.cfg.Clock()
	return t.appendShift(ctx, Event{
		Attempt: AttemptID(t.newID(now)), Kind: EventShiftOpened, At: now, By: t.at(by), Shift: &ShiftAct{Amount: float},
	})
}

// MoveCash records cash that went into the drawer or out of it without a sale.
func (t *Till) MoveCash(ctx context.Context, m Move, amount Shillings, reason string, by Actor) (Shift, error) {
	return t.inShift(ctx, EventCashMoved, &ShiftAct{Move: m, Amount: amount, Reason: reason}, by)
}

// NoSale records that the drawer was opened without a sale.
func (t *Till) NoSale(ctx context.Context, reason string, by Actor) (Shift, error) {
	return t.inShift(ctx, EventNoSale, &ShiftAct{Reason: reason}, by)
}

// ReadX records that somebody reads the figures of the drawer's shift, and returns them as they
// are.
func (t *Till) ReadX(ctx context.Context, by Actor) (Shift, Figures, error) {
	s, err := t.inShift(ctx, EventXRead, nil, by)
	if err != nil {
		return Shift{}, Figures{}, err
	}
	payments, upTo, err := t.cfg.Day.ShiftPayments(s.ID)
	return s, s.Figures(payments, upTo), err
}

// EndShift ends the selling in the drawer's shift. CountDrawer records what was counted in it then:
// the first count holds. CloseShift makes its Z.
func (t *Till) EndShift(ctx context.Context, by Actor) (Shift, error) {
	return t.inShift(ctx, EventShiftEnded, nil, by)
}

// CountDrawer records a count of the drawer: see EndShift.
func (t *Till) CountDrawer(ctx context.Context, amount Shillings, by Actor) (Shift, error) {
	return t.inShift(ctx, EventCounted, &ShiftAct{Amount: amount, Blind: true}, by)
}

// CloseShift makes the shift's Z: see EndShift.
func (t *Till) CloseShift(ctx context.Context, by Actor) (Shift, error) {
	return t.inShift(ctx, EventShiftClosed, nil, by)
}

// ErrNoShiftOpen is returned where the drawer has no shift that is not closed.
var ErrNoShiftOpen error = &LocalizedError{EN: "No shift of this drawer is open.", SW: "Hakuna zamu ya droo hii iliyo wazi."}

func (t *Till) inShift(ctx context.Context, kind EventKind, act *ShiftAct, by Actor) (Shift, error) {
	s, err := t.cfg.Day.ShiftOf(t.cfg.Drawer)
	if errors.Is(err, ErrNotFound) {
		return Shift{}, ErrNoShiftOpen
	}
	if err != nil {
		return Shift{}, err
	}
	return t.appendShift(ctx, Event{Attempt: AttemptID(s.ID), Kind: kind, At: t.cfg.Clock(), By: t.at(by), Shift: act})
}

func (t *Till) appendShift(ctx context.Context, e Event) (Shift, error) {
	if !t.begin() {
		return Shift{}, ErrClosed
	}
	defer t.work.Done()
	return t.cfg.Day.AppendShift(ctx, e)
}

package pos

import (
	"fmt"
	"time"
)

// ShiftID is the ULID of a shift's record, and StaffID that of a person's.
type (
	ShiftID string
	StaffID string
)

// Actor is who acted and where. The zero Actor is the till itself, or any cashier where no staff is
// set up.
type Actor struct {
	Staff    StaffID
	Approved StaffID // who allowed what is above the right of Staff; empty where nobody had to
	Till     string  // the till's name; empty where there is one only
	Drawer   string  // the till's drawer; empty where there is one only
	Shift    ShiftID // the shift that the drawer had open: the ledger stamps it as it writes
}

// ShiftAct is what an event of a shift says, as far as its kind needs it.
type ShiftAct struct {
	Amount Shillings // opened: the float; moved, counted: the sum
	Move   Move      // moved
	Reason string    // moved, no sale
	Blind  bool      // counted: the person had read no X of this shift
	Close  *Close    // closed
}

// Move is which way cash went that was no sale.
type Move int8

// The moves: into the drawer, out of it for an expense, and out of it to the safe.
const (
	MoveIn Move = iota + 1
	MoveOut
	MoveDrop
)

// String is the move's name in JSON.
func (m Move) String() string { return nameAt(moveNames[:], int(m)) }

var moveNames = [...]string{"none", "in", "out", "drop"}

// Close is what the close of a shift fixes for ever: the number of its Z, and the figures as they
// were at that place of the chain.
type Close struct {
	Z       int
	Formula int // of which version of Figures the figures are
	Figures Figures
}

// ShiftState is how far a shift has come. It goes one way.
type ShiftState uint8

// The states of a shift.
const (
	ShiftOpen ShiftState = iota + 1
	ShiftEnded
	ShiftCounted
	ShiftClosed
)

// String is the state's name in JSON.
func (s ShiftState) String() string { return nameAt(shiftStateNames[:], int(s)) }

var shiftStateNames = [...]string{"none", "open", "ended", "counted", "closed"}

// Step is one step of a shift's life: when, and by whom.
type Step struct {
	At time.Time
	By Actor
}

// CashMove is cash that went in or out without a sale.
type CashMove struct {
	Step
	Move   Move
	Amount Shillings
	Reason string
}

// Count is one counting of the drawer.
type Count struct {
	Step
	Amount Shillings
	Blind  bool
}

// Shift is the time in which one drawer is answered for: what its events amount to.
type Shift struct {
	ID     ShiftID
	Drawer string
	State  ShiftState
	Float  Shillings

	Opened, Ended, Closed Step

	Moves   []CashMove
	NoSales []Step  // openings of the drawer without a sale
	Reads   []Step  // X readings
	Counts  []Count // the first one holds; the others are corrections of a manager
	Close   *Close  // nil until it is closed
}

// ErrShift is why a shift's event was refused.
type ErrShift struct{ Text }

func (e *ErrShift) Error() string { return e.EN }

// Say is the sentence in English and Kiswahili.
func (e *ErrShift) Say() Text { return e.Text }

// What is refused of shifts.
var (
	errShiftClosed = &ErrShift{Text{EN: "This shift is closed: its Z never changes.", SW: "Zamu hii imefungwa: Z yake haibadiliki."}}
	errShiftEnded  = &ErrShift{Text{EN: "This shift has ended: count the drawer, then close it.", SW: "Zamu hii imeisha: hesabu droo, kisha ifunge."}}
	errShiftOpen   = &ErrShift{Text{EN: "End the shift before you count the drawer.", SW: "Maliza zamu kabla ya kuhesabu droo."}}
	errShiftCount  = &ErrShift{Text{EN: "Count the drawer before you close the shift.", SW: "Hesabu droo kabla ya kufunga zamu."}}
	errShiftSum    = &ErrShift{Text{EN: "Type a sum of money.", SW: "Andika kiasi cha pesa."}}
)

// Apply is the shift after the event e, or why that cannot be.
func (s Shift) Apply(e Event) (Shift, error) {
	act := e.Shift
	if act == nil {
		act = &ShiftAct{}
	}
	step := Step{e.At, e.By}
	switch {
	case e.Kind == EventShiftOpened && s.ID == "":
		if act.Amount < 0 {
			return s, errShiftSum
		}
		return Shift{ID: ShiftID(e.Attempt), Drawer: e.By.Drawer, State: ShiftOpen, Float: act.Amount, Opened: step}, nil
	case s.ID == "" || e.Kind == EventShiftOpened:
		return s, fmt.Errorf("a shift begins with its opening, once")
	case s.State == ShiftClosed:
		return s, errShiftClosed
	}
	switch e.Kind {
	case EventCashMoved:
		if s.State != ShiftOpen {
			return s, errShiftEnded
		}
		if act.Amount < 1 || act.Move < MoveIn || act.Move > MoveDrop {
			return s, errShiftSum
		}
		s.Moves = append(s.Moves[:len(s.Moves):len(s.Moves)], CashMove{step, act.Move, act.Amount, act.Reason})
	case EventNoSale:
		s.NoSales = append(s.NoSales[:len(s.NoSales):len(s.NoSales)], step)
	case EventXRead:
		s.Reads = append(s.Reads[:len(s.Reads):len(s.Reads)], step)
	case EventShiftEnded:
		if s.State != ShiftOpen {
			return s, errShiftEnded
		}
		s.State, s.Ended = ShiftEnded, step
	case EventCounted:
		if s.State == ShiftOpen {
			return s, errShiftOpen
		}
		if act.Amount < 0 {
			return s, errShiftSum
		}
		s.State = ShiftCounted
		s.Counts = append(s.Counts[:len(s.Counts):len(s.Counts)], Count{step, act.Amount, act.Blind && !s.readBy(e.By.Staff)})
	case EventShiftClosed:
		if s.State != ShiftCounted || act.Close == nil {
			return s, errShiftCount
		}
		s.State, s.Closed, s.Close = ShiftClosed, step, act.Close
	default:
		return s, fmt.Errorf("%v is no event of a shift", e.Kind)
	}
	return s, nil
}

// readBy reports whether the person has read an X of this shift.
func (s Shift) readBy(who StaffID) bool {
	for _, r := range s.Reads {
		if r.By.Staff == who || r.By.Approved == who && who != "" {
			return true
		}
	}
	return false
}

package pos

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// chain numbers events in the order in which they are given.
func chain(events ...Event) []Dossier {
	var list []Dossier
	at := map[AttemptID]int{}
	for n, e := range events {
		i, ok := at[e.Attempt]
		if !ok {
			i = len(list)
			at[e.Attempt] = i
			list = append(list, nil)
		}
		list[i] = append(list[i], Numbered{uint64(n + 1), e})
	}
	return list
}

func by(e Event, shift ShiftID) Event {
	e.By.Shift = shift
	return e
}

func shiftOf(t *testing.T, events ...Event) Shift {
	t.Helper()
	var s Shift
	for _, e := range events {
		next, err := s.Apply(e)
		if err != nil {
			t.Fatalf("%v: %v", e.Kind, err)
		}
		s = next
	}
	return s
}

func act(kind EventKind, a ShiftAct) Event {
	return Event{Attempt: "S", Kind: kind, At: noon, By: Actor{Staff: "W"}, Shift: &a}
}

// TestFigures: a day of cash, M-PESA, a drop, a void, a refund and a payment that is still
// checking, added up by hand.
func TestFigures(t *testing.T) {
	s := shiftOf(t,
		act(EventShiftOpened, ShiftAct{Amount: 1000}),
		act(EventCashMoved, ShiftAct{Move: MoveIn, Amount: 200}),
		act(EventCashMoved, ShiftAct{Move: MoveOut, Amount: 50, Reason: "sugar"}),
		act(EventCashMoved, ShiftAct{Move: MoveDrop, Amount: 500}),
		act(EventNoSale, ShiftAct{}))
	refund := by(Event{Attempt: "D", Kind: EventRefunded, At: noon, Refund: &Refund{Amount: 70, Tender: TenderCash}}, "S")
	payments := chain(
		by(cashOf("A", "A", 450, 500), "S"),
		by(cashOf("B", "B", 9000, 9000), "S"), by(Event{Attempt: "B", Kind: EventVoided, At: noon}, "S"),
		by(push("C", "C", 300, 0), "S"), paidBack("C", 300, "SKN4T7W2QX"),
		by(cashOf("D", "D", 70, 100), "S"), refund,
		by(push("E", "E", 250, 0), "S"), Event{Attempt: "E", Kind: EventGaveUp, At: noon.Add(Patience)},
		by(cashOf("F", "F", 80, 80), "another shift"),
	)
	close := uint64(10)
	want := Figures{
		MPesa: Sum{1, 300}, Unclear: Sum{1, 250}, Cash: Sum{2, 520}, Voided: Sum{1, 9000}, GivenCash: Sum{1, 70},
		In: Sum{1, 200}, Out: Sum{1, 50}, Drops: Sum{1, 500}, NoSales: 1, Float: 1000, Expected: 1000 + 520 + 200 - 50 - 500 - 70,
	}
	if got := s.Figures(payments, close); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}

	// what comes after the close changes what comes after it, and not the figures of the Z
	later := Numbered{11, paidBack("E", 250, "SKN4T7W2QY")}
	i := slices.IndexFunc(payments, func(d Dossier) bool { return d[0].Attempt == "E" })
	payments[i] = append(payments[i], later)
	if got := s.Figures(payments, close); got != want {
		t.Errorf("after a late payment the Z is %+v", got)
	}
	if got := s.Figures(payments, 11); got.MPesa.KES != 550 || got.PaidLate.KES != 250 || got.Unclear.Count != 0 || got.Expected != want.Expected {
		t.Errorf("with it: %+v", got)
	}
}

// TestOwedBackGivenInCash: what was taken in cash while M-PESA was still checking, and is paid by
// it then, is owed back; given back in cash, the drawer is right.
func TestOwedBackGivenInCash(t *testing.T) {
	s := shiftOf(t, act(EventShiftOpened, ShiftAct{Amount: 1000}))
	payments := chain(by(push("A", "A", 450, 0), "S"), Event{Attempt: "A", Kind: EventGaveUp, At: noon.Add(Patience)},
		by(cashOf("B", "A", 450, 450), "S"), paidBack("A", 450, "SKN4T7W2QX"),
		by(Event{Attempt: "A", Kind: EventRefunded, At: noon, Refund: &Refund{Amount: 450, Tender: TenderCash}}, "S"))
	if f := s.Figures(payments, 4); f.OwedBack.KES != 450 || f.Expected != 1450 || f.MPesa.Count != 0 {
		t.Errorf("owed: %+v", f)
	}
	if f := s.Figures(payments, 5); f.OwedBack.Count != 0 || f.Expected != 1000 {
		t.Errorf("given back: %+v", f)
	}
}

// TestShiftGoesOneWay tries every kind of event in every state.
func TestShiftGoesOneWay(t *testing.T) {
	opened := act(EventShiftOpened, ShiftAct{Amount: 1000})
	moved := act(EventCashMoved, ShiftAct{Move: MoveDrop, Amount: 5})
	ended, counted := act(EventShiftEnded, ShiftAct{}), act(EventCounted, ShiftAct{Amount: 980, Blind: true})
	closed := act(EventShiftClosed, ShiftAct{Close: &Close{Z: 1}})
	life := []Event{opened, ended, counted, closed}
	allowed := map[ShiftState][]EventKind{
		0:            {EventShiftOpened},
		ShiftOpen:    {EventCashMoved, EventNoSale, EventXRead, EventShiftEnded},
		ShiftEnded:   {EventNoSale, EventXRead, EventCounted},
		ShiftCounted: {EventNoSale, EventXRead, EventCounted, EventShiftClosed},
	}
	for n := range len(life) + 1 {
		s := shiftOf(t, life[:n]...)
		for _, e := range []Event{opened, moved, act(EventNoSale, ShiftAct{}), act(EventXRead, ShiftAct{}), ended, counted, closed} {
			_, err := s.Apply(e)
			if may := slices.Contains(allowed[s.State], e.Kind); may != (err == nil) {
				t.Errorf("%v in state %v: %v", e.Kind, s.State, err)
			}
		}
	}
	s := shiftOf(t, opened, ended, counted, act(EventCounted, ShiftAct{Amount: 1000}))
	if s.Counts[0].Amount != 980 || len(s.Counts) != 2 {
		t.Errorf("the first count does not hold: %+v", s.Counts)
	}
	if _, err := shiftOf(t, opened, ended, counted, closed).Apply(counted); !errors.Is(err, errShiftClosed) {
		t.Errorf("counted after the close: %v", err)
	}
}

// TestBlind: a count is blind only where who counts has read no X of the shift.
func TestBlind(t *testing.T) {
	read := act(EventXRead, ShiftAct{})
	for _, tc := range []struct {
		reader Actor
		want   bool
	}{{Actor{Staff: "W"}, false}, {Actor{Staff: "M", Approved: "W"}, false}, {Actor{Staff: "M"}, true}} {
		read.By = tc.reader
		s := shiftOf(t, act(EventShiftOpened, ShiftAct{}), read, act(EventShiftEnded, ShiftAct{}), act(EventCounted, ShiftAct{Amount: 1, Blind: true}))
		if s.Counts[0].Blind != tc.want {
			t.Errorf("read by %+v: blind %t", tc.reader, s.Counts[0].Blind)
		}
	}
}

// TestPINLock: five wrong PINs lock a person for a minute, and each further one for twice as long,
// until the right one.
func TestPINLock(t *testing.T) {
	p := Person{}.Apply(Event{Attempt: "W", Kind: EventStaffAdded, At: noon, Staff: &StaffAct{Name: "Wanjiru", Role: Cashier}})
	refused := Event{Attempt: "W", Kind: EventPINRefused, At: noon}
	for n := 1; n <= 20; n++ {
		p = p.Apply(refused)
		want := time.Time{}
		if n >= 5 {
			want = noon.Add(min(time.Minute<<min(n-5, 11), 24*time.Hour))
		}
		if got := p.LockedUntil(); !got.Equal(want) {
			t.Errorf("after %d: %v, want %v", n, got, want)
		}
	}
	if p = p.Apply(Event{Attempt: "W", Kind: EventSignedIn, At: noon}); !p.LockedUntil().IsZero() || !p.SignedIn {
		t.Errorf("after the right one: %+v", p)
	}
	if p = p.Apply(Event{Attempt: "W", Kind: EventStaffLeft}); p.May(Cashier) || p.SignedIn {
		t.Errorf("after leaving: %+v", p)
	}
}

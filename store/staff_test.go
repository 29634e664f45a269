package store

import (
	"context"
	"errors"
	"testing"

	"kaunta/pos"
	"kaunta/store/trade"
)

func addPerson(t testing.TB, l *Ledger, n int, name string, role pos.Role, by pos.StaffID) pos.Person {
	t.Helper()
	return must[pos.Person](t)(l.AppendPerson(context.Background(), trade.StaffAdded(n, name, role, by)))
}

func TestStaff(t *testing.T) {
	l := open(t, newPath(t), training)
	appended := func(e pos.Event) error { _, err := l.AppendPerson(context.Background(), e); return err }
	for _, tt := range []struct {
		e    pos.Event
		want error
	}{
		{trade.StaffAdded(1, "Amina", pos.Manager, ""), pos.ErrFirstOwner},
		{trade.StaffAdded(1, " ", pos.Owner, ""), pos.ErrName},
		{trade.StaffAdded(1, "Amina", 0, ""), pos.ErrRole},
		{trade.StaffAdded(1, "Amina", pos.Owner, "01ARZ3NDEKTSV4RRFFQ69G5FAV"), pos.ErrLeft},
	} {
		if err := appended(tt.e); !errors.Is(err, tt.want) || !errors.Is(err, pos.ErrRefused) {
			t.Errorf("%v, want %v", err, tt.want)
		}
	}
	owner := addPerson(t, l, 1, "Amina", pos.Owner, "")
	if err := appended(trade.StaffAdded(2, "Baraka", pos.Owner, "")); !errors.Is(err, pos.ErrAdder) {
		t.Errorf("added by nobody: %v", err)
	}
	if err := appended(trade.StaffAdded(2, "AMINA", pos.Cashier, owner.ID)); !errors.Is(err, pos.ErrName) {
		t.Errorf("a name twice: %v", err)
	}
	baraka := addPerson(t, l, 0, "Baraka", pos.Cashier, owner.ID) // of an earlier moment, and added later
	person := func(kind pos.EventKind, n int, of, by pos.StaffID) pos.Event {
		return at(about(pos.AttemptID(of), kind, n), by, "")
	}
	for n, kind := range []pos.EventKind{pos.EventPINRefused, pos.EventSignedIn, pos.EventPINRefused} {
		if err := appended(person(kind, 3+n, baraka.ID, "")); err != nil {
			t.Fatal(err)
		}
	}
	sale := add(t, l, at(trade.CashTaken(10, 5, 5), baraka.ID, ""))
	equal(t, "who took it", sale.By.Staff, baraka.ID)
	if err := appended(person(pos.EventStaffLeft, 11, baraka.ID, owner.ID)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		refusedFor(t, l, at(trade.CashTaken(12, 5, 5), baraka.ID, ""), pos.ErrLeft)
		refusedFor(t, l, at(asked(12), baraka.ID, ""), pos.ErrLeft)
		approved := at(asked(12), owner.ID, "")
		approved.By.Approved = baraka.ID
		refusedFor(t, l, approved, pos.ErrLeft)
		if _, err := l.AppendShift(context.Background(), at(trade.ShiftOpened(12, 1), baraka.ID, "")); !errors.Is(err, pos.ErrLeft) {
			t.Errorf("a shift: %v", err)
		}
		if err := appended(trade.StaffAdded(12, "Chebet", pos.Cashier, baraka.ID)); !errors.Is(err, pos.ErrLeft) {
			t.Errorf("a person: %v", err)
		}
		if err := appended(person(pos.EventSignedIn, 13, baraka.ID, "")); !errors.Is(err, pos.ErrLeft) {
			t.Errorf("signed in: %v", err)
		}
		l = reopen(t, l)
	}
	if err := appended(person(pos.EventSignedIn, 14, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "")); !errors.Is(err, pos.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	addPerson(t, l, 15, "Baraka", pos.Cashier, owner.ID) // the name is free again
	people := must[[]pos.Person](t)(l.Staff())
	if len(people) != 3 || people[0].ID != owner.ID || people[1].ID != baraka.ID || !people[1].Left || len(people[1].Refusals) != 1 {
		t.Errorf("%+v", people)
	}
	if err := appended(trade.ShiftOpened(16, 1)); !errors.Is(err, pos.ErrRefused) {
		t.Errorf("a shift is nobody: %v", err)
	}
	equal(t, "shifts", must[[]pos.Shift](t)(l.Shifts(5)), []pos.Shift(nil))
	verify(t, l)
}

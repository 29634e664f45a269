package store

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/trade"
)

// at gives an event its place: the person who acts, and the drawer.
func at(e pos.Event, staff pos.StaffID, drawer string) pos.Event {
	e.By = pos.Actor{Staff: staff, Drawer: drawer}
	return e
}

// about is an event of a kind about a payment, n seconds after opening.
func about(id pos.AttemptID, kind pos.EventKind, n int) pos.Event {
	return pos.Event{Attempt: id, Kind: kind, At: opening.Add(time.Duration(n) * time.Second)}
}

// restOf is cash for what is due beside the paid attempt of e.
func restOf(e pos.Event, n int, amount pos.Shillings) pos.Event {
	c := trade.CashTaken(n, amount, amount)
	c.Cash.Sale, c.Cash.For = e.Asked.Sale, e.Attempt
	return c
}

// refused appends an event that must be refused, and compares why.
func refusedFor(t testing.TB, l *Ledger, e pos.Event, want error) {
	t.Helper()
	events := must[Anchor](t)(end(l)).Events
	if _, _, err := l.Append(context.Background(), e); !errors.Is(err, want) || !errors.Is(err, pos.ErrRefused) {
		t.Fatalf("%v: %v, want %v", e.Kind, err, want)
	}
	if now := must[Anchor](t)(end(l)).Events; now != events {
		t.Fatalf("%v was refused, and the ledger has %d events, not %d", e.Kind, now, events)
	}
}

func end(l *Ledger) (Anchor, error) {
	return read(l, func(rd reader) (Anchor, error) { return getHead(rd.tx) })
}

// inShift appends events of a shift.
func inShift(t testing.TB, l *Ledger, events ...pos.Event) (s pos.Shift) {
	t.Helper()
	for _, e := range events {
		s = must[pos.Shift](t)(l.AppendShift(context.Background(), e))
	}
	return s
}

// closing are the events that close a shift.
func closing(s pos.ShiftID, n int, counted pos.Shillings) []pos.Event {
	return []pos.Event{
		trade.InShift(s, pos.EventShiftEnded, n, pos.ShiftAct{}),
		trade.InShift(s, pos.EventCounted, n, pos.ShiftAct{Amount: counted, Blind: true}),
		trade.InShift(s, pos.EventShiftClosed, n, pos.ShiftAct{}),
	}
}

func TestCash(t *testing.T) {
	l := open(t, newPath(t), training)
	c := trade.CashTaken(1, 450, 500)
	c.Cash.Once = "0123456789abcdef"
	a := add(t, l, c)
	if a.State != pos.Paid || a.Tender != pos.TenderCash || a.Given != 500 || a.Events != 1 {
		t.Fatalf("%+v", a)
	}
	equal(t, "read again", attempt(t, l, a.ID), a)
	equal(t, "by its key", must[pos.AttemptID](t)(l.ByOnce(c.Cash.Once)), a.ID)
	equal(t, "by its amount", ids(must[[]pos.Attempt](t)(l.Find("450", 5))), []pos.AttemptID{a.ID})
	equal(t, "the sale", must[pos.Sale](t)(l.Sale(c.Cash.Sale)), pos.Sale{a})

	twice := trade.CashTaken(2, 450, 450)
	twice.Cash.Once = c.Cash.Once
	refusedFor(t, l, twice, pos.ErrRefused)
	twice.Cash.Once, twice.Cash.Sale = "", c.Cash.Sale
	refusedFor(t, l, twice, pos.ErrSalePaid)
	short := trade.CashTaken(2, 450, 449)
	refusedFor(t, l, short, pos.ErrGiven)
	refusedFor(t, l, restOf(asked(3), 4, 50), pos.ErrRest)
	refusedFor(t, l, c, pos.ErrRefused)
	if _, _, err := l.Append(context.Background(), trade.ShiftOpened(9, 0)); !errors.Is(err, pos.ErrRefused) {
		t.Errorf("a shift is no payment: %v", err)
	}

	// Mistyped, and taken out within the minute: the sale is open again.
	refusedFor(t, l, about(a.ID, pos.EventVoided, 62), pos.ErrVoid)
	a = add(t, l, about(a.ID, pos.EventVoided, 30))
	if a.State != pos.NotPaid || a.Events != 2 {
		t.Errorf("%+v", a)
	}
	refusedFor(t, l, about(a.ID, pos.EventVoided, 31), pos.ErrVoid)
	add(t, l, twice)

	// What was paid partly by M-PESA takes its rest once, and only then.
	e := asked(100)
	e.Asked.Rest = 50
	add(t, l, e, pushed(e))
	refusedFor(t, l, restOf(e, 101, 50), pos.ErrRest)
	add(t, l, paid(e, receiptOf(100)))
	refusedFor(t, l, restOf(e, 101, 40), pos.ErrRest)
	rest := add(t, l, restOf(e, 101, 50))
	if rest.State != pos.Paid || rest.Notices != 0 {
		t.Errorf("the rest: %+v", rest)
	}
	refusedFor(t, l, restOf(e, 102, 50), pos.ErrRest)
	refusedFor(t, l, about(e.Attempt, pos.EventVoided, 103), pos.ErrVoid)

	// Cash while M-PESA is still silent, and then M-PESA pays: that is owed back.
	e = asked(200)
	instead := trade.CashTaken(201, 450, 450)
	instead.Cash.Sale = e.Asked.Sale
	add(t, l, e, pushed(e), instead)
	if late := add(t, l, paid(e, receiptOf(200))); !late.Owed() {
		t.Errorf("both have paid: %+v", late)
	}
	refund := about(instead.Attempt, pos.EventRefunded, 210)
	refund.Refund = &pos.Refund{Amount: instead.Cash.Amount + 1, Tender: pos.TenderCash}
	refusedFor(t, l, refund, pos.ErrRefund)
	refund.Refund = &pos.Refund{Amount: instead.Cash.Amount, Tender: pos.TenderCash, Reason: "wrong size"}
	if a := add(t, l, refund); !a.Notices.Has(pos.Refunded) || a.Refund != *refund.Refund {
		t.Errorf("%+v", a)
	}
	again := refund
	again.At = again.At.Add(time.Second)
	refusedFor(t, l, again, pos.ErrRefund)

	want := pos.Totals{
		Paid: pos.Sum{Count: 1, KES: asked(100).Asked.Amount}, OwedBack: pos.Sum{Count: 1, KES: e.Asked.Amount},
		Refunded: pos.Sum{Count: 1, KES: 450}, Cash: pos.Sum{Count: 2, KES: 500}, Voided: pos.Sum{Count: 1, KES: 450},
	}
	got := must[pos.Totals](t)(l.Totals(pos.DayOf(opening)))
	got.Hours = want.Hours
	equal(t, "the day", got, want)
	verify(t, l)
}

// Cash for a sale that was asked in place of another that is paid: the other is doubtful.
func TestCashInsteadOfAPaidSale(t *testing.T) {
	l := open(t, newPath(t), training)
	first, second := asked(1), asked(2)
	second.Asked.Overrides = first.Attempt
	c := trade.CashTaken(3, 450, 450)
	c.Cash.Sale = second.Asked.Sale
	add(t, l, first, pushed(first), second, pushed(second), paid(first, receiptOf(1)))
	a := add(t, l, c)
	if a.Notices != 0 || a.Events != 1 {
		t.Errorf("cash: %+v", a)
	}
	if a := attempt(t, l, first.Attempt); !a.Doubtful() || a.Other != c.Attempt {
		t.Errorf("the payment before it: %+v", a)
	}

	// The rest of a payment is no other one: what a person has said of the two stands.
	first, second = asked(101), asked(102)
	second.Asked.Overrides, second.Asked.Rest = first.Attempt, 50
	add(t, l, first, pushed(first), second, pushed(second), paid(first, receiptOf(101)), paid(second, receiptOf(102)))
	two := about(first.Attempt, pos.EventTwoSales, 110)
	two.Other = second.Attempt
	if a := add(t, l, two); a.Doubtful() {
		t.Errorf("two sales: %+v", a)
	}
	add(t, l, restOf(second, 111, 50))
	for _, e := range []pos.Event{first, second} {
		if a := attempt(t, l, e.Attempt); a.Doubtful() {
			t.Errorf("after the rest: %+v", a)
		}
	}
	verify(t, l)
}

func TestShift(t *testing.T) {
	l := open(t, newPath(t), training)
	sell(t, l, 1)
	add(t, l, trade.CashTaken(2, 70, 70)) // before there were shifts
	s := inShift(t, l, trade.ShiftOpened(10, 1237))
	equal(t, "open", must[pos.Shift](t)(l.ShiftOf("")), s)
	if _, err := l.AppendShift(context.Background(), trade.ShiftOpened(11, 1)); !errors.Is(err, pos.ErrShiftOpen) {
		t.Errorf("a second: %v", err)
	}
	inShift(t, l,
		trade.InShift(s.ID, pos.EventCashMoved, 12, pos.ShiftAct{Move: pos.MoveIn, Amount: 101, Reason: "change"}),
		trade.InShift(s.ID, pos.EventCashMoved, 13, pos.ShiftAct{Move: pos.MoveOut, Amount: 13}),
		trade.InShift(s.ID, pos.EventCashMoved, 14, pos.ShiftAct{Move: pos.MoveDrop, Amount: 500}),
		trade.InShift(s.ID, pos.EventNoSale, 15, pos.ShiftAct{Reason: "change"}),
		trade.InShift(s.ID, pos.EventXRead, 16, pos.ShiftAct{}),
	)
	forged := trade.CashTaken(20, 307, 400)
	forged.By.Shift = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
	taken := add(t, l, forged)
	equal(t, "the stamp", taken.By.Shift, s.ID)
	mistyped := add(t, l, trade.CashTaken(21, 9999, 9999))
	add(t, l, about(mistyped.ID, pos.EventVoided, 25))
	sell(t, l, 30)
	late := asked(31)
	add(t, l, late, pushed(late))
	refund := about(attemptID(asked(1).At, 1), pos.EventRefunded, 40) // of before the shift, in cash
	refund.Refund = &pos.Refund{Amount: 11, Tender: pos.TenderCash}
	add(t, l, refund)
	closes := closing(s.ID, 50, 1100)
	inShift(t, l, closes[0])
	for _, e := range []pos.Event{trade.CashTaken(51, 5, 5), {
		Attempt: taken.ID, Kind: pos.EventRefunded, At: opening.Add(time.Minute), Refund: &pos.Refund{Amount: 1, Tender: pos.TenderCash},
	}} {
		refusedFor(t, l, e, pos.ErrNoShift)
	}
	if a := sell(t, l, 52); a.By.Shift != "" {
		t.Errorf("M-PESA after the end is without a shift: %+v", a.By)
	}
	equal(t, "ended", must[pos.Shift](t)(l.ShiftOf("")).State, pos.ShiftEnded)
	var why *pos.ErrShift
	if _, err := l.AppendShift(context.Background(), closes[2]); !errors.As(err, &why) {
		t.Errorf("closed before it was counted: %v", err)
	}
	s = inShift(t, l, closes[1:]...)

	kes := func(count int, kes pos.Shillings) pos.Sum { return pos.Sum{Count: count, KES: kes} }
	want := pos.Figures{
		MPesa: kes(1, asked(30).Asked.Amount), Unclear: kes(1, late.Asked.Amount), Cash: kes(1, 307), Voided: kes(1, 9999), GivenCash: kes(1, 11),
		In: kes(1, 101), Out: kes(1, 13), Drops: kes(1, 500), NoSales: 1, Float: 1237, Expected: 1237 + 307 + 101 - 13 - 500 - 11,
	}
	equal(t, "the Z", *s.Close, pos.Close{Z: 1, Formula: pos.FormulaVersion, Figures: want})
	upTo := must[Anchor](t)(end(l)).Events - 1
	if _, err := l.ShiftOf(""); !errors.Is(err, pos.ErrNotFound) {
		t.Errorf("after the close: %v", err)
	}

	// What comes later changes no Z, in this process or the next.
	a := add(t, l, paid(late, receiptOf(31)))
	if a.State != pos.Paid || a.By.Shift != s.ID {
		t.Errorf("%+v", a)
	}
	l = reopen(t, l)
	equal(t, "by its number", must[pos.Shift](t)(l.ByZ(1)), s)
	equal(t, "by its id", must[pos.Shift](t)(l.Shift(s.ID)), s)
	payments, events, err := l.ShiftPayments(s.ID)
	if err != nil || events != upTo+2 || len(payments) != 5 {
		t.Fatalf("%d payments, %d events, %v", len(payments), events, err)
	}
	for i := range payments[1:] {
		if payments[i][0].N >= payments[i+1][0].N {
			t.Errorf("payment %d is not in the chain's order", i+1)
		}
	}
	equal(t, "worked out again", s.Figures(payments, upTo), want)
	if now := s.Figures(payments, events); now.Unclear.Count != 0 || now.MPesa.Count != 2 {
		t.Errorf("after the close: %+v", now)
	}
	if _, err := l.AppendShift(context.Background(), trade.InShift(s.ID, pos.EventXRead, 60, pos.ShiftAct{})); !errors.As(err, &why) {
		t.Errorf("an event after the close: %v", err)
	}
	second := inShift(t, l, trade.ShiftOpened(70, 1100))
	second = inShift(t, l, closing(second.ID, 71, 1100)...)
	equal(t, "the next Z", second.Close.Z, 2)
	equal(t, "the newest first", must[[]pos.Shift](t)(l.Shifts(5)), []pos.Shift{second, s})
	equal(t, "one", must[[]pos.Shift](t)(l.Shifts(1)), []pos.Shift{second})
	for _, read := range []func() (pos.Shift, error){
		func() (pos.Shift, error) { return l.ByZ(3) },
		func() (pos.Shift, error) { return l.Shift("01ARZ3NDEKTSV4RRFFQ69G5FAV") },
		func() (pos.Shift, error) { return l.Shift("no id") },
		func() (pos.Shift, error) { return l.ShiftOf(strings.Repeat("x", 99)) },
		func() (pos.Shift, error) {
			return l.AppendShift(context.Background(), trade.InShift("01ARZ3NDEKTSV4RRFFQ69G5FAV", pos.EventXRead, 60, pos.ShiftAct{}))
		},
	} {
		if _, err := read(); !errors.Is(err, pos.ErrNotFound) {
			t.Errorf("%v, want not found", err)
		}
	}
	verify(t, l)
}

// Of two tills that open a shift of one drawer at once, one is refused; other drawers are their
// own.
func TestShiftsOfDrawers(t *testing.T) {
	l := open(t, newPath(t), training)
	errs := make([]error, 8)
	var tills sync.WaitGroup
	for n := range errs {
		tills.Go(func() {
			_, errs[n] = l.AppendShift(context.Background(), at(trade.ShiftOpened(n, 100), "", "front"))
		})
	}
	tills.Wait()
	opened := 0
	for _, err := range errs {
		switch {
		case err == nil:
			opened++
		case !errors.Is(err, pos.ErrShiftOpen):
			t.Error(err)
		}
	}
	if opened != 1 {
		t.Fatalf("%d shifts of one drawer were opened", opened)
	}
	back := inShift(t, l, at(trade.ShiftOpened(20, 100), "", "back"))
	refusedFor(t, l, trade.CashTaken(21, 5, 5), pos.ErrNoShift) // of the drawer without a name
	a := add(t, l, at(trade.CashTaken(22, 5, 5), "", "back"))
	equal(t, "the drawer's shift", a.By.Shift, back.ID)
	front := must[pos.Shift](t)(l.ShiftOf("front"))
	for i, s := range []pos.ShiftID{back.ID, front.ID} {
		z := inShift(t, l, closing(s, 30+i, 105)...)
		equal(t, "the Z", z.Close.Z, i+1)
	}
	if _, err := l.AppendShift(context.Background(), at(trade.ShiftOpened(40, 1), "", strings.Repeat("x", 65))); !errors.Is(err, pos.ErrRefused) {
		t.Errorf("a long name: %v", err)
	}
	verify(t, l)
}

// A file from before there were shifts is read as it is, and written as any other.
func TestOpenWithoutTheShopsBuckets(t *testing.T) {
	l := open(t, newPath(t), training)
	sell(t, l, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	db := must[*bolt.DB](t)(bolt.Open(l.Path(), 0o600, nil))
	err := db.Update(func(tx *bolt.Tx) error {
		return errors.Join(tx.DeleteBucket([]byte(ShopBucket)), tx.DeleteBucket([]byte(shiftsBucket)),
			tx.DeleteBucket([]byte(peopleBucket)), tx.DeleteBucket([]byte(actsBucket)))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	reads := func(l *Ledger) {
		t.Helper()
		if _, err := l.ShiftOf(""); !errors.Is(err, pos.ErrNotFound) {
			t.Error(err)
		}
		if _, err := l.ByZ(1); !errors.Is(err, pos.ErrNotFound) {
			t.Error(err)
		}
		if _, _, err := l.ShiftPayments("01ARZ3NDEKTSV4RRFFQ69G5FAV"); !errors.Is(err, pos.ErrNotFound) {
			t.Error(err)
		}
		equal(t, "shifts", must[[]pos.Shift](t)(l.Shifts(5)), []pos.Shift(nil))
		equal(t, "people", must[[]pos.Person](t)(l.Staff()), []pos.Person(nil))
		verify(t, l)
	}
	old := open(t, l.Path(), Options{ReadOnly: true})
	reads(old)
	if _, err := old.AppendShift(context.Background(), trade.ShiftOpened(1, 1)); !errors.Is(err, ErrReadOnly) {
		t.Error(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, l.Path(), training)
	reads(l)
	s := inShift(t, l, trade.ShiftOpened(10, 100))
	inShift(t, l, closing(s.ID, 11, 100)...)
	verify(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if left := must[int](t)(Rebuild(l.Path())); left != 0 {
		t.Errorf("%d left", left)
	}
	l = open(t, l.Path(), training)
	equal(t, "the Z", must[pos.Shift](t)(l.ByZ(1)).ID, s.ID)
	verify(t, l)
}

// What a person typed about a shift, and a name, lose their numbers as payments do: a shift that is
// not closed when it is.
func TestForgetInTheShop(t *testing.T) {
	l := open(t, newPath(t), training)
	addPerson(t, l, 1, "Amina 0712345678", pos.Owner, "")
	first := inShift(t, l, trade.ShiftOpened(2, 100))
	reason := pos.ShiftAct{Move: pos.MoveOut, Amount: 5, Reason: "lent to 0712345678"}
	inShift(t, l, trade.InShift(first.ID, pos.EventCashMoved, 3, reason))
	inShift(t, l, closing(first.ID, 4, 100)...)
	second := inShift(t, l, trade.ShiftOpened(5, 100))
	inShift(t, l, trade.InShift(second.ID, pos.EventCashMoved, 6, reason))
	sell(t, l, 7)
	if n := must[int](t)(l.Forget(context.Background(), opening.Add(time.Hour))); n != 1 {
		t.Errorf("%d payments", n)
	}
	said := func(id pos.ShiftID) string { return must[pos.Shift](t)(l.Shift(id)).Moves[0].Reason }
	equal(t, "of the first", said(first.ID), "lent to 0******678")
	equal(t, "of the second", said(second.ID), reason.Reason)
	equal(t, "of the person", must[[]pos.Person](t)(l.Staff())[0].Name, "Amina 0******678")
	verify(t, l)
	inShift(t, l, closing(second.ID, 8, 95)...)
	equal(t, "of the second, closed", said(second.ID), "lent to 0******678")
	verify(t, l)
	equal(t, "its Z", must[pos.Shift](t)(l.ByZ(2)).Close.Figures.Expected, pos.Shillings(95))
}

package store

import (
	"testing"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// insteadOf asks for another sale in place of e, as attempt n.
func insteadOf(e pos.Event, n int) pos.Event {
	next := asked(n)
	next.Asked.Phone, next.Asked.Overrides = e.Asked.Phone, e.Attempt
	return next
}

func saidResolved(kind pos.EventKind, e pos.Event) pos.Event {
	return pos.Event{Attempt: e.Attempt, Kind: kind, At: e.At.Add(time.Hour)}
}

// TestPossiblyTwice sells what may be one purchase as several sales.
func TestPossiblyTwice(t *testing.T) {
	first := asked(1)
	second, third := insteadOf(first, 2), insteadOf(insteadOf(first, 2), 3)
	again := again(first, 4) // the first sale, asked again
	other := insteadOf(again, 5)
	sibling := insteadOf(first, 6) // when the second had its end
	const twice = pos.PossiblyTwice
	for name, c := range map[string]struct {
		events []pos.Event
		want   map[int]pos.Notice // of those that are paid
		listed int
	}{
		"one is paid":     {[]pos.Event{first, second, paid(second, receiptOf(2))}, map[int]pos.Notice{2: 0}, 1},
		"both are":        {[]pos.Event{first, second, paid(first, receiptOf(1)), paid(second, receiptOf(2))}, map[int]pos.Notice{1: twice, 2: twice}, 2},
		"the other way":   {[]pos.Event{first, second, paid(second, receiptOf(2)), paid(first, receiptOf(1))}, map[int]pos.Notice{1: twice, 2: twice}, 2},
		"through another": {[]pos.Event{first, second, third, paid(third, receiptOf(3)), paid(first, receiptOf(1))}, map[int]pos.Notice{1: twice, 3: twice}, 3},
		"another attempt of the sale": {[]pos.Event{first, again, other, paid(first, receiptOf(1)), paid(other, receiptOf(5))},
			map[int]pos.Notice{1: twice, 5: twice}, 3},
		"both in place of a third": {[]pos.Event{first, second, paid(second, receiptOf(2)), sibling, paid(sibling, receiptOf(6))},
			map[int]pos.Notice{2: 0, 6: 0}, 1},
		"two sales": {[]pos.Event{first, second, paid(first, receiptOf(1)), paid(second, receiptOf(2)), saidResolved(pos.EventTwoSales, second)},
			map[int]pos.Notice{1: twice | pos.TwoSales, 2: twice | pos.TwoSales}, 0},
		"given back": {[]pos.Event{first, second, paid(first, receiptOf(1)), paid(second, receiptOf(2)), saidResolved(pos.EventRefunded, first)},
			map[int]pos.Notice{1: twice | pos.Refunded, 2: twice | pos.TwoSales}, 0},
		"one of three": {[]pos.Event{first, second, third, paid(first, receiptOf(1)), paid(second, receiptOf(2)), paid(third, receiptOf(3)),
			saidResolved(pos.EventRefunded, second)}, map[int]pos.Notice{1: twice, 2: twice | pos.Refunded, 3: twice}, 2},
		"one of two beside a third": {[]pos.Event{first, second, paid(second, receiptOf(2)), sibling, paid(sibling, receiptOf(6)), paid(first, receiptOf(1)),
			saidResolved(pos.EventTwoSales, sibling)}, map[int]pos.Notice{1: twice, 2: twice, 6: twice | pos.TwoSales}, 2},
		"what both were beside": {[]pos.Event{first, second, paid(second, receiptOf(2)), sibling, paid(sibling, receiptOf(6)), paid(first, receiptOf(1)),
			saidResolved(pos.EventRefunded, first)},
			map[int]pos.Notice{1: twice | pos.Refunded, 2: twice | pos.TwoSales, 6: twice | pos.TwoSales}, 0},
		"a third, after two sales": {[]pos.Event{first, second, paid(first, receiptOf(1)), paid(second, receiptOf(2)), saidResolved(pos.EventTwoSales, first),
			third, paid(third, receiptOf(3))}, map[int]pos.Notice{1: twice, 2: twice, 3: twice}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, newPath(t), training)
			for _, e := range c.events {
				add(t, l, e)
				if e.Kind == pos.EventAsked {
					add(t, l, pushed(e))
				}
			}
			check := func(l *Ledger) {
				t.Helper()
				for n, want := range c.want {
					a := attempt(t, l, asked(n).Attempt)
					if a.State != pos.Paid || a.Notices != want {
						t.Errorf("attempt %d: %v %v, want %v", n, a.State, a.Notices.Names(), want.Names())
					}
				}
				if list := must[[]pos.Attempt](t)(l.Unsettled()); len(list) != c.listed {
					t.Errorf("%d are listed as unsettled, want %d", len(list), c.listed)
				}
				verify(t, l)
			}
			check(l)
			check(reopen(t, l))
		})
	}
}

// TestAnIDOfAnother: an id that another attempt has is marked, also when the number in it is
// forgotten.
func TestAnIDOfAnother(t *testing.T) {
	const id = "ws_CO_23112026110000123712300001"
	first, second := asked(1), asked(2)
	named := func(e pos.Event) pos.Event {
		e.Answer.CheckoutRequestID, e.Answer.Raw = id, []byte(id)
		return e
	}
	for _, forgets := range []bool{false, true} {
		l := open(t, newPath(t), training)
		add(t, l, first, named(pushed(first)), named(paid(first, receiptOf(1))))
		if forgets {
			if _, err := l.Forget(t.Context(), first.At.Add(time.Second/2)); err != nil {
				t.Fatal(err)
			}
		}
		a := add(t, l, second, named(pushed(second)))
		if a.CheckoutRequestID != "" || !a.Notices.Has(pos.DoesNotMatch) || a.Askable() {
			t.Errorf("forgotten %t: the id %q, %v", forgets, a.CheckoutRequestID, a.Notices.Names())
		}
		if a = add(t, l, named(queried(second, daraja.VerdictPaid, "0"))); a.State == pos.Paid {
			t.Errorf("forgotten %t: paid by the query of another payment", forgets)
		}
		if a = add(t, l, named(paid(second, receiptOf(2)))); a.State != pos.Paid || a.Receipt != receiptOf(2) {
			t.Errorf("forgotten %t: its own callback makes it %v", forgets, a.State)
		}
		verify(t, l)
	}
}

package pos

import (
	"errors"
	"testing"
	"time"

	"kaunta/daraja"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, EAT)

func cashOf(id AttemptID, sale SaleID, amount, given Shillings) Event {
	return Event{Attempt: id, Kind: EventCash, At: noon, Cash: &Cash{Sale: sale, Amount: amount, Given: given}}
}

func push(id AttemptID, sale SaleID, amount, rest Shillings) Event {
	return Event{Attempt: id, Kind: EventAsked, At: noon, Asked: &Asked{Sale: sale, Phone: "254700000001", Amount: amount, Rest: rest, Reachable: true}}
}

func paidBack(id AttemptID, amount Shillings, receipt string) Event {
	return Event{Attempt: id, Kind: EventCalledBack, At: noon.Add(time.Minute), Answer: &daraja.Answer{
		Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictPaid, CheckoutRequestID: "ws_CO_" + string(id),
		HasAmount: true, Amount: int64(amount), Receipt: receipt,
	}}
}

// grow adds events that the sale allows.
func grow(t *testing.T, s Sale, events ...Event) Sale {
	t.Helper()
	for _, e := range events {
		if err := s.Allows(e); err != nil {
			t.Fatalf("%v of %s: %v", e.Kind, e.Attempt, err)
		}
		s, _, _ = s.Apply(e)
	}
	return s
}

// TestCashIsTakings: 500 given for 450 is 450 taken and 50 of change, and closes the sale.
func TestCashIsTakings(t *testing.T) {
	s := grow(t, nil, cashOf("A", "A", 450, 500))
	a := s[0]
	if a.State != Paid || a.Tender != TenderCash || a.Amount != 450 || a.Given-a.Amount != 50 || a.Followed() || a.Unsettled() {
		t.Errorf("%+v", a)
	}
	var day Totals
	day.Add(a, 1)
	if (day != Totals{Cash: Sum{Count: 1, KES: 450}}) {
		t.Errorf("the day: %+v", day)
	}
	for _, e := range []Event{cashOf("B", "A", 450, 450), cashOf("B", "A", 1, 1)} {
		if err := s.Allows(e); !errors.Is(err, ErrSalePaid) {
			t.Errorf("a second time: %v", err)
		}
	}
	if err := Sale(nil).Allows(cashOf("C", "C", 450, 449)); !errors.Is(err, ErrGiven) {
		t.Errorf("less given: %v", err)
	}
}

// TestCashWhileStillChecking: cash closes a sale that M-PESA pays afterwards: that money is owed
// back. The other way round cash is refused.
func TestCashWhileStillChecking(t *testing.T) {
	s := grow(t, nil, push("A", "A", 450, 0), Event{Attempt: "A", Kind: EventGaveUp, At: noon.Add(Patience)}, cashOf("B", "A", 450, 450))
	if s[0].State != StillChecking || s[1].State != Paid || s[1].Notices != 0 {
		t.Fatalf("%v %v", s[0].State, s[1])
	}
	s = grow(t, s, paidBack("A", 450, "SKN4T7W2QX"))
	if !s[0].Owed() || s[1].Owed() {
		t.Errorf("owed: %v %v", s[0].Notices.Names(), s[1].Notices.Names())
	}
	back := Event{Attempt: "A", Kind: EventRefunded, At: noon.Add(time.Hour), Refund: &Refund{Amount: 450, Tender: TenderCash}}
	if s = grow(t, s, back); s[0].Owed() || s[0].Refund.Tender != TenderCash {
		t.Errorf("given back: %+v", s[0])
	}
	if err := s.Allows(back); !errors.Is(err, ErrRefund) {
		t.Errorf("given back twice: %v", err)
	}
	paid := grow(t, nil, push("A", "A", 450, 0), paidBack("A", 450, "SKN4T7W2QX"))
	if err := paid.Allows(cashOf("B", "A", 450, 450)); !errors.Is(err, ErrSalePaid) {
		t.Errorf("cash for what M-PESA paid: %v", err)
	}
}

// TestRest: the cash beside an M-PESA payment is due once that is paid, once, whole, and is no
// second payment.
func TestRest(t *testing.T) {
	s := grow(t, nil, push("A", "A", 300, 150))
	rest := Event{Attempt: "B", Kind: EventCash, At: noon.Add(2 * time.Minute), Cash: &Cash{Sale: "A", Amount: 150, Given: 200, For: "A"}}
	if err := s.Allows(rest); !errors.Is(err, ErrRest) || s.RestDue(s[0]) != 0 {
		t.Errorf("before M-PESA has paid: %v, %v due", err, s.RestDue(s[0]))
	}
	s = grow(t, s, paidBack("A", 300, "SKN4T7W2QX"))
	if s.RestDue(s[0]) != 150 {
		t.Errorf("%v due", s.RestDue(s[0]))
	}
	less := rest
	less.Cash = &Cash{Sale: "A", Amount: 100, Given: 100, For: "A"}
	if err := s.Allows(less); !errors.Is(err, ErrRest) {
		t.Errorf("less than the rest: %v", err)
	}
	s = grow(t, s, rest)
	if s.RestDue(s[0]) != 0 || s[0].Notices != 0 || s[1].Notices != 0 {
		t.Errorf("afterwards: %v due, %v, %v", s.RestDue(s[0]), s[0].Notices.Names(), s[1].Notices.Names())
	}
	if err := s.Allows(rest); !errors.Is(err, ErrRest) {
		t.Errorf("twice: %v", err)
	}
}

// TestVoid: mistyped cash is taken out within a minute, once, and never M-PESA's.
func TestVoid(t *testing.T) {
	s := grow(t, nil, cashOf("A", "A", 4500, 5000))
	void := func(after time.Duration) Event { return Event{Attempt: "A", Kind: EventVoided, At: noon.Add(after)} }
	if err := s.Allows(void(VoidWithin + 1)); !errors.Is(err, ErrVoid) {
		t.Errorf("too late: %v", err)
	}
	s = grow(t, s, void(VoidWithin))
	var day Totals
	if day.Add(s[0], 1); s[0].State != NotPaid || s.Paid() || day.Cash.Count != 0 || day.Voided.KES != 4500 {
		t.Errorf("%v, %+v", s[0].State, day)
	}
	if err := s.Allows(void(0)); !errors.Is(err, ErrVoid) {
		t.Errorf("twice: %v", err)
	}
	mpesa := grow(t, nil, push("A", "A", 300, 0), paidBack("A", 300, "SKN4T7W2QX"))
	if err := mpesa.Allows(void(0)); !errors.Is(err, ErrVoid) {
		t.Errorf("of M-PESA: %v", err)
	}
	if again, _, _ := mpesa.Apply(void(0)); again[0].State != Paid {
		t.Errorf("M-PESA's PAID was undone")
	}
}

package trade

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kaunta/daraja"
	"kaunta/pos"
)

func TestFill(t *testing.T) {
	o := Options{Seed: 7, From: 20261101, Days: 20, PerDay: 100}
	var events []pos.Event
	if err := Fill(func(e pos.Event) error { events = append(events, e); return nil }, o); err != nil {
		t.Fatal(err)
	}
	sales := map[pos.SaleID]pos.Sale{}
	asked := map[pos.AttemptID]pos.Asked{}
	phones := map[pos.MSISDN]int{}
	receipts := map[string]pos.AttemptID{}
	references := 0
	for i, e := range events {
		if i > 0 && e.At.Before(events[i-1].At) {
			t.Fatalf("event %d comes before the one before it", i)
		}
		if e.Kind == pos.EventAsked {
			asked[e.Attempt] = *e.Asked
			phones[e.Asked.Phone]++
			if e.Asked.Reference != "" {
				references++
			}
			if hour := e.At.In(pos.EAT).Hour(); hour < 7 || hour > 21 {
				t.Errorf("a sale at %v, when the shop is shut", e.At)
			}
			if _, err := pos.ParseMSISDN(string(e.Asked.Phone)); err != nil {
				t.Errorf("%q: %v", string(e.Asked.Phone), err)
			}
		}
		a, ok := asked[e.Attempt]
		if !ok {
			t.Fatalf("event %d, %s, is of no attempt", i, e.Kind)
		}
		if e.Kind == pos.EventCalledBack {
			if d := cmp.Diff(daraja.ParseCallback(e.Answer.Raw), *e.Answer); d != "" {
				t.Fatalf("a callback is not what its body says: (-body +answer)\n%s", d)
			}
			if r := e.Answer.Receipt; r != "" {
				if other, known := receipts[r]; known && other != e.Attempt {
					t.Errorf("receipt %s stands twice", r)
				}
				receipts[r] = e.Attempt
			}
		}
		next, _, _ := sales[a.Sale].Apply(e)
		sales[a.Sale] = next
	}
	var paid, twice, late, again, open int
	for _, s := range sales {
		if len(s) > 1 {
			again++
		}
		for _, a := range s {
			switch {
			case a.Notices.Has(pos.PaidTwice):
				twice++
			case a.State == pos.Paid:
				paid++
			case a.Open():
				open++
			}
			if a.Notices.Has(pos.PaidLate) {
				late++
			}
		}
	}
	n := len(asked)
	if n < 1500 || n > 2800 || paid < n*80/100 || paid > n*95/100 || again == 0 || twice == 0 || late == 0 || open > n/100 ||
		references < n/10 || references > n/5 || len(phones) > n*9/10 || len(phones) < n/3 {
		t.Errorf("%d attempts, %d paid, %d sales asked for again, %d paid twice, %d late, %d open, %d references, %d phones",
			n, paid, again, twice, late, open, references, len(phones))
	}

	// The same seed makes the same trade; and whoever takes it can stop it.
	i, enough := 0, errors.New("enough")
	err := Fill(func(e pos.Event) error {
		if d := cmp.Diff(events[i], e); d != "" {
			t.Fatalf("event %d differs the second time: %s", i, d)
		}
		if i++; i == 100 {
			return enough
		}
		return nil
	}, o)
	if !errors.Is(err, enough) || i != 100 {
		t.Errorf("stopped after %d events: %v", i, err)
	}
}

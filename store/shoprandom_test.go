package store

import (
	"context"
	"errors"
	"testing"

	"kaunta/pos"
	"kaunta/store/trade"
)

// TestShopAtRandom plays a shop of three drawers with a seed: shifts are opened and closed, cash
// and M-PESA come in any order, also late, and the ledger is closed and opened again. Whatever
// happens, the ledger is whole, each Z is what it was, and all cash is in one shift or in none.
func TestShopAtRandom(t *testing.T) {
	for seed := range uint64(4) {
		l := open(t, newPath(t), training)
		chance := seeded(seed)
		drawers := []string{"", "front", "back"}
		closed := map[int]pos.Shift{}
		var waiting []pos.Event // for a payment that comes late
		var taken []pos.Attempt
		for n := range 600 {
			drawer := drawers[chance.IntN(len(drawers))]
			s, err := l.ShiftOf(drawer)
			none := errors.Is(err, pos.ErrNotFound)
			if err != nil && !none {
				t.Fatal(err)
			}
			switch chance.IntN(12) {
			case 0:
				_, err := l.AppendShift(context.Background(), at(trade.ShiftOpened(n, pos.Shillings(chance.IntN(2000))), "", drawer))
				if none != (err == nil) || !none && !errors.Is(err, pos.ErrShiftOpen) {
					t.Fatalf("opened, with none open: %v: %v", none, err)
				}
			case 1:
				if none || n < 100 {
					continue
				}
				step := closing(s.ID, n, pos.Shillings(chance.IntN(3000)))[s.State-pos.ShiftOpen]
				if s = inShift(t, l, step); s.State == pos.ShiftClosed {
					closed[s.Close.Z] = s
				}
			case 2:
				if len(waiting) > 0 {
					add(t, l, paid(waiting[0], receiptOf(n)))
					waiting = waiting[1:]
				}
			case 3:
				if len(taken) > 0 {
					e := at(about(taken[len(taken)-1].ID, pos.EventVoided, n), "", drawer)
					if _, _, err := l.Append(context.Background(), e); err != nil && !errors.Is(err, pos.ErrVoid) {
						t.Fatal(err)
					}
				}
			case 4:
				if chance.IntN(8) == 0 {
					l = reopen(t, l)
				}
			case 5, 6, 7, 8:
				e := at(trade.CashTaken(n, pos.Shillings(1+chance.IntN(500)), 500), "", drawer)
				if len(waiting) > 0 && chance.IntN(2) == 0 { // M-PESA is silent
					e.Cash.Sale = waiting[len(waiting)-1].Asked.Sale
				}
				a, _, err := l.Append(context.Background(), e)
				switch {
				case err == nil:
					taken = append(taken, a)
				case !errors.Is(err, pos.ErrNoShift) && !errors.Is(err, pos.ErrSalePaid):
					t.Fatal(err)
				}
				if uses := len(must[[]pos.Shift](t)(l.Shifts(1))) > 0; err == nil && uses && a.By.Shift != s.ID {
					t.Fatalf("cash of %q is stamped %q, and its shift is %q", drawer, a.By.Shift, s.ID)
				}
			default:
				e := at(asked(n), "", drawer)
				add(t, l, e, pushed(e))
				waiting = append(waiting, e)
			}
		}
		verify(t, l)
		if len(closed) < 5 {
			t.Errorf("seed %d: %d shifts were closed", seed, len(closed))
		}
		var cash, late pos.Sum
		for _, s := range must[[]pos.Shift](t)(l.Shifts(1000)) {
			payments, events, err := l.ShiftPayments(s.ID)
			if err != nil {
				t.Fatal(err)
			}
			now := s.Figures(payments, events)
			cash.Count, cash.KES = cash.Count+now.Cash.Count, cash.KES+now.Cash.KES
			if s.Close != nil {
				equal(t, "a Z", must[pos.Shift](t)(l.ByZ(s.Close.Z)), closed[s.Close.Z])
				late.Count += now.MPesa.Count + now.OwedBack.Count - s.Close.Figures.MPesa.Count - s.Close.Figures.OwedBack.Count
			}
		}
		for z := 1; z <= len(closed); z++ {
			if _, ok := closed[z]; !ok {
				t.Errorf("seed %d: there is no Z %d of %d", seed, z, len(closed))
			}
		}
		for _, a := range taken {
			if a = attempt(t, l, a.ID); a.By.Shift == "" && a.State == pos.Paid {
				cash.Count, cash.KES = cash.Count+1, cash.KES+a.Amount
			}
		}
		equal(t, "cash in shifts and without one", cash, must[pos.Totals](t)(l.Totals(pos.DayOf(opening))).Cash)
		if late.Count == 0 {
			t.Errorf("seed %d: nothing came after a close", seed)
		}
	}
}

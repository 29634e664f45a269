package ui

import (
	"testing"
	"time"

	"kaunta/pos"
	"kaunta/store"
)

// TestWarningOnEveryScreen: while no new payment is taken, each screen says why in a sentence, the
// bell rings once when it begins, and when it is over nothing is left of it.
func TestWarningOnEveryScreen(t *testing.T) {
	for name, health := range map[string]pos.Health{
		"The ledger's file is not at its place: no new payments. Call the owner.":     {Ledger: store.ErrMoved},
		"The clock says 1 Jan 1970, the ledger 23 Nov 2026: set it. No new payments.": {Clock: &pos.ClockError{Says: time.Unix(0, 0), Last: time.Date(2026, 11, 23, 14, 0, 0, 0, pos.EAT)}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCashier(t)
			c.till.HealthIs = health
			c.do(c.app.refresh())
			for _, key := range []string{"", "<f2>", "<f3>", "<f1>", "?"} {
				if key != "" {
					c.press(key)
				}
				c.sees(name)
				c.do(c.app.refresh())
			}
			if c.bells != 2 {
				t.Errorf("the bell rang %d times", c.bells)
			}
			c.till.HealthIs = pos.Health{}
			c.do(c.app.refresh())
			c.seesNot(name)
		})
	}
}

// TestLockOnTheScreen: what the till says is left of a lock is counted down by the screen, whatever
// the times of day are that the earlier request bears.
func TestLockOnTheScreen(t *testing.T) {
	c := newCashier(t)
	earlier := pos.Attempt{ID: "earlier", Asked: pos.Asked{Sale: "earlier", Phone: "254712345678", Amount: 450}, AskedAt: c.now.AddDate(1, 0, 0), State: pos.Waiting}
	c.till.OnCharge = func(pos.Request) (pos.Attempt, error) {
		return pos.Attempt{}, &pos.OpenError{Earlier: earlier, Left: 90 * time.Second}
	}
	c.press("450", "<enter>", phoneA, "<enter>")
	c.sees("wait 1:30")
	c.tick(time.Minute)
	c.sees("wait 0:30")
	c.tick(31 * time.Second)
	c.sees("the customer may pay twice.")
}

// TestUnlockOnTheScreen: when a phone may be asked again hangs on how long ago the till took the
// request, not on its time of day.
func TestUnlockOnTheScreen(t *testing.T) {
	c := newCashier(t)
	c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
		a := c.attempt(r)
		a.AskedAt = c.now.AddDate(1, 0, 0)
		return a, nil
	}
	a := accepted(c.sell("450", phoneA))
	c.tick(30 * time.Second)
	c.sees("0:30")
	c.tell(unclear(a), pos.EventStopped)
	c.seesNot("ask again")
	c.tick(89 * time.Second)
	c.seesNot("ask again")
	c.tick(2 * time.Second)
	c.sees("ask again")
}

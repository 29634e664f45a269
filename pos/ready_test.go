package pos_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/pos"
)

// astray is a real ledger that can lose its name.
type astray struct {
	pos.Ledger
	lost error
}

func (a *astray) AtItsPath() error { return a.lost }

// While the ledger's file is not at its path no payment is begun, and what is open is recorded all
// the same; when it is back, all goes on.
func TestLedgerWithoutItsName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		if err := c.till.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		lost := errors.New("the file is gone")
		ledger := &astray{Ledger: c.ledger}
		c.cfg.Ledger = ledger
		var err error
		if c.till, err = pos.Start(t.Context(), c.cfg); err != nil {
			t.Fatal(err)
		}
		a := c.charge(order(450))
		synctest.Wait()
		ledger.lost = lost
		other := pos.Request{Phone: "254712345699", Amount: 20}
		if err := second(c.till.Charge(t.Context(), other)); !errors.Is(err, lost) {
			t.Errorf("another payment: %v", err)
		}
		if h := c.till.Health(); !errors.Is(h.Ledger, lost) {
			t.Errorf("the health says %v", h.Ledger)
		}
		if pushes, _ := c.counts(); pushes != 1 {
			t.Errorf("%d pushes", pushes)
		}
		c.callback(a, paidBody(1, 450, "UKN1ABCDE2"))
		c.want(a.ID, pos.Paid)
		ledger.lost = nil
		c.charge(other)
		if h := c.till.Health(); h.Ledger != nil {
			t.Errorf("when it is back, the health says %v", h.Ledger)
		}
	})
}

// clock is a machine's clock that is set forward and back.
type clock struct{ skew atomic.Int64 }

func (k *clock) now() time.Time { return time.Now().Add(time.Duration(k.skew.Load())).Round(0) }

// A clock behind the ledger by more than a day begins no payment and says so; what is open goes on.
// One that is far ahead is doubted, and sells.
func TestClockBehindTheLedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k clock
		c := open(t, &gateway{}, func(cfg *pos.Config) { cfg.Clock = k.now })
		a := c.charge(order(450))
		synctest.Wait()
		other := pos.Request{Phone: "254712345699", Amount: 20}
		for _, skew := range []time.Duration{-30 * 365 * 24 * time.Hour, -365 * 24 * time.Hour, -25 * time.Hour} {
			k.skew.Store(int64(skew))
			var wrong *pos.ClockError
			if err := second(c.till.Charge(t.Context(), other)); !errors.As(err, &wrong) || !wrong.Behind() {
				t.Errorf("set by %v: %v", skew, err)
			}
			if h := c.till.Health(); h.Clock == nil || !h.Clock.Behind() || !strings.Contains(h.Clock.Error(), h.Clock.Says.In(pos.EAT).Format("2 Jan 2006")) {
				t.Errorf("set by %v, the health says %v", skew, h.Clock)
			}
		}
		c.callback(a, paidBody(1, 450, "UKN1ABCDE2"))
		c.want(a.ID, pos.Paid)
		for _, skew := range []time.Duration{-23 * time.Hour, 0, pos.LongestRest - time.Hour} {
			if k.skew.Store(int64(skew)); c.till.Health().Clock != nil {
				t.Errorf("set by %v: %v", skew, c.till.Health().Clock)
			}
		}
		k.skew.Store(int64(38 * 365 * 24 * time.Hour))
		if h := c.till.Health(); h.Clock == nil || h.Clock.Behind() {
			t.Errorf("in 2038 the health says %v", h.Clock)
		}
		ahead := c.charge(other)
		synctest.Wait()
		c.callback(ahead, failedBody(2, "1032"))

		// Set right again, it is not behind those few that were asked while it was ahead.
		if k.skew.Store(0); c.till.Health().Clock != nil {
			t.Errorf("set right, the health says %v", c.till.Health().Clock)
		}
		elapse(time.Minute)
		c.charge(other)
	})
}

// A clock that is set neither lengthens a lock nor ends it, and no more does it the waiting.
func TestLockWhileTheClockIsSet(t *testing.T) {
	for _, skew := range []time.Duration{-365 * 24 * time.Hour, -time.Hour, time.Hour, 365 * 24 * time.Hour} {
		for _, restarted := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				var k clock
				c := open(t, &gateway{}, func(cfg *pos.Config) { cfg.Clock = k.now })
				a := c.charge(order(450))
				elapse(30 * time.Second)
				if restarted {
					c.stop()
					c.start()
				}
				k.skew.Store(int64(skew))
				again := func() *pos.OpenError {
					t.Helper()
					var open *pos.OpenError
					if err := second(c.till.Charge(t.Context(), order(450))); !errors.As(err, &open) {
						t.Fatalf("set by %v, restarted %v: %v", skew, restarted, err)
					}
					return open
				}
				if skew > -24*time.Hour {
					if e := again(); e.Left != pos.PhoneLock-30*time.Second || !strings.Contains(e.Error(), "wait 1:30") {
						t.Errorf("set by %v, restarted %v: %v left, %v", skew, restarted, e.Left, e)
					}
					elapse(pos.PhoneLock - 30*time.Second)
					if e := again(); e.Locked() {
						t.Errorf("set by %v, restarted %v: after two minutes %v is left", skew, restarted, e.Left)
					}
				} else {
					elapse(pos.PhoneLock - 30*time.Second)
				}
				c.want(a.ID, pos.Waiting)
				elapse(pos.Patience - pos.PhoneLock)
				c.want(a.ID, pos.StillChecking)
			})
		}
	}
}

// TestClockIsRight: where sales are dated later than it is, a person's word is needed until one is
// dated right.
func TestClockIsRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k clock
		k.skew.Store(int64(40 * 24 * time.Hour))
		c := open(t, &gateway{}, func(cfg *pos.Config) { cfg.Clock = k.now })
		first := c.charge(order(450))
		synctest.Wait()
		c.callback(first, failedBody(1, "1032"))
		k.skew.Store(int64(0))
		elapse(time.Minute)
		var wrong *pos.ClockError
		if err := second(c.till.Charge(t.Context(), order(450))); !errors.As(err, &wrong) {
			t.Fatalf("by a clock that was set back: %v", err)
		}
		again := func(word bool) {
			c.stop()
			c.cfg.ClockIsRight = word
			c.start()
			a := c.charge(order(450))
			synctest.Wait()
			c.callback(a, failedBody(len(c.pushes), "1032"))
			elapse(time.Minute)
			if h := c.till.Health(); h.Clock != nil {
				t.Errorf("the health says %v", h.Clock)
			}
		}
		again(true)
		again(false)
	})
}

// A sale that is typed again for the second time is in place of the first that was, also where the
// clock was set back between: what it is in place of is what the cashier asked last.
func TestAskedAnewAfterTheClockWasSetBack(t *testing.T) {
	for _, restarts := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var k clock
			c := open(t, &gateway{}, func(cfg *pos.Config) { cfg.Clock = k.now })
			insist := order(450)
			insist.MayPayTwice = true
			c.charge(order(450))
			elapse(pos.PhoneLock + time.Second)
			k.skew.Store(int64(-3 * time.Hour))
			last := c.charge(insist)
			elapse(pos.PhoneLock + time.Second)
			if restarts {
				c.stop()
				c.start()
				elapse(pos.PhoneLock + time.Second)
			}
			third := c.charge(insist)
			if third.Overrides != last.ID {
				t.Fatalf("restarts %t: in place of %q, want %q", restarts, third.Overrides, last.ID)
			}
			synctest.Wait()
			c.callback(last, paidBody(2, 450, "UKN1ABCDE2"))
			c.callback(third, paidBody(3, 450, "UKN1ABCDE3"))
			for _, id := range []pos.AttemptID{last.ID, third.ID} {
				if a := c.state(id); !a.Doubtful() {
					t.Errorf("restarts %t: %v %v", restarts, a.State, a.Notices.Names())
				}
			}
		})
	}
}

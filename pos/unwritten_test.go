package pos_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// picky is a ledger that refuses some events.
type picky struct {
	pos.Ledger
	why atomic.Pointer[func(e pos.Event) error]
}

// refuses makes it refuse from now on what why says, and nothing where that is nil.
func (l *picky) refuses(why func(e pos.Event) error) {
	if why == nil {
		l.why.Store(nil)
		return
	}
	l.why.Store(&why)
}

func (l *picky) Append(ctx context.Context, e pos.Event) (pos.Attempt, bool, error) {
	if why := l.why.Load(); why != nil {
		if err := (*why)(e); err != nil {
			return pos.Attempt{}, false, err
		}
	}
	return l.Ledger.Append(ctx, e)
}

// openPicky opens a shop whose ledger is one.
func openPicky(t *testing.T, g *gateway, change ...func(*pos.Config)) (*counter, *picky) {
	c := open(t, g, change...)
	if err := c.till.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := &picky{Ledger: c.ledger}
	c.cfg.Ledger = l
	var err error
	if c.till, err = pos.Start(t.Context(), c.cfg); err != nil {
		t.Fatal(err)
	}
	return c, l
}

// asks counts the queries about an id.
func (g *gateway) asks(id string) (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, asked := range g.asked {
		if asked == id {
			n++
		}
	}
	return n
}

// TestARefusedAnswerStopsNobody: a payment whose record takes nothing is asked about by its plan,
// no more often, and the other one as if it were alone.
func TestARefusedAnswerStopsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const day = 47 * time.Hour
		alone := 0
		for _, refused := range []bool{false, true} {
			c, l := openPicky(t, &gateway{})
			bad := c.charge(order(450))
			synctest.Wait() // its push is the first
			c.charge(pos.Request{Phone: "254712345600", Amount: 20})
			synctest.Wait()
			if refused {
				l.refuses(func(e pos.Event) error {
					if e.Attempt == bad.ID {
						return pos.ErrRefused
					}
					return nil
				})
			}
			elapse(day)
			of, beside := c.asks(checkoutID(1)), c.asks(checkoutID(2))
			t.Logf("refused: %t; queries of it: %d, of the one beside it: %d", refused, of, beside)
			switch {
			case !refused:
				alone = beside
			case beside != alone || beside < 12:
				t.Errorf("%d queries of a healthy payment beside a refused one, and %d without", beside, alone)
			case of != alone:
				t.Errorf("%d queries of a payment whose answers are refused, want its plan, %d", of, alone)
			}
			if h := c.till.Health(); h.Ledger != nil {
				t.Errorf("the whole ledger counts as broken: %v", h.Ledger)
			}
			c.stop()
		}
	})
}

// TestRoomIsMade: what the disk had no room for is on it a minute after there is room, with its
// receipt, without a query, a restart or another callback. Until then it is not acknowledged and
// nothing is claimed.
func TestRoomIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := openPicky(t, &gateway{})
		full := func(pos.Event) error { return pos.ErrNoRoom }
		a := c.charge(order(450))
		l.refuses(func(e pos.Event) error { // the answer to the push already
			if e.Kind != pos.EventAsked {
				return pos.ErrNoRoom
			}
			return nil
		})
		synctest.Wait()
		updates := c.till.Subscribe()
		if err := c.till.Callback(t.Context(), a.Address, paidBody(1, 450, "UKN1ABCDE2")); !errors.Is(err, pos.ErrNoRoom) {
			t.Errorf("a callback that is not on disk: %v", err)
		}
		if h := c.till.Health(); !errors.Is(h.Ledger, pos.ErrNoRoom) {
			t.Errorf("the screen hears %v of the disk", h.Ledger)
		}
		l.refuses(full)
		elapse(5 * time.Minute)
		if got := c.state(a.ID).State; got != pos.Sending {
			t.Errorf("%v on a full disk", got)
		}
		l.refuses(nil)
		elapse(time.Minute + time.Second)
		if got := c.want(a.ID, pos.Paid); got.Receipt != "UKN1ABCDE2" || got.CheckoutRequestID != checkoutID(1) {
			t.Errorf("%+v", got)
		}
		if h := c.till.Health(); h.Ledger != nil {
			t.Errorf("with room again: %v", h.Ledger)
		}
		if n := c.asks(checkoutID(1)); n != 0 {
			t.Errorf("%d queries", n)
		}
		var last pos.State
		for last != pos.Paid {
			u, err := updates.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if u.Attempt.State.Final() && l.why.Load() != nil {
				t.Errorf("the screen says %v, and the disk does not", u.Attempt.State)
			}
			last = u.Attempt.State
		}

		// A till that closes tries for the last time.
		b := c.charge(pos.Request{Phone: "254712345600", Amount: 20})
		synctest.Wait()
		l.refuses(full)
		if err := c.till.Callback(t.Context(), b.Address, paidBody(2, 20, "UKN1ABCDE3")); !errors.Is(err, pos.ErrNoRoom) {
			t.Errorf("a callback that is not on disk: %v", err)
		}
		l.refuses(nil)
		c.stop()
		c.start()
		c.want(b.ID, pos.Paid)
	})
}

// While the disk is full queries go on, and answers that tell nothing, however many, take no place
// from a callback, which comes once.
func TestNothingCrowdsOutACallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, n := &gateway{}, 0
		g.query = func(context.Context, string) daraja.Answer {
			n++ // an id of its own, as Daraja's answers have
			return daraja.Answer{Verdict: daraja.VerdictPending, ErrorCode: "500.001.1001", Raw: fmt.Appendf(nil, `{"requestId":"%d"}`, n)}
		}
		c, l := openPicky(t, g)
		a := c.charge(order(450))
		synctest.Wait()
		l.refuses(func(pos.Event) error { return pos.ErrNoRoom })
		for range 300 {
			if _, err := c.till.CheckNow(a.ID); err != nil {
				t.Fatal(err)
			}
			elapse(10 * time.Second)
		}
		if n := c.asks(checkoutID(1)); n < 300 {
			t.Fatalf("only %d queries while what was not written is tried again", n)
		}
		if err := c.till.Callback(t.Context(), a.Address, paidBody(1, 450, "UKN1ABCDE2")); !errors.Is(err, pos.ErrNoRoom) {
			t.Errorf("a callback that is not on disk: %v", err)
		}
		l.refuses(nil)
		elapse(time.Minute + time.Second)
		if got := c.state(a.ID); got.State != pos.Paid || got.Receipt != "UKN1ABCDE2" {
			t.Errorf("%v, code %q", got.State, got.Receipt)
		}
	})
}

// A full disk keeps no till from starting, and what it could not note of the start is made up for.
func TestStartOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := openPicky(t, &gateway{})
		a := c.charge(order(450))
		synctest.Wait()
		if err := c.till.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.refuses(func(pos.Event) error { return pos.ErrNoRoom })
		var err error
		if c.till, err = pos.Start(t.Context(), c.cfg); err != nil || len(c.till.Resumed()) != 1 || c.till.Resumed()[0] != c.state(a.ID) {
			t.Fatalf("%v, resumed: %v", err, c.till.Resumed())
		}
		elapse(pos.Patience)
		l.refuses(nil)
		elapse(15 * time.Minute)
		c.want(a.ID, pos.StillChecking)
		if n := c.asks(checkoutID(1)); n < 5 || n > 12 {
			t.Errorf("%d queries", n)
		}
	})
}

// TestACheckIsNotSentAfterTheEnd: who asked for a check by hand has the answer when a callback
// brings it first.
func TestACheckIsNotSentAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		a := c.charge(order(450))
		synctest.Wait()
		if at, err := c.till.CheckNow(a.ID); err != nil || time.Until(at) != 10*time.Second {
			t.Fatalf("%v, %v", time.Until(at), err)
		}
		c.callback(a, failedBody(1, "1032"))
		c.want(a.ID, pos.NotPaid)
		elapse(time.Hour)
		if n := c.asks(checkoutID(1)); n != 0 {
			t.Errorf("%d queries after the end", n)
		}
		// What is asked for after the end is sent.
		if _, err := c.till.CheckNow(a.ID); err != nil {
			t.Fatal(err)
		}
		elapse(time.Minute)
		if n := c.asks(checkoutID(1)); n != 1 {
			t.Errorf("%d queries by hand", n)
		}
	})
}

// A log that is slow, or asks the till itself, is in nobody's way: nothing is logged under the
// till's lock.
func TestLogIsOutsideTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var till *pos.Till
		var out bytes.Buffer
		asks := writer(func(p []byte) (int, error) {
			if till != nil {
				_ = till.Health()
			}
			return out.Write(p)
		})
		c, l := openPicky(t, &gateway{}, func(cfg *pos.Config) { cfg.Logger = slog.New(slog.NewTextHandler(asks, nil)) })
		till = c.till
		a := c.charge(order(450))
		synctest.Wait()
		for _, err := range []error{pos.ErrRefused, pos.ErrNoRoom, errors.New("the disk is not well")} {
			l.refuses(func(pos.Event) error { return err })
			if err := c.till.StopWaiting(t.Context(), a.ID); err == nil {
				t.Error("nothing was refused")
			}
		}
		till = nil
		for _, want := range []string{"recorded", "refuses an event", "no room", "no more writes"} {
			if !bytes.Contains(out.Bytes(), []byte(want)) {
				t.Errorf("the log does not say %q: %s", want, out.String())
			}
		}
	})
}

type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

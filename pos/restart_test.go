package pos_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oklog/ulid/v2"

	"kaunta/daraja"
	"kaunta/pos"
)

// Of many that are open, none is left unasked however often the till is started for a moment only.
func TestManyShortStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gateway{}
		c := open(t, g, func(cfg *pos.Config) { cfg.QueryEvery = 13 * time.Second })
		var all []pos.Attempt
		for i := range 7 {
			all = append(all, c.charge(pos.Request{Phone: pos.MSISDN(fmt.Sprintf("2547123456%02d", i)), Amount: 5}))
			synctest.Wait()
		}
		elapse(75 * time.Hour) // the plan is over for all of them
		c.stop()
		events := c.events(all[0].ID)
		g.query = func(_ context.Context, id string) daraja.Answer {
			if id == checkoutID(7) {
				return daraja.Answer{Verdict: daraja.VerdictPaid, ResultCode: "0"}
			}
			return daraja.Answer{Verdict: daraja.VerdictPending, ResultCode: "4999"}
		}
		last := time.Now()
		for range 30 {
			c.start()
			_, before := c.counts()
			elapse(time.Minute)
			synctest.Wait()
			for _, at := range g.times()[before:] {
				if gap := at.Sub(last); gap < 13*time.Second {
					t.Errorf("a query %v after the one of the process before", gap)
				}
				last = at
			}
			c.stop()
		}
		c.start()
		c.want(all[6].ID, pos.Paid, "paid_late")
		c.stop()
		if grown := c.events(all[0].ID) - events; grown > 1+30 {
			t.Errorf("30 starts added %d events to one attempt, want one resumed and a query a start at most", grown)
		}
	})
}

// events is how many events the ledger holds of an attempt while no till is open.
func (c *counter) events(id pos.AttemptID) int {
	c.Helper()
	c.start()
	defer c.stop()
	a, err := c.ledger.Attempt(id)
	if err != nil {
		c.Fatal(err)
	}
	return a.Events
}

// A clock that was set back leaves nobody waiting: an attempt from the future counts as asked now.
func TestClockSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		ahead := time.Now().Add(23 * time.Hour)
		id := pos.AttemptID(ulid.MustNew(ulid.Timestamp(ahead), nil).String())
		asked := pos.Asked{Sale: "01J00000000000000000000002", Phone: phone, Amount: 5, Address: "00000000000000000000000000000001", Reachable: true}
		answer := accepted(7)
		for _, e := range []pos.Event{
			{Attempt: id, Kind: pos.EventAsked, At: ahead, Asked: &asked}, {Attempt: id, Kind: pos.EventPushed, At: ahead, Answer: &answer},
		} {
			if _, _, err := c.ledger.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		c.stop()
		c.start()
		elapse(pos.Patience)
		c.want(id, pos.StillChecking)
		if _, queries := c.counts(); queries < 5 {
			t.Errorf("%d queries while waiting", queries)
		}
		var open *pos.OpenError
		if err := second(c.till.Charge(t.Context(), order(5))); !errors.As(err, &open) || open.Locked() {
			t.Errorf("the phone is held by an attempt from the future: %v", err)
		}
	})
}

// One wrong PIN that both witnesses report is one.
func TestWrongPINTwiceTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		updates := c.till.Subscribe()
		defer updates.Close()
		a := c.charge(order(450))
		synctest.Wait()
		c.callback(a, failedBody(1, "2001"))
		c.callback(a, append(failedBody(1, "2001"), ' ')) // the same in other bytes
		for range 4 {
			u, err := updates.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if u.WrongPINs > 1 {
				t.Fatalf("one wrong PIN is counted as %d", u.WrongPINs)
			}
		}
	})
}

// Where the ledger takes no more, nobody is left waiting for what cannot be learned.
func TestLedgerFailsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		c.till.Close(t.Context())
		broken := &failing{Ledger: c.ledger}
		c.cfg.Ledger = broken
		var err error
		if c.till, err = pos.Start(t.Context(), c.cfg); err != nil {
			t.Fatal(err)
		}
		a := c.charge(order(450))
		b := c.charge(pos.Request{Phone: "254712345600", Amount: 20})
		synctest.Wait()
		updates := c.till.Subscribe()
		defer updates.Close()
		broken.broken = errors.New("the disk is full")
		_ = c.till.Callback(t.Context(), a.Address, paidBody(1, 450, "UKN1ABCDE2"))
		told := map[pos.AttemptID]pos.State{}
		for range 2 {
			u, err := updates.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			told[u.Attempt.ID] = u.Attempt.State
		}
		if told[a.ID] != pos.StillChecking || told[b.ID] != pos.StillChecking {
			t.Errorf("the cashiers see %v", told)
		}
	})
}

// The ledger keeps what the customer was shown, and nothing that a terminal or a spreadsheet would
// act on.
func TestReferenceIsCleaned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		a := c.charge(pos.Request{Phone: phone, Amount: 5, Reference: "=\x1b[31mINV-0001234567"})
		synctest.Wait()
		if sent := c.pushes[0].AccountReference; a.Reference != sent || len(sent) > 12 || sent == "" || sent[0] == '=' {
			t.Errorf("the ledger keeps %q, the customer is shown %q", a.Reference, sent)
		}
	})
}

// torn is a ledger in which one attempt's record is damaged.
type torn struct {
	pos.Ledger
	id pos.AttemptID
}

func (l torn) Append(ctx context.Context, e pos.Event) (pos.Attempt, bool, error) {
	if e.Attempt == l.id {
		return pos.Attempt{}, false, pos.ErrRefused
	}
	return l.Ledger.Append(ctx, e)
}

func (l torn) AppendAll(ctx context.Context, events []pos.Event) error {
	well := slices.DeleteFunc(slices.Clone(events), func(e pos.Event) bool { return e.Attempt == l.id })
	err := l.Ledger.AppendAll(ctx, well)
	if len(well) < len(events) {
		err = errors.Join(err, pos.ErrRefused)
	}
	return err
}

func (l torn) Followed() ([]pos.Attempt, error) {
	open, err := l.Ledger.Followed()
	readable := slices.DeleteFunc(open, func(a pos.Attempt) bool { return a.ID == l.id })
	return readable, errors.Join(err, pos.ErrRefused)
}

// One damaged attempt does not close the shop: it is never called anything but STILL CHECKING, and
// the others go on.
func TestOneDamagedAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, &gateway{})
		bad := c.charge(order(450))
		synctest.Wait() // its push is the first
		good := c.charge(pos.Request{Phone: "254712345600", Amount: 20})
		synctest.Wait()
		reopen := func(l pos.Ledger) {
			t.Helper()
			if err := c.till.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.cfg.Ledger = l
			var err error
			if c.till, err = pos.Start(t.Context(), c.cfg); err != nil {
				t.Fatalf("the till does not start beside a damaged attempt: %v", err)
			}
		}
		reopen(&torn{Ledger: c.ledger}) // nothing is damaged yet
		c.cfg.Ledger.(*torn).id = bad.ID
		updates := c.till.Subscribe()
		if err := c.till.StopWaiting(t.Context(), bad.ID); !errors.Is(err, pos.ErrRefused) {
			t.Errorf("stopping to wait for it: %v", err)
		}
		if u, err := updates.Next(t.Context()); err != nil || u.Attempt.ID != bad.ID || u.Attempt.State != pos.StillChecking {
			t.Errorf("the screen hears %v of it, %v", u.Attempt.State, err)
		}
		if h := c.till.Health(); h.Ledger != nil {
			t.Errorf("the whole ledger counts as broken: %v", h.Ledger)
		}
		before := c.asks(checkoutID(2))
		elapse(30 * time.Second) // nothing else happens that could wake the queue
		if c.asks(checkoutID(2)) == before {
			t.Error("nothing is asked about the payment beside a damaged one")
		}
		c.charge(pos.Request{Phone: "254712345611", Amount: 30})

		reopen(torn{c.ledger, bad.ID})
		if n := len(c.till.Resumed()); n != 2 {
			t.Errorf("%d attempts resumed, want the two that can be read", n)
		}
		c.callback(good, paidBody(2, 20, "UKN1ABCDE2"))
		c.want(good.ID, pos.Paid)
	})
}

// NOT PAID told by one query is no end: a till that was killed after it asks a second time, however
// late.
func TestNotPaidByOneQueryIsAskedAgain(t *testing.T) {
	for name, second := range map[string]daraja.Verdict{"paid": daraja.VerdictPaid, "not paid": daraja.VerdictFailed} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				g := &gateway{query: func(_ context.Context, id string) daraja.Answer {
					asked++
					answer := daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: second, ResultCode: "0",
						MerchantRequestID: "m-1", CheckoutRequestID: id}
					if asked == 1 {
						answer.Verdict = daraja.VerdictFailed
					}
					if answer.Verdict == daraja.VerdictFailed {
						answer.ResultCode = "1032"
					}
					return answer
				}}
				c := open(t, g)
				a := c.charge(order(450))
				elapse(16 * time.Second)
				if c.want(a.ID, pos.NotPaid); asked != 1 {
					t.Fatalf("%d queries by now", asked)
				}
				c.stop()
				elapse(5 * time.Hour)
				c.start()
				if list, err := c.till.Followed(); len(list) != 1 || err != nil || !list[0].Unconfirmed() || len(c.till.Resumed()) != 0 {
					t.Errorf("followed %v, %v; resumed %v", list, err, c.till.Resumed())
				}
				elapse(time.Hour)
				if second == daraja.VerdictPaid {
					c.want(a.ID, pos.Paid, "paid_late", "disagree")
				} else {
					c.want(a.ID, pos.NotPaid)
				}
				elapse(72 * time.Hour)
				if asked != 2 {
					t.Errorf("%d queries in all, want 2", asked)
				}
				if list, err := c.till.Followed(); len(list) != 0 || err != nil {
					t.Errorf("still followed: %v, %v", list, err)
				}
			})
		})
	}
}

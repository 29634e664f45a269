package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaunta/pos"
)

// talk is a cashier at the plain till: types lines and reads lines, in a bubble of synctest where the time is virtual.
type talk struct {
	*testing.T
	p     *plain
	till  *fakeTill
	book  *fakeBook
	start time.Time
	asked int

	lines chan string
	facts chan pos.Update
	end   context.CancelFunc
	done  chan error

	mu     sync.Mutex
	wrote  bytes.Buffer
	health pos.Health
	link   LinkHealth
}

// talkTill is a fakeTill whose health may change while the till looks at it.
type talkTill struct {
	*fakeTill
	talk *talk
}

func (f talkTill) Health() pos.Health {
	f.talk.mu.Lock()
	defer f.talk.mu.Unlock()
	return f.talk.health
}

// falls gives the till another health.
func (c *talk) falls(h pos.Health, reachable bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.health, c.link = h, LinkHealth{Reachable: reachable}
}

// inTalk runs f with a till that has nothing to say yet but its first lines.
func inTalk(t *testing.T, f func(*talk), change ...func(*talk, *Config, *tty)) {
	synctest.Test(t, func(t *testing.T) {
		c := &talk{
			T: t, till: &fakeTill{}, book: &fakeBook{}, start: time.Now(),
			lines: make(chan string), facts: make(chan pos.Update), done: make(chan error, 1),
			link: LinkHealth{Reachable: true},
		}
		c.till.charge = func(r pos.Request) (pos.Attempt, error) {
			a := c.attempt(r)
			c.book.put(a)
			return a, nil
		}
		cfg := Config{
			Shop: "DUKA LA MAMA", ShortCode: "174379", Mode: Live, Till: talkTill{c.till, c}, Book: c.book,
			Link: func() LinkHealth {
				c.mu.Lock()
				defer c.mu.Unlock()
				return c.link
			},
			RetypeAbove: 10_000, Now: c.now, Output: c, Environ: []string{"LANG=C.UTF-8"},
		}
		behind := tty{width: func() int { return 0 }}
		for _, f := range change {
			f(c, &cfg, &behind)
		}
		ctx, end := context.WithCancel(t.Context())
		c.end, c.p = end, newPlain(ctx, cfg, behind)
		go func() { c.done <- c.p.converse(ctx, c.lines, c.facts) }()
		synctest.Wait()
		f(c)
		end()
		synctest.Wait()
	})
}

// inSale is inTalk after the first lines.
func inSale(t *testing.T, f func(*talk), change ...func(*talk, *Config, *tty)) {
	inTalk(t, func(c *talk) {
		c.all()
		f(c)
	}, change...)
}

func inKiswahili(_ *talk, cfg *Config, _ *tty) { cfg.Language = Kiswahili }
func inTraining(_ *talk, cfg *Config, _ *tty)  { cfg.Mode = Training }
func atTerminal(_ *talk, _ *Config, b *tty)    { b.rings, b.typed = true, true }

func (c *talk) now() time.Time { return noon.Add(time.Since(c.start)) }

func (c *talk) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wrote.Write(p)
}

// all is what was written since it was last asked.
func (c *talk) all() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.wrote.String()
	c.wrote.Reset()
	return s
}

// says demands exactly these lines since it was last asked.
func (c *talk) says(want ...string) {
	c.Helper()
	if diff := cmp.Diff(strings.Join(want, "\n")+"\n", c.all()); diff != "" {
		c.Errorf("the till says other lines (- wanted, + said):\n%s", diff)
	}
}

// types types lines, each after what came of the one before.
func (c *talk) types(lines ...string) {
	for _, s := range lines {
		select {
		case c.lines <- s:
		case err := <-c.done:
			c.Fatalf("nobody reads %q: the till has left (%v)", s, err)
		}
		synctest.Wait()
	}
}

// pass lets the time pass.
func (c *talk) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// attempt is a new attempt for a request, as a till returns it.
func (c *talk) attempt(r pos.Request) pos.Attempt {
	c.asked++
	if r.Sale == "" {
		r.Sale = pos.SaleID(fmt.Sprint("sale-", c.asked))
	}
	return pos.Attempt{
		ID: pos.AttemptID(fmt.Sprintf("attempt-%d", c.asked)), AskedAt: c.now(), State: pos.Sending, Events: 1,
		Asked: pos.Asked{Sale: r.Sale, Phone: r.Phone, Amount: r.Amount, Reference: r.Reference, Reachable: true},
	}
}

// tell has the till announce an attempt, which the ledger then holds.
func (c *talk) tell(a pos.Attempt, event pos.EventKind) {
	c.book.put(a)
	u := pos.Update{Attempt: a, Event: event, Changed: true}
	if a.Open() {
		u.Deadline, u.NextCheck = a.AskedAt.Add(pos.Patience), c.now().Add(15*time.Second)
	}
	c.update(u)
}

func (c *talk) update(u pos.Update) {
	c.facts <- u
	synctest.Wait()
}

// sell asks for a payment that M-PESA accepts, and forgets what was said.
func (c *talk) sell(amount, phone string) pos.Attempt {
	c.Helper()
	c.types(amount, phone, "")
	if c.p.pay == nil {
		c.Fatalf("no payment is in front: %s", c.all())
	}
	a := accepted(c.p.pay.attempt)
	c.tell(a, pos.EventPushed)
	c.all()
	return a
}

// stopped is the payment that the cashier has stopped waiting for, with the till ready for the next.
func (c *talk) stopped(amount, phone string) pos.Attempt {
	c.Helper()
	a := unclear(c.sell(amount, phone))
	c.types("stop")
	c.tell(a, pos.EventStopped)
	c.types("new")
	c.all()
	return a
}

func TestPlainSale(t *testing.T) {
	inTalk(t, func(c *talk) {
		c.says(
			"DUKA LA MAMA, till 174379, Monday 23 November, 14:32.",
			"help: what you can type.",
			"Amount:",
		)
		c.types("3*150+50", "+254 712-345678", "INV 7")
		c.says(
			"3*150+50 = KES 500",
			"Phone:",
			"0712 345 678, Safaricom.",
			"Reference (Enter for none):",
			"Asking 0712 345 678 for KES 500 …",
		)
		if got := c.till.charged; len(got) != 1 || got[0] != (pos.Request{Phone: "254712345678", Amount: 500, Reference: "INV 7"}) {
			t.Fatalf("asked for %+v", got)
		}
		c.pass(5 * time.Second)
		a := accepted(c.p.pay.attempt)
		c.tell(a, pos.EventPushed)
		c.says(
			"14:32:05 WAITING FOR PIN: ask the customer to look at the phone. Do not give goods yet.",
			"Enter: check now. stop: stop waiting.",
		)
		c.pass(6 * time.Second)
		c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
		c.says(
			"14:32:11 PAID KES 500, receipt SKN4T7W2QX: hand over the goods.",
			"Amount:",
		)
		a = paid(a, "SKN4T7W2QX")
		a.Events, a.Facts = a.Events+1, a.Facts|pos.QueryPaid
		c.tell(a, pos.EventQueried) // the second witness is no news
		c.types("KES 1,500", "0110123456")
		c.says("KES 1,500", "Phone:", "0110 123 456, Safaricom.", "Reference (Enter for none):")
	})
}

func TestPlainSaleInKiswahili(t *testing.T) {
	inTalk(t, func(c *talk) {
		c.says(
			"MAZOEZI, DUKA LA MAMA, till 174379, Jumatatu 23 Novemba, 14:32.",
			"msaada: unachoweza kuandika.",
			"Kiasi:",
		)
		c.types("2*225", "0733123456", "")
		c.says(
			"2*225 = KES 450",
			"Simu:",
			"0733 123 456, Airtel.",
			"Rejea (Enter kama hakuna):",
			"Inaomba 0733 123 456 ilipe KES 450 …",
		)
		a := accepted(c.p.pay.attempt)
		c.tell(a, pos.EventPushed)
		c.says(
			"14:32:00 INASUBIRI PIN: mwambie mteja aangalie simu yake. Usimpe bidhaa bado.",
			"Enter: uliza sasa. acha: acha kusubiri.",
		)
		c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
		c.says("14:32:00 IMELIPWA KES 450, MAZOEZI, risiti SKN4T7W2QX: mpe mteja bidhaa.", "Kiasi:")
		c.types("language")
		c.says("English.", "Amount:")
		c.types("lugha")
		c.says("Kiswahili.", "Kiasi:")
	}, inKiswahili, inTraining)
}

// TestPlainRefusals: what cannot be asked is refused with its reason before anything is sent, and asked again.
func TestPlainRefusals(t *testing.T) {
	inSale(t, func(c *talk) {
		for _, tc := range []struct{ typed, says string }{
			{"0", "The amount must be at least KES 1."},
			{"12.50", "M-PESA takes whole shillings only."},
			{"100/3", "M-PESA takes whole shillings only."},
			{"250001", "M-PESA takes at most KES 250,000 in one payment."},
			{"0712345678", "M-PESA takes at most KES 250,000 in one payment."},
			{"1,50", "That is not an amount: use digits, as in 450 or 3*150+50. help: what you can type."},
			{"stop", "That is not an amount: use digits, as in 450 or 3*150+50. help: what you can type."},
			{strings.Repeat("1+", 40) + "1", "That is not an amount: use digits, as in 450 or 3*150+50. help: what you can type."},
			{"450 \x1b[A", "That is not an amount: use digits, as in 450 or 3*150+50. help: what you can type."},
			{"450…", "That is not an amount: use digits, as in 450 or 3*150+50. help: what you can type."},
		} {
			c.types(tc.typed)
			c.says(tc.says, "Amount:")
		}
		c.types("", "new", "450/=")
		c.says("Amount:", "Amount:", "KES 450", "Phone:")
		for _, tc := range []struct{ typed, says string }{
			{"", "Type the customer's phone number."},
			{"0203341234", "This is a landline: M-PESA needs a mobile number that begins with 07 or 01."},
			{"071234567", "The phone number is too short: it has ten digits, such as 0712 345 678."},
			{"07123456789", "The phone number is too long: it has ten digits, such as 0712 345 678."},
			{"+256712345678", "This is a number of another country: M-PESA needs one that begins with 254, 07 or 01."},
			{"Mama Njeri", "A phone number has only digits, such as 0712 345 678."},
		} {
			c.types(tc.typed)
			c.says(tc.says, "Phone:")
		}
		c.types("0712345678", "an invoice; 7", "thirteen-char")
		c.says(
			"0712 345 678, Safaricom.",
			"Reference (Enter for none):",
			"A reference has at most 12 letters, digits, blanks and dashes.",
			"Reference (Enter for none):",
			"A reference has at most 12 letters, digits, blanks and dashes.",
			"Reference (Enter for none):",
		)
		if len(c.till.charged) != 0 {
			t.Fatalf("asked for %+v", c.till.charged)
		}
		c.types("quit now", "") // a reference that begins like a command
		if got := c.till.charged; len(got) != 1 || got[0].Reference != "quit now" {
			t.Errorf("asked for %+v", got)
		}
	})
}

// TestPlainRetype: a large amount is typed a second time, and only the same one will do.
func TestPlainRetype(t *testing.T) {
	inSale(t, func(c *talk) {
		c.types("25000", "2500", "25,000")
		c.says(
			"KES 25,000", "Amount again:",
			"Not the same amount: KES 25,000 is asked. Type it again.", "Amount again:",
			"Phone:",
		)
		c.types("-", "10000")
		c.says("Amount:", "KES 10,000", "Phone:")
	})
}

// TestPlainBack goes back in a sale, and leaves it, by words and by the number pad.
func TestPlainBack(t *testing.T) {
	inSale(t, func(c *talk) {
		c.types("45", "back", "450", "0712345678", "-", "0722000000", "?")
		c.says(
			"KES 45", "Phone:", "Amount:", "KES 450", "Phone:", "0712 345 678, Safaricom.", "Reference (Enter for none):",
			"Phone:", "0722 000 000, Safaricom.", "Reference (Enter for none):",
			"back. new: next sale.",
			"ledger [day]: a day's payments, newest first.",
			"find TEXT: a receipt, the last digits of a phone, an amount or a reference.",
			"more: the next of a list.",
			"open: open payments and what is owed back, by number.",
			"check N: ask M-PESA about number N now.",
			"receipt N CODE: note the code from the customer's SMS.",
			"today: what today came to.",
			"month [day]: the month's days and their totals.",
			"lugha: Kiswahili.",
			"help: this list.",
			"quit: close the till; so does Ctrl-D.",
			"Reference (Enter for none):",
		)
		c.types("today", "new", "45", "0712345678", "+")
		c.says(
			"TODAY: KES 0, 0 paid, 0 not paid.", "Reference (Enter for none):",
			"Amount:", "KES 45", "Phone:", "0712 345 678, Safaricom.", "Reference (Enter for none):", "Amount:",
		)
		if len(c.till.charged) != 0 {
			t.Errorf("asked for %+v", c.till.charged)
		}
	})
}

// TestPlainCancelled asks again, but not for an Enter that was meant for the line before.
func TestPlainCancelled(t *testing.T) {
	inSale(t, func(c *talk) {
		a := c.sell("450", phoneA)
		c.tell(refused(a, "1032", "Request Cancelled by user."), pos.EventCalledBack)
		choices := "Enter: ask again. number: other number. new: next sale."
		c.says("14:32:00 NOT PAID KES 450: Cancelled on the phone, or not answered in time. Speak with the customer, then ask again. No money moved. No goods.", choices)
		c.types("")
		c.says("Too soon after the result: nothing was asked.", choices)
		c.types("300")
		c.says("Not taken: this payment comes first.", choices)
		c.pass(time.Second)
		c.types("")
		c.says("Asking 0712 345 678 for KES 450 …")
		if got := c.till.charged; len(got) != 2 || got[1].Sale != a.Sale || got[1].Amount != 450 || got[1].Phone != a.Phone {
			t.Fatalf("asked for %+v", got)
		}
		b := accepted(c.p.pay.attempt)
		c.tell(b, pos.EventPushed)
		c.tell(refused(b, "1032", ""), pos.EventCalledBack)
		c.all()
		c.types("tena") // the word can mean nothing else, in whatever language
		c.says("Asking 0712 345 678 for KES 450 …")
		c.tell(refused(accepted(c.p.pay.attempt), "1", "low"), pos.EventCalledBack)
		c.all()
		c.types("new")
		c.says("Amount:")
	})
}

// TestPlainOtherNumber asks another phone for the same sale, whose amount and reference stand.
func TestPlainOtherNumber(t *testing.T) {
	inSale(t, func(c *talk) {
		c.types("450", phoneA, "INV 7")
		a := accepted(c.p.pay.attempt)
		c.update(pos.Update{Attempt: refused(a, "2001", "wrong"), Event: pos.EventCalledBack, Changed: true, WrongPINs: 3})
		if said := c.all(); !strings.Contains(said, "Three wrong PINs: use another number, or take cash.") {
			t.Errorf("said %s", said)
		}
		c.types("number", "0722000000")
		c.says("The same sale, with another number.", "Phone:", "0722 000 000, Safaricom.", "Asking 0722 000 000 for KES 450 …")
		want := pos.Request{Sale: a.Sale, Phone: "254722000000", Amount: 450, Reference: "INV 7"}
		if got := c.till.charged; len(got) != 2 || got[1] != want {
			t.Errorf("asked for %+v", got)
		}
	})
}

// TestPlainWaiting: what is known at every half minute, and what Enter brings.
func TestPlainWaiting(t *testing.T) {
	inSale(t, func(c *talk) {
		a := c.sell("450", phoneA)
		c.till.check = func(pos.AttemptID) (time.Time, error) { return c.now().Add(7 * time.Second), nil }
		c.pass(10 * time.Second)
		c.types("")
		c.says("M-PESA is asked at 14:32:17.")
		c.pass(7 * time.Second)
		a.Events++
		c.update(pos.Update{Attempt: a, Event: pos.EventQueried, NextCheck: noon.Add(40 * time.Second)})
		c.says("14:32:17 M-PESA says nothing new; still waiting, 0:17; next check at 14:32:40.")
		a.Events++
		c.update(pos.Update{Attempt: a, Event: pos.EventQueried, NextCheck: noon.Add(40 * time.Second)}) // by the plan: nobody asked
		c.pass(13 * time.Second)
		c.says("14:32:30 still waiting, 0:30; next check at 14:32:40.")
		c.pass(30 * time.Second)
		c.says("14:33:00 still waiting, 1:00.")
		c.types("what?")
		c.says("Not taken: this payment comes first.", "Enter: check now. stop: stop waiting.")
		c.till.check = func(pos.AttemptID) (time.Time, error) { return time.Time{}, pos.ErrNothingToAsk }
		c.types("check")
		c.says("M-PESA has given no number to ask with: only its callback can bring the result")
		c.types("today")
		c.says("TODAY: KES 0, 0 paid, 0 not paid, checking 1 (KES 450).")
		c.pass(2 * time.Minute)
		c.tell(unclear(a), pos.EventGaveUp)
		c.says(
			"14:33:30 still waiting, 1:30.",
			"14:34:00 still waiting, 2:00.",
			"14:34:30 still waiting, 2:30.",
			"14:35:00 STILL CHECKING KES 450: money may have moved. Hold the goods. Do not ask the customer to pay again.",
			"Enter: check now. again: ask again. new: next sale.",
		)
		c.pass(5 * time.Minute)
		if said := c.all(); said != "" {
			t.Errorf("said %s", said)
		}
		if len(c.till.charged) != 1 || len(c.till.checked) != 2 {
			t.Errorf("charged %d times, checked %d times", len(c.till.charged), len(c.till.checked))
		}
	})
}

// TestPlainNoMotion: nothing is said by itself, and times of day stand for lengths of time.
func TestPlainNoMotion(t *testing.T) {
	inSale(t, func(c *talk) {
		a := unclear(c.sell("450", phoneA))
		c.pass(70 * time.Second)
		c.types("stop")
		c.tell(a, pos.EventStopped)
		c.says(
			"14:33:10 STILL CHECKING KES 450: the customer can still pay. Hold the goods. Do not ask the customer to pay again.",
			"Asking again is possible at 14:34:00.",
			"Enter: check now. again: ask again. new: next sale.",
		)
	}, func(_ *talk, cfg *Config, _ *tty) { cfg.NoMotion = true })
}

// TestPlainLock: a phone is not asked twice within its two minutes, and afterwards only by a cashier who knows what it means.
func TestPlainLock(t *testing.T) {
	inSale(t, func(c *talk) {
		a := c.sell("450", phoneA)
		c.pass(40 * time.Second)
		c.all()
		c.types("stop")
		c.tell(unclear(a), pos.EventStopped)
		c.says(
			"14:32:40 STILL CHECKING KES 450: the customer can still pay. Hold the goods. Do not ask the customer to pay again.",
			"Asking again is possible in 1:20.",
			"Enter: check now. again: ask again. new: next sale.",
		)
		c.till.charge = func(r pos.Request) (pos.Attempt, error) {
			e := &pos.OpenError{Earlier: unclear(a), Until: a.AskedAt.Add(pos.PhoneLock), Now: c.now()}
			if r.MayPayTwice && !e.Locked() {
				return c.attempt(r), nil
			}
			return pos.Attempt{}, e
		}
		c.types("again", "anyway")
		c.says(
			"14:32:40 NOT SENT: An earlier request of KES 450 to 0712 ••• 678 has no answer yet: wait 1:20, or take cash.",
			"Enter: check now. back. new: next sale.",
			"Not taken: this payment comes first.",
			"Enter: check now. back. new: next sale.",
		)
		c.types("back")
		c.says("Enter: check now. again: ask again. new: next sale.")
		c.types("again", "")
		if len(c.till.checked) != 1 || c.till.checked[0] != a.ID {
			t.Errorf("checked %v", c.till.checked)
		}
		c.all()
		c.pass(80 * time.Second)
		c.says(
			"14:34:00 MAY PAY TWICE: An earlier request of KES 450 to 0712 ••• 678 has no answer yet: the customer may pay twice.",
			"Enter: check now. anyway: ask all the same. back. new: next sale.",
		)
		c.types("2")
		c.says("Asking 0712 345 678 for KES 450 …")
		if got := c.till.charged; !got[len(got)-1].MayPayTwice || got[len(got)-1].Sale != a.Sale {
			t.Errorf("asked for %+v", got[len(got)-1])
		}
		// The first is paid after all while the second is asked.
		late := paid(unclear(a), "SKN4T7W2QX")
		late.Notices = pos.PaidLate
		c.tell(late, pos.EventCalledBack)
		c.says("14:34:00 PAID LATE KES 450, 0712 ••• 678, receipt SKN4T7W2QX: hand over the goods. It came after the till gave up.")
	})
}

// TestPlainInTheWay: the earlier request ends while the cashier waits for it to.
func TestPlainInTheWay(t *testing.T) {
	t.Run("its own", func(t *testing.T) {
		inSale(t, func(c *talk) {
			a := c.sell("450", phoneA)
			c.types("stop")
			c.tell(unclear(a), pos.EventStopped)
			c.till.charge = func(r pos.Request) (pos.Attempt, error) {
				return pos.Attempt{}, &pos.OpenError{Earlier: unclear(a), Until: a.AskedAt.Add(pos.PhoneLock), Now: c.now()}
			}
			c.types("again")
			c.all()
			late := paid(unclear(a), "SKN4T7W2QX")
			late.Notices = pos.PaidLate
			c.tell(late, pos.EventCalledBack)
			c.says(
				"14:32:00 PAID LATE KES 450, 0712 ••• 678, receipt SKN4T7W2QX: hand over the goods. It came after the till gave up.",
				"Amount:",
			)
		})
	})
	t.Run("after a refusal", func(t *testing.T) {
		inSale(t, func(c *talk) {
			earlier := unclear(c.attempt(pos.Request{Phone: "254712345678", Amount: 200}))
			c.tell(refused(c.sell("450", phoneA), "1032", ""), pos.EventCalledBack)
			c.till.charge = func(r pos.Request) (pos.Attempt, error) {
				return pos.Attempt{}, &pos.OpenError{Earlier: earlier, Until: c.now().Add(time.Minute), Now: c.now()}
			}
			c.pass(time.Second)
			c.types("", "")
			c.tell(refused(earlier, "1032", ""), pos.EventQueried)
			c.types("") // meant for the one in the way
			if said := c.all(); !strings.Contains(said, "Too soon after the result: nothing was asked.") || len(c.till.charged) != 2 || len(c.till.checked) != 1 {
				t.Errorf("charged %d times, checked %d times: %s", len(c.till.charged), len(c.till.checked), said)
			}
		})
	})
	t.Run("another sale's", func(t *testing.T) {
		inSale(t, func(c *talk) {
			earlier := unclear(c.attempt(pos.Request{Phone: "254712345678", Amount: 200}))
			c.till.charge = func(r pos.Request) (pos.Attempt, error) {
				return pos.Attempt{}, &pos.OpenError{Earlier: earlier, Until: c.now().Add(time.Minute), Now: c.now()}
			}
			c.types("450", phoneA, "")
			c.all()
			c.tell(refused(earlier, "1032", ""), pos.EventQueried)
			c.says(
				"14:32:00 NOT PAID KES 200, 0712 ••• 678: Cancelled on the phone, or not answered in time. Speak with the customer, then ask again. No money moved. No goods.",
				"Phone:",
			)
			c.till.charge = func(r pos.Request) (pos.Attempt, error) { return c.attempt(r), nil }
			c.types(phoneA, "")
			c.says("0712 345 678, Safaricom.", "Reference (Enter for none):", "Asking 0712 345 678 for KES 450 …")
		})
	})
}

// TestPlainNotices: what happens elsewhere is said at once, and what is being asked is asked again.
func TestPlainNotices(t *testing.T) {
	for _, tc := range []struct {
		name string
		news func(pos.Attempt) pos.Attempt
		says []string
	}{
		{"late", func(a pos.Attempt) pos.Attempt {
			a = paid(a, "SKN4T7W2QX")
			a.Notices = pos.PaidLate
			return a
		}, []string{"14:32:00 PAID LATE KES 450, 0712 ••• 678, receipt SKN4T7W2QX: hand over the goods. It came after the till gave up."}},
		{"twice", func(a pos.Attempt) pos.Attempt {
			a = paid(a, "SKN4T7W2QX")
			a.Notices = pos.PaidTwice | pos.PaidLate
			return a
		}, []string{"14:32:00 PAID TWICE KES 450, 0712 ••• 678, receipt SKN4T7W2QX: This sale was paid before. This money is owed back."}},
		{"does not match", func(a pos.Attempt) pos.Attempt {
			a.Notices, a.Events = pos.DoesNotMatch, a.Events+1
			return a
		}, []string{"14:32:00 DOES NOT MATCH KES 450, 0712 ••• 678: M-PESA reports something that does not match this request. Tell the owner."}},
		{"witnesses disagree", func(a pos.Attempt) pos.Attempt {
			a = paid(a, "SKN4T7W2QX")
			a.Notices = pos.Disagree | pos.PaidLate
			return a
		}, []string{
			"14:32:00 PAID LATE KES 450, 0712 ••• 678, receipt SKN4T7W2QX: hand over the goods. It came after the till gave up.",
			"14:32:00 ANSWERS DISAGREE KES 450, 0712 ••• 678, receipt SKN4T7W2QX: M-PESA says paid and not paid. Tell the owner.",
		}},
		{"not paid after all", func(a pos.Attempt) pos.Attempt { return refused(a, "1032", "") },
			[]string{"14:32:00 NOT PAID KES 450, 0712 ••• 678: Cancelled on the phone, or not answered in time. Speak with the customer, then ask again. No money moved. No goods."}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inSale(t, func(c *talk) {
				a := tc.news(c.stopped("450", phoneA))
				c.types("60")
				c.all()
				c.tell(a, pos.EventCalledBack)
				c.says(append(tc.says, "Phone:")...)
				a.Events++
				c.tell(a, pos.EventQueried) // nothing new
				c.types("0722000000")
				c.says("0722 000 000, Safaricom.", "Reference (Enter for none):")
			})
		})
	}
}

// TestPlainDoesNotMatch: the payment in front is held, and the owner is to be told.
func TestPlainDoesNotMatch(t *testing.T) {
	inSale(t, func(c *talk) {
		a := unclear(c.sell("450", phoneA))
		a.Notices, a.Facts = pos.DoesNotMatch, a.Facts|pos.Held
		c.tell(a, pos.EventCalledBack)
		c.says(
			"14:32:00 STILL CHECKING KES 450: money may have moved. Hold the goods. Do not ask the customer to pay again.",
			"Asking again is possible in 2:00.",
			"14:32:00 DOES NOT MATCH KES 450, 0712 ••• 678: M-PESA reports something that does not match this request. Tell the owner.",
			"Enter: check now. again: ask again. new: next sale.",
		)
	})
}

// TestPlainUnclearEnd says M-PESA's code and what it means where there is one.
func TestPlainUnclearEnd(t *testing.T) {
	inSale(t, func(c *talk) {
		a := unclear(c.sell("450", phoneA))
		a.Cause = pos.Cause{Endpoint: "callback", Verdict: "unknown", ResultCode: "9999", ResultDesc: "\x1b[31mno clear end"}
		c.pass(2 * time.Minute)
		c.all()
		c.tell(a, pos.EventCalledBack)
		said := c.all()
		if !strings.Contains(said, "\nM-PESA code 9999: ") || strings.Contains(said, "\x1b") || strings.Contains(said, "possible in") {
			t.Errorf("said %s", said)
		}
	})
}

// TestPlainCodeLater: the receipt that a query cannot bring is said when it comes.
func TestPlainCodeLater(t *testing.T) {
	inSale(t, func(c *talk) {
		a := c.sell("450", phoneA)
		a.State, a.Events, a.Facts = pos.Paid, 3, pos.QueryPaid
		c.tell(a, pos.EventQueried)
		c.says("14:32:00 PAID KES 450, TRAINING, receipt code later: hand over the goods.", "Amount:")
		c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
		c.says("14:32:00 RECEIPT SKN4T7W2QX: KES 450, 0712 ••• 678.", "Amount:")

		a = c.stopped("60", phoneB) // the same of one that is not in front
		a.State, a.Events, a.Facts = pos.Paid, 5, pos.QueryPaid
		c.tell(a, pos.EventQueried)
		c.tell(paid(a, "SKN5T7W2QX"), pos.EventCalledBack)
		if said := c.all(); !strings.HasSuffix(said, "14:32:00 RECEIPT SKN5T7W2QX: KES 60, 0712 ••• 601.\nAmount:\n") {
			t.Errorf("said %s", said)
		}
	}, inTraining)
}

// TestPlainAnotherSession makes no noise here.
func TestPlainAnotherSession(t *testing.T) {
	inSale(t, func(c *talk) {
		a := c.attempt(pos.Request{Phone: "254722000000", Amount: 450})
		c.tell(a, pos.EventAsked)
		c.tell(accepted(a), pos.EventPushed)
		c.tell(paid(accepted(a), "SKN4T7W2QX"), pos.EventCalledBack)
		if said := c.all(); said != "" {
			t.Errorf("said %s", said)
		}
	})
}

// TestPlainOpen lists what is open and owed back, asks about one and notes a typed code as what it is.
func TestPlainOpen(t *testing.T) {
	inSale(t, func(c *talk) {
		c.types("check 1", "open")
		c.says(
			"No number 1 in the list. open: names them.", "Amount:",
			"Nothing is open and nothing is owed back.", "Amount:",
		)
		a := c.stopped("450", phoneA)
		owed := paid(c.attempt(pos.Request{Phone: "254722000000", Amount: 60}), "SKN5T7W2QX")
		owed.Notices = pos.PaidTwice
		c.book.put(owed)
		c.till.check = func(pos.AttemptID) (time.Time, error) { return c.now().Add(8 * time.Second), nil }
		c.types("open", "check", "check 3", "check 2", "receipt 2 SKN", "receipt 2 SKN4T7W2QX")
		c.says(
			"1. 14:32 PAID TWICE KES 60, 0722 ••• 000, receipt SKN5T7W2QX, owed back.",
			"2. 14:32 STILL CHECKING KES 450, 0712 ••• 678; next check at 14:32:15.",
			"Amount:",
			"Which one? Give its number in the list.", "Amount:",
			"No number 3 in the list. open: names them.", "Amount:",
			"M-PESA is asked at 14:32:08.", "Amount:",
			"An M-PESA code has ten letters and digits: copy it from the customer's SMS.", "Amount:",
			"SKN4T7W2QX is noted as the customer's word; it is no proof. Hold the goods until M-PESA says PAID.", "Amount:",
		)
		if len(c.till.checked) != 1 || c.till.checked[0] != a.ID {
			t.Errorf("checked %v", c.till.checked)
		}
		a.Events++
		c.tell(a, pos.EventQueried)
		c.says("14:32:00 STILL CHECKING KES 450, 0712 ••• 678: M-PESA says nothing new.", "Amount:")
	})
}

// TestPlainResumed names what was open when the till stopped, and says what becomes of it.
func TestPlainResumed(t *testing.T) {
	var first, second pos.Attempt
	inTalk(t, func(c *talk) {
		c.says(
			"DUKA LA MAMA, till 174379, Monday 23 November, 14:32.",
			"help: what you can type.",
			"14:32:00 2 payments were open when the till stopped. Checking.",
			"1. 14:32 WAITING FOR PIN KES 200, 0722 ••• 000.",
			"2. 14:32 STILL CHECKING KES 450, 0712 ••• 678.",
			"Amount:",
		)
		c.tell(paid(first, "SKN4T7W2QX"), pos.EventQueried)
		c.says("14:32:00 PAID KES 450, 0712 ••• 678, receipt SKN4T7W2QX: hand over the goods.", "Amount:")
		c.tell(refused(second, "1037", ""), pos.EventQueried)
		if said := c.all(); !strings.HasPrefix(said, "14:32:00 NOT PAID KES 200, 0722 ••• 000: ") {
			t.Errorf("said %s", said)
		}
	}, func(c *talk, cfg *Config, _ *tty) {
		first = unclear(c.attempt(pos.Request{Phone: "254712345678", Amount: 450}))
		second = accepted(c.attempt(pos.Request{Phone: "254722000000", Amount: 200}))
		c.book.put(first)
		c.book.put(second)
		cfg.Resumed = 2
	})
}

// TestPlainLedger reads a day, a search and a month a few rows at a time.
func TestPlainLedger(t *testing.T) {
	inSale(t, func(c *talk) {
		for i := range 12 {
			c.book.put(paid(pos.Attempt{
				ID: pos.AttemptID(fmt.Sprintf("row-%02d", i)), AskedAt: noon.Add(time.Duration(i-20) * time.Minute), Events: 2,
				Asked: pos.Asked{Phone: "254712345678", Amount: pos.Shillings(100 + i), Reference: "INV 7"},
			}, fmt.Sprintf("SKN4T7W2%02d", i)))
		}
		c.book.put(refused(pos.Attempt{
			ID: "row-12", AskedAt: noon.AddDate(0, 0, -1), Events: 2, Asked: pos.Asked{Phone: "254722000000", Amount: 60},
		}, "1032", ""))
		c.types("ledger")
		said := c.all()
		if n := strings.Count(said, "\n"); n != 1+rowsAtOnce+2 {
			t.Errorf("%d lines: %s", n, said)
		}
		for _, want := range []string{
			"Monday 23 November, TRAINING: KES 1,266, 12 paid, 0 not paid.\n",
			"14:23 PAID KES 111, TRAINING, 0712 ••• 678, receipt SKN4T7W211, reference INV 7.\n",
			"more: the next.\n",
		} {
			if !strings.Contains(said, want) {
				t.Errorf("not said: %q in %s", want, said)
			}
		}
		c.types("more", "more")
		c.says(
			"14:13 PAID KES 101, TRAINING, 0712 ••• 678, receipt SKN4T7W201, reference INV 7.",
			"14:12 PAID KES 100, TRAINING, 0712 ••• 678, receipt SKN4T7W200, reference INV 7.",
			"Amount:",
			"No more.",
			"Amount:",
		)
		c.types("ledger jana", "ledger 1.1", "ledger soon")
		c.says(
			"Sunday 22 November, TRAINING: KES 0, 0 paid, 1 not paid.",
			"14:32 NOT PAID (cancelled) KES 60, 0722 ••• 000.",
			"Amount:",
			"Thursday 1 January, TRAINING: KES 0, 0 paid, 0 not paid.",
			"No payments on this day.",
			"Amount:",
			"Write a day as 23, 23.11 or 2026-11-23.",
			"Amount:",
		)
		c.types("find skn4t7w205", "find 999", "find", "TAFUTA 678")
		said = c.all()
		if want := "14:17 PAID KES 105, TRAINING, 0712 ••• 678, receipt SKN4T7W205, reference INV 7.\nAmount:\nNothing found.\nAmount:\n" +
			"Find: A receipt, the last digits of a phone, an amount or a reference.\nAmount:\n14:23 PAID KES 111"; !strings.HasPrefix(said, want) {
			t.Errorf("said %s", said)
		}
		c.types("more")
		if said = c.all(); strings.Count(said, "\n") != 3 {
			t.Errorf("said %s", said)
		}
		c.types("month", "month 31.10", "today")
		c.says(
			"November 2026, TRAINING: KES 1,266, 12 paid, 1 not paid.",
			"Sunday 22 November: KES 0, 0 paid, 1 not paid.",
			"Monday 23 November: KES 1,266, 12 paid, 0 not paid.",
			"Amount:",
			"October 2026, TRAINING: KES 0, 0 paid, 0 not paid.",
			"Amount:",
			"TODAY, TRAINING: KES 1,266, 12 paid, 0 not paid.",
			"Amount:",
		)
		c.book.err = errors.New("the disk is gone")
		c.types("ledger", "find 678", "open", "month", "today")
		said = c.all()
		if strings.Count(said, "LEDGER: cannot be read: the disk is gone\nAmount:\n") != 5 {
			t.Errorf("said %s", said)
		}
	}, inTraining)
}

// TestPlainHealth says what is not as it should be when that begins and when it ends, and not in between.
func TestPlainHealth(t *testing.T) {
	full := errors.New("the disk is full: make room and start the till again")
	inSale(t, func(c *talk) {
		c.falls(pos.Health{Refusing: "rate_limited", Since: c.now()}, true)
		c.pass(time.Minute)
		c.says("14:32:10 M-PESA refusing since 14:32: asked too often.", "Amount:")
		c.falls(pos.Health{}, false)
		c.pass(time.Minute)
		c.says("14:33:10 M-PESA answers again.", "14:33:10 NO CALLBACKS: results come by query, a little later.", "Amount:")
		c.falls(pos.Health{Ledger: full}, true)
		c.pass(time.Minute)
		c.says(
			"14:34:10 LEDGER: no new payments: the disk is full: make room and start the till again",
			"14:34:10 Callbacks come again.",
			"Amount:",
		)
		c.till.charge = func(pos.Request) (pos.Attempt, error) { return pos.Attempt{}, full }
		c.types("450", phoneA, "")
		c.says(
			"KES 450", "Phone:", "0712 345 678, Safaricom.", "Reference (Enter for none):",
			"14:35:00 NOT SENT: the disk is full: make room and start the till again",
			"Enter: ask again. number: other number. new: next sale.",
		)
		c.pass(time.Second)
		c.till.charge = func(r pos.Request) (pos.Attempt, error) { return c.attempt(r), nil }
		c.types("")
		c.says("Asking 0712 345 678 for KES 450 …")
	})
}

// TestPlainLeaving names what is still open, however the cashier leaves.
func TestPlainLeaving(t *testing.T) {
	for name, leave := range map[string]func(*talk){
		"quit":         func(c *talk) { c.types("quit") },
		"funga":        func(c *talk) { c.types("FUNGA") },
		"end of input": func(c *talk) { close(c.lines) },
		"end of ctx":   func(c *talk) { c.end() },
	} {
		t.Run(name, func(t *testing.T) {
			inSale(t, func(c *talk) {
				c.sell("450", phoneA)
				leave(c)
				if err := <-c.done; err != nil {
					t.Error(err)
				}
				c.says(
					"1 payment is open. It will be resumed at the next start.",
					"14:32 WAITING FOR PIN KES 450, 0712 ••• 678.",
					"Closing the till.",
				)
			})
		})
	}
}

// TestPlainAtATerminal: what is typed stands behind the prompt, news interrupts it, and the bell rings.
func TestPlainAtATerminal(t *testing.T) {
	inTalk(t, func(c *talk) {
		if said := c.all(); !strings.HasSuffix(said, "\nAmount: ") {
			t.Errorf("said %q", said)
		}
		a := c.sell("450", phoneA)
		c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
		if said := c.all(); said != "14:32:00 PAID KES 450, receipt SKN4T7W2QX: hand over the goods.\n\aAmount: " {
			t.Errorf("said %q", said)
		}
		c.pass(time.Second)
		a.Notices, a.State, a.Events = pos.Disagree, pos.Paid, 9
		c.tell(a, pos.EventQueried)
		said := c.all()
		if !strings.HasPrefix(said, "\n14:32:01 ANSWERS DISAGREE KES 450") || !strings.HasSuffix(said, "\n\aGo on. Amount: ") {
			t.Errorf("said %q", said)
		}
		c.pass(time.Second)
		if said := c.all(); said != "\a" { // the second ring, far enough from the first to be heard
			t.Errorf("said %q", said)
		}
		c.types("")
		if said := c.all(); said != "Amount: " {
			t.Errorf("said %q", said)
		}
	}, atTerminal)
}

// TestPlainBells rings once for good news and twice for what must be looked into, and not for the cashier's own act.
func TestPlainBells(t *testing.T) {
	for _, tc := range []struct {
		name string
		play func(*talk, pos.Attempt)
		want int
	}{
		{"waiting", func(*talk, pos.Attempt) {}, 0},
		{"paid", func(c *talk, a pos.Attempt) { c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack) }, 1},
		{"not paid", func(c *talk, a pos.Attempt) { c.tell(refused(a, "1", ""), pos.EventCalledBack) }, 2},
		{"gave up", func(c *talk, a pos.Attempt) { c.tell(unclear(a), pos.EventGaveUp) }, 2},
		{"stopped by the cashier", func(c *talk, a pos.Attempt) {
			c.types("stop")
			c.tell(unclear(a), pos.EventStopped)
		}, 0},
		{"late", func(c *talk, a pos.Attempt) {
			c.types("stop")
			a = unclear(a)
			c.tell(a, pos.EventStopped)
			a = paid(a, "SKN4T7W2QX")
			a.Notices = pos.PaidLate
			c.tell(a, pos.EventCalledBack)
		}, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inSale(t, func(c *talk) {
				a := c.sell("450", phoneA)
				tc.play(c, a)
				c.pass(time.Second)
				if got := strings.Count(c.all(), "\a"); got != tc.want {
					t.Errorf("%d bells, want %d", got, tc.want)
				}
			}, atTerminal)
		})
	}
}

// everything plays most of what the plain till can say.
func everything(c *talk) string {
	a := c.stopped("3*1500", phoneA)
	c.types("?", "450", "0733123456", "INV 7")
	b := accepted(c.p.pay.attempt)
	c.tell(b, pos.EventPushed)
	c.pass(31 * time.Second)
	c.tell(refused(b, "1032", "Request Cancelled by user."), pos.EventCalledBack)
	c.types("new", "simu")
	a = paid(a, "SKN4T7W2QX")
	a.Notices = pos.PaidLate | pos.Disagree
	c.tell(a, pos.EventCalledBack)
	c.falls(pos.Health{Refusing: "blocked", Since: c.now()}, true)
	c.pass(30 * time.Second)
	c.types("ledger", "find 678", "open", "month", "nonsense", "450", "0203341234", phoneA, "a;b", "")
	c.tell(unclear(accepted(c.p.pay.attempt)), pos.EventGaveUp)
	c.types("quit")
	return c.all()
}

// TestPlainNarrow: no line is longer than the terminal, and what goes on is set in.
func TestPlainNarrow(t *testing.T) {
	for _, lang := range []Language{English, Kiswahili} {
		inTalk(t, func(c *talk) {
			said := c.all() + everything(c)
			for line := range strings.Lines(said) {
				if line = strings.Trim(line, "\a\n"); len([]rune(line)) >= 40 {
					t.Errorf("%d characters: %q", len([]rune(line)), line)
				}
			}
			if !strings.Contains(said, "\n  ") {
				t.Error("nothing was set in")
			}
		}, inTraining, func(_ *talk, cfg *Config, behind *tty) {
			cfg.Language, cfg.Endings = lang, PracticeEndings()
			behind.width = func() int { return 40 }
		})
	}
}

// TestPlainASCII: nothing else, also where the locale says so.
func TestPlainASCII(t *testing.T) {
	for name, change := range map[string]func(*talk, *Config, *tty){
		"--ascii": func(_ *talk, cfg *Config, _ *tty) { cfg.ASCII = true },
		"locale":  func(_ *talk, cfg *Config, _ *tty) { cfg.Environ = []string{"LANG=C"} },
	} {
		t.Run(name, func(t *testing.T) {
			inTalk(t, func(c *talk) {
				said := c.all() + everything(c)
				for i, r := range said {
					if r > '~' || r < ' ' && r != '\n' {
						t.Fatalf("%q in %q", r, said[max(0, i-20):i+4])
					}
				}
				if !strings.Contains(said, "KES 450 ...") || !strings.Contains(said, "0712 *** 678") {
					t.Error(said)
				}
			}, inTraining, change)
		})
	}
}

package ui

import (
	"errors"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// TestEnterTwiceNeverChargesTwice holds Enter down while the till is slow and while the customer is
// asked.
func TestEnterTwiceNeverChargesTwice(t *testing.T) {
	c := newCashier(t)
	c.press("450", "<enter>", phoneA)
	// The till has not answered yet: its command is not run.
	_, charge := c.app.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	c.press("<enter>", "<enter>", "<kpenter>")
	c.sees("SENDING")
	c.do(charge)
	c.press("<enter>", "<enter>")
	c.tell(accepted(c.app.session.Front.Attempt), pos.EventPushed)
	c.press("<enter>", "<enter>")
	if len(c.till.Charges) != 1 {
		t.Errorf("%d payments were asked for", len(c.till.Charges))
	}
	if len(c.till.Checks) != 2 {
		t.Errorf("Enter while waiting checked %d times, want 2", len(c.till.Checks))
	}
}

// TestNoCheckBeforeThereIsSomethingToAsk: while a push is on its way M-PESA cannot be asked about
// it, so that no key offers to, and what the till said of an earlier key goes when the payment
// moves.
func TestNoCheckBeforeThereIsSomethingToAsk(t *testing.T) {
	c := newCashier(t)
	c.till.OnCheck = func(pos.AttemptID) (time.Time, error) { return time.Time{}, pos.ErrNothingToAsk }
	a := c.sell("450", phoneA)
	c.press("<enter>")
	c.sees("SENDING", "stop waiting")
	c.seesNot("check now", "M-PESA cannot be asked")
	if len(c.till.Checks) != 0 {
		t.Errorf("M-PESA was asked about a push without an answer: %v", c.till.Checks)
	}
	waits := accepted(a)
	c.tell(waits, pos.EventPushed)
	c.sees("WAITING FOR PIN", "enter check now")
	c.press("<enter>") // the till refuses for whatever reason
	c.sees("M-PESA cannot be asked")
	c.tell(waits, 0) // nothing has come
	c.sees("M-PESA cannot be asked")
	waits.Events++
	c.tell(waits, pos.EventQueried)
	c.sees("WAITING FOR PIN")
	c.seesNot("M-PESA cannot be asked")

	// Nor about an earlier request that is in the way, before the answer to its push.
	c = newCashier(t)
	sends := c.attempt(pos.Request{Phone: "254712345678", Amount: 200})
	sends.ID = "earlier"
	c.till.OnCharge = func(pos.Request) (pos.Attempt, error) {
		return pos.Attempt{}, &pos.OpenError{Earlier: sends, Left: pos.PhoneLock}
	}
	c.press("450", "<enter>", phoneA, "<enter>", "<enter>")
	c.sees("KEEP GOODS", "wait 2:00")
	c.seesNot("check now")
	c.tell(accepted(sends), pos.EventPushed)
	c.sees("KEEP GOODS", "enter check now")
	c.press("<enter>")
	if want := []pos.AttemptID{"earlier"}; !slices.Equal(c.till.Checks, want) {
		t.Errorf("checked %v, want %v", c.till.Checks, want)
	}
}

// TestAKeyMeantForTheScreenBefore must neither dismiss an end that nobody has seen nor ask again.
func TestAKeyMeantForTheScreenBefore(t *testing.T) {
	c := newCashier(t)
	a := accepted(c.sell("450", phoneA))
	c.tell(a, pos.EventPushed)
	c.tell(refused(a, "1032", "Request Cancelled by user."), pos.EventCalledBack)
	c.press("<enter>")
	if len(c.till.Charges) != 1 {
		t.Fatal("an Enter in the same moment asked again")
	}
	c.sees("NOT PAID")
	c.tick(time.Second)
	c.press("<enter>")
	if got := c.till.Charges; len(got) != 2 || got[1].Sale != a.Sale || got[1].Amount != 450 || got[1].Phone != a.Phone {
		t.Errorf("asking again asked for %+v", got)
	}
}

func TestResultKeys(t *testing.T) {
	waiting := func(c *cashier) { c.tell(accepted(c.sell("450", phoneA)), pos.EventPushed) }
	isPaid := func(c *cashier) { c.tell(paid(c.sell("450", phoneA), "SKN4T7W2QX"), pos.EventCalledBack) }
	notPaid := func(c *cashier) { c.tell(refused(c.sell("450", phoneA), "1", "low"), pos.EventCalledBack) }
	isTwice := func(c *cashier) {
		a := paid(c.sell("450", phoneA), "SKN4T7W2QX")
		a.Notices = pos.PaidTwice
		c.tell(a, pos.EventCalledBack)
	}
	checking := func(c *cashier) { c.tell(unclear(accepted(c.sell("450", phoneA))), pos.EventGaveUp) }
	for _, tc := range []struct {
		name  string
		play  func(*cashier)
		keys  []string
		sees  []string
		calls [3]int // charged, checked, stopped
	}{
		{"waiting: check now", waiting, []string{"<enter>"}, []string{"WAITING FOR PIN"}, [3]int{1, 1, 0}},
		{"waiting: back asks whether to stop", waiting, []string{"<esc>"}, []string{"Stop waiting?", "enter stop · - go on"}, [3]int{1, 0, 0}},
		{"waiting: an Enter at once does not answer", waiting, []string{"-", "<enter>"}, []string{"Stop waiting?"}, [3]int{1, 0, 0}},
		{"waiting: stop", waiting, []string{"-", "<pause>", "<enter>"}, []string{"WAITING FOR PIN"}, [3]int{1, 0, 1}},
		{"waiting: back twice stops nothing", waiting, []string{"<esc>", "<esc>"}, []string{"WAITING FOR PIN", "enter check now"}, [3]int{1, 0, 0}},
		{"waiting: next sale, and it goes on", waiting, []string{"+"}, []string{"Type the amount.", "? checking 1 (KES 450)"}, [3]int{1, 0, 0}},
		{"waiting: a digit is not a sale", waiting, []string{"7"}, []string{"WAITING FOR PIN", "KES 450"}, [3]int{1, 0, 0}},
		{"paid: next sale", isPaid, []string{"<enter>"}, []string{"Type the amount.", "✓ PAID  KES 450  0712 ••• 678"}, [3]int{1, 0, 0}},
		{"paid: typed over", isPaid, []string{"7"}, []string{"KES 7"}, [3]int{1, 0, 0}},
		{"paid twice: a digit does not hide it", isTwice, []string{"7"}, []string{"PAID TWICE", "no more goods."}, [3]int{1, 0, 0}},
		{"paid twice: next sale", isTwice, []string{"<enter>"}, []string{"Type the amount.", "! refund 1"}, [3]int{1, 0, 0}},
		{"not paid: a digit does not hide it", notPaid, []string{"7"}, []string{"NOT PAID"}, [3]int{1, 0, 0}},
		{"not paid: again", notPaid, []string{"<enter>"}, []string{"SENDING"}, [3]int{2, 0, 0}},
		{"not paid: another number", notPaid, []string{"-"}, []string{"The same sale, with another number.", "KES 450"}, [3]int{1, 0, 0}},
		{"not paid: next sale", notPaid, []string{"+"}, []string{"Type the amount."}, [3]int{1, 0, 0}},
		{"checking: check now", checking, []string{"<enter>"}, []string{"STILL CHECKING"}, [3]int{1, 1, 0}},
		{"checking: a digit does not hide it", checking, []string{"7"}, []string{"STILL CHECKING"}, [3]int{1, 0, 0}},
		{"checking: the form as it was", checking, []string{"-"}, []string{"KES 450", "0712 345 678", "enter ask for payment"}, [3]int{1, 0, 0}},
		{"checking: next sale", checking, []string{"+"}, []string{"Type the amount.", "? checking 1 (KES 450)"}, [3]int{1, 0, 0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCashier(t)
			c.size(60, 20) // where the word is in a line of its own
			tc.play(c)
			c.tick(2 * time.Second)
			c.press(tc.keys...)
			c.sees(tc.sees...)
			if got := [3]int{len(c.till.Charges), len(c.till.Checks), len(c.till.Stops)}; got != tc.calls {
				t.Errorf("charged, checked, stopped %v times, want %v", got, tc.calls)
			}
		})
	}
}

// TestBell rings once for good news and twice for what must be looked at, and not for the cashier's
// own act.
func TestBell(t *testing.T) {
	for _, tc := range []struct {
		name string
		play func(*cashier, pos.Attempt)
		want int
	}{
		{"waiting", func(c *cashier, a pos.Attempt) {}, 0},
		{"paid", func(c *cashier, a pos.Attempt) { c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack) }, 1},
		{"paid and then confirmed", func(c *cashier, a pos.Attempt) {
			a = paid(a, "SKN4T7W2QX")
			c.tell(a, pos.EventCalledBack)
			a.Events++
			c.tell(a, pos.EventQueried)
		}, 1},
		{"not paid", func(c *cashier, a pos.Attempt) { c.tell(refused(a, "1", ""), pos.EventCalledBack) }, 2},
		{"gave up", func(c *cashier, a pos.Attempt) { c.tell(unclear(a), pos.EventGaveUp) }, 2},
		{"stopped by the cashier", func(c *cashier, a pos.Attempt) {
			c.press("<esc>", "<pause>", "<enter>")
			c.tell(unclear(a), pos.EventStopped)
		}, 0},
		{"late", func(c *cashier, a pos.Attempt) {
			c.press("<esc>", "<pause>", "<enter>")
			a = unclear(a)
			c.tell(a, pos.EventStopped)
			a = paid(a, "SKN4T7W2QX")
			a.Notices = pos.PaidLate
			c.tell(a, pos.EventCalledBack)
		}, 2},
		{"the witnesses disagree", func(c *cashier, a pos.Attempt) {
			a = paid(a, "SKN4T7W2QX")
			c.tell(a, pos.EventCalledBack)
			a.Notices, a.Events = pos.Disagree, a.Events+1
			c.tell(a, pos.EventQueried)
		}, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCashier(t)
			a := accepted(c.sell("450", phoneA))
			c.tell(a, pos.EventPushed)
			tc.play(c, a)
			if c.bells != tc.want {
				t.Errorf("%d bells, want %d", c.bells, tc.want)
			}
		})
	}
}

// TestAnEarlierRequestIsInTheWay counts the lock down, then warns, and goes on only for a key of
// its own.
func TestAnEarlierRequestIsInTheWay(t *testing.T) {
	c := newCashier(t)
	c.size(60, 20)
	c.till.OnCharge = c.inTheWay(75 * time.Second)
	c.press("1500", "<enter>", phoneA, "<enter>")
	c.sees("? KEEP GOODS", "keep the goods", "wait 1:15")
	c.seesNot("cash", "pay twice.", "MAY PAY TWICE")
	c.tick(15 * time.Second)
	c.sees("wait 1:00")
	c.press("2") // not while it is locked
	c.tick(61 * time.Second)
	c.press("2") // nor as soon as it is unlocked: it may be of an amount
	c.tick(2 * time.Second)
	c.sees("? MAY PAY TWICE", "the customer may pay twice", "Press 2 to ask anyway.", "1 check now · 2 ask anyway")
	c.press("<enter>", "<enter>")
	if len(c.till.Charges) != 1 || len(c.till.Checks) != 2 || c.till.Checks[0] != "earlier" {
		t.Fatalf("Enter charged %d times and checked %v", len(c.till.Charges), c.till.Checks)
	}
	c.press("2", "<pause>")
	if got := c.till.Charges; len(got) != 2 || !got[1].MayPayTwice {
		t.Fatalf("asked for %+v", got)
	}
	c.sees("SENDING")
}

func TestLeavingARefusedRequest(t *testing.T) {
	c := newCashier(t)
	c.till.OnCharge = c.inTheWay(75 * time.Second)
	c.press("1500", "<enter>", phoneA, "<enter>", "<esc>")
	c.sees("KES 1,500", "0712345678") // the form as it was

	// The earlier request ends while this one waits for it: nothing is in the way any more.
	c.press("<enter>")
	earlier := c.app.session.Front.Refused.Earlier
	c.tell(refused(earlier, "1032", "Request Cancelled by user."), pos.EventCalledBack)
	c.sees("0712345678", "× NOT PAID ×  KES 450")
	if c.app.session.Front != nil {
		t.Error("the refused request is still in front")
	}
}

// TestChargeErrors come back to the form that they are about, in the cashier's language.
func TestChargeErrors(t *testing.T) {
	c := newCashier(t, func(cfg *session.Config) { cfg.Language = text.Kiswahili })
	c.till.OnCharge = func(pos.Request) (pos.Attempt, error) {
		return pos.Attempt{}, &pos.AmountError{Reason: pos.AmountTooBig, Max: 300}
	}
	c.press("450", "<enter>", phoneA, "<enter>")
	c.sees("M-PESA haipokei zaidi ya", "0712 345 678")
	c.till.OnCharge = func(pos.Request) (pos.Attempt, error) { return pos.Attempt{}, errors.New("the disk is full") }
	c.press("<tab>", "<enter>")
	c.sees("the disk is full")

	c = newCashier(t)
	c.tell(refused(c.sell("450", phoneA), "1", "low"), pos.EventCalledBack)
	c.till.OnCharge = func(pos.Request) (pos.Attempt, error) { return pos.Attempt{}, pos.ErrSalePaid }
	c.tick(time.Second)
	c.press("<enter>")
	c.sees("This sale is paid already", "KES 450")
}

// TestUpdatesThatOvertakeTheTillsAnswer: the relay may bring the end before Charge has returned.
func TestUpdatesThatOvertakeTheTillsAnswer(t *testing.T) {
	c := newCashier(t)
	c.size(60, 20)
	c.press("450", "<enter>", phoneA)
	_, charge := c.app.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	a := c.attempt(pos.Request{Phone: "254712345678", Amount: 450})
	c.tell(accepted(a), pos.EventPushed)
	c.tell(refused(accepted(a), "1001", "busy"), pos.EventCalledBack)
	c.sees("SENDING")
	c.do(charge)
	c.sees("NOT PAID", "The phone is busy")
	if c.bells != 2 {
		t.Errorf("%d bells", c.bells)
	}
}

// TestOlderUpdatesChangeNothing: what has ended does not go back to waiting.
func TestOlderUpdatesChangeNothing(t *testing.T) {
	c := newCashier(t)
	c.size(60, 20)
	a := c.sell("450", phoneA)
	c.tell(paid(accepted(a), "SKN4T7W2QX"), pos.EventCalledBack)
	c.send(updateMsg(pos.Update{Attempt: accepted(a), Event: pos.EventPushed, Changed: true}))
	c.sees("✓ PAID", "SKN4T7W2QX")
}

func TestReceiptComesLater(t *testing.T) {
	c := newCashier(t)
	a := c.sell("450", phoneA)
	a.State, a.Events, a.Facts = pos.Paid, 3, pos.QueryPaid
	c.tell(a, pos.EventQueried)
	c.sees("M-PESA code to follow")
	c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
	c.sees("M-PESA code   SKN4T7W2QX")
	if c.bells != 1 {
		t.Errorf("%d bells", c.bells)
	}
}

// TestNoReceiptCode: where no callback can reach the till, no code comes, and nobody waits for one.
// The customer's can be typed, from the payment in front or in the ledger, which changes nothing
// but what is known of the code.
func TestNoReceiptCode(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 12}} {
		c := newCashier(t)
		c.size(size[0], size[1])
		a := queriesOnly(accepted(c.sell("450", phoneA)))
		c.tell(a, pos.EventQueried)
		c.sees("PAID", "M-PESA code only in customer's SMS", "c notes the code of the SMS.")
		c.seesNot("later")
		c.press("<f9>")
		c.sees("code ya M-PESA: SMS ya mteja tu")
		c.press("<f9>", "c")
		c.sees("Code for KES ", "PAYMENT")
		c.press("skn4", "<enter>")
		c.sees("copy it", "SKN4")
		c.press("t7", "<esc>") // not this one
		c.sees("M-PESA code only in customer's SMS")
		c.press("c")
		c.send(tea.PasteMsg{Content: "skn4t7w2qx\n"})
		c.press("<enter>")
		if got := c.till.Codes; len(got) != 2 || got[1] != "SKN4T7W2QX" {
			t.Fatalf("typed %q", got)
		}
		c.sees("SKN4T7W2QX")
		c.seesNot("Keep the goods")
		a.Claimed = "SKN4T7W2QX"
		a.Events++
		c.tell(a, pos.EventTyped)
		c.sees("code SKN4T7W2QX, the customer's word", "✓ PAID")

		// The same from the ledger, on the row of a payment that has none.
		c.press("-", "<enter>", "c")
		c.sees("Code for KES ")
		c.press("<esc>", "-", "-")
		c.sees("PAID", "KES 450")
		c.tick(2 * time.Second)
		c.press("5") // it is still good news, to be typed over
		c.sees("Amount")
		if c.bells != 1 || len(c.till.Charges) != 1 {
			t.Errorf("%d bells, charged %d times", c.bells, len(c.till.Charges))
		}
	}

	// With a receipt, or with one on its way, nobody is asked for it at the counter.
	c := newCashier(t)
	a := c.sell("450", phoneA)
	a.State, a.Events, a.Facts = pos.Paid, 3, pos.QueryPaid
	c.tell(a, pos.EventQueried)
	c.press("c")
	c.sees("M-PESA code to follow")
	c.seesNot("SMS code", "PAYMENT ")
	c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
	c.press("<f2>", "<enter>", "c")
	c.seesNot("Code for KES ", "SMS code")
}

// TestNextCheck says when M-PESA is asked, by the plan and by the till's word after Enter.
func TestNextCheck(t *testing.T) {
	c := newCashier(t)
	c.till.OnCheck = func(pos.AttemptID) (time.Time, error) { return c.now.Add(7 * time.Second), nil }
	a := accepted(c.sell("450", phoneA))
	c.tell(a, pos.EventPushed)
	c.sees("Asking M-PESA again in 0:15")
	c.tick(4 * time.Second)
	c.sees("0:04", "Asking M-PESA again in 0:11")
	c.press("<enter>")
	c.sees("Asking M-PESA again in 0:07")
	c.tick(8 * time.Second)
	c.sees("Asking M-PESA now")
	c.till.OnCheck = func(pos.AttemptID) (time.Time, error) { return time.Time{}, errors.New("nothing to ask with") }
	c.press("<enter>")
	c.sees("nothing to ask with")
}

// TestNoMotion: the times of day stand where bars and countdowns would move.
func TestNoMotion(t *testing.T) {
	c := newCashier(t, func(cfg *session.Config) { cfg.NoMotion = true })
	a := accepted(c.sell("450", phoneA))
	c.tell(a, pos.EventPushed)
	before := c.text()
	c.sees("asked at 14:32:00", "Asking M-PESA again at 14:32:15")
	c.now = c.now.Add(5 * time.Second)
	c.send(tickMsg(c.app.tick))
	if got := c.text(); got != before {
		t.Errorf("something moved:\n%s", got)
	}
	if c.app.due.Sub(c.now) != 10*time.Second {
		t.Errorf("the next tick comes in %v, want it with the next check", c.app.due.Sub(c.now))
	}

	c = newCashier(t, func(cfg *session.Config) { cfg.NoMotion = true })
	c.till.OnCharge = c.inTheWay(75 * time.Second)
	c.sell("1500", phoneA)
	c.sees("keep the goods and wait until 14:33:15.")
	c.seesNot("Press 2", "pay twice", "cash")
	c.now = c.app.due // the minute
	c.send(tickMsg(c.app.tick))
	c.now = c.app.due // the end of the lock
	c.send(tickMsg(c.app.tick))
	c.sees("14:33", "Press 2 to ask anyway.")
	if got := c.now.Sub(noon); got != 75*time.Second {
		t.Errorf("the end of the lock is drawn %v after the refusal", got)
	}
}

// TestThreeWrongPINs advises another number.
func TestThreeWrongPINs(t *testing.T) {
	c := newCashier(t)
	a := refused(c.sell("450", phoneA), "2001", "wrong")
	c.send(updateMsg(pos.Update{Attempt: a, Event: pos.EventCalledBack, Changed: true, WrongPINs: 3}))
	c.sees("Three wrong PINs")
}

// TestResizeDuringAPayment draws the payment in every size it passes through, and keeps it.
func TestResizeDuringAPayment(t *testing.T) {
	c := newCashier(t)
	c.tell(accepted(c.sell("1500", phoneA)), pos.EventPushed)
	for w := 200; w > 0; w -= 7 {
		h := w * 3 / 10
		c.size(w, max(1, h))
		checkSize(t, c.frame(), w, max(1, h))
		if sizeOf(w, h) >= sizeMinimal {
			c.sees("KES 1,500")
		}
	}
	c.size(20, 5)
	c.sees("Make the")
	c.press("<esc>") // blindly
	if len(c.till.Stops) != 0 {
		t.Error("a key was obeyed that nobody could see the meaning of")
	}
	c.size(80, 24)
	c.sees("Ask the customer to enter the PIN.")
}

// TestARunOfEnters: Enter is check now while the customer is asked. Who goes on pressing it, or
// leans on it, when the end comes has not seen the end: it is neither dismissed nor asked again
// until there is a pause.
func TestARunOfEnters(t *testing.T) {
	for name, every := range map[string]time.Duration{"held down": 33 * time.Millisecond, "hammered": 400 * time.Millisecond} {
		for _, end := range []string{"not paid", "paid"} {
			c := newCashier(t)
			a := accepted(c.sell("450", phoneA))
			c.tell(a, pos.EventPushed)
			c.tick(10 * time.Second)
			run := func() {
				for range int(2 * time.Second / every) {
					c.now = c.now.Add(every)
					c.press("<enter>")
				}
			}
			run()
			if end == "paid" {
				c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
			} else {
				c.tell(refused(a, "1032", "Request Cancelled by user."), pos.EventCalledBack)
			}
			run()
			if len(c.till.Charges) != 1 || c.app.session.Front == nil {
				t.Errorf("%s, %s: %d pushes, in front %v", name, end, len(c.till.Charges), c.app.session.Front != nil)
			}
			c.tick(time.Second)
			c.press("<enter>")
			if again := len(c.till.Charges) == 2; again != (end == "not paid") {
				t.Errorf("%s, %s: %d pushes after a pause", name, end, len(c.till.Charges))
			}
		}
	}
}

// TestBehindARefusal: the payment that is asked again is shown again after a refusal as it is by
// then, not as it was.
func TestBehindARefusal(t *testing.T) {
	c := newCashier(t)
	a := refused(accepted(c.sell("450", phoneA)), "1037", "DS timeout user cannot be reached")
	c.tell(a, pos.EventQueried)
	c.tick(time.Second)
	other := c.attempt(pos.Request{Sale: "other", Phone: a.Phone, Amount: 99}) // of a kaunta charge, which holds the phone
	other.ID = "other"
	c.till.OnCharge = func(pos.Request) (pos.Attempt, error) {
		return pos.Attempt{}, &pos.OpenError{Earlier: other, Left: time.Minute}
	}
	c.press("<enter>")
	a = paid(a, "SKN4T7W2QX")
	a.Notices |= pos.PaidLate | pos.Disagree
	c.tell(a, pos.EventCalledBack)
	c.press("<f4>")
	c.tick(time.Second)
	c.press("<esc>")
	c.sees("PAID LATE")
	c.seesNot("NOT PAID", "No money")
}

// TestNotPaidDoesNotMatch: NOT PAID hides nothing that M-PESA has said.
func TestNotPaidDoesNotMatch(t *testing.T) {
	c := newCashier(t)
	a := accepted(c.sell("450", phoneA))
	a.Notices = pos.DoesNotMatch
	c.tell(refused(a, "1037", "DS timeout user cannot be reached"), pos.EventQueried)
	c.sees("does not match", "Call the owner before you ask again.")
	c.seesNot("No money moved", "Ask again, or")
}

// TestNotSentForAPaidSale: what was not sent because the sale is paid is NOT PAID, and yet goods
// are due: nobody reads that there are none, and Enter is the next sale.
func TestNotSentForAPaidSale(t *testing.T) {
	c := newCashier(t)
	a := c.sell("450", phoneA)
	a.State, a.Cause = pos.NotPaid, pos.Cause{
		Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictUnknown, NotSent: true, ErrorMessage: "an earlier request has paid this sale",
	}
	c.tell(a, pos.EventPushed)
	c.sees("Hand over the goods once only.", "enter next sale")
	c.seesNot("No goods", "ask again")
	c.tick(time.Second)
	c.press("<enter>")
	c.sees("Type the amount.")
	if len(c.till.Charges) != 1 {
		t.Errorf("Enter asked for a sale that is paid: %+v", c.till.Charges)
	}
}

// TestKeysThatWereMeantForTheQuestion: what was in the way of a request has come to its end, so the
// form is back, and a key for what stood there before asks nobody and changes nothing of it.
func TestKeysThatWereMeantForTheQuestion(t *testing.T) {
	for _, end := range []func(pos.Attempt) pos.Attempt{
		func(a pos.Attempt) pos.Attempt { return paid(a, "SKN4T7W2QX") },
		func(a pos.Attempt) pos.Attempt { return refused(a, "1032", "Request Cancelled by user.") },
	} {
		for _, keys := range [][]string{{"<enter>"}, {"1"}, {"2"}, {"<enter>", "<enter>"}} {
			c := newCashier(t)
			c.till.OnCharge = c.inTheWay(0)
			c.press("450", "<enter>", phoneA, "<enter>", "<pause>", "<pause>")
			c.sees("Press 2 to ask anyway.")
			earlier := c.app.session.Front.Refused.Earlier
			earlier.Events++
			c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) { return c.attempt(r), nil }
			c.tell(end(earlier), pos.EventCalledBack)
			c.press(keys...)
			if len(c.till.Charges) != 1 || c.app.sale.Text[session.Phone] != phoneA {
				t.Errorf("%v: charged %d times, the phone is %q", keys, len(c.till.Charges), c.app.sale.Text[session.Phone])
			}
			c.press("<pause>", "<enter>")
			if len(c.till.Charges) != 2 {
				t.Errorf("%v: the form asks nobody later", keys)
			}
		}
	}
}

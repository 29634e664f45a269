package ui

import (
	"errors"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// TestTypingAhead: every key of a form while the next sale is typed, and who gets it.
func TestTypingAhead(t *testing.T) {
	waiting := func(c *cashier) { c.tell(accepted(c.sell("450", phoneA)), pos.EventPushed) }
	isPaid := func(c *cashier) { c.tell(paid(c.sell("450", phoneA), "SKN4T7W2QX"), pos.EventCalledBack) }
	notPaid := func(c *cashier) { c.tell(refused(c.sell("450", phoneA), "1", "low"), pos.EventCalledBack) }
	checking := func(c *cashier) { c.tell(unclear(accepted(c.sell("450", phoneA))), pos.EventGaveUp) }
	isTwice := func(c *cashier) {
		a := paid(c.sell("450", phoneA), "SKN4T7W2QX")
		a.Notices = pos.PaidTwice
		c.tell(a, pos.EventCalledBack)
	}
	for _, tc := range []struct {
		name  string
		play  func(*cashier)
		keys  []string
		sees  []string
		calls [3]int // charged, checked, stopped
	}{
		{"a sum", waiting, []string{"3*150+50"}, []string{"WAITING", "next sale: 3*150+50 = 500"}, [3]int{1, 0, 0}},
		{"its minus does not stop waiting", waiting, []string{"500-50"}, []string{"WAITING", "500-50 = 450"}, [3]int{1, 0, 0}},
		{"two minuses rub out", waiting, []string{"255--0"}, []string{"WAITING", "next sale: 250"}, [3]int{1, 0, 0}},
		{"backspace", waiting, []string{"255", "<backspace>", "0"}, []string{"WAITING", "next sale: 250"}, [3]int{1, 0, 0}},
		{"Esc drops nothing and stops nothing", waiting, []string{"255", "<esc>", "<esc>"}, []string{"WAITING", "next sale: 255"}, [3]int{1, 0, 0}},
		{"nor does it from the phone", waiting, []string{"255", "<enter>", "07", "<esc>", "<esc>"}, []string{"WAITING", "next sale: 255  07"}, [3]int{1, 0, 0}},
		{"Enter goes on to the phone", waiting, []string{"250", "<enter>", phoneB}, []string{"next sale: 250  0712345601"}, [3]int{1, 0, 0}},
		{"and asks nobody", waiting, []string{"250", "<enter>", phoneB, "<enter>", "<enter>"}, []string{"WAITING", "next sale: 250  0712345601"}, [3]int{1, 0, 0}},
		{"a letter types nothing", waiting, []string{"2n5e0"}, []string{"WAITING", "next sale: 250"}, [3]int{1, 0, 0}},
		{"a while later the keys are the payment's again", waiting, []string{"250", "<pause>", "<pause>", "<enter>"}, []string{"WAITING", "next sale: 250"}, [3]int{1, 1, 0}},
		{"PAID: kept as long as it is fresh", isPaid, []string{"250"}, []string{"✓ PAID", "next sale: 250"}, [3]int{1, 0, 0}},
		{"PAID: then typing goes on in the form", isPaid, []string{"25", "<pause>", "<pause>", "0"}, []string{"KES 250_"}, [3]int{1, 0, 0}},
		{"PAID: Enter at once is the amount's", isPaid, []string{"250", "<enter>"}, []string{"✓ PAID", "next sale: 250"}, [3]int{1, 0, 0}},
		{"PAID: Enter later is the next sale", isPaid, []string{"250", "<pause>", "<pause>", "<enter>"}, []string{"KES 250_"}, [3]int{1, 0, 0}},
		{"paid twice: kept and not dismissed", isTwice, []string{"25", "<pause>", "<pause>", "0"}, []string{"PAID TWICE", "next sale: 250"}, [3]int{1, 0, 0}},
		{"NOT PAID: Enter while typing asks nobody", notPaid, []string{"<pause>", "250", "<enter>"}, []string{"NOT PAID", "next sale: 250"}, [3]int{1, 0, 0}},
		{"NOT PAID: the next sale", notPaid, []string{"250", "<pause>", "<pause>", "+"}, []string{"KES 250_"}, [3]int{1, 0, 0}},
		{"NOT PAID: kept when asked again", notPaid, []string{"250", "<pause>", "<pause>", "<enter>"}, []string{"SENDING", "next sale: 250"}, [3]int{2, 0, 0}},
		{"NOT PAID: kept over another number", notPaid, []string{"250", "<pause>", "<pause>", "-", phoneB, "<enter>"}, []string{"SENDING", "next sale: 250"}, [3]int{2, 0, 0}},
		{"NOT PAID: gone with the sale before it", notPaid, []string{"250", "<pause>", "<pause>", "-", "<esc>", "<esc>", "<pause>", "<enter>", "7", "<enter>", phoneB, "<enter>"}, []string{"SENDING", "- stop waiting"}, [3]int{2, 0, 0}},
		{"STILL CHECKING: its plus is a sum's", checking, []string{"200+50"}, []string{"STILL CHECKING", "200+50 = 250"}, [3]int{1, 0, 0}},
		{"STILL CHECKING: next sale", checking, []string{"250", "<pause>", "<pause>", "+"}, []string{"KES 250_"}, [3]int{1, 0, 0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCashier(t)
			c.size(60, 20)
			tc.play(c)
			c.press(tc.keys...)
			c.sees(tc.sees...)
			if got := [3]int{len(c.till.Charges), len(c.till.Checks), len(c.till.Stops)}; got != tc.calls {
				t.Errorf("charged, checked, stopped %v times, want %v", got, tc.calls)
			}
		})
	}
}

// TestSumCutInTwo: after a pause the operators are the payment's keys again. Then the figures of a
// sum that went on with one are not put together to another amount, wherever they would go.
func TestSumCutInTwo(t *testing.T) {
	for _, operator := range []string{"+", "-", "*", "/", "."} {
		c := newCashier(t)
		c.tell(accepted(c.sell("450", phoneA)), pos.EventPushed)
		c.press("20", "<pause>", "<pause>", operator, "15")
		if operator == "/" { // the search takes them
			c.press("<f1>")
		}
		if a, n := c.app.sale.Text[session.Amount], c.app.next.Text[session.Amount]; len(a+n) > 2 {
			t.Errorf("20, a pause, %s15: the amount is %q, the next %q", operator, a, n)
		}
		if operator == "+" {
			c.sees("KES _", "not an amount")
			c.press("<pause>", "<pause>", "35")
			c.sees("KES 35_")
		}
	}
}

// TestTypedAheadIsInSight in every window that shows a payment, in both languages.
func TestTypedAheadIsInSight(t *testing.T) {
	for lang, label := range map[text.Language]string{text.English: "next sale: 250", text.Kiswahili: "mauzo mapya: 250"} {
		c := newCashier(t, func(cfg *session.Config) { cfg.Language = lang })
		a := accepted(c.sell("450", phoneA))
		c.press("250")
		for _, end := range []pos.Attempt{a, unclear(a), refused(unclear(a), "1032", "Request Cancelled by user."), paid(refused(unclear(a), "1", ""), "SKN4T7W2QX")} {
			c.tell(end, pos.EventCalledBack)
			for _, size := range everySize {
				c.size(size[0], size[1])
				checkSize(t, c.frame(), size[0], size[1])
				c.sees(label)
			}
		}
	}
}

// TestAmountTypedWhereARequestIsInTheWay: the key that asks all the same is a digit, too.
func TestAmountTypedWhereARequestIsInTheWay(t *testing.T) {
	c := newCashier(t)
	c.till.OnCharge = c.inTheWay(0)
	c.press("1500", "<enter>", phoneA, "<enter>", "2", "5", "<pause>", "2", "<pause>", "2")
	c.sees("Press 2 to ask anyway.")
	if len(c.till.Charges) != 1 {
		t.Fatal("a digit of an amount asked all the same")
	}
	c.press("<pause>", "<pause>", "2", "5", "0", "<pause>", "<pause>", "2", "<enter>", "<pause>")
	if len(c.till.Charges) != 1 {
		t.Fatal("the first digit of an amount asked all the same")
	}
	c.press("<pause>", "<pause>", "2", "<pause>")
	if len(c.till.Charges) != 2 || !c.till.Charges[1].MayPayTwice {
		t.Errorf("asked for %+v", c.till.Charges)
	}
}

// TestTypedAheadOfARequestThatFails: the form comes back, and with it ends what was to come after
// it.
func TestTypedAheadOfARequestThatFails(t *testing.T) {
	c := newCashier(t)
	c.till.OnCharge = func(pos.Request) (pos.Attempt, error) { return pos.Attempt{}, errors.New("the disk is full") }
	c.press("450", "<enter>", phoneA)
	_, charge := c.app.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	c.press("25")
	c.sees("next sale: 25")
	c.do(charge)
	c.sees("the disk is full", "KES 450")
	c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) { return c.attempt(r), nil }
	c.press("<enter>")
	c.sees("SENDING", "450")
	c.seesNot("next sale: 25")
}

// TestHintsWhileTypingAhead are those of the form, until the keys are the payment's again.
func TestHintsWhileTypingAhead(t *testing.T) {
	c := newCashier(t)
	c.tell(accepted(c.sell("450", phoneA)), pos.EventPushed)
	c.press("250")
	c.sees("enter next", "-- delete one", "? help")
	if c.app.due.After(c.now.Add(stands)) {
		t.Error("the hints are not drawn anew when they change")
	}
	c.now = c.now.Add(stands + time.Millisecond)
	c.send(tickMsg(c.app.tick))
	c.sees("enter check now", "- stop waiting", "next sale: 250")
}

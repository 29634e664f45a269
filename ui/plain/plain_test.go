package plain

import (
	"strings"
	"testing"
	"time"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/session/sessiontest"
)

func TestPlainSale(t *testing.T) {
	inTalk(t, func(c *talk) {
		c.says(
			"LIVE, DUKA LA MAMA, till 174379, Monday 23 November, 14:32.",
			"help: what you can type.",
			"Amount:",
		)
		c.types("3*150+50", "+254 712-345678", "INV 7")
		c.says(
			"3*150+50 = KES 500",
			"Phone:",
			"0712 345 678, Safaricom.",
			"Ref (Enter for none):",
			"Asking 0712 345 678 for KES 500 …",
		)
		if got := c.till.Charges; len(got) != 1 || got[0] != (pos.Request{Phone: "254712345678", Amount: 500, Reference: "INV 7"}) {
			t.Fatalf("asked for %+v", got)
		}
		c.pass(5 * time.Second)
		a := sessiontest.Accepted(c.p.session.Front.Attempt)
		c.tell(a, pos.EventPushed)
		c.says(
			"14:32:05 WAITING FOR PIN: ask the customer to enter the PIN. Keep the goods.",
			"Enter: check now. stop: stop waiting.",
		)
		c.pass(6 * time.Second)
		c.tell(sessiontest.Paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
		c.says(
			"14:32:11 PAID KES 500, M-PESA code SKN4T7W2QX: hand over the goods.",
			"Amount:",
		)
		a = sessiontest.Paid(a, "SKN4T7W2QX")
		a.Events, a.Facts = a.Events+1, a.Facts|pos.QueryPaid
		c.tell(a, pos.EventQueried) // the second witness is no news
		c.types("KES 1,500", "0110123456")
		c.says("KES 1,500", "Phone:", "0110 123 456, Safaricom.", "Ref (Enter for none):")
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
			"Ref (Enter kama hakuna):",
			"Inaomba 0733 123 456 ilipe KES 450 …",
		)
		a := sessiontest.Accepted(c.p.session.Front.Attempt)
		c.tell(a, pos.EventPushed)
		c.says(
			"14:32:00 INASUBIRI PIN: mwambie mteja aweke PIN kwenye simu. Usitoe bidhaa bado.",
			"Enter: uliza sasa. acha: acha kusubiri.",
		)
		c.tell(sessiontest.Paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
		c.says("14:32:00 IMELIPWA KES 450, MAZOEZI, code ya M-PESA SKN4T7W2QX: mpe mteja bidhaa.", "Kiasi:")
		c.types("language")
		c.says("English.", "Amount:")
		c.types("lugha")
		c.says("Kiswahili.", "Kiasi:")
	}, inKiswahili, inTraining)
}

// TestPlainRefusals: what cannot be asked is refused with its reason before anything is sent, and
// asked again.
func TestPlainRefusals(t *testing.T) {
	inSale(t, func(c *talk) {
		for _, tc := range []struct{ typed, says string }{
			{"0", "The amount must be at least KES 1."},
			{"12.50", "12.50 is not whole shillings. Press Enter for KES 13."},
			{"100/3", "33.33… is not whole shillings. Press Enter for KES 33."},
			{"250001", "M-PESA takes at most KES 250,000 in one payment."},
			{"0712345678", "M-PESA takes at most KES 250,000 in one payment."},
			{"1,50", "That is not an amount: use digits, as in 450 or 3*150+50. help: what you can type."},
			{"stop", "That is not an amount: use digits, as in 450 or 3*150+50. help: what you can type."},
			{strings.Repeat("1+", 40) + "1", "That is not an amount: use digits, as in 450 or 3*150+50. help: what you can type."},
			{"450 \x1b[A", "That is not an amount: use digits, as in 450 or 3*150+50. help: what you can type."},
			{"450…", "That is not an amount: use digits, as in 450 or 3*150+50. help: what you can type."},
			{"phones", "That is not an amount: use digits, as in 450 or 3*150+50. help: what you can type."}, // of practice alone
			{"450+", "The sum is not finished: type what comes next, or delete its end."},
		} {
			c.types(tc.typed)
			c.says(tc.says, "Amount:")
		}
		c.types("", "new", "3*12.50", "", "new", "450/=")
		c.says("Amount:", "Amount:", "37.50 is not whole shillings. Press Enter for KES 38.", "Amount:", "3*12.50 = KES 38", "Phone:", "Amount:", "KES 450", "Phone:")
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
			"Ref (Enter for none):",
			"A Ref has at most 12 letters, digits, blanks and dashes.",
			"Ref (Enter for none):",
			"A Ref has at most 12 letters, digits, blanks and dashes.",
			"Ref (Enter for none):",
		)
		if len(c.till.Charges) != 0 {
			t.Fatalf("asked for %+v", c.till.Charges)
		}
		c.types("quit now", "") // a reference that begins like a command
		if got := c.till.Charges; len(got) != 1 || got[0].Reference != "quit now" {
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
			"Not the same: you typed KES 25,000 first. Type it again.", "Amount again:",
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
			"KES 45", "Phone:", "Amount:", "KES 450", "Phone:", "0712 345 678, Safaricom.", "Ref (Enter for none):",
			"Phone:", "0722 000 000, Safaricom.", "Ref (Enter for none):",
			"back. new: next sale.",
			"ledger [day]: a day's payments, newest first.",
			"find TEXT: an M-PESA code, the last digits of a phone, an amount or a Ref.",
			"more: the next of a list.",
			"settle: what is to settle: not finished, does not match, refund due; by number.",
			"check N: ask M-PESA about number N now.",
			"code [N] CODE: note the M-PESA code from the customer's SMS, for number N or the last payment.",
			"done N [1|2]: note that number N is refunded, or settled by hand; 1 two sales, 2 refunded.",
			"today: what today came to.",
			"month [day]: the month's days and their totals.",
			"lugha: Kiswahili.",
			"help: this list.",
			"off: switch Kaunta off; so does Ctrl-D.",
			"Ref (Enter for none):",
		)
		c.types("today", "new", "45", "0712345678", "+")
		c.says(
			"TODAY: KES 0, 0 paid, 0 not paid.", "Ref (Enter for none):",
			"Amount:", "KES 45", "Phone:", "0712 345 678, Safaricom.", "Ref (Enter for none):", "Amount:",
		)
		if len(c.till.Charges) != 0 {
			t.Errorf("asked for %+v", c.till.Charges)
		}
	})
}

// TestPlainCancelled asks again, but not for an Enter that was meant for the line before.
func TestPlainCancelled(t *testing.T) {
	inSale(t, func(c *talk) {
		a := c.sell("450", phoneA)
		c.tell(sessiontest.Refused(a, "1032", "Request Cancelled by user."), pos.EventCalledBack)
		choices := "Enter: ask again. number: other number. new: next sale."
		c.says("14:32:00 NOT PAID KES 450: Cancelled on the phone, or not answered in time. No money came in. Keep the goods. Speak with the customer, then ask again.", choices)
		c.types("")
		c.says("Too quick: nothing was sent.", choices)
		c.types("300")
		c.says("Finish this payment first.", choices)
		c.pass(time.Second)
		c.types("")
		c.says("Asking 0712 345 678 for KES 450 …")
		if got := c.till.Charges; len(got) != 2 || got[1].Sale != a.Sale || got[1].Amount != 450 || got[1].Phone != a.Phone {
			t.Fatalf("asked for %+v", got)
		}
		b := sessiontest.Accepted(c.p.session.Front.Attempt)
		c.tell(b, pos.EventPushed)
		c.tell(sessiontest.Refused(b, "1032", ""), pos.EventCalledBack)
		c.all()
		c.types("tena") // the word can mean nothing else, in whatever language
		c.says("Asking 0712 345 678 for KES 450 …")
		c.tell(sessiontest.Refused(sessiontest.Accepted(c.p.session.Front.Attempt), "1", "low"), pos.EventCalledBack)
		c.all()
		c.types("new")
		c.says("Amount:")
	})
}

// TestPlainOtherNumber asks another phone for the same sale, whose amount and reference stand.
func TestPlainOtherNumber(t *testing.T) {
	inSale(t, func(c *talk) {
		c.types("450", phoneA, "INV 7")
		a := sessiontest.Accepted(c.p.session.Front.Attempt)
		c.update(pos.Update{Attempt: sessiontest.Refused(a, "2001", "wrong"), Event: pos.EventCalledBack, Changed: true, WrongPINs: 3})
		if said := c.all(); !strings.Contains(said, "Three wrong PINs: use another number, or take cash.") {
			t.Errorf("said %s", said)
		}
		c.types("number", "0722000000")
		c.says("The same sale, with another number.", "Phone:", "0722 000 000, Safaricom.", "Asking 0722 000 000 for KES 450 …")
		want := pos.Request{Sale: a.Sale, Phone: "254722000000", Amount: 450, Reference: "INV 7"}
		if got := c.till.Charges; len(got) != 2 || got[1] != want {
			t.Errorf("asked for %+v", got)
		}
	})
}

// TestPlainWaiting: what is known at every half minute, and what Enter brings.
func TestPlainWaiting(t *testing.T) {
	inSale(t, func(c *talk) {
		a := c.sell("450", phoneA)
		c.till.OnCheck = func(pos.AttemptID) (time.Time, error) { return c.now().Add(7 * time.Second), nil }
		c.pass(10 * time.Second)
		c.types("")
		c.says("Asking M-PESA at 14:32:17.")
		c.pass(7 * time.Second)
		a.Events++
		c.update(pos.Update{Attempt: a, Event: pos.EventQueried, NextCheck: sessiontest.Noon.Add(40 * time.Second)})
		c.says("14:32:17 M-PESA says nothing new; still waiting, 0:17; next check at 14:32:40.")
		a.Events++
		c.update(pos.Update{Attempt: a, Event: pos.EventQueried, NextCheck: sessiontest.Noon.Add(40 * time.Second)}) // by the plan: nobody asked
		c.pass(13 * time.Second)
		c.says("14:32:30 still waiting, 0:30; next check at 14:32:40.")
		c.pass(30 * time.Second)
		c.says("14:33:00 still waiting, 1:00.")
		c.types("what?")
		c.says("Finish this payment first.", "Enter: check now. stop: stop waiting.")
		c.till.OnCheck = func(pos.AttemptID) (time.Time, error) { return time.Time{}, pos.ErrNothingToAsk }
		c.types("check")
		c.says("M-PESA cannot be asked about this one: wait for its message. If none comes, look at M-PESA's statement.")
		c.types("today")
		c.says("TODAY: KES 0, 0 paid, 0 not paid, checking 1 (KES 450).")
		c.pass(2 * time.Minute)
		c.tell(sessiontest.Unclear(a), pos.EventGaveUp)
		c.says(
			"14:33:30 still waiting, 1:30.",
			"14:34:00 still waiting, 2:00.",
			"14:34:30 still waiting, 2:30.",
			"14:35:00 STILL CHECKING KES 450: money may have left the customer. Keep the goods.",
			"You can ask again. The customer may then pay twice.",
			"Enter: check now. again: ask again. new: next sale.",
		)
		c.pass(5 * time.Minute)
		if said := c.all(); said != "" {
			t.Errorf("said %s", said)
		}
		if len(c.till.Charges) != 1 || len(c.till.Checks) != 2 {
			t.Errorf("charged %d times, checked %d times", len(c.till.Charges), len(c.till.Checks))
		}
	})
}

// TestPlainNoMotion: nothing is said by itself, and times of day stand for lengths of time.
func TestPlainNoMotion(t *testing.T) {
	inSale(t, func(c *talk) {
		a := sessiontest.Unclear(c.sell("450", phoneA))
		c.pass(70 * time.Second)
		c.types("stop")
		c.tell(a, pos.EventStopped)
		c.says(
			"14:33:10 STILL CHECKING KES 450: the customer can still pay. Keep the goods and wait until 14:34:00.",
			"Enter: check now. new: next sale.",
		)
	}, func(_ *talk, cfg *session.Config, _ *tty) { cfg.NoMotion = true })
}

// TestPlainLock: a phone is not asked twice within its two minutes, and afterwards only by a
// cashier who knows what it means.
func TestPlainLock(t *testing.T) {
	inSale(t, func(c *talk) {
		a := c.sell("450", phoneA)
		c.pass(40 * time.Second)
		c.all()
		c.types("stop")
		c.tell(sessiontest.Unclear(a), pos.EventStopped)
		c.says(
			"14:32:40 STILL CHECKING KES 450: the customer can still pay. Keep the goods and wait 1:20.",
			"Enter: check now. new: next sale.",
		)
		c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
			e := &pos.OpenError{Earlier: sessiontest.Unclear(a), Left: a.AskedAt.Add(pos.PhoneLock).Sub(c.now())}
			if r.MayPayTwice && !e.Locked() {
				return c.attempt(r), nil
			}
			return pos.Attempt{}, e
		}
		c.types("again", "anyway")
		c.says(
			"14:32:40 NOT SENT: An earlier request of KES 450 to 0712 ••• 678 has no answer yet: keep the goods and wait 1:20.",
			"Enter: check now. back. new: next sale.",
			"Finish this payment first.",
			"Enter: check now. back. new: next sale.",
		)
		c.types("back")
		c.says("Enter: check now. new: next sale.")
		c.types("again", "")
		if len(c.till.Checks) != 1 || c.till.Checks[0] != a.ID {
			t.Errorf("checked %v", c.till.Checks)
		}
		c.all()
		c.pass(80 * time.Second)
		c.says(
			"14:34:00 MAY PAY TWICE: An earlier request of KES 450 to 0712 ••• 678 has no answer yet: if you ask again, the customer may pay twice.",
			"Enter: check now. anyway: ask anyway. back. new: next sale.",
		)
		c.types("2")
		c.says("Asking 0712 345 678 for KES 450 …")
		if got := c.till.Charges; !got[len(got)-1].MayPayTwice || got[len(got)-1].Sale != a.Sale {
			t.Errorf("asked for %+v", got[len(got)-1])
		}
		// The first is paid after all while the second is asked.
		late := sessiontest.Paid(sessiontest.Unclear(a), "SKN4T7W2QX")
		late.Notices = pos.PaidLate
		c.tell(late, pos.EventCalledBack)
		c.says("14:34:00 PAID LATE KES 450, 0712 ••• 678, M-PESA code SKN4T7W2QX: hand over the goods. It came after Kaunta stopped waiting.",
			"An earlier request is PAID. The customer must not pay this one.")
	})
}

// TestPlainNothingToAskYet: a check is offered when M-PESA has given something to ask with.
func TestPlainNothingToAskYet(t *testing.T) {
	inSale(t, func(c *talk) {
		c.types("450", phoneA, "")
		a := c.p.session.Front.Attempt
		c.all()
		c.types("")
		c.says("Finish this payment first.", "stop: stop waiting.")
		c.tell(sessiontest.Accepted(a), pos.EventPushed)
		c.says("14:32:00 WAITING FOR PIN: ask the customer to enter the PIN. Keep the goods.", "Enter: check now. stop: stop waiting.")
		c.types("")
		if len(c.till.Checks) != 1 {
			t.Errorf("checked %v", c.till.Checks)
		}
	})
}

// TestPlainInTheWay: the earlier request ends while the cashier waits for it to.
func TestPlainInTheWay(t *testing.T) {
	t.Run("its own", func(t *testing.T) {
		inSale(t, func(c *talk) {
			a := c.sell("450", phoneA)
			c.types("stop")
			c.tell(sessiontest.Unclear(a), pos.EventStopped)
			c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
				return pos.Attempt{}, &pos.OpenError{Earlier: sessiontest.Unclear(a), Left: a.AskedAt.Add(pos.PhoneLock).Sub(c.now())}
			}
			c.types("again")
			c.all()
			late := sessiontest.Paid(sessiontest.Unclear(a), "SKN4T7W2QX")
			late.Notices = pos.PaidLate
			c.tell(late, pos.EventCalledBack)
			c.says(
				"14:32:00 PAID LATE KES 450, 0712 ••• 678, M-PESA code SKN4T7W2QX: hand over the goods. It came after Kaunta stopped waiting.",
				"Amount:",
			)
		})
	})
	t.Run("after a refusal", func(t *testing.T) {
		inSale(t, func(c *talk) {
			earlier := sessiontest.Unclear(sessiontest.Accepted(c.attempt(pos.Request{Phone: "254712345678", Amount: 200})))
			c.tell(sessiontest.Refused(c.sell("450", phoneA), "1032", ""), pos.EventCalledBack)
			c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
				return pos.Attempt{}, &pos.OpenError{Earlier: earlier, Left: time.Minute}
			}
			c.pass(time.Second)
			c.types("", "")
			c.tell(sessiontest.Refused(earlier, "1032", ""), pos.EventQueried)
			c.types("") // meant for the one in the way
			if said := c.all(); !strings.Contains(said, "Too quick: nothing was sent.") || len(c.till.Charges) != 2 || len(c.till.Checks) != 1 {
				t.Errorf("charged %d times, checked %d times: %s", len(c.till.Charges), len(c.till.Checks), said)
			}
		})
	})
	t.Run("another sale's", func(t *testing.T) {
		inSale(t, func(c *talk) {
			earlier := sessiontest.Unclear(c.attempt(pos.Request{Phone: "254712345678", Amount: 200}))
			c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
				return pos.Attempt{}, &pos.OpenError{Earlier: earlier, Left: time.Minute}
			}
			c.types("450", phoneA, "")
			c.all()
			c.tell(sessiontest.Refused(earlier, "1032", ""), pos.EventQueried)
			c.says(
				"14:32:00 NOT PAID KES 200, 0712 ••• 678: Cancelled on the phone, or not answered in time. No money came in. Keep the goods. Speak with the customer, then ask again.",
				"Phone:",
			)
			c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) { return c.attempt(r), nil }
			c.types(phoneA, "")
			c.says("0712 345 678, Safaricom.", "Ref (Enter for none):", "Asking 0712 345 678 for KES 450 …")
		})
	})
}

// TestPlainARunOfEnters: an Enter that was meant for the line before asks nobody again, nor do
// those that follow it at once.
func TestPlainARunOfEnters(t *testing.T) {
	inTalk(t, func(c *talk) {
		c.types("450", "0712345678", "")
		a := sessiontest.Accepted(c.p.session.Front.Attempt)
		c.tell(a, pos.EventPushed)
		c.pass(5 * time.Second)
		c.tell(sessiontest.Refused(a, "1032", "Request Cancelled by user."), pos.EventCalledBack)
		for range 4 {
			c.pass(400 * time.Millisecond)
			c.types("")
		}
		if n := len(c.till.Charges); n != 1 {
			t.Errorf("%d pushes", n)
		}
	})
}

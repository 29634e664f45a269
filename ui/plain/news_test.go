package plain

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/ui/session"
	"kaunta/ui/session/sessiontest"
	"kaunta/ui/text"
)

// TestPlainNotices: what happens elsewhere is said at once, and what is being asked is asked again.
func TestPlainNotices(t *testing.T) {
	for _, tc := range []struct {
		name string
		news func(pos.Attempt) pos.Attempt
		says []string
	}{
		{"late", func(a pos.Attempt) pos.Attempt {
			a = sessiontest.Paid(a, "SKN4T7W2QX")
			a.Notices = pos.PaidLate
			return a
		}, []string{"14:32:00 PAID LATE KES 450, 0712 ••• 678, M-PESA code SKN4T7W2QX: hand over the goods. It came after Kaunta stopped waiting."}},
		{"twice", func(a pos.Attempt) pos.Attempt {
			a = sessiontest.Paid(a, "SKN4T7W2QX")
			a.Notices = pos.PaidTwice | pos.PaidLate
			return a
		}, []string{"14:32:00 PAID TWICE KES 450, 0712 ••• 678, M-PESA code SKN4T7W2QX: This sale was paid already. Give no more goods. Refund this money."}},
		{"does not match", func(a pos.Attempt) pos.Attempt {
			a.Notices, a.Events = pos.DoesNotMatch, a.Events+1
			return a
		}, []string{"14:32:00 DOES NOT MATCH KES 450, 0712 ••• 678: What M-PESA reports does not match this request. Call the owner."}},
		{"witnesses disagree", func(a pos.Attempt) pos.Attempt {
			a = sessiontest.Paid(a, "SKN4T7W2QX")
			a.Notices = pos.Disagree | pos.PaidLate
			return a
		}, []string{
			"14:32:00 PAID LATE KES 450, 0712 ••• 678, M-PESA code SKN4T7W2QX: hand over the goods. It came after Kaunta stopped waiting.",
			"14:32:00 TWO ANSWERS KES 450, 0712 ••• 678, M-PESA code SKN4T7W2QX: M-PESA has given two different answers. Call the owner.",
		}},
		{"not paid after all", func(a pos.Attempt) pos.Attempt { return sessiontest.Refused(a, "1032", "") },
			[]string{"14:32:00 NOT PAID KES 450, 0712 ••• 678: Cancelled on the phone, or not answered in time. No money came in. Keep the goods. Speak with the customer, then ask again."}},
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
				c.says("0722 000 000, Safaricom.", "Ref (Enter for none):")
			})
		})
	}
}

// TestPlainDoesNotMatch: the payment in front is held, and the owner is to be told.
func TestPlainDoesNotMatch(t *testing.T) {
	inSale(t, func(c *talk) {
		a := sessiontest.Unclear(c.sell("450", phoneA))
		a.Notices, a.Facts = pos.DoesNotMatch, a.Facts|pos.Held
		c.tell(a, pos.EventCalledBack)
		c.says(
			"14:32:00 STILL CHECKING KES 450: money may have left the customer. Keep the goods and call the owner.",
			"14:32:00 DOES NOT MATCH KES 450, 0712 ••• 678: What M-PESA reports does not match this request. Call the owner.",
			"Enter: check now. new: next sale.",
		)
	})
}

// TestPlainUnclearEnd says M-PESA's code and what it means where there is one.
func TestPlainUnclearEnd(t *testing.T) {
	inSale(t, func(c *talk) {
		a := sessiontest.Unclear(c.sell("450", phoneA))
		a.Cause = pos.Cause{Endpoint: "callback", Verdict: "unknown", ResultCode: "9999", ResultDesc: "\x1b[31mno clear end"}
		c.pass(2 * time.Minute)
		c.all()
		c.tell(a, pos.EventCalledBack)
		said := c.all()
		if !strings.Contains(said, "\nM-PESA answer 9999: ") || strings.Contains(said, "\x1b") || strings.Contains(said, "possible in") {
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
		c.says("14:32:00 PAID KES 450, TRAINING, M-PESA code to follow: hand over the goods.", "Amount:")
		c.tell(sessiontest.Paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
		c.says("14:32:00 M-PESA CODE SKN4T7W2QX: KES 450, 0712 ••• 678.", "Amount:")

		a = c.stopped("60", phoneB) // the same of one that is not in front
		a.State, a.Events, a.Facts = pos.Paid, 5, pos.QueryPaid
		c.tell(a, pos.EventQueried)
		c.tell(sessiontest.Paid(a, "SKN5T7W2QX"), pos.EventCalledBack)
		if said := c.all(); !strings.HasSuffix(said, "14:32:00 M-PESA CODE SKN5T7W2QX: KES 60, 0712 ••• 601.\nAmount:\n") {
			t.Errorf("said %s", said)
		}
	}, inTraining)
}

// TestPlainNoReceiptCode: where none comes, the customer's can be typed for the last payment
// without looking for its number.
func TestPlainNoReceiptCode(t *testing.T) {
	inSale(t, func(c *talk) {
		c.till.Known = c.book.Attempt
		a := sessiontest.QueriesOnly(sessiontest.Accepted(c.sell("450", phoneA)))
		c.book.Put(a)
		c.all()
		c.tell(a, pos.EventQueried)
		c.says(
			"14:32:00 PAID KES 450, TRAINING, M-PESA code only in customer's SMS: hand over the goods.",
			"code CODE: note the M-PESA code from the customer's SMS.",
			"Amount:",
		)
		c.types("code SKN4T7W2QX")
		c.says("SKN4T7W2QX is noted as the customer's word, not as M-PESA's.", "Amount:")
		c.types("code 1 SKN4T7W2QX")
		c.says("No number 1 in the list. settle: names them.", "Amount:")
		if got := c.till.Codes; len(got) != 1 || got[0] != "SKN4T7W2QX" {
			t.Errorf("typed %q", got)
		}
	}, inTraining)
}

// TestPlainAnotherSession makes no noise here.
func TestPlainAnotherSession(t *testing.T) {
	inSale(t, func(c *talk) {
		a := c.attempt(pos.Request{Phone: "254722000000", Amount: 450})
		c.tell(a, pos.EventAsked)
		c.tell(sessiontest.Accepted(a), pos.EventPushed)
		c.tell(sessiontest.Paid(sessiontest.Accepted(a), "SKN4T7W2QX"), pos.EventCalledBack)
		if said := c.all(); said != "" {
			t.Errorf("said %s", said)
		}
	})
}

// TestPlainOpen lists what is open and owed back, asks about one and notes a typed code as what it
// is.
func TestPlainOpen(t *testing.T) {
	inSale(t, func(c *talk) {
		c.types("check 1", "settle")
		c.says(
			"No number 1 in the list. settle: names them.", "Amount:",
			"Nothing to settle.", "Amount:",
		)
		a := c.stopped("450", phoneA)
		owed := sessiontest.Paid(c.attempt(pos.Request{Phone: "254722000000", Amount: 60}), "SKN5T7W2QX")
		owed.Notices = pos.PaidTwice
		c.book.Put(owed)
		c.till.OnCheck = func(pos.AttemptID) (time.Time, error) { return c.now().Add(8 * time.Second), nil }
		c.types("settle", "check", "check 3", "check 2", "code 2 SKN", "code 2 SKN4T7W2QX")
		c.says(
			"1. 14:32 PAID TWICE KES 60, 0722 ••• 000, M-PESA code SKN5T7W2QX, refund due.",
			"2. 14:32 STILL CHECKING KES 450, 0712 ••• 678; next check at 14:32:15.",
			"Amount:",
			"Which one? Give its number in the list.", "Amount:",
			"No number 3 in the list. settle: names them.", "Amount:",
			"Asking M-PESA at 14:32:08.", "Amount:",
			"An M-PESA code has ten letters and digits: copy it from the customer's SMS.", "Amount:",
			"SKN4T7W2QX is noted. It is not proof. Keep the goods until the screen says PAID.", "Amount:",
		)
		if len(c.till.Checks) != 1 || c.till.Checks[0] != a.ID {
			t.Errorf("checked %v", c.till.Checks)
		}
		a.Events++
		c.tell(a, pos.EventQueried)
		c.says("14:32:00 STILL CHECKING KES 450, 0712 ••• 678: M-PESA says nothing new.", "Amount:")

		c.types("done 1")
		c.says("Noted: KES 60 refunded.", "Amount:")
		owed.Notices |= pos.Refunded
		owed.Events++
		c.tell(owed, pos.EventRefunded) // which is no news
		c.types("find 60")
		c.says("14:32 PAID TWICE KES 60, 0722 ••• 000, M-PESA code SKN5T7W2QX, refunded.", "Amount:")
	})
}

// TestPlainResumed names what was open when the till stopped, and says what becomes of it.
func TestPlainResumed(t *testing.T) {
	var first, second pos.Attempt
	inTalk(t, func(c *talk) {
		c.says(
			"LIVE, DUKA LA MAMA, till 174379, Monday 23 November, 14:32.",
			"help: what you can type.",
			"14:32:00 2 payments were not finished when Kaunta stopped. Asking M-PESA.",
			"1. 14:32 WAITING FOR PIN KES 200, 0722 ••• 000.",
			"2. 14:32 STILL CHECKING KES 450, 0712 ••• 678.",
			"Amount:",
		)
		c.tell(sessiontest.Paid(first, "SKN4T7W2QX"), pos.EventQueried)
		c.says("14:32:00 PAID KES 450, 0712 ••• 678, M-PESA code SKN4T7W2QX: hand over the goods.", "Amount:")
		c.tell(sessiontest.Refused(second, "1037", ""), pos.EventQueried)
		if said := c.all(); !strings.HasPrefix(said, "14:32:00 NOT PAID KES 200, 0722 ••• 000: ") {
			t.Errorf("said %s", said)
		}
	}, func(c *talk, cfg *session.Config, _ *tty) {
		first = sessiontest.Unclear(c.attempt(pos.Request{Phone: "254712345678", Amount: 450}))
		second = sessiontest.Accepted(c.attempt(pos.Request{Phone: "254722000000", Amount: 200}))
		c.book.Put(first)
		c.book.Put(second)
		cfg.Resumed = []pos.Attempt{first, second}
	})
}

// TestPlainLedger reads a day, a search and a month a few rows at a time.
func TestPlainLedger(t *testing.T) {
	inSale(t, func(c *talk) {
		for i := range 12 {
			c.book.Put(sessiontest.Paid(pos.Attempt{
				ID: pos.AttemptID(fmt.Sprintf("row-%02d", i)), AskedAt: sessiontest.Noon.Add(time.Duration(i-20) * time.Minute), Events: 2,
				Asked: pos.Asked{Phone: "254712345678", Amount: pos.Shillings(100 + i), Reference: "INV 7"},
			}, fmt.Sprintf("SKN4T7W2%02d", i)))
		}
		c.book.Put(sessiontest.Refused(pos.Attempt{
			ID: "row-12", AskedAt: sessiontest.Noon.AddDate(0, 0, -1), Events: 2, Asked: pos.Asked{Phone: "254722000000", Amount: 60},
		}, "1032", ""))
		c.types("ledger")
		said := c.all()
		if n := strings.Count(said, "\n"); n != 1+rowsAtOnce+2 {
			t.Errorf("%d lines: %s", n, said)
		}
		for _, want := range []string{
			"Monday 23 November, TRAINING: KES 1,266, 12 paid, 0 not paid.\n",
			"14:23 PAID KES 111, TRAINING, 0712 ••• 678, M-PESA code SKN4T7W211, Ref INV 7.\n",
			"more: the next.\n",
		} {
			if !strings.Contains(said, want) {
				t.Errorf("not said: %q in %s", want, said)
			}
		}
		c.types("more", "more")
		c.says(
			"14:13 PAID KES 101, TRAINING, 0712 ••• 678, M-PESA code SKN4T7W201, Ref INV 7.",
			"14:12 PAID KES 100, TRAINING, 0712 ••• 678, M-PESA code SKN4T7W200, Ref INV 7.",
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
			"Type a day as 23, 23.11 or 23.11.2026.",
			"Amount:",
		)
		c.types("find skn4t7w205", "find 999", "find", "TAFUTA 678")
		said = c.all()
		if want := "14:17 PAID KES 105, TRAINING, 0712 ••• 678, M-PESA code SKN4T7W205, Ref INV 7.\nAmount:\nNothing found.\nAmount:\n" +
			"Find: An M-PESA code, the last digits of a phone, an amount or a Ref.\nAmount:\n14:23 PAID KES 111"; !strings.HasPrefix(said, want) {
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
		c.book.Damaged = errors.New("one is damaged")
		c.types("ledger", "more", "more", "find 678")
		said = c.all()
		if strings.Count(said, "cannot be read: one is damaged\n") != 4 || strings.Count(said, " PAID KES 100,") != 1 || strings.Count(said, " PAID KES 111,") != 2 {
			t.Errorf("said %s", said)
		}
		c.book.Err, c.book.Damaged, c.book.Rows = errors.New("the disk is gone"), nil, nil
		c.types("ledger", "find 678", "settle", "month", "today")
		said = c.all()
		if strings.Count(said, "LEDGER: cannot be read: the disk is gone\nAmount:\n") != 5 {
			t.Errorf("said %s", said)
		}
	}, inTraining)
}

// TestPlainElsewhere: a network that wants a login is no M-PESA that refuses.
func TestPlainElsewhere(t *testing.T) {
	inSale(t, func(c *talk) {
		c.falls(pos.Health{Refusing: "unknown", Unreached: true, Elsewhere: true, Since: c.now()}, true)
		c.pass(time.Minute)
		c.says("14:32:10 something else answers in M-PESA's place since 14:32: this network may want a login.", "Amount:")
	})
}

// TestPlainHealth says what is not as it should be when that begins and when it ends, and not in
// between.
func TestPlainHealth(t *testing.T) {
	full := errors.New("the disk is full: make room and start the till again")
	inSale(t, func(c *talk) {
		c.falls(pos.Health{Refusing: "rate_limited", Since: c.now()}, true)
		c.pass(time.Minute)
		c.says("14:32:10 M-PESA refusing since 14:32: asked too often.", "Amount:")
		c.falls(pos.Health{}, false)
		c.pass(time.Minute)
		c.says("14:33:10 M-PESA answers again.", "14:33:10 M-PESA'S MESSAGES DO NOT ARRIVE: results come 10 to 30 s late.", "Amount:")
		c.falls(pos.Health{Ledger: full}, true)
		c.pass(time.Minute)
		c.says(
			"14:34:10 LEDGER: the disk is full: make room and start the till again",
			"14:34:10 M-PESA's messages arrive again.",
			"Amount:",
		)
		c.till.OnCharge = func(pos.Request) (pos.Attempt, error) { return pos.Attempt{}, full }
		c.types("450", phoneA, "")
		c.says(
			"KES 450", "Phone:", "0712 345 678, Safaricom.", "Ref (Enter for none):",
			"14:35:00 NOT SENT: the disk is full: make room and start the till again",
			"Enter: ask again. number: other number. new: next sale.",
		)
		c.pass(time.Second)
		c.till.OnCharge = func(r pos.Request) (pos.Attempt, error) { return c.attempt(r), nil }
		c.types("")
		c.says("Asking 0712 345 678 for KES 450 …")
	})
}

// TestPlainLeaving names what is still open, however the cashier leaves.
func TestPlainLeaving(t *testing.T) {
	for name, leave := range map[string]func(*talk){
		"quit":         func(c *talk) { c.types("off") },
		"zima":         func(c *talk) { c.types("ZIMA") },
		"as elsewhere": func(c *talk) { c.types("quit") },
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
					"1 payment is not finished. Kaunta goes on with it when it starts again.",
					"14:32 WAITING FOR PIN KES 450, 0712 ••• 678.",
					"Kaunta is switched off.",
				)
			})
		})
	}
}

// TestPlainAtATerminal: what is typed stands behind the prompt, news interrupts it, and the bell
// rings.
func TestPlainAtATerminal(t *testing.T) {
	inTalk(t, func(c *talk) {
		if said := c.all(); !strings.HasSuffix(said, "\nAmount: ") {
			t.Errorf("said %q", said)
		}
		a := c.sell("450", phoneA)
		c.tell(sessiontest.Paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
		if said := c.all(); said != "14:32:00 PAID KES 450, M-PESA code SKN4T7W2QX: hand over the goods.\n\aAmount: " {
			t.Errorf("said %q", said)
		}
		c.pass(time.Second)
		a.Notices, a.State, a.Events = pos.Disagree, pos.Paid, 9
		c.tell(a, pos.EventQueried)
		said := c.all()
		if !strings.HasPrefix(said, "\n14:32:01 TWO ANSWERS KES 450") || !strings.HasSuffix(said, "\n\aGo on. Amount: ") {
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

// TestPlainInterrupted: the terminal has shown ^C, and the last words begin a line of their own.
func TestPlainInterrupted(t *testing.T) {
	inSale(t, func(c *talk) {
		c.sell("450", phoneA)
		c.end()
		<-c.done
		if said := c.all(); !strings.HasPrefix(said, "\n1 payment is not finished.") {
			t.Errorf("said %q", said)
		}
	}, atTerminal)
}

// TestPlainBells rings once for good news and twice for what must be looked into, and not for the
// cashier's own act.
func TestPlainBells(t *testing.T) {
	for _, tc := range []struct {
		name string
		play func(*talk, pos.Attempt)
		want int
	}{
		{"waiting", func(*talk, pos.Attempt) {}, 0},
		{"paid", func(c *talk, a pos.Attempt) { c.tell(sessiontest.Paid(a, "SKN4T7W2QX"), pos.EventCalledBack) }, 1},
		{"not paid", func(c *talk, a pos.Attempt) { c.tell(sessiontest.Refused(a, "1", ""), pos.EventCalledBack) }, 2},
		{"gave up", func(c *talk, a pos.Attempt) { c.tell(sessiontest.Unclear(a), pos.EventGaveUp) }, 2},
		{"stopped by the cashier", func(c *talk, a pos.Attempt) {
			c.types("stop")
			c.tell(sessiontest.Unclear(a), pos.EventStopped)
		}, 0},
		{"late", func(c *talk, a pos.Attempt) {
			c.types("stop")
			a = sessiontest.Unclear(a)
			c.tell(a, pos.EventStopped)
			a = sessiontest.Paid(a, "SKN4T7W2QX")
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
	b := sessiontest.Accepted(c.p.session.Front.Attempt)
	c.tell(b, pos.EventPushed)
	c.pass(31 * time.Second)
	c.tell(sessiontest.Refused(b, "1032", "Request Cancelled by user."), pos.EventCalledBack)
	c.types("new", "simu")
	a = sessiontest.Paid(a, "SKN4T7W2QX")
	a.Notices = pos.PaidLate | pos.Disagree
	c.tell(a, pos.EventCalledBack)
	c.falls(pos.Health{Refusing: "blocked", Since: c.now()}, true)
	c.pass(30 * time.Second)
	c.types("ledger", "find 678", "settle", "month", "nonsense", "450", "0203341234", phoneA, "a;b", "")
	c.tell(sessiontest.Unclear(sessiontest.Accepted(c.p.session.Front.Attempt)), pos.EventGaveUp)
	c.types("off")
	return c.all()
}

// TestPlainNarrow: no line is longer than the terminal, and what goes on is set in.
func TestPlainNarrow(t *testing.T) {
	for _, lang := range []text.Language{text.English, text.Kiswahili} {
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
		}, inTraining, func(_ *talk, cfg *session.Config, behind *tty) {
			cfg.Language, cfg.Endings = lang, text.PracticeEndings()
			behind.width = func() int { return 40 }
		})
	}
}

// TestPlainASCII: nothing else, also where the locale says so.
func TestPlainASCII(t *testing.T) {
	for name, change := range map[string]func(*talk, *session.Config, *tty){
		"--ascii": func(_ *talk, cfg *session.Config, _ *tty) { cfg.ASCII = true },
		"locale":  func(_ *talk, cfg *session.Config, _ *tty) { cfg.Environ = []string{"LANG=C"} },
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

// TestPlainCodesAreFew: where only queries come, no receipt code ever does, and what waits for one
// does not grow with the sales. A code that comes soon is told.
func TestPlainCodesAreFew(t *testing.T) {
	var out strings.Builder
	p := newConversation(t.Context(), session.Config{
		Shop: "DUKA", Mode: session.Training, Till: &sessiontest.Till{}, Book: &sessiontest.Book{}, Now: func() time.Time { return sessiontest.Noon }, Output: &out,
	}, tty{width: func() int { return 0 }})
	attempt := func(n int) pos.Attempt {
		return pos.Attempt{
			ID: pos.AttemptID(fmt.Sprintf("01K%023d", n)), AskedAt: sessiontest.Noon, State: pos.Paid, Events: 3,
			Asked: pos.Asked{Sale: "sale", Phone: phoneA, Amount: 450, Reachable: true},
		}
	}
	const sales = 20 * mostCodes
	for n := range sales {
		a := attempt(n)
		p.session.Follow(a) // as STILL CHECKING is
		p.learn(pos.Update{Attempt: a, Event: pos.EventQueried, Changed: true})
		if len(p.codes) > mostCodes {
			t.Fatalf("%d sales wait for a code after %d", len(p.codes), n+1)
		}
	}
	if len(p.codes) != mostCodes {
		t.Errorf("%d sales wait for a code", len(p.codes))
	}
	out.Reset()
	a := attempt(sales - 1)
	a.Receipt, a.Events = "SKN4T7W2QX", 4
	p.learn(pos.Update{Attempt: a, Event: pos.EventCalledBack, Changed: true})
	if !strings.Contains(out.String(), "M-PESA CODE SKN4T7W2QX") {
		t.Errorf("a code that comes is not told: %q", out.String())
	}
}

// TestPlainReady: while no new payment is taken the till says why, and when it is over says so.
func TestPlainReady(t *testing.T) {
	inSale(t, func(c *talk) {
		c.falls(pos.Health{Ledger: store.ErrMoved}, true)
		c.pass(time.Minute)
		c.says("14:32:10 LEDGER: The ledger's file is not at its place: no new payments. Call the owner.", "Amount:")
		c.falls(pos.Health{Clock: &pos.ClockError{Says: time.Unix(0, 0), Last: c.now()}}, true)
		c.pass(time.Minute)
		c.says("14:33:10 CLOCK: The clock says 1 Jan 1970, the ledger 23 Nov 2026: set it. No new payments.", "Amount:")
		c.falls(pos.Health{}, true)
		c.pass(time.Minute)
		c.says("14:34:10 New payments are taken again.", "Amount:")
		c.falls(pos.Health{Clock: &pos.ClockError{Says: c.now().AddDate(12, 0, 0), Last: c.now()}}, true)
		c.pass(time.Minute)
		c.says("14:35:10 CLOCK: The clock says 23 Nov 2038, and the last payment was on 23 Nov 2026: if that is wrong, set the clock.", "Amount:")
	})
}

// TestPlainTwoSales: the plain till asks for the answer, and takes no half of one.
func TestPlainTwoSales(t *testing.T) {
	inTalk(t, func(c *talk) {
		c.says("LIVE, DUKA LA MAMA, till 174379, Monday 23 November, 14:32.", "help: what you can type.", "Amount:")
		first, second := sessiontest.Paid(c.attempt(pos.Request{Phone: "254712345678", Amount: 450}), "SKN9P2M4XQ"), sessiontest.Paid(c.attempt(pos.Request{Phone: "254712345678", Amount: 450}), "SKN9P2M4XR")
		first.Notices, second.Notices = pos.PossiblyTwice, pos.PossiblyTwice
		first.Other, second.Other = second.ID, first.ID
		c.book.Put(first)
		c.book.Put(second)
		c.types("settle", "done 1", "done 1 3", "done 1 2")
		c.says(
			"1. 14:32 PAID KES 450, 0712 ••• 678, M-PESA code SKN9P2M4XR, possibly paid twice. This and KES 450 of 23 Nov 14:32 are paid, and one was asked in place of the other: two sales, or one paid twice?",
			"2. 14:32 PAID KES 450, 0712 ••• 678, M-PESA code SKN9P2M4XQ, possibly paid twice. This and KES 450 of 23 Nov 14:32 are paid, and one was asked in place of the other: two sales, or one paid twice?",
			"Amount:",
			"done 1 1: these are two sales. done 1 2: you gave this money back.", "Amount:",
			"done 1 1: these are two sales. done 1 2: you gave this money back.", "Amount:",
			"Noted: KES 450 refunded.", "Amount:",
		)
		if len(c.till.ResolvedAs) != 1 || c.till.ResolvedAs[0] != pos.EventRefunded || !strings.HasPrefix(string(c.till.Resolutions[0]), string(second.ID)) {
			t.Errorf("%v %v", c.till.Resolutions, c.till.ResolvedAs)
		}
	})
}

// TestSettledIsWhatWasHeard: what has become of a payment since the list was said is not what a
// person settles by its number. The till compares the two, and refuses.
func TestSettledIsWhatWasHeard(t *testing.T) {
	inTalk(t, func(c *talk) {
		c.says("LIVE, DUKA LA MAMA, till 174379, Monday 23 November, 14:32.", "help: what you can type.", "Amount:")
		a := sessiontest.Unclear(c.attempt(pos.Request{Phone: "254712345678", Amount: 450}))
		c.book.Put(a)
		c.types("settle")
		c.says("1. 14:32 STILL CHECKING KES 450, 0712 ••• 678.", "Amount:")
		twice := sessiontest.Paid(a, "SKN4T7W2QX")
		twice.Notices = pos.PaidTwice
		twice.Events++
		c.tell(twice, pos.EventCalledBack)
		c.types("done 1")
		if len(c.till.ResolvedAs) != 1 || c.till.ResolvedAs[0] != pos.EventResolved {
			t.Errorf("settled as %v", c.till.ResolvedAs)
		}
	})
}

package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// TestLateNoticeOnAnotherScreen is the callback after giving up: a banner wherever the cashier is,
// two bells, and it stays until its key.
func TestLateNoticeOnAnotherScreen(t *testing.T) {
	c := newCashier(t)
	a := accepted(c.sell("450", phoneA))
	c.tell(a, pos.EventPushed)
	c.press("<esc>", "<pause>", "<enter>")
	a = unclear(a)
	c.tell(a, pos.EventStopped)
	c.tick(time.Second)
	c.press("+", "<f2>")
	c.sees("? checking 1 (KES 450)")

	a = paid(a, "SKN4T7W2QX")
	a.Notices = pos.PaidLate
	c.tell(a, pos.EventCalledBack)
	c.sees("! PAID LATE  KES 450  0712 ••• 678  SKN4T7W2QX", ". . seen", "LEDGER")
	c.seesNot("? checking")
	if c.bells != 2 {
		t.Errorf("%d bells, want 2", c.bells)
	}
	c.press("<down>", "<f3>", "<f1>", "7")
	c.sees("PAID LATE", "KES 7")
	c.press(".") // part of an amount
	c.sees("PAID LATE")
	c.press("<f4>")
	c.seesNot("! PAID LATE")
	c.press("<f2>")
	c.sees("✓ paid") // and for ever in the ledger

	a.Events++
	c.tell(a, pos.EventQueried) // nothing new
	c.seesNot("! PAID LATE")
	a.Notices |= pos.Disagree
	a.Events++
	c.tell(a, pos.EventQueried)
	c.sees("! TWO ANSWERS")
	c.press("..") // the number pad's keys, where nothing is typed
	c.seesNot("! TWO ANSWERS")
}

// TestNewsOfThePaymentInFront reaches a cashier who looks at another screen.
func TestNewsOfThePaymentInFront(t *testing.T) {
	c := newCashier(t)
	a := accepted(c.sell("450", phoneA))
	c.tell(a, pos.EventPushed)
	c.press("<f2>")
	c.sees("◔ WAITING FOR PIN") // in the header
	c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
	c.sees("✓ PAID  KES 450", ". . seen")
	c.press("<f1>")
	c.sees("Hand over the goods.")
	c.seesNot(". . seen")
}

// TestSeveralBanners are taken away one by one, the newest first.
func TestSeveralBanners(t *testing.T) {
	c := newCashier(t)
	for i, phone := range []string{phoneA, phoneB} {
		a := paid(unclear(c.row(i+1, pos.Shillings(100*(i+1)), phone)), "SKN4T7W2QX")
		a.Notices = pos.PaidTwice
		c.tell(a, pos.EventCalledBack)
	}
	c.sees("! PAID TWICE  KES 200", "+1")
	c.press("<f4>")
	c.sees("! PAID TWICE  KES 100")
	c.press("<f4>", "<f4>")
	c.seesNot("PAID TWICE")
	c.sees("! refund 2 (KES 300)")
}

// TestAnotherSessionsSales make no noise here: only notices, and the ends of what was being
// checked, do.
func TestAnotherSessionsSales(t *testing.T) {
	c := newCashier(t)
	a := c.row(0, 450, phoneB)
	c.tell(a, pos.EventAsked)
	c.tell(accepted(a), pos.EventPushed)
	c.tell(paid(accepted(a), "SKN4T7W2QX"), pos.EventCalledBack)
	if c.bells != 0 || len(c.app.session.News) != 0 {
		t.Errorf("%d bells, %d banners", c.bells, len(c.app.session.News))
	}
	c.sees("today KES 450  1 paid")
}

// TestResumed shows what was open at the start until it is resolved.
func TestResumed(t *testing.T) {
	c := newCashier(t)
	first, second := unclear(c.row(9, 450, phoneA)), unclear(c.row(8, 200, phoneB))
	c = newCashier(t, func(cfg *session.Config) {
		cfg.Resumed = []pos.Attempt{second, first}
		cfg.Book.(*fakeBook).Rows = []pos.Attempt{second, first}
	})
	c.sees("2 payments were not finished when Kaunta stopped.")
	c.tell(paid(first, "SKN4T7W2QX"), pos.EventQueried)
	c.sees("2 payments were not finished", "✓ PAID  KES 450")
	c.tell(refused(second, "1032", ""), pos.EventQueried)
	c.seesNot("payments were open")
}

// TestResumedWaiting: a payment that was waiting for the PIN when the till stopped is named, and
// its end is told aloud: its customer stands at the counter, and no screen has it in front.
func TestResumedWaiting(t *testing.T) {
	c := newCashier(t)
	a := accepted(c.row(0, 450, phoneA))
	c = newCashier(t, func(cfg *session.Config) {
		cfg.Resumed = []pos.Attempt{a}
		cfg.Book.(*fakeBook).Rows = []pos.Attempt{a}
	})
	c.sees("KES 450 to 0712 ••• 678 was not finished when Kaunta stopped.", "? checking 1 (KES 450)")
	c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
	c.sees("✓ PAID  KES 450  0712 ••• 678  SKN4T7W2QX")
	if c.bells != 1 {
		t.Errorf("%d bells", c.bells)
	}
	c.press("..")
	c.tell(paid(a, "SKN4T7W2QX"), pos.EventQueried)
	c.seesNot("✓ PAID  KES 450")
}

// TestWhoseStateInTheHeader: over the ledger the payment in front has its amount beside its state,
// since another stands below.
func TestWhoseStateInTheHeader(t *testing.T) {
	c := newCashier(t)
	c.book.Put(unclear(c.row(9, 450, phoneB)))
	a := accepted(c.sell("300", phoneA))
	c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
	c.press("<f3>")
	c.sees("TO SETTLE  LIVE  ✓ PAID KES 300", "450")
}

// TestPaidByTheEarlierRequest: a sale that was asked for again and is paid by the first request is
// paid, whatever becomes of the second.
func TestPaidByTheEarlierRequest(t *testing.T) {
	c := newCashier(t)
	first := unclear(c.sell("450", phoneA))
	c.tell(first, pos.EventGaveUp)
	c.tick(2 * time.Minute)
	c.press("-", "<enter>")
	second := c.app.session.Front.Attempt
	c.tell(accepted(second), pos.EventPushed)
	c.sees("WAITING FOR PIN")
	first = paid(first, "SKN4T7W2QX")
	first.Notices = pos.PaidLate
	c.tell(first, pos.EventCalledBack)
	c.sees("Hand over the goods.", "M-PESA code   SKN4T7W2QX")
	c.seesNot("Keep the goods.")
	second = paid(accepted(second), "SKN5T7W2QX")
	second.Notices = pos.PaidTwice
	c.tell(second, pos.EventCalledBack)
	c.sees("Hand over the goods.", "! PAID TWICE  KES 450")
}

// TestTiny: what there is no room for is told last.
func TestTiny(t *testing.T) {
	c := newCashier(t)
	a := accepted(c.sell("450", phoneA))
	c.tell(unclear(a), pos.EventGaveUp)
	c.size(30, 3)
	c.sees("? STILL CHECKING", "KES 450")
}

// TestNothingTells: where M-PESA can neither be asked nor call back, the till does not promise an
// answer, nor offers to ask.
func TestNothingTells(t *testing.T) {
	c := newCashier(t)
	a := unclear(c.sell("450", phoneA))
	a.CheckoutRequestID, a.Reachable = "", false
	c.send(updateMsg(pos.Update{Attempt: a, Event: pos.EventPushed, Changed: true}))
	c.sees("M-PESA cannot be asked about it", "+ next sale")
	c.seesNot("M-PESA will send its answer", "check now", "ask again")
	c.tick(2 * time.Minute)
	c.sees("- to ask again")
}

// TestResumedBeforeTheScreens: what ended after the till had started and before anybody listened is
// told all the same, once.
func TestResumedBeforeTheScreens(t *testing.T) {
	c := newCashier(t)
	first, second := unclear(c.row(9, 450, phoneA)), unclear(c.row(8, 200, phoneB))
	ended := paid(first, "SKN4T7W2QX")
	c = newCashier(t, func(cfg *session.Config) {
		cfg.Resumed = []pos.Attempt{first, second}
		cfg.Book.(*fakeBook).Rows = []pos.Attempt{second, ended}
	})
	c.sees("✓ PAID  KES 450")
	c.press("..")
	c.tell(ended, pos.EventQueried)
	c.seesNot("✓ PAID  KES 450")
}

func TestQuit(t *testing.T) {
	t.Run("at once where nothing is open", func(t *testing.T) {
		c := newCashier(t)
		c.press("<ctrl+q>")
		if !c.left {
			t.Error("still here")
		}
	})
	t.Run("never by a letter", func(t *testing.T) {
		c := newCashier(t)
		for r := 'a'; r <= 'z'; r++ {
			c.press(string(r), "<f2>", string(r), "<f3>", string(r), "<esc>", "<f1>", "?", string(r), "<esc>", "<esc>")
		}
		if c.left {
			t.Error("a letter closed the till")
		}
	})
	t.Run("with a question while a payment is open", func(t *testing.T) {
		c := newCashier(t)
		a := accepted(c.sell("450", phoneA))
		c.tell(a, pos.EventPushed)
		c.press("<ctrl+c>")
		c.sees("1 payment is not finished.", "Kaunta goes on with it when it starts again.", "ctrl-c switch off")
		c.press("<esc>")
		if c.left || len(c.till.Stops) != 0 {
			t.Fatal("Esc left, or stopped waiting")
		}
		c.sees("Ask the customer")
		c.press("<ctrl+c>", "<ctrl+c>")
		if !c.left {
			t.Error("still here")
		}
	})
}

func TestLanguage(t *testing.T) {
	c := newCashier(t)
	c.tell(accepted(c.sell("450", phoneA)), pos.EventPushed)
	c.press("<f9>")
	c.sees("INASUBIRI PIN", "Usitoe bidhaa bado.", "Jtt 23 Nov")
	c.press("<f9>")
	c.sees("WAITING FOR PIN")
}

// TestHelpIsTrue: the keys it names for the state are those of the keys band.
func TestHelpIsTrue(t *testing.T) {
	c := newCashier(t)
	c.press("?")
	c.sees("Here: sale", "next", "The bell rings", "I want to")
	c.press("?")
	c.tell(refused(c.sell("450", phoneA), "1", "low"), pos.EventCalledBack)
	c.press("?")
	c.sees("ask again", "other number", "next sale", "serve the next customer")
	c.size(60, 20)
	c.press("<end>")
	c.sees("switch Kaunta off")
	c.press("<up>", "<esc>")
	c.sees("NOT PAID")
}

func TestCustomersPhone(t *testing.T) {
	phone := &fakePhone{}
	c := newCashier(t, func(cfg *session.Config) { cfg.Mode, cfg.Phone = session.Training, phone })
	a := accepted(c.sell("450", phoneA))
	c.tell(a, pos.EventPushed)
	c.sees("TRAINING")
	other := session.Prompt{Phone: "254712345632", Amount: 80, Payee: "174379"}
	c.send(promptsMsg{{Phone: a.Phone, Amount: 450, Payee: "174379", Reference: "INV 7"}, other})
	c.press("<f8>")
	c.sees("Pay KES 450 to 174379?", "Account INV 7")
	c.press("7", "5")
	c.sees("Pay KES 80 to 174379?")
	c.press("<down>", "2")
	if len(phone.acts) != 1 || phone.acts[0] != session.PhoneCancel {
		t.Errorf("acts %v", phone.acts)
	}
	c.sees("Ask the customer to enter") // the hand is back on the till
	phone.err = fmt.Errorf("no prompt")
	c.press("<f8>", "1")
	c.sees("no prompt")
	c.press("-")
	c.sees("Ask the customer to enter")

	c.size(120, 40) // beside the till
	c.sees("Pay KES 450 to 174379?", "Ask the customer to enter", "f8 act as the customer")
	c.press("<f8>", "3")
	if got := phone.acts[len(phone.acts)-1]; got != session.PhoneWrongPIN {
		t.Errorf("acted %s", got)
	}
	c.send(promptsMsg(nil))
	c.sees("No request on any phone.")
}

// TestStatusLine says what is not as it should be, and first what is gravest.
func TestStatusLine(t *testing.T) {
	c := newCashier(t)
	c.day(12)
	c.till.HealthIs = pos.Health{Refusing: "blocked", Since: noon.Add(-time.Minute)}
	c.app.commands.link = func() session.LinkHealth { return session.LinkHealth{Forged: 3} }
	c.do(c.app.refresh())
	c.size(150, 24)
	c.sees("today KES 3,330  6 paid", "results come late  3 fake messages  ! refund 1 (KES 250)  ! M-PESA refusing since 14:31  ? checking 2 (KES 15,400)")
	c.size(40, 12)
	c.sees("KES 3,330", "? checking 2 (KES 15,400)")
	c.size(150, 24)
	c.till.HealthIs = pos.Health{Refusing: "unknown", Unreached: true, Since: noon.Add(-time.Minute)}
	c.do(c.app.refresh())
	c.sees("! no M-PESA since 14:31")
	c.app.commands.link = func() session.LinkHealth { return session.LinkHealth{Replaced: 2} }
	c.do(c.app.refresh())
	c.sees("! 2 for the replaced ledger")
	c.app.commands.link = func() session.LinkHealth { return session.LinkHealth{Failing: true} }
	c.do(c.app.refresh())
	c.sees("! no internet since 14:31")
	c.till.HealthIs.Elsewhere = true
	c.do(c.app.refresh())
	c.size(200, 24)
	c.sees("! something else answers in M-PESA's place since 14:31: this network may want a login")
	c.size(80, 24)
	c.sees("! not M-PESA since 14:31: network login?")
	c.size(150, 24)
	c.app.commands.link = func() session.LinkHealth { return session.LinkHealth{Reachable: true, MaintenanceFailed: true} }
	c.do(c.app.refresh())
	c.size(150, 24)
	c.sees("! ledger not checked today")
	c.size(40, 12)
	c.till.HealthIs.Ledger = fmt.Errorf("no space left")
	c.do(c.app.refresh())
	c.sees("! LEDGER: no new payments")
}

// TestTicks come by the second only while something moves, and with the minute otherwise.
func TestTicks(t *testing.T) {
	c := newCashier(t)
	c.now = noon.Add(10 * time.Second)
	c.send(tickMsg(c.app.tick))
	due := func() time.Duration { return c.app.due.Sub(c.now) }
	if due() != 50*time.Second {
		t.Errorf("an idle till ticks in %v, want 50s", due())
	}
	a := accepted(c.sell("450", phoneA))
	c.tell(a, pos.EventPushed)
	if due() != time.Second {
		t.Errorf("a waiting till ticks in %v, want 1s", due())
	}
	stale := c.app.tick - 1
	before := c.app.tick
	c.send(tickMsg(stale))
	if c.app.tick != before {
		t.Error("a tick that was superseded set off another")
	}
	c.tell(paid(a, "SKN4T7W2QX"), pos.EventCalledBack)
	c.tick(time.Second)
	if due() != 49*time.Second {
		t.Errorf("after the end it ticks in %v, want 49s", due())
	}
}

// TestMidnight turns to the new day's figures.
func TestMidnight(t *testing.T) {
	c := newCashier(t)
	c.day(12)
	c.sees("today KES 3,330")
	c.now = time.Date(2026, time.November, 24, 0, 0, 0, 0, pos.EAT)
	c.send(tickMsg(c.app.tick))
	c.sees("today KES 0", "00:00  Tue 24 Nov")
}

// TestRefreshesAreOneAtATime, and none is lost: what changes during one is read by the next.
func TestRefreshesAreOneAtATime(t *testing.T) {
	c := newCashier(t)
	read := c.app.refresh()
	stale := read() // read before the change, and taken in after it
	c.book.Put(unclear(c.row(1, 450, phoneA)))
	if c.app.refresh() != nil {
		t.Fatal("two readings at a time")
	}
	c.send(stale)
	c.sees("? checking 1 (KES 450)")
}

// TestEverySize draws every scene in every size there is, and some there is not.
func TestEverySize(t *testing.T) {
	all := scenes()
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.SampledFrom(all).Draw(r, "scene")
		lang := rapid.SampledFrom([]text.Language{text.English, text.Kiswahili}).Draw(r, "language")
		c := s.stage(t, func(cfg *session.Config) { cfg.Language = lang })
		c.app.ascii = rapid.Bool().Draw(r, "ascii")
		w, h := rapid.IntRange(1, 220).Draw(r, "width"), rapid.IntRange(1, 70).Draw(r, "height")
		c.size(w, h)
		content := c.frame()
		lines := strings.Split(content, "\n")
		if len(lines) != h {
			r.Fatalf("%s: %d rows in a window of %d×%d", s.name, len(lines), w, h)
		}
		for _, line := range lines {
			if got := ansi.StringWidth(line); got != w {
				r.Fatalf("%s: a row of %d cells in a window of %d×%d: %q", s.name, got, w, h, line)
			}
		}
		if i := strings.IndexFunc(content, func(r rune) bool { return r > 0x7e }); c.app.ascii && i >= 0 {
			r.Fatalf("%s: not ASCII: %q", s.name, content[i:min(len(content), i+10)])
		}
		if v := c.app.View(); v.Cursor != nil && (v.Cursor.X >= w || v.Cursor.Y >= h) {
			r.Fatalf("%s: the cursor is outside a window of %d×%d: %v", s.name, w, h, v.Cursor)
		}
	})
}

// TestAnyKeys presses any keys in any order in every scene: nothing panics, and no key but Enter
// and 2 asks for money.
func TestAnyKeys(t *testing.T) {
	all := scenes()
	names := []string{
		"<up>", "<down>", "<left>", "<right>", "<tab>", "<esc>", "<home>", "<end>", "<pgdown>", "<insert>", "<backspace>", "<delete>",
		"<f1>", "<f2>", "<f3>", "<f4>", "<f8>", "<f9>", "<ctrl+u>", "<ctrl+w>", "?", "/", "*", "-", "+", ".", "r", "g", "t", "c", "e", "a", "n", "p",
		"1", "4", "5", "6", "7", "8", "9", "0",
	}
	rapid.Check(t, func(r *rapid.T) {
		c := rapid.SampledFrom(all).Draw(r, "scene").stage(t)
		charged := len(c.till.Charges)
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(names), 1, 30).Draw(r, "keys") {
			c.press(k)
			c.app.View()
		}
		if len(c.till.Charges) != charged {
			r.Fatalf("asked for %+v", c.till.Charges)
		}
	})
}

func TestSizes(t *testing.T) {
	for _, tc := range []struct {
		w, h int
		size size
		arr  arrangement
	}{
		{200, 60, sizeWide, arrangement{size: sizeWide, rules: true, air: true, strip: true, width: 164, height: 54}},
		{100, 30, sizeWide, arrangement{size: sizeWide, rules: true, air: true, strip: true, width: 64, height: 24}},
		{100, 29, sizeBig, arrangement{size: sizeBig, rules: true, width: 100, height: 24}},
		{80, 24, sizeBig, arrangement{size: sizeBig, rules: true, width: 80, height: 19}},
		{48, 18, sizeBig, arrangement{size: sizeBig, rules: true, width: 48, height: 13}},
		{47, 18, sizePlain, arrangement{size: sizePlain, rules: true, width: 47, height: 13}},
		{40, 12, sizePlain, arrangement{size: sizePlain, width: 40, height: 9}},
		{39, 12, sizeMinimal, arrangement{size: sizeMinimal, width: 39, height: 12}},
		{30, 10, sizeMinimal, arrangement{size: sizeMinimal, width: 30, height: 10}},
		{29, 10, sizeTiny, arrangement{size: sizeTiny, width: 29, height: 10}},
	} {
		if got := sizeOf(tc.w, tc.h); got != tc.size {
			t.Errorf("%d×%d is class %d, want %d", tc.w, tc.h, got, tc.size)
		}
		if got := arrange(tc.w, tc.h, false, true); got != tc.arr {
			t.Errorf("%d×%d: %+v, want %+v", tc.w, tc.h, got, tc.arr)
		}
	}
}

// TestTheAmountNeverMoves from the form to the end of its payment, in any window.
func TestTheAmountNeverMoves(t *testing.T) {
	at := func(c *cashier) int {
		for i, line := range strings.Split(c.text(), "\n") {
			if strings.Contains(line, "KES 1,500") || strings.Contains(line, "KES 1500_") {
				return i
			}
		}
		t.Fatalf("no amount:\n%s", c.text())
		return 0
	}
	for _, size := range goldenSizes {
		c := newCashier(t)
		c.size(size[0], size[1])
		c.press("1500")
		form := at(c)
		c.press("<enter>", phoneA, "<enter>")
		sending := at(c)
		c.tell(refused(c.app.session.Front.Attempt, "17", ""), pos.EventCalledBack)
		if end := at(c); form != sending || sending != end {
			t.Errorf("at %v the amount stands in rows %d, %d and %d", size, form, sending, end)
		}
	}
}

// TestNoColour: NO_COLOR holds although the terminal says later that it has colours.
func TestNoColour(t *testing.T) {
	c := newCashier(t, func(cfg *session.Config) { cfg.Environ = append(cfg.Environ, "NO_COLOR=please") })
	c.send(tea.ColorProfileMsg{Profile: colorprofile.TrueColor}) // an upgrade by the terminal
	c.sell("450", phoneA)
	if strings.Contains(c.frame(), "38;2") || !strings.Contains(c.frame(), "\x1b[1;7m") {
		t.Errorf("colours in spite of NO_COLOR, or no reverse band: %q", c.frame())
	}
}

func TestLocale(t *testing.T) {
	for _, tc := range []struct {
		cfg  session.Config
		want bool
	}{
		{session.Config{Environ: []string{"LANG=en_US.UTF-8"}}, false},
		{session.Config{Environ: []string{"LANG=en_US.UTF-8"}, ASCII: true}, true},
		{session.Config{Environ: []string{"LANG=C", "LANG=en_US.UTF-8"}}, false}, // the last counts
		{session.Config{Environ: []string{"LANG=en_US.UTF-8", "LC_ALL=C"}}, true},
		{session.Config{}, true},
	} {
		if got := tc.cfg.OnlyASCII(); got != tc.want {
			t.Errorf("ascii(%v, %v) = %v", tc.cfg.Environ, tc.cfg.ASCII, got)
		}
	}
}

// TestAnEndIsTold although the figures of the shop are read between the disk and the till's word.
func TestAnEndIsTold(t *testing.T) {
	for _, read := range []bool{false, true} {
		c := newCashier(t)
		a := c.sell("450", phoneA)
		a.State, a.Events, a.Facts = pos.StillChecking, 2, a.Facts|pos.PushLost // nobody stopped waiting
		c.tell(a, pos.EventPushed)
		c.tick(time.Second)
		c.press("+")
		c.bells = 0
		a = paid(a, "SKN4T7W2QX")
		if read {
			c.book.Put(a)
			c.tick(11 * time.Second)
		}
		c.tell(a, pos.EventCalledBack)
		if c.bells != 1 || len(c.app.session.News) != 1 {
			t.Errorf("the shop was read first: %v; %d bells, %d banners", read, c.bells, len(c.app.session.News))
		}
	}
}

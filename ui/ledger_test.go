package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// TestLedgerPages reads a long day a page at a time, as the selection comes to the end of what was
// read.
func TestLedgerPages(t *testing.T) {
	c := newCashier(t)
	for i := 3 * session.PageSize; i > 0; i-- {
		c.book.Put(paid(c.row(i, pos.Shillings(i), phoneA), ""))
	}
	c.press("<f2>")
	rows := func() int { return len(c.app.ledger.day.Rows) }
	if rows() != session.PageSize {
		t.Fatalf("%d rows were read at first, want %d", rows(), session.PageSize)
	}
	reads := c.book.Reads
	c.press("<down>", "<down>")
	if c.book.Reads != reads {
		t.Error("moving within what was read went to the ledger")
	}
	c.press("<end>")
	if rows() != 2*session.PageSize {
		t.Errorf("at the end of a page there are %d rows, want %d", rows(), 2*session.PageSize)
	}
	for range 4 {
		c.press("<end>")
	}
	if rows() != 3*session.PageSize || !c.app.ledger.day.Whole {
		t.Errorf("%d rows at the end of the day, whole %v", rows(), c.app.ledger.day.Whole)
	}
	c.sees("300") // the oldest
	reads = c.book.Reads
	c.press("<end>")
	if c.book.Reads != reads {
		t.Error("a whole day was read on")
	}
}

// TestDamagedRow: a payment that cannot be read hides none of the others, and is not forgotten as
// they scroll by.
func TestDamagedRow(t *testing.T) {
	c := newCashier(t)
	for i := 2 * session.PageSize; i > 0; i-- {
		c.book.Put(paid(c.row(i, pos.Shillings(i), phoneA), ""))
	}
	c.book.Rows = c.book.Rows[1:]
	c.book.Damaged = errors.New("a payment is damaged")
	c.press("<f2>")
	c.sees("a payment is damaged")
	c.book.Damaged = nil // of the pages that follow
	for range 3 {
		c.press("<end>")
	}
	if n := len(c.app.ledger.day.Rows); n != 2*session.PageSize-1 {
		t.Errorf("%d rows", n)
	}
	c.sees("a payment is damaged")
}

// TestSelectionStaysOnItsRow while new payments come in above it.
func TestSelectionStaysOnItsRow(t *testing.T) {
	c := newCashier(t)
	c.day(12)
	c.press("<f2>", "<down>", "<down>")
	chosen := c.app.ledger.chosen
	c.tell(c.row(0, 7777, phoneB), pos.EventAsked)
	c.sees("7,777")
	if c.app.ledger.chosen != chosen || c.app.ledger.at() != 3 {
		t.Errorf("the selection moved to row %d, %s", c.app.ledger.at(), c.app.ledger.chosen)
	}
	c.tell(paid(c.row(0, 7777, phoneB), "SKN0AAAAAA"), pos.EventCalledBack)
	c.sees("SKN0AAAAAA")
	if n := strings.Count(c.text(), "7,777"); n != 1 {
		t.Errorf("the new payment is listed %d times", n)
	}
	c.sees("KES 11,107  7 paid") // the totals with it
}

func TestLedgerDays(t *testing.T) {
	c := newCashier(t)
	yesterday := paid(c.row(24*60, 4321, phoneA), "SKM1AAAAAA")
	c.book.Put(yesterday)
	c.press("<f2>")
	c.sees("Monday 23 November", "No payments on this day.")
	c.press("<left>")
	c.sees("Sunday 22 November", "4,321")
	c.press("<right>", "<right>")
	c.sees("Monday 23 November") // there is no tomorrow
	for _, day := range []string{"22.11", "22/11", "22 nov", "jana"} {
		c.press("/", day)
		c.sees("Press Enter for Sunday 22 November.", "enter open the day")
		c.press("<enter>")
		c.sees("Sunday 22 November", "4,321")
		c.press("t")
		c.sees("Monday 23 November")
	}
	c.press("/")
	c.send(tea.PasteMsg{Content: "2026-11-22\n"})
	c.press("<enter>")
	c.sees("Sunday 22 November", "4,321")
	c.press("/", "22.11", "-", "-", "-") // a day that is rubbed out is an amount
	c.seesNot("Press Enter for")
	c.press("<esc>", "5", "4")
	c.sees("Sunday 22 November")

	// A payment of the day that is shown ends late: row and totals follow.
	late := yesterday
	late.Receipt, late.Events = "SKM1BBBBBB", late.Events+1
	c.tell(late, pos.EventCalledBack)
	c.sees("SKM1BBBBBB", "KES 4,321  1 paid")
}

// TestFindAsYouType has one look-up under way at a time, and the last one typed wins.
func TestFindAsYouType(t *testing.T) {
	c := newCashier(t)
	c.day(42)
	c.press("<f2>", "/")
	_, first := c.app.Update(tea.KeyPressMsg{Code: '6', Text: "6"})
	_, second := c.app.Update(tea.KeyPressMsg{Code: '7', Text: "7"})
	_, third := c.app.Update(tea.KeyPressMsg{Code: '8', Text: "8"})
	c.do(second)
	c.do(third)
	if c.app.ledger.search.Wanted != "6" {
		t.Fatalf("looking for %q", c.app.ledger.search.Wanted)
	}
	c.do(first)
	if got := c.app.ledger; got.search.Wanted != "" || got.input.String() != "678" || len(got.search.Rows) != 28 {
		t.Errorf("found %d for %q, looking for %q", len(got.search.Rows), got.input, got.search.Wanted)
	}
	c.press("<down>", "<enter>")
	c.sees("PAYMENT")
	c.press("<esc>", "<esc>")
	c.sees("Monday 23 November")
	c.press("/", "nothing")
	c.sees("Nothing found.")
	c.press("<esc>")
	c.send(session.Found{Text: "nothing", Rows: c.book.Rows}) // an answer that nobody waits for
	c.sees("Monday 23 November")
}

func TestDetail(t *testing.T) {
	c := newCashier(t)
	c.day(12)
	c.press("<f2>", "<enter>")
	c.sees("KES 250  0712 ••• 678", "SKN1P2M4XQ", "14:19:00", "asked", "+0:15  we asked M-PESA", "4999 The transaction is still under processing"[:20])
	c.press("<end>", "r")
	c.sees("As it came: M-PESA's message", `"ResultCode":0`)
	c.press("<pgdown>", "<pgdown>", "<down>")
	c.sees("As it came") // not beyond the end
	c.press("<esc>", "<home>", "r")
	c.sees("Nothing came with this.")
	c.press("+")
	c.sees("Type the amount.")

	// The payment changes while it is looked at.
	c.press("<f2>", "<enter>")
	a := c.book.Rows[0]
	a.Notices, a.Events = pos.Disagree, a.Events+1
	events := c.book.Evidence[a.ID]
	c.book.Evidence[a.ID] = append(events, pos.Event{Attempt: a.ID, Kind: pos.EventStopped, At: c.now})
	c.tell(a, pos.EventStopped)
	c.sees("M-PESA has given two different answers.", "stopped waiting")
}

// TestHostileText shows a body and texts full of control sequences: none of them reaches the
// terminal.
func TestHostileText(t *testing.T) {
	nasty := "\x1b[2J\x1b]52;c;aGk=\x07\u202eevil\u009b31m\r\n"
	answer := daraja.Explain("callback", 0, []byte(`{"Body":{"stkCallback":{"MerchantRequestID":"m","CheckoutRequestID":"ws_CO_1","ResultCode":1032,"ResultDesc":"x"}}}`))[0].Answer
	answer.ResultDesc, answer.ErrorMessage, answer.Raw = nasty, nasty, []byte(nasty+"\xff"+nasty)
	c := newCashier(t, func(cfg *session.Config) { cfg.Shop = nasty })
	a := refused(c.row(1, 450, phoneA), nasty, nasty)
	a.Receipt, a.Reference = nasty, nasty
	c.book.Put(a)
	c.book.Evidence = map[pos.AttemptID][]pos.Event{a.ID: {{Attempt: a.ID, Kind: pos.EventCalledBack, At: c.now, Answer: &answer, Typed: nasty}}}
	frames := []string{}
	for _, keys := range [][]string{{"<f2>"}, {"<enter>"}, {"r"}, {"<f3>"}, {"<f1>"}} {
		c.press(keys...)
		frames = append(frames, c.frame())
	}
	c.app.session.Front = &session.Payment{Request: pos.Request{Phone: a.Phone, Amount: a.Amount}, Attempt: unclear(a), Problem: errors.New(nasty)}
	frames = append(frames, c.frame())
	for i, f := range frames {
		plain := strip(strings.ReplaceAll(f, "\n", ""))
		if j := strings.IndexFunc(plain, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e' }); j >= 0 {
			t.Errorf("frame %d has %q", i, plain[max(0, j-20):min(len(plain), j+20)])
		}
		if strings.Contains(f, "\x1b[2J") || strings.Contains(f, "\x1b]") {
			t.Errorf("frame %d clears the screen or sets the clipboard", i)
		}
		checkSize(t, f, 80, 24)
	}
}

func TestOpenPayments(t *testing.T) {
	c := newCashier(t)
	c.till.OnCheck = func(pos.AttemptID) (time.Time, error) { return c.now.Add(9 * time.Second), nil }
	c.day(12)
	c.press("<f3>")
	c.sees("3,000", "? checking", "12,400", "? does not match", "refund due", "SETTLE FROM", "25 Nov 13:27")
	c.press("<enter>")
	c.sees("0:09")
	c.tick(4 * time.Second)
	c.sees("0:05")
	c.press("<down>", "c") // what is owed back has no code to type
	c.sees("The customer paid twice. Give this", "money back, then press Enter.", "SKN2TW1CE9")
	c.seesNot("check now", "Code for")
	c.till.OnCheck = func(pos.AttemptID) (time.Time, error) { return time.Time{}, pos.ErrNothingToAsk }
	c.press("<down>", "<enter>")
	c.sees("M-PESA cannot be asked about this one")

	// The customer shows an SMS: a person's word, not a proof.
	c.press("c", "skn4", "<enter>")
	c.sees("An M-PESA code has ten letters", "Code for KES 12,400, 0712 ••• 678: SKN4")
	c.send(tea.PasteMsg{Content: "t7w2qx\n"})
	c.press("<enter>")
	c.sees("It is not proof", "? does not match")
	if got := c.till.Codes; len(got) != 2 || got[1] != "SKN4T7W2QX" {
		t.Errorf("typed %q", got)
	}

	// The end comes while the list is on the screen.
	a := paid(c.book.Rows[4], "SKN9P2M4XQ")
	a.Notices = pos.PaidLate
	c.tell(a, pos.EventCalledBack)
	c.sees("! PAID LATE  KES 3,000")
	c.seesNot("? checking  ")
}

// TestCodeStaysWithItsPayment: a code that is being typed is for the payment on which the line was
// opened, whatever becomes of the list, and the line says which that is.
func TestCodeStaysWithItsPayment(t *testing.T) {
	for _, size := range everySize[:len(everySize)-1] {
		c := newCashier(t)
		c.size(size[0], size[1])
		one, two := unclear(c.row(60, 450, phoneB)), unclear(c.row(50, 900, phoneA))
		c.book.Put(one)
		c.book.Put(two)
		c.do(c.app.refresh())
		c.press("<f3>", "<down>", "c", "skn4")
		names := "Code for KES 450, 0712 ••• 601:"
		c.sees(names)

		newer := unclear(c.row(1, 700, phoneA))
		c.book.Put(newer) // above it
		c.tell(newer, pos.EventAsked)
		c.do(c.app.refresh())
		c.sees(names, "SKN4")

		one = paid(one, "SKN4T7W2QX") // and then it is on the list no more
		c.book.Put(one)
		c.tell(one, pos.EventCalledBack)
		c.do(c.app.refresh())
		c.sees(names, "SKN4")
		c.press("t7w2qx", "<enter>")
		if got := c.till.CodesFor; len(got) != 1 || got[0] != one.ID {
			t.Fatalf("%v: the code was typed for %q, want %q", size, got, one.ID)
		}
		c.press("<down>", "<enter>")
		c.seesNot(names)
		if got := c.till.Checks; len(got) != 1 || got[0] != two.ID {
			t.Errorf("%v: after it the keys are for %q, want %q", size, got, two.ID)
		}
	}
}

// TestDetailOfWhatIsToSettle is the payment's own screen, as in the ledger, and leads back to the
// list.
func TestDetailOfWhatIsToSettle(t *testing.T) {
	c := newCashier(t)
	c.day(12)
	c.press("<f3>", "<end>", "d")
	c.sees("PAYMENT", "? STILL CHECKING", "KES 12,400", "Asked KES 12,400, paid KES 12,500, code SKN7P2M4XQ.", "+0:09  M-PESA's message")
	c.press("<enter>")
	c.sees("As it came: M-PESA's message")
	a := c.app.open.detail.attempt
	a = paid(a, "SKN9P2M4XQ")
	a.Notices |= pos.PaidLate
	c.tell(a, pos.EventCalledBack)
	c.sees("✓ PAID LATE", "SKN9P2M4XQ")
	c.press("-", "-")
	c.sees("TO SETTLE", "12,400")
	c.press("d", "+")
	c.sees("Type the amount.")
	c.press("<f3>", "d", "<f3>")
	c.sees("TO SETTLE")
}

// TestWhatIsToSettleKeepsPhone: where there is not room for all, the columns that explain go before
// those that say which payment it is; the footer has the keys that decide in the smallest window
// too.
func TestWhatIsToSettleKeepsPhone(t *testing.T) {
	for lang, w := range map[text.Language]struct{ age, why, from, phone, code, answers string }{
		text.English:   {"AGE", "WHY", "SETTLE FROM", "PHONE", "c SMS code", "1 two sales · 2 refunded"},
		text.Kiswahili: {"MUDA", "SABABU", "TATUA LINI", "SIMU", "c code", "1 ni mawili · 2 imerudishwa"},
	} {
		c := newCashier(t, func(cfg *session.Config) { cfg.Language = lang })
		c.book.Put(unclear(c.row(60, 250_000, phoneA)))
		c.do(c.app.refresh())
		c.press("<f3>")
		for _, size := range []struct {
			width, height int
			shown, not    []string
		}{
			{160, 48, []string{w.age, w.phone, w.why, w.from}, nil},
			{120, 40, []string{w.age, w.phone, w.why, w.from}, nil},
			{80, 24, []string{w.age, w.phone, w.why, w.from}, nil},
			{60, 20, []string{w.phone, w.why}, []string{w.age, w.from}},
			{40, 12, []string{w.phone, w.code}, []string{w.age, w.why, w.from}},
		} {
			c.size(size.width, size.height)
			c.sees(append(size.shown, "250,000", "0712 ••• 678")...)
			c.seesNot(size.not...)
		}
		two := paid(c.row(3, 450, phoneA), "SKN9P2M4XQ")
		two.Notices = pos.PossiblyTwice
		c.book.Put(two)
		c.do(c.app.refresh())
		c.press("<home>", "<enter>")
		c.sees(w.answers)
	}
}

// TestGivingBack takes two Enters, on the same payment, and is noted as somebody's word.
func TestGivingBack(t *testing.T) {
	c := newCashier(t)
	c.day(12)
	list, _ := c.book.Unsettled()
	owed := list[slices.IndexFunc(list, pos.Attempt.Owed)]
	c.press("<f3>", "<down>", "<enter>")
	c.sees("Did you give KES 250 back", "enter note it")
	c.press("-") // it was not
	c.sees("TO SETTLE", "refund due")
	c.seesNot("Was KES 250")
	c.press("<enter>", "<down>", "<up>", "<enter>") // another key begins anew
	if c.till.Resolutions != nil || c.till.Checks != nil {
		t.Fatalf("given back %v, checked %v", c.till.Resolutions, c.till.Checks)
	}

	// The list changes under the question: the answer is not for whoever stands there now.
	c.book.Put(pos.Attempt{ID: owed.ID, Asked: owed.Asked, AskedAt: owed.AskedAt, State: pos.Paid, Notices: pos.PaidTwice | pos.Refunded})
	c.do(c.app.refresh())
	c.press("<enter>")
	if c.till.Resolutions != nil {
		t.Fatalf("given back %v", c.till.Resolutions)
	}
	c.book.Put(owed)
	c.do(c.app.refresh())

	c.press("<up>", "<up>", "<down>", "<enter>", "<enter>") // a key that bounces answers nothing
	if c.till.Resolutions != nil {
		t.Fatalf("given back %v", c.till.Resolutions)
	}
	c.tick(time.Second)
	c.press("<enter>")
	if len(c.till.Resolutions) != 1 || c.till.Resolutions[0] != owed.ID {
		t.Fatalf("given back %v", c.till.Resolutions)
	}
	c.sees("Noted: KES 250 refunded.")
	owed.Notices |= pos.Refunded
	owed.Events++
	c.tell(owed, pos.EventRefunded)
	c.seesNot("refund due")
	if len(c.app.session.News) != 0 || c.bells != 0 {
		t.Errorf("%d banners, %d bells for what a key did", len(c.app.session.News), c.bells)
	}
	c.press("<f2>", "/", owed.Receipt)
	c.sees("✓ refunded")
	c.press("<enter>")
	c.sees("✓ PAID TWICE", "You refunded this money.")
}

// TestClearingUp is for what M-PESA has not told in two days, and takes two keys.
func TestClearingUp(t *testing.T) {
	c := newCashier(t)
	young, old := unclear(c.row(60, 450, phoneA)), unclear(c.row(49*60, 200, phoneB))
	c.book.Put(old)
	c.book.Put(young)
	c.do(c.app.refresh())
	c.press("<f3>")
	c.sees("450", "200")
	c.seesNot("s settle")
	c.press("s")
	c.sees("Kaunta is still asking M-PESA.", "from 25 Nov 13:32")
	c.press("<down>")
	c.sees("s settle")
	c.press("s")
	c.sees("Did you compare KES 200", "enter note it")
	c.tick(time.Second)
	c.press("<enter>")
	if len(c.till.Resolutions) != 1 || c.till.Resolutions[0] != old.ID || c.till.Checks != nil {
		t.Fatalf("by hand %v, checked %v", c.till.Resolutions, c.till.Checks)
	}
	c.sees("Noted: KES 200 settled by hand.")
	old.Notices |= pos.Resolved
	old.Events++
	c.tell(old, pos.EventResolved)
	c.sees("? checking 1 (KES 450)")
	c.press("<f2>", "/", "200")
	c.sees("? settled")

	// What M-PESA says after all is news.
	old = paid(old, "SKN9P2M4XQ")
	old.Notices = pos.PaidLate
	c.tell(old, pos.EventCalledBack)
	c.sees("! PAID LATE  KES 200")
}

// TestClearingUpWhatDoesNotMatch is for a payment that has its end, and something that does not
// match besides: the header and F3 show it until somebody has cleared it up.
func TestClearingUpWhatDoesNotMatch(t *testing.T) {
	c := newCashier(t)
	a := paid(c.row(3, 450, phoneA), "SKN9P2M4XQ")
	a.Notices = pos.DoesNotMatch
	c.book.Put(a)
	c.do(c.app.refresh())
	c.sees("! does not match 1 (KES 450)")
	c.press("<f3>")
	c.sees("✓ does not match", "SKN9P2M4XQ", "enter settle")
	c.sees("You can settle this yourself now.")
	c.press("<enter>")
	c.sees("Did you compare KES 450", "enter note it")
	c.tick(time.Second)
	c.press("<enter>")
	if len(c.till.Resolutions) != 1 || c.till.Resolutions[0] != a.ID || c.till.Checks != nil {
		t.Fatalf("by hand %v, checked %v", c.till.Resolutions, c.till.Checks)
	}
	c.sees("Noted: KES 450 settled by hand.")
	a.Notices |= pos.Resolved
	a.Events++
	c.tell(a, pos.EventResolved)
	c.sees("Nothing to settle.")
	c.seesNot("does not match")
	c.press("<f2>")
	c.sees("✓ paid")
	c.press("<enter>")
	c.sees("Settled by a person, not by M-PESA.")

	// Something else that does not match is news again.
	a.Notices &^= pos.Resolved
	a.Events++
	c.tell(a, pos.EventCalledBack)
	c.sees("! DOES NOT MATCH  KES 450", "! does not match 1 (KES 450)")
}

// TestWhatIsAskedByHandIsWhatIsSeen: a payment that becomes another question while one is asked
// takes no Enter for it, and what was given back and does not match either is on the list as that.
func TestWhatIsAskedByHandIsWhatIsSeen(t *testing.T) {
	c := newCashier(t)
	a := paid(c.row(3, 450, phoneA), "SKN9P2M4XQ")
	a.Notices = pos.DoesNotMatch
	c.book.Put(a)
	c.do(c.app.refresh())
	c.press("<f3>", "<enter>")
	c.sees("Did you compare KES 450")
	c.tick(time.Second)
	a.Events++ // one more that does not match: nothing to be seen has changed, but this is not what was asked
	c.send(updateMsg(pos.Update{Attempt: a, Event: pos.EventCalledBack}))
	c.seesNot("Did you compare KES 450")
	c.press("<enter>")
	c.sees("Did you compare KES 450")
	if c.till.Resolutions != nil {
		t.Fatalf("by hand %v", c.till.Resolutions)
	}
	a.Notices |= pos.PaidTwice
	a.Events++
	c.tell(a, pos.EventCalledBack)
	c.seesNot("cleared up", "Was KES 450 given back")
	c.press("<enter>")
	c.sees("Did you give KES 450 back")
	if c.till.Resolutions != nil {
		t.Fatalf("by hand %v", c.till.Resolutions)
	}
	a.Notices |= pos.Refunded
	a.Events++
	c.tell(a, pos.EventRefunded)
	c.sees("✓ does not match", "! does not match 1 (KES 450)", "enter settle")
	c.size(40, 12)
	c.sees("! does not match 1")
}

// TestLedgerErrors are said, and the till goes on.
func TestLedgerErrors(t *testing.T) {
	c := newCashier(t)
	c.book.Err = errors.New("the ledger cannot be read")
	c.press("<f2>", "<left>")
	c.do(c.app.refresh())
	c.sees("the ledger cannot be read", "LEDGER: cannot be read")
	c.book.Err = nil
	c.press("<right>")
	c.sees("No payments on this day.")
}

// BenchmarkKeyToFrame is a press and the frame after it in a ledger of a long day.
func BenchmarkKeyToFrame(b *testing.B) {
	for _, rows := range []int{10, 10_000} {
		b.Run(fmt.Sprint("rows=", rows), func(b *testing.B) {
			c := newCashier(b)
			for i := rows; i > 0; i-- {
				a := paid(c.row(0, pos.Shillings(i%3000+1), phoneA), "SKN4T7W2QX")
				a.ID = pos.AttemptID(fmt.Sprintf("row-%06d", rows-i))
				c.app.ledger.day.Rows = append([]pos.Attempt{a}, c.app.ledger.day.Rows...)
			}
			c.app.ledger.day.Day, c.app.ledger.day.Whole, c.app.ledger.chosen = pos.DayOf(noon), true, c.app.ledger.day.Rows[0].ID
			c.app.at = screenLedger
			for b.Loop() {
				c.send(tea.KeyPressMsg{Code: tea.KeyDown})
				c.app.View()
			}
		})
	}
}

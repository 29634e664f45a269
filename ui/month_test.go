package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kaunta/pos"
	"kaunta/ui/session"
)

// TestMonth goes through months and days with keys, and opens one.
func TestMonth(t *testing.T) {
	c := newCashier(t)
	c.month()
	c.press("<f2>", "m")
	c.sees("MONTH", "November 2026", "KES 2,074,500  149 paid · checking 1 (KES 21,150)", "Mon 23", "Sun 22")
	c.seesNot("Tue 24") // which is not yet
	c.press("<right>")
	c.sees("November 2026") // there is no next month
	c.press("4")            // the arrow of the number pad
	c.sees("October 2026", "Sat 31")
	if got := c.app.ledger.month.chosen; got != 20261023 {
		t.Errorf("the day chosen in October is %v", got)
	}
	c.press("<end>", "<left>")
	c.sees("September 2026", "KES 0  0 paid")
	if got := c.app.ledger.month.chosen; got != 20260930 {
		t.Errorf("the last day of September is %v", got)
	}
	c.press("5")
	c.sees("November 2026")
	c.press("<up>", "<enter>")
	c.sees("LEDGER", "Sunday 22 November", "KES 95,850  7 paid")
	c.press("0", "-")
	c.sees("Sunday 22 November")
	c.press("<insert>") // 0 without Num Lock
	c.sees("November 2026")
	c.press("<f1>", "<f2>")
	c.sees("November 2026") // left as it was
	c.press("+")
	c.sees("Type the amount.")
	c.press("<f2>")
	c.sees("Monday 23 November") // the ledger opens at today
}

// TestMonthFollowsSales: what is paid while the month is on the screen is in it, and in no other.
func TestMonthFollowsSales(t *testing.T) {
	c := newCashier(t)
	c.month()
	c.press("<f2>", "0")
	c.tell(paid(c.row(0, 1000, phoneB), "SKN0AAAAAA"), pos.EventCalledBack)
	c.sees("KES 2,075,500  150 paid", "66,250")
	c.send(session.MonthRead{Month: 202610}) // an answer that came late
	c.sees("KES 2,075,500  150 paid")
	c.book.Err = errors.New("the ledger cannot be read")
	c.press("<left>")
	c.sees("October 2026", "the ledger cannot be read")
	c.book.Err = nil
	c.press("<right>")
	c.sees("November 2026", "KES 2,075,500")
}

// TestMonthFitsTheWindow: the whole month is on the screen wherever there is room for it, and the
// chosen day always.
func TestMonthFitsTheWindow(t *testing.T) {
	for _, size := range everySize[:5] {
		c := newCashier(t)
		c.size(size[0], size[1])
		c.month()
		c.press("<f2>", "0", "<left>")
		for _, key := range []string{"<home>", "<end>", "<down>", "8", "9", "3"} {
			c.press(key)
			day := c.app.ledger.month.chosen
			if row := c.app.say.WeekdaysShort[day.Start().Weekday()] + " " + day.Start().Format("_2"); !strings.Contains(c.text(), row) {
				t.Fatalf("%s at %v: no %q:\n%s", key, size, row, c.text())
			}
			checkSize(t, c.frame(), size[0], size[1])
		}
		whole := true
		for day := pos.Day(20261001); day <= 20261031; day++ {
			whole = whole && strings.Contains(c.text(), c.app.say.WeekdaysShort[day.Start().Weekday()]+" "+day.Start().Format("_2")+" ")
		}
		if want := size[0] >= 80; whole != want {
			t.Errorf("the whole month at %v: %v, want %v:\n%s", size, whole, want, c.text())
		}
	}
}

// TestMonthWithoutSales, and one whose best day is a single shilling.
func TestMonthWithoutSales(t *testing.T) {
	c := newCashier(t)
	c.press("<f2>", "0")
	c.sees("November 2026", "KES 0  0 paid")
	c.tell(paid(c.row(0, 1, phoneB), "SKN0AAAAAA"), pos.EventCalledBack)
	c.sees("KES 1  1 paid", "▆▆▆")
	c.now = time.Date(2026, time.December, 1, 0, 0, 0, 0, pos.EAT) // midnight, with the month on the screen
	c.send(tickMsg(c.app.tick))
	c.sees("November 2026", "Mon 30")
	c.press("<right>")
	c.sees("December 2026", "Tue  1")
	c.seesNot("Wed  2")
}

// BenchmarkMonthFrame is a press and the frame after it in a full month.
func BenchmarkMonthFrame(b *testing.B) {
	c := newCashier(b)
	c.month()
	c.press("<f2>", "0")
	for b.Loop() {
		c.press("<up>")
		c.app.View()
	}
}

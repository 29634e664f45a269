package ui

import (
	"strings"
	"testing"
	"time"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// flat is the frame on one line, with one blank between its words.
func flat(c *cashier) string { return strings.Join(strings.Fields(c.text()), " ") }

// TestNotPaidIsSaidToItsEnd: in the smallest window with a keys line too, NOT PAID says to keep the
// goods, why, and what to do, whatever M-PESA's code.
func TestNotPaidIsSaidToItsEnd(t *testing.T) {
	codes := []string{"1", "2", "3", "4", "8", "17", "26", "1001", "1019", "1025", "1032", "1037", "2001", "2006", "2007", "2026", "2028", "8006", "E3008"}
	for lang, keep := range map[text.Language]string{text.English: "Keep the goods.", text.Kiswahili: "Usitoe bidhaa."} {
		for _, code := range codes {
			c := newCashier(t, func(cfg *session.Config) { cfg.Language = lang })
			a := refused(c.sell("1500", phoneA), code, "no")
			c.tell(a, pos.EventCalledBack)
			what, do := text.Reason(a)
			for _, size := range [][2]int{{40, 12}, {60, 20}, {80, 24}} {
				c.size(size[0], size[1])
				for _, want := range []string{keep, c.app.say.Text(what), c.app.say.Text(do)} {
					if got := flat(c); !strings.Contains(got, want) {
						t.Errorf("%s in %s at %v does not say %q:\n%s", code, lang, size, want, c.text())
					}
				}
			}
		}
	}
}

// TestKeysThatMustShow: the key of what a cashier may have to do now is there in every window that
// has a keys line.
func TestKeysThatMustShow(t *testing.T) {
	for _, lang := range []text.Language{text.English, text.Kiswahili} {
		c := newCashier(t, func(cfg *session.Config) { cfg.Language = lang })
		a := accepted(c.sell("1500", phoneA))
		c.tell(a, pos.EventPushed)
		for _, size := range everySize {
			if c.size(size[0], size[1]); sizeOf(size[0], size[1]) >= sizePlain {
				c.sees("- " + c.app.say.KStop)
			}
		}
		c.tick(180 * time.Second)
		c.tell(unclear(a), pos.EventGaveUp)
		for _, size := range everySize {
			if c.size(size[0], size[1]); sizeOf(size[0], size[1]) >= sizePlain {
				c.sees("enter " + c.app.say.KCheck)
				if got := c.text(); !strings.Contains(got, c.app.say.KeepTheGoods) && !strings.Contains(got, c.app.say.HoldGoods) {
					t.Errorf("in %s at %v nothing says to keep the goods:\n%s", lang, size, got)
				}
			}
		}
	}
}

// TestCountersWords: the screens of a payment in front speak to a cashier: what an engineer calls
// it is on the screen of its details.
func TestCountersWords(t *testing.T) {
	for _, s := range scenes() {
		for _, lang := range []text.Language{text.English, text.Kiswahili} {
			c := s.stage(t, func(cfg *session.Config) { cfg.Language = lang })
			if c.app.session.Front == nil || c.app.at != screenSale || s.name == "practice-sms" { // which is M-PESA's own message
				continue
			}
			for _, size := range everySize {
				c.size(size[0], size[1])
				got := strings.ToLower(flat(c))
				for _, word := range []string{"callback", "query", "queries", "swali", "polling", "confirmed by", "imethibitishwa", "1032", "msimbo"} {
					if strings.Contains(got, word) {
						t.Errorf("%s in %s at %v says %q:\n%s", s.name, lang, size, word, c.text())
					}
				}
			}
		}
	}
}

// TestCrossesOfNotPaid: PAID stands in NOT PAID, so that it has its cross at both ends wherever the
// window is as wide as large letters begin at.
func TestCrossesOfNotPaid(t *testing.T) {
	c := newCashier(t)
	c.tell(refused(c.sell("1500", phoneA), "1032", "no"), pos.EventCalledBack)
	for w := bigWidth; w <= 200; w++ {
		c.size(w, 40)
		c.sees("× NOT PAID ×")
		_, l := c.app.layout()
		lines, ok := c.app.front().word(l.say, l.now).large(stageOf(l), l)
		whole := func(scale int) bool {
			return strings.TrimSpace(lines[0]) == strings.TrimSpace(draw.Letters("× NOT PAID ×", scale, false)[0])
		}
		if !ok || !whole(1) && !whole(2) && !whole(3) {
			t.Fatalf("%d wide:\n%s", w, strings.Join(lines, "\n"))
		}
	}
}

package ui

import (
	"strings"
	"testing"
	"time"

	"kaunta/pos"
)

// perhapsTwice are two paid sales of which the second was asked in place of the first.
func perhapsTwice(c *cashier) (first, second pos.Attempt) {
	first, second = paid(c.row(9, 450, phoneA), "SKN9P2M4XQ"), paid(c.row(5, 450, phoneA), "SKN9P2M4XR")
	first.Notices, second.Notices = pos.PossiblyTwice|pos.PaidLate, pos.PossiblyTwice
	first.Other, second.Other, second.Overrides = second.ID, first.ID, first.ID
	c.book.Put(first)
	c.book.Put(second)
	c.do(c.app.refresh())
	return first, second
}

// TestTwoSalesOrGivenBack: what may be one purchase paid twice stays on the list until a person
// says which it is.
func TestTwoSalesOrGivenBack(t *testing.T) {
	for key, as := range map[string]pos.EventKind{"1": pos.EventTwoSales, "2": pos.EventRefunded} {
		c := newCashier(t)
		first, second := perhapsTwice(c)
		c.tell(first, pos.EventPossiblyTwice)
		c.sees("! POSSIBLY PAID TWICE  KES 450", "! maybe paid twice 2 (KES 900)")
		c.press("<f3>")
		c.sees("✓ maybe twice", "This and KES 450 of 23 Nov 14:", "are paid, and one was", "in place of the other", "enter settle")
		c.press("<enter>")
		c.sees("KES 450: 1 if these are two sales, 2 if", "you gave this money back to the customer.")
		c.tick(time.Second)
		c.press("<enter>", "3")
		c.sees("1 if these are two sales")
		if c.till.Resolutions != nil {
			t.Fatalf("settled by Enter: %v %v", c.till.Resolutions, c.till.ResolvedAs)
		}
		c.press("-")
		c.seesNot("1 if these are two sales")
		c.press("<enter>", key) // one that bounced
		if c.till.Resolutions != nil {
			t.Fatalf("settled at once: %v %v", c.till.Resolutions, c.till.ResolvedAs)
		}
		c.press("<pause>", key)
		if len(c.till.Resolutions) != 1 || c.till.Resolutions[0] != second.ID || c.till.ResolvedAs[0] != as {
			t.Fatalf("by hand %v as %v", c.till.Resolutions, c.till.ResolvedAs)
		}
		c.sees("Noted: KES 450 ")
		second.Notices |= map[pos.EventKind]pos.Notice{pos.EventTwoSales: pos.TwoSales, pos.EventRefunded: pos.Refunded}[as]
		first.Notices |= pos.TwoSales
		for _, a := range []pos.Attempt{first, second} {
			a.Events++
			c.tell(a, as)
		}
		c.seesNot("maybe twice", "maybe paid twice 2", "POSSIBLY PAID TWICE") // the banner asked what a person has answered
	}
}

// TestNoHalfSentences: below a row of F3 no sentence is cut while the question about the row takes
// the room in the smallest window.
func TestNoHalfSentences(t *testing.T) {
	for _, lang := range []string{"English", "Kiswahili"} {
		c := newCashier(t)
		c.size(40, 12)
		first, _ := perhapsTwice(c)
		c.tell(first, pos.EventPossiblyTwice)
		if lang == "Kiswahili" {
			c.press("<f9>")
		}
		c.press("<f3>", "<enter>")
		for begin, end := range map[string]string{"This and KES": "one paid twice?", "Haya na KES": "limelipwa mara mbili?", "KES 450: 1 ": "."} {
			if text := c.oneLine(); strings.Contains(text, begin) && !strings.Contains(text, end) {
				t.Errorf("%s: a sentence is cut:\n%s", lang, c.text())
			}
		}
		c.sees("KES 450: 1 ")
	}
}

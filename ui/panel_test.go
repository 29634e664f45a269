package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
)

// TestRowInFrontIsExplained: a wide window has the row in front with all that happened beside the
// list, follows the row and what comes for it, and reads it once; a narrow one reads nothing.
func TestRowInFrontIsExplained(t *testing.T) {
	c := newCashier(t)
	c.day(12)
	newest, second := c.book.Rows[0], c.book.Rows[1]
	c.book.Evidence[second.ID] = []pos.Event{{Attempt: second.ID, Kind: pos.EventStopped, At: second.AskedAt.Add(31 * time.Second)}}
	c.size(80, 24)
	reads := len(c.book.Looked)
	c.press("<f2>", "<down>", "<up>")
	if len(c.book.Looked) != reads {
		t.Errorf("a narrow window read %d payments", len(c.book.Looked)-reads)
	}
	c.size(120, 40)
	c.sees("KES 250  0712 ••• 678", "14:19:17  M-PESA's message: paid")
	reads = len(c.book.Looked)
	c.send(tea.WindowSizeMsg{Width: 160, Height: 48})
	if len(c.book.Looked) != reads {
		t.Error("what is known was read again")
	}
	c.press("<down>")
	c.sees("14:06:31  stopped waiting")
	c.seesNot("14:19:17")
	c.press("<up>")
	more := newest
	more.Events++
	c.book.Evidence[newest.ID] = append(c.book.Evidence[newest.ID], pos.Event{Attempt: newest.ID, Kind: pos.EventStopped, At: newest.AskedAt.Add(55 * time.Second)})
	c.tell(more, pos.EventStopped)
	c.sees("14:19:55  stopped waiting")
	c.press("<f3>", "<end>")
	c.sees("Asked KES 12,400, paid", "12:09:09  M-PESA's message: paid")
}

// TestMaybeTwiceIsNotGreen: what is paid and may be one purchase with another is in the colour of
// what a person must look at, wherever it is named.
func TestMaybeTwiceIsNotGreen(t *testing.T) {
	c := newCashier(t)
	a := paid(c.sell("450", phoneA), "SKN4T7W2QX")
	a.Notices = pos.PaidLate | pos.PossiblyTwice
	c.tell(a, pos.EventCalledBack)
	c.tick(3 * time.Second)
	c.press("<enter>")
	green, amber := string(c.app.theme.Tones[1]), string(c.app.theme.Tones[3])
	for line := range strings.Lines(c.frame()) {
		if plain := strip(line); strings.Contains(plain, "PAID LATE") && !strings.Contains(plain, "seen") && (strings.Contains(line, green) || !strings.Contains(line, amber)) {
			t.Errorf("%q is in the colour of what is well", plain)
		}
	}
	c.sees("last  ✓ PAID LATE")
}

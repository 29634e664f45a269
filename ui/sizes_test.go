package ui

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

var allSizes = flag.Bool("sizes", false, "draw every scene in every window from 1×1 to 200×60, which takes minutes")

// TestNoFrameOverflows draws every window from 1×1 to 200×60: each in one scene and language, and
// with -sizes in all.
func TestNoFrameOverflows(t *testing.T) {
	all := scenes()
	for n, s := range all {
		for m, lang := range []text.Language{text.English, text.Kiswahili} {
			c := s.stage(t, func(cfg *session.Config) { cfg.Language = lang })
			for w := 1; w <= 200; w++ {
				for h := 1; h <= 60; h++ {
					if !*allSizes && (w+7*h)%(2*len(all)) != 2*n+m {
						continue
					}
					c.app.width, c.app.height = w, h
					if err := overflows(c.frame(), w, h); err != nil {
						t.Fatalf("%s in %s: %v", s.name, lang, err)
					}
				}
			}
		}
	}
}

// overflows says what of a frame does not fit a window of w × h cells exactly.
func overflows(frame string, w, h int) error {
	rows := 0
	for line := range strings.SplitSeq(frame, "\n") {
		if got := ansi.StringWidth(line); got != w {
			return fmt.Errorf("row %d is %d cells wide in a window of %d×%d: %q", rows, got, w, h, strip(line))
		}
		rows++
	}
	if rows != h {
		return fmt.Errorf("%d rows in a window of %d×%d", rows, w, h)
	}
	return nil
}

// TestTooSmall: a window below the least says so, with what it is and what it should be, in every
// scene.
func TestTooSmall(t *testing.T) {
	for _, s := range scenes() {
		for lang, want := range map[text.Language]string{text.English: "have 30×10, need 40×12", text.Kiswahili: "ni 30×10, inahitaji 40×12"} {
			c := s.stage(t, func(cfg *session.Config) { cfg.Language = lang })
			c.size(30, 10)
			if got := strings.Join(strings.Fields(c.text()), " "); !strings.Contains(got, want) && s.name != "quit" {
				t.Errorf("%s in %s does not say %q:\n%s", s.name, lang, want, c.text())
			}
		}
	}
}

// TestNothingMovesWithoutMotion: with NoMotion every scene stays as it is until something happens,
// and the cursor does not blink.
func TestNothingMovesWithoutMotion(t *testing.T) {
	for _, s := range scenes() {
		c := s.stage(t, func(cfg *session.Config) { cfg.NoMotion = true })
		c.now = c.now.Truncate(time.Minute)
		c.send(tickMsg(c.app.tick))
		before := c.text()
		for range 10 { // less than any plan's next check
			c.now = c.now.Add(time.Second)
			c.send(tickMsg(c.app.tick))
			if got := c.text(); got != before {
				t.Errorf("%s has moved after %v:\n%s", s.name, c.now.Sub(c.now.Truncate(time.Minute)), got)
				break
			}
		}
		if v := c.app.View(); v.Cursor != nil && v.Cursor.Blink {
			t.Errorf("the cursor of %s blinks", s.name)
		}
	}
}

// TestASCIIIsASCII: no character but ASCII in any scene, size and language, whichever way it was
// asked for.
func TestASCIIIsASCII(t *testing.T) {
	for name, ask := range map[string]func(*session.Config){
		"--ascii": func(cfg *session.Config) { cfg.ASCII = true },
		"LANG=C":  func(cfg *session.Config) { cfg.Environ = []string{"TERM=xterm", "LANG=C"} },
	} {
		for _, s := range scenes() {
			for _, lang := range []text.Language{text.English, text.Kiswahili} {
				c := s.stage(t, ask, func(cfg *session.Config) { cfg.Language = lang })
				for _, size := range everySize {
					c.size(size[0], size[1])
					frame := c.frame()
					if i := strings.IndexFunc(frame, func(r rune) bool { return r > 0x7e }); i >= 0 {
						t.Errorf("%s, %s in %s at %v: %q", name, s.name, lang, size, frame[i:min(len(frame), i+9)])
					}
				}
			}
		}
	}
}

// TestCursorOfEveryField: wherever something is typed, the terminal's own cursor is there, and
// nowhere else.
func TestCursorOfEveryField(t *testing.T) {
	types := map[string]bool{
		"sale-empty": true, "sale": true, "sale-again": true, "sale-rounded": true, "sale-refused": true, "sale-resumed": true,
		"ledger-find": true, "ledger-day": true, "open-code": true, "detail-code": true, "trouble": true, "broken": true, "moved": true, "clock-doubt": true,
		"practice-idle": true,
	}
	for _, s := range scenes() {
		c := s.stage(t)
		if v := c.app.View(); (v.Cursor != nil) != types[s.name] {
			t.Errorf("%s: cursor %v", s.name, v.Cursor)
		}
	}
}

// TestResizingAtAnyMoment throws sizes, facts, seconds and keys at a payment, in any order: every
// frame fits its window, and the state word is in each that has room for it.
func TestResizingAtAnyMoment(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		lang := rapid.SampledFrom([]text.Language{text.English, text.Kiswahili}).Draw(r, "language")
		c := newCashier(t, func(cfg *session.Config) {
			cfg.Language = lang
			cfg.Mode, cfg.Phone = session.Training, &fakePhone{}
			cfg.ASCII = rapid.Bool().Draw(r, "ascii")
		})
		a := c.sell("1500", phoneA)
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			switch rapid.IntRange(0, 9).Draw(r, "step") {
			case 0:
				a = accepted(a)
				c.tell(a, pos.EventPushed)
			case 1:
				a = unclear(a)
				c.tell(a, pos.EventGaveUp)
			case 2:
				a = paid(a, "SKN4T7W2QX")
				a.Notices |= pos.Notice(rapid.IntRange(0, 15).Draw(r, "notices"))
				c.tell(a, pos.EventCalledBack)
			case 3:
				a = refused(a, "1032", "Request Cancelled by user.")
				c.tell(a, pos.EventCalledBack)
			case 4:
				c.tick(time.Duration(rapid.IntRange(1, 90).Draw(r, "seconds")) * time.Second)
			case 5:
				c.send(promptsMsg{{Phone: a.Phone, Amount: a.Amount, Payee: "174379"}})
			case 6:
				c.press(rapid.SampledFrom([]string{"<f9>", "<f8>", "?", "<f2>", "<f1>", "<down>"}).Draw(r, "key"))
			default:
				c.size(rapid.IntRange(1, 210).Draw(r, "width"), rapid.IntRange(1, 65).Draw(r, "height"))
			}
			w, h := c.app.width, c.app.height
			if err := overflows(c.frame(), w, h); err != nil {
				r.Fatal(err)
			}
			if c.app.session.Front == nil || sizeOf(w, h) == sizeTiny {
				continue
			}
			word := c.app.front().word(c.app.say, c.app.now).String()
			if c.app.ascii {
				word = strings.Map(draw.ASCII, word)
			}
			if got := c.text(); !strings.Contains(got, word) {
				r.Fatalf("no %q at %d×%d:\n%s", word, w, h, got)
			}
		}
		if len(c.till.Charges) != 1 {
			r.Fatalf("asked for %+v", c.till.Charges)
		}
		c.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	})
}

// TestBigWords: the big letters of a band are the state's word or its short form, in any window,
// and nothing else.
func TestBigWords(t *testing.T) {
	for _, s := range scenes() {
		for _, lang := range []text.Language{text.English, text.Kiswahili} {
			c := s.stage(t, func(cfg *session.Config) { cfg.Language = lang })
			if c.app.session.Front == nil {
				continue
			}
			word := c.app.front().word(c.app.say, c.app.now)
			forms := []string{word.String(), word.sign + " " + word.word, word.sign + " " + word.short + word.end(), word.short}
			for w := bigWidth; w <= 200; w++ {
				c.size(w, 40)
				_, l := c.app.layout()
				lines, ok := word.large(stageOf(l), l)
				if !ok {
					continue
				}
				known := false
				for _, form := range forms {
					for scale := 1; scale <= draw.MostScale; scale++ {
						known = known || strings.TrimSpace(lines[0]) == strings.TrimSpace(draw.Letters(form, scale, false)[0])
					}
				}
				if !known {
					t.Fatalf("%s in %s, %d wide: %q", s.name, lang, w, lines)
				}
			}
		}
	}
}

package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// TestRedraw: Ctrl-L, and coming back to the window, draw the whole screen again; leaving the
// window is no key.
func TestRedraw(t *testing.T) {
	for name, sent := range map[string]string{"Ctrl-L": "\f", "focus": "\x1b[I"} {
		synctest.Test(t, func(t *testing.T) {
			s := newEmulated(t)
			s.types("450")
			if _, err := s.out.Write([]byte("\x1b[2J\x1b[Hwall: the machine goes down")); err != nil {
				t.Fatal(err)
			}
			s.types("\x1b[O")
			s.sees("wall: ")
			s.types(sent)
			s.sees("KES 450", "DUKA")
			if strings.Contains(s.screen(), "wall: ") {
				t.Errorf("%s leaves what another program drew:\n%s", name, s.screen())
			}
			s.types("5")
			s.sees("KES 4505_")
			s.close()
		})
	}
}

// TestNobodyToSuspendFor: without a terminal Ctrl-Z does nothing.
func TestNobodyToSuspendFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmulated(t)
		s.types("450", "\x1a", "5")
		s.sees("KES 4505_")
		s.close()
	})
}

// ofCodePage437 are the characters besides ASCII that Linux's console has in its own font.
const ofCodePage437 = "─═│┌┐└┘▌▀▄█·•√○←↑→↓é"

// TestLinuxConsole: no character that its font lacks in any scene and size.
func TestLinuxConsole(t *testing.T) {
	for _, s := range scenes() {
		for _, lang := range []text.Language{text.English, text.Kiswahili} {
			c := s.stage(t, func(cfg *session.Config) {
				cfg.Language, cfg.Environ = lang, []string{"TERM=linux", "LANG=C.UTF-8"}
			})
			for _, size := range everySize {
				c.size(size[0], size[1])
				for _, r := range strip(c.frame()) {
					if r > 0x7e && !strings.ContainsRune(ofCodePage437, r) {
						t.Fatalf("%s in %s at %v: %q", s.name, lang, size, r)
					}
				}
			}
		}
	}
}

// slowLine is what a line of 9600 baud carries in a second, in bytes.
const slowLine = 960

// TestBytesWhileWaiting: while a payment waits, a second's news go down a slow line within that
// second, in every profile.
func TestBytesWhileWaiting(t *testing.T) {
	for _, environ := range [][]string{
		{"TERM=xterm-256color", "COLORTERM=truecolor"}, {"TERM=xterm-256color"}, {"TERM=xterm"}, {"TERM=linux"}, {"TERM=vt220"}, {"NO_COLOR=1"},
		{"LANG=C"}, {"COLUMNS=160", "LINES=48"}, {"COLUMNS=40", "LINES=12"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newEmulated(t, environ...)
			s.settle()
			first := s.out.written()
			s.types("4", "5", "0", "\r")
			s.types(strings.Split(phoneA+"\r", "")...)
			s.tell(accepted(pos.Attempt{
				ID: "attempt", AskedAt: time.Now(), State: pos.Sending, Events: 1,
				Asked: pos.Asked{Sale: "sale", Phone: "254712345678", Amount: 450},
			}))
			s.settle()
			s.out.written()
			most := 0
			for range 60 {
				<-time.After(time.Second)
				synctest.Wait()
				most = max(most, s.out.written())
			}
			t.Logf("%v: %d bytes for the first frame, at most %d for a second of waiting", environ, first, most)
			if most == 0 || most > slowLine/2 {
				t.Errorf("%v: %d bytes in a second of waiting, %d baud carry %d", environ, most, 10*slowLine, slowLine)
			}
			s.close()
		})
	}
}

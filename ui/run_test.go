package ui

import (
	"bytes"
	"context"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/vt"
	"go.uber.org/goleak"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/session/sessiontest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// emulated is the whole program in an emulated terminal of 80×24, in a bubble of synctest where
// waiting costs no time.
type emulated struct {
	t      *testing.T
	term   *vt.SafeEmulator
	keys   io.Writer
	till   *fakeTill
	book   *fakeBook
	real   *pos.Till
	ledger *sessiontest.Ledger
	out    *counted
	done   chan error
	end    context.CancelFunc
}

// counted is an output that counts its bytes, and ends lines as the line discipline of a terminal
// does.
type counted struct {
	io.Writer
	mu sync.Mutex
	n  int
}

func (c *counted) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += len(p)
	_, err := c.Writer.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), err
}

// written is how many bytes came since it was last asked.
func (c *counted) written() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	c.n = 0
	return n
}

func newEmulated(t *testing.T, environ ...string) *emulated {
	t.Helper()
	s := &emulated{
		t: t, term: vt.NewSafeEmulator(80, 24), till: &fakeTill{}, book: &fakeBook{}, ledger: &sessiontest.Ledger{}, done: make(chan error, 1),
	}
	var err error
	if s.real, err = pos.Start(t.Context(), pos.Config{Ledger: s.ledger}); err != nil {
		t.Fatal(err)
	}
	s.till.OnSubscribe = s.real.Subscribe
	s.till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
		a := pos.Attempt{
			ID: "attempt", AskedAt: time.Now(), State: pos.Sending, Events: 1,
			Asked: pos.Asked{Sale: "sale", Phone: r.Phone, Amount: r.Amount},
		}
		s.tell(a)
		return a, nil
	}
	keys, in := net.Pipe()
	s.keys = keys
	s.out = &counted{Writer: s.term}
	ctx, end := context.WithCancel(t.Context())
	s.end = end
	go func() { _, _ = io.Copy(io.Discard, s.term) }() // its answers to queries: a terminal need not give any
	go func() {
		s.done <- Run(ctx, session.Config{
			Shop: "DUKA", ShortCode: "174379", Mode: session.Live, Till: s.till, Book: s.book,
			Input: in, Output: s.out, Environ: append([]string{"TERM=xterm-256color", "LANG=en_US.UTF-8", "COLUMNS=80", "LINES=24"}, environ...),
		})
		_ = keys.Close()
		_ = in.Close()
	}()
	synctest.Wait()
	return s
}

// tell has the real till announce the attempt as it is.
func (s *emulated) tell(a pos.Attempt) {
	a.CheckoutRequestID = "" // so that the till has nothing to query
	s.ledger.Become(a)
	if err := s.real.StopWaiting(s.t.Context(), a.ID); err != nil {
		s.t.Error(err)
	}
}

// types writes keys as a terminal sends them, one by one.
func (s *emulated) types(keys ...string) {
	for _, k := range keys {
		if _, err := io.WriteString(s.keys, k); err != nil {
			s.t.Error(err)
		}
		s.settle()
	}
}

// settle lets the program take everything in and draw it.
func (s *emulated) settle() {
	<-time.After(100 * time.Millisecond) // of the bubble's time
	synctest.Wait()
}

func (s *emulated) screen() string {
	s.out.mu.Lock() // a cell can change once the emulator has given it
	defer s.out.mu.Unlock()
	var b strings.Builder
	for y := range s.term.Height() {
		for x := range s.term.Width() {
			if c := s.term.CellAt(x, y); c != nil && c.Content != "" {
				b.WriteString(c.Content)
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (s *emulated) sees(want ...string) {
	s.t.Helper()
	got := s.screen()
	for _, w := range want {
		if !strings.Contains(got, w) {
			s.t.Errorf("the terminal does not show %q:\n%s", w, got)
		}
	}
}

func (s *emulated) close() {
	s.end()
	if err := <-s.done; err != nil {
		s.t.Errorf("Run: %v", err)
	}
	if err := s.real.Close(context.Background()); err != nil {
		s.t.Error(err)
	}
	if answers, ok := s.term.InputPipe().(io.Closer); ok {
		_ = answers.Close() // ends the goroutine that drains them
	}
}

// TestProgram takes a payment through the real program: bytes of keys in, a drawn terminal out.
func TestProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmulated(t)
		s.settle()
		s.sees("DUKA  till 174379  SALE", "Type the amount.")

		s.types("4", "5", "\x1bOp", "\r") // a key of the number pad in application mode among them
		s.sees("KES 450")
		s.types(append(strings.Split(phoneA, ""), "\x1bOM")...)
		s.sees("◔ SENDING", "KES 450", "0712 345 678")

		a := accepted(pos.Attempt{
			ID: "attempt", AskedAt: time.Now(), State: pos.Sending, Events: 1,
			Asked: pos.Asked{Sale: "sale", Phone: "254712345678", Amount: 450},
		})
		s.tell(a)
		s.settle()
		s.sees("◔ WAITING FOR PIN")
		<-time.After(10 * time.Second)
		s.settle()
		s.sees("0:10", "━")

		s.tell(paid(a, "SKN4T7W2QX"))
		s.settle()
		s.sees("✓ PAID", "M-PESA code   SKN4T7W2QX", "Hand over the goods.")
		if len(s.till.Charges) != 1 {
			t.Errorf("%d payments were asked for", len(s.till.Charges))
		}
		s.close()
		if s.term.IsAltScreen() {
			t.Error("the terminal was not given back")
		}
	})
}

// TestResultIsSoonOnTheScreen: whatever the pace of the frames, a result is drawn within 34 ms.
func TestResultIsSoonOnTheScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmulated(t)
		s.settle()
		s.types("4", "5", "0", "\r")
		s.types(strings.Split(phoneA+"\r", "")...)
		a := accepted(pos.Attempt{
			ID: "attempt", AskedAt: time.Now(), State: pos.Sending, Events: 1,
			Asked: pos.Asked{Sale: "sale", Phone: "254712345678", Amount: 450},
		})
		s.tell(a)
		<-time.After(34 * time.Millisecond)
		synctest.Wait()
		s.sees("◔ WAITING FOR PIN")
		<-time.After(7*time.Second + 13*time.Millisecond)
		s.tell(paid(a, "SKN4T7W2QX"))
		<-time.After(34 * time.Millisecond)
		synctest.Wait()
		s.sees("✓ PAID", "Hand over the goods.")
		s.close()
	})
}

// TestProgramEnds for each way out, and leaves nothing running; goleak looks after the last test
// too.
func TestProgramEnds(t *testing.T) {
	for name, leave := range map[string]func(*emulated){
		"ctrl-q":               func(s *emulated) { s.types("\x11") },
		"the caller's context": func(s *emulated) { s.end() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newEmulated(t)
				leave(s)
				s.close()
			})
		})
	}
	if err := Run(t.Context(), session.Config{}); err == nil {
		t.Error("Run without a till succeeded")
	}
}

// TestBytes: what goes down a slow line for a key, for a second of waiting and for a minute of
// doing nothing.
func TestBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmulated(t)
		s.settle()
		s.out.written()
		s.types("4")
		key := s.out.written()
		s.types("5", "0", "\r")
		s.types(strings.Split(phoneA, "")...)
		typing := (key + s.out.written()) / (len("450\r") + len(phoneA))
		s.types("\r")
		a := accepted(pos.Attempt{
			ID: "attempt", AskedAt: time.Now(), State: pos.Sending, Events: 1,
			Asked: pos.Asked{Sale: "sale", Phone: "254712345678", Amount: 450},
		})
		s.tell(a)
		s.settle()
		s.out.written()
		<-time.After(10 * time.Second)
		synctest.Wait()
		second := s.out.written() / 10
		s.tell(paid(a, "SKN4T7W2QX"))
		s.types("+")
		s.settle()
		s.out.written()
		<-time.After(time.Minute)
		synctest.Wait()
		minute := s.out.written()
		t.Logf("%d bytes for the first key, %d for a key of a sale, %d for a second of waiting, %d for an idle minute", key, typing, second, minute)
		if key == 0 || key > 400 || typing > 120 || second == 0 || second > 200 || minute > 200 {
			t.Error("too much for a slow line")
		}
		s.close()
	})
}

// TestPasteIsBracketed: a pasted number with a newline asks for nothing.
func TestPasteIsBracketed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newEmulated(t)
		s.types("450\r", "\x1b[200~+254 712 345 678\r\n\x1b[201~")
		s.sees("0712 345 678")
		if len(s.till.Charges) != 0 {
			t.Error("pasting asked for a payment")
		}
		s.close()
	})
}

// TestNoColourOutput: with any NO_COLOR not one colour leaves the program.
func TestNoColourOutput(t *testing.T) {
	c := newCashier(t, func(cfg *session.Config) { cfg.Environ = append(cfg.Environ, "NO_COLOR=yes") })
	c.day(12)
	for _, keys := range [][]string{{"450"}, {"<f2>"}, {"<f3>"}, {"?"}} {
		c.press(keys...)
		for _, sequence := range regexp.MustCompile("\x1b\\[[0-9;]*m").FindAllString(c.frame(), -1) {
			switch sequence {
			case "\x1b[m", "\x1b[1m", "\x1b[7m", "\x1b[1;7m":
			default:
				t.Errorf("%v: %q", keys, sequence)
			}
		}
	}
}

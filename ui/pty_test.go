package ui

import (
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/session/sessiontest"
)

// ptySession is the screens in a real pseudo-terminal of 80×24, in real time, drawn into an
// emulated screen.
type ptySession struct {
	testing.TB
	ptmx   *os.File
	ledger *sessiontest.Ledger
	real   *pos.Till
	end    context.CancelFunc
	done   chan error
	read   sync.WaitGroup

	mu      sync.Mutex // guards what is drawn
	screen  *vt.Emulator
	bytes   int
	changed chan struct{} // closed when something was drawn
}

// newPTYSession starts the screens. The attempt of every charge is as the test tells it.
func newPTYSession(tb testing.TB, environ ...string) *ptySession {
	tb.Helper()
	ptmx, tty, err := pty.Open()
	if err != nil {
		tb.Skipf("no pseudo-terminal on this machine: %v", err)
	}
	if err := pty.Setsize(ptmx, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		tb.Fatal(err)
	}
	s := &ptySession{
		TB: tb, ptmx: ptmx, ledger: &sessiontest.Ledger{}, screen: vt.NewEmulator(80, 24), changed: make(chan struct{}), done: make(chan error, 1),
	}
	if s.real, err = pos.Start(context.Background(), pos.Config{Ledger: s.ledger}); err != nil {
		tb.Fatal(err)
	}
	till := &fakeTill{OnSubscribe: s.real.Subscribe}
	till.OnCharge = func(r pos.Request) (pos.Attempt, error) {
		a := pos.Attempt{
			ID: "attempt", AskedAt: time.Now(), State: pos.Sending, Events: 1,
			Asked: pos.Asked{Sale: "sale", Phone: r.Phone, Amount: r.Amount},
		}
		s.tell(accepted(a))
		return a, nil
	}
	s.read.Go(func() {
		buffer := make([]byte, 8192)
		for {
			n, err := s.ptmx.Read(buffer)
			if err != nil {
				return
			}
			s.mu.Lock()
			_, _ = s.screen.Write(buffer[:n])
			s.bytes += n
			close(s.changed)
			s.changed = make(chan struct{})
			s.mu.Unlock()
		}
	})
	s.read.Go(func() { _, _ = io.Copy(io.Discard, s.screen) }) // its answers to queries: a terminal need not give any
	ctx, end := context.WithCancel(context.Background())
	s.end = end
	go func() {
		s.done <- Run(ctx, session.Config{
			Shop: "DUKA", ShortCode: "174379", Mode: session.Live, Till: till, Book: &fakeBook{}, Input: tty, Output: tty,
			Environ: append([]string{"TERM=xterm-256color", "LANG=en_US.UTF-8"}, environ...),
		})
		_ = tty.Close()
	}()
	return s
}

// tell has the real till announce the attempt as it is.
func (s *ptySession) tell(a pos.Attempt) {
	a.CheckoutRequestID = ""
	s.ledger.Become(a)
	if err := s.real.StopWaiting(context.Background(), a.ID); err != nil {
		s.Error(err)
	}
}

func (s *ptySession) press(keys string) {
	s.Helper()
	if _, err := io.WriteString(s.ptmx, keys); err != nil {
		s.Fatal(err)
	}
}

// see waits until the screen shows the text, and returns how many bytes have come since see was
// last called.
func (s *ptySession) see(text string) int {
	s.Helper()
	patience := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		changed, shown := s.changed, s.screen.String()
		if strings.Contains(shown, text) {
			n := s.bytes
			s.bytes = 0
			s.mu.Unlock()
			return n
		}
		s.mu.Unlock()
		select {
		case <-changed:
		case <-patience:
			s.Fatalf("%q does not appear on the screen:\n%s", text, shown)
		}
	}
}

// close leaves, and waits for everything that was started.
func (s *ptySession) close() {
	s.Helper()
	s.end()
	if err := <-s.done; err != nil {
		s.Errorf("Run: %v", err)
	}
	if err := s.real.Close(context.Background()); err != nil {
		s.Error(err)
	}
	_ = s.ptmx.Close()
	_ = s.screen.InputPipe().(io.Closer).Close()
	s.read.Wait()
}

// TestBytesInAPseudoTerminal: what a real terminal is sent for a key, for a second of waiting and
// for a result.
func TestBytesInAPseudoTerminal(t *testing.T) {
	s := newPTYSession(t)
	first := s.see("Type the amount.")
	s.press("4")
	key := s.see("KES 4")
	s.press("50\r" + phoneA + "\r")
	s.see("0:01")
	second := min(s.see("0:02"), s.see("0:03")) // what is seen may be the first part of what is sent: the rest counts with the next
	s.tell(paid(pos.Attempt{ID: "attempt", AskedAt: time.Now(), Events: 5, Asked: pos.Asked{Sale: "sale", Phone: "254712345678", Amount: 450}}, "SKN4T7W2QX"))
	result := s.see("Hand over the goods.")
	t.Logf("%d bytes for the first frame, %d for a key, %d for a second of waiting, %d for a result", first, key, second, result)
	if key > 400 || second > 250 || result > 4000 {
		t.Error("too much for a slow line")
	}
	s.close()
}

// TestKeysInPartsInAPseudoTerminal: a terminal is waited with for the rest of a key, and given up
// on.
func TestKeysInPartsInAPseudoTerminal(t *testing.T) {
	s := newPTYSession(t)
	s.see("Type the amount.")
	s.press("450")
	s.see("KES 450")
	s.press("\x1b[2")
	s.press("0~") // F9
	s.see("Kiasi")
	s.see("KES 450")
	s.press("\x1b")
	s.see("Ufute kilichoandikwa?")
	s.close()
}

// BenchmarkFirstFrame is from the call of Run to a first frame that can be read, in a
// pseudo-terminal that answers no queries.
func BenchmarkFirstFrame(b *testing.B) {
	for b.Loop() {
		s := newPTYSession(b)
		s.see("Type the amount.")
		b.StopTimer()
		s.close()
		b.StartTimer()
	}
}

// BenchmarkKeyInAPseudoTerminal is from a key's byte to its frame on the emulated screen; most of
// it is the pace of the frames.
func BenchmarkKeyInAPseudoTerminal(b *testing.B) {
	s := newPTYSession(b)
	s.see("Type the amount.")
	bytes := 0
	for b.Loop() {
		s.press("7")
		bytes += s.see("KES 7")
		b.StopTimer()
		s.press("\x15") // clear
		s.see("Type the amount.")
		b.StartTimer()
	}
	b.ReportMetric(float64(bytes)/float64(b.N), "bytes/key")
	s.close()
}

// BenchmarkResultToFrame is an update about the payment in front and the frame after it.
func BenchmarkResultToFrame(b *testing.B) {
	c := newCashier(b)
	c.day(12)
	a := accepted(c.sell("1500", phoneA))
	end := paid(a, "SKN4T7W2QX")
	for b.Loop() {
		c.app.session.Front.Attempt = a
		c.tell(end, pos.EventCalledBack)
		c.app.View()
	}
}

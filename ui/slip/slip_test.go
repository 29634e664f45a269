package slip

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var sample = Slip{
	Head:  []string{"DUKA LA MAMA", "Moi Avenue 4, Nakuru"},
	Mark:  []string{"TRAINING", "COPY 2"},
	Title: "KES 450",
	Rows: []Row{
		{"PAID BY M-PESA", "", true}, {"M-PESA code", "SKN4T7W2QX", false}, {"Phone", "0712 ••• 678", false}, {},
		{"Reference", "Table 4", false}, {"A label that is too long for its", "value", false},
	},
	Foot: []string{"A payment receipt, not a tax invoice."},
}

// TestEncode: the bytes of a slip, as they were read off the printer's manual.
func TestEncode(t *testing.T) {
	want := "\x1b@" +
		"\x1ba\x01DUKA LA MAMA\nMoi Avenue 4, Nakuru\n\x1d!\x00\x1ba\x00" +
		"\x1ba\x01\x1d!\x11TRAINING\nCOPY 2\n\x1d!\x00\x1ba\x00" +
		"\x1ba\x01\x1d!\x11KES 450\n\x1d!\x00\x1ba\x00" +
		"\x1ba\x00" +
		"\x1bE\x01PAID BY M-PESA\n\x1bE\x00" +
		"M-PESA code           SKN4T7W2QX\n" +
		"Phone               0712 *** 678\n" +
		"--------------------------------\n" +
		"Reference                Table 4\n" +
		"A label that is too long for its\n                           value\n" +
		"\x1ba\x01A payment receipt, not a tax\ninvoice.\n\x1d!\x00\x1ba\x00" +
		"\x1ba\x00" + "\x1dVB\x00"
	if got := string(Encode(sample, Paper{Columns: 32, Cut: true})); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := string(Encode(sample, Paper{Columns: 32})); !strings.HasSuffix(got, "\n\n\n\n") || strings.Contains(got, "\x1dV") {
		t.Errorf("without a knife: %q", got)
	}
}

// TestNoCommandFromOutside: no text brings a command to the printer, and no slip is longer than its
// memory.
func TestNoCommandFromOutside(t *testing.T) {
	evil := "Juma\x1bp\x00\x19\xfa\x1d!\x11\x10\x04\x01\x9b \u202eé"
	s := Slip{Head: []string{evil}, Mark: []string{evil}, Title: evil, Foot: []string{evil}}
	for range 1000 {
		s.Rows = append(s.Rows, Row{evil, evil, true})
	}
	out := Encode(s, Paper{Columns: 48, Cut: true})
	if len(out) > maxJob {
		t.Errorf("%d bytes", len(out))
	}
	for _, ours := range []string{initialise, left, centre, bold, notBold, large, notLarge, feedAndCut, "\n"} {
		out = bytes.ReplaceAll(out, []byte(ours), nil)
	}
	if i := bytes.IndexFunc(out, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
		t.Errorf("a byte of its own at %d: %q", i, out)
	}
}

func TestWidths(t *testing.T) {
	for _, columns := range []int{32, 42, 48} {
		out := Encode(sample, Paper{Columns: columns})
		text := strings.NewReplacer(initialise, "", left, "", centre, "", bold, "", notBold, "", large, "", notLarge, "").Replace(string(out))
		for line := range strings.Lines(text) {
			if n := len(strings.TrimSpace(plain(line))); n > columns {
				t.Errorf("%d columns in a line of %d: %q", n, columns, line)
			}
		}
	}
}

// TestPrinterThatNeverReturns: Send returns at once, whatever the printer does.
func TestPrinterThatNeverReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		p := newPrinter(func(context.Context) (io.WriteCloser, error) { return stuckWriter{stuck}, nil })
		var outcome []error
		began := time.Now()
		sent := func(err error) { outcome = append(outcome, err) }
		if err := p.Send([]byte("one"), sent); err != nil {
			t.Error(err)
		}
		synctest.Wait() // it is being written
		if err := p.Send([]byte("two"), sent); err != nil {
			t.Error(err)
		}
		for range 1000 {
			if err := p.Send([]byte("more"), sent); !errors.Is(err, ErrBusy) {
				t.Fatalf("a third job: %v", err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("the till waited %v", took)
		}
		time.Sleep(2*patience + time.Second)
		synctest.Wait()
		if len(outcome) != 2 || outcome[0] == nil || outcome[1] == nil {
			t.Errorf("outcome: %v", outcome)
		}
		p.Close()
		close(stuck)
	})
}

type stuckWriter struct{ until chan struct{} }

func (w stuckWriter) Write([]byte) (int, error) { <-w.until; return 0, errors.New("gone") }
func (w stuckWriter) Close() error              { return nil }

// TestPrinters prints to a file, twice, and to a printer in the network.
func TestPrinters(t *testing.T) {
	print := func(to string, jobs ...string) {
		t.Helper()
		p := New(to)
		defer p.Close()
		for _, j := range jobs {
			done := make(chan error, 1)
			if err := p.Send([]byte(j), func(err error) { done <- err }); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "slips")
	print(path, "one", "two")
	if got, err := os.ReadFile(path); err != nil || string(got) != "onetwo" {
		t.Errorf("the file has %q, %v", got, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	received := make(chan []byte, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		all, _ := io.ReadAll(c)
		received <- all
	}()
	print(l.Addr().String(), "three")
	if got := <-received; string(got) != "three" {
		t.Errorf("the printer has %q", got)
	}
	p := New(filepath.Join(t.TempDir(), "no", "such", "printer"))
	defer p.Close()
	done := make(chan error, 1)
	if err := p.Send([]byte("four"), func(err error) { done <- err }); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil || !strings.Contains(err.Error(), "look whether the printer is on") {
		t.Errorf("without a printer: %v", err)
	}
}

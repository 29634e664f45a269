//go:build unix

package cli_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// dialogue is the real program in its plain mode: lines in, lines out.
type dialogue struct {
	*testing.T
	cmd   *exec.Cmd
	typed io.WriteCloser
	heard chan []byte // closed at the end of the output

	unread string // heard and not asked for yet
	all    bytes.Buffer
}

// startPlain starts the program with a folder of its own; at a terminal where tty is true, and
// otherwise with pipes.
func startPlain(t *testing.T, folder string, tty bool, args ...string) *dialogue {
	t.Helper()
	d := &dialogue{T: t, cmd: exec.Command("kaunta", args...), heard: make(chan []byte, 100)}
	d.cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+folder, "XDG_CONFIG_HOME="+folder, "TERM=xterm-256color", "LANG=C.UTF-8")
	var output io.Reader
	var err error
	if tty {
		var terminal *os.File
		if terminal, err = pty.StartWithSize(d.cmd, &pty.Winsize{Rows: 24, Cols: 40}); err == nil {
			d.typed, output = terminal, terminal
		}
	} else {
		d.typed, err = d.cmd.StdinPipe()
		if err == nil {
			output, err = d.cmd.StdoutPipe()
		}
		if err == nil {
			d.cmd.Stderr = os.Stderr
			err = d.cmd.Start()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(d.heard)
		for {
			b := make([]byte, 4096)
			n, err := output.Read(b)
			if n > 0 {
				d.heard <- b[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = d.cmd.Process.Kill()
		for range d.heard { // until it is closed
		}
		_ = d.cmd.Wait()
		_ = d.typed.Close()
	})
	return d
}

// types types lines.
func (d *dialogue) types(lines ...string) {
	d.Helper()
	for _, s := range lines {
		if _, err := io.WriteString(d.typed, s+"\n"); err != nil {
			d.Fatal(err)
		}
	}
}

// hears waits until each of the texts has been said, one after the other.
func (d *dialogue) hears(texts ...string) {
	d.Helper()
	for _, text := range texts {
		d.listen(func() bool { return strings.Contains(d.unread, text) }, text)
		_, d.unread, _ = strings.Cut(d.unread, text)
	}
}

// hearsAnyhow waits until all of the texts have been said since the start, in whatever order.
func (d *dialogue) hearsAnyhow(texts ...string) {
	d.Helper()
	for _, text := range texts {
		d.listen(func() bool { return strings.Contains(d.all.String(), text) }, text)
	}
}

func (d *dialogue) listen(heard func() bool, text string) {
	d.Helper()
	patience := time.After(time.Minute)
	for !heard() {
		select {
		case b, ok := <-d.heard:
			if !ok {
				d.Fatalf("the program ended before it said %q:\n%s", text, d.all.String())
			}
			d.all.Write(b)
			d.unread += string(b)
		case <-patience:
			d.Fatalf("%q is not said:\n%s", text, d.all.String())
		}
	}
}

// ends waits for the end of the program, which is to be no error.
func (d *dialogue) ends() {
	d.Helper()
	for b := range d.heard {
		d.all.Write(b)
	}
	if err := d.cmd.Wait(); err != nil {
		d.Errorf("%v:\n%s", err, d.all.String())
	}
}

// TestPlainThroughPipes asks a customer who cancels and one who pays, finds both and leaves while a
// third is open.
func TestPlainThroughPipes(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	d := startPlain(t, folder, false, "demo", "--plain")
	d.hears("TRAINING, ", "\nAmount:\n")
	d.types("60", "0712345632", "", "stop")
	d.hears("Asking 0712 345 632 for KES 60 …\n", " STILL CHECKING KES 60: the customer can still pay.")
	d.types("new", "3*150", "0712345678", "INV 7")
	d.hears("3*150 = KES 450\n", "Asking 0712 345 678 for KES 450 …\n", " WAITING FOR PIN: ")
	d.hearsAnyhow(" PAID KES 450, TRAINING, M-PESA code U", " NOT PAID KES 60, 0712 ••• 632: ")
	d.types("find 0712345678", "find 0712345632", "ledger")
	d.hears(
		" PAID KES 450, TRAINING, 0712 ••• 678, M-PESA code U", ", Ref INV 7.\nAmount:\n",
		" NOT PAID (cancelled) KES 60, 0712 ••• 632.\nAmount:\n",
		", TRAINING: KES 450, 1 paid, 1 not paid.\n", " PAID KES 450, ", " NOT PAID (cancelled) KES 60, ", "\nAmount:\n",
	)
	d.types("70", "0712345656", "", "stop")
	d.hears(" STILL CHECKING KES 70: the customer can still pay.")
	d.types("off")
	d.hears("1 payment is not finished. Kaunta goes on with it when it starts again.\n", " STILL CHECKING KES 70, 0712 ••• 656.\n", "Kaunta is switched off.\n")
	d.ends()

	d = startPlain(t, folder, false, "demo", "--plain", "--ascii")
	d.hears(" 1 payment was not finished when Kaunta stopped. Asking M-PESA.\n", "1. ", " STILL CHECKING KES 70, 0712 *** 656")
	if err := d.typed.Close(); err != nil { // the end of the input
		t.Error(err)
	}
	d.ends()
}

// TestPlainAtATerminal is the same till in a real pseudo-terminal, which must never see an escape
// sequence.
func TestPlainAtATerminal(t *testing.T) {
	t.Parallel()
	d := startPlain(t, t.TempDir(), true, "--plain", "demo", "--no-motion")
	d.hears("TRAINING, ", "Amount: ")
	d.types("450")
	d.hears("KES 450\r\n", "Phone: ")
	d.types("0712345678")
	d.hears("Ref (Enter for none): ")
	d.types("")
	d.hears(" PAID KES 450, TRAINING,", "hand over", "\aAmount: ")
	d.types("ledger", "help", "lugha")
	d.hears("0712 ••• 678", "Kiswahili.", "Kiasi: ")
	if _, err := d.typed.Write([]byte{4}); err != nil { // Ctrl-D
		t.Error(err)
	}
	d.hears("Kaunta inazimwa.")
	d.ends()
	if said := d.all.String(); strings.Contains(said, "\x1b") {
		t.Errorf("an escape sequence was written: %q", said)
	}
	for line := range strings.Lines(d.all.String()) {
		if n := len([]rune(strings.Trim(line, "\a\r\n"))); n > 40 {
			t.Errorf("%d characters in a terminal of 40: %q", n, line)
		}
	}
}

// TestDemoWithoutKeyboard: where nobody can type, the practice till plays a sale by itself.
func TestDemoWithoutKeyboard(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("kaunta", "demo")
	folder := t.TempDir()
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+folder, "XDG_CONFIG_HOME="+folder)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"TRAINING, ", "Asking 0712 345 678 for KES 450", " WAITING FOR PIN", " PAID KES 450, TRAINING, M-PESA code U"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not said:\n%s", want, out)
		}
	}
}

// TestPlainByEnvironment: who needs the plain till sets it once, and a flag says otherwise.
func TestPlainByEnvironment(t *testing.T) {
	t.Setenv("KAUNTA_PLAIN", "yes")
	d := startPlain(t, t.TempDir(), false, "demo")
	d.hears("Amount:\n")
	d.types("off")
	d.ends()
	if strings.Contains(d.all.String(), "\x1b") {
		t.Errorf("the screens came: %q", d.all.String())
	}
}

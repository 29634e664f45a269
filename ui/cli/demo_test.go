//go:build unix

package cli_test

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// terminal is the real program in a real pseudo-terminal, with a screen that a person would see.
type terminal struct {
	*testing.T
	cmd *exec.Cmd
	tty *os.File

	mu      sync.Mutex // guards what is drawn
	screen  *vt.Emulator
	drawn   []byte        // every byte that the program wrote
	changed chan struct{} // closed when something was drawn
}

func startTerminal(t *testing.T, folder string, width, height int, args ...string) *terminal {
	t.Helper()
	x := &terminal{T: t, screen: vt.NewEmulator(width, height), changed: make(chan struct{})}
	name := "kaunta"
	if len(args) > 0 && args[0] == "env" { // env NAME=value … kaunta …
		name, args = args[0], args[1:]
	}
	x.cmd = exec.Command(name, args...)
	x.cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+folder, "XDG_CONFIG_HOME="+folder, "XDG_STATE_HOME="+folder, "TERM=xterm-256color", "LANG=C.UTF-8", "NO_COLOR=")
	var err error
	if x.tty, err = pty.StartWithSize(x.cmd, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(x.tty, x.screen) }() // what the terminal answers to questions
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := x.tty.Read(buffer)
			if err != nil {
				return
			}
			x.mu.Lock()
			_, _ = x.screen.Write(buffer[:n])
			x.drawn = append(x.drawn, buffer[:n]...)
			close(x.changed)
			x.changed = make(chan struct{})
			x.mu.Unlock()
		}
	}()
	t.Cleanup(x.kill)
	return x
}

func (x *terminal) kill() {
	_ = x.cmd.Process.Kill()
	_ = x.cmd.Wait()
	_ = x.tty.Close()
	// The emulator's own Close races with its Read; this ends the Read as well.
	_ = x.screen.InputPipe().(io.Closer).Close()
}

func (x *terminal) press(keys string) {
	x.Helper()
	if _, err := io.WriteString(x.tty, keys); err != nil {
		x.Fatal(err)
	}
}

// see waits until the screen shows every one of the texts.
func (x *terminal) see(texts ...string) {
	x.Helper()
	x.wait(func(shown string) (missing string) {
		for _, text := range texts {
			if !strings.Contains(shown, text) {
				missing = text
			}
		}
		return missing
	})
}

// wait waits until nothing is missing on the screen.
func (x *terminal) wait(missing func(shown string) string) {
	x.Helper()
	patience := time.After(time.Minute)
	for {
		x.mu.Lock()
		changed, shown := x.changed, x.screen.String()
		x.mu.Unlock()
		text := missing(shown)
		if text == "" {
			return
		}
		select {
		case <-changed:
		case <-patience:
			x.Fatalf("%q does not appear on the screen:\n%s", text, shown)
		}
	}
}

// TestDemo takes a payment as a new user would, looks it up, is killed in the next one and finds
// out what became of it.
func TestDemo(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	x := startTerminal(t, folder, 80, 24, "demo")
	x.see("TRAINING", "Type the amount.")
	x.press("450\r")
	x.see("KES 450", "Type the customer's phone number.")
	x.press("0712345678\r")
	x.see("WAITING FOR PIN", "0712 345 678")
	x.see("✓ PAID", "M-PESA code   U", "today KES 450  1 paid")
	x.press("\x1bOQ") // F2
	x.see("LEDGER", "0712 ••• 678", "✓ paid")
	x.press("\x1bOP") // F1
	x.see("✓ PAID")
	x.press("6")
	ahead := false
	x.wait(func(shown string) string {
		if ahead = strings.Contains(shown, "next sale: 6"); ahead || strings.Contains(shown, "KES 6") {
			return ""
		}
		return "6"
	})
	if ahead { // the result had not stood long enough
		x.see("0–9 next amount")
	}
	x.press("0")
	x.see("KES 60_")
	x.press("\r0712345651\r")
	x.see("WAITING FOR PIN", "0712 345 651")
	x.kill()

	x = startTerminal(t, folder, 40, 12, "demo")
	x.see("TRAINING", "today KES 510")
}

//go:build unix

package cli_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// signals are how a till is stopped from outside: by systemd or a system that goes down, and by a
// terminal that goes away.
var signals = map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP}

// writes waits until the program has written the bytes to the terminal.
func (x *terminal) writes(text string) {
	x.Helper()
	patience := time.After(time.Minute)
	for {
		x.mu.Lock()
		changed, found := x.changed, bytes.Contains(x.drawn, []byte(text))
		x.mu.Unlock()
		if found {
			return
		}
		select {
		case <-changed:
		case <-patience:
			x.Fatalf("%q is not written", text)
		}
	}
}

// ends waits until the program has ended by itself, and returns its exit status.
func (x *terminal) ends() int {
	x.Helper()
	ended := make(chan error, 1)
	go func() { ended <- x.cmd.Wait() }()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			x.Fatal(err)
		}
	case <-time.After(time.Minute):
		x.Fatal("the program does not end")
	}
	return x.cmd.ProcessState.ExitCode()
}

// TestStopped stops a till in the middle of a payment. It leaves the terminal as it found it, ends
// with status 0, and the next one finds out what became of the payment.
func TestStopped(t *testing.T) {
	t.Parallel()
	stop := map[string]func(x *terminal){"hung up": func(x *terminal) { _ = x.tty.Close() }}
	for name, signal := range signals {
		stop[name] = func(x *terminal) {
			if err := x.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			x.writes("\x1b[?1049l") // the screen as it was
			x.writes("\x1b[?25h")   // and its cursor
		}
	}
	for name, stop := range stop {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := startSimulator(t)
			folder := t.TempDir()
			config := filepath.Join(folder, "kaunta.toml")
			if err := os.WriteFile(config, []byte("[daraja]\nurl = \""+url+"\"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			x := startTerminal(t, folder, 80, 24, "--config", config)
			x.see("Type the amount.")
			x.press("450\r" + "0712345637" + "\r") // who does not answer for 25 s
			x.see("WAITING FOR PIN")
			stop(x)
			if status := x.ends(); status != 0 {
				t.Errorf("the till ended with status %d", status)
			}
			log, err := os.ReadFile(filepath.Join(folder, "kaunta", "kaunta.log"))
			if err != nil || !bytes.Contains(log, []byte(`msg="the till closes" why="`)) || !bytes.Contains(log, []byte(`msg="the till is closed"`+"\n")) {
				t.Errorf("the log does not say why: %v\n%s", err, log)
			}
			x = startTerminal(t, folder, 80, 24, "--config", config)
			x.see("not finished when Kaunta stopped")
		})
	}
}

// TestStoppedCharge: a charge that is stopped says that the payment may still be made, and settle
// finds out.
func TestStoppedCharge(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "4") // who pays does so in 1 to 2 s
	for name, signal := range signals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ledger := filepath.Join(t.TempDir(), "shop.ledger")
			// pays, no callback
			cmd, rest := waitingCharge(t, url, ledger, map[string]string{"SIGTERM": "0712345651", "SIGHUP": "0722345651"}[name])
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if code, last, complaint := rest(); code != 11 || last.State != "still_checking" || complaint != "" {
				t.Errorf("charge: %d %+v %s", code, last, complaint)
			}
			code, out, complaint := status(t, kaunta(url, ledger, "settle", "--json"))
			rows := readChanges(t, strings.NewReader(out))
			if code != 0 || len(rows) == 0 || rows[len(rows)-1].State != "paid" || complaint != "" {
				t.Errorf("settle: %d %+v %s", code, rows, complaint)
			}
		})
	}
}

//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kaunta/ui/setup"
)

// TestNumberPadThroughTmux presses the keys of number pads in a tmux in whose window another tmux
// is attached, which keeps the till: as the unit has it, and with the options that tmux itself has.
func TestNumberPadThroughTmux(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("/usr/bin/tmux"); err != nil {
		t.Skip("this test needs tmux: apt-get install tmux")
	}
	for _, tc := range []struct {
		name          string
		unit          bool
		width, height int
	}{
		{"as the unit", true, 80, 24},
		{"as the unit, small", true, 40, 12},
		{"without its option", false, 80, 24},
		{"without its option, small", false, 40, 12},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			folder, err := os.MkdirTemp("", "tmux") // a socket's path is short
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(folder) })
			environ := []string{"-u", "TMUX", "TMUX_TMPDIR=" + folder, "TERM=xterm-256color", "LANG=C.UTF-8"}
			tmux := func(args ...string) string {
				t.Helper()
				cmd := exec.Command("env", append(environ, args...)...)
				cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+folder, "XDG_CONFIG_HOME="+folder, "XDG_STATE_HOME="+folder)
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%v: %v\n%s", args, err, out)
				}
				return strings.TrimSpace(string(out))
			}
			t.Cleanup(func() {
				_ = exec.Command("env", append(environ, "tmux", "-L", "till", "kill-server")...).Run()
				_ = exec.Command("env", append(environ, "tmux", "-L", "outer", "kill-server")...).Run()
			})

			till := filepath.Join(folder, "till")
			if err := os.WriteFile(till, []byte("#!/bin/sh\nexec kaunta demo\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			start := startOf(t, setup.Unit(till, "mama"))
			if !tc.unit {
				for i, word := range start {
					if word == "terminal-overrides" {
						start = start[:i-3] // ";", "set-option" and "-as" before it
						break
					}
				}
			}
			tmux(start...)
			x := startTerminal(t, folder, tc.width, tc.height, append(append([]string{"env"}, environ...),
				"tmux", "-L", "outer", "-f", "/dev/null", "new-session", "-s", "outer",
				"env "+strings.Join(environ, " ")+" tmux -L till attach", ";", "set-option", "-g", "status", "off")...)
			x.see("TRAINING", "Type the amount.")

			switched := tmux("tmux", "-L", "outer", "display-message", "-p", "-t", "outer", "#{keypad_flag}") == "1"
			if switched == tc.unit {
				t.Errorf("the pad is in the mode for applications: %v", switched)
			}
			press := func(keys ...string) {
				t.Helper()
				tmux(append([]string{"tmux", "-L", "outer", "send-keys", "-t", "outer"}, keys...)...)
			}
			raw := func(bytes string) {
				t.Helper()
				keys := []string{"-H"}
				for _, b := range []byte(bytes) {
					keys = append(keys, fmt.Sprintf("%x", b))
				}
				press(keys...)
			}
			raw("\x1b")
			raw("[20~")
			x.see("Weka kiasi.")
			press("F9")
			x.see("Type the amount.")
			raw("450\x1bOl50") // PuTTY's pad in the mode for applications
			x.see("450+50", "= 500")
			press("C-u")
			x.see("Type the amount.")
			raw("3\x1bOR150")
			x.see("3*150", "= 450")
			press("C-u")
			x.see("Type the amount.")
			press("KP.")
			x.see("1      ledger", "0      help")
			press("KP1")
			x.see("LEDGER")
			raw("\x1bOS") // PuTTY's minus in that mode, which is other terminals' F4
			x.see("Type the amount.")
			press("KP.")
			x.see("2      to settle")
			press("KP2")
			x.see("TO SETTLE")
			press("KP/")
			x.see("Find")
			press("KP-", "KP-")
			x.see("Type the amount.")
			press("KP.")
			x.see("enter  customer's phone")
			press("KPEnter")
			x.see("No request on any phone.")
			press("KP-")
			x.see("Type the amount.")
			press("KP3", "KP*", "KP1", "KP5", "KP0", "KP+", "KP5", "KP0")
			x.see("3*150+50", "= 500")
			press("KPEnter")
			x.see("Type the customer's phone number.")
			press("KP0", "KP7", "KP1", "KP2", "KP3", "KP4", "KP5", "KP6", "KP7", "KP8")
			raw("\x1bOM") // its Enter in the mode for applications
			x.see("0712 345 678", "KES 500")
		})
	}
}

// startOf is the command that a unit starts the till with, as systemd reads it.
func startOf(t *testing.T, unit string) []string {
	t.Helper()
	_, line, _ := strings.Cut(unit, "\nExecStart=")
	line, _, found := strings.Cut(line, "\n")
	if !found {
		t.Fatalf("no ExecStart:\n%s", unit)
	}
	words := strings.Fields(line)
	for i, word := range words {
		words[i] = strings.NewReplacer(`\;`, ";", `\\`, `\`, "%%", "%").Replace(word)
	}
	return words
}

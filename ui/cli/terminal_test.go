//go:build unix

package cli_test

import (
	"os/exec"
	"testing"
)

// TestTerminalSuspend: Ctrl-Z gives the terminal to the shell, and fg brings the screen back whole,
// as it was, at the window's size.
func TestTerminalSuspend(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("this test needs a shell with jobs: bash")
	}
	x := startTerminal(t, t.TempDir(), 80, 24, "env", "PS1=shell> ", "bash", "--norc", "--noprofile", "-i")
	x.see("shell>")
	x.press("kaunta demo\r")
	x.see("TRAINING", "Type the amount.")
	x.press("450")
	x.see("KES 450")
	x.press("\x1a")
	x.see("Stopped", "shell>")
	x.press("echo a$((40+2))z\r")
	x.see("a42z") // the shell has the terminal, with its echo
	x.press("fg\r")
	x.see("TRAINING", "KES 450", "delete one")
	x.press("\r")
	x.see("customer's phone")
	x.press("0712345678\r")
	x.see("KES 450", "WAITING FOR PIN")
}

// TestTerminalWithoutAShell: where nobody could go on with it, Ctrl-Z stops nothing.
func TestTerminalWithoutAShell(t *testing.T) {
	t.Parallel()
	x := startTerminal(t, t.TempDir(), 80, 24, "demo")
	x.see("TRAINING", "Type the amount.")
	x.press("450")
	x.see("KES 450")
	x.press("\x1a5")
	x.see("4505")
}

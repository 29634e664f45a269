//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFirstRun starts the program with nothing configured, as after its first build.
func TestFirstRun(t *testing.T) {
	t.Parallel()
	x := startTerminal(t, t.TempDir(), 80, 24)
	x.see("How do you want to begin?", "1  Practise")
	x.press("1\r")
	x.see("TRAINING", "Type the amount.")
}

// TestSetUp goes from nothing to a till that takes money, in a small window and without colours:
// keys that are checked, the typed word, the doctor, the till.
func TestSetUp(t *testing.T) {
	t.Parallel()
	passkey := strings.Repeat("0123abcd", 8)
	w := newWardOf(t, "key-1", "secret-1", passkey)
	x := startTerminal(t, w.folder, 60, 30, "env", "NO_COLOR=yes", "KAUNTA_DARAJA_URL="+w.url, "kaunta", "setup")
	for _, step := range [][2]string{
		{"How do you want to begin?", "3\r"}, {"Language / Lugha", "\r"}, {"The shop's name", "Duka la Mama\r"},
		{"Consumer key", "key-2\r"}, {"Shift-Tab", "secret-1\r"}, {"× Safaricom refuses", ""}, {"Type them again", "\r"},
		{"Enter keeps", "key-1\r"}, {"Shift-Tab", "\r"}, {"The simulator accepts", ""},
		{"What do customers pay to?", "\r"}, {"Pay Bill number", "600100\r"}, {"64 letters and digits", "passkey-1\r"}, {"too short for a passkey", "\x15" + passkey + "\r"}, {"look right", ""},
		{"How does Safaricom reach", "1\r"}, {"Most in one payment", "\r"}, {"Shift-Tab", "\r"},
		{"LIVE: real money will move to 600100", "yes\r"}, {"press Esc to leave.", "\x15600100\r"},
		{"Check everything", "\r"}, {"Nothing to fix", ""}, {"Press Enter to open Kaunta:", "\r"}, {"Type the amount.", ""},
	} {
		x.see(step[0])
		x.press(step[1])
	}
	x.see("TRAINING", "Duka la Mama")
	info, err := os.Stat(w.config())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the configuration: %v, %v", info, err)
	}
	if text, err := os.ReadFile(w.config()); err != nil || !strings.Contains(string(text), "environment = \"production\"\n") {
		t.Errorf("the configuration: %s, %v", text, err)
	}
}

// TestLiveByEnvironment: a variable alone does not open a live till; the typed word does, once.
func TestLiveByEnvironment(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	ledger := filepath.Join(folder, "kaunta", "production.ledger")
	live := []string{"env", "MPESA_ENVIRONMENT=production", "MPESA_CONSUMER_KEY=k", "MPESA_CONSUMER_SECRET=s", "MPESA_PASSKEY=p",
		"MPESA_SHORTCODE=600100", "HTTPS_PROXY=http://127.0.0.1:1", "kaunta"}
	x := startTerminal(t, folder, 80, 24, live...)
	x.see("Real money will move to 600100.", "Type LIVE, or that number")
	x.press("yes\r")
	x.see("Kaunta was not opened")
	if _, err := os.Stat(ledger); err == nil {
		t.Error("a live ledger was made for a till that nobody confirmed")
	}

	x = startTerminal(t, folder, 80, 24, live...)
	x.see("Type LIVE")
	x.press("LIVE\r")
	x.see("Type the amount.")
	x.kill()

	x = startTerminal(t, folder, 80, 24, live...)
	x.see("Type the amount.")
}

//go:build unix

package cli_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestLedgerMovedAway: while a till is open whose ledger was moved or deleted, or its folder was,
// no command makes a ledger in its place or asks a customer; what is open is found and settled
// through that till; and when the file is back, all goes on.
func TestLedgerMovedAway(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]func(folder, aside string) error{
		"the file": func(folder, aside string) error {
			return errors.Join(os.Mkdir(aside, 0o700), os.Rename(filepath.Join(folder, "shop.ledger"), filepath.Join(aside, "shop.ledger")))
		},
		"all files": func(folder, aside string) error {
			return errors.Join(os.Rename(folder, aside), os.Mkdir(folder, 0o700))
		},
		"the folder": os.Rename,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := startSimulator(t, "--speed", "20")
			top := t.TempDir()
			folder, aside := filepath.Join(top, "shop"), filepath.Join(top, "aside")
			ledger := filepath.Join(folder, "shop.ledger")
			backup := filepath.Join(top, "backup")
			owner, rest := waitingCharge(t, url, ledger, never)
			if code, _, complaint := status(t, kaunta(url, ledger, "backup", backup)); code != 0 {
				t.Fatal(complaint)
			}
			if err := move(folder, aside); err != nil {
				t.Fatal(err)
			}
			const moved = "The ledger's file is not at its place: no new payments. Call the owner."
			for _, refused := range []struct {
				args []string
				want string
			}{
				{[]string{"charge", "--amount", "80", "--phone", pays}, moved},
				{[]string{"charge", "--amount", "80", "--phone", never}, moved},
				{[]string{"restore", backup, "--force"}, "is in use by another till"},
				{[]string{"compact"}, "is in use by another till"},
				{[]string{"--plain"}, "is in use by another till"},
			} {
				code, out, complaint := status(t, kaunta(url, ledger, refused.args...))
				if code != 1 || out != "" || !strings.Contains(complaint, refused.want) {
					t.Errorf("%v: %d %s %s", refused.args, code, out, complaint)
				}
			}
			code, out, complaint := status(t, kaunta(url, ledger, "doctor"))
			if code != 1 || !strings.Contains(out, "The ledger's file is not at its place") {
				t.Errorf("doctor: %d %s %s", code, out, complaint)
			}
			code, out, complaint = status(t, kaunta(url, ledger, "ledger", "--json"))
			if code != 0 || complaint != "" || strings.Count(out, `"attempt"`) != 1 {
				t.Errorf("ledger: %d %s %s", code, out, complaint)
			}
			code, out, complaint = status(t, kaunta(url, ledger, "settle", "--wait", "100ms"))
			if code != 11 || complaint != "" || !strings.Contains(out, "1 found open, 1 still open") {
				t.Errorf("settle: %d %s %s", code, out, complaint)
			}
			if _, err := os.Lstat(ledger); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("another ledger was made: %v", err)
			}
			if j := readJournal(t, url); j.pushes("254"+pays[1:]) != 0 || j.pushes("254"+never[1:]) != 1 {
				t.Errorf("%d and %d pushes", j.pushes("254"+pays[1:]), j.pushes("254"+never[1:]))
			}

			_ = os.Mkdir(folder, 0o700)
			if err := os.Rename(filepath.Join(aside, "shop.ledger"), ledger); err != nil {
				t.Fatal(err)
			}
			code, out, complaint = status(t, kaunta(url, ledger, "charge", "--amount", "80", "--phone", pays))
			if code != 0 || complaint != "" || !strings.Contains(out, "PAID             KES 80") {
				t.Errorf("charge when it is back: %d %s %s", code, out, complaint)
			}
			if err := os.Rename(ledger, ledger+".away"); err != nil {
				t.Fatal(err)
			}
			if err := owner.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			if code, last, complaint := rest(); code != 11 || last.State != "still_checking" || !strings.Contains(complaint, moved) {
				t.Errorf("the till's end: %d %+v %s", code, last, complaint)
			}
			// Nobody holds it any more, and it is put back: what was recorded while it was away is there.
			if err := os.Rename(ledger+".away", ledger); err != nil {
				t.Fatal(err)
			}
			code, out, complaint = status(t, kaunta(url, ledger, "report", "--json"))
			if code != 0 || !strings.Contains(out, `"paid":{"count":1,"kes":80},"not_paid":{"count":0},"still_checking":{"count":1,"kes":450}`) {
				t.Errorf("report: %d %s %s", code, out, complaint)
			}
		})
	}
}

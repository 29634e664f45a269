//go:build unix

package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeep: a ledger is backed up, checked, restored and compacted, by itself and while a till
// holds it.
func TestKeep(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	folder := t.TempDir()
	ledger, backup, second := filepath.Join(folder, "shop.ledger"), filepath.Join(folder, "b.ledger"), filepath.Join(folder, "c.ledger")
	run := func(want int, says string, args ...string) string {
		t.Helper()
		code, out, complaint := status(t, kaunta(url, ledger, args...))
		if code != want || !strings.Contains(out+complaint, says) || strings.Count(complaint, "\n") > 1 {
			t.Errorf("%v: %d %s %s", args, code, out, complaint)
		}
		return out
	}
	run(0, "PAID", "charge", "--amount", "80", "--phone", pays)
	run(0, "1 payment, checked whole", "backup", backup)
	run(1, "exists already", "backup", backup)
	run(1, "own file", "backup", ledger, "--force")
	run(0, "All is well: 1 payment, 3 events", "verify")
	run(2, "verify [FILE]", "verify", backup, second)

	owner, rest := waitingCharge(t, url, ledger, never)
	run(0, "2 payments, checked whole", "backup", second)
	run(0, "All is well: 2 payments", "verify")
	run(0, "All is well: 2 payments", "verify", second)
	run(1, "in use by another till", "restore", backup)
	run(1, "in use by another till", "compact")
	if err := owner.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest()

	run(1, "has 1 payment that the backup lacks", "restore", backup)
	run(0, "kept as", "restore", backup, "--force")
	run(0, "All is well: 1 payment", "verify")
	run(0, "checked whole", "compact")
	var said struct {
		Well     bool
		Payments int
		Chain    string
	}
	if err := json.Unmarshal([]byte(run(0, "", "verify", "--json")), &said); err != nil || !said.Well || said.Payments != 1 || len(said.Chain) != 64 {
		t.Errorf("%+v, %v", said, err)
	}

	// Damage is an answer, not an accident.
	b, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(second, b[:len(b)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	run(1, "kaunta restore", "verify", second)
	run(1, "The ledger is not as it was written", "verify", second)
	run(1, `"well":false`, "verify", second, "--json")
	run(1, "there is no file", "verify", filepath.Join(folder, "none.ledger"))
	run(1, "nothing was restored", "restore", second, "--force")
	run(0, "All is well: 1 payment", "verify")
	for _, e := range must(os.ReadDir(folder)) {
		if strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), ".bak") {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

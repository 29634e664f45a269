package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// crash is one run of the matrix: a payment with some ending, and the point at which the program is
// killed.
type crash struct {
	digits, point, phone, callbacks string
	away                            bool // the ledger is moved away during the run

	killed bool     // the point was reached
	rows   []change // of the ledger, after the next start has settled what it could
	exit   int      // of settle
	paid   struct{ Count, KES int }
	err    error
}

// TestCrashMatrix kills the program at every point around its writes to disk and wire, for three
// endings and with -long for many, starts it again, and compares what the ledger then says with
// what M-PESA did.
func TestCrashMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program once more")
	}
	t.Parallel()
	program, err := failpoints()
	if err != nil {
		t.Fatal(err)
	}
	url := startSimulator(t, "--speed", "20")
	// told by callback, and by query alone
	endings, moved := []string{"78", "32", "51"}, []string{"78", "51"}
	if *long {
		endings = append(endings, "01", "52", "53", "54", "55", "56", "58", "59", "61", "63", "64", "67")
		moved = append(moved, "32", "56", "63", "64")
	}
	points := []string{
		"before-asked", "after-asked", "before-push", "after-push", "before-pushed", "after-pushed", "before-called_back", "after-called_back",
		"before-query", "after-query", "before-queried", "after-queried", "before-stopped", "after-stopped",
	}
	var crashes []*crash
	var runs sync.WaitGroup
	slots := make(chan struct{}, 100) // nearly all of the time is waiting
	plan := func(digits, point string, away bool) {
		c := &crash{
			digits: digits, point: point, away: away, phone: fmt.Sprintf("25471%05d%s", len(crashes), digits),
			callbacks: freeAddress(t),
		}
		crashes = append(crashes, c)
		ledger := filepath.Join(t.TempDir(), "shop.ledger")
		runs.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			c.run(t, program, url, ledger)
		})
	}
	for _, digits := range endings {
		for _, point := range points {
			plan(digits, point, false)
		}
	}
	for _, digits := range moved {
		for _, point := range []string{"before-called_back", "after-called_back", "before-queried", "after-queried", "before-stopped", "after-stopped"} {
			plan(digits, point, true)
		}
	}
	runs.Wait()

	j := readJournal(t, url)
	reached, away := map[string]int{}, 0
	for _, c := range crashes {
		if c.killed {
			reached[c.point]++
		}
		if c.killed && c.away {
			away++
		}
		for _, fault := range c.faults(j) {
			t.Errorf("ending %s, killed %s (%v), away %v: %s; the ledger says %+v", c.digits, c.point, c.killed, c.away, fault, c.rows)
		}
	}
	for _, point := range points {
		if reached[point] == 0 {
			t.Errorf("no run reached the point %s", point)
		}
	}
	if away == 0 {
		t.Error("no run was killed while its ledger was away")
	}
	t.Logf("%d runs, killed at: %v; %d while the ledger was away", len(crashes), reached, away)
}

// run takes the payment, is killed, starts again and settles.
func (c *crash) run(t *testing.T, program, url, ledger string) {
	prepare := func(env string, args ...string) *exec.Cmd {
		cmd := kaunta(url, ledger, args...)
		cmd.Path, cmd.Err = program, nil
		cmd.Env = append(cmd.Env, "KAUNTA_CALLBACK_LISTEN="+c.callbacks, env)
		return cmd
	}
	start := func(env string, args ...string) ([]byte, int) {
		cmd := prepare(env, args...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if stderr.Len() > 0 {
			c.err = errors.Join(c.err, fmt.Errorf("%s: %s", args[0], stderr.String()))
		}
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			c.err = errors.Join(c.err, err)
		}
		return out, cmd.ProcessState.ExitCode()
	}
	wait := "3s"
	switch {
	case strings.HasSuffix(c.point, "-called_back"):
		wait = "17s" // the last callback comes after 12 s
	case strings.Contains(c.point, "-quer"):
		wait = "25s" // the first query comes after 15 s
	}
	charge := []string{"charge", "--amount", "450", "--phone", c.phone, "--wait", wait}
	if c.away {
		c.killed = c.chargeAway(prepare("KAUNTA_FAILPOINT="+c.point, append(charge, "--json")...), ledger)
	} else {
		_, status := start("KAUNTA_FAILPOINT="+c.point, charge...)
		c.killed = status == -1
	}
	_, c.exit = start("", "settle", "--wait", "16s")
	rows, _ := start("", "ledger", "--json")
	totals, _ := start("", "report", "--json")
	var report struct{ Paid struct{ Count, KES int } }
	if err := json.Unmarshal(totals, &report); err != nil {
		c.err = errors.Join(c.err, err)
	}
	c.paid = report.Paid
	c.rows = readChanges(t, bytes.NewReader(rows))
}

// chargeAway takes the payment, with the ledger moved away as soon as the customer was asked and
// back when all is over. It reports whether the program was killed; where it was not, it ends by
// saying that the ledger is away.
func (c *crash) chargeAway(cmd *exec.Cmd, ledger string) (killed bool) {
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		c.err = errors.Join(c.err, err)
		return false
	}
	lines := bufio.NewReader(out)
	_, _ = lines.ReadString('\n')
	c.err = errors.Join(c.err, os.Rename(ledger, ledger+".away"))
	_, _ = io.Copy(io.Discard, lines)
	_ = cmd.Wait()
	c.err = errors.Join(c.err, os.Rename(ledger+".away", ledger))
	return cmd.ProcessState.ExitCode() == -1
}

// faults says what the ledger has wrong about the run, by what M-PESA did.
func (c *crash) faults(j journal) (faults []string) {
	demand := func(holds bool, fault string) {
		if !holds {
			faults = append(faults, fault)
		}
	}
	demand(c.err == nil, fmt.Sprint(c.err))
	pushes, payments := j.pushes(c.phone), j.paid(c.phone)
	most := 1
	if c.digits == "67" { // its first push is refused for its token
		most = 2
	}
	demand(pushes <= most, fmt.Sprintf("%d pushes", pushes))
	if len(c.rows) == 0 {
		demand(pushes == 0, "a push left that the ledger knows nothing of")
		return faults
	}
	demand(len(c.rows) == 1, "more than one attempt")
	row := c.rows[0]

	// M-PESA's word was taken, and answered 200
	told := slices.ContainsFunc(j.Callbacks, func(cb callback) bool {
		return cb.Status == 200 && strings.Contains(cb.Body, c.phone) && strings.Contains(cb.Body, `"MpesaReceiptNumber"`)
	})
	lies := c.digits == "54" // its queries deny the payment
	odd := c.digits == "55"  // its callback has another amount
	switch {
	case row.State == "paid":
		demand(payments == 1, "PAID without money")
	case row.State == "not_paid":
		demand(payments == 0 || lies && !told, "NOT PAID, and the money moved")
	default:
		demand(c.exit == 11, fmt.Sprintf("settle left it open and ended with %d", c.exit))
	}
	if payments == 1 && told && !odd {
		demand(row.State == "paid", "the callback of a payment was acknowledged and lost")
	}
	if payments == 1 && row.CheckoutRequestID != "" && !odd && !lies {
		demand(row.State == "paid", "a query would have told that it is paid")
	}
	want := 0
	if row.State == "paid" {
		want = 1
	}
	demand(c.paid.Count == want && c.paid.KES == 450*want, fmt.Sprintf("the report counts %+v as paid", c.paid))
	return faults
}

//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// onceCharge is a charge with a key.
func onceCharge(url, ledger, key string, more ...string) *exec.Cmd {
	return kaunta(url, ledger, append([]string{"charge", "--amount", "450", "--phone", pays, "--once", key, "--json"}, more...)...)
}

// lastLine is the last object that a command printed.
func lastLine(t *testing.T, out string) (l struct {
	Attempt, State, Receipt string
	Final                   bool
	Error                   *struct {
		Kind, Message     string
		Retryable         bool
		MayHaveMovedMoney bool `json:"may_have_moved_money"`
	}
}) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &l); err != nil || !l.Final {
		t.Fatalf("%v: %s", err, out)
	}
	return l
}

// TestOnce: a second call with a key asks nobody, and returns the outcome of the first.
func TestOnce(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	code, out, complaint := status(t, onceCharge(url, ledger, "order 1017"))
	first := lastLine(t, out)
	if code != 0 || first.State != "paid" || complaint != "" {
		t.Fatalf("%d %s %s", code, out, complaint)
	}
	code, out, complaint = status(t, onceCharge(url, ledger, "order 1017", "--reference", "another"))
	if again := lastLine(t, out); code != 0 || again != first || strings.Count(out, "\n") != 1 || complaint != "" {
		t.Errorf("%d %s %s", code, out, complaint)
	}
	for what, args := range map[string]string{
		"another amount": "charge --json --once order\x001017 --amount 451 --phone " + pays,
		"another phone":  "charge --json --once order\x001017 --amount 450 --phone 0722000111",
	} {
		fields := strings.Fields(args)
		for i := range fields {
			fields[i] = strings.ReplaceAll(fields[i], "\x00", " ")
		}
		code, out, complaint := status(t, kaunta(url, ledger, fields...))
		if l := lastLine(t, out); code != 1 || l.Error == nil || l.Error.Kind != "once_mismatch" || l.Error.Retryable || l.Error.MayHaveMovedMoney ||
			!strings.Contains(complaint, "This key was used for KES 450 from 0712 ••• 678") {
			t.Errorf("%s: %d %s %s", what, code, out, complaint)
		}
	}
	for _, key := range []string{"", strings.Repeat("k", 65), "a\tb", "a\x7f"} {
		code, out, complaint := status(t, onceCharge(url, ledger, key))
		if l := lastLine(t, out); code != 2 || l.Error == nil || l.Error.Kind != "usage" || strings.Count(complaint, "\n") != 1 {
			t.Errorf("the key %q: %d %s %s", key, code, out, complaint)
		}
	}
	if j := readJournal(t, url); j.pushes("254712345678") != 1 || j.pushes("254722000111") != 0 {
		t.Errorf("%d pushes", j.pushes("254712345678"))
	}
}

// TestOnceAtOnce: of many processes with one key at once, one asks, and all end as it does.
func TestOnceAtOnce(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "4")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	// makes the ledger
	_, _, _ = status(t, kaunta(url, ledger, "charge", "--amount", "80", "--phone", "0712345632"))
	attempts := make([]string, 5)
	var all sync.WaitGroup
	for i := range attempts {
		all.Go(func() {
			code, out, complaint := status(t, onceCharge(url, ledger, "one"))
			l := lastLine(t, out)
			if attempts[i] = l.Attempt; code != 0 || l.State != "paid" || complaint != "" {
				t.Errorf("%d %s %s", code, out, complaint)
			}
		})
	}
	all.Wait()
	for _, a := range attempts {
		if a != attempts[0] {
			t.Errorf("the attempts are %v", attempts)
			break
		}
	}
	if j := readJournal(t, url); j.pushes("254712345678") != 1 || j.paid("254712345678") != 1 {
		t.Errorf("%d pushes, %d payments", j.pushes("254712345678"), j.paid("254712345678"))
	}
}

// TestOnceOwnerLost: where the till is lost between the request and its answer, a call with a key
// may ask again, and does.
func TestOnceOwnerLost(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	// makes the ledger
	_, _, _ = status(t, kaunta(url, ledger, "charge", "--amount", "80", "--phone", "0712345632"))
	l, err := net.Listen("unix", ledger+".sock")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() { // a till that is killed by the first request
		defer close(served)
		defer l.Close()
		for asked := false; !asked; {
			c, err := l.Accept()
			if err != nil {
				return
			}
			request := make([]byte, 4096)
			n, _ := c.Read(request)
			if bytes.HasPrefix(request[:n], []byte("GET /v1/info ")) {
				_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+`{"item":{"Ledger":%q,"Environment":"training","Number":"174379"}}`+"\n"+`{"end":{}}`, ledger)
			}
			asked = bytes.HasPrefix(request[:n], []byte("POST /v1/charge "))
			_ = c.Close()
		}
	}()
	code, out, complaint := status(t, onceCharge(url, ledger, "k"))
	<-served
	if last := lastLine(t, out); code != 0 || last.State != "paid" || complaint != "" {
		t.Errorf("%d %s %s", code, out, complaint)
	}
	if j := readJournal(t, url); j.pushes("254712345678") != 1 {
		t.Errorf("%d pushes", j.pushes("254712345678"))
	}
}

// TestOnceLeavesTheFirstWaiting: who gives up on the payment of an earlier call does not end that
// call's waiting.
func TestOnceLeavesTheFirstWaiting(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	first := kaunta(url, ledger, "charge", "--amount", "450", "--phone", never, "--once", "k", "--json")
	rest := startWaiting(t, first)
	again := kaunta(url, ledger, "charge", "--amount", "450", "--phone", never, "--once", "k", "--json", "--wait", "1s")
	if code, out, complaint := status(t, again); code != 11 || lastLine(t, out).State != "still_checking" {
		t.Errorf("%d %s %s", code, out, complaint)
	}
	_, out, _ := status(t, kaunta(url, ledger, "ledger", "--json"))
	if rows := readChanges(t, strings.NewReader(out)); len(rows) != 1 || rows[0].State != "waiting" {
		t.Errorf("the ledger says %s", out)
	}
	if err := first.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code, last, _ := rest(); code != 11 || last.State != "still_checking" {
		t.Errorf("the first ends with %d %+v", code, last)
	}
}

// TestOnceKilled kills the first call at every point after its asking is on disk. The second call
// returns the same attempt, and no more than one push is ever on the wire.
func TestOnceKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program once more")
	}
	t.Parallel()
	program, err := failpoints()
	if err != nil {
		t.Fatal(err)
	}
	url := startSimulator(t, "--speed", "20")
	for i, tt := range []struct {
		point  string
		pushes int
	}{
		{"before-asked", 1}, // the key is not on disk: the second call asks
		{"after-asked", 0}, {"before-push", 0}, {"after-push", 1}, {"before-pushed", 1}, {"after-pushed", 1}, {"before-queried", 1}, {"after-queried", 1},
	} {
		t.Run(tt.point, func(t *testing.T) {
			t.Parallel()
			ledger := filepath.Join(t.TempDir(), "shop.ledger")
			asksOnly(t, ledger)
			phone := fmt.Sprintf("25471200%02d51", i) // pays, and only a query tells it
			call := func(env string) (int, string) {
				cmd := kaunta(url, ledger, "charge", "--amount", "450", "--phone", phone, "--once", "order 1017", "--json", "--wait", "25s")
				// nobody ever hears of these
				if tt.pushes == 0 || tt.point == "after-push" || tt.point == "before-pushed" {
					cmd.Args[len(cmd.Args)-1] = "2s"
				}
				cmd.Path, cmd.Err = program, nil
				cmd.Env = append(cmd.Env, env)
				code, out, _ := status(t, cmd)
				return code, out
			}
			if code, out := call("KAUNTA_FAILPOINT=" + tt.point); code != -1 {
				t.Fatalf("it was not killed: %d %s", code, out)
			}
			want := ""
			_, out, _ := status(t, kaunta(url, ledger, "ledger", "--json"))
			if rows := strings.TrimSpace(out); rows != "" {
				var row struct{ Attempt string }
				if err := json.Unmarshal([]byte(rows), &row); err != nil {
					t.Fatalf("%v: %s", err, rows)
				}
				want = row.Attempt
			}
			for range 2 {
				code, out := call("")
				l := lastLine(t, out)
				if want == "" && tt.point == "before-asked" {
					want = l.Attempt
				}
				if l.Attempt != want || want == "" || code != map[string]int{"paid": 0, "still_checking": 11}[l.State] {
					t.Errorf("%d %s, want the attempt %s", code, out, want)
				}
				if strings.HasSuffix(tt.point, "-queried") && l.State != "paid" {
					t.Errorf("%s: %s", tt.point, out)
				}
			}
			if n := readJournal(t, url).pushes(phone); n != tt.pushes {
				t.Errorf("%d pushes, want %d", n, tt.pushes)
			}
		})
	}
}

// TestErrorsInJSON: with --json an error is one object, with its kind, and the status is as ever.
func TestErrorsInJSON(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	_, _ = waitingCharge(t, url, ledger, never)
	for _, tt := range []struct {
		args      string
		code      int
		kind      string
		retryable bool
	}{
		{"charge --json --amount 450 --phone " + never, 1, "phone_held", true},
		{"charge --json --amount 0 --phone " + pays, 2, "amount", false},
		{"charge --json --amount 450 --phone 0201234567", 2, "phone", false},
		{"charge --amuont 450 --json", 2, "usage", false},
		{"charge --json --amount 450 --phone " + pays + " --buy-goods shop", 2, "usage", false},
		{"chrage --json", 2, "usage", false},
		{"ledger --json --csv", 2, "usage", false},
		{"settle --json --wait 0s", 2, "usage", false},
		{"query --json", 2, "usage", false},
		{"query --json " + strings.Repeat("x", 65), 1, "validation", false},
		{"report --json --config no-such-file.toml", 1, "configuration", false},
	} {
		code, out, complaint := status(t, kaunta(url, ledger, strings.Fields(tt.args)...))
		l := lastLine(t, out)
		if l.Error == nil || code != tt.code || l.Error.Kind != tt.kind || l.Error.Retryable != tt.retryable || l.Error.MayHaveMovedMoney || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: %d %s", tt.args, code, out)
			continue
		}
		if strings.Count(complaint, "\n") != 1 || !strings.Contains(complaint, l.Error.Message) || strings.Contains(out, "712345656") {
			t.Errorf("%s: %s %s", tt.args, out, complaint)
		}
	}
	if code, out, _ := status(t, kaunta(url, ledger, "charge", "--amount", "0", "--phone", pays)); code != 2 || out != "" {
		t.Errorf("without --json: %d %s", code, out)
	}
}

// TestWhatIsCut: what M-PESA takes only in part is said before the customer is asked.
func TestWhatIsCut(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	cmd := kaunta(url, ledger, "charge", "--amount", "450", "--phone", pays, "--reference", "Table 4, window", "--description", "Lunch and drinks")
	both := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = both, both
	if err := cmd.Run(); err != nil {
		t.Errorf("%v: %s", err, both)
	}
	reference := strings.Index(both.String(), `kaunta: M-PESA takes no reference "Table 4, window": the customer is shown "Table 4 wind"`)
	description := strings.Index(both.String(), `kaunta: M-PESA takes no description "Lunch and drinks": it is sent as "Lunch and dri"`)
	if sending := strings.Index(both.String(), "SENDING"); reference < 0 || description < reference || sending < description {
		t.Error(both)
	}
}

//go:build unix

package cli_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// status runs the command and returns its exit status, what it said and what it complained of.
func status(t *testing.T, cmd *exec.Cmd) (code int, out, complaint string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// waitingCharge starts a charge that holds the ledger, or goes through its holder, and returns
// when it waits for the PIN. rest ends it by itself and returns what it printed after that.
func waitingCharge(t *testing.T, url, ledger, phone string, env ...string) (cmd *exec.Cmd, rest func() (code int, last change, complaint string)) {
	t.Helper()
	cmd = kaunta(url, ledger, "charge", "--amount", "450", "--phone", phone, "--json")
	cmd.Env = append(cmd.Env, env...)
	return cmd, startWaiting(t, cmd)
}

// startWaiting is waitingCharge for a command of the test's own.
func startWaiting(t *testing.T, cmd *exec.Cmd) (rest func() (code int, last change, complaint string)) {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewReader(out)
	for waiting := false; !waiting; {
		line, err := lines.ReadString('\n')
		if err != nil {
			_ = cmd.Wait()
			t.Fatalf("charge said %q, %v, %s", line, err, stderr.String())
		}
		waiting = strings.Contains(line, `"waiting"`)
	}
	return func() (int, change, string) {
		t.Helper()
		changes := readChanges(t, lines)
		_ = cmd.Wait()
		if len(changes) == 0 || !changes[len(changes)-1].Final {
			t.Fatalf("no final line: %+v, %s", changes, stderr.String())
		}
		return cmd.ProcessState.ExitCode(), changes[len(changes)-1], stderr.String()
	}
}

// The phones of these tests: who pays at once, and who never answers.
const (
	pays  = "0712345678"
	never = "0712345656"
)

// TestOwner: while a till waits for a payment, every other command works on its ledger: through it.
func TestOwner(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	owner, rest := waitingCharge(t, url, ledger, never)

	code, out, complaint := status(t, kaunta(url, ledger, "charge", "--amount", "80", "--phone", pays, "--reference", "Table 4"))
	if code != 0 || complaint != "" || !strings.Contains(out, "SENDING") || !strings.Contains(out, "PAID             KES 80") {
		t.Errorf("charge: %d %s %s", code, out, complaint)
	}
	code, _, complaint = status(t, kaunta(url, ledger, "charge", "--amount", "80", "--phone", "0712345632"))
	if code != 10 || complaint != "" {
		t.Errorf("charge: %d %s", code, complaint)
	}
	// The owner's laws hold for everyone: this phone is asked already.
	code, out, complaint = status(t, kaunta(url, ledger, "charge", "--amount", "80", "--phone", never))
	if code != 1 || out != "" || !strings.Contains(complaint, "has no answer yet") {
		t.Errorf("charge: %d %s %s", code, out, complaint)
	}
	code, _, complaint = status(t, kaunta(url, ledger, "charge", "--amount", "251000", "--phone", pays))
	if code != 2 || !strings.Contains(complaint, "250,000") {
		t.Errorf("charge: %d %s", code, complaint)
	}
	for _, read := range []struct {
		args, want string
		count      int
	}{
		{"ledger --json", `"attempt"`, 3},
		{"ledger --find table", "KES", 1},
		{"ledger --csv", "\r\n", 4},
		{"report --json", `"paid":{"count":1,"kes":80},"not_paid":{"count":1},"still_checking":{"count":1,"kes":450}`, 1},
		{"export --month this", "\r\n", 4},
		{"export --month this -o " + filepath.Join(t.TempDir(), "x.xlsx"), "3 payments", 1},
		{"explain 1032", "No money moved", 1},
	} {
		code, out, complaint := status(t, kaunta(url, ledger, strings.Fields(read.args)...))
		if code != 0 || complaint != "" || strings.Count(out, read.want) != read.count {
			t.Errorf("%s: %d %s %s", read.args, code, out, complaint)
		}
	}
	code, out, complaint = status(t, kaunta(url, ledger, "settle", "--wait", "100ms"))
	if code != 11 || complaint != "" || !strings.Contains(out, "1 found open, 1 still open") {
		t.Errorf("settle: %d %s %s", code, out, complaint)
	}

	// Without an account of its own, and never with that of another environment.
	stranger := exec.Command("kaunta", "charge", "--amount", "70", "--phone", pays, "--ledger", ledger)
	stranger.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir())
	if code, out, complaint := status(t, stranger); code != 0 {
		t.Errorf("without an account: %d %s %s", code, out, complaint)
	}
	live := exec.Command("kaunta", "charge", "--amount", "70", "--phone", pays, "--ledger", ledger)
	live.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir(), "MPESA_ENVIRONMENT=production", "MPESA_CONSUMER_KEY=k", "MPESA_CONSUMER_SECRET=s",
		"MPESA_PASSKEY=p", "MPESA_SHORTCODE=600000")
	if code, _, complaint := status(t, live); code != 1 || !strings.Contains(complaint, "is for training, and this configuration for production") {
		t.Errorf("with a live account: %d %s", code, complaint)
	}
	// Nor where the money would go to another number than the one this configuration names.
	other := kaunta(url, ledger, "charge", "--amount", "70", "--phone", pays)
	other.Env = append(other.Env, "MPESA_TILL=600111")
	if code, out, complaint := status(t, other); code != 1 || out != "" || !strings.Contains(complaint, "pay to 174379, and this configuration says 600111") {
		t.Errorf("with another number: %d %s %s", code, out, complaint)
	}

	if err := owner.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code, last, complaint := rest(); code != 11 || last.State != "still_checking" || complaint != "" {
		t.Errorf("the owner ended with %d %+v %s", code, last, complaint)
	}
	if left, _ := filepath.Glob(ledger + "*"); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if j := readJournal(t, url); j.pushes("254712345656") != 1 || j.pushes("254712345678") != 2 {
		t.Errorf("%d and %d pushes", j.pushes("254712345656"), j.pushes("254712345678"))
	}
}

// TestOwnerLeaves: a payment that was asked through a till goes on when that till closes, and its
// own end is told.
func TestOwnerLeaves(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "2")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	callbacks := "KAUNTA_CALLBACK_LISTEN=" + freeAddress(t)
	owner, ownerRest := waitingCharge(t, url, ledger, never, callbacks)
	_, guestRest := waitingCharge(t, url, ledger, pays, callbacks)
	if err := owner.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code, last, _ := ownerRest(); code != 11 || last.State != "still_checking" {
		t.Errorf("the owner ended with %d %+v", code, last)
	}
	if code, last, complaint := guestRest(); code != 0 || last.State != "paid" || complaint != "" {
		t.Errorf("the guest ended with %d %+v %s", code, last, complaint)
	}
	if j := readJournal(t, url); j.pushes("254712345678") != 1 {
		t.Errorf("%d pushes", j.pushes("254712345678"))
	}
}

// TestOwnerKilled: when the till is killed, a charge that went through it goes on in a till of its
// own, and what the killed till left behind is in nobody's way.
func TestOwnerKilled(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "2")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	kill := func(c *exec.Cmd) {
		t.Helper()
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
	}
	callbacks := "KAUNTA_CALLBACK_LISTEN=" + freeAddress(t)
	owner, _ := waitingCharge(t, url, ledger, never, callbacks)
	_, rest := waitingCharge(t, url, ledger, pays, callbacks)
	kill(owner)
	if code, last, complaint := rest(); code != 0 || last.State != "paid" || complaint != "" {
		t.Errorf("the guest ended with %d %+v %q", code, last, complaint)
	}
	if j := readJournal(t, url); j.pushes("254712345678") != 1 {
		t.Errorf("%d pushes", j.pushes("254712345678"))
	}

	owner, _ = waitingCharge(t, url, ledger, "0712345756")
	kill(owner)
	if info, err := os.Lstat(ledger + ".sock"); err != nil {
		t.Errorf("this test is about a socket that is left behind: %v, %v", info, err)
	}
	if code, out, complaint := status(t, kaunta(url, ledger, "ledger", "--json")); code != 0 || strings.Count(out, `"attempt"`) != 3 {
		t.Errorf("ledger: %d %s %s", code, out, complaint)
	}
	code, out, complaint := status(t, kaunta(url, ledger, "charge", "--amount", "80", "--phone", "0712345632"))
	if code != 10 || complaint != "" {
		t.Errorf("charge: %d %s %s", code, out, complaint)
	}
	if _, err := os.Lstat(ledger + ".sock"); err == nil {
		t.Error("the next till has left the socket")
	}
}

// TestOwnerHangs: a till that was stopped is named, and nobody waits for it for long.
func TestOwnerHangs(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	owner, _ := waitingCharge(t, url, ledger, never)
	if err := owner.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("process %d", owner.Process.Pid)
	var all sync.WaitGroup
	for _, args := range []string{"ledger", "report --json", "charge --amount 80 --phone " + pays, "settle"} {
		all.Go(func() {
			code, out, complaint := status(t, kaunta(url, ledger, strings.Fields(args)...))
			if asJSON := strings.HasSuffix(args, "--json"); asJSON {
				if !strings.Contains(out, `{"final":true,"error":{"kind":"ledger_in_use"`) || strings.Count(out, "\n") != 1 {
					t.Errorf("%s: %s", args, out)
				}
				out = ""
			}
			if code != 1 || out != "" || !strings.Contains(complaint, want) || !strings.Contains(complaint, "hangs") || strings.Count(complaint, "\n") != 1 {
				t.Errorf("%s: %d %s %s", args, code, out, complaint)
			}
		})
	}
	all.Wait()
	if err := owner.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if code, _, complaint := status(t, kaunta(url, ledger, "ledger")); code != 0 {
		t.Errorf("afterwards: %d %s", code, complaint)
	}
}

// TestOwnerOtherVersion: a till without a socket, and one whose socket speaks otherwise, are told
// of in one sentence.
func TestOwnerOtherVersion(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	elsewhere := t.TempDir() // where nobody looks
	_, _ = waitingCharge(t, url, ledger, never, "XDG_RUNTIME_DIR="+elsewhere, "TMPDIR="+elsewhere)
	refuse := func(want string) {
		t.Helper()
		for _, command := range []string{"ledger", "settle"} {
			code, _, complaint := status(t, kaunta(url, ledger, command))
			if code != 1 || !strings.Contains(complaint, "in use by another till") || !strings.Contains(complaint, want) || strings.Count(complaint, "\n") != 1 {
				t.Errorf("%s: %d %s", command, code, complaint)
			}
		}
	}
	if err := os.Remove(ledger + ".sock"); err != nil {
		t.Fatal(err)
	}
	refuse("older version")

	l, err := net.Listen("unix", ledger+".sock")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4096))
			_, _ = c.Write([]byte("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n" + `{"end":{"problem":{"text":"this till speaks version 2"}}}` + "\n"))
			_ = c.Close()
		}
	}()
	refuse("this till speaks version 2")
}

// TestOwnerLost: when a till is lost between the request for a payment and its answer, it is not
// known whether the customer was asked, and that is what charge says. It does not ask again.
func TestOwnerLost(t *testing.T) {
	t.Parallel()
	ledger := book(t, nil)
	l, err := net.Listen("unix", ledger+".sock")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			request := make([]byte, 4096)
			n, _ := c.Read(request)
			if bytes.HasPrefix(request[:n], []byte("GET /v1/info ")) {
				_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+`{"item":{"Ledger":%q,"Environment":"training","Number":"174379"}}`+"\n"+`{"end":{}}`, ledger)
			} else if bytes.HasPrefix(request[:n], []byte("POST /v1/charge ")) {
				asked++
			}
			_ = c.Close()
		}
	}()
	code, out, complaint := status(t, kaunta("http://127.0.0.1:1", ledger, "charge", "--amount", "80", "--phone", pays, "--json"))
	l.Close()
	<-served
	rows := readChanges(t, strings.NewReader(out))
	if code != 11 || asked != 1 || len(rows) != 1 || rows[0].State != "still_checking" || !rows[0].Final || rows[0].Amount != 80 || rows[0].Phone != "0712•••678" ||
		strings.Count(complaint, "\n") != 1 || !strings.Contains(complaint, "not known whether the customer was asked: run kaunta settle") {
		t.Errorf("%d, asked %d times: %+v %s", code, asked, rows, complaint)
	}
}

// TestOwnerAtTheScreen: while the cashier has the screens open, others read and charge, and the
// cashier sees their sales.
func TestOwnerAtTheScreen(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	x := startTerminal(t, folder, 80, 24, "demo")
	x.see("TRAINING", "Type the amount.")
	with := func(args ...string) *exec.Cmd {
		cmd := exec.Command("kaunta", append(args, "--ledger", filepath.Join(folder, "kaunta", "training.ledger"))...)
		cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+folder)
		return cmd
	}
	code, out, complaint := status(t, with("charge", "--amount", "1234", "--phone", pays))
	if code != 0 || !strings.Contains(out, "PAID             KES 1,234") {
		t.Errorf("charge: %d %s %s", code, out, complaint)
	}
	x.see("today KES 1,234  1 paid")
	x.press("\x1bOQ") // F2
	x.see("LEDGER", "1,234", "✓ paid")
	code, out, complaint = status(t, with("report"))
	if code != 0 || !strings.Contains(out, "1,234") {
		t.Errorf("report: %d %s %s", code, out, complaint)
	}
	code, out, complaint = status(t, with("settle"))
	if code != 0 || !strings.Contains(out, "0 found open") {
		t.Errorf("settle: %d %s %s", code, out, complaint)
	}
}

// TestOwnerInterrupted: a charge through another till that is interrupted says what is known, and
// the till knows that nobody waits.
func TestOwnerInterrupted(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	_, _ = waitingCharge(t, url, ledger, never)
	guest, rest := waitingCharge(t, url, ledger, "0712345756")
	if err := guest.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code, last, complaint := rest(); code != 11 || last.State != "still_checking" || complaint != "" {
		t.Errorf("ended with %d %+v %s", code, last, complaint)
	}
	code, out, _ := status(t, kaunta(url, ledger, "ledger", "--json"))
	rows := readChanges(t, strings.NewReader(out))
	if code != 0 || len(rows) != 2 || rows[0].State != "still_checking" || rows[1].State != "waiting" {
		t.Errorf("%d %+v", code, rows)
	}
}

package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// tester is what the helpers below need of a test or of a script.
type tester interface {
	Helper()
	Cleanup(func())
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// startSimulator runs the program's simulator on a free port and returns its URL.
func startSimulator(t tester, flags ...string) string {
	t.Helper()
	cmd := exec.Command("kaunta", append([]string{"simulator", "--listen", "127.0.0.1:0"}, flags...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the simulator ended with %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	_, url, found := strings.Cut(line, "listens on ")
	if err != nil || !found {
		t.Fatalf("the simulator said %q, %v", line, err)
	}
	return strings.TrimSuffix(strings.Fields(url)[0], ".")
}

type journal struct {
	Requests []struct {
		Path, Body string
		Status     int
	}
	Payments  []struct{ Phone, Receipt string }
	Callbacks []callback
}

type callback struct {
	URL, Body string
	Status    int
}

func readJournal(t tester, url string) (j journal) {
	t.Helper()
	response, err := http.Get(url + "/simulator/journal")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&j); err != nil {
		t.Fatal(err)
	}
	return j
}

// pushes counts the pushes to a phone, written 254…, that were on the wire.
func (j journal) pushes(phone string) (n int) {
	for _, r := range j.Requests {
		if strings.HasSuffix(r.Path, "/stkpush/v1/processrequest") && strings.Contains(r.Body, phone) {
			n++
		}
	}
	return n
}

func (j journal) paid(phone string) (n int) {
	for _, p := range j.Payments {
		if p.Phone == phone {
			n++
		}
	}
	return n
}

// change is a line of JSON that charge and settle print.
type change struct {
	State      string
	Final      bool
	Amount     int
	Phone      string
	Receipt    string
	ResultCode string `json:"result_code"`
	Reason     string
	Witnesses  []string
	Notices    []string

	CheckoutRequestID string `json:"checkout_request_id"`
}

func readChanges(t tester, r io.Reader) (changes []change) {
	t.Helper()
	for d := json.NewDecoder(r); ; {
		var c change
		switch err := d.Decode(&c); {
		case errors.Is(err, io.EOF):
			return changes
		case err != nil:
			t.Fatal(err)
		}
		changes = append(changes, c)
	}
}

// kaunta prepares a run of the program with a ledger at a path, for the simulator at url.
func kaunta(url, ledger string, args ...string) *exec.Cmd {
	cmd := exec.Command("kaunta", args...)
	cmd.Env = append(os.Environ(), "KAUNTA_DARAJA_URL="+url, "KAUNTA_LEDGER="+ledger, "XDG_CONFIG_HOME="+filepath.Dir(ledger))
	return cmd
}

// asksOnly makes the shop of the ledger one that no callback reaches: its first query comes after
// 10 s, and not after 15.
func asksOnly(t *testing.T, ledger string) {
	t.Helper()
	folder := filepath.Join(filepath.Dir(ledger), "kaunta") // see kaunta
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "kaunta.toml"), []byte("[callback]\nreach = \"off\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestEndings charges one phone for every ending that the simulator plays, with the real program
// against the real simulator on loopback, and compares what the till says with what M-PESA did.
func TestEndings(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	type ending struct {
		digits, state, code string
		pushes, payments    int
		notices             []string

		cmd         *exec.Cmd
		out, stderr bytes.Buffer
	}
	endings := []*ending{
		{digits: "78", state: "paid", code: "0", payments: 1},
		{digits: "01", state: "not_paid", code: "1"},
		{digits: "20", state: "not_paid", code: "2001"},
		{digits: "32", state: "not_paid", code: "1032"},
		{digits: "37", state: "not_paid", code: "1037"},
		{digits: "19", state: "not_paid", code: "1019"},
		{digits: "17", state: "not_paid", code: "17"},
		{digits: "26", state: "not_paid", code: "26"},
		{digits: "08", state: "not_paid", code: "E3008"},
		{digits: "51", state: "paid", code: "0", payments: 1},
		{digits: "52", state: "paid", code: "0", payments: 1},
		{digits: "53", state: "paid", code: "0", payments: 1},
		{digits: "54", state: "paid", code: "0", payments: 1},
		{digits: "55", state: "still_checking", payments: 1, notices: []string{"does_not_match"}},
		{digits: "56", state: "still_checking"},
		{digits: "57", state: "paid", code: "0", payments: 1},
		{digits: "58", state: "paid", code: "0", payments: 1},
		{digits: "59", state: "still_checking", code: "1032", payments: 1}, // one query is no end
		{digits: "61", state: "not_paid", code: "500.001.1001"},
		{digits: "62", state: "not_paid", code: "500.003.02"},
		{digits: "63", state: "paid", code: "0", payments: 1},
		{digits: "64", state: "paid", code: "0", payments: 1},
		{digits: "65", state: "still_checking"},
		{digits: "66", state: "not_paid"},
		{digits: "67", state: "paid", code: "0", pushes: 2, payments: 1},
	}
	for _, e := range endings { // all at once: most of the time is waiting
		e.cmd = kaunta(url, filepath.Join(t.TempDir(), "shop.ledger"),
			"charge", "--amount", "450", "--phone", "2547123456"+e.digits, "--wait", "25s", "--json")
		e.cmd.Stdout, e.cmd.Stderr = &e.out, &e.stderr
		if err := e.cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range endings {
		t.Run(e.digits, func(t *testing.T) {
			_ = e.cmd.Wait()
			phone := "2547123456" + e.digits
			if status := map[string]int{"paid": 0, "not_paid": 10, "still_checking": 11}[e.state]; e.cmd.ProcessState.ExitCode() != status {
				t.Errorf("exit status %d, want %d", e.cmd.ProcessState.ExitCode(), status)
			}
			if e.stderr.Len() > 0 {
				t.Errorf("stderr: %s", e.stderr.String())
			}
			changes := readChanges(t, &e.out)
			for i, c := range changes {
				if last := i == len(changes)-1; c.Final != last || c.Amount != 450 || c.Phone != "0712•••6"+e.digits {
					t.Errorf("line %d of %d: %+v", i+1, len(changes), c)
				}
			}
			last := changes[len(changes)-1]
			if last.State != e.state || e.code != "" && last.ResultCode != e.code || !slices.Equal(last.Notices, append([]string{}, e.notices...)) {
				t.Errorf("ended as %+v, want %s %s %v", last, e.state, e.code, e.notices)
			}
			if last.State != "paid" && last.Reason == "" {
				t.Error("no reason is given")
			}
			j := readJournal(t, url)
			if got, want := j.pushes(phone), max(e.pushes, 1); got != want {
				t.Errorf("%d pushes on the wire, want %d", got, want)
			}
			if got := j.paid(phone); got != e.payments {
				t.Errorf("the customer paid %d times, want %d", got, e.payments)
			}
		})
	}
}

// TestKilledWhileWaiting kills the program with a payment under way. The next start finds out what
// became of it.
func TestKilledWhileWaiting(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	charge := kaunta(url, ledger, "charge", "--amount", "450", "--phone", "0712345651", "--json")
	out, err := charge.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := charge.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), `"waiting"`) {
	}
	if err := charge.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = charge.Wait()

	settled, err := kaunta(url, ledger, "settle", "--wait", "40s", "--json").Output()
	if err != nil {
		t.Errorf("settle ended with %v", err)
	}
	changes := readChanges(t, bytes.NewReader(settled))
	if last := changes[len(changes)-1]; last.State != "paid" || !last.Final {
		t.Errorf("settled as %+v", last)
	}
	if j := readJournal(t, url); j.pushes("254712345651") != 1 || j.paid("254712345651") != 1 {
		t.Errorf("%d pushes, %d payments", j.pushes("254712345651"), j.paid("254712345651"))
	}
	report, err := kaunta(url, ledger, "report", "--json").Output()
	if want := `"paid":{"count":1,"kes":450},"not_paid":{"count":0},"still_checking":{"count":0,"kes":0},"owed_back":{"count":0,"kes":0}`; err != nil || !strings.Contains(string(report), want) {
		t.Errorf("report %s, %v; want …%s", report, err, want)
	}
}

// TestNobodyReads: a payment that is under way goes on when what charge prints is not read, and the
// status says its end.
func TestNobodyReads(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	folder := t.TempDir()
	charge := kaunta(url, filepath.Join(folder, "shop.ledger"), "charge", "--amount", "450", "--phone", "0712345678", "--json")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	charge.Stdout = writer
	var stderr bytes.Buffer
	charge.Stderr = &stderr
	if err := charge.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	reader.Close()
	_ = charge.Wait()
	if status := charge.ProcessState.ExitCode(); status != 0 || stderr.Len() == 0 {
		t.Errorf("status %d, stderr %q; want 0, since it was paid, and a sentence", status, stderr.String())
	}
	if j := readJournal(t, url); j.paid("254712345678") != 1 {
		t.Errorf("the customer paid %d times", j.paid("254712345678"))
	}
}

// TestNobodyReadsSettle: settle goes on as well, and what has no end when its time is over is STILL
// CHECKING.
func TestNobodyReadsSettle(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	for _, phone := range []string{"0712345651", never} {
		charge, _ := waitingCharge(t, url, ledger, phone)
		if err := charge.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = charge.Wait()
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	settle := kaunta(url, ledger, "settle", "--wait", "15s")
	settle.Stdout = full
	_ = settle.Run()
	if status := settle.ProcessState.ExitCode(); status != 11 {
		t.Errorf("status %d, want 11: one has no end", status)
	}
	_, out, _ := status(t, kaunta(url, ledger, "ledger", "--json"))
	if !strings.Contains(out, `"state":"paid"`) {
		t.Errorf("nobody asked M-PESA: %s", out)
	}
	_, out, _ = status(t, kaunta(url, ledger, "settle", "--wait", "1s", "--json"))
	changes := readChanges(t, strings.NewReader(out))
	if last := changes[len(changes)-1]; last.State != "still_checking" || !last.Final {
		t.Errorf("the last word is %+v", last)
	}
}

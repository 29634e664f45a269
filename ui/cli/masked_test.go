//go:build unix

package cli_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNoNumberIsShown goes over everything that a person or a program reads of a payment, and finds
// the customer's nine digits in none of it: they stand in its id, in the bodies of push and
// callback, and in the reference that the shop gave. With --unmask they are there.
func TestNoNumberIsShown(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	w.set["log.level"] = `"debug"`
	w.env = append(w.env, "KAUNTA_DEBUG_HTTP=1", "KAUNTA_CALLBACK_LISTEN="+freeAddress(t))
	w.write()
	const number = "712345678"
	form := regexp.MustCompile(`7[ -]?1[ -]?2[ -]?3[ -]?4[ -]?5[ -]?6[ -]?7[ -]?8`)
	hides := func(what string, text []byte, wants ...string) {
		t.Helper()
		if found := form.Find(text); found != nil {
			t.Errorf("%s shows %s:\n%s", what, found, text)
		}
		for _, want := range wants {
			if !bytes.Contains(text, []byte(want)) {
				t.Errorf("%s does not show the payment (%s):\n%s", what, want, text)
			}
		}
	}
	run := func(args ...string) []byte {
		t.Helper()
		out, err := w.command(args...).CombinedOutput()
		if err != nil {
			t.Errorf("kaunta %s: %v %s", strings.Join(args, " "), err, out)
		}
		return out
	}
	charged := run("charge", "--amount", "450", "--phone", "0"+number, "--reference", "0"+number+"/7", "--description", "tel 0"+number+" now", "--once", number, "--json")
	hides("charge --json", charged, `"phone":"0712•••678"`, "712•••678\",\"customer_message\":\"Success", `"state":"paid"`, `"reference":"0712•••678 7"`, "M-PESA takes no reference")
	var row struct {
		ID       string `json:"checkout_request_id"`
		Merchant string `json:"merchant_request_id"`
		PaidAt   string `json:"paid_at"`
	}
	lines := bytes.Split(bytes.TrimSpace(charged), []byte("\n"))
	if err := json.Unmarshal(lines[len(lines)-1], &row); err != nil || row.Merchant == "" || row.PaidAt == "" || !strings.HasSuffix(row.ID, "712•••678") {
		t.Errorf("%v: %+v", err, row)
	}
	var whole struct {
		ID    string `json:"checkout_request_id"`
		Phone string
	}
	unmasked := run("charge", "--amount", "450", "--phone", "0"+number, "--once", number, "--json", "--unmask")
	if err := json.Unmarshal(bytes.TrimSpace(unmasked), &whole); err != nil || !strings.HasSuffix(whole.ID, number) || whole.Phone != "0712 345 678" {
		t.Errorf("charge --unmask: %v %s", err, unmasked)
	}
	hides("charge", run("charge", "--amount", "80", "--phone", "0"+number, "--reference", "0"+number), "0712 ••• 678")

	hides("ledger", run("ledger"), "0712 ••• 678")
	hides("ledger --json", run("ledger", "--json"), row.ID)
	hides("ledger --csv", run("ledger", "--csv"), row.ID)
	hides("ledger --find", run("ledger", "--find", number, "--json"), row.ID)
	for _, how := range [][]string{{"--json"}, {"--csv"}, {}} {
		if out := run(append([]string{"ledger", "--unmask"}, how...)...); !form.Match(out) {
			t.Errorf("ledger --unmask %v: %s", how, out)
		}
	}
	hides("report", run("report"), "530")
	hides("report --json", run("report", "--json"), "530")
	hides("query", run("query", whole.ID), "PAID")
	hides("query --json", run("query", whole.ID, "--json"), row.ID)
	hides("settle", run("settle", "--json"))
	hides("settle", run("settle"), "0 found open")
	hides("export", run("export"), row.ID)
	sheet := filepath.Join(w.folder, "day.xlsx")
	run("export", "-o", sheet)
	archive, err := zip.OpenReader(sheet)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var cells []byte
	for _, f := range archive.File {
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		cells = append(cells, text...)
	}
	hides("the sheet", cells, "712•••678")

	// The screens, with every event of the payment as it came.
	x := startTerminal(t, w.folder, 100, 60)
	x.see("Type the amount.")
	x.press("\x1bOQ") // F2
	x.see("LEDGER")
	x.press("\x1b[B\r") // the first of the two
	x.see("asked", "M-PESA's message")
	for range 6 {
		x.press("\r")
		x.press("-")
		x.press("\x1b[A")
	}
	x.press("\r") // as the push was answered, or the asking
	x.press("-")
	x.press("\x1b[B\r")
	x.see("CheckoutRequestID", "712•••678")
	x.mu.Lock()
	hides("the screen", []byte(x.screen.String()), "712•••678")
	hides("what was drawn", x.drawn)
	x.mu.Unlock()
	x.kill()

	log, err := os.ReadFile(filepath.Join(w.folder, "kaunta", "kaunta.log"))
	if err != nil {
		t.Fatal(err)
	}
	hides("the log", log, "MpesaReceiptNumber", "712•••678")
}

//go:build unix

package cli_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// TestQuery asks about payments by their ids, while no till is open and through one that is.
func TestQuery(t *testing.T) {
	t.Parallel()
	url := startSimulator(t, "--speed", "20")
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	idOf := func(phone string) string {
		t.Helper()
		_, out, complaint := status(t, kaunta(url, ledger, "ledger", "--find", phone, "--json", "--unmask"))
		var row struct {
			ID string `json:"checkout_request_id"`
		}
		if err := json.Unmarshal([]byte(out), &row); err != nil || !strings.HasSuffix(row.ID, phone[1:]) {
			t.Fatalf("%v %s %s", err, out, complaint)
		}
		return row.ID
	}
	ask := func(id string, code int, want string) {
		t.Helper()
		got, out, complaint := status(t, kaunta(url, ledger, "query", id, "--json"))
		var said struct {
			Final             bool
			Verdict, EN       string
			ResultCode        string `json:"result_code"`
			MerchantRequestID string `json:"merchant_request_id"`
			CheckoutRequestID string `json:"checkout_request_id"`
			MayHaveMovedMoney *bool  `json:"may_have_moved_money"`
		}
		err := json.Unmarshal([]byte(out), &said)
		if err != nil || got != code || complaint != "" || !said.Final || said.Verdict != want || said.EN == "" || said.MayHaveMovedMoney == nil || strings.Contains(out, id[len(id)-9:]) {
			t.Errorf("%v: %d %s %s, want %d %s", err, got, out, complaint, code, want)
		}
		if _, whole, _ := status(t, kaunta(url, ledger, "query", id, "--json", "--unmask")); !strings.Contains(whole, id) {
			t.Errorf("unmasked: %s", whole)
		}
	}
	if code, out, _ := status(t, kaunta(url, ledger, "charge", "--amount", "450", "--phone", pays)); code != 0 {
		t.Fatal(out)
	}
	if code, out, _ := status(t, kaunta(url, ledger, "charge", "--amount", "80", "--phone", "0712345632")); code != 10 {
		t.Fatal(out)
	}
	paid, refused := idOf(pays), idOf("0712345632")
	ask(paid, 0, "paid")
	ask(refused, 10, "failed")
	ask("ws_CO_191220261020363925722000111", 11, "pending")
	code, out, _ := status(t, kaunta(url, ledger, "query", paid))
	if code != 0 || !strings.HasPrefix(out, "PAID             0 The service request is processed successfully.\n") {
		t.Errorf("%d %s", code, out)
	}
	_, out, _ = status(t, kaunta(url, ledger, "query", "ws_CO_191220261020363925722000111"))
	if !strings.HasPrefix(out, "STILL CHECKING   400.002.02") || !strings.Contains(out, "does not know this id") {
		t.Errorf("of an id that there is not: %s", out)
	}
	if _, rows, _ := status(t, kaunta(url, ledger, "ledger", "--json")); strings.Count(rows, `"witnesses":["callback"]`) != 2 {
		t.Errorf("the ledger has something of it: %s", rows)
	}

	// The till that is open asks, with the token that it has.
	tokens := func() (n int) {
		for _, r := range readJournal(t, url).Requests {
			if strings.Contains(r.Path, "/oauth/") {
				n++
			}
		}
		return n
	}
	_, _ = waitingCharge(t, url, ledger, never)
	before := tokens()
	ask(paid, 0, "paid")
	ask(refused, 10, "failed")
	ask(idOf(never), 11, "pending")
	if n := tokens(); n != before || n == 0 {
		t.Errorf("%d tokens were asked for, and %d before", n, before)
	}

	// A Daraja that is not there says nothing about the payment.
	code, out, complaint := status(t, kaunta("http://127.0.0.1:1", filepath.Join(t.TempDir(), "other.ledger"), "query", paid, "--json"))
	if l := lastLine(t, out); code != 1 || l.Error == nil || l.Error.Kind != "unreachable" || !l.Error.Retryable || complaint == "" {
		t.Errorf("%d %s %s", code, out, complaint)
	}
}

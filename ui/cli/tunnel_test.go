//go:build linux

package cli_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kaunta/tunnel/ssh/sshtest"
)

// TestTunnel is a shop behind a router, from its configuration file to the ledger: the till reaches
// its owner's server by ssh, and a payment's callback comes by the server's public name and the
// tunnel. The server dies during the next payment, which ends right all the same, by query; the
// callback, which has waited at the server's proxy, brings the receipt when the tunnel is back.
func TestTunnel(t *testing.T) {
	t.Parallel()
	relay := sshtest.Start(t, sshtest.Options{})
	url := startSimulator(t)
	folder := t.TempDir()
	config := filepath.Join(folder, "kaunta", "kaunta.toml")
	if err := os.MkdirAll(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("[daraja]\nurl = %q\n[callback]\nreach = \"ssh\"\npublic_url = %q\n[callback.ssh]\nserver = %q\nuser = %q\nkey_file = %q\nknown_hosts_file = %q\nsocket = %q\n",
		url, relay.Config.PublicURL, relay.Config.Server, relay.Config.User, relay.Config.KeyFile, relay.Config.KnownHostsFile, relay.Config.Socket)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// Numbers that end in 37 leave the prompt alone for 25 s, so that the test plays the customer.
	pay := func(phone string) {
		t.Helper()
		answer, err := http.Post(url+"/simulator/phones/"+phone, "application/json", strings.NewReader(`{"action":"pay"}`))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode/100 != 2 {
			t.Fatalf("the simulator answered %s", answer.Status)
		}
	}

	x := startTerminal(t, folder, 80, 24)
	x.see("TRAINING", "Type the amount.")
	x.press("450\r0712345637\r")
	x.see("WAITING FOR PIN", "0712 345 637")
	pay("0712345637")
	x.see("✓ PAID", "KES 450", "M-PESA code   U")

	x.asksNext("1200", "0722345637")
	x.see("WAITING FOR PIN", "0722 345 637")
	relay.Kill()
	pay("0722345637")
	select {
	case <-relay.Held:
	case <-time.After(time.Minute):
		t.Fatal("the second callback does not come to the relay")
	}
	x.press("\r") // check now
	x.see("✓ PAID", "KES 1,200", "M-PESA code to follow")
	relay.Restart()
	// The next payment does not wait until the tunnel tries again by itself, and neither does what it
	// brings for the one before.
	x.asksNext("60", "0732345637")
	x.see("WAITING FOR PIN", "0732 345 637")
	j := readJournal(t, url)
	if len(j.Payments) != 2 {
		t.Fatalf("two have paid, and the simulator says %+v", j.Payments)
	}
	x.press("\x1bOQ") // F2
	x.see("LEDGER", j.Payments[0].Receipt, j.Payments[1].Receipt)

	ledger := exec.Command("kaunta", "ledger", "--json")
	ledger.Env = x.cmd.Env
	out, err := ledger.Output()
	if err != nil {
		t.Fatalf("kaunta ledger: %v", err)
	}
	witnesses := map[int][]string{}
	for _, row := range readChanges(t, bytes.NewReader(out)) {
		witnesses[row.Amount] = row.Witnesses
		if row.Amount != 60 && (row.State != "paid" || len(row.Notices) != 0) {
			t.Errorf("the ledger has %+v", row)
		}
	}
	if !slices.Contains(witnesses[450], "callback") || !slices.Contains(witnesses[1200], "query") || !slices.Contains(witnesses[1200], "callback") {
		t.Errorf("the payments were witnessed by %v", witnesses)
	}
	// The sender of the second callback may hang up before the tunnel is back, and hears of the first
	// that it was taken.
	if j := readJournal(t, url); len(j.Callbacks) == 0 || j.Callbacks[0].Status != http.StatusOK || !strings.HasPrefix(j.Callbacks[0].URL, relay.Config.PublicURL+"/cb/") {
		t.Errorf("the first callback did not come by the public name: %+v", j.Callbacks)
	}
	log, err := os.ReadFile(filepath.Join(folder, "kaunta", "kaunta.log"))
	if err != nil || !bytes.Contains(log, []byte("level=WARN msg=\"the way that callbacks take\" state=down")) || !bytes.Contains(log, []byte("state=live")) {
		t.Errorf("the log does not tell of the tunnel: %v\n%s", err, log)
	}
}

// asksNext asks for the next sale while the result of the one before is on the screen: what is
// typed while that is new waits for Enter.
func (x *terminal) asksNext(amount, phone string) {
	x.Helper()
	x.press(amount + "\r" + phone)
	x.wait(func(shown string) string {
		if strings.Contains(shown, "next sale: "+amount+"  "+phone) && strings.Contains(shown, "enter next sale") {
			x.press("\r")
		} else if !strings.Contains(shown, "enter ask for payment") {
			return amount + " and " + phone
		}
		return ""
	})
	x.see("enter ask for payment")
	x.press("\r")
}

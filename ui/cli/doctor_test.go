//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	simulated "kaunta/daraja/simulator"
)

// ward is a shop in order, on a simulator that knows its account and nobody else's. A test plants a
// fault in it.
type ward struct {
	*testing.T
	folder string
	url    string                                        // of the simulator
	wrong  func(http.ResponseWriter, *http.Request) bool // true: it has answered for the simulator

	set  map[string]string // lines of the configuration, by "table.key"
	env  []string
	args []string
}

func newWard(t *testing.T) *ward { return newWardOf(t, "key-1", "secret-1", "passkey-1") }

func newWardOf(t *testing.T, key, secret, passkey string) *ward {
	w := &ward{T: t, folder: t.TempDir()}
	sim := simulated.New(simulated.Options{ConsumerKey: key, ConsumerSecret: secret, ShortCode: "600100", Passkey: passkey, Speed: 20})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.wrong == nil || !w.wrong(rw, r) {
			sim.ServeHTTP(rw, r)
		}
	}))
	t.Cleanup(func() { server.Close(); sim.Close() })
	w.url = server.URL
	w.set = map[string]string{
		"daraja.consumer_key": fmt.Sprintf("%q", key), "daraja.consumer_secret": fmt.Sprintf("%q", secret),
		"daraja.passkey": fmt.Sprintf("%q", passkey), "daraja.short_code": `"600100"`,
		"daraja.url": fmt.Sprintf("%q", w.url), "records.backup_folder": fmt.Sprintf("%q", w.folder),
	}
	w.env = []string{"XDG_CONFIG_HOME=" + w.folder, "XDG_DATA_HOME=" + w.folder, "XDG_STATE_HOME=" + w.folder, "LANG=C.UTF-8"}
	return w
}

func (w *ward) config() string { return filepath.Join(w.folder, "kaunta", "kaunta.toml") }

// write writes the configuration as it is set.
func (w *ward) write() {
	w.Helper()
	tables := map[string]string{}
	for key, value := range w.set {
		table, name := "", key
		if i := strings.LastIndex(key, "."); i >= 0 {
			table, name = key[:i], key[i+1:]
		}
		tables[table] += name + " = " + value + "\n"
	}
	text := tables[""]
	delete(tables, "")
	for table, lines := range tables {
		text += "[" + table + "]\n" + lines
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(w.config()), 0o700), os.WriteFile(w.config(), []byte(text), 0o600)); err != nil {
		w.Fatal(err)
	}
}

// without is the ward's environment with no account with the simulator: Safaricom itself is named,
// and cannot be reached.
func (w *ward) without(environment string) {
	delete(w.set, "daraja.url")
	w.set["environment"] = fmt.Sprintf("%q", environment)
	w.env = append(w.env, "HTTPS_PROXY=http://127.0.0.1:1", "https_proxy=http://127.0.0.1:1")
}

func (w *ward) command(args ...string) *exec.Cmd {
	cmd := exec.Command("kaunta", args...)
	cmd.Env = append(os.Environ(), w.env...)
	return cmd
}

type finding struct{ Check, Status, EN, SW, Fix string }

// doctor runs the program and returns what it found, and its exit status.
func (w *ward) doctor() (map[string]finding, int) {
	w.Helper()
	cmd := w.command(append([]string{"doctor", "--json"}, w.args...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	began := time.Now()
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || errs.Len() > 0 {
		w.Fatalf("kaunta doctor: %v, %s", err, errs.String())
	}
	if took := time.Since(began); took > 20*time.Second {
		w.Errorf("kaunta doctor took %v", took)
	}
	found := map[string]finding{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var line struct {
			Check, Status, EN, SW string
			Fix                   string `json:"fix_en"`
			FixSW                 string `json:"fix_sw"`
		}
		if err := d.Decode(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			w.Fatalf("%v in %s", err, out)
		}
		if line.EN == "" || line.SW == "" || (line.Status == "fault" || line.Status == "warning") != (line.Fix != "" && line.FixSW != "") {
			w.Errorf("%s says too little: %+v", line.Check, line)
		}
		found[line.Check] = finding{line.Check, line.Status, line.EN, line.SW, line.Fix}
	}
	return found, cmd.ProcessState.ExitCode()
}

func TestDoctorFindsNothing(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	w.set["callback.listen"] = fmt.Sprintf("%q", freeAddress(t))
	w.write()
	found, status := w.doctor()
	if status != 0 || len(found) != 17 {
		t.Errorf("exit status %d, %d lines", status, len(found))
	}
	for _, f := range found {
		// The Go that runs the tests may be one with a fault.
		if f.Status != "ok" && f.Check != "terminal" && (f.Check != "program" || f.Status != "warning") {
			t.Errorf("a shop in order: %+v", f)
		}
	}
}

// plants are faults, each with the line that must name it.
var plants = map[string]struct {
	plant func(*ward)
	check string
	says  string
	fix   string
}{
	"a file that others can read": {func(w *ward) { w.write(); os.Chmod(w.config(), 0o644) }, "configuration", "can be read by others", "kaunta setup"},
	"a misspelt key":              {func(w *ward) { w.set["daraja.consumer_sceret"] = `"x"` }, "configuration", "did you mean consumer_secret?", "kaunta.toml"},
	"two mistakes":                {func(w *ward) { w.set["daraja.paskey"], w.set["limits.max_amount"] = `"x"`, `0` }, "configuration", "did you mean passkey? Max_amount is 0", "kaunta.toml"},
	"a file that is no TOML":      {func(w *ward) { w.set["shop"] = `Duka` }, "configuration", "is not understood: look at line 1", "kaunta.toml"},
	"a secret's file is absent":   {func(w *ward) { delete(w.set, "daraja.passkey"); w.set["daraja.passkey_file"] = `"none"` }, "configuration", "/none cannot be read: no such file or directory", "kaunta.toml"},
	"a wrong key":                 {func(w *ward) { w.set["daraja.consumer_key"] = `"key-2"` }, "keys", "wrong keys, or sandbox keys on production", "developer portal"},
	"no keys": {func(w *ward) {
		w.without("sandbox")
		delete(w.set, "daraja.consumer_key")
		delete(w.set, "daraja.consumer_secret")
	}, "keys", "No consumer key and secret", "MPESA_CONSUMER_KEY"},
	"nobody at Safaricom's address": {func(w *ward) { w.set["daraja.url"] = `"http://127.0.0.1:1"` }, "keys", "cannot be reached at 127.0.0.1:1", "internet connection"},
	"the firewall": {func(w *ward) {
		w.wrong = func(rw http.ResponseWriter, r *http.Request) bool {
			rw.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(rw, "<html>Incapsula incident ID: 1-2</html>")
			return true
		}
	}, "keys", "blocks this connection", "another internet connection"},
	"a log-in page in between": {func(w *ward) {
		w.wrong = func(rw http.ResponseWriter, r *http.Request) bool {
			_, _ = io.WriteString(rw, "<html>Welcome to our Wi-Fi</html>")
			return true
		}
	}, "keys", "does not answer as Safaricom does", "log-in page"},
	"a product that is not enabled": {func(w *ward) {
		w.wrong = func(rw http.ResponseWriter, r *http.Request) bool {
			if !strings.HasPrefix(r.URL.Path, "/mpesa/") {
				return false
			}
			rw.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(rw, `{"requestId":"1","errorCode":"404.001.03","errorMessage":"Invalid Access Token"}`)
			return true
		}
	}, "product", "M-PESA Express is not enabled on this app", "developer portal"},
	"a wrong passkey":                  {func(w *ward) { w.set["daraja.passkey"] = `"passkey-2"` }, "passkey", "Short code and passkey do not belong together", "passkey"},
	"a wrong short code":               {func(w *ward) { w.set["daraja.short_code"] = `"600200"` }, "passkey", "does not know this short code", "store number"},
	"the till as short code":           {func(w *ward) { w.set["daraja.till"] = `"600100"` }, "number", "Till number and short code are the same", "store number"},
	"a till with the sandbox's number": {func(w *ward) { w.set["daraja.till"] = `"5001234"`; w.set["daraja.short_code"] = `"174379"` }, "number", "is a Pay Bill, and a till number is configured", `"till"`},
	"the sandbox's number live":        {func(w *ward) { w.without("production"); w.set["daraja.short_code"] = `"174379"` }, "number", "the environment is production", "your own"},
	"too many questions":               {func(w *ward) { w.without("sandbox"); w.set["limits.query_every"] = `"5s"` }, "rate", "one question in 12 s", `"13s"`},
	"a clock that is fast": {func(w *ward) {
		w.wrong = func(rw http.ResponseWriter, r *http.Request) bool {
			rw.Header().Set("Date", time.Now().Add(-10*time.Minute).UTC().Format(http.TimeFormat))
			return false
		}
	}, "clock", "The clock of this machine is 10m", "timedatectl"},
	"a forbidden word":                  {func(w *ward) { w.set["callback.public_url"] = `"https://example.com/mpesa"` }, "address", `"mpesa"`, "Choose another"},
	"plain http":                        {func(w *ward) { w.set["callback.public_url"] = `"http://example.com"` }, "address", "must begin with https://", "https://till.example.com"},
	"a private address":                 {func(w *ward) { w.set["callback.public_url"] = `"https://192.168.1.5"` }, "address", "leads to 192.168.1.5, a private address", `reach = "ssh"`},
	"a name that does not exist":        {func(w *ward) { w.set["callback.public_url"] = `"https://till.invalid"` }, "address", "The name till.invalid of the public URL is not found", "DNS"},
	"a port in use":                     {func(w *ward) { w.set["callback.listen"] = fmt.Sprintf("%q", strings.TrimPrefix(w.url, "http://")) }, "port", "in use by another program", `"listen"`},
	"somebody else behind the address":  {func(w *ward) { w.set["callback.public_url"] = fmt.Sprintf("%q", w.url) }, "reach", "something other than this till answers", "routers"},
	"nobody behind the address":         {func(w *ward) { w.set["callback.public_url"] = `"http://127.0.0.1:1"` }, "reach", "does not answer", "public URL leads to"},
	"a quick tunnel without DNS":        {withoutDNS, "reach", "There is no tunnel: this machine's DNS does not find api.trycloudflare.com. Results come late.", "DNS of this machine"},
	"a way that is not built in":        {func(w *ward) { w.set["callback.reach"] = `"pigeon"` }, "configuration", "off, static, acme, ssh or cloudflared", "kaunta.toml"},
	"a foreign file as ledger":          {func(w *ward) { w.write(); w.args = []string{"--ledger", w.config()} }, "ledger", "is not a ledger", "--ledger"},
	"a ledger where none can be":        {func(w *ward) { w.write(); w.args = []string{"--ledger", filepath.Join(w.config(), "x.ledger")} }, "ledger", "cannot be", "--ledger"},
	"the ledger of another environment": {otherLedger, "ledger", "was made for sandbox, and Kaunta is set to training", `"ledger"`},
	"a folder for backups that is not":  {func(w *ward) { w.set["records.backup_folder"] = `"/no/such/folder"` }, "backup", "is not there or cannot be written", "disk"},
	"a log file where none can be":      {func(w *ward) { w.write(); w.set["log.file"] = fmt.Sprintf("%q", filepath.Join(w.config(), "x.log")) }, "log", "cannot be written", "[log]"},
}

// withoutDNS has a quick tunnel's program say what it says where no name is found.
func withoutDNS(w *ward) {
	program := filepath.Join(w.folder, "cloudflared")
	script := "#!/bin/sh\n" + `echo 'failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: lookup api.trycloudflare.com: no such host' >&2` + "\nexit 1\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		w.Fatal(err)
	}
	w.set["callback.reach"], w.set["callback.cloudflared.program"] = `"cloudflared"`, fmt.Sprintf("%q", program)
}

// otherLedger leaves a ledger of Safaricom's sandbox in the shop, as a till that never reached it
// makes one.
func otherLedger(w *ward) {
	other := newWard(w.T)
	other.without("sandbox")
	other.set["daraja.short_code"], other.set["daraja.passkey"] = `"174379"`, `"p"`
	other.write()
	path := filepath.Join(w.folder, "other.ledger")
	if out, err := other.command("charge", "--amount", "1", "--phone", "0712345678", "--ledger", path).CombinedOutput(); err == nil || !strings.Contains(string(out), "NOT PAID") {
		w.Fatalf("a payment that cannot be sent: %v, %s", err, out)
	}
	w.args = []string{"--ledger", path}
}

// TestDoctorFindsFaults plants one fault at a time and demands the line that names it, its fix, and
// exit status 1.
func TestDoctorFindsFaults(t *testing.T) {
	t.Parallel()
	for name, p := range plants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWard(t)
			p.plant(w)
			if _, err := os.Stat(w.config()); err != nil || name == "a log file where none can be" {
				w.write()
			}
			found, status := w.doctor()
			f := found[p.check]
			if status != 1 || f.Status != "fault" || !strings.Contains(f.EN, p.says) || !strings.Contains(f.Fix, p.fix) {
				t.Errorf("exit status %d, %+v\nwant %q and the fix %q", status, f, p.says, p.fix)
			}
			for _, other := range found {
				for _, twice := range []string{"?.", "..", ";.", ":.", "?;"} {
					if strings.Contains(other.EN+" "+other.SW+" "+other.Fix, twice) {
						t.Errorf("two signs at the end of a sentence: %+v", other)
					}
				}
				for _, secret := range []string{"key-1", "key-2", "secret-1", "passkey-1", "passkey-2"} {
					if strings.Contains(other.EN+other.SW+other.Fix, secret) {
						t.Errorf("a secret is printed: %+v", other)
					}
				}
			}
		})
	}
}

// TestDoctorTerminal looks at the report where a person reads it, in windows of two sizes and in
// Kiswahili.
func TestDoctorTerminal(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	w.write()
	x := startTerminal(t, w.folder, 80, 24, "doctor")
	x.see("✓ Keys", "The simulator accepts", "80×24, xterm-256color, UTF-8, colours.", "Nothing to fix")

	w.set["language"] = `"sw"`
	w.write()
	x = startTerminal(t, w.folder, 36, 24, "doctor")
	x.see("× Terminali", "Dirisha ni 36×24, na Kaunta", "Jambo moja la kurekebisha")
}

// TestDoctorBesideTill: a till that is running is left alone, and its own way is tried, through a
// real proxy.
func TestDoctorBesideTill(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	listen := freeAddress(t)
	proxy := httptest.NewServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: listen}))
	defer proxy.Close()
	w.set["callback.listen"] = fmt.Sprintf("%q", listen)
	w.set["callback.public_url"] = fmt.Sprintf("%q", proxy.URL)
	w.write()
	found, status := w.doctor()
	if status != 0 || found["reach"].Status != "ok" || !strings.Contains(found["port"].EN, "is free") {
		t.Errorf("before the till starts: %d, %+v, %+v", status, found["reach"], found["port"])
	}

	x := startTerminal(t, w.folder, 80, 24)
	x.see("TRAINING", "Type the amount.")
	found, status = w.doctor()
	if status != 0 || found["reach"].Status != "ok" || !strings.Contains(found["port"].EN, "A Kaunta that is running listens") ||
		!strings.Contains(found["ledger"].EN, fmt.Sprintf("In use by the till of process %d", x.cmd.Process.Pid)) {
		t.Errorf("beside the till: %d, %+v, %+v, %+v", status, found["reach"], found["port"], found["ledger"])
	}
}

// TestPushTo: a shilling is asked for only when it is asked for.
func TestPushTo(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	w.write()
	if out, err := w.command("doctor", "--push-to", "0712345678").CombinedOutput(); err == nil || !strings.Contains(string(out), "say --yes") {
		t.Errorf("with nobody to ask: %v, %s", err, out)
	}
	if _, status := w.doctor(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if j := readJournal(t, w.url); j.pushes("254712345678") != 0 {
		t.Error("the doctor asked for money unasked")
	}
	out, err := w.command("doctor", "--push-to", "0712345678", "--yes").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "KES 1 is asked from 0712 ••• 678.") || !strings.Contains(string(out), "PAID") {
		t.Errorf("with --yes: %v, %s", err, out)
	}
	if j := readJournal(t, w.url); j.pushes("254712345678") != 1 || j.paid("254712345678") != 1 {
		t.Errorf("%d pushes, %d payments", j.pushes("254712345678"), j.paid("254712345678"))
	}
	x := startTerminal(t, w.folder, 80, 40, "doctor", "--push-to", "0712345632")
	x.see("Nothing to fix", "No real money moves here.", "Type yes to send it:")
	x.press("no\r")
	x.see("nothing was sent")
}

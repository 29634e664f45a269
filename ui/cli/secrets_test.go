//go:build unix

package cli_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	simulated "kaunta/daraja/simulator"
)

// The canaries: secrets that nobody else has.
const (
	canaryKey    = "CANARYkey7Qm2v"
	canarySecret = "CANARYsecret9Zt4x"
	// with the six digits of the short code, base64's last group lacks two characters
	canaryPasskey = "CANARYpasskey3Lw8b6c"
	canaryToken   = "CANARYtunnelKd5e"
)

// cage listens to what goes over the wire, so that every secret is known in each form it takes: as
// it is, in the header of the request for a token, as the token, and as the password of a push.
type cage struct {
	mu   sync.Mutex
	seen map[string]string // text to what it is
}

func newCage() *cage {
	return &cage{seen: map[string]string{
		canaryKey: "the consumer key", canarySecret: "the consumer secret", canaryPasskey: "the passkey", canaryToken: "the tunnel's token",
		base64.StdEncoding.EncodeToString([]byte(canaryKey + ":" + canarySecret)): "the Authorization header",
		base64.StdEncoding.EncodeToString([]byte("600100" + canaryPasskey))[:32]:  "the password",
	}}
}

func (c *cage) add(text, what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(text) >= 16 {
		c.seen[text] = what
	}
}

// listen is a handler that lets next answer and notes the secrets in the exchange.
func (c *cage) listen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		c.add(credentials, "credentials")
		body, _ := io.ReadAll(r.Body)
		var fields struct{ Password string }
		if json.Unmarshal(body, &fields) == nil {
			c.add(fields.Password, "a password")
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if !strings.HasPrefix(r.URL.Path, "/oauth/") {
			next.ServeHTTP(rw, r)
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		var grant struct {
			Token string `json:"access_token"`
		}
		if json.Unmarshal(answer.Body.Bytes(), &grant) == nil {
			c.add(grant.Token, "an access token")
		}
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(answer.Body.Bytes())
	})
}

// escaped are the secrets that stand in text.
func (c *cage) escaped(text []byte) (what []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for secret, name := range c.seen {
		if bytes.Contains(text, []byte(secret)) {
			what = append(what, name)
		}
	}
	slices.Sort(what)
	return what
}

// TestNoSecretEscapes runs every command, in order and out of it, with canaries in the file and in
// the environment, and looks for them in all that the program prints, draws and writes.
func TestNoSecretEscapes(t *testing.T) {
	t.Parallel()
	c := newCage()
	sim := simulated.New(simulated.Options{ConsumerKey: canaryKey, ConsumerSecret: canarySecret, ShortCode: "600100", Passkey: canaryPasskey, Speed: 50})
	server := httptest.NewServer(c.listen(sim))
	t.Cleanup(func() { server.Close(); sim.Close() })
	// A Daraja that repeats in its errors what it was sent.
	echo := httptest.NewServer(c.listen(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.HasPrefix(r.URL.Path, "/oauth/") {
			_, _ = io.WriteString(rw, `{"access_token":"CANARYtokenofadarajathatechoes12","expires_in":"3599"}`)
			return
		}
		for name, values := range r.Header {
			rw.Header()["X-"+name] = values
		}
		rw.WriteHeader(http.StatusUnauthorized)
		message, _ := json.Marshal("Invalid Access Token - " + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		fmt.Fprintf(rw, `{"requestId":"1","errorCode":"401.002.01","errorMessage":%s}`, message)
		_ = body
	})))
	t.Cleanup(echo.Close)

	w := newWardOf(t, canaryKey, canarySecret, canaryPasskey)
	w.url = server.URL
	w.set["daraja.url"] = fmt.Sprintf("%q", server.URL)
	w.set["callback.cloudflared.token"] = fmt.Sprintf("%q", canaryToken)
	w.set["log.level"] = `"debug"`
	w.env = append(w.env, "KAUNTA_DEBUG_HTTP=1")
	w.write()
	if text, err := os.ReadFile(w.config()); err != nil || len(c.escaped(text)) != 4 {
		t.Fatalf("the canaries are not in the configuration: %v, %v", err, c.escaped(text))
	}
	callback := filepath.Join(w.folder, "callback.json")
	notTOML := filepath.Join(w.folder, "configs", "broken.toml")
	configs := map[string]string{
		notTOML: "[daraja]\nconsumer_secret = " + canarySecret + "\n",
		filepath.Join(w.folder, "configs", "type.toml"):    "[limits]\nmax_amount = \"" + canarySecret + "\"\n",
		filepath.Join(w.folder, "configs", "place.toml"):   "environment = \"" + canaryKey + "\"\n[daraja]\nshort_code = \"" + canaryPasskey + "\"\ntill = \"" + canaryPasskey + "\"\nurl = \"https://x:" + canarySecret + "@127.0.0.1:1\"\n",
		filepath.Join(w.folder, "configs", "places.toml"):  "[callback]\nreach = \"" + canaryPasskey + "\"\nlisten = \"" + canaryKey + "\"\nsources = [\"" + canarySecret + "\"]\npublic_url = \"" + canaryToken + "\"\n[log]\nlevel = \"" + canaryKey + "\"\n",
		filepath.Join(w.folder, "configs", "unknown.toml"): "[daraja]\nconsumer_sceret = \"" + canarySecret + "\"\n",
		filepath.Join(w.folder, "configs", "twice.toml"):   "[daraja]\npasskey = \"" + canaryPasskey + "\"\npasskey_file = \"x\"\n",
		filepath.Join(w.folder, "configs", "blank.toml"):   "[daraja]\nconsumer_key = \"" + canaryKey + " x\"\nconsumer_secret = \"s\"\npasskey = \"" + canaryPasskey + "\\u001b[31m\"\n",
	}
	for path, text := range configs {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(callback, []byte(`{"Body":{"stkCallback":{"MerchantRequestID":"m-1","CheckoutRequestID":"ws_CO_1","ResultCode":1032,"ResultDesc":"no"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}

	var printed bytes.Buffer
	run := func(env []string, args ...string) {
		t.Helper()
		cmd := w.command(args...)
		cmd.Env = append(cmd.Env, env...)
		out, _ := cmd.CombinedOutput() // most of them fail, and none may say too much
		printed.Write(out)
		for _, what := range c.escaped(out) {
			t.Errorf("kaunta %s prints %s", strings.Join(args, " "), what)
		}
		if len(out) == 0 && cmd.ProcessState.ExitCode() != 0 {
			t.Errorf("kaunta %s fails and says nothing", strings.Join(args, " "))
		}
	}
	inEnvironment := []string{"MPESA_CONSUMER_KEY=" + canaryKey, "MPESA_CONSUMER_SECRET=" + canarySecret, "MPESA_PASSKEY=" + canaryPasskey, "MPESA_SHORTCODE=600100", "KAUNTA_DARAJA_URL=" + server.URL}
	for _, phone := range []string{"0712345678", "0712345632", "0712345663", "0712345665", "0712345667"} {
		run(nil, "charge", "--amount", "80", "--phone", phone, "--json", "--wait", "3s")
	}
	run(nil, "charge", "--amount", "80", "--phone", "0712345701", "--wait", "3s")
	for _, args := range [][]string{
		{"settle", "--wait", "1s"}, {"settle", "--json", "--wait", "1s"}, {"ledger"}, {"ledger", "--json"}, {"ledger", "--csv"}, {"ledger", "--find", "678"}, {"report"}, {"report", "--json"},
		{"explain", callback}, {"explain", "--json", "500.001.1001"}, {"doctor"}, {"doctor", "--json"}, {"doctor", "--push-to", "0712345678", "--yes"},
		{"setup"}, {"setup", "--sample"}, {"setup", "--print-relay"}, {"--help"}, {"--version"}, {"charge", "--help"}, {"doctor", "--help"}, {"nonsense"}, {},
	} {
		run(nil, args...)
	}
	for _, change := range [][]string{
		nil, {"MPESA_CONSUMER_SECRET=" + canaryToken}, {"MPESA_PASSKEY=" + canaryToken}, {"KAUNTA_DARAJA_URL=http://127.0.0.1:1"}, {"KAUNTA_DARAJA_URL=" + echo.URL},
		{"KAUNTA_DARAJA_URL=https://x:" + canarySecret + "@127.0.0.1:1"}, {"KAUNTA_DARAJA_URL=" + canaryKey}, {"MPESA_ENVIRONMENT=" + canaryKey},
		{"MPESA_SHORTCODE=" + canaryPasskey}, {"KAUNTA_PUBLIC_URL=https://x:" + canaryToken + "@example.com"}, {"KAUNTA_CALLBACK_LISTEN=" + canaryKey},
		{"KAUNTA_DARAJA_URL=http://127.0.0.1:1/" + canaryKey + " x"},
	} {
		env := append(slices.Clone(inEnvironment), change...)
		run(env, "charge", "--amount", "80", "--phone", "0722345678", "--json", "--wait", "1s")
		run(env, "doctor")
		run(env, "ledger", "--json")
	}
	for path := range configs {
		run([]string{"MPESA_PASSKEY=" + canaryPasskey}, "doctor", "--config", path, "--ledger", filepath.Join(w.folder, "other.ledger"))
		run(nil, "doctor", "--json", "--config", path, "--ledger", filepath.Join(w.folder, "other.ledger"))
		run(nil, "charge", "--amount", "80", "--phone", "0712345678", "--config", path, "--wait", "1s")
		run(nil, "report", "--config", path)
	}
	if !bytes.Contains(printed.Bytes(), []byte("PAID")) || !bytes.Contains(printed.Bytes(), []byte("M-PESA Express is not enabled")) || len(c.seen) < 12 {
		t.Errorf("the commands did not do what they were to do; %d secrets were on the wire", len(c.seen))
	}

	// The screens: a sale and every piece of its evidence, and the doctor at a terminal.
	x := startTerminal(t, w.folder, 100, 40)
	for _, step := range [][2]string{
		{"Type the amount.", "450\r"}, {"KES 450", "0712345678\r"}, {"✓ PAID", "\x1bOQ"}, {"LEDGER", "\r"}, {"M-PESA's message", ""},
	} {
		x.see(step[0])
		x.press(step[1])
	}
	x.kill()
	d := startTerminal(t, w.folder, 80, 40, "doctor")
	d.see("to fix")
	for _, screen := range []*terminal{x, d} {
		screen.mu.Lock()
		for _, what := range c.escaped(screen.drawn) {
			t.Errorf("the screen draws %s", what)
		}
		screen.mu.Unlock()
	}

	// The log has all that went over the wire, and no whole number of a customer either.
	log, err := os.ReadFile(filepath.Join(w.folder, "kaunta", "kaunta.log"))
	for _, want := range []string{"msg=\"http request\"", "msg=\"http response\"", "msg=callback", "header.Authorization=[hidden]", "MpesaReceiptNumber"} {
		if !bytes.Contains(log, []byte(want)) {
			t.Errorf("the log has no %s (%v)", want, err)
		}
	}
	if number := regexp.MustCompile(`7[12]2345[67]\d\d`).Find(log); number != nil {
		t.Errorf("the log has the number %s", number)
	}

	// What lies on the disk: ledger, log, notes next to them; but not the configurations themselves.
	files := 0
	err = filepath.WalkDir(w.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(path, ".toml") {
			return err
		}
		text, err := os.ReadFile(path)
		files++
		for _, what := range c.escaped(text) {
			t.Errorf("%s holds %s", path, what)
		}
		return err
	})
	if err != nil || files < 2 {
		t.Errorf("%d files were looked through, %v", files, err)
	}
}

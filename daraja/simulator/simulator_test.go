package simulator

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A delivery is a callback as its listener saw it.
type delivery struct {
	at     time.Time
	url    string
	header http.Header
	body   string
}

// A world is a simulator whose handler is called without sockets and whose callbacks are caught,
// for use inside a synctest bubble.
type world struct {
	t     *testing.T
	sim   *Simulator
	start time.Time
	token string
	deaf  bool // the listener takes no callbacks

	mu         sync.Mutex
	deliveries []delivery
}

func newWorld(t *testing.T, opts Options) *world {
	t.Helper()
	w := &world{t: t, start: time.Now()}
	opts.HTTPClient = &http.Client{Transport: w}
	w.sim = New(opts)
	t.Cleanup(func() { _ = w.sim.Close() })
	w.token = w.newToken()
	return w
}

// RoundTrip catches a callback.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.deaf {
		return nil, errors.New("nobody listens")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deliveries = append(w.deliveries, delivery{time.Now(), r.URL.String(), r.Header, string(body)})
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

func (w *world) caught() []delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]delivery(nil), w.deliveries...)
}

// until lets virtual time pass up to a moment counted from the beginning, and everything due by
// then happen.
func (w *world) until(d time.Duration) {
	<-time.After(time.Until(w.start.Add(d)))
	synctest.Wait()
}

// send calls the handler. A dropped connection is status 0.
func (w *world) send(method, path, authorization, body string) (status int, answer string) {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return w.do(r)
}

func (w *world) do(r *http.Request) (status int, answer string) {
	rec := httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			status, answer = 0, ""
		}
	}()
	w.sim.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

func (w *world) newToken() string {
	w.t.Helper()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("key:secret"))
	status, body := w.send("GET", pathToken+"?grant_type=client_credentials", basic, "")
	if status != 200 {
		w.t.Fatalf("token: %d %s", status, body)
	}
	return decode(w.t, body)["access_token"].(string)
}

// push sends a good push changed by some fields; a nil value leaves the field out.
func (w *world) push(changes map[string]any) (status int, answer map[string]any) {
	w.t.Helper()
	status, body := w.send("POST", pathPush, "Bearer "+w.token, encode(goodPush(changes)))
	if status == 0 || strings.HasPrefix(body, "<") {
		return status, nil
	}
	return status, decode(w.t, body)
}

// accepted sends a push to a phone and returns its CheckoutRequestID.
func (w *world) accepted(phone string) string {
	w.t.Helper()
	status, answer := w.push(map[string]any{"PhoneNumber": phone, "PartyA": phone})
	if status != 200 {
		w.t.Fatalf("push: %d %v", status, answer)
	}
	return answer["CheckoutRequestID"].(string)
}

// query asks for an attempt and returns the HTTP status with the ResultCode, errorCode or fault it
// found.
func (w *world) query(checkoutRequestID string) string {
	w.t.Helper()
	status, body := w.send("POST", pathQuery, "Bearer "+w.token, encode(goodQuery(checkoutRequestID)))
	answer := decode(w.t, body)
	switch {
	case answer["ResultCode"] != nil:
		return fmt.Sprint(status, " ", answer["ResultCode"])
	case answer["errorCode"] != nil:
		return fmt.Sprint(status, " ", answer["errorCode"])
	default:
		return fmt.Sprint(status, " ", answer["fault"].(map[string]any)["detail"].(map[string]any)["errorcode"])
	}
}

const (
	shortCode = "174379"
	passkey   = "a-passkey-for-tests"
	timestamp = "20260314150926"
)

func password(shortCode, passkey, timestamp string) string {
	return base64.StdEncoding.EncodeToString([]byte(shortCode + passkey + timestamp))
}

func goodPush(changes map[string]any) map[string]any {
	body := map[string]any{
		"BusinessShortCode": shortCode,
		"Password":          password(shortCode, passkey, timestamp),
		"Timestamp":         timestamp,
		"TransactionType":   "CustomerPayBillOnline",
		"Amount":            450,
		"PartyA":            "254712345600",
		"PartyB":            shortCode,
		"PhoneNumber":       "254712345600",
		"CallBackURL":       "https://till.example/callback/3f9a",
		"AccountReference":  "Table 4",
		"TransactionDesc":   "Lunch",
	}
	maps.Copy(body, changes)
	maps.DeleteFunc(body, func(_ string, value any) bool { return value == nil })
	return body
}

func goodQuery(checkoutRequestID string) map[string]any {
	return map[string]any{
		"BusinessShortCode": shortCode, "Password": password(shortCode, passkey, timestamp), "Timestamp": timestamp,
		"CheckoutRequestID": checkoutRequestID,
	}
}

func encode(v any) string { return string(marshal(v)) }

// decode reads a JSON object and keeps numbers as they are written.
func decode(t *testing.T, body string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("no JSON object: %v in %q", err, body)
	}
	return v
}

func stkCallbackOf(t *testing.T, body string) map[string]any {
	t.Helper()
	return decode(t, body)["Body"].(map[string]any)["stkCallback"].(map[string]any)
}

// wireCode writes a ResultCode as JSON has it, so that 1032 and "1032" differ.
func wireCode(v any) string {
	if s, isString := v.(string); isString {
		return strconv.Quote(s)
	}
	return fmt.Sprint(v)
}

func TestNoPackageOfOurs(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			if strings.HasPrefix(spec.Path.Value, `"kaunta`) {
				t.Errorf("%s imports %s: the simulator must stay independent of the client", name, spec.Path.Value)
			}
		}
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		for _, test := range []struct {
			method, path string
			status       int
			code         string
		}{
			{"POST", "/mpesa/stkpush/v2/processrequest", 404, "404.001.01"},
			{"POST", pathPush + "/", 404, "404.001.01"},
			{"GET", "/nothing", 404, "404.001.01"},
			{"GET", pathPush, 405, "405.001"},
			{"PUT", pathQuery, 405, "405.001"},
			{"DELETE", pathToken, 405, "405.001"},
		} {
			status, body := w.send(test.method, test.path, "Bearer "+w.token, "{}")
			if got := decode(t, body)["errorCode"]; status != test.status || got != test.code {
				t.Errorf("%s %s: %d %v, want %d %s", test.method, test.path, status, got, test.status, test.code)
			}
		}
	})
}

func TestSpeedDividesEveryDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{Speed: 10})
		w.accepted("254712345637")
		w.until(2499 * time.Millisecond)
		if n := len(w.sim.Prompts()); n != 1 {
			t.Fatalf("%d open prompts before 2.5 s, want 1", n)
		}
		w.until(2500 * time.Millisecond)
		if n, m := len(w.sim.Prompts()), len(w.caught()); n != 0 || m != 1 {
			t.Fatalf("at 2.5 s: %d open prompts and %d callbacks, want 0 and 1", n, m)
		}
	})
}

func TestSeedRepeats(t *testing.T) {
	run := func(seed uint64) (story string) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, Options{Seed: seed})
			w.accepted("254712345600")
			w.until(time.Minute)
			story = encode(w.sim.Journal())
		})
		return story
	}
	first, again := run(7), run(7)
	if first != again {
		t.Error("the same seed told two stories")
	}
	if first == run(8) {
		t.Error("two seeds told the same story")
	}
	first, again = run(0), run(0)
	if first == again {
		t.Error("no seed told the same story twice")
	}
}

func TestClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		for i := range 50 {
			w.accepted(fmt.Sprintf("25471%05d00", i))
		}
		if err := w.sim.Close(); err != nil {
			t.Fatal(err)
		}
		if passed := time.Since(w.start); passed != 0 {
			t.Errorf("Close took %v", passed)
		}
		if status, _ := w.send("POST", pathPush, "Bearer "+w.token, encode(goodPush(nil))); status != 503 {
			t.Errorf("a push after Close got %d, want 503", status)
		}
		if err := w.sim.Close(); err != nil {
			t.Errorf("a second Close: %v", err)
		}
		w.until(time.Hour)
		if n, m := len(w.caught()), len(w.sim.Journal().Payments); n != 0 || m != 0 {
			t.Errorf("%d callbacks and %d payments after Close", n, m)
		}
	})
}

func TestLogHoldsNoSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		w := newWorld(t, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		w.deaf = true
		w.accepted("254712345600")
		w.until(time.Minute)
		for _, secret := range []string{w.token, "254712345600", "712345600", "3f9a", password(shortCode, passkey, timestamp), "c2VjcmV0", "secret"} {
			if strings.Contains(log.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
		for _, line := range []string{"path=" + pathPush, "result=0", `msg="callback not delivered"`, "error="} {
			if !strings.Contains(log.String(), line) {
				t.Errorf("the log lacks %s:\n%s", line, &log)
			}
		}
	})
}

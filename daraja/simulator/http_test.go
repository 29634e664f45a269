package simulator

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A foreignClient is a Daraja client that shares nothing with this package but HTTP: it holds the
// whole round as other people's programs do it.
type foreignClient struct {
	t     testing.TB
	http  *http.Client
	base  string
	token string
}

func (c *foreignClient) call(method, path, authorization string, body []byte) (int, []byte, error) {
	req, err := http.NewRequest(method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", authorization)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// A stage is a simulator and a callback listener, both on loopback.
type stage struct {
	sim       *Simulator
	client    *foreignClient
	callBack  string      // URL of the listener
	callbacks chan string // bodies, as they come
}

func newStage(t testing.TB, opts Options) *stage {
	t.Helper()
	st := &stage{sim: New(opts), callbacks: make(chan string, 1000)}
	server := httptest.NewServer(st.sim)
	listener := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost {
			t.Errorf("callback: %s %v", r.Method, err)
		}
		if r.Header.Get("User-Agent") != "ReactorNetty/1.1.22" || r.Header.Get("Businessshortcode") != "174379" ||
			r.Header.Get("Content-Type") != "application/json;charset=UTF-8" {
			t.Errorf("callback headers %v", r.Header)
		}
		st.callbacks <- string(body)
	}))
	t.Cleanup(func() {
		if err := st.sim.Close(); err != nil {
			t.Error(err)
		}
		server.Close()
		listener.Close()
	})
	st.callBack = listener.URL + "/c/1"
	st.client = &foreignClient{t: t, http: server.Client(), base: server.URL}
	status, body, err := st.client.call("GET", "/oauth/v1/generate?grant_type=client_credentials",
		"Basic "+base64.StdEncoding.EncodeToString([]byte("k:s")), nil)
	var token struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   string `json:"expires_in"`
	}
	if err != nil || status != 200 || json.Unmarshal(body, &token) != nil || token.ExpiresIn != "3599" {
		t.Fatalf("token: %d %s %v", status, body, err)
	}
	st.client.token = token.AccessToken
	return st
}

// next waits for the next callback.
func (st *stage) next(t testing.TB) string {
	t.Helper()
	select {
	case body := <-st.callbacks:
		return body
	case <-time.After(10 * time.Second):
		t.Fatal("no callback within 10 s")
		return ""
	}
}

func (st *stage) push(body string) (int, []byte, error) {
	return st.client.call("POST", "/mpesa/stkpush/v1/processrequest", "Bearer "+st.client.token, []byte(body))
}

// pushBody writes a push by hand, with every field as a string or every one that can be as a
// number.
func pushBody(strings bool, phone, amount, callBack string) string {
	number := "%s"
	if strings {
		number = `"%s"`
	}
	n := func(text string) string { return fmt.Sprintf(number, text) }
	return `{"BusinessShortCode":` + n("174379") +
		`,"Password":"` + base64.StdEncoding.EncodeToString([]byte("174379"+"some-passkey"+"20260801093000")) +
		`","Timestamp":` + n("20260801093000") + `,"TransactionType":"CustomerPayBillOnline","Amount":` + n(amount) +
		`,"PartyA":` + n(phone) + `,"PartyB":` + n("174379") + `,"PhoneNumber":` + n(phone) +
		`,"CallBackURL":"` + callBack + `","AccountReference":"Shop","TransactionDesc":"Goods"}`
}

func TestForeignClients(t *testing.T) {
	for name, strings := range map[string]bool{"strings": true, "numbers": false} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t, Options{Speed: 1000})
			status, body, err := st.push(pushBody(strings, "254712345678", "70", st.callBack))
			if err != nil || status != 200 {
				t.Fatalf("push: %d %s %v", status, body, err)
			}
			var accepted struct{ ResponseCode, CheckoutRequestID, MerchantRequestID string }
			if err := json.Unmarshal(body, &accepted); err != nil || accepted.ResponseCode != "0" {
				t.Fatalf("push: %s %v", body, err)
			}

			var callback struct {
				Body struct {
					StkCallback struct {
						MerchantRequestID, CheckoutRequestID string
						ResultCode                           int
						CallbackMetadata                     struct {
							Item []struct {
								Name  string
								Value json.RawMessage
							}
						}
					} `json:"stkCallback"`
				}
			}
			if err := json.Unmarshal([]byte(st.next(t)), &callback); err != nil {
				t.Fatal(err)
			}
			cb := callback.Body.StkCallback
			if cb.ResultCode != 0 || cb.CheckoutRequestID != accepted.CheckoutRequestID || cb.MerchantRequestID != accepted.MerchantRequestID {
				t.Errorf("callback %+v, push %+v", cb, accepted)
			}
			var items []string
			for _, item := range cb.CallbackMetadata.Item { // TestCallbackForms has the forms of these two
				switch item.Name {
				case "Balance":
					continue
				case "Amount":
					item.Value, _, _ = bytes.Cut(item.Value, []byte("."))
				}
				items = append(items, item.Name+"="+string(item.Value))
			}
			payment := st.sim.Journal().Payments[0]
			want := []string{
				"Amount=70", `MpesaReceiptNumber="` + payment.Receipt + `"`,
				"TransactionDate=" + payment.Time.Format("20060102150405"), "PhoneNumber=254712345678",
			}
			if fmt.Sprint(items) != fmt.Sprint(want) {
				t.Errorf("items %v, want %v", items, want)
			}

			quote := ""
			if strings {
				quote = `"`
			}
			status, body, err = st.client.call("POST", "/mpesa/stkpushquery/v1/query", "Bearer "+st.client.token, []byte(
				`{"BusinessShortCode":`+quote+`174379`+quote+`,"Timestamp":`+quote+`20260801093000`+quote+`,"Password":"`+
					base64.StdEncoding.EncodeToString([]byte("174379some-passkey20260801093000"))+
					`","CheckoutRequestID":"`+accepted.CheckoutRequestID+`"}`))
			var queried struct{ ResponseCode, ResultCode, CheckoutRequestID string }
			if err != nil || status != 200 || json.Unmarshal(body, &queried) != nil || queried.ResponseCode != "0" || queried.ResultCode != "0" ||
				queried.CheckoutRequestID != accepted.CheckoutRequestID {
				t.Errorf("query: %d %s %v", status, body, err)
			}
		})
	}
}

func TestDroppedConnection(t *testing.T) {
	st := newStage(t, Options{Speed: 1000})
	_, _, err := st.push(pushBody(true, "254712345664", "70", st.callBack))
	if !errors.Is(err, io.EOF) {
		t.Errorf("push: %v, want the connection to end", err)
	}
	if body := st.next(t); !strings.Contains(body, `"ResultCode":0`) {
		t.Errorf("callback %s", body)
	}
	journal := st.sim.Journal()
	if last := journal.Requests[len(journal.Requests)-1]; last.Status != 0 || last.Path != pathPush || len(journal.Payments) != 1 {
		t.Errorf("journal %+v", journal)
	}
}

func TestManyAtOnce(t *testing.T) {
	const charges = 300
	st := newStage(t, Options{Speed: 200})
	var wg sync.WaitGroup
	for i := range charges {
		wg.Go(func() {
			phone := fmt.Sprintf("25472%05d%02d", i, 70+i%30)
			if status, body, err := st.push(pushBody(i%2 == 0, phone, fmt.Sprint(i+1), st.callBack)); err != nil || status != 200 {
				t.Errorf("push %d: %d %s %v", i, status, body, err)
			}
		})
	}
	wg.Wait()
	for range charges {
		st.next(t)
	}
	ids, receipts, sum := map[string]bool{}, map[string]bool{}, 0
	for _, p := range st.sim.Journal().Payments {
		ids[p.CheckoutRequestID+p.MerchantRequestID] = true
		receipts[p.Receipt] = true
		sum += p.Amount
	}
	if len(ids) != charges || len(receipts) != charges || sum != charges*(charges+1)/2 {
		t.Errorf("%d ids, %d receipts, KES %d", len(ids), len(receipts), sum)
	}
	if left := st.sim.Prompts(); len(left) != 0 {
		t.Errorf("%d prompts are left", len(left))
	}
}

// TestUnreachableListeners delivers callbacks with the simulator's own client to listeners that do
// not take them.
func TestUnreachableListeners(t *testing.T) {
	var followed sync.Once
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		followed.Do(func() { t.Error("a redirect was followed") })
	}))
	defer elsewhere.Close()
	redirecting := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer redirecting.Close()
	failing := httptest.NewServer(http.NotFoundHandler())
	defer failing.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()

	for _, test := range []struct {
		name, url string
		status    int
	}{
		{"redirect", redirecting.URL, 307},
		{"not found", failing.URL, 404},
		{"untrusted certificate", untrusted.URL, 0},
		{"nobody listens", gone.URL, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			over := make(chan struct{})
			st := newStage(t, Options{Speed: 1000, Logger: slog.New(slog.NewTextHandler(awaited{"callback", over}, nil))})
			if status, body, err := st.push(pushBody(true, "254712345678", "70", test.url)); err != nil || status != 200 {
				t.Fatalf("push: %d %s %v", status, body, err)
			}
			<-over
			callbacks := st.sim.Journal().Callbacks
			if len(callbacks) != 1 || callbacks[0].Status != test.status || callbacks[0].URL != test.url {
				t.Errorf("%+v, want status %d", callbacks, test.status)
			}
		})
	}
}

// awaited is a log that says when a line with a certain word is written to it, which must happen
// once.
type awaited struct {
	word string
	seen chan struct{}
}

func (a awaited) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(a.word)) {
		close(a.seen)
	}
	return len(line), nil
}

func TestCloseCutsACallbackOff(t *testing.T) {
	arrived := make(chan struct{})
	release := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-release
	}))
	defer hanging.Close()
	defer close(release)
	st := newStage(t, Options{Speed: 1000})
	if status, body, err := st.push(pushBody(true, "254712345678", "70", hanging.URL)); err != nil || status != 200 {
		t.Fatalf("push: %d %s %v", status, body, err)
	}
	<-arrived
	if err := st.sim.Close(); err != nil {
		t.Fatal(err)
	}
	if callbacks := st.sim.Journal().Callbacks; len(callbacks) != 1 || callbacks[0].Status != 0 {
		t.Errorf("callbacks %+v", callbacks)
	}
}

// TestShapesOfTheWire holds the simulator's bodies against recorded ones: the same names in the
// same order with the same JSON types.
func TestShapesOfTheWire(t *testing.T) {
	corpus := filepath.Join("..", "..", "..", "shared", "corpus")
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("the recorded payloads are not here: %v", err)
	}
	st := newStage(t, Options{Speed: 1000})
	_, pushed, err := st.push(pushBody(false, "254712345678", "70", st.callBack))
	if err != nil {
		t.Fatal(err)
	}
	paidBody := st.next(t)
	// the recorded body has it in this form
	for n := 0; n < 5 && !strings.Contains(paidBody, `{"Name":"Balance"}`); n++ {
		if _, _, err := st.push(pushBody(false, "254712345678", "70", st.callBack)); err != nil {
			t.Fatal(err)
		}
		paidBody = st.next(t)
	}
	if _, _, err := st.push(pushBody(false, "254712345632", "70", st.callBack)); err != nil {
		t.Fatal(err)
	}
	cancelledBody := st.next(t)
	if _, _, err := st.push(pushBody(false, "254712345608", "70", st.callBack)); err != nil {
		t.Fatal(err)
	}
	var badDebt struct {
		Body struct {
			StkCallback struct{ ResultCode json.RawMessage } `json:"stkCallback"`
		}
	}
	if err := json.Unmarshal([]byte(st.next(t)), &badDebt); err != nil || string(badDebt.Body.StkCallback.ResultCode) != `"E3008"` {
		t.Errorf("ResultCode %s, want a string: %v", badDebt.Body.StkCallback.ResultCode, err)
	}
	_, lowAmount, err := st.push(pushBody(false, "254712345678", "0", st.callBack))
	if err != nil {
		t.Fatal(err)
	}
	_, limited, err := st.push(pushBody(false, "254712345666", "70", st.callBack))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ file, body string }{
		{"push-ok/007.json", string(pushed)},
		{"push-error/004.json", string(lowAmount)},
		{"query/022.json", string(limited)},
		{"callback/001.json", paidBody},
		{"callback/050.json", cancelledBody},
	} {
		recorded, err := os.ReadFile(filepath.Join(corpus, test.file))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := shape(t, test.body), shape(t, string(recorded)); got != want {
			t.Errorf("%s\n got %s\nwant %s", test.file, got, want)
		}
	}
}

// shape reduces JSON to its structure: names in their order, and s, 0, b or null in place of
// values.
func shape(t *testing.T, body string) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	next := func() json.Token {
		tok, err := d.Token()
		if err != nil {
			t.Fatalf("no JSON: %v in %q", err, body)
		}
		return tok
	}
	var value func() string
	value = func() string {
		switch tok := next().(type) {
		case json.Delim:
			var parts []string
			for d.More() {
				part := ""
				if tok == '{' {
					part = next().(string) + ":"
				}
				parts = append(parts, part+value())
			}
			return tok.String() + strings.Join(parts, " ") + next().(json.Delim).String()
		case string:
			return "s"
		case json.Number:
			return "0"
		case bool:
			return "b"
		default:
			return "null"
		}
	}
	return value()
}

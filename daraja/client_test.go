package daraja

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNewNamesEachMistake(t *testing.T) {
	till := func(edit func(*Config)) Config {
		cfg := testConfig(SandboxURL)
		edit(&cfg)
		return cfg
	}
	for _, tt := range []struct {
		cfg  Config
		want string // "": no mistake
	}{
		{testConfig(SandboxURL), ""},
		{testConfig(ProductionURL + "/"), ""},
		{testConfig("http://127.0.0.1:8190"), ""},
		{testConfig("http://localhost:8190/daraja"), ""},
		{testConfig("http://[::1]:8190"), ""},
		{till(func(c *Config) { c.TransactionType, c.PartyB = CustomerBuyGoodsOnline, "5001234" }), ""},
		{till(func(c *Config) { c.PartyB = "600000" }), ""},
		{testConfig(""), "plain one"},
		{testConfig("sandbox.safaricom.co.ke"), "plain one"},
		{testConfig("http://sandbox.safaricom.co.ke"), "https://"},
		{testConfig("http://127.0.0.1.example.org"), "https://"},
		{testConfig("ftp://127.0.0.1"), "https://"},
		{testConfig("https://u:p@api.example.org"), "plain one"},
		{testConfig("https://api.example.org/?a=b"), "plain one"},
		{testConfig("https://api.example.org/ "), "blank"},
		{till(func(c *Config) { c.ConsumerKey = "" }), "the consumer key is missing"},
		{till(func(c *Config) { c.ConsumerSecret = "" }), "the consumer secret is missing"},
		{till(func(c *Config) { c.Passkey = "" }), "the passkey is missing"},
		{till(func(c *Config) { c.Passkey = "abc\n" }), "the passkey contains a blank"},
		{till(func(c *Config) { c.ConsumerKey = "a:b" }), "colon"},
		{till(func(c *Config) { c.ShortCode = "" }), "short code"},
		{till(func(c *Config) { c.ShortCode = "17437a" }), "short code"},
		{till(func(c *Config) { c.ShortCode = "0174379" }), "short code"},
		{till(func(c *Config) { c.PartyB = "till" }), "PartyB"},
		{till(func(c *Config) { c.TransactionType = CustomerBuyGoodsOnline }), "till number"},
		{till(func(c *Config) { c.TransactionType = "CustomerBuyGoods" }), "transaction type"},
		{till(func(c *Config) { c.MaxAmount = -1 }), "largest amount"},
	} {
		_, err := New(tt.cfg)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%+v: %v", tt.cfg, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%+v: %v, want %q", tt.cfg, err, tt.want)
		}
	}
	_, err := New(Config{})
	if n := strings.Count(fmt.Sprint(err), "\n") + 1; n != 5 {
		t.Errorf("an empty configuration has %d mistakes, want 5:\n%v", n, err)
	}
}

func TestPushOnTheWire(t *testing.T) {
	f := newFakeDaraja(t, answering(200, pushAccepted))
	// 23:30 in London on the 23rd is already the 24th at the counter.
	clock := func() time.Time { return time.Date(2025, 11, 23, 23, 30, 5, 0, time.UTC) }
	password := func(shortCode string) string {
		return base64.StdEncoding.EncodeToString([]byte(shortCode + "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919" + "20251124023005"))
	}
	till := testConfig(f.URL)
	till.ShortCode, till.PartyB, till.TransactionType = "7001234", "5001234", CustomerBuyGoodsOnline

	for i, tt := range []struct {
		cfg  Config
		push PushRequest
		want string
	}{
		{testConfig(f.URL), testPush, `{"BusinessShortCode":174379,"Password":"` + password("174379") + `","Timestamp":"20251124023005",` +
			`"TransactionType":"CustomerPayBillOnline","Amount":450,"PartyA":254712345678,"PartyB":174379,"PhoneNumber":254712345678,` +
			`"CallBackURL":"https://duka.example.org/cb/1","AccountReference":"INV 42","TransactionDesc":"Goods"}`},
		{till, PushRequest{Amount: 1, Phone: "254110345678", CallBackURL: "https://duka.example.org/cb/2", AccountReference: "<Mama's & Baba's>"},
			`{"BusinessShortCode":7001234,"Password":"` + password("7001234") + `","Timestamp":"20251124023005",` +
				`"TransactionType":"CustomerBuyGoodsOnline","Amount":1,"PartyA":254110345678,"PartyB":5001234,"PhoneNumber":254110345678,` +
				`"CallBackURL":"https://duka.example.org/cb/2","AccountReference":"Mamas Babas","TransactionDesc":"Mamas Babas"}`},
		{testConfig(f.URL), PushRequest{Amount: 250000, Phone: "254712345678", CallBackURL: "https://duka.example.org/cb/3?a=b&c=d"},
			`{"BusinessShortCode":174379,"Password":"` + password("174379") + `","Timestamp":"20251124023005",` +
				`"TransactionType":"CustomerPayBillOnline","Amount":250000,"PartyA":254712345678,"PartyB":174379,"PhoneNumber":254712345678,` +
				`"CallBackURL":"https://duka.example.org/cb/3?a=b\u0026c=d","AccountReference":"Payment","TransactionDesc":"Payment"}`},
	} {
		c := newTestClient(t, tt.cfg, withClock(clock))
		a, err := c.STKPush(t.Context(), tt.push)
		if err != nil || a.Verdict != VerdictAccepted || a.CheckoutRequestID != testCheckoutID || a.MerchantRequestID != testMerchantID || a.HTTPStatus != 200 {
			t.Fatalf("STKPush: %+v, %v", a, err)
		}
		_, calls := f.seen()
		got := calls[len(calls)-1]
		if len(calls) != i+1 || got.path != "/mpesa/stkpush/v1/processrequest" {
			t.Fatalf("%d calls, the last to %s", len(calls), got.path)
		}
		if diff := cmp.Diff(tt.want, got.body); diff != "" {
			t.Error(diff)
		}
		if got.header.Get("Content-Type") != "application/json" || got.header.Get("User-Agent") != userAgent || !strings.HasPrefix(got.auth, "Bearer token-") {
			t.Errorf("header %v", got.header)
		}
		if got.header.Get("Idempotency-Key") != "" || got.header.Get("X-Idempotency-Key") != "" {
			t.Error("the header would make net/http replay the push")
		}
	}
}

// TestPushPaysAnother: who is paid can be said of one push. Nothing else of it changes.
func TestPushPaysAnother(t *testing.T) {
	f := newFakeDaraja(t, answering(200, pushAccepted))
	payBill, till := testConfig(f.URL), testConfig(f.URL)
	till.ShortCode, till.PartyB, till.TransactionType = "7001234", "5001234", CustomerBuyGoodsOnline
	for _, tt := range []struct {
		name  string
		cfg   Config
		typ   TransactionType
		party string
		want  string // "": refused
	}{
		{"as configured", payBill, "", "", "CustomerPayBillOnline 174379"},
		{"a till of a Pay Bill", payBill, CustomerBuyGoodsOnline, "5009999", "CustomerBuyGoodsOnline 5009999"},
		{"another Pay Bill", payBill, "", "600000", "CustomerPayBillOnline 600000"},
		{"a till that is not named", payBill, CustomerBuyGoodsOnline, "", ""},
		{"another till", till, CustomerBuyGoodsOnline, "5009999", "CustomerBuyGoodsOnline 5009999"},
		{"the same till", till, CustomerBuyGoodsOnline, "", "CustomerBuyGoodsOnline 5001234"},
		{"the Pay Bill of a till", till, CustomerPayBillOnline, "", "CustomerPayBillOnline 7001234"},
		{"no till number", payBill, CustomerBuyGoodsOnline, "shop 1", ""},
		{"no type", payBill, "CustomerBuyGoods", "5009999", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := testPush
			r.TransactionType, r.PartyB = tt.typ, tt.party
			_, before := f.seen()
			a, err := newTestClient(t, tt.cfg).STKPush(t.Context(), r)
			_, after := f.seen()
			if tt.want == "" {
				if err == nil || !a.NotSent || a.Verdict != VerdictValidation || len(after) != len(before) {
					t.Errorf("%+v, %v, and %d requests", a, err, len(after)-len(before))
				}
				return
			}
			if err != nil || a.CustomerMessage != "Success. Request accepted for processing" {
				t.Fatalf("%+v, %v", a, err)
			}
			var sent struct {
				TransactionType           string
				PartyB, BusinessShortCode int64
			}
			if err := json.Unmarshal([]byte(after[len(after)-1].body), &sent); err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(sent.TransactionType, " ", sent.PartyB); got != tt.want || fmt.Sprint(sent.BusinessShortCode) != tt.cfg.ShortCode {
				t.Errorf("sent %s to %d, want %s", got, sent.BusinessShortCode, tt.want)
			}
		})
	}
}

func TestQueryOnTheWire(t *testing.T) {
	f := newFakeDaraja(t, answering(200, string(queryBodyOf("0", "The service request is processed successfully."))))
	c := newTestClient(t, testConfig(f.URL), withClock(func() time.Time { return time.Date(2025, 11, 23, 14, 32, 7, 0, eat) }))
	a, err := c.STKQuery(t.Context(), testCheckoutID)
	if err != nil || a.Verdict != VerdictPaid {
		t.Fatalf("STKQuery: %+v, %v", a, err)
	}
	_, calls := f.seen()
	password := base64.StdEncoding.EncodeToString([]byte("174379" + "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919" + "20251123143207"))
	want := `{"BusinessShortCode":174379,"Password":"` + password + `","Timestamp":"20251123143207","CheckoutRequestID":"` + testCheckoutID + `"}`
	if calls[0].body != want || calls[0].path != "/mpesa/stkpushquery/v1/query" {
		t.Errorf("%s\n%s", calls[0].path, calls[0].body)
	}
}

func TestTokenOnTheWire(t *testing.T) {
	f := newFakeDaraja(t, nil)
	var method, query, user, pass string
	f.token = func(w http.ResponseWriter, r *http.Request, _ int) {
		method, query = r.Method, r.URL.RawQuery
		user, pass, _ = r.BasicAuth()
		fmt.Fprint(w, `{"access_token":"abc","expires_in":"3599"}`)
	}
	c := newTestClient(t, testConfig(f.URL))
	a, err := c.Authenticate(t.Context())
	if err != nil || a.Verdict != VerdictToken || a.Endpoint != EndpointOAuth {
		t.Fatalf("Authenticate: %+v, %v", a, err)
	}
	if method != "GET" || query != "grant_type=client_credentials" || user != "key" || pass != "secret" {
		t.Errorf("%s ?%s %s:%s", method, query, user, pass)
	}
}

// What is wrong with a push is said without asking Daraja, and before a token is asked for.
func TestPushRefusedHere(t *testing.T) {
	f := newFakeDaraja(t, answering(200, pushAccepted))
	cfg := testConfig(f.URL)
	cfg.MaxAmount = 1000
	c := newTestClient(t, cfg)
	for name, edit := range map[string]func(*PushRequest){
		"amount":       func(r *PushRequest) { r.Amount = 0 },
		"Amount":       func(r *PushRequest) { r.Amount = -450 },
		"1000":         func(r *PushRequest) { r.Amount = 1001 },
		"phone":        func(r *PushRequest) { r.Phone = "0712345678" },
		"number":       func(r *PushRequest) { r.Phone = "254201234567" },
		"PhoneNumber":  func(r *PushRequest) { r.Phone = "" },
		"callback":     func(r *PushRequest) { r.CallBackURL = "" },
		`"mpesa"`:      func(r *PushRequest) { r.CallBackURL = "https://duka.example.org/mpesa" },
		"https://, no": func(r *PushRequest) { r.CallBackURL = "file:///tmp/x" },
	} {
		r := testPush
		edit(&r)
		a, err := c.STKPush(t.Context(), r)
		var de *Error
		if !errors.As(err, &de) || de.MayHaveMovedMoney() || a.Verdict != VerdictValidation || !a.NotSent || a.Endpoint != EndpointPush {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
		if err != nil && strings.Contains(err.Error(), "0712345678") {
			t.Errorf("the error shows the phone: %v", err)
		}
	}
	for _, id := range []string{"", " ", "a\nb", strings.Repeat("x", 65)} {
		if a, err := c.STKQuery(t.Context(), id); err == nil || !a.NotSent || a.Verdict != VerdictValidation {
			t.Errorf("STKQuery(%q): %+v, %v", id, a, err)
		}
	}
	if tokens, calls := f.seen(); tokens != 0 || len(calls) != 0 {
		t.Errorf("%d tokens and %d calls", tokens, len(calls))
	}
}

func TestPushErrors(t *testing.T) {
	for _, tt := range []struct {
		status   int
		body     string
		verdict  Verdict
		money    bool
		sentence string
	}{
		{400, errorBody("400.002.02", "Bad Request - Invalid Amount"), VerdictValidation, false,
			"the amount was refused, and nothing was sent (400.002.02 Bad Request - Invalid Amount); correct the amount and ask again"},
		{500, errorBody("500.001.1001", "[MerchantValidate] - Wrong credentials"), VerdictConfiguration, false,
			"the shop's short code and passkey do not belong together, or the clock of this machine is wrong (500.001.1001 Wrong credentials); call the owner; until then take cash"},
		{500, errorBody("500.001.1001", "Unable to lock subscriber"), VerdictPhoneBusy, false, "the phone is busy"},
		{500, errorBody("500.003.02", "System is busy. Please try again in few minutes."), VerdictSystemBusy, false, "M-PESA is busy"},
		{429, spikeFault, VerdictRateLimited, false, "M-PESA was asked too often"},
		{403, firewallPage, VerdictBlocked, true, "Safaricom blocked"},
		{500, errorBody("500.003.1001", "Internal Server Error"), VerdictUnknown, true, "may have reached the phone (500.003.1001 Internal Server Error)"},
		{502, "", VerdictUnknown, true, "(HTTP 502)"},
		{200, "<html>", VerdictUnknown, true, "(the body is not one JSON document)"},
	} {
		f := newFakeDaraja(t, answering(tt.status, tt.body))
		a, err := newTestClient(t, testConfig(f.URL)).STKPush(t.Context(), testPush)
		var de *Error
		if !errors.As(err, &de) || a.Verdict != tt.verdict || a.MayHaveMovedMoney() != tt.money || de.MayHaveMovedMoney() != tt.money || a.NotSent || a.HTTPStatus != tt.status {
			t.Errorf("%d %s: %+v, %v", tt.status, tt.body, a, err)
			continue
		}
		if diff := cmp.Diff(de.Answer, a); diff != "" {
			t.Errorf("the error carries another answer: %s", diff)
		}
		if says := TillFailure(de); !strings.Contains(says, tt.sentence) {
			t.Errorf("%q\nwant %q", says, tt.sentence)
		}
		if !strings.HasPrefix(err.Error(), "daraja push: "+string(tt.verdict)) {
			t.Errorf("the error is %q", err)
		}
		if de.Unwrap() != nil {
			t.Errorf("Daraja answered, and yet: %v", de.Unwrap())
		}
		if _, calls := f.seen(); len(calls) != 1 {
			t.Errorf("%d %s: %d pushes", tt.status, tt.body, len(calls))
		}
	}
}

func TestQueryInformation(t *testing.T) {
	for _, tt := range []struct {
		status  int
		body    string
		verdict Verdict
		informs bool
	}{
		{200, string(queryBodyOf("0", "ok")), VerdictPaid, true},
		{200, string(queryBodyOf("1032", "cancelled")), VerdictFailed, true},
		{200, string(queryBodyOf("4999", "still under processing")), VerdictPending, true},
		{500, errorBody("500.001.1001", "The transaction is being processed"), VerdictPending, true},
		{400, errorBody("400.002.02", "Bad Request - Invalid CheckoutRequestID"), VerdictPending, true},
		{200, string(queryBodyOf("9999", "error")), VerdictUnknown, true},
		{200, `{"ResultCode":"0"}`, VerdictUnknown, false},
		{200, `{"ResultCode":0,"ResultDesc":"Accepted"}`, VerdictUnknown, false},
		{200, `{"ResponseCode":"0","ResultCode":"9999"}`, VerdictUnknown, false},
		{200, `{"ResponseCode":"0"}`, VerdictUnknown, false},
		{429, spikeFault, VerdictRateLimited, false},
		{403, firewallPage, VerdictBlocked, false},
		{200, "", VerdictUnknown, false},
		{500, errorBody("500.001.1001", "Wrong credentials"), VerdictConfiguration, false},
		// About another payment: neither paid nor failed for the one asked about.
		{200, strings.Replace(string(queryBodyOf("0", "ok")), testCheckoutID, "ws_CO_other", 1), VerdictUnknown, false},
		{200, strings.Replace(string(queryBodyOf("1032", "no")), testCheckoutID, "ws_CO_other", 1), VerdictUnknown, false},
	} {
		f := newFakeDaraja(t, answering(tt.status, tt.body))
		a, err := newTestClient(t, testConfig(f.URL)).STKQuery(t.Context(), testCheckoutID)
		if a.Verdict != tt.verdict || (err == nil) != tt.informs || a.HTTPStatus != tt.status || a.Endpoint != EndpointQuery {
			t.Errorf("%d %s: %+v, %v", tt.status, tt.body, a, err)
		}
		if err != nil && (!strings.HasPrefix(err.Error(), "daraja query: ") || !a.MayHaveMovedMoney()) {
			t.Errorf("%d %s: %v", tt.status, tt.body, err)
		}
	}
}

// A log line says what happened and nothing that is secret or personal.
func TestLog(t *testing.T) {
	f := newFakeDaraja(t, answering(404, errorBody("404.001.03", "Invalid Access Token - Q2m8cANaRYtOkEnn0tAReAlTokEN")))
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := newTestClient(t, testConfig(f.URL), WithLogger(log))
	if _, err := c.STKPush(t.Context(), testPush); err == nil {
		t.Fatal("accepted")
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 { // token, push, token, push
		t.Errorf("%d lines: %s", len(lines), out.String())
	}
	var last map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last["verdict"] != "auth" || last["status"] != 404.0 {
		t.Errorf("%v, %v", last, err)
	}
	for _, leak := range []string{"token-1", "Q2m8", "712345678", "secret", "bfb279", "Bearer", "Basic", testCheckoutID} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("the log shows %s: %s", leak, out.String())
		}
	}
}

// TestAcceptedUnderARefusal: an answer that accepts the push under a status that refuses it is
// neither sent again nor a refusal.
func TestAcceptedUnderARefusal(t *testing.T) {
	for _, status := range []int{401, 403, 404, 429, 500} {
		f := newFakeDaraja(t, answering(status, pushAccepted))
		a, err := newTestClient(t, testConfig(f.URL)).STKPush(t.Context(), testPush)
		if _, calls := f.seen(); len(calls) != 1 || err == nil || !a.MayHaveMovedMoney() {
			t.Errorf("status %d: sent %d times, %s, %v", status, len(calls), a.Verdict, err)
		}
	}
}

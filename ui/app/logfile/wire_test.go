package logfile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"kaunta/daraja"
)

// fakeDaraja is a Daraja that answers so, and what a client of it needs.
func fakeDaraja(t *testing.T, answer http.HandlerFunc) *daraja.Config {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return &daraja.Config{BaseURL: server.URL, ConsumerKey: "CANARYkey7Qm2v", ConsumerSecret: "CANARYsecret9Zt4x", Passkey: "CANARYpasskey3Lw8b6c", ShortCode: "600100"}
}

// TestWire: what Daraja was sent and answered stands in the log, but no secret in any form and no
// number.
func TestWire(t *testing.T) {
	const token = "CANARYtokenofthisveryhour28x"
	var sent []string // what must not be in the log
	cfg := fakeDaraja(t, func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		sent = append(sent, credentials)
		if _, after, found := bytes.Cut(body, []byte(`"Password":"`)); found {
			password, _, _ := strings.Cut(string(after), `"`)
			sent = append(sent, password)
		}
		rw.Header().Set("Authorization", r.Header.Get("Authorization")) // the sandbox does so
		rw.Header().Set("X-Echo", credentials)
		if strings.HasPrefix(r.URL.Path, "/oauth/") {
			_, _ = io.WriteString(rw, `{"access_token":"`+token+`","expires_in":"3599"}`)
			return
		}
		_, _ = io.WriteString(rw, `{"MerchantRequestID":"5998-46a7","CheckoutRequestID":"ws_CO_191220261020363925712345678","ResponseCode":"0","ResponseDescription":"accepted","Echo":"`+credentials+`"}`)
	})
	path := filepath.Join(t.TempDir(), "kaunta.log")
	client, err := daraja.New(*cfg, daraja.WithTap(Wire(open(t, path, cfg.ConsumerKey, cfg.ConsumerSecret, cfg.Passkey))))
	if err != nil {
		t.Fatal(err)
	}
	a, err := client.STKPush(t.Context(), daraja.PushRequest{
		Amount: 450, Phone: "254712345678", AccountReference: "Chai", TransactionDesc: "Duka",
		CallBackURL: "https://till.example.com/cb/0199f0c2a1b3" + strings.Repeat("c0", 16),
	})
	client.Close()
	if err != nil || a.Verdict != daraja.VerdictAccepted || a.CheckoutRequestID != "ws_CO_191220261020363925712345678" {
		t.Errorf("what goes through is changed: %+v, %v", a, err)
	}
	got := read(t, path)
	for _, secret := range append(sent, "CANARY", token, "12345678", strings.Repeat("c0", 16)) {
		if secret == "" || strings.Contains(got, secret) {
			t.Errorf("%q is in the log:\n%s", secret, got)
		}
	}
	for _, want := range []string{
		`level=DEBUG msg="http request" exchange=1 method=GET`, "/oauth/v1/generate?grant_type=client_credentials", "header.Authorization=[hidden]", `\"expires_in\":\"3599\"`,
		`exchange=2 method=POST`, `\"BusinessShortCode\":600100`, `\"Amount\":450`, `\"AccountReference\":\"Chai\"`, "254712•••678", "/cb/0199f0c2a1b3…",
		`msg="http response" exchange=2 status=200`, `\"CheckoutRequestID\":\"ws_CO_191220261020363925712•••678\"`, `\"Echo\":\"[hidden]\"`, "header.X-Echo=[hidden]",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in the log:\n%s", want, got)
		}
	}
}

// TestWireChangesNothing: each push has a connection of its own under the tap too, a body is sent
// once as it is, and an answer that is cut short, and one that never comes, are errors as they
// were.
func TestWireChangesNothing(t *testing.T) {
	connections := map[string]int{}
	cfg := fakeDaraja(t, func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/oauth/") {
			_, _ = io.WriteString(rw, `{"access_token":"0123456789012345678901234567","expires_in":"3599"}`)
			return
		}
		connections[r.RemoteAddr]++
		if len(connections) == 3 {
			rw.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(rw, `{"CheckoutRequestID":"half`)
			_ = http.NewResponseController(rw).Flush()
			panic(http.ErrAbortHandler)
		}
		if body, err := io.ReadAll(r.Body); err != nil || len(r.TransferEncoding) > 0 || int64(len(body)) != r.ContentLength {
			t.Errorf("the push came as %q, %v", body, err)
		}
		_, _ = io.WriteString(rw, `{"MerchantRequestID":"5998-46a7","CheckoutRequestID":"ws_CO_1","ResponseCode":"0"}`)
	})
	path := filepath.Join(t.TempDir(), "kaunta.log")
	client, err := daraja.New(*cfg, daraja.WithTap(Wire(open(t, path))))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	push := daraja.PushRequest{Amount: 450, Phone: "254712345678", AccountReference: "Chai", TransactionDesc: "Duka", CallBackURL: "https://till.example.com/cb/a"}
	for range 2 {
		if a, err := client.STKPush(t.Context(), push); err != nil || a.Verdict != daraja.VerdictAccepted {
			t.Errorf("%+v, %v", a, err)
		}
	}
	if a, err := client.STKPush(t.Context(), push); err == nil || !a.MayHaveMovedMoney() || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut short: %+v, %v", a, err)
	}
	if len(connections) != 3 {
		t.Errorf("three pushes had the connections %v", connections)
	}
	cfg.BaseURL = "http://127.0.0.1:1"
	nobody, err := daraja.New(*cfg, daraja.WithTap(Wire(open(t, path))))
	if err != nil {
		t.Fatal(err)
	}
	if a, err := nobody.STKPush(t.Context(), push); err == nil || !a.NotSent {
		t.Errorf("nobody there: %+v, %v", a, err)
	}
	got := read(t, path)
	for _, want := range []string{`msg="http request failed"`, "connection refused", `CheckoutRequestID\":\"half" err="unexpected EOF"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in the log:\n%s", want, got)
		}
	}
}

// TestCallbacks: what strangers send stands in the log too, as far as it is not too much, and the
// answer is the handler's.
func TestCallbacks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kaunta.log")
	handler := Callbacks(open(t, path, "CANARYkey7Qm2v"))(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 64<<10))
		if err != nil {
			http.Error(rw, "too much", http.StatusRequestEntityTooLarge)
			return
		}
		_, _ = rw.Write(body)
	}))
	post := func(body io.Reader) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/cb/0199f0c2a1b3"+strings.Repeat("c0", 16), body)
		r.Header.Set("User-Agent", "ReactorNetty/1.1.22")
		r.Header.Set("Cookie", "CANARY=1")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		return answer
	}
	const body = `{"Body":{"stkCallback":{"CheckoutRequestID":"ws_CO_191220261020363925712345678","ResultCode":0,"ResultDesc":"ok CANARYkey7Qm2v"}}}`
	if got := post(strings.NewReader(body)); got.Code != http.StatusOK || got.Body.String() != body {
		t.Errorf("the answer is %d %s", got.Code, got.Body)
	}
	if got := post(strings.NewReader(strings.Repeat("x", 60<<10))); got.Code != http.StatusOK || got.Body.Len() != 60<<10 {
		t.Errorf("the answer to much is %d with %d bytes", got.Code, got.Body.Len())
	}
	if got := post(strings.NewReader(strings.Repeat("x", 70<<10))); got.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("the answer to too much is %d", got.Code)
	}
	got := read(t, path)
	for _, want := range []string{
		"msg=callback from=192.0.2.1:1234 method=POST path=/cb/0199f0c2a1b3…", "header.User-Agent=ReactorNetty/1.1.22", "header.Cookie=[hidden]",
		"ws_CO_191220261020363925712•••678", "ok [hidden]", "answered=200\n", "… and more", "answered=413\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in the log:\n%.2000s", want, got)
		}
	}
	if strings.Contains(got, "CANARY") || strings.Count(got, "x") > 2*maxBody+100 {
		t.Errorf("too much is in the log, %d bytes:\n%.2000s", len(got), got)
	}
}

package daraja_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/daraja"
	"kaunta/daraja/simulator"
)

// inProcess hands requests to a handler, so that a whole conversation runs on synctest's clock.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (res *http.Response, err error) {
	defer func() {
		if e := recover(); e == http.ErrAbortHandler {
			res, err = nil, io.EOF
		} else if e != nil {
			panic(e)
		}
	}()
	if r = r.Clone(r.Context()); r.Body == nil {
		r.Body = http.NoBody // as a server sees it
	}
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

// TestSimulatorEndings has one whole conversation for each ending that the simulator knows: the
// push, a query after a minute, and the callbacks of six minutes.
func TestSimulatorEndings(t *testing.T) {
	const (
		accepted, paid, failed, pending = daraja.VerdictAccepted, daraja.VerdictPaid, daraja.VerdictFailed, daraja.VerdictPending
		unknown                         = daraja.VerdictUnknown
	)
	for _, tt := range []struct {
		digits    string
		push      daraja.Verdict
		pushes    int // on the wire
		query     daraja.Verdict
		code      string // of the query
		callbacks string // verdict and code of each
		payments  int
	}{
		{"00", accepted, 1, paid, "0", "paid 0", 1},
		{"01", accepted, 1, failed, "1", "failed 1", 0},
		{"08", accepted, 1, failed, "E3008", "failed E3008", 0},
		{"17", accepted, 1, failed, "17", "failed 17", 0},
		{"19", accepted, 1, failed, "1019", "failed 1019", 0},
		{"20", accepted, 1, failed, "2001", "failed 2001", 0},
		{"26", accepted, 1, failed, "26", "failed 26", 0},
		{"32", accepted, 1, failed, "1032", "failed 1032", 0},
		{"37", accepted, 1, failed, "1037", "failed 1037", 0},
		{"51", accepted, 1, paid, "0", "", 1},
		{"52", accepted, 1, pending, "4999", "paid 0", 1},
		{"53", accepted, 1, paid, "0", "paid 0, paid 0, paid 0", 1},
		{"54", accepted, 1, failed, "1032", "paid 0", 1},
		{"55", accepted, 1, paid, "0", "paid 0", 1},
		{"56", accepted, 1, pending, "4999", "", 0},
		{"57", accepted, 1, daraja.VerdictRateLimited, "", "paid 0", 1},
		{"58", accepted, 1, paid, "0", "unknown 9999", 1},
		{"59", accepted, 1, failed, "1032", "", 1},
		{"61", daraja.VerdictPhoneBusy, 1, "", "", "", 0},
		{"62", daraja.VerdictSystemBusy, 1, "", "", "", 0},
		{"63", unknown, 1, "", "", "paid 0", 1},
		{"64", unknown, 1, "", "", "paid 0", 1},
		{"65", daraja.VerdictBlocked, 1, "", "", "", 0},
		{"66", daraja.VerdictRateLimited, 1, "", "", "", 0},
		{"67", accepted, 2, paid, "0", "paid 0", 1},
	} {
		t.Run(tt.digits, func(t *testing.T) {
			for _, platform := range []simulator.Platform{simulator.PlatformNew, simulator.PlatformOld} {
				synctest.Test(t, func(t *testing.T) {
					var mu sync.Mutex
					var callbacks []daraja.Answer
					listener := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						body, _ := io.ReadAll(r.Body)
						mu.Lock()
						defer mu.Unlock()
						callbacks = append(callbacks, daraja.ParseCallback(body))
						_, _ = io.WriteString(w, `{"ResultCode":0,"ResultDesc":"Accepted"}`)
					})
					const passkey = "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919"
					sim := simulator.New(simulator.Options{
						Platform: platform, InvalidateTokens: true, Seed: 1,
						ConsumerKey: "key", ConsumerSecret: "secret", ShortCode: "174379", Passkey: passkey,
						HTTPClient: &http.Client{Transport: inProcess{listener}},
					})
					defer sim.Close()
					client, err := daraja.New(daraja.Config{
						BaseURL: "http://127.0.0.1:8190", ConsumerKey: "key", ConsumerSecret: "secret", Passkey: passkey, ShortCode: "174379",
					}, daraja.WithHTTPClient(&http.Client{Transport: inProcess{sim}}))
					if err != nil {
						t.Fatal(err)
					}

					push, err := client.STKPush(t.Context(), daraja.PushRequest{
						Amount: 450, Phone: "2547123456" + tt.digits, CallBackURL: "http://127.0.0.1:8191/cb/1", AccountReference: "INV 42",
					})
					if push.Verdict != tt.push || (err == nil) != (tt.push == accepted) {
						t.Fatalf("push: %+v, %v", push, err)
					}
					if tt.payments > 0 && !push.MayHaveMovedMoney() {
						t.Errorf("money moves, and the push ruled it out: %+v", push)
					}
					if push.Verdict == accepted {
						early, err := client.STKQuery(t.Context(), push.CheckoutRequestID)
						if tt.query != daraja.VerdictRateLimited && (early.Verdict != pending || err != nil) {
							t.Errorf("query at once: %+v, %v", early, err)
						}
						<-time.After(time.Minute)
						query, _ := client.STKQuery(t.Context(), push.CheckoutRequestID)
						code := tt.code
						if platform == simulator.PlatformOld && tt.query == pending {
							code = "" // an error body, without a ResultCode
						}
						if query.Verdict != tt.query || query.ResultCode != code {
							t.Errorf("query: %+v", query)
						}
					}
					<-time.After(6 * time.Minute)
					synctest.Wait()

					mu.Lock()
					defer mu.Unlock()
					var got []string
					for _, a := range callbacks {
						got = append(got, string(a.Verdict)+" "+a.ResultCode)
						if push.CheckoutRequestID != "" && (a.CheckoutRequestID != push.CheckoutRequestID || a.MerchantRequestID != push.MerchantRequestID) {
							t.Errorf("a callback with other ids: %+v", a)
						}
						if wrong := tt.digits == "55"; a.Verdict == paid && (a.Amount != 450) != wrong {
							t.Errorf("Amount %d", a.Amount)
						}
					}
					if s := strings.Join(got, ", "); s != tt.callbacks {
						t.Errorf("callbacks %q, want %q", s, tt.callbacks)
					}
					journal, pushes := sim.Journal(), 0
					for _, r := range journal.Requests {
						if strings.HasSuffix(r.Path, "/processrequest") {
							pushes++
						}
					}
					if pushes != tt.pushes || len(journal.Payments) != tt.payments {
						t.Errorf("%d pushes and %d payments, want %d and %d", pushes, len(journal.Payments), tt.pushes, tt.payments)
					}
				})
			}
		})
	}
}

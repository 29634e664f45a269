package daraja

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A push that could not have a token never left.
func TestNoTokenNoPush(t *testing.T) {
	for _, tt := range []struct {
		status       int
		body         string
		push, oauth  Verdict
		says, header string // header: a Location
	}{
		{400, ``, VerdictAuth, VerdictCredentials, "consumer key or secret", ""},
		{400, errorBody("400.008.01", "Invalid Authentication passed"), VerdictAuth, VerdictCredentials, "consumer key or secret", ""},
		{403, firewallPage, VerdictBlocked, VerdictBlocked, "firewall", ""},
		{429, spikeFault, VerdictRateLimited, VerdictBlocked, "too often", ""},
		{200, `grant_type=client_credentials`, VerdictUnknown, VerdictMalformed, "not one JSON document", ""},
		{400, errorBody("400.008.02", "Invalid grant type passed"), VerdictUnknown, VerdictMalformed, "Invalid grant type passed", ""},
		{500, ``, VerdictUnknown, VerdictMalformed, "no access token in the answer: HTTP 500", ""},
		{307, ``, VerdictUnknown, VerdictMalformed, "HTTP 307", "/oauth/v1/generate?again"},
	} {
		f := newFakeDaraja(t, answering(200, pushAccepted))
		f.token = func(w http.ResponseWriter, r *http.Request, n int) {
			if tt.header != "" {
				w.Header().Set("Location", tt.header)
			}
			answering(tt.status, tt.body)(w, r, n)
		}
		c := newTestClient(t, testConfig(f.URL))

		a, err := c.STKPush(t.Context(), testPush)
		var de *Error
		if !errors.As(err, &de) || de.MayHaveMovedMoney() || a.Endpoint != EndpointPush || a.Verdict != tt.push || !a.NotSent {
			t.Errorf("push, token %d %s: %+v, %v", tt.status, tt.body, a, err)
		}
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("push, token %d %s: %v, want %q", tt.status, tt.body, err, tt.says)
		}
		a, err = c.STKQuery(t.Context(), testCheckoutID)
		if err == nil || a.Endpoint != EndpointQuery || a.Verdict != tt.push || !a.NotSent || !a.MayHaveMovedMoney() {
			t.Errorf("query, token %d %s: %+v, %v", tt.status, tt.body, a, err)
		}
		a, err = c.Authenticate(t.Context())
		if !errors.As(err, &de) || a.Endpoint != EndpointOAuth || a.Verdict != tt.oauth || a.HTTPStatus != tt.status {
			t.Errorf("token %d %s: %+v, %v", tt.status, tt.body, a, err)
		}
		if tokens, calls := f.seen(); tokens != 3 || len(calls) != 0 {
			t.Errorf("token %d %s: %d requests for a token, %d calls", tt.status, tt.body, tokens, len(calls))
		}
	}
}

// L2: the one resend. A push refused for its token was not executed.
func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	refused, header := errorBody("404.001.03", "Invalid Access Token"), errorBody("404.001.04", "Invalid Authentication Header")
	for _, tt := range []struct {
		name   string
		status []int
		body   []string
		want   Verdict
		pushes int
		tokens int
	}{
		{"404.001.03, then accepted", []int{404, 200}, []string{refused, pushAccepted}, VerdictAccepted, 2, 2},
		{"401, then accepted", []int{401, 200}, []string{"", pushAccepted}, VerdictAccepted, 2, 2},
		{"refused twice", []int{404, 404, 200}, []string{refused, refused, pushAccepted}, VerdictAuth, 2, 2},
		{"then lost", []int{404, 502, 200}, []string{refused, "", pushAccepted}, VerdictUnknown, 2, 2},
		{"404 for another reason", []int{404, 200}, []string{errorBody("404.001.01", "Resource not found"), pushAccepted}, VerdictConfiguration, 1, 1},
		{"the header refused, then accepted", []int{404, 200}, []string{header, pushAccepted}, VerdictAccepted, 2, 2},
		{"the header refused twice", []int{404, 404, 200}, []string{header, header, pushAccepted}, VerdictConfiguration, 2, 2},
		{"the gateway has no such address", []int{404, 200}, []string{noProxyFault, pushAccepted}, VerdictConfiguration, 1, 1},
		{"401 for another reason", []int{401, 200}, []string{productFault, pushAccepted}, VerdictConfiguration, 1, 1},
		{"404.001.03 with status 500", []int{500, 200}, []string{refused, pushAccepted}, VerdictUnknown, 1, 1},
		{"busy", []int{500, 200}, []string{errorBody("500.003.02", "System is busy."), pushAccepted}, VerdictSystemBusy, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFakeDaraja(t, func(w http.ResponseWriter, r *http.Request, n int) { answering(tt.status[n-1], tt.body[n-1])(w, r, n) })
			a, err := newTestClient(t, testConfig(f.URL)).STKPush(t.Context(), testPush)
			if a.Verdict != tt.want || (err == nil) != (tt.want == VerdictAccepted) {
				t.Errorf("%+v, %v", a, err)
			}
			tokens, calls := f.seen()
			if len(calls) != tt.pushes || tokens != tt.tokens {
				t.Fatalf("%d pushes and %d tokens, want %d and %d", len(calls), tokens, tt.pushes, tt.tokens)
			}
			if tt.pushes == 2 && (calls[0].auth != "Bearer token-1" || calls[1].auth != "Bearer token-2" || calls[0].body != calls[1].body) {
				t.Errorf("%+v", calls)
			}
		})
	}
}

// Whatever a refused token is called, it is used no more: neither by a push nor by a query, nor by
// the next of either.
func TestRefusedTokenIsDropped(t *testing.T) {
	for _, refused := range tokenRefusals {
		f := newFakeDaraja(t, func(w http.ResponseWriter, r *http.Request, n int) {
			switch {
			case r.Header.Get("Authorization") == "Bearer token-1":
				answering(refused.status, refused.body)(w, r, n)
			case strings.HasSuffix(r.URL.Path, "/query"):
				answering(200, string(queryBodyOf("4999", "")))(w, r, n)
			default:
				answering(200, pushAccepted)(w, r, n)
			}
		})
		c := newTestClient(t, testConfig(f.URL))
		for range 2 {
			if a, err := c.STKQuery(t.Context(), testCheckoutID); err != nil || a.Verdict != VerdictPending {
				t.Errorf("query after %s: %+v, %v", refused.body, a, err)
			}
			if a, err := c.STKPush(t.Context(), testPush); err != nil {
				t.Errorf("push after %s: %+v, %v", refused.body, a, err)
			}
		}
		if tokens, calls := f.seen(); tokens != 2 || len(calls) != 5 {
			t.Errorf("%s: %d tokens, %d calls", refused.body, tokens, len(calls))
		}
	}
}

// A refusal that nobody has described may have been about the token. It proves nothing, so nothing
// is sent again; the next request has a new token all the same.
func TestUndescribedRefusalEndsTheToken(t *testing.T) {
	for status, want := range map[int]int{400: 2, 404: 2, 418: 2, 500: 1, 502: 1} {
		f := newFakeDaraja(t, func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				answering(status, errorBody("", "Your key has been retired"))(w, r, n)
				return
			}
			answering(200, pushAccepted)(w, r, n)
		})
		c := newTestClient(t, testConfig(f.URL))
		if a, err := c.STKPush(t.Context(), testPush); err == nil || a.Verdict != VerdictUnknown || !a.MayHaveMovedMoney() {
			t.Errorf("%d: %+v, %v", status, a, err)
		}
		if _, calls := f.seen(); len(calls) != 1 {
			t.Errorf("%d: %d pushes", status, len(calls))
		}
		if a, err := c.STKPush(t.Context(), testPush); err != nil {
			t.Errorf("after %d: %+v, %v", status, a, err)
		}
		if tokens, calls := f.seen(); tokens != want || len(calls) != 2 {
			t.Errorf("%d: %d tokens, %d pushes", status, tokens, len(calls))
		}
	}
}

func TestRefusedTokenCannotBeRenewed(t *testing.T) {
	f := newFakeDaraja(t, answering(404, errorBody("404.001.03", "Invalid Access Token")))
	f.token = func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			fmt.Fprint(w, `{"access_token":"token-1","expires_in":"3599"}`)
			return
		}
		answering(403, firewallPage)(w, r, n)
	}
	a, err := newTestClient(t, testConfig(f.URL)).STKPush(t.Context(), testPush)
	if a.Verdict != VerdictAuth || a.HTTPStatus != 404 || a.MayHaveMovedMoney() || err == nil {
		t.Errorf("%+v, %v", a, err)
	}
	var inner *Error
	if !errors.As(errors.Unwrap(err), &inner) || inner.Endpoint != EndpointOAuth || inner.Verdict != VerdictBlocked {
		t.Errorf("the cause is %v", errors.Unwrap(err))
	}
	if _, calls := f.seen(); len(calls) != 1 {
		t.Errorf("%d pushes", len(calls))
	}
}

// Many callers at once are served by one request, and one that gives up harms nobody.
func TestTokenSingleFlight(t *testing.T) {
	f := newFakeDaraja(t, answering(200, string(queryBodyOf("4999", ""))))
	arrived, gate := make(chan struct{}), make(chan struct{})
	f.token = func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			close(arrived)
		}
		<-gate
		fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":3599}`, n)
	}
	c := newTestClient(t, testConfig(f.URL))

	// The first caller begins the request and gives up while it is under way.
	first, giveUp := context.WithCancel(t.Context())
	firstErr := make(chan error, 1)
	go func() {
		_, err := c.STKQuery(first, testCheckoutID)
		firstErr <- err
	}()
	<-arrived

	const callers = 40
	var wg sync.WaitGroup
	var failed atomic.Int32
	for range callers {
		wg.Go(func() {
			if _, err := c.STKQuery(t.Context(), testCheckoutID); err != nil {
				failed.Add(1)
			}
		})
	}
	for waiting := 0; waiting < callers+1; { // all of them wait for the same request
		c.tokens.mu.Lock()
		waiting = c.tokens.flight.waiting
		c.tokens.mu.Unlock()
	}
	giveUp()
	if err := <-firstErr; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller that gave up: %v", err)
	}
	close(gate)
	wg.Wait()
	if tokens, calls := f.seen(); failed.Load() != 0 || tokens != 1 || len(calls) != callers {
		t.Errorf("%d failed, %d tokens, %d calls", failed.Load(), tokens, len(calls))
	}
}

// When the last caller has left, the request for a token is given up, and the next caller makes its
// own.
func TestTokenFlightEndsWithItsCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		given := make(chan struct{})
		transport := roundTripper(func(r *http.Request) (*http.Response, error) {
			switch {
			case r.Method == http.MethodPost:
				return respond(r, 200, pushAccepted)
			case requests.Add(1) == 1:
				<-r.Context().Done()
				close(given)
				return nil, r.Context().Err()
			}
			return respond(r, 200, `{"access_token":"abc","expires_in":"3599"}`)
		})
		c := newTestClient(t, testConfig(SandboxURL), WithHTTPClient(&http.Client{Transport: transport}))
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		a, err := c.STKPush(ctx, testPush)
		if err == nil || !a.NotSent || a.MayHaveMovedMoney() || time.Since(began) != 2*time.Second {
			t.Errorf("after %v: %+v, %v", time.Since(began), a, err)
		}
		<-given
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("the request for a token went on until %v", took)
		}
		if a, err := c.STKPush(t.Context(), testPush); err != nil {
			t.Errorf("%+v, %v", a, err)
		}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if a, err := newTestClient(t, testConfig(SandboxURL)).Authenticate(over); !errors.Is(err, context.Canceled) || a.Verdict != VerdictUnknown || a.Endpoint != EndpointOAuth {
			t.Errorf("%+v, %v", a, err)
		}
		if n := requests.Load(); n != 2 {
			t.Errorf("%d requests for a token", n)
		}
	})
}

// Callers whose token was refused together renew it once, not once each.
func TestTokenRefusedForMany(t *testing.T) {
	const callers = 20
	gate := make(chan struct{})
	var old atomic.Int32
	f := newFakeDaraja(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if r.Header.Get("Authorization") != "Bearer token-1" {
			answering(200, string(queryBodyOf("4999", "")))(w, r, n)
			return
		}
		if old.Add(1) == callers {
			close(gate)
		}
		<-gate
		answering(401, "")(w, r, n)
	})
	c := newTestClient(t, testConfig(f.URL))
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			if a, err := c.STKQuery(t.Context(), testCheckoutID); err != nil {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
	wg.Wait()
	if tokens, calls := f.seen(); tokens != 2 || len(calls) != 2*callers {
		t.Errorf("%d tokens, %d calls", tokens, len(calls))
	}
}

func TestTokenExpiry(t *testing.T) {
	for expires, want := range map[string]time.Duration{
		`"3599"`: 3539 * time.Second,
		`3599`:   3539 * time.Second,
		`"120"`:  60 * time.Second,
		`60`:     0,
		`"0"`:    0,
		`"soon"`: 3539 * time.Second,
		`-5`:     3539 * time.Second,
		`1e99`:   3539 * time.Second,
		`null`:   3539 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			tokens := 0
			transport := roundTripper(func(r *http.Request) (*http.Response, error) {
				tokens++
				return respond(r, 200, fmt.Sprintf(`{"access_token":"token-%d","expires_in":%s}`, tokens, expires))
			})
			c := newTestClient(t, testConfig(SandboxURL), WithHTTPClient(&http.Client{Transport: transport}))
			get := func() {
				t.Helper()
				if a, err := c.Authenticate(t.Context()); err != nil {
					t.Fatalf("%+v, %v", a, err)
				}
			}
			get()
			if want > 0 {
				<-time.After(want - time.Nanosecond) // synctest's clock jumps
				get()
				if tokens != 1 {
					t.Errorf("expires_in %s: renewed before %v", expires, want)
				}
				<-time.After(time.Nanosecond)
			}
			get()
			if tokens != 2 {
				t.Errorf("expires_in %s: not renewed after %v", expires, want)
			}
		})
	}
}

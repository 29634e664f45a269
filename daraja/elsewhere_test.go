package daraja

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// portal is the network of a hotel: it answers every request in the place of the server,
// until somebody has logged in.
const portal = `<!DOCTYPE html><html><head><title>Welcome</title><meta http-equiv="refresh" content="0; url=http://10.0.0.1/login"></head></html>`

// TestAnsweredElsewhere: the page of a network that wants a login is called by its name, whether it
// comes in place of a token, of the answer to a push or of one to a query. What may have left stays
// unknown.
func TestAnsweredElsewhere(t *testing.T) {
	redirect := http.Header{"Location": {"http://10.0.0.1/login"}}
	for _, tc := range []struct {
		endpoint Endpoint
		status   int
		header   http.Header
		body     string
		want     bool
	}{
		{EndpointPush, 200, nil, portal, true},
		{EndpointPush, 200, nil, "\n <HTML><BODY>Log in</BODY></HTML>", true},
		{EndpointPush, 302, redirect, "", true},
		{EndpointPush, 307, redirect, portal, true},
		{EndpointPush, 511, nil, portal, true},
		{EndpointQuery, 200, nil, portal, true},
		{EndpointQuery, 302, redirect, "", true},
		{EndpointOAuth, 200, nil, portal, true},
		{EndpointOAuth, 302, redirect, "", true},

		{EndpointPush, 302, nil, pushAccepted, false},
		{EndpointPush, 200, nil, firewallPage, false},
		{EndpointPush, 403, nil, firewallPage, false},
		{EndpointPush, 502, nil, "<html>Bad Gateway</html>", false},
		{EndpointPush, 503, nil, "<html>Service Unavailable</html>", false},
		{EndpointPush, 200, nil, "", false},
		{EndpointPush, 200, nil, "maintenance", false},
		{EndpointPush, 200, nil, pushAccepted, false},
		{EndpointOAuth, 400, nil, "", false},
		{EndpointOAuth, 404, nil, "<html>no such page</html>", false},
	} {
		a := Classify(tc.endpoint, tc.status, tc.header, []byte(tc.body))
		if a.FromElsewhere() != tc.want {
			t.Errorf("%s, %d, %.30q: from elsewhere %t", tc.endpoint, tc.status, tc.body, a.FromElsewhere())
		}
		if !tc.want {
			continue
		}
		what, do := TillAdvice(a)
		if !strings.Contains(what.EN, "this network may want a login") || !strings.Contains(what.SW, "login") || strings.Contains(what.EN+do.EN, "reached") {
			t.Errorf("%s, %d: %s %s", tc.endpoint, tc.status, what.EN, do.EN)
		}
		if a.MayHaveMovedMoney() != (tc.endpoint != EndpointOAuth) || a.NotSent {
			t.Errorf("%s, %d: %+v", tc.endpoint, tc.status, a)
		}
	}
}

// TestPortalBeforeThePush: where the request for a token gets the page, nothing was sent, and the
// reason is the same.
func TestPortalBeforeThePush(t *testing.T) {
	names := map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(portal)) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://10.0.0.1/login", http.StatusFound)
		},
	}
	for name, handler := range names {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(handler)
			defer s.Close()
			fromPortal(t, newTestClient(t, testConfig(s.URL)))
		})
	}
}

// TestAnotherCertificate: a server that shows a certificate of another name, or of nobody who is
// trusted, or speaks no TLS where it belongs, is not M-PESA. One that has expired is: the clock of
// the machine may be wrong.
func TestAnotherCertificate(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(portal)) }))
	s.Config.ErrorLog = discardLog()
	s.StartTLS()
	defer s.Close()
	plain := httptest.NewUnstartedServer(s.Config.Handler)
	plain.Config.ErrorLog = discardLog()
	plain.Start()
	defer plain.Close()
	for name, through := range map[string]struct {
		to    string
		trust *tls.Config
	}{
		"of nobody":       {s.Listener.Addr().String(), nil},
		"of another name": {s.Listener.Addr().String(), s.Client().Transport.(*http.Transport).TLSClientConfig},
		"no TLS":          {plain.Listener.Addr().String(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := &http.Client{Transport: &http.Transport{
				TLSClientConfig: through.trust,
				DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
					return (&net.Dialer{}).DialContext(ctx, "tcp", through.to) // as the network leads it
				},
			}}
			defer h.CloseIdleConnections()
			fromPortal(t, newTestClient(t, testConfig("https://api.safaricom.co.ke"), WithHTTPClient(h)))
		})
	}
}

func fromPortal(t *testing.T, c *Client) {
	t.Helper()
	a, err := c.STKPush(t.Context(), testPush)
	if err == nil || !a.NotSent || !a.FromElsewhere() || a.MayHaveMovedMoney() {
		t.Fatalf("%+v, %v", a, err)
	}
	if what, _ := TillAdvice(a); !strings.HasPrefix(what.EN, "Not sent: something else answered in M-PESA's place.") {
		t.Error(what.EN)
	}
	if n := strings.Count(failure(t, err), "something else"); n != 1 {
		t.Errorf("it is said %d times: %s", n, failure(t, err))
	}
}

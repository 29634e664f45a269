package tunnel

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A localCA is a certificate authority that lives as long as a test.
type localCA struct {
	t    testing.TB
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newLocalCA(t testing.TB) *localCA {
	ca := &localCA{t: t, key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a CA of this test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true,
	}
	ca.cert = ca.sign(template, template, &ca.key.PublicKey)
	return ca
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (ca *localCA) sign(template, parent *x509.Certificate, key *ecdsa.PublicKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, ca.key)
	if err != nil {
		ca.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		ca.t.Fatal(err)
	}
	return cert
}

// issue returns a certificate for host.
func (ca *localCA) issue(host string) tls.Certificate {
	key := newKey(ca.t)
	leaf := ca.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}, ca.cert, &key.PublicKey)
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key}
}

func (ca *localCA) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return pool
}

// probing returns the transport of a link's probes, in a world that trusts ca.
func (ca *localCA) probing() *http.Transport {
	transport := newProbeTransport().(*http.Transport)
	transport.TLSClientConfig = &tls.Config{RootCAs: ca.pool()}
	return transport
}

// The probe goes the way of a callback: TLS to the owner's reverse proxy, from
// there to the till.
func TestProbeThroughReverseProxyOverTLS(t *testing.T) {
	s := start(t, ServerConfig{Deliver: new(book).deliver})
	ca, other := newLocalCA(t), newLocalCA(t)
	behind := func(cert tls.Certificate, target string) string {
		u, err := url.Parse("http://" + target)
		if err != nil {
			t.Fatal(err)
		}
		proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Path = strings.TrimPrefix(r.Out.URL.Path, "/shop-4")
			r.SetURL(u)
			r.SetXForwarded()
		}, Transport: &http.Transport{DisableKeepAlives: true}, ErrorLog: log.New(io.Discard, "", 0)}
		front := httptest.NewUnstartedServer(proxy)
		front.Config.ErrorLog = log.New(io.Discard, "", 0)
		front.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
		front.StartTLS()
		t.Cleanup(front.Close)
		return strings.Replace(front.URL, "127.0.0.1", "localhost", 1)
	}
	nobody := httptest.NewServer(http.NotFoundHandler())
	gone := nobody.Listener.Addr().String()
	nobody.Close()
	stranger := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	till := s.Addr().String()

	for _, test := range []struct {
		name string
		base string
		err  string // a part; empty: live
	}{
		{"the till", behind(ca.issue("localhost"), till), ""},
		{"the till below a path", behind(ca.issue("localhost"), till) + "/shop-4", ""},
		{"a certificate for another name", behind(ca.issue("till.example.com"), till), "certificate is valid for till.example.com"},
		{"a certificate that nobody trusts", behind(other.issue("localhost"), till), "unknown authority"},
		{"a till that is away", behind(ca.issue("localhost"), gone), "HTTP status 502"},
		{"somebody else", behind(ca.issue("localhost"), stranger.Listener.Addr().String()), "HTTP status 404"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := Static(test.base)
			if err != nil {
				t.Fatal(err)
			}
			link := NewLink(p, LinkConfig{LocalAddr: till, Proof: s.Proof, Transport: ca.probing()})
			status := runUntil(t, link, func(s Status) bool { return s.State == StateLive || s.Err != nil })
			if test.err == "" {
				if status.State != StateLive {
					t.Errorf("%v: %v", status.State, status.Err)
				}
				return
			}
			// Not proved is not down: the owner's word stands.
			if status.State != StateChecking || status.Err == nil || !strings.Contains(status.Err.Error(), test.err) {
				t.Errorf("%v: %v, want checking and %q", status.State, status.Err, test.err)
			}
		})
	}
}

// runUntil runs link until its status is as wanted and returns that status.
func runUntil(t *testing.T, link *Link, wanted func(Status) bool) (found Status) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	statuses, cancelWatch := link.Watch()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		link.Run(ctx)
	}()
	defer func() {
		cancel()
		<-ended
		cancelWatch()
	}()
	for {
		select {
		case found = <-statuses:
			if wanted(found) {
				return found
			}
		case <-ctx.Done():
			t.Fatalf("the link stays %v: %v", found.State, found.Err)
		}
	}
}

// A callback through a proxy is taken, however the headers that it comes with
// name the caller.
func TestCallbackThroughReverseProxyIsNobodys(t *testing.T) {
	var b book
	p, err := Static("https://till.example.com")
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, ServerConfig{Deliver: b.deliver, EnforceSources: true, Caller: callerOf(p)})
	u, err := url.Parse("http://" + s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(u)
		r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
		r.SetXForwarded()
	}, Transport: &http.Transport{DisableKeepAlives: true}})
	defer front.Close()
	req, err := http.NewRequest("POST", front.URL+"/cb/"+known, strings.NewReader(cancelled))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", "203.0.113.9")
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 200 || string(body) != accepted || len(b.bodies) != 1 {
		t.Errorf("status %d, %d delivered", resp.StatusCode, len(b.bodies))
	}
	if got := s.Stats().Outside; got != 0 {
		t.Errorf("Outside %d for a caller of whom nothing is known", got)
	}
}

package acme

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"kaunta/tunnel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	domain   = "till.example.com"
	known    = "00112233445566778899aabbccddeeff"
	callback = `{"Body":{"stkCallback":{"ResultCode":1032}}}`
)

func TestConfig(t *testing.T) {
	for _, test := range []struct {
		name string
		cfg  Config
		err  string // a part of the error; empty: the URL is that of domain
	}{
		{name: "good", cfg: Config{Domain: domain, CacheDir: "x"}},
		{name: "capitals", cfg: Config{Domain: "Till.Example.com", CacheDir: "x"}},
		{name: "no folder", cfg: Config{Domain: domain}, err: "folder for certificates is not set"},
		{name: "no domain", cfg: Config{CacheDir: "x"}, err: "not a domain name"},
		{name: "a URL", cfg: Config{Domain: "https://" + domain, CacheDir: "x"}, err: "not a domain name"},
		{name: "a port", cfg: Config{Domain: domain + ":8443", CacheDir: "x"}, err: "not a domain name"},
		{name: "a path", cfg: Config{Domain: domain + "/shop", CacheDir: "x"}, err: "not a domain name"},
		{name: "an address", cfg: Config{Domain: "203.0.113.7", CacheDir: "x"}, err: "not a domain name"},
		{name: "an address in brackets", cfg: Config{Domain: "[2001:db8::7]", CacheDir: "x"}, err: "not a domain name"},
		{name: "one word", cfg: Config{Domain: "localhost", CacheDir: "x"}, err: "not a domain name"},
		{name: "a dot at the end", cfg: Config{Domain: domain + ".", CacheDir: "x"}, err: "not a domain name"},
		{name: "a star", cfg: Config{Domain: "*.example.com", CacheDir: "x"}, err: "must not hold '*'"},
		{name: "a name that Safaricom refuses", cfg: Config{Domain: "mpesa.example.com", CacheDir: "x"}, err: `"mpesa"`},
	} {
		p, err := New(test.cfg)
		switch {
		case test.err != "":
			if err == nil || !strings.Contains(err.Error(), test.err) || !strings.HasPrefix(err.Error(), "tunnel acme: ") {
				t.Errorf("%s: %v, want an error with %q", test.name, err, test.err)
			}
		case err != nil || p.(*provider).url != "https://"+domain || p.Volatile():
			t.Errorf("%s: %+v, %v", test.name, p, err)
		}
	}
}

// A shop is a callback server with a provider in front, on loopback.
type shop struct {
	*testing.T
	ca     *authority
	cfg    Config
	server *tunnel.Server

	mu     sync.Mutex
	https  string // the door of the present session
	bodies []string
}

func newShop(t *testing.T) *shop {
	s := &shop{T: t, ca: newAuthority(t)}
	s.ca.at = func() string {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.https
	}
	s.cfg = Config{
		Domain: domain, Email: "owner@example.com", CacheDir: filepath.Join(t.TempDir(), "certificates"),
		Listen: "127.0.0.1:0", DirectoryURL: s.ca.server.URL + "/directory", RootCAs: s.ca.own(),
	}
	return s
}

// provider makes the provider of s, whose door s then knows.
func (s *shop) provider() *provider {
	s.Helper()
	p, err := New(s.cfg)
	if err != nil {
		s.Fatal(err)
	}
	acme := p.(*provider)
	acme.listen = func(network, _ string) (net.Listener, error) {
		ln, err := net.Listen(network, "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.https = ln.Addr().String()
		return ln, nil
	}
	return acme
}

// open opens the callback server with p in front, until close.
func (s *shop) open(p *provider) (link *tunnel.Link, close func()) {
	s.Helper()
	s.server = tunnel.NewServer(tunnel.ServerConfig{
		Caller: func(remote netip.AddrPort) netip.Addr { return tunnel.Caller(p, remote) },
		Deliver: func(_ context.Context, address string, body []byte) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.bodies = append(s.bodies, string(body))
			return nil
		},
	})
	if err := s.server.Listen("127.0.0.1:0"); err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	link = tunnel.NewLink(p, tunnel.LinkConfig{LocalAddr: s.server.Addr().String(), Proof: s.server.Proof, Transport: s.internet(domain)})
	var work sync.WaitGroup
	work.Go(func() { s.server.Serve(ctx) })
	work.Go(func() { link.Run(ctx) })
	close = sync.OnceFunc(func() {
		cancel()
		work.Wait()
	})
	s.Cleanup(close)
	return link, close
}

// internet is how others reach the shop: by its name, which leads to its door.
// name is what they say they want.
func (s *shop) internet(name string) *http.Transport {
	return &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{RootCAs: s.ca.trust(), ServerName: name},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.ca.at())
		},
	}
}

// post sends a callback to the shop, which it calls name.
func (s *shop) post(name string) (answer string, err error) {
	client := &http.Client{Transport: s.internet(name), Timeout: 8 * time.Second}
	resp, err := client.Post("https://"+domain+"/cb/"+known, "application/json", strings.NewReader(callback))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// await waits until the link is as wanted.
func (s *shop) await(link *tunnel.Link, wanted func(tunnel.Status) bool) tunnel.Status {
	s.Helper()
	statuses, cancel := link.Watch()
	defer cancel()
	var last tunnel.Status
	for tooLong := time.After(10 * time.Second); ; {
		select {
		case last = <-statuses:
			if wanted(last) {
				return last
			}
		case <-tooLong:
			s.Fatalf("the link stays %v: %v", last.State, last.Err)
		}
	}
}

func live(s tunnel.Status) bool { return s.State == tunnel.StateLive }

func TestHTTPSWithACertificateOfALocalAuthority(t *testing.T) {
	s := newShop(t)
	link, _ := s.open(s.provider())
	if status := s.await(link, live); status.URL != "https://"+domain {
		t.Errorf("URL %q", status.URL)
	}
	if answer, err := s.post(domain); err != nil || !strings.Contains(answer, "Accepted") {
		t.Errorf("a callback: %q, %v", answer, err)
	}
	if len(s.bodies) != 1 || s.bodies[0] != callback {
		t.Errorf("delivered %q", s.bodies)
	}
	if got := s.server.Stats().Outside; got != 1 {
		t.Errorf("Outside %d: the caller's own address is not known", got)
	}
	for _, name := range []string{"other.example.com", "example.com", "www." + domain, "127.0.0.1", "till"} {
		if answer, err := s.post(name); err == nil {
			t.Errorf("%s was answered %q", name, answer)
		}
	}
	https := s.ca.at()
	if resp, err := http.Post("http://"+https+"/cb/"+known, "application/json", strings.NewReader(callback)); err == nil {
		resp.Body.Close()
		t.Errorf("plain http was answered %d", resp.StatusCode)
	}
	if c, err := tls.Dial("tcp", https, &tls.Config{RootCAs: s.ca.trust(), ServerName: domain, MaxVersion: tls.VersionTLS11}); err == nil {
		c.Close()
		t.Error("TLS 1.1 was taken")
	}
	if c, err := tls.Dial("tcp", https, &tls.Config{RootCAs: s.ca.trust(), ServerName: domain, NextProtos: []string{"acme-tls/1"}}); err == nil {
		c.Close()
		t.Error("a challenge that nobody has made was answered")
	}
	if len(s.bodies) != 1 {
		t.Errorf("%d callbacks delivered, want the one over https", len(s.bodies))
	}
	if got := s.ca.ordered(); got != 1 {
		t.Errorf("%d orders, want 1: a stranger can cause them", got)
	}
	for path, want := range map[string]os.FileMode{"": 0o700, domain: 0o600, "acme_account+key": 0o600} {
		info, err := os.Stat(filepath.Join(s.cfg.CacheDir, path))
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%q in the folder for certificates: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestCertificateOutlivesARestart(t *testing.T) {
	s := newShop(t)
	link, close := s.open(s.provider())
	s.await(link, live)
	close()
	s.ca.server.Close() // and the authority is away
	link, _ = s.open(s.provider())
	s.await(link, live)
	if answer, err := s.post(domain); err != nil || !strings.Contains(answer, "Accepted") {
		t.Errorf("a callback: %q, %v", answer, err)
	}
	if got := s.ca.ordered(); got != 1 {
		t.Errorf("%d orders, want the one before the restart", got)
	}
}

// A certificate that is near its end is used, and renewed meanwhile.
func TestCertificateIsRenewed(t *testing.T) {
	s := newShop(t)
	s.ca.left = time.Hour
	s.ca.meddle = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/order" || s.ca.orders == 0 {
			return false
		}
		w.WriteHeader(http.StatusForbidden) // not before the restart
		return true
	}
	link, close := s.open(s.provider())
	s.await(link, live)
	first := <-s.ca.issued
	close()

	s.ca.mu.Lock()
	s.ca.meddle = nil
	s.ca.mu.Unlock()
	link, _ = s.open(s.provider())
	s.await(link, live)
	select {
	case <-s.ca.issued:
	case <-time.After(8 * time.Second):
		t.Fatal("no other certificate is asked for")
	}
	https := s.ca.at()
	for end := time.Now().Add(8 * time.Second); ; {
		c, err := tls.Dial("tcp", https, &tls.Config{RootCAs: s.ca.trust(), ServerName: domain})
		if err != nil {
			t.Fatal(err)
		}
		got := c.ConnectionState().PeerCertificates[0]
		c.Close()
		if !got.Equal(first) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("callers still get the old certificate")
		}
	}
}

// An authority that offers plain HTTP alone gets no answer there.
func TestNoHTTP01(t *testing.T) {
	s := newShop(t)
	s.ca.challenge = "http-01"
	if err := s.provider().Run(t.Context(), "127.0.0.1:1", nil); err == nil || !strings.Contains(err.Error(), "no certificate for "+domain) {
		t.Errorf("Run: %v", err)
	}
}

// An attempt that fails is told, and not repeated before its time, whatever
// strangers do meanwhile.
func TestAFailedAttemptIsNotRepeatedAtOnce(t *testing.T) {
	s := newShop(t)
	s.ca.at = func() string { return "127.0.0.1:1" } // the name leads elsewhere
	p := s.provider()
	began := time.Now()
	link, _ := s.open(p)
	status := s.await(link, func(s tunnel.Status) bool { return s.State == tunnel.StateDown })
	if status.Err == nil || !strings.Contains(status.Err.Error(), "port 443") || !strings.Contains(status.Err.Error(), "in 1m0s") {
		t.Errorf("Err %v", status.Err)
	}
	if _, _, ok := link.URL(); ok {
		t.Error("a push would carry a URL at which nobody can answer")
	}
	orders := s.ca.ordered()
	// it waits for its turn
	s.await(link, func(s tunnel.Status) bool { return s.State == tunnel.StateConnecting })
	if got := s.ca.ordered(); got != orders {
		t.Errorf("%d orders after the first attempt's %d", got, orders)
	}
	if wait := p.retryAt.Sub(began); wait < time.Minute || wait > time.Minute+10*time.Second {
		t.Errorf("the next attempt is in %v", wait)
	}
}

func TestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{}
		s := newSession(t.Context(), Config{Domain: domain, CacheDir: t.TempDir(), DirectoryURL: "nonsense:"})
		for _, want := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
			p.cfg.Domain = domain
			if err := p.certify(t.Context(), s, nil); err == nil {
				t.Fatal("there is a certificate out of nothing")
			}
			began := time.Now()
			if err := p.awaitTurn(t.Context()); err != nil || time.Since(began) != want {
				t.Errorf("waited %v (%v), want %v", time.Since(began), err, want)
			}
		}
	})
}

// An authority that never answers, or answers nonsense, does not hold up the
// end of a session; callers are refused meanwhile.
func TestAuthorityThatDoesNotAnswer(t *testing.T) {
	s := newShop(t)
	asked, release := make(chan struct{}, 100), make(chan struct{})
	s.ca.meddle = func(http.ResponseWriter, *http.Request) bool {
		asked <- struct{}{}
		<-release
		return true
	}
	t.Cleanup(func() { close(release) })
	_, end := s.open(s.provider())
	<-asked
	if answer, err := s.post(domain); err == nil {
		t.Errorf("a callback before there is a certificate was answered %q", answer)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		end()
	}()
	select {
	case <-ended:
	case <-time.After(caPatience + time.Second):
		t.Error("the session does not end")
	}
}

func TestAuthorityThatRefuses(t *testing.T) {
	for name, status := range map[string]int{"for its rate": 429, "for good": 403, "by mistake": 500} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			requests := 0
			s.ca.meddle = func(w http.ResponseWriter, _ *http.Request) bool {
				requests++
				w.Header().Set("Retry-After", "1")
				if status == 500 && requests > 1 {
					return false // it was only once
				}
				w.Header().Set("Content-Type", "application/problem+json")
				w.WriteHeader(status)
				fmt.Fprint(w, `{"type":"urn:ietf:params:acme:error:rateLimited","detail":"too many of them"}`)
				return true
			}
			link, _ := s.open(s.provider())
			if status == 500 {
				s.await(link, live)
				return
			}
			got := s.await(link, func(s tunnel.Status) bool { return s.State == tunnel.StateDown })
			if got.Err == nil || !strings.Contains(got.Err.Error(), "too many of them") {
				t.Errorf("Err %v, want what the authority says", got.Err)
			}
			if requests != 1 {
				t.Errorf("asked %d times", requests)
			}
		})
	}
}

func TestFolderThatIsOpenToOthersIsBlocked(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such bits")
	}
	s := newShop(t)
	if err := os.Mkdir(s.cfg.CacheDir, 0o755); err != nil {
		t.Fatal(err)
	}
	err := s.provider().Run(t.Context(), "127.0.0.1:1", nil)
	if _, blocked := errors.AsType[*tunnel.BlockedError](err); !blocked || !strings.Contains(err.Error(), "chmod 700") {
		t.Errorf("Run: %v", err)
	}
}

func TestDoorThatCannotBeOpened(t *testing.T) {
	s := newShop(t)
	p := s.provider()
	p.listen = func(string, string) (net.Listener, error) {
		return nil, &net.OpError{Op: "listen", Err: os.ErrPermission}
	}
	err := p.Run(t.Context(), "127.0.0.1:1", nil)
	if _, blocked := errors.AsType[*tunnel.BlockedError](err); !blocked || !strings.Contains(err.Error(), "CAP_NET_BIND_SERVICE") {
		t.Errorf("without the right: %v", err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s.cfg.Listen = taken.Addr().String()
	p = s.provider()
	p.listen = net.Listen
	err = p.Run(t.Context(), "127.0.0.1:1", nil)
	if _, blocked := errors.AsType[*tunnel.BlockedError](err); blocked || err == nil || !strings.Contains(err.Error(), s.cfg.Listen) {
		t.Errorf("where another listens: %v", err)
	}
}

//go:build ngrok

package ngrok

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	vendor "golang.ngrok.com/ngrok/v2"

	"kaunta/tunnel"
)

func newProvider(t *testing.T, addr string, roots *x509.CertPool) *provider {
	t.Helper()
	p, err := New(Config{Authtoken: token, PublicURL: public})
	if err != nil {
		t.Fatal(err)
	}
	if metered, ok := p.(tunnel.Metered); !ok || !metered.Metered() || p.Volatile() {
		t.Error("a plan that counts requests, with a domain of its own, is not called so")
	}
	q := p.(*provider)
	q.options = []vendor.AgentOption{
		vendor.WithAgentConnectURL(addr), vendor.WithAgentConnectCAs(roots),
		vendor.WithHeartbeatInterval(100 * time.Millisecond), // a goroutine of the library's ends with the next one
	}
	q.patience = 300 * time.Millisecond
	return q
}

// quiet fails the test if anything is logged to the terminal meanwhile.
func quiet(t *testing.T) {
	var said bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() {
		slog.SetDefault(before)
		if said.Len() > 0 {
			t.Errorf("the library wrote to the terminal: %s", &said)
		}
	})
}

// listener answers each connection with do until the test ends.
func listener(t *testing.T, do func(net.Conn)) (addr string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			do(c)
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		<-ended
	})
	return ln.Addr().String()
}

// Up to the edge: what is there is not ngrok.
func TestUpToTheEdgeThatIsNotNgrok(t *testing.T) {
	var kept []net.Conn
	t.Cleanup(func() {
		for _, c := range kept {
			c.Close()
		}
	})
	web := httptest.NewUnstartedServer(http.NotFoundHandler())
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.StartTLS()
	t.Cleanup(web.Close)
	webRoots := x509.NewCertPool()
	webRoots.AddCert(web.Certificate())
	for _, test := range []struct {
		name  string
		addr  string
		roots *x509.CertPool
		want  string
	}{
		{"refuses", "127.0.0.1:1", x509.NewCertPool(), "connection refused"},
		{"silent", listener(t, func(c net.Conn) { kept = append(kept, c) }), x509.NewCertPool(), "did not answer"},
		{"resets", listener(t, func(c net.Conn) {
			c.(*net.TCPConn).SetLinger(0)
			c.Close()
		}), x509.NewCertPool(), "no connection to ngrok"},
		{"another's certificate", web.Listener.Addr().String(), x509.NewCertPool(), "no connection to ngrok"},
		{"a web server", web.Listener.Addr().String(), webRoots, "no connection to ngrok"},
	} {
		t.Run(test.name, func(t *testing.T) {
			quiet(t)
			began := time.Now()
			err := newProvider(t, test.addr, test.roots).Run(t.Context(), "127.0.0.1:1", func(url string) { t.Errorf("up(%q)", url) })
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), token) || strings.Count(err.Error(), "tunnel ngrok") != 1 {
				t.Errorf("Run: %v, want %q", err, test.want)
			}
			if _, blocked := errors.AsType[*tunnel.BlockedError](err); blocked {
				t.Error("bad luck is taken for good")
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// Up to an edge that stands in for ngrok's: a refusal that lasts is read at
// once, one that may pass is not taken for good, and no text repeats the token.
func TestStandInEdgeRefuses(t *testing.T) {
	for _, test := range []struct {
		name          string
		token, domain string
		blocked       bool
		want          string
	}{
		{name: "token", token: refusal("107"), blocked: true, want: "not valid any more: copy the present one from ngrok's dashboard (ERR_NGROK_107)"},
		{name: "domain", domain: refusal("320"), blocked: true, want: "another account's"},
		{name: "too many sessions", token: refusal("108"), want: "https://ngrok.com/docs/errors/err_ngrok_108"},
		{name: "domain in use", domain: refusal("334"), want: "ERR_NGROK_334"},
	} {
		t.Run(test.name, func(t *testing.T) {
			quiet(t)
			e := newEdge(t)
			e.refuseToken, e.refuseDomain = test.token, test.domain
			p := newProvider(t, e.ln.Addr().String(), e.roots)
			if test.blocked {
				p.patience = 10 * time.Second // it must not come to that
			}
			err := p.Run(t.Context(), "127.0.0.1:1", func(url string) { t.Errorf("up(%q)", url) })
			_, blocked := errors.AsType[*tunnel.BlockedError](err)
			if err == nil || blocked != test.blocked || !strings.Contains(err.Error(), test.want) || strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("Run: %v (blocked %t), want %q", err, blocked, test.want)
			}
			if err != nil && strings.Contains(err.Error(), token) {
				t.Error("the error repeats the token")
			}
			if got := e.token(); got != token {
				t.Errorf("the edge got the token %q", got)
			}
		})
	}
}

// A callback through an edge that stands in for ngrok's, and the end of the
// session whether or not that edge still answers.
func TestCallbackThroughStandInEdge(t *testing.T) {
	for _, mute := range []bool{false, true} {
		quiet(t)
		e := newEdge(t)
		p := newProvider(t, e.ln.Addr().String(), e.roots)
		p.patience = 8 * time.Second
		bodies := make(chan string, 10)
		server := tunnel.NewServer(tunnel.ServerConfig{
			EnforceSources: true,
			Caller:         func(remote netip.AddrPort) netip.Addr { return tunnel.Caller(p, remote) },
			Deliver: func(_ context.Context, _ string, body []byte) error {
				bodies <- string(body)
				return nil
			},
		})
		if err := server.Listen("127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		served, ended, up := make(chan error, 1), make(chan error, 1), make(chan string, 1)
		go func() { served <- server.Serve(ctx) }()
		go func() { ended <- p.Run(ctx, server.Addr().String(), func(url string) { up <- url }) }()
		select {
		case url := <-up:
			if url != public {
				t.Errorf("up(%q)", url)
			}
		case err := <-ended:
			t.Fatalf("Run: %v", err)
		}
		w := e.session()
		<-w.ready
		w.bring("196.201.214.200:4711", "POST /cb/00112233445566778899aabbccddeeff HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.9\r\nContent-Length: 2\r\n\r\n{}")
		select {
		case body := <-bodies:
			if body != "{}" {
				t.Errorf("delivered %q", body)
			}
		case <-time.After(8 * time.Second):
			t.Fatal("no callback")
		}
		if answer := string(<-w.answers); !strings.HasPrefix(answer, "HTTP/1.1 200") {
			t.Errorf("answer %q", answer)
		}
		if got := server.Stats().Outside; got != 0 {
			t.Errorf("Outside %d: ngrok's word about the caller is not taken", got)
		}
		e.mute.Store(mute)
		cancel()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(closeTimeout + 5*time.Second):
			t.Fatalf("the session does not end (edge mute: %t)", mute)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	}
}

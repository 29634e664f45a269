package acme

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

const (
	// caTimeout bounds one request to the authority.
	caTimeout = 30 * time.Second

	// caPatience is the longest pause between two requests to the authority,
	// and so the longest that a session's end waits for one.
	caPatience = 5 * time.Second
)

// errNotYet refuses handshakes before there is a certificate.
var errNotYet = errors.New("tunnel acme: no certificate yet")

// errChallenge ends a connection that was the authority's.
var errChallenge = errors.New("tunnel acme: the authority has what it came for")

// hello is how a certificate is asked for: always the ECDSA one.
func hello(name string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{
		ServerName:       name,
		CipherSuites:     []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		SupportedCurves:  []tls.CurveID{tls.CurveP256},
		SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
	}
}

// A session is one listening, with one manager of certificates. Everything that
// it asks of the authority ends with it.
type session struct {
	manager   *autocert.Manager
	tls       *tls.Config
	certified atomic.Bool
}

func newSession(ctx context.Context, cfg Config) *session {
	s := &session{}
	s.manager = &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      autocert.DirCache(cfg.CacheDir),
		HostPolicy: autocert.HostWhitelist(cfg.Domain),
		Email:      cfg.Email,
		Client: &acme.Client{
			DirectoryURL: cfg.DirectoryURL,
			UserAgent:    "kaunta",
			RetryBackoff: func(n int, _ *http.Request, resp *http.Response) time.Duration {
				if ctx.Err() != nil || n > 3 || resp.StatusCode == http.StatusTooManyRequests {
					return 0 // no more: the next attempt has its own time
				}
				return time.Duration(n) * time.Second
			},
			HTTPClient: &http.Client{Timeout: caTimeout, Transport: bound{ctx, &http.Transport{
				Proxy:             http.ProxyFromEnvironment,
				TLSClientConfig:   &tls.Config{RootCAs: cfg.RootCAs},
				DisableKeepAlives: true,
			}}},
		},
	}
	s.tls = &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: s.certificate,
		NextProtos:     []string{"http/1.1", acme.ALPNProto}, // what the callback server speaks
	}
	return s
}

// certify gets the certificate, from the cache or the authority, and lets
// callers in.
func (s *session) certify(domain string) error {
	if _, err := s.manager.GetCertificate(hello(domain)); err != nil {
		return err
	}
	s.certified.Store(true)
	return nil
}

func (s *session) shake(ctx context.Context, c net.Conn) (net.Conn, error) {
	secured := tls.Server(c, s.tls)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	if secured.ConnectionState().NegotiatedProtocol == acme.ALPNProto {
		return nil, errChallenge
	}
	return secured, nil
}

// certificate answers a handshake: the authority's challenge at any time,
// everybody else once there is a certificate.
func (s *session) certificate(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if len(h.SupportedProtos) == 1 && h.SupportedProtos[0] == acme.ALPNProto {
		return s.manager.GetCertificate(h)
	}
	if !s.certified.Load() {
		return nil, errNotYet
	}
	return s.manager.GetCertificate(hello(h.ServerName))
}

// A bound transport makes requests that end with ctx, whatever their own
// context: the manager's is its own.
type bound struct {
	ctx  context.Context
	base http.RoundTripper
}

func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(b.ctx, cancel)
	end := func() {
		stop()
		cancel()
	}
	resp, err := b.base.RoundTrip(r.WithContext(ctx))
	if err != nil {
		end()
		return nil, err
	}
	if asked := resp.Header.Get("Retry-After"); asked != "" {
		if n, err := strconv.Atoi(asked); err != nil || n > int(caPatience.Seconds()) {
			resp.Header.Set("Retry-After", strconv.Itoa(int(caPatience.Seconds())))
		}
	}
	resp.Body = boundBody{resp.Body, end}
	return resp, nil
}

type boundBody struct {
	io.ReadCloser
	end func()
}

func (b boundBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

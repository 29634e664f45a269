package acme

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"kaunta/tunnel"
)

// Config says for which name the till answers. Domain and CacheDir are
// required.
type Config struct {
	// Domain is the name that callers know, such as till.example.com. Its
	// port 443 must lead to Listen.
	Domain string

	// CacheDir is the folder for keys and certificates, made if it is absent.
	// Nobody but the till's user may have access to it.
	CacheDir string

	// Email is where the authority can write to; may be empty.
	Email string

	// Listen is the address to answer HTTPS on; empty means ":443".
	Listen string

	// DirectoryURL names the authority; empty means Let's Encrypt.
	DirectoryURL string

	// RootCAs are whom to trust for DirectoryURL's own certificate; nil means
	// the machine's.
	RootCAs *x509.CertPool
}

// waits is the pause after the first, second … failed attempt for a
// certificate; the last for all that follow.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute}

// provider is what New returns. Its embedded Relay vouches for callers.
type provider struct {
	tunnel.Relay

	cfg    Config
	url    string
	listen func(network, addr string) (net.Listener, error)

	// Of the attempts for a certificate; one session at a time.
	failed  int
	retryAt time.Time
}

// New returns the provider for a till that answers HTTPS itself. It does no
// I/O. The error is one sentence that names what to change.
func New(cfg Config) (tunnel.Provider, error) {
	cfg.Domain = strings.ToLower(cfg.Domain)
	url, err := tunnel.PublicURL("https://" + cfg.Domain)
	switch {
	case !isDomain(cfg.Domain):
		return nil, fmt.Errorf("tunnel acme: %q is not a domain name: write it like till.example.com, without https:// and port", cfg.Domain)
	case err != nil:
		return nil, fmt.Errorf("tunnel acme: %w", err)
	case cfg.CacheDir == "":
		return nil, errors.New("tunnel acme: the folder for certificates is not set: name one that is for the till alone")
	}
	cfg.Listen = cmp.Or(cfg.Listen, ":443")
	cfg.DirectoryURL = cmp.Or(cfg.DirectoryURL, autocert.DefaultACMEDirectory)
	return &provider{cfg: cfg, url: url, listen: net.Listen}, nil
}

// isDomain reports whether name looks like one that an authority certifies.
// What else it must be is as for any public URL.
func isDomain(name string) bool {
	return strings.Contains(name, ".") && strings.Trim(name, ".-") == name && !strings.ContainsAny(name, ":/[]_~") && net.ParseIP(name) == nil
}

// Volatile reports false: the domain is the owner's.
func (p *provider) Volatile() bool { return false }

// Run answers HTTPS until ctx is done. It ends early where there is no
// certificate to be had; the next session waits until it may try again.
func (p *provider) Run(ctx context.Context, localAddr string, up func(string)) error {
	if err := p.awaitTurn(ctx); err != nil {
		return err
	}
	if err := privateDir(p.cfg.CacheDir); err != nil {
		return &tunnel.BlockedError{Err: err}
	}
	https, err := p.listenOn(p.cfg.Listen)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := newSession(ctx, p.cfg)
	var work sync.WaitGroup
	run := func(f func() error) {
		work.Go(func() {
			if err := f(); err != nil {
				cancel(err)
			}
		})
	}
	run(func() error { return p.Relay.Serve(ctx, https, localAddr, s.shake) })
	run(func() error { return p.certify(ctx, s, up) })
	<-ctx.Done()
	work.Wait()
	return context.Cause(ctx)
}

func (p *provider) certify(ctx context.Context, s *session, up func(string)) error {
	err := s.certify(p.cfg.Domain)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		wait := waits[min(p.failed, len(waits)-1)]
		p.failed++
		p.retryAt = time.Now().Add(wait)
		return fmt.Errorf("tunnel acme: there is no certificate for %s yet: check that the name leads to this shop's public address and its port 443 to this machine; "+
			"the next attempt is in %v: %w", p.cfg.Domain, wait, err)
	}
	p.failed = 0
	up(p.url)
	return nil
}

func (p *provider) awaitTurn(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Until(p.retryAt)):
		return nil
	}
}

func (p *provider) listenOn(addr string) (net.Listener, error) {
	ln, err := p.listen("tcp", addr)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, &tunnel.BlockedError{Err: fmt.Errorf("tunnel acme: this user may not listen on %s: give the till that right (AmbientCapabilities=CAP_NET_BIND_SERVICE in its systemd unit), "+
			"or forward the port to one above 1023 and listen there", addr)}
	case err != nil:
		return nil, fmt.Errorf("tunnel acme: the till cannot listen on %s: stop what else does, or choose another address: %w", addr, err)
	}
	return ln, nil
}

// privateDir makes sure that dir is there and nobody else's.
func privateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("tunnel acme: the folder for certificates cannot be made: %w", err)
	}
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("tunnel acme: the folder for certificates cannot be read: %w", err)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("tunnel acme: the folder for certificates %s is open to others: run chmod 700 on it", dir)
	}
	return nil
}

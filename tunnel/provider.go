package tunnel

import (
	"context"
	"net/netip"
)

// A Provider is one way to be reached from the internet. Its methods are
// called by one [Link] only.
type Provider interface {
	// Run runs one session that carries requests for a public URL to
	// localAddr (host:port), and returns when the session ends or, soon, when
	// ctx is done. It calls up once, as soon as it knows the public URL (the
	// base, without the path of a callback); further calls are ignored, for a
	// new URL is a new session. The error says why the session ended, in one
	// sentence; a [*BlockedError] says that trying again is of no use.
	Run(ctx context.Context, localAddr string, up func(publicURL string)) error

	// Volatile reports whether each session has a URL of its own. If not, the
	// URL belongs to the owner and outlives sessions.
	Volatile() bool
}

// A ClientAddrResolver is a provider that may know who is at the other end of a
// connection to the callback server, from a source that no caller can write:
// the connection itself, or the vendor's own word. A header is not one.
type ClientAddrResolver interface {
	// Caller returns who is behind the connection that the callback server
	// sees as coming from remote. The zero Addr means that the provider cannot
	// tell, for instance because remote is a proxy.
	Caller(remote netip.AddrPort) netip.Addr
}

// Caller returns who p vouches is behind the connection from remote: the zero
// Addr where it does not. p may be nil.
func Caller(p Provider, remote netip.AddrPort) netip.Addr {
	if v, ok := p.(ClientAddrResolver); ok {
		return v.Caller(remote).Unmap()
	}
	return netip.Addr{}
}

// A BlockedError ends a session that only a person can bring back: a changed
// host key, a refused login. A [Link] does not try again after it.
type BlockedError struct {
	Err error // what was refused, and what to do
}

func (e *BlockedError) Error() string { return e.Err.Error() }

func (e *BlockedError) Unwrap() error { return e.Err }

// off is the provider of [Off]. A Link knows it and never starts a session.
type off struct{}

// Off returns the provider for polling only: no callback can reach the till.
func Off() Provider { return off{} }

func (off) Run(ctx context.Context, _ string, _ func(string)) error {
	<-ctx.Done()
	return ctx.Err()
}

func (off) Volatile() bool { return false }

// CallbackURL returns the CallBackURL of an attempt: base is from [Link.URL],
// address the attempt's hexadecimal digits. These digits cannot hold a word
// that Safaricom forbids, so a checked base is enough.
func CallbackURL(base, address string) string { return base + callbackPath + address }

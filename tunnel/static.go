package tunnel

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// static is the provider of [Static].
type static struct {
	url       string
	allowHTTP bool
}

// A StaticOption changes what [Static] accepts.
type StaticOption func(*static)

// AllowHTTP lets a public URL be http. Only Safaricom's sandbox calls such
// URLs back, and anybody on the way can read and forge what it sends.
func AllowHTTP() StaticOption { return func(s *static) { s.allowHTTP = true } }

// Static returns the provider for a public URL that the owner has made lead to
// the till: a proxy, a forwarded port. What arrives at publicURL + "/cb/…" and
// "/probe/…" must reach the till as /cb/… and /probe/….
//
// publicURL is https with a host and, if need be, a port and a path; plain http
// is for loopback (the simulator) or with [AllowHTTP]. The error is one
// sentence that names what to change.
func Static(publicURL string, opts ...StaticOption) (Provider, error) {
	s := &static{}
	for _, opt := range opts {
		opt(s)
	}
	// Letters, digits and a few signs are all that a URL of one's own needs;
	// the rest (user names, escapes, blanks, foreign scripts) only does harm.
	if i := strings.IndexFunc(publicURL, notInStaticURL); i >= 0 {
		char := []rune(publicURL[i:])[0]
		if char == '?' || char == '#' {
			return nil, fmt.Errorf("tunnel static: the public URL must end before the %q: write only https://, the host and perhaps a path", char)
		}
		return nil, fmt.Errorf("tunnel static: the public URL must not hold %q: use letters, digits and . - _ ~ / : only", char)
	}
	if word := forbiddenWord(publicURL); word != "" {
		return nil, fmt.Errorf("tunnel static: the public URL holds the word %q, for which Safaricom refuses it: choose another name", word)
	}
	u, err := url.Parse(strings.TrimRight(publicURL, "/"))
	if err != nil {
		return nil, errors.New("tunnel static: the public URL is not a URL: write it like https://till.example.com")
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return nil, errors.New("tunnel static: the public URL must be whole, with https:// and a host: write it like https://till.example.com")
	}
	if port := u.Port(); port != "" || strings.HasSuffix(u.Host, ":") {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("tunnel static: the public URL has the port %q: use a number from 1 to 65535, or leave it out", port)
		}
	}
	if u.Scheme == "http" && !s.allowHTTP && !isLoopback(u.Hostname()) {
		return nil, errors.New("tunnel static: the public URL must be https, so that nobody on the way can read or forge callbacks; plain http is for this machine only")
	}
	s.url = u.String()
	return s, nil
}

// Run says that the URL is up, and leaves the rest to the owner's proxy.
func (s *static) Run(ctx context.Context, _ string, up func(string)) error {
	up(s.url)
	<-ctx.Done()
	return ctx.Err()
}

// Volatile reports false: the URL is the owner's.
func (s *static) Volatile() bool { return false }

func notInStaticURL(r rune) bool {
	return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~/:[]", r)
}

// isLoopback reports whether host (without brackets) is this machine.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

package tunnel

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"kaunta/daraja"
)

type static struct{ url string }

// Static returns the provider for a public URL that the owner has made lead to
// the till: a proxy, a forwarded port. What arrives at publicURL + "/cb/…" and
// "/probe/…" must reach the till as /cb/… and /probe/…. Who calls is not
// vouched for: behind a proxy, every connection is the proxy's.
//
// publicURL is as [PublicURL] says. The error is one sentence that names what
// to change.
func Static(publicURL string) (Provider, error) {
	base, err := PublicURL(publicURL)
	if err != nil {
		return nil, fmt.Errorf("tunnel static: %w", err)
	}
	return &static{base}, nil
}

// PublicURL returns the base URL that a provider hands to [Link]: publicURL
// without slashes at its end. It refuses what cannot be the base of a
// CallBackURL. A good one is https with a host and, if need be, a port and a
// path; plain http is for loopback (the simulator). The error is one sentence
// that names what to change.
func PublicURL(publicURL string) (string, error) {
	// Letters, digits and a few signs are all that a URL of one's own needs;
	// the rest (user names, escapes, blanks, foreign scripts) only does harm.
	if i := strings.IndexFunc(publicURL, notInURL); i >= 0 {
		char := []rune(publicURL[i:])[0]
		if char == '?' || char == '#' {
			return "", fmt.Errorf("the public URL must end before the %q: write only https://, the host and perhaps a path", char)
		}
		return "", fmt.Errorf("the public URL must not hold %q: use letters, digits and . - _ ~ / : only", char)
	}
	u, err := url.Parse(strings.TrimRight(publicURL, "/"))
	if err != nil {
		return "", errors.New("the public URL is not a URL: write it like https://till.example.com")
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return "", errors.New("the public URL must be whole, with https:// and a host: write it like https://till.example.com")
	}
	if port := u.Port(); port != "" || strings.HasSuffix(u.Host, ":") {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", fmt.Errorf("the public URL has the port %q: use a number from 1 to 65535, or leave it out", port)
		}
	}
	base := u.String()
	if err := daraja.CheckCallBackURL(base); err != nil {
		return "", err
	}
	return base, nil
}

// Run says that the URL is up, and leaves the rest to the owner's proxy.
func (s *static) Run(ctx context.Context, _ string, up func(string)) error {
	up(s.url)
	<-ctx.Done()
	return ctx.Err()
}

// Volatile reports false: the URL is the owner's.
func (s *static) Volatile() bool { return false }

func notInURL(r rune) bool {
	return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~/:[]", r)
}

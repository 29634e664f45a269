package tunnel

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"kaunta/daraja"
)

func TestStatic(t *testing.T) {
	tests := []struct {
		url  string
		want string // the base URL, or
		err  string // a part of the error
	}{
		{url: "https://till.example.com", want: "https://till.example.com"},
		{url: "https://till.example.com/", want: "https://till.example.com"},
		{url: "https://till.example.com/shop-4//", want: "https://till.example.com/shop-4"},
		{url: "https://till.example.com:8443/shop", want: "https://till.example.com:8443/shop"},
		{url: "HTTPS://Till.Example.com", want: "https://Till.Example.com"},
		{url: "https://203.0.113.7", want: "https://203.0.113.7"},
		{url: "https://[2001:db8::7]:8443", want: "https://[2001:db8::7]:8443"},
		{url: "http://127.0.0.1:8191", want: "http://127.0.0.1:8191"},
		{url: "http://localhost:8191", want: "http://localhost:8191"},
		{url: "http://[::1]:8191", want: "http://[::1]:8191"},

		{url: "http://till.example.com", err: "must begin with https"},
		{url: "http://127.0.0.1.example.com", err: "must begin with https"},
		{url: "", err: "must be whole"},
		{url: "/", err: "must be whole"},
		{url: "till.example.com", err: "must be whole"},
		{url: "//till.example.com", err: "must be whole"},
		{url: "https://", err: "must be whole"},
		{url: "https:till.example.com", err: "must be whole"},
		{url: "https://:8443", err: "must be whole"},
		{url: "ftp://till.example.com", err: "must be whole"},
		{url: "file:///etc/passwd", err: "must be whole"},
		{url: "https://till.example.com:x", err: "not a URL"},
		{url: "https://[::1", err: "not a URL"},
		{url: "https://till.example.com:", err: "port"},
		{url: "https://till.example.com:0", err: "port"},
		{url: "https://till.example.com:65536", err: `port "65536"`},
		{url: "https://till.example.com/?shop=4", err: `end before the '?'`},
		{url: "https://till.example.com/#", err: `end before the '#'`},
		{url: "https://owner:secret@till.example.com", err: `must not hold '@'`},
		{url: "https://till.example.com/a b", err: `must not hold ' '`},
		{url: "https://till.example.com/%65xe", err: `must not hold '%'`},
		{url: "https://tıll.example.com", err: `must not hold 'ı'`},
		{url: "https://till.example.com\n", err: `must not hold '\n'`},
		{url: "https://till.example.com/\xff", err: "must not hold"},

		{url: "https://mpesa.example.com", err: `"mpesa"`},
		{url: "https://m-pesa.example.com", err: `"m-pesa"`},
		{url: "https://till.example.com/M-Pesa", err: `"m-pesa"`},
		{url: "https://till.SafariCom.example", err: `"safaricom"`},
		{url: "https://till.example.com/EXE", err: `"exe"`},
		{url: "https://executive.example.com", err: `"exec"`},
		{url: "https://cmdr.example.com", err: `"cmd"`},
		{url: "https://mysql.example.com", err: `"sql"`},
		{url: "https://till.example.com/jquery", err: `"query"`},
	}
	for _, test := range tests {
		t.Run(test.url, func(t *testing.T) {
			p, err := Static(test.url)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v, want one with %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if p.Volatile() {
				t.Error("an owner's URL is called volatile")
			}
			ctx, cancel := context.WithCancel(t.Context())
			var got string
			p.Run(ctx, "127.0.0.1:8191", func(url string) {
				got = url
				cancel()
			})
			if got != test.want {
				t.Errorf("up(%q), want %q", got, test.want)
			}
		})
	}
}

// Behind the owner's proxy, nobody says whose callbacks come.
func TestStaticCaller(t *testing.T) {
	remote := netip.MustParseAddrPort("[::ffff:196.201.214.200]:4711")
	proxied, err := Static("https://till.example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		p    Provider
		want netip.Addr
	}{
		{"behind a proxy", proxied, netip.Addr{}},
		{"off", Off(), netip.Addr{}},
		{"none", nil, netip.Addr{}},
	} {
		if got := Caller(test.p, remote); got != test.want {
			t.Errorf("%s: caller %v, want %v", test.name, got, test.want)
		}
	}
}

func TestPublicURL(t *testing.T) {
	if got, err := PublicURL("https://till.example.com/shop/"); err != nil || got != "https://till.example.com/shop" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := PublicURL("http://till.example.com"); err == nil || !strings.HasPrefix(err.Error(), "callback address: must begin with https") {
		t.Errorf("plain http: %v", err)
	}
}

func TestCallbackURL(t *testing.T) {
	if got, want := CallbackURL("https://till.example.com/shop", known), "https://till.example.com/shop/cb/"+known; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Whatever Static accepts, Daraja can be given.
func FuzzStatic(f *testing.F) {
	for _, seed := range []string{"https://till.example.com/", "http://[::1]:80", "https://a/../b", "https://x:", "https://EXE", "http://localhost//", "https://[a]/[b]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, publicURL string) {
		p, err := Static(publicURL)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r\x1b") {
				t.Errorf("the error is not one line: %q", err)
			}
			return
		}
		callback := CallbackURL(p.(*static).url, known)
		u, err := url.Parse(callback)
		if err != nil {
			t.Fatalf("%q is not a URL: %v", callback, err)
		}
		if u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !strings.HasSuffix(u.Path, "/cb/"+known) {
			t.Errorf("%q is not a plain URL", callback)
		}
		if u.Scheme != "https" && !daraja.IsLoopback(u.Hostname()) {
			t.Errorf("%q is open to everyone on the way", callback)
		}
		for _, word := range []string{"mpesa", "m-pesa", "safaricom", "exe", "exec", "cmd", "sql", "query"} {
			if strings.Contains(strings.ToLower(callback), word) {
				t.Errorf("%q holds %q", callback, word)
			}
		}
		if strings.Contains(callback, "//cb/") {
			t.Errorf("%q has two slashes before cb", callback)
		}
	})
}

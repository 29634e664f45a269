package ngrok

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token  = "canary-authtoken"
	public = "https://name.ngrok-free.dev"
)

func TestConfig(t *testing.T) {
	for _, test := range []struct {
		name string
		cfg  Config
		err  string // a part of the error
	}{
		{"no token", Config{PublicURL: public}, "authtoken is not set"},
		{"no URL", Config{Authtoken: token}, "public URL is not set"},
		{"plain http", Config{Authtoken: token, PublicURL: "http://name.ngrok-free.dev"}, "must be https"},
		{"this machine", Config{Authtoken: token, PublicURL: "http://127.0.0.1"}, "must be https"},
		{"a path", Config{Authtoken: token, PublicURL: public + "/shop"}, "nothing behind it"},
		{"a name that Safaricom refuses", Config{Authtoken: token, PublicURL: "https://brave-executive.ngrok-free.dev"}, `"exec"`},
	} {
		if _, err := New(test.cfg); err == nil || !strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), token) {
			t.Errorf("%s: %v, want an error with %q", test.name, err, test.err)
		}
	}
}

package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func write(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kaunta.toml")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

const account = `
shop = "Duka la Mama"
environment = "production"
[daraja]
consumer_key = "canary-key"
consumer_secret = "canary-secret"
passkey = "canary-passkey"
short_code = "600100"
till = "5001234"
[limits]
retype_above = 5000
query_every = "4s"
`

func TestFileAndEnvironment(t *testing.T) {
	s, err := Load(write(t, account, 0o600), env("MPESA_SHORTCODE", "600200", "KAUNTA_PUBLIC_URL", " https://shop.example "))
	if err != nil {
		t.Fatal(err)
	}
	if s.Shop != "Duka la Mama" || s.Daraja.Till != "5001234" || s.Daraja.ConsumerKey.Reveal() != "canary-key" {
		t.Errorf("the file is not read: %+v", s)
	}
	if s.Daraja.ShortCode != "600200" || s.Callback.PublicURL != "https://shop.example" {
		t.Errorf("the environment does not override: %q, %q", s.Daraja.ShortCode, s.Callback.PublicURL)
	}
	if s.Limits.MaxAmount != 250_000 || s.Limits.RetypeAbove != 5000 || s.Limits.QueryEvery != 4*time.Second {
		t.Errorf("limits: %+v", s.Limits)
	}
	if !strings.HasPrefix(s.Daraja.URL, "https://api.") || !strings.HasSuffix(s.Ledger, "production.ledger") {
		t.Errorf("production is at %s, its ledger %s", s.Daraja.URL, s.Ledger)
	}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v", s, s, s)} {
		if strings.Contains(text, "canary") {
			t.Errorf("a secret is printed: %s", text)
		}
	}
}

func TestSandboxNeedsOnlyKeys(t *testing.T) {
	s, err := Load(write(t, "", 0o600), env("MPESA_CONSUMER_KEY", "k", "MPESA_CONSUMER_SECRET", "s"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Daraja.ShortCode != "174379" || s.Limits.QueryEvery != 13*time.Second || s.Environment != Sandbox {
		t.Errorf("%+v", s)
	}
}

func TestSimulatorNeedsNothing(t *testing.T) {
	for _, url := range []string{"http://127.0.0.1:8190", "http://localhost:8190", "http://[::1]:8190"} {
		s, err := Load(write(t, "", 0o600), env("KAUNTA_DARAJA_URL", url))
		if err != nil {
			t.Fatal(err)
		}
		if s.Environment != Training || s.Callback.Listen != "127.0.0.1:0" {
			t.Errorf("%+v", s)
		}
	}
	if s := ForSimulator("http://127.0.0.1:1"); s.Environment != Training || !strings.HasSuffix(s.Ledger, "training.ledger") {
		t.Errorf("%+v", s)
	}
}

// FuzzLoad: whatever stands in the file, Load gives settings that can be used or one sentence that quotes no secret.
func FuzzLoad(f *testing.F) {
	for _, text := range []string{account, "", "shop = 1", "[daraja]\nconsumer_key = \"canary\"\nx", "[limits]\nquery_every = \"9999999h\"", "a=[canary", "\xff"} {
		f.Add(text)
	}
	path := filepath.Join(f.TempDir(), "kaunta.toml")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Load(path, env())
		switch {
		case err != nil && strings.Contains(err.Error(), "\n"):
			t.Errorf("more than one line: %v", err)
		case err == nil && (s.Limits.MaxAmount < 1 || s.Limits.QueryEvery <= 0 || s.Ledger == "" || s.Daraja.URL == ""):
			t.Errorf("settings that cannot be used: %+v", s)
		}
	})
}

func TestRefusals(t *testing.T) {
	file := func(text string) func(*testing.T) string {
		return func(t *testing.T) string { return write(t, text, 0o600) }
	}
	for name, c := range map[string]struct {
		path func(*testing.T) string
		env  []string
		says string
	}{
		"absent":              {func(t *testing.T) string { return filepath.Join(t.TempDir(), "none") }, nil, "cannot be read"},
		"a folder":            {func(t *testing.T) string { return t.TempDir() }, nil, "is a folder"},
		"open to others":      {func(t *testing.T) string { return write(t, account, 0o640) }, nil, "chmod 600"},
		"not TOML":            {file("shop = [canary"), nil, "line 1"},
		"a wrong type":        {file("[limits]\nmax_amount = \"many\""), nil, "not understood"},
		"an unknown key":      {file("shoop = \"x\""), nil, `"shoop"`},
		"unknown environment": {file(account), []string{"MPESA_ENVIRONMENT", "live"}, "sandbox or production"},
		"unknown language":    {file("language = \"fr\""), nil, "en or sw"},
		"too large a maximum": {file("[limits]\nmax_amount = 300000"), nil, "250000"},
		"a rate of no unit":   {file("[limits]\nquery_every = 13"), nil, "13s"},
		"a negative limit":    {file("[limits]\nconfirm_above = -1"), nil, "negative"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(c.path(t), env(c.env...))
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("Load = %v, want one line with %q", err, c.says)
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("the error quotes what may be a secret: %v", err)
			}
		})
	}
	s, err := Load(write(t, "", 0o600), env())
	if err != nil || !errors.Is(s.CheckAccount(), ErrNoAccount) {
		t.Errorf("without an account: %v, %v", err, s.CheckAccount())
	}
	if s, err = Load(write(t, account, 0o600), env()); err != nil || s.CheckAccount() != nil {
		t.Errorf("with an account: %v, %v", err, s.CheckAccount())
	}
}

package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kaunta/daraja"
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

// oldNgrok is a configuration of the time when ngrok was built in.
const oldNgrok = `
[callback]
reach = "ngrok"
[callback.ngrok]
authtoken = "canary"
domain = "till.example.com"
`

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

// FuzzLoad: whatever stands in the file, Load gives settings that can be used or one sentence that
// quotes no secret.
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
		"absent":                    {func(t *testing.T) string { return filepath.Join(t.TempDir(), "none") }, nil, "none cannot be read: no such file"},
		"a folder":                  {func(t *testing.T) string { return t.TempDir() }, nil, "is a folder"},
		"open to others":            {func(t *testing.T) string { return write(t, account, 0o640) }, nil, "chmod 600"},
		"not TOML":                  {file("shop = [canary"), nil, "line 1"},
		"a wrong type":              {file("[limits]\nmax_amount = \"many\""), nil, "not understood"},
		"an unknown key":            {file("shoop = \"x\""), nil, `"shoop"`},
		"unknown environment":       {file(account), []string{"MPESA_ENVIRONMENT", "live"}, "sandbox or production"},
		"unknown language":          {file("language = \"fr\""), nil, "en or sw"},
		"too large a maximum":       {file("[limits]\nmax_amount = 300000"), nil, "250000"},
		"a rate of no unit":         {file("[limits]\nquery_every = 13"), nil, "13s"},
		"a negative limit":          {file("[limits]\nconfirm_above = -1"), nil, "negative"},
		"a value of the wrong kind": {file("[daraja]\nconsumer_key = 5"), nil, `line 2: daraja.consumer_key must be text in quotes`},
		"a list that is none":       {file("[callback]\nsources = \"canary\""), nil, `line 2: callback.sources must be a list`},
		"a misspelt key":            {file("[daraja]\nconsumer_sceret = \"canary\""), nil, `unknown key "daraja.consumer_sceret": did you mean consumer_secret?`},
		"a key at the wrong place":  {file("short_code = \"600100\""), nil, `did you mean daraja.short_code?`},
		"a misspelt table":          {file("[calback.ssh]\nserver = \"x\""), nil, `did you mean callback`},
		"a misspelt key far down":   {file("[callback.ssh]\nknown_host_file = \"x\""), nil, `did you mean known_hosts_file?`},
		"a key like no other":       {file("canned_beans = 1"), nil, `unknown key "canned_beans": correct or remove it`},
		"a secret given twice":      {file("[daraja]\npasskey = \"canary\"\npasskey_file = \"x\""), nil, "daraja.passkey is given twice"},
		"a secret with a blank":     {file("[daraja]\nconsumer_key = \"canary key\""), nil, "daraja.consumer_key has a blank"},
		"a passkey as short code":   {file("[daraja]\nshort_code = \"canary123456789\""), nil, "the short code is not a number"},
		"a till of letters":         {file("[daraja]\ntill = \"abc\""), nil, "the till number is not a number"},
		"plain http to Daraja":      {file("[daraja]\nurl = \"http://example.com\""), nil, "daraja.url must begin with https://"},
		"plain http from Daraja":    {file("[callback]\npublic_url = \"http://example.com\""), nil, "must begin with https://"},
		"a forbidden word":          {file("[callback]\npublic_url = \"https://example.com/mpesa\""), nil, `"mpesa"`},
		"an unknown way":            {file("[callback]\nreach = \"pigeon\""), nil, "off, static, acme, ssh or cloudflared"},
		"static to nowhere":         {file("[callback]\nreach = \"static\""), nil, `reach = "static" needs callback.public_url`},
		"ssh to no server":          {file("[callback]\nreach = \"ssh\"\npublic_url = \"https://a.example\""), nil, "needs callback.ssh.server"},
		"ssh with a user in it":     {file("[callback.ssh]\nserver = \"duka@relay.example.com\""), nil, "the user has a key of its own"},
		"acme without a name":       {file("[callback]\nreach = \"acme\""), nil, "needs callback.acme.domain"},
		"a name with a path":        {file("[callback.acme]\ndomain = \"till.example.com/x\""), nil, "must be a name alone"},
		"a tunnel without address":  {file("[callback]\nreach = \"cloudflared\"\n[callback.cloudflared]\ntoken = \"canary\""), nil, "needs callback.public_url"},
		"a way that is gone":        {file(oldNgrok), nil, `use cloudflared, or static with "ngrok http" in front of it (it gets a request every 30 s), and remove [callback.ngrok]`},
		"what is left of it":        {file("[callback.ngrok]\ndomain = \"till.example.com\""), nil, `unknown key "callback.ngrok`},
		"no address to listen on":   {file("[callback]\nlisten = \"8180\""), nil, "such as 127.0.0.1:8180"},
		"a source that is none":     {file("[callback]\nsources = [\"196.201.214.200\", \"canary\"]"), nil, "number 2 is not an address"},
		"numbers forgotten at once": {file("[records]\nforget_after = \"1d\""), nil, "forget_after is 1d"},
		"days without a unit":       {file("[records]\nforget_after = 90"), nil, `line 2: records.forget_after must be a time with its unit`},
		"no backup kept":            {file("[records]\nbackup_keep = 0"), nil, "backup_keep is 0"},
		"an unknown log level":      {file("[log]\nlevel = \"loud\""), nil, "debug, info, warn or error"},
		"a name that draws":         {file("shop = \"a\\u001b[2J\""), nil, "letters that cannot be shown"},
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

// TestSentence: an error's text becomes one sentence with one sign at its end.
func TestSentence(t *testing.T) {
	for text, want := range map[string]string{
		"did you mean passkey?": "Did you mean passkey?", "the ledger is damaged": "The ledger is damaged.", "It ended.": "It ended.",
		"no answer: ": "No answer.", "éa!": "Éa!", "": "",
	} {
		if got := Sentence(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestLooksLikePasskey(t *testing.T) {
	for passkey, want := range map[daraja.Secret]bool{
		SandboxPasskey: true, SandboxPasskey[:32]: false, SandboxPasskey + "0": false, "short": false, "": false,
		SandboxPasskey[:63] + "-": false, SandboxPasskey[:63] + "\n": false,
	} {
		if got := LooksLikePasskey(passkey); got != want {
			t.Errorf("a passkey of %d characters: %t, want %t", len(passkey), got, want)
		}
	}
}

// TestNgrokIsGone: a configuration that reaches the till through ngrok has one mistake and no more,
// and setup can still read it, to write another way.
func TestNgrokIsGone(t *testing.T) {
	path := write(t, oldNgrok, 0o600)
	s, mistakes := Read(path, env())
	if len(mistakes) != 1 || mistakes[0].Key != "callback.reach" || s.Callback.Reach != ReachOff {
		t.Errorf("Read: %q, way %q", mistakes, s.Callback.Reach)
	}
	values, err := ReadValues(path)
	if err != nil {
		t.Fatal(err)
	}
	values.Set("callback.reach", ReachCloudflared)
	s, mistakes = values.Settings(path, env())
	if mistakes != nil || s.Callback.Reach != ReachCloudflared || strings.Contains(Fill(values), "ngrok") {
		t.Errorf("written again: %q, way %q", mistakes, s.Callback.Reach)
	}
}

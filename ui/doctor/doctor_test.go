package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"kaunta/daraja/simulator"
	"kaunta/ui/app/settings"
	"kaunta/ui/text"
)

// healthy is a till in order, on a simulator, with a public name.
func healthy(t *testing.T) Config {
	t.Helper()
	sim := simulator.New(simulator.Options{})
	server := httptest.NewServer(sim)
	t.Cleanup(func() { server.Close(); sim.Close() })
	folder := t.TempDir()
	s := settings.ForSimulator(server.URL)
	s.Ledger, s.Log.File, s.Records.BackupFolder = filepath.Join(folder, "x.ledger"), filepath.Join(folder, "log", "x.log"), folder
	s.Callback.PublicURL = "https://till.example.com"
	return Config{
		Path: filepath.Join(folder, "kaunta.toml"), Settings: s, System: fstest.MapFS{},
		Getenv:   func(name string) string { return map[string]string{"TERM": "linux", "LANG": "sw_KE.utf8"}[name] },
		Terminal: Terminal{Is: true, Width: 80, Height: 24},
		Resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("198.51.100.7")}, nil
		},
		Parts: Parts{
			Ledger: func(settings.Settings) (Ledger, error) { return Ledger{}, nil },
			Reach:  func(context.Context, settings.Settings) error { return nil },
			Free:   func(string) (uint64, error) { return 1 << 40, nil },
		},
	}
}

// TestRun: a till in order has no fault; one thing changed, and the line that it belongs to says so
// and no other.
func TestRun(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		check  string
		status Status
		says   string
	}{
		"in order":              {func(*Config) {}, "keys", OK, "accepts"},
		"almost no room":        {func(p *Config) { p.Free = func(string) (uint64, error) { return 40 << 20, nil } }, "disk", Fault, "Only 40 MB"},
		"room that is not told": {func(p *Config) { p.Free = func(string) (uint64, error) { return 0, errors.ErrUnsupported } }, "disk", Unchecked, "does not tell"},
		"a damaged ledger": {func(p *Config) {
			p.Ledger = func(settings.Settings) (Ledger, error) { return Ledger{}, errors.New("store: the ledger is damaged") }
		}, "ledger", Fault, "The ledger is damaged."},
		"a ledger that cannot be written": {func(p *Config) {
			l, _ := found(p.Settings.Environment)(p.Settings)
			l.Unwritable = errors.New("store: the list of free pages is damaged")
			p.Ledger = func(settings.Settings) (Ledger, error) { return l, nil }
		}, "ledger", Fault, "The list of free pages is damaged."},
		"another environment": {func(p *Config) { p.Ledger = found("production") }, "ledger", Fault, "was made for production"},
		"a ledger that is mostly free": {func(p *Config) {
			p.Ledger = func(s settings.Settings) (Ledger, error) {
				return Ledger{Found: true, Environment: s.Environment, Unused: 300 << 20, Size: 500 << 20}, nil
			}
		}, "ledger", Warning, "300 of the 500 MB of"},
		"a small one": {func(p *Config) {
			p.Ledger = func(s settings.Settings) (Ledger, error) {
				return Ledger{Found: true, Environment: s.Environment, Unused: 3 << 20, Size: 4 << 20}, nil
			}
		}, "ledger", OK, "can be read and written."},
		"a ledger in use": {func(p *Config) {
			p.Ledger = func(settings.Settings) (Ledger, error) {
				return Ledger{Found: true, HeldBy: "the till of process 5"}, nil
			}
		}, "ledger", OK, "In use by the till of process 5"},
		"a name that is not":   {func(p *Config) { p.Resolve = resolves() }, "address", Fault, "till.example.com of the public URL is not found"},
		"a home's address":     {func(p *Config) { p.Resolve = resolves("10.0.0.7") }, "address", Fault, "10.0.0.7, a private address"},
		"a mobile network's":   {func(p *Config) { p.Resolve = resolves("100.100.1.1", "fe80::1") }, "address", Fault, "100.100.1.1, a private address"},
		"one of two is public": {func(p *Config) { p.Resolve = resolves("10.0.0.7", "2001:db8::7") }, "address", OK, "would take"},
		"nothing came back": {func(p *Config) {
			p.Reach = func(context.Context, settings.Settings) error { return errors.New("tunnel probe: a stranger answers") }
		}, "reach", Fault, "did not come back: a stranger answers."},
		"polling only":         {func(p *Config) { p.Settings.Callback.Reach = settings.ReachOff }, "reach", Unchecked, "Not needed"},
		"an address elsewhere": {func(p *Config) { p.Settings.Callback.Listen = "192.0.2.1:80" }, "port", Fault, "cannot listen on 192.0.2.1:80"},
		"no TERM":              {func(p *Config) { p.Getenv = func(string) string { return "" } }, "terminal", Fault, "TERM"},
		"a locale of ASCII": {func(p *Config) {
			p.Getenv = func(name string) string { return map[string]string{"TERM": "linux", "LANG": "C"}[name] }
		}, "terminal", Fault, "not UTF-8"},
		"a ledger that takes no payment": {func(p *Config) {
			p.Ledger = func(settings.Settings) (Ledger, error) {
				return Ledger{Found: true, HeldBy: "the till of process 7 on duka", Trouble: text.Both("The file is gone.", "Faili haipo.")}, nil
			}
		}, "ledger", Fault, "The file is gone."},
		"a small window":                 {func(p *Config) { p.Terminal.Height = 11 }, "terminal", Fault, "80×11"},
		"a clock that is slow":           {func(p *Config) { p.Now = func() time.Time { return time.Now().Add(-2 * time.Minute) } }, "clock", Fault, "s slow."},
		"a clock almost right":           {func(p *Config) { p.Now = func() time.Time { return time.Now().Add(50 * time.Second) } }, "clock", OK, "right"},
		"another time zone":              {func(p *Config) { p.Now = func() time.Time { return time.Now().UTC() } }, "time_zone", OK, "UTC; Kaunta shows"},
		"a risky kernel":                 {func(p *Config) { p.System = linux("5.15.20-generic", "12 commits") }, "disk", Fault, "fast_commit"},
		"its fast_commit unused":         {func(p *Config) { p.System = linux("5.15.20-generic", "0 commits") }, "disk", OK, "MB are free"},
		"a repaired kernel":              {func(p *Config) { p.System = linux("5.15.27", "12 commits") }, "disk", OK, "MB are free"},
		"a newer kernel":                 {func(p *Config) { p.System = linux("6.1.0-13-amd64", "12 commits") }, "disk", OK, "MB are free"},
		"no backups":                     {func(p *Config) { p.Settings.Records.BackupFolder = "" }, "backup", Warning, "no backups are made"},
		"an old Go in practice":          {func(p *Config) { p.Go = "go1.26.9" }, "program", Warning, "may be forged"},
		"a newer Go with the same fault": {func(p *Config) { p.Go = "go1.27.2" }, "program", Warning, "Built with go1.27.2, which"},
		"an early form of it":            {func(p *Config) { p.Go = "go1.27rc1" }, "program", Warning, "may be forged"},
		"a Go that was left alone":       {func(p *Config) { p.Go = "go1.25.14" }, "program", Warning, "may be forged"},
		"the mended Go":                  {func(p *Config) { p.Go = "go1.26.10" }, "program", OK, "Built with go1.26.10."},
		"the other mended Go":            {func(p *Config) { p.Go = "go1.27.3" }, "program", OK, "Built with go1.27.3."},
		"half of a passkey": {func(p *Config) {
			p.Settings.Environment, p.Settings.Daraja.Passkey = settings.Sandbox, settings.SandboxPasskey[:32]
			p.Settings.Limits.QueryEvery = 13 * time.Second
		}, "passkey", Warning, "this one has 32 characters"},
		"a whole passkey": {func(p *Config) {
			p.Settings.Environment, p.Settings.Limits.QueryEvery = settings.Sandbox, 13*time.Second
		}, "passkey", OK, "look right"},
		"a tunnel that finds its name": {func(p *Config) {
			p.Settings.Callback = settings.Callback{Reach: settings.ReachCloudflared, Listen: "127.0.0.1:0"}
		}, "address", Unchecked, "finds a new name at each start"},
		"a quick tunnel without DNS": {func(p *Config) {
			p.Settings.Callback = settings.Callback{Reach: settings.ReachCloudflared, Listen: "127.0.0.1:0"}
			p.Reach = func(context.Context, settings.Settings) error {
				return fmt.Errorf("tunnel cloudflared: it ended: %w", &net.DNSError{Name: "api.trycloudflare.com", Err: "no such host", IsNotFound: true})
			}
		}, "reach", Fault, "There is no tunnel: this machine's DNS does not find api.trycloudflare.com. Results come late."},
		"an old Go with money": {func(p *Config) {
			p.Go = "go1.25.12 X:nodwarf5"
			p.Settings.Environment, p.Settings.Daraja.ShortCode, p.Settings.Daraja.Passkey = settings.Production, "600100", "passkey-1"
		}, "program", Fault, "Built with go1.25.12, which"},
		"a newer Go":        {func(p *Config) { p.Go = "go1.28rc1" }, "program", OK, "Built with go1.28rc1."},
		"a Go of one's own": {func(p *Config) { p.Go = "devel +abc" }, "program", Unchecked, "names no release (devel +abc)"},
		"a password refused": {func(p *Config) {
			p.Settings.Daraja.URL = refusing(t, 500, `{"errorCode":"500.001.1001","errorMessage":"The Password parameter provided is invalid"}`)
		}, "passkey", Fault, "do not belong together"},
		"an address that is none": {func(p *Config) {
			p.Settings.Daraja.URL = refusing(t, 404, `{"fault":{"faultstring":"Unable to identify proxy","detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}`)
		}, "product", Unchecked, "no clear answer"},
		"no answer to questions": {func(p *Config) { p.Settings.Daraja.URL = busy(t) }, "passkey", Unchecked, "only a few questions a minute"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Contains(name, "kernel") && runtime.GOOS != "linux" {
				t.Skip("this fault is one of Linux")
			}
			p := healthy(t)
			c.change(&p)
			for _, f := range Run(t.Context(), p) {
				switch {
				case f.Name == c.check && (f.Status != c.status || !strings.Contains(f.Says.EN, c.says)):
					t.Errorf("%+v, want %s and %q", f, c.status, c.says)
				case f.Name != c.check && f.Status == Fault:
					t.Errorf("a fault that was not planted: %+v", f)
				}
				for _, text := range []string{f.Says.EN, f.Says.SW, f.Title.EN, f.Title.SW} {
					if text == "" || strings.Contains(text, "\n") {
						t.Errorf("%s says %q", f.Name, text)
					}
				}
				if fixed := f.Fix.EN != "" && f.Fix.SW != ""; fixed != (f.Status == Fault || f.Status == Warning) {
					t.Errorf("%s, %s: the fix is %q", f.Name, f.Status, f.Fix.EN)
				}
			}
		})
	}
}

func found(environment string) func(settings.Settings) (Ledger, error) {
	return func(settings.Settings) (Ledger, error) { return Ledger{Found: true, Environment: environment}, nil }
}

func resolves(addrs ...string) func(context.Context, string) ([]netip.Addr, error) {
	return func(context.Context, string) (list []netip.Addr, _ error) {
		for _, a := range addrs {
			list = append(list, netip.MustParseAddr(a))
		}
		if list == nil {
			return nil, &net.DNSError{IsNotFound: true}
		}
		return list, nil
	}
}

// linux is a system with everything on one ext4 disk.
func linux(release, commits string) fstest.MapFS {
	return fstest.MapFS{
		"proc/sys/kernel/osrelease": {Data: []byte(release + "\n")},
		"proc/mounts":               {Data: []byte("proc /proc proc rw 0 0\n/dev/sda1 / ext4 rw 0 0\n")},
		"proc/fs/ext4/sda1/fc_info": {Data: []byte("fc stats:\n" + commits + "\n3 ineligible\n")},
	}
}

// busy is a Daraja that gives tokens and answers no questions.
func busy(t *testing.T) string { return refusing(t, http.StatusTooManyRequests, "") }

// refusing is a Daraja that gives tokens and answers every question in one way.
func refusing(t *testing.T, status int, body string) string {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/mpesa/") {
			rw.WriteHeader(status)
			_, _ = rw.Write([]byte(body))
			return
		}
		_, _ = rw.Write([]byte(`{"access_token":"0123456789012345678901234567","expires_in":"3599"}`))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestToolchain: the toolchain that go.mod asks for has no known fault.
func TestToolchain(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(mod), "\ntoolchain ")
	toolchain, _, _ := strings.Cut(rest, "\n")
	if least := leastGo(toolchain); !found || least != "" {
		t.Errorf("go.mod asks for %q, and %q is the least without a known fault", toolchain, least)
	}
}

// TestNothingConfigured: what names no account is not ticked, whether there is a file or not.
func TestNothingConfigured(t *testing.T) {
	for says, text := range map[string]string{
		"and the environment names no account": "", "nor the environment names an account": "# all that it says\n",
	} {
		p := healthy(t)
		p.Settings.Daraja.ConsumerKey, p.Settings.Daraja.ConsumerSecret = "", ""
		if text != "" {
			if err := os.WriteFile(p.Path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f := configuration(t.Context(), examine(t.Context(), p))
		if f.Status != Warning || !strings.Contains(f.Says.EN, says) || !strings.Contains(f.Fix.EN, "kaunta setup") || f.Fix.SW == "" {
			t.Errorf("%+v, want a warning that says %q", f, says)
		}
	}
}

// TestMend: what to do about a way that does not lead here names nothing that the way does not
// have.
func TestMend(t *testing.T) {
	quick := settings.Callback{Reach: settings.ReachCloudflared, Listen: "127.0.0.1:8180"}
	named := quick
	named.Cloudflared.Token = "token"
	for _, c := range []struct {
		callback  settings.Callback
		want, not string
	}{
		{quick, "Cloudflare", "public"},
		{named, "dashboard that the tunnel's hostname", "routers"},
		{settings.Callback{Reach: settings.ReachSSH}, "--print-relay", "routers"},
		{settings.Callback{Reach: settings.ReachACME, Listen: "127.0.0.1:8180"}, "leads to 127.0.0.1:8180", "routers"},
		{settings.Callback{Reach: settings.ReachStatic}, "routers", "Cloudflare"},
	} {
		if fix := mend(c.callback); !strings.Contains(fix.EN, c.want) || strings.Contains(fix.EN, c.not) || fix.SW == "" {
			t.Errorf("%s: %+v, want %q and not %q", c.callback.Reach, fix, c.want, c.not)
		}
	}
	fix := noName(settings.ReachCloudflared, "api.trycloudflare.com").Fix
	if !strings.Contains(fix.EN, "DNS of this machine") || !strings.Contains(fix.EN, "blocks Cloudflare") || strings.Contains(fix.EN, "public URL") {
		t.Errorf("without DNS: %q", fix.EN)
	}
}

// TestEnd: a server that never answers does not hold the report up: it ends with its context.
func TestEnd(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	p := healthy(t)
	p.Settings.Daraja.URL = "http://" + silent.Addr().String()
	p.Reach = func(ctx context.Context, _ settings.Settings) error {
		<-ctx.Done()
		return errors.New("no answer in time")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	for _, f := range Run(ctx, p) {
		if want := map[string]Status{"keys": Fault, "clock": Unchecked, "passkey": Unchecked, "reach": Fault}[f.Name]; want != "" && f.Status != want {
			t.Errorf("%+v, want %s", f, want)
		}
	}
}

// TestAccountBeforeTheNumber: setup asks for a token as soon as it has the keys, when number and
// passkey are not known yet.
func TestAccountBeforeTheNumber(t *testing.T) {
	s := healthy(t).Settings
	s.Daraja.ShortCode, s.Daraja.Passkey = "", ""
	if key, _ := Account(t.Context(), s); key.Status != OK {
		t.Errorf("the keys: %+v", key)
	}
}

package cloudflared

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"kaunta/tunnel"
)

const (
	local  = "127.0.0.1:8180"
	token  = "canary-token-eyJhIjoi"
	public = "https://till.example.com"
)

func TestConfig(t *testing.T) {
	for _, test := range []struct {
		name string
		cfg  Config
		err  string // a part of the error
	}{
		{name: "quick"},
		{name: "named", cfg: Config{Token: token, PublicURL: public}},
		{name: "URL without token", cfg: Config{PublicURL: public}, err: "needs the token"},
		{name: "token without URL", cfg: Config{Token: token}, err: "needs the public URL"},
		{name: "the whole command for a token", cfg: Config{Token: "sudo cloudflared service install " + token, PublicURL: public}, err: "must be one word"},
		{name: "plain http", cfg: Config{Token: token, PublicURL: "http://till.example.com"}, err: "must begin with https"},
		{name: "a name that Safaricom refuses", cfg: Config{Token: token, PublicURL: "https://mpesa.example.com"}, err: `"mpesa"`},
	} {
		p, err := New(test.cfg)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), token) {
				t.Errorf("%s: %v, want an error with %q", test.name, err, test.err)
			}
			continue
		}
		if err != nil || p.Volatile() != (test.cfg.Token == "") {
			t.Errorf("%s: %v, volatile %t", test.name, err, err == nil && p.Volatile())
		}
	}
}

func TestMissingProgramIsBlocked(t *testing.T) {
	script := filepath.Join(t.TempDir(), "cloudflared")
	if err := os.WriteFile(script, []byte("not for running"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"no-such-cloudflared", script, t.TempDir()} {
		p, err := New(Config{Program: program})
		if err != nil {
			t.Fatal(err)
		}
		err = p.Run(t.Context(), local, func(url string) { t.Errorf("up(%q)", url) })
		if _, blocked := errors.AsType[*tunnel.BlockedError](err); !blocked || !strings.Contains(err.Error(), "install it from https://") || !strings.Contains(err.Error(), program) {
			t.Errorf("%s: %v, want to be blocked, with how to install it", program, err)
		}
	}
}

// A rig is a provider with the stand-in for its program.
type rig struct {
	t   *testing.T
	dir string
	*provider
}

// play returns a rig whose program is the stand-in of that role.
func play(t *testing.T, role string, cfg Config) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir()}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{role, "grandchild", "till"} {
		if err := os.Symlink(self, filepath.Join(r.dir, "standin-"+name)); err != nil && !errors.Is(err, os.ErrExist) {
			t.Skipf("the stand-in cannot be named on this machine: %v", err)
		}
	}
	cfg.Program = filepath.Join(r.dir, "standin-"+role)
	p, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.provider = p.(*provider)
	return r
}

// run runs a session, and then, once it is up, while.
func (r *rig) run(while func(url string, cancel func())) error {
	ctx, cancel := context.WithTimeout(r.t.Context(), 12*time.Second)
	defer cancel()
	urls := make(chan string, 9)
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx, local, func(url string) { urls <- url }) }()
	select {
	case url := <-urls:
		while(url, cancel)
		return <-ended
	case err := <-ended:
		return err
	}
}

// left reads what a stand-in has left.
func (r *rig) left(name string, into any) {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, name))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		r.t.Fatalf("the stand-in has not left its %s: %v", name, err)
	}
}

// life is a connection to a process, which ends with it.
func (r *rig) life(name string) (over func(within time.Duration)) {
	r.t.Helper()
	var addr string
	r.left(name, &addr)
	c, err := net.Dial("tcp", addr)
	if err != nil {
		r.t.Fatalf("%s is not there: %v", name, err)
	}
	return func(within time.Duration) {
		r.t.Helper()
		defer c.Close()
		c.SetReadDeadline(time.Now().Add(within))
		var timeout net.Error
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.As(err, &timeout) && timeout.Timeout() {
			r.t.Errorf("%s is still there", name)
		}
	}
}

func (r *rig) metrics() string {
	r.t.Helper()
	var c call
	r.left("call", &c)
	return c.Args[slices.Index(c.Args, "--metrics")+1]
}

func TestQuickTunnelOfStandIn(t *testing.T) {
	t.Setenv("MPESA_CONSUMER_SECRET", "canary-secret")
	t.Setenv("TUNNEL_TOKEN", "canary-of-another-tunnel")
	t.Setenv("TUNNEL_METRICS", "127.0.0.1:1")
	r := play(t, "good", Config{})
	var first string
	for range 2 {
		var childOver func(time.Duration)
		err := r.run(func(url string, cancel func()) {
			if !strings.HasPrefix(url, "https://stand-in-") || url == first {
				t.Errorf("up(%q), want a URL of its own, from the metrics", url)
			}
			first = url
			childOver = r.life("child")
			cancel()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		childOver(time.Second)
	}
	var c call
	r.left("call", &c)
	want := []string{"tunnel", "--config", os.DevNull, "--no-autoupdate", "--metrics", r.metrics(), "--grace-period", "1s", "--url", "http://" + local}
	if !slices.Equal(c.Args, want) {
		t.Errorf("arguments %q, want %q", c.Args, want)
	}
	if env := strings.Join(c.Env, "\n"); strings.Contains(env, "canary") || strings.Contains(env, "TUNNEL_") || !strings.Contains(env, "PATH=") {
		t.Errorf("the child was given\n%s", env)
	}
}

func TestNamedTunnelOfStandIn(t *testing.T) {
	r := play(t, "named", Config{Token: token, PublicURL: public + "/"})
	if err := r.run(func(url string, cancel func()) {
		if url != public {
			t.Errorf("up(%q), want %q", url, public)
		}
		cancel()
	}); !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	var c call
	r.left("call", &c)
	if args := strings.Join(c.Args, " "); strings.Contains(args, token) || !strings.HasSuffix(args, " run") {
		t.Errorf("arguments %q", args)
	}
	if !slices.Contains(c.Env, "TUNNEL_TOKEN="+token) {
		t.Error("the child was not given its token")
	}
}

// A child that ends by itself ends the session, with its last words.
func TestStandInDies(t *testing.T) {
	r := play(t, "good", Config{})
	err := r.run(func(string, func()) {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		if resp, err := client.Get("http://" + r.metrics() + "/die"); err == nil {
			resp.Body.Close()
		}
	})
	for _, want := range []string{"ended by itself", "exit status 1", "the edge is gone"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Run: %v, want %q", err, want)
		}
	}
}

func TestStandInRefused(t *testing.T) {
	r := play(t, "refused", Config{})
	err := r.run(func(url string, _ func()) { t.Errorf("up(%q)", url) })
	if err == nil || !strings.Contains(err.Error(), "429 Too Many Requests") || strings.ContainsAny(err.Error(), "\x1b\n") {
		t.Errorf("Run: %q, want the child's last words, for a terminal", err)
	}
}

func TestStandInNeverReady(t *testing.T) {
	r := play(t, "never-ready", Config{Token: token, PublicURL: public})
	r.ready = 600 * time.Millisecond
	err := r.run(func(url string, _ func()) { t.Errorf("up(%q) without an edge connection", url) })
	if err == nil || !strings.Contains(err.Error(), "no connection to Cloudflare's edge") {
		t.Errorf("Run: %v", err)
	}
}

func TestStandInWithAHostileHostname(t *testing.T) {
	r := play(t, "hostile", Config{})
	err := r.run(func(url string, _ func()) { t.Errorf("up(%q)", url) })
	if err == nil || !strings.Contains(err.Error(), "cannot be used") {
		t.Errorf("Run: %v", err)
	}
}

// Lines without end neither stop the child nor fill memory, and its token is
// not repeated.
func TestStandInFloodsItsLog(t *testing.T) {
	r := play(t, "flood", Config{Token: token, PublicURL: public})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := r.run(func(string, func()) {
		runtime.ReadMemStats(&after)
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		if resp, err := client.Get("http://" + r.metrics() + "/die"); err == nil {
			resp.Body.Close()
		}
	})
	if err == nil || !strings.Contains(err.Error(), "the edge is gone") || strings.Contains(err.Error(), token) {
		t.Errorf("Run: %v", err)
	}
	if grown := int64(after.HeapInuse) - int64(before.HeapInuse); grown > 8<<20 {
		t.Errorf("the heap grew by %d KiB while 165,000 lines were read", grown>>10)
	}
}

func TestStandInsFamilyEndsWithTheSession(t *testing.T) {
	for role, within := range map[string]time.Duration{"parent": killAfter, "stubborn": killAfter + time.Second} {
		t.Run(role, func(t *testing.T) {
			if runtime.GOOS == "windows" {
				t.Skip("Windows has no signal to ignore")
			}
			r := play(t, role, Config{})
			var over []func(time.Duration)
			var began time.Time
			if err := r.run(func(_ string, cancel func()) {
				over = append(over, r.life("child"), r.life("grandchild"))
				began = time.Now()
				cancel()
			}); !errors.Is(err, context.Canceled) {
				t.Errorf("Run: %v", err)
			}
			if took := time.Since(began); took > within+time.Second {
				t.Errorf("the session took %v to end", took)
			}
			for _, over := range over {
				over(time.Second)
			}
		})
	}
}

// A till that is killed outright takes its tunnel with it.
func TestStandInDiesWithAKilledTill(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ends a child with a parent that was killed")
	}
	r := play(t, "good", Config{})
	till := exec.Command(filepath.Join(r.dir, "standin-till"), r.program)
	out, err := till.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	till.Stderr = os.Stderr
	if err := till.Start(); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 3)
	if _, err := io.ReadFull(out, text); err != nil || string(text) != "up\n" {
		till.Process.Kill()
		till.Wait()
		t.Fatalf("the till says %q: %v", text, err)
	}
	over := r.life("child")
	if err := till.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	till.Wait()
	over(5 * time.Second)
}

// runTill is a till that does nothing but run its tunnel.
func runTill(program string) {
	p, err := New(Config{Program: program})
	if err != nil {
		die(err)
	}
	die(p.Run(context.Background(), local, func(string) { os.Stdout.WriteString("up\n") }))
}

func TestLastTrouble(t *testing.T) {
	for _, test := range []struct{ name, log, want string }{
		{"nothing", "", ""},
		{"only information", "t INF one\nt DBG two\nt WRN three\n", ""},
		{"the last error", "t ERR one\nt ERR two\nt INF three\n", "two"},
		{"no level", "t ERR one\nfailed to request quick Tunnel: EOF\n", "failed to request quick Tunnel: EOF"},
		{"one word", "stopped\n", "stopped"},
		{"not ended", "t ERR one\nt ERR tw", "one"},
		{"nothing to see", "t ERR one\n\n \x1b\a\n", "one"},
		{"a terminal's orders", "t ERR \x1b]0;hello\a\rtwo\n", "]0;hellotwo"},
		{"a secret", "t ERR token=" + token + " refused\n", "token=… refused"},
		{"a secret that is cut", "t ERR " + strings.Repeat("x", mostLine-16) + token + "\n", strings.Repeat("x", mostLine-16)},
		{"too long", "t ERR " + strings.Repeat("x", 2*mostLine) + "\n", strings.Repeat("x", mostLine-6)},
	} {
		trouble := &lastTrouble{secret: token}
		for _, piece := range strings.SplitAfter(test.log, "o") { // writes end anywhere
			if n, err := trouble.Write([]byte(piece)); n != len(piece) || err != nil {
				t.Fatalf("%s: Write %d, %v", test.name, n, err)
			}
		}
		if trouble.last != test.want {
			t.Errorf("%s: %q, want %q", test.name, trouble.last, test.want)
		}
	}
}

// noHost is what cloudflared says where its name for quick tunnels is not found.
const noHost = "2026-12-01T12:00:00Z INF Requesting new quick Tunnel on trycloudflare.com...\n" +
	`failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: lookup api.trycloudflare.com: no such host` + "\n"

// A name that the child does not find is an error of name resolution, for
// whoever gives advice.
func TestNameNotFound(t *testing.T) {
	logs := map[string]string{
		noHost: "api.trycloudflare.com",
		`t ERR edge discovery error="lookup _v2-origintunneld._tcp.argotunnel.com on 192.0.2.53:53: server misbehaving"` + "\n": "_v2-origintunneld._tcp.argotunnel.com",
		"t ERR dial tcp 192.0.2.1:443: i/o timeout\n": "",
		"t ERR lookup of the tunnel failed\n":         "",
	}
	corpus, err := os.ReadFile("../../../shared/corpus/reports/cloudflared-nosuchhost.log")
	switch {
	case err == nil:
		logs[string(corpus)] = "api.trycloudflare.com"
	case !errors.Is(err, os.ErrNotExist):
		t.Error(err)
	}
	for log, name := range logs {
		trouble := &lastTrouble{}
		_, _ = trouble.Write([]byte(log))
		ended := errors.New("the program ended by itself")
		err := trouble.explain(ended)
		found := ""
		if dns, is := errors.AsType[*net.DNSError](err); is {
			found = dns.Name
		}
		if found != name || !errors.Is(err, ended) || !strings.HasSuffix(err.Error(), "; its last words: "+trouble.last) {
			t.Errorf("%q tells of %q, want %q: %v", log, found, name, err)
		}
	}
	r := play(t, "no-host", Config{})
	err = r.run(func(url string, _ func()) { t.Errorf("up(%q)", url) })
	if dns, is := errors.AsType[*net.DNSError](err); !is || dns.Name != "api.trycloudflare.com" || !dns.IsNotFound {
		t.Errorf("Run: %v", err)
	}
}

// The real program, as far as it comes without Cloudflare's edge: it takes the
// arguments, answers /ready with "not yet", and ends with the session.
func TestRealCloudflaredUpToTheEdge(t *testing.T) {
	if _, err := exec.LookPath("cloudflared"); err != nil {
		t.Skip("cloudflared is not installed here")
	}
	p, err := New(Config{Token: "eyJhIjoiMDAiLCJ0IjoiMDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAwIiwicyI6Ik1EQT0ifQ==", PublicURL: public})
	if err != nil {
		t.Fatal(err)
	}
	p.(*provider).ready = 5 * time.Second
	err = p.Run(t.Context(), local, func(url string) { t.Errorf("up(%q) with a token of nobody's", url) })
	if err == nil || strings.Contains(err.Error(), "flag provided but not defined") || strings.Contains(err.Error(), "Incorrect Usage") {
		t.Errorf("Run: %v", err)
	}
}

package cloudflared

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"kaunta/tunnel"
)

const (
	// readyTimeout is how long a child may take to its first edge connection.
	readyTimeout = 60 * time.Second

	// pollEvery is the pause between two looks at the metrics, pollTimeout the
	// time for one.
	pollEvery   = 200 * time.Millisecond
	pollTimeout = 2 * time.Second

	// childGrace is what the child may take to tell the edge that it leaves,
	// killAfter when it is killed.
	childGrace = time.Second
	killAfter  = childGrace + time.Second
)

// Config says which tunnel to run. The zero value is a quick tunnel.
type Config struct {
	// Program is the name or path of cloudflared; empty means "cloudflared",
	// looked for in PATH.
	Program string

	// Token is the token of a named tunnel, a secret; empty means a quick one.
	Token string

	// PublicURL is where the named tunnel's hostname leads in, such as
	// https://till.example.com. A quick tunnel has none.
	PublicURL string
}

type provider struct {
	program string
	token   string
	url     string        // of a named tunnel
	ready   time.Duration // readyTimeout
}

// New returns the provider for a tunnel of Cloudflare's. It does no I/O. The
// error is one sentence that names what to change.
func New(cfg Config) (tunnel.Provider, error) {
	p := &provider{program: cmp.Or(cfg.Program, "cloudflared"), token: cfg.Token, ready: readyTimeout}
	switch {
	case cfg.Token == "" && cfg.PublicURL != "":
		return nil, errors.New("tunnel cloudflared: a public URL needs the token of its tunnel: copy it from Cloudflare's dashboard, or leave the URL out for a quick tunnel")
	case cfg.Token == "":
		return p, nil
	case cfg.PublicURL == "":
		return nil, errors.New("tunnel cloudflared: the token needs the public URL of its tunnel: write the hostname that you gave it in Cloudflare's dashboard, like https://till.example.com")
	case strings.ContainsFunc(cfg.Token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("tunnel cloudflared: the token must be one word: copy only the long word at the end of the command that Cloudflare's dashboard shows")
	}
	var err error
	if p.url, err = tunnel.PublicURL(cfg.PublicURL); err != nil {
		return nil, fmt.Errorf("tunnel cloudflared: %w", err)
	}
	return p, nil
}

// Volatile reports whether this is a quick tunnel.
func (p *provider) Volatile() bool { return p.token == "" }

// Run runs one child, until it ends by itself or ctx is done.
func (p *provider) Run(ctx context.Context, localAddr string, up func(string)) error {
	// On Linux the child dies with the thread that started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	program, err := exec.LookPath(p.program)
	if err != nil {
		return &tunnel.BlockedError{Err: fmt.Errorf("tunnel cloudflared: the program %s cannot be started (%w): "+
			"install it from https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/downloads, or write its path into the configuration", p.program, bare(err))}
	}
	metrics, err := freePort()
	if err != nil {
		return fmt.Errorf("tunnel cloudflared: this machine has no free port for its metrics: %w", err)
	}
	said := &lastTrouble{secret: p.token}
	cmd := exec.Command(program, p.args(localAddr, metrics)...)
	cmd.Env = environment(os.Environ(), p.token)
	cmd.Stderr = said // its log; stdout is not used
	cmd.WaitDelay = time.Second
	child, err := start(cmd)
	if err != nil {
		return fmt.Errorf("tunnel cloudflared: %s cannot be started: %w", program, bare(err))
	}
	defer child.end()

	err = p.awaitReady(ctx, child, metrics, up)
	if err == nil {
		err = child.await(ctx)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return said.explain(err)
}

// args returns the child's arguments. An empty configuration keeps the one that
// the machine's owner may have for other tunnels out of this.
func (p *provider) args(localAddr, metrics string) []string {
	args := []string{"tunnel", "--config", os.DevNull, "--no-autoupdate", "--metrics", metrics, "--grace-period", childGrace.String(), "--url", "http://" + localAddr}
	if !p.Volatile() {
		args = append(args, "run")
	}
	return args
}

// inherited are the variables that the child gets from the till.
var inherited = []string{
	"PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
	"SYSTEMROOT", "USERPROFILE", "TEMP", "TMP", // Windows
}

// environment returns the child's environment out of the till's.
func environment(till []string, token string) []string {
	var env []string
	for _, entry := range till {
		name, _, _ := strings.Cut(entry, "=")
		for _, known := range inherited {
			if strings.EqualFold(name, known) {
				env = append(env, entry)
			}
		}
	}
	if token != "" {
		env = append(env, "TUNNEL_TOKEN="+token)
	}
	return env
}

// errPolling ends the pause between two looks at the metrics.
var errPolling = errors.New("tunnel cloudflared: time for another look")

// awaitReady calls up once the child has an edge connection, and returns nil
// then. It returns why it does not come to that.
func (p *provider) awaitReady(ctx context.Context, child *child, metrics string, up func(string)) error {
	client := &http.Client{Timeout: pollTimeout, Transport: &http.Transport{DisableKeepAlives: true}}
	ctx, cancel := context.WithTimeoutCause(ctx, p.ready, fmt.Errorf("tunnel cloudflared: no connection to Cloudflare's edge came up in %v", p.ready))
	defer cancel()
	for {
		if url, err := p.look(ctx, client, metrics); err != nil {
			return err
		} else if url != "" {
			up(url)
			return nil
		}
		pause, cancel := context.WithTimeoutCause(ctx, pollEvery, errPolling)
		err := child.await(pause)
		cancel()
		if err != errPolling {
			return err
		}
	}
}

// look returns the public URL, empty while there is no edge connection. The
// error is for a hostname that cannot be used.
func (p *provider) look(ctx context.Context, client *http.Client, metrics string) (string, error) {
	if status, _ := get(ctx, client, "http://"+metrics+"/ready"); status != http.StatusOK {
		return "", nil
	}
	if !p.Volatile() {
		return p.url, nil
	}
	status, body := get(ctx, client, "http://"+metrics+"/quicktunnel")
	var quick struct{ Hostname string }
	if status != http.StatusOK || json.Unmarshal(body, &quick) != nil || quick.Hostname == "" {
		return "", nil
	}
	url, err := tunnel.PublicURL("https://" + quick.Hostname)
	if err != nil {
		return "", fmt.Errorf("tunnel cloudflared: the quick tunnel's hostname cannot be used: %w", err)
	}
	return url, nil
}

// get returns what a metrics endpoint answers, status 0 for no answer.
func get(ctx context.Context, client *http.Client, url string) (status int, body []byte) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return 0, nil
	}
	return resp.StatusCode, body
}

// freePort returns an address on this machine that nobody listens on. Somebody
// may take it before the child does; then the child ends, and the next session
// has another.
func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// bare returns what is behind the path that an error of os/exec repeats.
func bare(err error) error {
	if e, ok := errors.AsType[*exec.Error](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}

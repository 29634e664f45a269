//go:build linux

package ssh_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"kaunta/tunnel"
	"kaunta/tunnel/ssh"
	"kaunta/tunnel/ssh/sshtest"
)

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// A shop is a callback server and its link, behind the relay of cfg.
type shop struct {
	t      *testing.T
	link   *tunnel.Link
	server *tunnel.Server

	mu       sync.Mutex
	recorded map[string]int // callbacks by address
}

// open runs a shop until the test ends.
func open(t *testing.T, cfg ssh.Config) *shop {
	t.Helper()
	provider, err := ssh.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{t: t, recorded: map[string]int{}}
	s.server = tunnel.NewServer(tunnel.ServerConfig{
		Deliver: func(_ context.Context, address string, _ []byte) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.recorded[address]++
			return nil
		},
	})
	if err := s.server.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.link = tunnel.NewLink(provider, tunnel.LinkConfig{LocalAddr: s.server.Addr().String(), Proof: s.server.Proof})
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() {
		if err := s.server.Serve(ctx); err != nil {
			t.Error(err)
		}
	})
	work.Go(func() { s.link.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		work.Wait()
	})
	return s
}

// await waits until the link's status is as wanted.
func (s *shop) await(what string, is func(tunnel.Status) bool) tunnel.Status {
	s.t.Helper()
	statuses, cancel := s.link.Watch()
	defer cancel()
	late := time.After(patience)
	for {
		select {
		case status := <-statuses:
			if is(status) {
				return status
			}
			if status.State == tunnel.StateBlocked {
				s.t.Fatalf("the link is not %s but blocked: %v", what, status.Err)
			}
		case <-late:
			s.t.Fatalf("the link is not %s: %+v", what, s.link.Status())
		}
	}
}

func (s *shop) awaitState(want tunnel.State) tunnel.Status {
	s.t.Helper()
	return s.await(want.String(), func(status tunnel.Status) bool { return status.State == want })
}

// awaitBlocked waits until the link is given up, and checks what it says.
func (s *shop) awaitBlocked(words ...string) {
	s.t.Helper()
	status := s.awaitState(tunnel.StateBlocked)
	for _, word := range words {
		if !strings.Contains(status.Err.Error(), word) {
			s.t.Errorf("the link is blocked because %q, which does not say %q", status.Err, word)
		}
	}
}

// times returns how often the callback to an address was recorded.
func (s *shop) times(address string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recorded[address]
}

// address returns the nth secret address.
func address(n int) string { return fmt.Sprintf("%032x", n) }

// call posts the callback of an address to the relay.
func call(ctx context.Context, cfg ssh.Config, address string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, tunnel.CallbackURL(cfg.PublicURL, address), strings.NewReader(`{"Body":{}}`))
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("a callback was answered %s", resp.Status)
	}
	return nil
}

// awaitHeld waits until the relay's proxy holds n more requests.
func awaitHeld(t *testing.T, relay *sshtest.Relay, n int) {
	t.Helper()
	late := time.After(patience)
	for i := range n {
		select {
		case <-relay.Held:
		case <-late:
			t.Fatalf("the proxy holds %d requests, want %d", i, n)
		}
	}
}

func TestCallbackThroughRelay(t *testing.T) {
	t.Parallel()
	relay := sshtest.Start(t, sshtest.Options{})
	s := open(t, relay.Config)
	if status := s.awaitState(tunnel.StateLive); status.URL != relay.Config.PublicURL {
		t.Errorf("the public URL is %q, want %q", status.URL, relay.Config.PublicURL)
	}
	if err := call(t.Context(), relay.Config, address(1)); err != nil {
		t.Fatal(err)
	}
	if n := s.times(address(1)); n != 1 {
		t.Errorf("the callback was recorded %d times", n)
	}
	if info, err := os.Stat(relay.Config.Socket); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("the socket has mode %v, %v; Caddy needs 0660", info.Mode(), err)
	}
}

// TestRelayRestarts: what is posted while the relay's sshd is dead arrives when
// it is back, once.
func TestRelayRestarts(t *testing.T) {
	t.Parallel()
	relay := sshtest.Start(t, sshtest.Options{})
	s := open(t, relay.Config)
	s.awaitState(tunnel.StateLive)

	relay.Kill()
	s.awaitState(tunnel.StateDown)
	const callbacks = 20
	answers := make(chan error)
	for n := range callbacks {
		go func() { answers <- call(t.Context(), relay.Config, address(n)) }()
	}
	awaitHeld(t, relay, callbacks)
	relay.Restart()
	for range callbacks {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	for n := range callbacks {
		if times := s.times(address(n)); times != 1 {
			t.Errorf("callback %d was recorded %d times", n, times)
		}
	}
	s.awaitState(tunnel.StateLive)
}

// TestWaitingCallbacks: callbacks that are at the relay before the till's first
// session are delivered by it, though they come before its forward is answered.
func TestWaitingCallbacks(t *testing.T) {
	t.Parallel()
	relay := sshtest.Start(t, sshtest.Options{})
	const callbacks = 12
	answers := make(chan error)
	for n := range callbacks {
		go func() { answers <- call(t.Context(), relay.Config, address(n)) }()
	}
	awaitHeld(t, relay, callbacks)
	s := open(t, relay.Config)
	for range callbacks {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	for n := range callbacks {
		if times := s.times(address(n)); times != 1 {
			t.Errorf("callback %d was recorded %d times", n, times)
		}
	}
}

// TestFrozenPath: a path that swallows everything is noticed by keepalive, the
// next session takes the socket over, and the end of the old one, which the
// relay learns later, does not take it away.
func TestFrozenPath(t *testing.T) {
	t.Parallel()
	relay := sshtest.Start(t, sshtest.Options{})
	path := newPath(t, relay.Config.Server)
	cfg := relay.Config
	cfg.Server = path.addr
	cfg.KeepAlive, cfg.Patience = 200*time.Millisecond, 300*time.Millisecond
	know(t, cfg, relay.NewHostKeys("ed25519")[0])
	relay.Kill()
	relay.Restart()

	s := open(t, cfg)
	before := s.awaitState(tunnel.StateLive)
	path.freeze()
	down := s.awaitState(tunnel.StateDown)
	if !strings.Contains(down.Err.Error(), "has gone silent") {
		t.Errorf("the session ended because %q", down.Err)
	}
	after := s.await("live anew", func(status tunnel.Status) bool {
		return status.State == tunnel.StateLive && status.LastProof.After(before.LastProof)
	})
	if after.Epoch != before.Epoch {
		t.Errorf("the epoch went from %d to %d for the same URL", before.Epoch, after.Epoch)
	}
	path.cut() // sshd sees the end of the old session
	if err := call(t.Context(), cfg, address(1)); err != nil {
		t.Fatal(err)
	}
	if n := s.times(address(1)); n != 1 {
		t.Errorf("the callback was recorded %d times", n)
	}
}

// TestStaleSocket: a socket that a dead session has left behind is replaced,
// which is what StreamLocalBindUnlink is for; without it the till says what is
// amiss, and goes on trying.
func TestStaleSocket(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		sshd func(string) string
		want tunnel.State
	}{
		{"Unlink", nil, tunnel.StateLive},
		{"NoUnlink", func(config string) string {
			return strings.Replace(config, "StreamLocalBindUnlink yes", "StreamLocalBindUnlink no", 1)
		}, tunnel.StateDown},
	} {
		t.Run(test.name, func(t *testing.T) {
			relay := sshtest.Start(t, sshtest.Options{SSHD: test.sshd})
			s := open(t, relay.Config)
			first := s.awaitState(tunnel.StateLive)
			relay.Kill()
			s.awaitState(tunnel.StateDown)
			if _, err := os.Lstat(relay.Config.Socket); err != nil {
				t.Fatalf("there is no stale socket: %v", err)
			}
			relay.Restart()
			if test.want == tunnel.StateLive {
				s.await("live anew", func(status tunnel.Status) bool {
					return status.State == tunnel.StateLive && status.LastProof.After(first.LastProof)
				})
				return
			}
			s.await("down for the socket's sake", func(status tunnel.Status) bool {
				return status.State == tunnel.StateDown && strings.Contains(status.Err.Error(), "does not listen at "+relay.Config.Socket)
			})
		})
	}
}

func TestHostKeys(t *testing.T) {
	t.Parallel()
	t.Run("OneOfSeveralIsKnown", func(t *testing.T) {
		kinds := []string{"ed25519", "ecdsa", "rsa"}
		relay := sshtest.Start(t, sshtest.Options{HostKeys: kinds})
		shown, err := ssh.HostKeys(t.Context(), relay.Config.Server)
		if err != nil {
			t.Fatal(err)
		}
		if len(shown) != len(kinds) {
			t.Fatalf("the relay shows %d host keys, want %d: %v", len(shown), len(kinds), shown)
		}
		for _, key := range shown {
			t.Run(key.Kind, func(t *testing.T) {
				if err := os.WriteFile(relay.Config.KnownHostsFile, []byte(key.Line+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				open(t, relay.Config).awaitState(tunnel.StateLive)
			})
		}
	})
	t.Run("Changed", func(t *testing.T) {
		relay := sshtest.Start(t, sshtest.Options{})
		s := open(t, relay.Config)
		s.awaitState(tunnel.StateLive)
		relay.Kill()
		fresh := relay.NewHostKeys("ed25519")[0]
		relay.Restart()
		s.awaitBlocked("another host key", gossh.FingerprintSHA256(fresh), relay.Config.KnownHostsFile)
	})
	t.Run("KindVanished", func(t *testing.T) {
		relay := sshtest.Start(t, sshtest.Options{})
		s := open(t, relay.Config)
		s.awaitState(tunnel.StateLive)
		relay.Kill()
		relay.NewHostKeys("ecdsa", "rsa")
		relay.Restart()
		s.awaitBlocked("no longer has a host key of the kind", relay.Config.KnownHostsFile)
	})
	t.Run("Unknown", func(t *testing.T) {
		relay := sshtest.Start(t, sshtest.Options{})
		if err := os.WriteFile(relay.Config.KnownHostsFile, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		open(t, relay.Config).awaitBlocked("is not in "+relay.Config.KnownHostsFile, "kaunta setup")
	})
	t.Run("Revoked", func(t *testing.T) {
		relay := sshtest.Start(t, sshtest.Options{})
		known, err := os.ReadFile(relay.Config.KnownHostsFile)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(relay.Config.KnownHostsFile, []byte(string(known)+"@revoked "+string(known)), 0o600); err != nil {
			t.Fatal(err)
		}
		open(t, relay.Config).awaitBlocked("revoked")
	})
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	t.Run("OtherKey", func(t *testing.T) {
		relay := sshtest.Start(t, sshtest.Options{})
		if err := os.Remove(relay.Config.KeyFile); err != nil {
			t.Fatal(err)
		}
		if _, err := ssh.GenerateKey(relay.Config.KeyFile); err != nil {
			t.Fatal(err)
		}
		open(t, relay.Config).awaitBlocked("refuses the login of "+relay.Config.User, relay.Config.KeyFile, "kaunta setup --print-relay")
	})
	t.Run("NoKeysAtAll", func(t *testing.T) {
		relay := sshtest.Start(t, sshtest.Options{SSHD: func(config string) string {
			return "PubkeyAuthentication no\n" + strings.Replace(config, "AuthenticationMethods publickey", "AuthenticationMethods any", 1)
		}})
		open(t, relay.Config).awaitBlocked("refuses the login of " + relay.Config.User)
	})
}

// TestKeyIsRestricted: a thief of the till's key can listen at a socket of
// the account's, and nothing else.
func TestKeyIsRestricted(t *testing.T) {
	t.Parallel()
	relay := sshtest.Start(t, sshtest.Options{})
	data, err := os.ReadFile(relay.Config.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.ParsePrivateKey(data)
	if err != nil {
		t.Fatal(err)
	}
	thief, err := gossh.Dial("tcp", relay.Config.Server, &gossh.ClientConfig{
		User: relay.Config.User, Auth: []gossh.AuthMethod{gossh.PublicKeys(signer)},
		HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: patience,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer thief.Close()

	ln, err := thief.ListenUnix(relay.Config.Socket)
	if err != nil {
		t.Fatalf("the till's own right: %v", err)
	}
	defer ln.Close()
	public := strings.TrimPrefix(relay.Config.PublicURL, "http://")
	for name, try := range map[string]func() error{
		"a shell":                 func() error { _, err := thief.NewSession(); return err },
		"a connection":            func() error { _, err := thief.Dial("tcp", public); return err },
		"a connection to sshd":    func() error { _, err := thief.Dial("tcp", relay.Config.Server); return err },
		"a socket of the relay":   func() error { _, err := thief.Dial("unix", relay.Config.Socket); return err },
		"a port":                  func() error { _, err := thief.Listen("tcp", "127.0.0.1:0"); return err },
		"a port on all addresses": func() error { _, err := thief.Listen("tcp", "0.0.0.0:18180"); return err },
		"a network device": func() error {
			anyDevice := gossh.Marshal(struct{ Mode, Unit uint32 }{1, 0x7fffffff})
			_, _, err := thief.OpenChannel("tun@openssh.com", anyDevice)
			return err
		},
	} {
		if err := try(); err == nil {
			t.Errorf("the key gets %s", name)
		} else if _, refused := errors.AsType[*gossh.OpenChannelError](err); !refused && !strings.Contains(err.Error(), "denied") {
			t.Errorf("%s was not refused: %v", name, err)
		}
	}
}

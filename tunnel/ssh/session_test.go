package ssh

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"kaunta/tunnel"
)

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// A scripted relay answers as a test says, and as no OpenSSH would: it brings
// about what on a real relay is a matter of luck.
type scripted struct {
	t      *testing.T
	ln     net.Listener
	signer gossh.Signer

	login   func(gossh.ConnMetadata) error                 // nil lets everybody in
	forward func(conn *gossh.ServerConn, r *gossh.Request) // nil grants it

	conns chan *gossh.ServerConn // those that have a forward
	work  sync.WaitGroup
	mu    sync.Mutex
	open  []net.Conn
}

func newScripted(t *testing.T) *scripted {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{t: t, ln: ln, signer: signer, conns: make(chan *gossh.ServerConn, 10)}
	t.Cleanup(func() {
		ln.Close()
		s.mu.Lock()
		for _, c := range s.open {
			c.Close()
		}
		s.mu.Unlock()
		s.work.Wait()
	})
	return s
}

// serve takes sessions from now on.
func (s *scripted) serve() {
	s.work.Go(func() {
		for {
			c, err := s.ln.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.open = append(s.open, c)
			s.mu.Unlock()
			s.work.Go(func() { s.session(c) })
		}
	})
}

func (s *scripted) session(c net.Conn) {
	defer c.Close()
	cfg := &gossh.ServerConfig{PublicKeyCallback: func(meta gossh.ConnMetadata, _ gossh.PublicKey) (*gossh.Permissions, error) {
		if s.login == nil {
			return nil, nil
		}
		err := s.login(meta)
		if errors.Is(err, io.EOF) {
			c.Close()
		}
		return nil, err
	}}
	cfg.AddHostKey(s.signer)
	conn, channels, requests, err := gossh.NewServerConn(c, cfg)
	if err != nil {
		return
	}
	s.work.Go(func() {
		for nc := range channels {
			_ = nc.Reject(gossh.Prohibited, "")
		}
	})
	for r := range requests {
		switch {
		case r.Type != forwardRequest:
			_ = r.Reply(false, nil)
		case s.forward != nil:
			s.forward(conn, r)
		default:
			_ = r.Reply(true, nil)
			s.conns <- conn
		}
	}
}

// provider returns one whose relay is s.
func (s *scripted) provider(change func(*Config)) *provider {
	s.t.Helper()
	folder := s.t.TempDir()
	cfg := Config{
		Server: s.ln.Addr().String(), User: "duka", Socket: "/run/kaunta-duka/till.sock", PublicURL: "https://till.example.com",
		KeyFile: filepath.Join(folder, "id"), KnownHostsFile: filepath.Join(folder, "known_hosts"),
	}
	if change != nil {
		change(&cfg)
	}
	if _, err := GenerateKey(cfg.KeyFile); err != nil {
		s.t.Fatal(err)
	}
	line := knownhosts.Line([]string{cfg.Server}, s.signer.PublicKey()) + "\n"
	if err := os.WriteFile(cfg.KnownHostsFile, []byte(line), 0o600); err != nil {
		s.t.Fatal(err)
	}
	p, err := New(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	return p.(*provider)
}

// run runs a session of p until the test ends, and returns where its end comes.
func (s *scripted) run(p *provider, localAddr string) <-chan error {
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(s.t.Context())
	var work sync.WaitGroup
	work.Go(func() { ended <- p.Run(ctx, localAddr, func(string) {}) })
	s.t.Cleanup(func() {
		cancel()
		work.Wait()
	})
	return ended
}

// await takes what comes out of ch.
func await[T any](t *testing.T, what string, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatalf("there is no %s", what)
		panic("unreachable")
	}
}

// caller opens a channel to the till as sshd does for a caller at socket.
func caller(conn *gossh.ServerConn, socket string) (gossh.Channel, error) {
	ch, requests, err := conn.OpenChannel(forwardedChannel, gossh.Marshal(struct{ Path, Reserved string }{socket, ""}))
	if err == nil {
		go gossh.DiscardRequests(requests)
	}
	return ch, err
}

// echoServer answers what a caller sends, when the caller has finished, in
// capitals. Its address is returned.
func echoServer(t *testing.T) string {
	return localServer(t, func(c net.Conn) {
		if text, err := io.ReadAll(c); err == nil {
			_, _ = io.WriteString(c, strings.ToUpper(string(text)))
		}
	})
}

// localServer serves connections in the till's place, until the test ends.
func localServer(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			work.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		work.Wait()
	})
	return ln.Addr().String()
}

// exchange sends something over ch and checks the answer.
func exchange(t *testing.T, ch gossh.Channel) {
	t.Helper()
	if _, err := io.WriteString(ch, "callback"); err != nil {
		t.Fatal(err)
	}
	if err := ch.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(ch); err != nil || string(answer) != "CALLBACK" {
		t.Errorf("the answer is %q, %v", answer, err)
	}
}

// TestChannelBeforeAnswer: a caller who was waiting at the socket arrives before
// the forward request is answered.
func TestChannelBeforeAnswer(t *testing.T) {
	s := newScripted(t)
	s.forward = func(conn *gossh.ServerConn, r *gossh.Request) {
		ch, err := caller(conn, "/run/kaunta-duka/till.sock")
		if err != nil {
			t.Errorf("a waiting caller was turned away: %v", err)
			return
		}
		exchange(t, ch)
		_ = r.Reply(true, nil)
		s.conns <- conn
	}
	s.serve()
	s.run(s.provider(nil), echoServer(t))
	await(t, "forward", s.conns)
}

func TestForeignChannelsAreRefused(t *testing.T) {
	s := newScripted(t)
	s.serve()
	s.run(s.provider(nil), echoServer(t))
	conn := await(t, "forward", s.conns)
	if _, err := caller(conn, "/run/kaunta-duka/other.sock"); !refused(err, gossh.Prohibited) {
		t.Errorf("a channel from another socket: %v", err)
	}
	if _, _, err := conn.OpenChannel("forwarded-tcpip", nil); !refused(err, gossh.Prohibited) {
		t.Errorf("a channel from a port: %v", err)
	}
	if _, _, err := conn.OpenChannel(forwardedChannel, []byte("junk")); !refused(err, gossh.Prohibited) {
		t.Errorf("a channel from nowhere: %v", err)
	}
	ch, err := caller(conn, "/run/kaunta-duka/till.sock")
	if err != nil {
		t.Fatal(err)
	}
	exchange(t, ch)
}

func refused(err error, why gossh.RejectionReason) bool {
	refusal, ok := errors.AsType[*gossh.OpenChannelError](err)
	return ok && refusal.Reason == why
}

// TestLocalServerAway: a caller is refused, rather than accepted and dropped, so
// that the relay's proxy can hold the request.
func TestLocalServerAway(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	s := newScripted(t)
	s.serve()
	s.run(s.provider(nil), ln.Addr().String())
	if _, err := caller(await(t, "forward", s.conns), "/run/kaunta-duka/till.sock"); !refused(err, gossh.ConnectionFailed) {
		t.Errorf("a caller with nobody to talk to: %v", err)
	}
}

// TestCarryMost: callers beyond the limit are refused at once, and the session
// lives on.
func TestCarryMost(t *testing.T) {
	t.Parallel()
	s := newScripted(t)
	s.serve()
	leave := make(chan struct{})
	local := localServer(t, func(c net.Conn) {
		<-leave
		_, _ = io.WriteString(c, "bye")
	})
	s.run(s.provider(nil), local)
	conn := await(t, "forward", s.conns)
	var callers []gossh.Channel
	for range carryMost {
		ch, err := caller(conn, "/run/kaunta-duka/till.sock")
		if err != nil {
			t.Fatalf("caller %d: %v", len(callers), err)
		}
		callers = append(callers, ch)
	}
	if _, err := caller(conn, "/run/kaunta-duka/till.sock"); !refused(err, gossh.ResourceShortage) {
		t.Errorf("one caller too many: %v", err)
	}
	close(leave)
	for _, ch := range callers {
		if answer, err := io.ReadAll(ch); err != nil || string(answer) != "bye" {
			t.Fatalf("the answer is %q, %v", answer, err)
		}
	}
}

// TestIdleCaller: a caller who neither sends nor takes anything is cut off.
func TestIdleCaller(t *testing.T) {
	t.Parallel()
	s := newScripted(t)
	s.serve()
	cut := make(chan struct{})
	local := localServer(t, func(c net.Conn) {
		_, _ = io.Copy(io.Discard, c)
		close(cut)
	})
	p := s.provider(nil)
	p.idle = 50 * time.Millisecond
	s.run(p, local)
	ch, err := caller(await(t, "forward", s.conns), "/run/kaunta-duka/till.sock")
	if err != nil {
		t.Fatal(err)
	}
	await(t, "end of the idle connection", cut)
	if _, err := io.ReadAll(ch); err != nil {
		t.Errorf("the idle caller's channel ended with %v", err)
	}
}

// TestLivelyCaller: each byte that moves puts off the end of a connection, and
// silence brings it.
func TestLivelyCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		cut := make(chan time.Duration, 1)
		w := lively{io.Discard, time.AfterFunc(carryIdle, func() { cut <- time.Since(began) }), carryIdle}
		for range 5 {
			<-time.After(carryIdle - time.Second)
			if _, err := io.WriteString(w, "."); err != nil {
				t.Fatal(err)
			}
		}
		if after, want := <-cut, 6*carryIdle-5*time.Second; after != want {
			t.Errorf("cut off after %v, want %v", after, want)
		}
	})
}

// TestSilentRelay: a relay that accepts and then says nothing, at whatever
// point, ends the session in time, and not for good.
func TestSilentRelay(t *testing.T) {
	t.Parallel()
	brief := func(cfg *Config) { cfg.HandshakeTimeout = time.Second }
	for name, prepare := range map[string]func(*scripted){
		"AfterConnecting": func(*scripted) {}, // the kernel accepts, nobody serves
		"AfterLogin": func(s *scripted) {
			s.forward = func(*gossh.ServerConn, *gossh.Request) {}
			s.serve()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScripted(t)
			prepare(s)
			err := await(t, "end", s.run(s.provider(brief), echoServer(t)))
			if _, blocked := errors.AsType[*tunnel.BlockedError](err); blocked || !strings.Contains(err.Error(), "has gone silent") {
				t.Errorf("the session ended with %v", err)
			}
		})
	}
}

// TestCancel: a session that is in the middle of anything ends with its context.
func TestCancel(t *testing.T) {
	t.Parallel()
	t.Run("Handshake", func(t *testing.T) {
		s := newScripted(t) // nobody serves: the handshake hangs
		end := cancellable(t, s.provider(nil), "127.0.0.1:1")
		c, err := s.ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := bufio.NewReader(c).ReadString('\n'); err != nil { // the till's version: it has begun
			t.Fatal(err)
		}
		end()
	})
	t.Run("Callback", func(t *testing.T) {
		s := newScripted(t)
		s.serve()
		busy, done := make(chan struct{}), make(chan struct{})
		defer close(done)
		local := localServer(t, func(net.Conn) {
			close(busy)
			<-done
		})
		end := cancellable(t, s.provider(nil), local)
		if _, err := caller(await(t, "forward", s.conns), "/run/kaunta-duka/till.sock"); err != nil {
			t.Fatal(err)
		}
		await(t, "callback", busy)
		end()
	})
}

// cancellable runs a session, and returns what cancels it and waits for its end.
func cancellable(t *testing.T, p *provider, localAddr string) (end func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, localAddr, func(string) {}) }()
	return func() {
		t.Helper()
		cancel()
		if err := await(t, "end of the session", ended); err == nil {
			t.Error("a cancelled session ended without an error")
		}
	}
}

// TestLoginBreaksOff: a relay that hangs up while it looks at the key, as sshd
// does when PAM says that the system is starting or stopping, has not refused it.
func TestLoginBreaksOff(t *testing.T) {
	s := newScripted(t)
	s.login = func(gossh.ConnMetadata) error { return io.EOF }
	s.serve()
	err := await(t, "end", s.run(s.provider(nil), echoServer(t)))
	if _, blocked := errors.AsType[*tunnel.BlockedError](err); blocked || !strings.Contains(err.Error(), "tried again") {
		t.Errorf("the session ended with %v", err)
	}
}

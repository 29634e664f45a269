//go:build linux

package ssh_test

import (
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"kaunta/tunnel/ssh"
)

// A path is the internet between till and relay, and can fail as it does.
type path struct {
	addr string
	ln   net.Listener
	to   string
	work sync.WaitGroup

	mu    sync.Mutex
	conns []*passage // those not frozen
	stuck []*passage // those frozen
}

// A passage is one connection over a path.
type passage struct {
	till, relay net.Conn
	frozen      chan struct{}
	gone        chan struct{}
	once        sync.Once // closes gone
}

// newPath returns a path to an address, until the test ends.
func newPath(t *testing.T, to string) *path {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &path{addr: ln.Addr().String(), ln: ln, to: to}
	p.work.Go(p.accept)
	t.Cleanup(func() {
		ln.Close()
		p.freeze()
		p.cut()
		p.work.Wait()
	})
	return p
}

func (p *path) accept() {
	for {
		till, err := p.ln.Accept()
		if err != nil {
			return
		}
		relay, err := net.Dial("tcp", p.to)
		if err != nil {
			till.Close()
			continue
		}
		c := &passage{till: till, relay: relay, frozen: make(chan struct{}), gone: make(chan struct{})}
		p.mu.Lock()
		p.conns = append(p.conns, c)
		p.mu.Unlock()
		p.work.Go(func() { c.pass(relay, till) })
		p.work.Go(func() { c.pass(till, relay) })
	}
}

// pass copies bytes until the path is frozen; then it swallows what comes, and
// neither side learns of it until the path is cut.
func (c *passage) pass(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		select {
		case <-c.frozen:
			<-c.gone
			return
		default:
		}
		if _, werr := to.Write(buffer[:n]); err != nil || werr != nil {
			c.close()
			return
		}
	}
}

func (c *passage) close() {
	c.once.Do(func() {
		close(c.gone)
		c.till.Close()
		c.relay.Close()
	})
}

// freeze makes all present connections swallow what they are given. New ones
// pass.
func (p *path) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		close(c.frozen)
	}
	p.stuck = append(p.stuck, p.conns...)
	p.conns = nil
}

// cut ends the frozen connections, and returns when the relay has done so too.
func (p *path) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.stuck {
		_ = c.relay.(*net.TCPConn).CloseWrite()
		_ = c.relay.SetReadDeadline(time.Now().Add(patience))
		_, _ = io.Copy(io.Discard, c.relay)
		c.close()
	}
	p.stuck = nil
}

// know makes key the one that the till knows for cfg.Server.
func know(t *testing.T, cfg ssh.Config, key gossh.PublicKey) {
	t.Helper()
	line := knownhosts.Line([]string{cfg.Server}, key) + "\n"
	if err := os.WriteFile(cfg.KnownHostsFile, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
}

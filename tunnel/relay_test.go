package tunnel

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func callerOf(p Provider) func(netip.AddrPort) netip.Addr {
	return func(remote netip.AddrPort) netip.Addr { return Caller(p, remote) }
}

// A fromListener says of each connection that it comes from the next of the
// addresses, the last one over and over.
type fromListener struct {
	net.Listener
	from []string
}

func (l *fromListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	addr := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(l.from[0]))
	if len(l.from) > 1 {
		l.from = l.from[1:]
	}
	return fromConn{c, addr}, nil
}

type fromConn struct {
	net.Conn
	addr net.Addr
}

func (c fromConn) RemoteAddr() net.Addr { return c.addr }

// relayTo runs r in front of s until the test ends, and returns its address.
// stop ends it sooner.
func relayTo(t *testing.T, r *Relay, s *Server, secure func(context.Context, net.Conn) (net.Conn, error), from ...string) (addr string, stop func()) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var door net.Listener = ln
	if len(from) > 0 {
		door = &fromListener{ln, from}
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- r.Serve(ctx, door, s.Addr().String(), secure) }()
	ended := false
	stop = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	}
	t.Cleanup(stop)
	return ln.Addr().String(), stop
}

// handshake is what a provider that ends TLS gives to a relay.
func handshake(cert tls.Certificate) func(context.Context, net.Conn) (net.Conn, error) {
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	return func(ctx context.Context, c net.Conn) (net.Conn, error) {
		secured := tls.Server(c, config)
		return secured, secured.HandshakeContext(ctx)
	}
}

func dialTLS(t *testing.T, ca *localCA, addr string) net.Conn {
	t.Helper()
	c, err := tls.DialWithDialer(&net.Dialer{Timeout: 8 * time.Second}, "tcp", addr, &tls.Config{RootCAs: ca.pool(), ServerName: "till.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(8 * time.Second))
	return c
}

func TestRelayCarriesCallbacksOverTLS(t *testing.T) {
	var b book
	s := start(t, ServerConfig{Deliver: b.deliver})
	ca := newLocalCA(t)
	addr, _ := relayTo(t, new(Relay), s, handshake(ca.issue("till.example.com")))
	c := dialTLS(t, ca, addr)
	r := bufio.NewReader(c)
	for i := range 3 { // on one connection
		io.WriteString(c, post(known, fmt.Sprint(i)))
		if resp, body := readAnswer(t, r); resp.StatusCode != 200 || body != accepted {
			t.Fatalf("answer %d %q", resp.StatusCode, body)
		}
	}
	full := strings.Repeat("x", maxBody)
	io.WriteString(c, post(known, full))
	if resp, _ := readAnswer(t, r); resp.StatusCode != 200 {
		t.Errorf("64 KiB: status %d", resp.StatusCode)
	}
	if got := strings.Join(b.bodies, ""); got != "012"+full {
		t.Errorf("delivered %d bytes in %d callbacks", len(got), len(b.bodies))
	}

	plain, err := http.Post("http://"+addr+"/cb/"+known, "application/json", strings.NewReader(cancelled))
	if err == nil {
		plain.Body.Close()
		t.Errorf("plain http was answered %d", plain.StatusCode)
	}
	if got := s.Stats().Received; got != 4 {
		t.Errorf("%d callbacks received, want 4", got)
	}
}

// The server sees the relay's own address, and asks the relay whose it is.
func TestRelayVouchesForItsCallers(t *testing.T) {
	const safaricom, stranger = "196.201.214.200:4711", "[::ffff:203.0.113.9]:4711"
	var b book
	r := new(Relay)
	s := start(t, ServerConfig{Deliver: b.deliver, EnforceSources: true, Caller: r.Caller})
	addr, _ := relayTo(t, r, s, nil, safaricom, stranger)
	send := func(name, body string) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(8 * time.Second))
		fmt.Fprintf(c, "POST /cb/%s HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 196.201.214.206\r\nForwarded: for=196.201.214.206\r\nContent-Length: %d\r\n\r\n%s", known, len(body), body)
		if resp, answer := readAnswer(t, bufio.NewReader(c)); resp.StatusCode != 200 || answer != accepted {
			t.Errorf("%s: answer %d %q", name, resp.StatusCode, answer)
		}
	}
	send("Safaricom", "1")
	send("a stranger who claims to be Safaricom", "2")
	send("another", "3")
	if got := strings.Join(b.bodies, " "); got != "1" {
		t.Errorf("delivered %q, want Safaricom's only", got)
	}
	if got := s.Stats().Outside; got != 2 {
		t.Errorf("Outside %d, want 2", got)
	}
	// Somebody on this machine who goes to the server directly is nobody's.
	c := dial(t, s)
	io.WriteString(c, post(known, "4"))
	readAnswer(t, bufio.NewReader(c))
	if got := strings.Join(b.bodies, " "); got != "1 4" {
		t.Errorf("delivered %q, want the direct one too", got)
	}
}

// A stranger who leaves before his answers stays a stranger for all that he
// has sent: the relay vouches until the server has closed.
func TestRelayVouchesToTheEnd(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := new(Relay)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- r.Serve(ctx, &fromListener{door, []string{"203.0.113.9:4711"}}, server.Addr().String(), nil)
	}()

	c, err := net.Dial("tcp", door.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(c, "requests")
	inner, err := server.Accept()
	if err != nil {
		t.Fatal(err)
	}
	inner.SetDeadline(time.Now().Add(8 * time.Second))
	if _, err := io.ReadFull(inner, make([]byte, len("requests"))); err != nil {
		t.Fatal(err)
	}
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
	if n, err := inner.Read(make([]byte, 1)); err != io.EOF {
		t.Fatalf("the server reads %d bytes, %v after the caller is gone", n, err)
	}
	// More answers than any buffer on the way holds.
	for range 64 {
		if _, err := inner.Write(make([]byte, 1<<20)); err != nil {
			t.Fatalf("the relay is gone before the server: %v", err)
		}
	}
	remote := netip.MustParseAddrPort(inner.RemoteAddr().String())
	if who := r.Caller(remote); who != netip.MustParseAddr("203.0.113.9") {
		t.Errorf("the server is told %v", who)
	}
	inner.Close()
	cancel()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if who := r.Caller(remote); who.IsValid() {
		t.Errorf("%v is remembered for ever", who)
	}
}

// Strangers who never shake hands do not keep a callback out.
func TestRelayMakesRoom(t *testing.T) {
	var b book
	s := start(t, ServerConfig{Deliver: b.deliver})
	ca := newLocalCA(t)
	addr, _ := relayTo(t, new(Relay), s, handshake(ca.issue("till.example.com")))
	silent := make([]net.Conn, relayConns)
	for i := range silent {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Skipf("no more than %d connections at once on this machine: %v", i, err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(handshakeTimeout - time.Second))
		silent[i] = c
	}
	c := dialTLS(t, ca, addr)
	io.WriteString(c, post(known, cancelled))
	if resp, _ := readAnswer(t, bufio.NewReader(c)); resp.StatusCode != 200 || len(b.bodies) != 1 {
		t.Errorf("status %d, %d delivered", resp.StatusCode, len(b.bodies))
	}
	if n, err := silent[0].Read(make([]byte, 1)); err == nil || isTimeout(err) {
		t.Errorf("the oldest silent connection: %d bytes, %v, want to be cut", n, err)
	}
}

// Who stays silent is cut, before the handshake by the relay and after it by
// the server.
func TestRelayCutsTheSilent(t *testing.T) {
	t.Parallel()
	s := start(t, ServerConfig{Deliver: new(book).deliver})
	ca := newLocalCA(t)
	addr, _ := relayTo(t, new(Relay), s, handshake(ca.issue("till.example.com")))
	began := time.Now()
	silent, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	silent.SetDeadline(time.Now().Add(8 * time.Second))
	for name, c := range map[string]net.Conn{"without a handshake": silent, "without a request": dialTLS(t, ca, addr)} {
		if _, err := c.Read(make([]byte, 1)); err == nil || isTimeout(err) {
			t.Errorf("%s: %v, want to be cut", name, err)
		}
		if took := time.Since(began); took < headerTimeout-time.Second {
			t.Errorf("%s: cut after %v, want %v", name, took, headerTimeout)
		}
	}
}

func isTimeout(err error) bool {
	ne, ok := err.(net.Error)
	return ok && ne.Timeout()
}

// A callback that is being recorded when the session ends is answered.
func TestRelayEndsAfterTheAnswer(t *testing.T) {
	delivering, finish := make(chan struct{}), make(chan struct{})
	s := start(t, ServerConfig{Deliver: func(_ context.Context, _ string, body []byte) error {
		if !bytes.Equal(body, []byte(cancelled)) {
			t.Errorf("delivered %q", body)
		}
		close(delivering)
		<-finish
		return nil
	}})
	ca := newLocalCA(t)
	addr, stop := relayTo(t, new(Relay), s, handshake(ca.issue("till.example.com")))
	idle := dialTLS(t, ca, addr)
	c := dialTLS(t, ca, addr)
	io.WriteString(c, post(known, cancelled))
	<-delivering
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	if _, err := idle.Read(make([]byte, 1)); err == nil || isTimeout(err) {
		t.Errorf("an idle connection: %v, want to be cut", err)
	}
	close(finish)
	if resp, body := readAnswer(t, bufio.NewReader(c)); resp.StatusCode != 200 || body != accepted {
		t.Errorf("answer %d %q", resp.StatusCode, body)
	}
	<-stopped
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("the door is still open")
	}
}

func TestRelayTellsThatItsDoorIsGone(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := new(Relay).Serve(t.Context(), ln, "127.0.0.1:1", nil); err == nil || !strings.Contains(err.Error(), "no connection can be taken") {
		t.Errorf("Serve: %v", err)
	}
}

package tunnel

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

// The limits of a relay. Whatever is past its handshake is under the callback
// server's own limits, for the relay ends a connection when the server does.
const (
	// relayConns is more than the server takes, so that it is the server that
	// chooses whom to close; the rest are handshakes that are under way.
	relayConns = 2 * maxConns

	// handshakeGrace is how long a handshake may take when others queue for its
	// place: two round trips to Safaricom and some for a slow machine.
	handshakeGrace = 500 * time.Millisecond

	// handshakeTimeout is how long it may take at all.
	handshakeTimeout = headerTimeout
)

// A Relay carries the connections of a door that a [Provider] opens itself to
// the callback server, byte by byte, and knows who is behind each: it is the
// provider's [ClientAddrResolver]. The zero value is ready for use.
type Relay struct {
	mu      sync.Mutex
	callers map[netip.AddrPort]netip.Addr // by our end of the connection to the server
}

// Serve accepts connections from ln until ctx is done or ln fails, and carries
// them to localAddr. secure makes the connection to be carried out of the one
// that was accepted, a TLS handshake for instance, within 5 s; nil takes it as
// it is. Serve closes ln, and returns why it ended once every connection is
// closed and every goroutine gone; nil after ctx.
func (r *Relay) Serve(ctx context.Context, ln net.Listener, localAddr string, secure func(context.Context, net.Conn) (net.Conn, error)) error {
	limited := newLimitListener(ln, relayConns)
	limited.grace = handshakeGrace
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { limited.Close() })
	var work sync.WaitGroup
	defer func() {
		cancel()
		stop()
		limited.Close()
		work.Wait()
	}()
	for {
		c, err := limited.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				c.Close()
			}
			return nil
		case err != nil:
			return fmt.Errorf("tunnel relay: no connection can be taken: %w", err)
		}
		work.Go(func() { r.carry(ctx, c.(*conn), localAddr, secure) })
	}
}

// carry takes one connection through its handshake and to the server.
func (r *Relay) carry(ctx context.Context, c *conn, localAddr string, secure func(context.Context, net.Conn) (net.Conn, error)) {
	defer c.Close()
	var outer net.Conn = c
	if secure != nil {
		var err error
		if outer, err = shake(ctx, c, secure); err != nil {
			return
		}
	}
	c.hold() // from here on the server decides

	dialer := net.Dialer{Timeout: handshakeTimeout}
	inner, err := dialer.DialContext(ctx, "tcp", localAddr)
	if err != nil {
		return
	}
	defer inner.Close()
	forget := r.vouch(inner.LocalAddr(), c.RemoteAddr())

	// At the end the caller is not listened to any more, but the answer to what
	// the server has in hand still goes out.
	defer context.AfterFunc(ctx, func() { c.SetReadDeadline(time.Now()) })()

	var work sync.WaitGroup
	work.Go(func() {
		pipe(inner, outer)
		inner.(*net.TCPConn).CloseWrite() // the server answers what it has, and closes
	})
	pipe(outer, inner)
	outer.Close()
	work.Wait()
	// A caller who left before his answers may have sent more requests, which
	// are his until the server has closed.
	io.Copy(io.Discard, inner)
	forget()
}

// shake makes the connection to be carried, in time.
func shake(ctx context.Context, c *conn, secure func(context.Context, net.Conn) (net.Conn, error)) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	secured, err := secure(ctx, c)
	if !stop() {
		return nil, ctx.Err()
	}
	return secured, err
}

// pipe copies until src ends or dst takes no more. A caller who does not read
// holds it up for the server's own write time-out at most.
func pipe(dst, src net.Conn) {
	buf := make([]byte, 4<<10) // callbacks are under 1 KiB
	for {
		n, err := src.Read(buf)
		if n > 0 {
			dst.SetWriteDeadline(time.Now().Add(writeTimeout))
			if _, werr := dst.Write(buf[:n]); werr != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// vouch notes who is behind the connection whose near end is ours. What it
// returns forgets that.
func (r *Relay) vouch(ours, caller net.Addr) (forget func()) {
	key, err1 := netip.ParseAddrPort(ours.String())
	who, err2 := netip.ParseAddrPort(caller.String())
	if err1 != nil || err2 != nil {
		return func() {}
	}
	key = netip.AddrPortFrom(key.Addr().Unmap(), key.Port())
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.callers == nil {
		r.callers = map[netip.AddrPort]netip.Addr{}
	}
	r.callers[key] = who.Addr().Unmap()
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.callers, key)
	}
}

// Caller returns who is behind the connection that the server sees as coming
// from remote; the zero Addr for one that the relay did not make.
func (r *Relay) Caller(remote netip.AddrPort) netip.Addr {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.callers[remote]
}

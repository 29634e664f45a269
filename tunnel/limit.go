package tunnel

import (
	"container/list"
	"net"
	"sync"
	"time"
)

// grace is how long a connection may wait for its request when others queue
// for its place. A caller sends its request with the handshake's last packet,
// so a genuine one needs a few milliseconds at most.
const grace = 50 * time.Millisecond

// A limitListener keeps at most max connections open. When a newcomer finds it
// full, the connection that has waited longest without bringing a request is
// closed to make room, once its grace is over.
//
// golang.org/x/net/netutil.LimitListener makes the newcomer wait instead, so
// 256 slow strangers keep genuine callbacks out for the read time-outs, as
// often as they like. Here a stranger who only waits is the first to go: behind
// n slow connections a genuine callback is read after n/max × grace, which is
// 0.4 s for 2,000.
//
// A connection waits from when it is accepted, and again from the end of each
// delivery. In between, while the handler holds it (a callback has been read
// whole and is being recorded), it is never closed.
type limitListener struct {
	net.Listener
	max    int
	grace  time.Duration // see the constant
	closed chan struct{} // closed by Close
	freed  chan struct{} // holds a token when a connection was closed or released

	mu      sync.Mutex
	open    int       // accepted and not yet closed
	waiting list.List // of *conn, longest first; the others are held
	evicted int64
	closing sync.Once
}

type conn struct {
	net.Conn
	l *limitListener

	// Guarded by l.mu.
	since time.Time     // when it last began to wait
	place *list.Element // in l.waiting; nil while held, and when gone
	gone  bool
}

// connKey is the context key of a request's *conn.
type connKey struct{}

func newLimitListener(ln net.Listener, limit int) *limitListener {
	return &limitListener{
		Listener: ln,
		max:      limit,
		grace:    grace,
		closed:   make(chan struct{}),
		freed:    make(chan struct{}, 1),
	}
}

// Accept returns the next connection, as soon as there is room for it.
func (l *limitListener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if !l.shrink(l.max-1, l.closed) {
		nc.Close()
		return nil, net.ErrClosed
	}
	c := &conn{Conn: nc, l: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open++
	l.wait(c)
	return c, nil
}

// Close takes no more connections. It leaves the open ones alone.
func (l *limitListener) Close() error {
	l.closing.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// drain closes every connection, the held ones when they are released, and
// returns when none is left or done is closed. Accept must have returned.
func (l *limitListener) drain(done <-chan struct{}) {
	l.shrink(0, done)
}

func (l *limitListener) evictions() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.evicted
}

// shrink closes waiting connections until at most limit are open. It reports
// false if done was closed before that.
func (l *limitListener) shrink(limit int, done <-chan struct{}) bool {
	for {
		over, oldest, left := l.crowded(limit)
		if !over {
			return true
		}
		if oldest != nil && left <= 0 {
			l.evict(oldest)
			continue
		}
		var graceOver <-chan time.Time // never, while all are held
		if oldest != nil {
			graceOver = time.After(left)
		}
		select {
		case <-graceOver:
		case <-l.freed:
		case <-done:
			return false
		}
	}
}

// crowded reports whether more than limit connections are open and, if so,
// which has waited longest (nil: all are held) and what is left of its grace.
func (l *limitListener) crowded(limit int) (over bool, oldest *conn, left time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open <= limit {
		return false, nil, 0
	}
	if front := l.waiting.Front(); front != nil {
		oldest = front.Value.(*conn)
		left = l.grace - time.Since(oldest.since)
	}
	return true, oldest, left
}

// evict closes c, unless its request has arrived in the meantime.
func (l *limitListener) evict(c *conn) {
	l.mu.Lock()
	still := c.place != nil
	if still {
		l.evicted++
		l.forget(c)
	}
	l.mu.Unlock()
	if still {
		c.Conn.Close()
	}
}

// wait puts c at the end of the waiting ones. l.mu is held.
func (l *limitListener) wait(c *conn) {
	c.since = time.Now()
	c.place = l.waiting.PushBack(c)
}

// unwait takes c out of the waiting ones, if it is there. l.mu is held.
func (l *limitListener) unwait(c *conn) {
	if c.place != nil {
		l.waiting.Remove(c.place)
		c.place = nil
	}
}

// forget stops counting c as open. l.mu is held.
func (l *limitListener) forget(c *conn) {
	if c.gone {
		return
	}
	c.gone = true
	l.unwait(c)
	l.open--
	l.free()
}

func (l *limitListener) free() {
	select {
	case l.freed <- struct{}{}:
	default:
	}
}

// hold keeps c from being closed to make room.
func (c *conn) hold() {
	c.l.mu.Lock()
	defer c.l.mu.Unlock()
	c.l.unwait(c)
}

// release ends hold. c begins to wait again, so its answer has the time of the
// grace to leave.
func (c *conn) release() {
	c.l.mu.Lock()
	defer c.l.mu.Unlock()
	if !c.gone {
		c.l.wait(c)
		c.l.free()
	}
}

// Close closes the connection and frees its place.
func (c *conn) Close() error {
	c.l.mu.Lock()
	c.l.forget(c)
	c.l.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite lets net/http end an answer to a caller who is still sending,
// such as 413, without a reset that would hide the answer from them.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

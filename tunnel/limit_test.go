package tunnel

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A pipeListener is a listener in memory, for tests in virtual time. Its queue
// is the kernel's backlog.
type pipeListener struct {
	queue  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{queue: make(chan net.Conn, 4096), closed: make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case <-l.closed:
		return nil, net.ErrClosed
	case c := <-l.queue:
		return c, nil
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

func (l *pipeListener) dial() net.Conn {
	ours, theirs := net.Pipe()
	l.queue <- theirs
	return ours
}

// A client is one connection to a server in virtual time. It writes what send
// says and then reads until the server ends the connection.
type client struct {
	net.Conn
	ended chan struct{} // closed at the end of the connection

	mu  sync.Mutex
	got strings.Builder
}

// connect must be called in a synctest bubble.
func connect(l *pipeListener, send string) *client {
	c := &client{Conn: l.dial(), ended: make(chan struct{})}
	go io.WriteString(c, send) // ends with the connection at the latest
	go func() {
		defer close(c.ended)
		buf := make([]byte, 4096)
		for {
			n, err := c.Read(buf)
			c.mu.Lock()
			c.got.Write(buf[:n])
			c.mu.Unlock()
			if err != nil {
				c.Close()
				return
			}
		}
	}()
	return c
}

// text returns what the server has sent so far.
func (c *client) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.got.String()
}

// answers counts the 200s so far.
func (c *client) answers() int { return strings.Count(c.text(), accepted) }

// serveVirtual runs a server on a pipeListener in a bubble. stop ends it.
func serveVirtual(t *testing.T, cfg ServerConfig) (s *Server, l *pipeListener, stop func() error) {
	t.Helper()
	s = NewServer(cfg)
	l = newPipeListener()
	s.listener = newLimitListener(l, maxConns)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	return s, l, func() error {
		cancel()
		return <-served
	}
}

const slowHeader = "POST /cb/" + known + " HTTP/1.1\r\nHost: h\r\nX-Slow: "

func TestSlowClientsAreCut(t *testing.T) {
	tests := []struct {
		name string
		send string
		cut  time.Duration
	}{
		{"nothing sent", "", 5 * time.Second},
		{"header never ends", slowHeader, 5 * time.Second},
		{"body never comes", "POST /cb/" + known + " HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n", 10 * time.Second},
		{"body never ends", "POST /cb/" + known + " HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{", 10 * time.Second},
		{"nothing after an answer", post(known, cancelled), 60 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, l, stop := serveVirtual(t, ServerConfig{Deliver: new(book).deliver})
				defer stop()
				began := time.Now()
				c := connect(l, test.send)
				<-c.ended
				// net/http ends an answer to an unfinished body 500 ms late.
				if got := time.Since(began); got < test.cut || got > test.cut+500*time.Millisecond {
					t.Errorf("cut after %v, want %v", got, test.cut)
				}
			})
		})
	}
}

// One byte every second would never end without a limit on the whole.
func TestDrippingClientIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l, stop := serveVirtual(t, ServerConfig{Deliver: new(book).deliver})
		defer stop()
		began := time.Now()
		c := connect(l, slowHeader)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				go io.WriteString(c, "x")
				continue
			case <-c.ended:
			}
			break
		}
		if got := time.Since(began); got != headerTimeout {
			t.Errorf("cut after %v, want %v", got, headerTimeout)
		}
	})
}

func TestGenuineCallbackAmongSlowOnes(t *testing.T) {
	for _, slow := range []int{100, 256, 300, 2000, 4000} {
		synctest.Test(t, func(t *testing.T) {
			var b book
			s, l, stop := serveVirtual(t, ServerConfig{Deliver: b.deliver})
			defer stop()
			for range slow {
				connect(l, slowHeader)
			}
			began := time.Now()
			genuine := connect(l, strings.Replace(post(known, cancelled), "Host:", "Connection: close\r\nHost:", 1))
			<-genuine.ended
			took := time.Since(began)
			if genuine.answers() != 1 || len(b.bodies) != 1 {
				t.Errorf("%d slow: %d answers, %d recorded", slow, genuine.answers(), len(b.bodies))
			}
			if limit := time.Duration(slow) * grace / maxConns; took > limit {
				t.Errorf("%d slow: answered after %v, want %v at most", slow, took, limit)
			}
			if got, want := s.Stats().Evicted, max(0, slow+1-maxConns); got != int64(want) {
				t.Errorf("%d slow: %d were evicted, want %d", slow, got, want)
			}
		})
	}
}

// Callers who send whole requests and then sit on their connections keep
// nobody out either.
func TestGenuineCallbackAmongIdleOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l, stop := serveVirtual(t, ServerConfig{Deliver: new(book).deliver})
		defer stop()
		for range maxConns {
			connect(l, post(unknown, "{}"))
		}
		synctest.Wait()
		began := time.Now()
		genuine := connect(l, post(known, cancelled))
		for genuine.answers() == 0 && time.Since(began) < idleTimeout {
			synctest.Wait()
			<-time.After(time.Millisecond)
		}
		if took := time.Since(began); took > grace+time.Millisecond {
			t.Errorf("answered after %v, want %v", took, grace)
		}
	})
}

// A connection that ends gives its place back: nobody is closed for its sake.
func TestPlacesAreGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l, stop := serveVirtual(t, ServerConfig{Deliver: new(book).deliver})
		defer stop()
		kept := connect(l, post(known, cancelled))
		for range 2 * maxConns {
			<-connect(l, "GET / HTTP/1.0\r\n\r\n").ended
		}
		if got := s.Stats(); got.Evicted != 0 || got.Refused != 2*maxConns {
			t.Errorf("%d evicted and %d refused, want 0 and %d", got.Evicted, got.Refused, 2*maxConns)
		}
		select {
		case <-kept.ended:
			t.Error("the kept connection was closed")
		default:
		}
	})
}

// A callback that is being recorded is never closed to make room, and the
// newcomer gets its place when it is done.
func TestRecordingIsNeverEvicted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recording := make(chan struct{})
		s, l, stop := serveVirtual(t, ServerConfig{Deliver: func(context.Context, string, []byte) error {
			<-recording
			return nil
		}})
		defer stop()
		var held []*client
		for range maxConns {
			held = append(held, connect(l, post(known, cancelled)))
		}
		newcomer := connect(l, post(known, cancelled))
		<-time.After(10 * grace)
		synctest.Wait()
		if got := s.Stats(); got.Evicted != 0 || got.Received != maxConns {
			t.Errorf("%d evicted and %d received, want 0 and %d", got.Evicted, got.Received, maxConns)
		}
		close(recording)
		<-time.After(2 * grace)
		synctest.Wait()
		for i, c := range append(held, newcomer) {
			if c.answers() != 1 {
				t.Errorf("callback %d of %d: %d answers", i+1, maxConns+1, c.answers())
			}
		}
	})
}

// The 200 is a promise that the callback is on disk.
func TestAnswerFollowsDeliver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recorded := make(chan struct{})
		_, l, stop := serveVirtual(t, ServerConfig{Deliver: func(context.Context, string, []byte) error {
			<-recorded
			return nil
		}})
		defer stop()
		c := connect(l, post(known, cancelled))
		<-time.After(3 * time.Second)
		synctest.Wait()
		if c.text() != "" {
			t.Errorf("%q was sent before Deliver returned", c.text())
		}
		close(recorded)
		synctest.Wait()
		if c.answers() != 1 {
			t.Errorf("%q was sent after Deliver returned", c.text())
		}
	})
}

// What has been read is recorded, even if the caller hangs up; but not for
// ever.
func TestDeliverOutlivesItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var took time.Duration
		_, l, stop := serveVirtual(t, ServerConfig{Deliver: func(ctx context.Context, _ string, _ []byte) error {
			began := time.Now()
			<-ctx.Done()
			took = time.Since(began)
			return ctx.Err()
		}})
		c := connect(l, post(known, cancelled))
		synctest.Wait()
		c.Close()
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
		if took != deliverTimeout {
			t.Errorf("Deliver's context ended after %v, want %v", took, deliverTimeout)
		}
	})
}

func TestStopFinishesCallbacks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l, stop := serveVirtual(t, ServerConfig{Deliver: func(context.Context, string, []byte) error {
			<-time.After(3 * time.Second)
			return nil
		}})
		strangers := []*client{connect(l, ""), connect(l, slowHeader), connect(l, post(known, "")), connect(l, post(known, "{}")[:100])}
		genuine := connect(l, post(known, cancelled))
		synctest.Wait()
		began := time.Now()
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
		if took := time.Since(began); took < 3*time.Second || took > 3*time.Second+500*time.Millisecond {
			t.Errorf("stopped after %v, want 3 s", took)
		}
		if genuine.answers() != 1 {
			t.Errorf("the callback in hand was answered %q", genuine.text())
		}
		if !strings.Contains(genuine.text(), "Connection: close") {
			t.Errorf("the caller may send the next one to a closed door: %q", genuine.text())
		}
		for _, c := range strangers {
			<-c.ended
		}
	})
}

func TestStopDoesNotWaitForStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l, stop := serveVirtual(t, ServerConfig{Deliver: new(book).deliver})
		for range 300 {
			connect(l, slowHeader)
		}
		synctest.Wait()
		began := time.Now()
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("stopped after %v", took)
		}
		for len(l.queue) > 0 { // those the kernel would reset
			(<-l.queue).Close()
		}
	})
}

func TestStopTellsOfAnEndlessDeliver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		defer close(end)
		_, l, stop := serveVirtual(t, ServerConfig{Deliver: func(context.Context, string, []byte) error {
			<-end
			return nil
		}})
		connect(l, post(known, cancelled))
		synctest.Wait()
		began := time.Now()
		if err := stop(); err == nil || !strings.Contains(err.Error(), "still being recorded") {
			t.Errorf("Serve: %v", err)
		}
		if took := time.Since(began); took != stopTimeout {
			t.Errorf("stopped after %v, want %v", took, stopTimeout)
		}
	})
}

// The same as above in real time: 600 slow connections over loopback, where a
// listener that makes newcomers wait would need 10 s.
func TestCrowdOverLoopback(t *testing.T) {
	var b book
	s := start(t, ServerConfig{Deliver: b.deliver})
	const slow = 600
	for range slow {
		io.WriteString(dial(t, s), slowHeader)
	}
	c := dial(t, s)
	c.SetDeadline(time.Now().Add(headerTimeout - time.Second))
	began := time.Now()
	io.WriteString(c, post(known, cancelled))
	if resp, body := readAnswer(t, bufio.NewReader(c)); resp.StatusCode != 200 || body != accepted {
		t.Errorf("answer %d %q", resp.StatusCode, body)
	}
	t.Logf("answered after %v", time.Since(began))
	if got := s.Stats().Evicted; got < slow+1-maxConns {
		t.Errorf("%d connections were evicted, want %d or more", got, slow+1-maxConns)
	}
}

// The same as above in real time: the one test that waits 5 s for a time-out.
func TestSlowHeaderOverLoopback(t *testing.T) {
	t.Parallel()
	s := start(t, ServerConfig{Deliver: new(book).deliver})
	began := time.Now() // the server counts from the connection, which is not before this
	c := dial(t, s)
	io.WriteString(c, slowHeader)
	_, err := io.ReadAll(c)
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		t.Errorf("still open after %v", time.Since(began))
	}
	if took := time.Since(began); took < headerTimeout {
		t.Errorf("cut after %v, want %v", took, headerTimeout)
	}
}

// A refusal must reach a caller who is still sending, not be lost in a reset.
func TestRefusalReachesASender(t *testing.T) {
	s := start(t, ServerConfig{Deliver: new(book).deliver})
	c := dial(t, s)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		io.WriteString(c, "POST /cb/"+known+" HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n")
		io.Copy(c, io.LimitReader(zeros{}, 10000000)) // fails when the server has gone
	}()
	if resp, _ := readAnswer(t, bufio.NewReader(c)); resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", resp.StatusCode)
	}
	<-sent
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

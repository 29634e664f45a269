package daraja

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A push that never had a connection is not sent; nobody needs to wait for it.
func TestPushNeverLeft(t *testing.T) {
	// The token comes over a working connection; only the push's own dial fails.
	failing := func(f *fakeDaraja, dial func(ctx context.Context) (net.Conn, error)) *http.Client {
		var dials atomic.Int32
		d := &net.Dialer{}
		return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dials.Add(1) == 1 {
				return d.DialContext(ctx, network, addr)
			}
			return dial(ctx)
		}}}
	}
	for name, dial := range map[string]func(ctx context.Context) (net.Conn, error){
		"name not found": func(context.Context) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "api.example.org", IsNotFound: true}
		},
		"refused": func(context.Context) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeDaraja(t, answering(200, pushAccepted))
			c := newTestClient(t, testConfig(f.URL), WithHTTPClient(failing(f, dial)))
			a, err := c.STKPush(t.Context(), testPush)
			if err == nil || !a.NotSent || a.Verdict != VerdictUnknown || a.MayHaveMovedMoney() || a.ErrorMessage == "" {
				t.Errorf("%+v, %v", a, err)
			}
			if says := failure(t, err); !strings.HasPrefix(says, "not sent: M-PESA could not be reached (") {
				t.Error(says)
			}
			if tokens, calls := f.seen(); tokens != 1 || len(calls) != 0 {
				t.Errorf("%d tokens, %d pushes", tokens, len(calls))
			}
		})
	}

	t.Run("given up while dialling", func(t *testing.T) {
		f := newFakeDaraja(t, answering(200, pushAccepted))
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{}) // net/http goes on dialling for a request that has gone
		c := newTestClient(t, testConfig(f.URL), WithHTTPClient(failing(f, func(context.Context) (net.Conn, error) {
			cancel()
			<-release
			return nil, errors.New("too late")
		})))
		a, err := c.STKPush(ctx, testPush)
		close(release)
		if !errors.Is(err, context.Canceled) || !a.NotSent || a.MayHaveMovedMoney() {
			t.Errorf("%+v, %v", a, err)
		}
	})

	t.Run("given up before", func(t *testing.T) {
		f := newFakeDaraja(t, answering(200, pushAccepted))
		c := newTestClient(t, testConfig(f.URL))
		if _, err := c.Authenticate(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if a, err := c.STKPush(ctx, testPush); !errors.Is(err, context.Canceled) || !a.NotSent {
			t.Errorf("%+v, %v", a, err)
		}
		if _, calls := f.seen(); len(calls) != 0 {
			t.Errorf("%d pushes", len(calls))
		}
	})

	t.Run("nobody listens", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		base := "http://" + l.Addr().String()
		l.Close()
		c := newTestClient(t, testConfig(base))
		a, err := c.STKPush(t.Context(), testPush)
		if err == nil || !a.NotSent || a.Verdict != VerdictUnknown || !strings.Contains(a.ErrorMessage, "no access token") {
			t.Errorf("%+v, %v", a, err)
		}
	})

	t.Run("certificate not trusted", func(t *testing.T) {
		pushes := 0
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { pushes++ }))
		server.Config.ErrorLog = discardLog()
		server.StartTLS()
		defer server.Close()
		c := newTestClient(t, testConfig(server.URL))
		c.tokens.token, c.tokens.until = "abc", time.Now().Add(time.Hour)
		a, err := c.STKPush(t.Context(), testPush)
		if err == nil || !a.NotSent || !strings.Contains(a.ErrorMessage, "certificate") || pushes != 0 {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

// droppingServer speaks HTTP/1.1 with kept-alive connections. It hands out tokens, and closes the
// connection on every push after it has read it, without a word.
type droppingServer struct {
	l  net.Listener
	wg sync.WaitGroup

	mu           sync.Mutex
	conns        int
	pushes       int
	pushesReused int // on a connection that had served something before
}

func newDroppingServer(t *testing.T) *droppingServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &droppingServer{l: l}
	s.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.wg.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.wg.Wait()
	})
	return s
}

func (s *droppingServer) counted() (pushes, reused, conns int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pushes, s.pushesReused, s.conns
}

func (s *droppingServer) serve(conn net.Conn) {
	defer conn.Close()
	s.mu.Lock()
	s.conns++
	s.mu.Unlock()
	in := bufio.NewReader(conn)
	for served := 0; ; served++ {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		if r.Method == http.MethodPost {
			s.mu.Lock()
			s.pushes++
			if served > 0 {
				s.pushesReused++
			}
			s.mu.Unlock()
			return
		}
		body := `{"access_token":"abc","expires_in":"3599"}`
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
}

// A push whose answer was lost is on the wire once, on a connection of its own.
func TestLostAnswerIsNotSentAgain(t *testing.T) {
	s := newDroppingServer(t)
	c := newTestClient(t, testConfig("http://"+s.l.Addr().String()))
	if _, err := c.Authenticate(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := c.STKPush(t.Context(), testPush)
	if err == nil || a.Verdict != VerdictUnknown || a.NotSent || !a.MayHaveMovedMoney() {
		t.Errorf("%+v, %v", a, err)
	}
	if pushes, reused, conns := s.counted(); pushes != 1 || reused != 0 || conns != 2 {
		t.Errorf("%d pushes, %d on a kept connection, %d connections", pushes, reused, conns)
	}
}

// Even where a foreign Transport does send it on a kept-alive connection, which is the case
// net/http retries, the push is on the wire once.
func TestLostAnswerOnAKeptConnection(t *testing.T) {
	s := newDroppingServer(t)
	inner := &http.Transport{}
	defer inner.CloseIdleConnections()
	wrapped := roundTripper(func(r *http.Request) (*http.Response, error) { return inner.RoundTrip(r) })
	c := newTestClient(t, testConfig("http://"+s.l.Addr().String()), WithHTTPClient(&http.Client{Transport: wrapped}))
	if _, err := c.Authenticate(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := c.STKPush(t.Context(), testPush)
	if err == nil || a.Verdict != VerdictUnknown || a.NotSent || !a.MayHaveMovedMoney() {
		t.Errorf("%+v, %v", a, err)
	}
	if pushes, reused, conns := s.counted(); pushes != 1 || reused != 1 || conns != 1 {
		t.Errorf("%d pushes, %d on a kept connection, %d connections", pushes, reused, conns)
	}
}

func TestLostAnswerOverHTTP2(t *testing.T) {
	var pushes, protocol atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprint(w, `{"access_token":"abc","expires_in":"3599"}`)
			return
		}
		pushes.Add(1)
		protocol.Store(int32(r.ProtoMajor))
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = discardLog()
	server.StartTLS()
	defer server.Close()
	c := newTestClient(t, testConfig(server.URL), WithHTTPClient(server.Client()))
	a, err := c.STKPush(t.Context(), testPush)
	if err == nil || a.Verdict != VerdictUnknown || a.NotSent || pushes.Load() != 1 || protocol.Load() != 2 {
		t.Errorf("%d pushes over HTTP/%d: %+v, %v", pushes.Load(), protocol.Load(), a, err)
	}
}

// What net/http needs for sending a POST again by itself, it does not get.
func TestPushCannotBeReplayed(t *testing.T) {
	pushes := 0
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			return respond(r, 200, `{"access_token":"abc","expires_in":"3599"}`)
		}
		pushes++
		if r.GetBody != nil || r.ContentLength <= 0 || r.Header.Get("Idempotency-Key") != "" {
			t.Errorf("GetBody %v, ContentLength %d", r.GetBody != nil, r.ContentLength)
		}
		return nil, io.ErrUnexpectedEOF
	})
	c := newTestClient(t, testConfig(SandboxURL), WithHTTPClient(&http.Client{Transport: transport}))
	a, err := c.STKPush(t.Context(), testPush)
	// This Transport reports to no trace, so that nothing proves the push never left.
	if !errors.Is(err, io.ErrUnexpectedEOF) || a.NotSent || !a.MayHaveMovedMoney() || pushes != 1 {
		t.Errorf("%d pushes: %+v, %v", pushes, a, err)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		f := newFakeDaraja(t, func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				http.Redirect(w, r, "/elsewhere", status)
				return
			}
			answering(200, pushAccepted)(w, r, n)
		})
		a, err := newTestClient(t, testConfig(f.URL)).STKPush(t.Context(), testPush)
		if err == nil || a.Verdict != VerdictUnknown || a.NotSent || a.HTTPStatus != status {
			t.Errorf("%d: %+v, %v", status, a, err)
		}
		if _, calls := f.seen(); len(calls) != 1 {
			t.Errorf("%d: %d requests", status, len(calls))
		}
	}
}

// An answer that breaks off says nothing, even if its beginning looks like one.
func TestAnswerCutShort(t *testing.T) {
	for _, status := range []int{200, 400, 401} {
		f := newFakeDaraja(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Length", "5000")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, pushAccepted)
		})
		a, err := newTestClient(t, testConfig(f.URL)).STKPush(t.Context(), testPush)
		if !errors.Is(err, io.ErrUnexpectedEOF) || a.Verdict != VerdictUnknown || a.NotSent || a.HTTPStatus != status || string(a.Raw) != pushAccepted {
			t.Errorf("%d: %+v, %v", status, a, err)
		}
		if _, calls := f.seen(); len(calls) != 1 {
			t.Errorf("%d pushes", len(calls))
		}
	}
}

// blanks is a body without end.
type blanks struct{ read int }

func (b *blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	b.read += len(p)
	return len(p), nil
}

func TestEndlessAnswer(t *testing.T) {
	var body blanks
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			return respond(r, 200, `{"access_token":"abc","expires_in":"3599"}`)
		}
		res, err := respond(r, 200, "")
		res.Body, res.ContentLength = io.NopCloser(&body), -1
		return res, err
	})
	c := newTestClient(t, testConfig(SandboxURL), WithHTTPClient(&http.Client{Transport: transport}))
	a, err := c.STKPush(t.Context(), testPush)
	if err == nil || a.Verdict != VerdictUnknown || len(a.Raw) != MaxBody || body.read > MaxBody+1 {
		t.Errorf("%d bytes kept, %d read, %s, %v", len(a.Raw), body.read, a.Verdict, err)
	}
}

// Each request has its own time to end in, and silence is no answer.
func TestTimeouts(t *testing.T) {
	silent := func(path string) *http.Client {
		return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet && path != "token" {
				return respond(r, 200, `{"access_token":"abc","expires_in":"3599"}`)
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}
	}
	for name, want := range map[string]time.Duration{"push": 30 * time.Second, "query": 15 * time.Second, "token": 15 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			c := newTestClient(t, testConfig(SandboxURL), WithHTTPClient(silent(name)))
			began := time.Now()
			var a Answer
			var err error
			if name == "query" {
				a, err = c.STKQuery(t.Context(), testCheckoutID)
			} else {
				a, err = c.STKPush(t.Context(), testPush)
			}
			if took := time.Since(began); took != want || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: after %v, %v", name, took, err)
			}
			if a.Verdict != VerdictUnknown || !strings.Contains(a.ErrorMessage, "no answer in time") || a.NotSent != (name == "token") {
				t.Errorf("%s: %+v", name, a)
			}
		})
	}
}

// A caller that waits no longer leaves a push that may have gone out.
func TestPushGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	f := newFakeDaraja(t, func(http.ResponseWriter, *http.Request, int) {
		cancel()
		<-release
	})
	defer close(release)
	a, err := newTestClient(t, testConfig(f.URL)).STKPush(ctx, testPush)
	if !errors.Is(err, context.Canceled) || a.NotSent || !a.MayHaveMovedMoney() {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestWithHTTPClientIsLeftAlone(t *testing.T) {
	given := &http.Client{Transport: &http.Transport{}}
	c := newTestClient(t, testConfig(SandboxURL), WithHTTPClient(given))
	if given.CheckRedirect != nil || given.Transport.(*http.Transport).DisableKeepAlives {
		t.Error("the caller's client was changed")
	}
	if c.http.Transport != given.Transport {
		t.Error("tokens and queries do not use the caller's transport")
	}
	c = newTestClient(t, testConfig(SandboxURL), WithHTTPClient(&http.Client{Timeout: time.Second}))
	if !c.pushes.Transport.(*http.Transport).DisableKeepAlives || c.pushes.Timeout != time.Second || http.DefaultTransport.(*http.Transport).DisableKeepAlives {
		t.Error("a client without a transport does not get a push's own connections")
	}
}

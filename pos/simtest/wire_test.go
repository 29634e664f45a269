package simtest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"
)

// line is a process's way to Daraja: an http.RoundTripper that ends with the process. It reports to
// the request's trace as net/http's own does, since that is how the client knows that nothing was
// sent.
type line struct{ *process }

// call is one request and what shall become of it, as far as that is decided before it arrives.
type call struct {
	begin  time.Duration // until it leaves: no two leave in one nanosecond
	unsent bool          // no connection is to be had
	uplink time.Duration // until it arrives
	arrive func() reply  // what Daraja makes of it; nil: it is lost on the way
	left   func()        // told when it leaves
}

// reply is Daraja's answer, and what becomes of it.
type reply struct {
	status int
	body   string
	after  time.Duration // until it is there
	lost   bool          // the connection breaks instead
	cut    bool          // it breaks in the middle of the body
	heard  func()        // told when the till has it; may be nil
}

var (
	errUnreachable = errors.New("connect: network is unreachable")
	errReset       = errors.New("read: connection reset by peer")
)

// RoundTrip implements http.RoundTripper.
func (l *line) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		_ = req.Body.Close()
	}
	ctx := req.Context()
	wait := func(d time.Duration) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-l.dead:
			return errCut
		}
	}
	select {
	case <-l.dead: // what is left of a dead process takes no part in the draws
		return nil, errCut
	default:
	}
	trace := httptrace.ContextClientTrace(ctx)
	trace.GetConn(req.URL.Host)
	c := l.w.mpesa.call(l.process, req, body)
	if err := wait(c.begin); err != nil {
		return nil, err
	}
	if !l.step() {
		return nil, errCut
	}
	if c.unsent {
		if err := wait(c.uplink); err != nil {
			return nil, err
		}
		return nil, errUnreachable
	}
	trace.GotConn(httptrace.GotConnInfo{})
	if c.left != nil {
		c.left()
	}
	if err := wait(c.uplink); err != nil {
		return nil, err
	}
	if c.arrive == nil {
		if err := wait(time.Minute); err != nil {
			return nil, err
		}
		return nil, errReset
	}
	r := c.arrive()
	if !l.step() {
		return nil, errCut
	}
	if err := wait(r.after); err != nil {
		return nil, err
	}
	if r.lost {
		return nil, errReset
	}
	if !l.step() {
		return nil, errCut
	}
	if r.heard != nil {
		r.heard()
	}
	res := &http.Response{
		StatusCode: r.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(r.body)), ContentLength: -1, Request: req,
	}
	if r.status == http.StatusTemporaryRedirect {
		res.Header.Set("Location", req.URL.String())
	}
	if r.cut {
		res.Body = io.NopCloser(io.MultiReader(strings.NewReader(r.body[:len(r.body)/2]), broken{}))
	}
	return res, nil
}

// broken is the rest of a body whose connection broke.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

package logfile

import (
	"bytes"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
)

// maxBody is how much of a body stands in the log. Daraja's have under 1 KiB.
const maxBody = 16 << 10

// Wire writes each request and each answer that goes through a RoundTripper to log at level Debug:
// headers and bodies, masked. What goes through is left as it is, and an answer is logged when its
// body is closed.
func Wire(log *slog.Logger) func(http.RoundTripper) http.RoundTripper {
	var exchanges atomic.Int64
	return func(next http.RoundTripper) http.RoundTripper {
		return &wire{next: next, log: log, exchanges: &exchanges}
	}
}

type wire struct {
	next      http.RoundTripper
	log       *slog.Logger
	exchanges *atomic.Int64 // how many there were: each has its number in the log
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	log := w.log.With("exchange", w.exchanges.Add(1))
	_, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	var body []byte
	if r.Body != nil {
		// The caller's body is in memory, and a transport may go on reading it after it has
		// returned.
		var err error
		body, err = io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context()) // a RoundTripper leaves its request alone
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	log.Debug("http request", "method", r.Method, "url", r.URL.String(), header(r.Header, credentials), "body", text(body, credentials))
	res, err := w.next.RoundTrip(r)
	if err != nil {
		log.Debug("http request failed", "err", err)
		return nil, err
	}
	res.Body = &copied{ReadCloser: res.Body, closed: func(body []byte, err error) {
		log.Debug("http response", "status", res.StatusCode, header(res.Header, credentials), "body", text(body, credentials), "err", err)
	}}
	return res, nil
}

// CloseIdleConnections is for [http.Client.CloseIdleConnections].
func (w *wire) CloseIdleConnections() {
	if c, ok := w.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Callbacks writes each request that a handler takes to log at level Debug, and the status it was
// answered with.
func Callbacks(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			body := &copied{ReadCloser: r.Body}
			r.Body = body
			answer := &answer{ResponseWriter: rw, status: http.StatusOK}
			next.ServeHTTP(answer, r)
			log.Debug("callback", "from", r.RemoteAddr, "method", r.Method, "path", r.URL.EscapedPath(), header(r.Header, ""),
				"body", text(body.seen.Bytes(), ""), "err", body.err, "answered", answer.status)
		})
	}
}

// copied keeps the first part of a body that is read through it.
type copied struct {
	io.ReadCloser
	seen   bytes.Buffer
	err    error                        // of reading; the end is none
	closed func(body []byte, err error) // may be nil
}

func (c *copied) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	c.seen.Write(b[:min(n, maxBody+1-c.seen.Len())])
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

func (c *copied) Close() error {
	if c.closed != nil {
		c.closed(c.seen.Bytes(), c.err)
		c.closed = nil
	}
	return c.ReadCloser.Close()
}

type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// credential finds the headers whose values are nobody's business.
var credential = regexp.MustCompile(`(?i)auth|cookie|token|secret|password|key`)

// header is a group of the headers in the order of their names.
func header(h http.Header, credentials string) slog.Attr {
	var lines []any
	for _, name := range slices.Sorted(maps.Keys(h)) {
		value := text([]byte(strings.Join(h[name], ", ")), credentials)
		if credential.MatchString(name) {
			value = hidden
		}
		lines = append(lines, slog.String(name, value))
	}
	return slog.Group("header", lines...)
}

// text is a body as far as it is logged, without the credentials of its exchange: an answer may
// repeat them.
func text(body []byte, credentials string) string {
	s := string(body)
	if len(credentials) >= shortest {
		s = strings.ReplaceAll(s, credentials, hidden)
	}
	if len(s) > maxBody {
		s = s[:maxBody] + " … and more"
	}
	return s
}

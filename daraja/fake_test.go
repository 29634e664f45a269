package daraja

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// fakeDaraja is a server on the loopback that hands out tokens, keeps what was sent to it, and
// answers pushes and queries as the test says.
type fakeDaraja struct {
	*httptest.Server

	// answer is called for each push and query with its number, beginning with 1.
	answer func(w http.ResponseWriter, r *http.Request, n int)
	// token is called for each request for a token; nil gives token-1, token-2, …
	token func(w http.ResponseWriter, r *http.Request, n int)

	mu     sync.Mutex
	tokens int
	calls  []call
}

// call is one push or query as it arrived.
type call struct {
	path, auth, body string
	header           http.Header
}

func newFakeDaraja(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, n int)) *fakeDaraja {
	f := &fakeDaraja{answer: answer}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

func (f *fakeDaraja) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	if r.URL.Path == "/oauth/v1/generate" {
		f.tokens++
		n := f.tokens
		f.mu.Unlock()
		if f.token != nil {
			f.token(w, r, n)
			return
		}
		fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":"3599"}`, n)
		return
	}
	f.calls = append(f.calls, call{r.URL.Path, r.Header.Get("Authorization"), string(body), r.Header})
	n := len(f.calls)
	f.mu.Unlock()
	f.answer(w, r, n)
}

func (f *fakeDaraja) seen() (tokens int, calls []call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tokens, append([]call(nil), f.calls...)
}

// answering answers everything with one status and body.
func answering(status int, body string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// testConfig is a Pay Bill with Safaricom's public sandbox short code and passkey.
func testConfig(base string) Config {
	return Config{
		BaseURL:        base,
		ConsumerKey:    "key",
		ConsumerSecret: "secret",
		Passkey:        "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919",
		ShortCode:      "174379",
	}
}

func newTestClient(t *testing.T, cfg Config, opts ...Option) *Client {
	t.Helper()
	c, err := New(cfg, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

var testPush = PushRequest{
	Amount: 450, Phone: "254712345678", CallBackURL: "https://duka.example.org/cb/1", AccountReference: "INV 42", TransactionDesc: "Goods",
}

// roundTripper is an http.RoundTripper that is not net/http's own.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(r *http.Request, status int, body string) (*http.Response, error) {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}, nil
}

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

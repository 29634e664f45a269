package tunnel

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	known   = "00112233445566778899aabbccddeeff"
	unknown = "ffeeddccbbaa99887766554433221100"

	// A made-up callback in the shape of a cancelled payment.
	cancelled = `{"Body":{"stkCallback":{"MerchantRequestID":"7","CheckoutRequestID":"ws_CO_8","ResultCode":1032,"ResultDesc":"Request cancelled by user"}}}`
)

// A book is a Deliver that knows one address and keeps what it gets.
type book struct {
	mu     sync.Mutex
	bodies []string
	calls  int
	err    error // for every callback to the known address
}

func (b *book) deliver(_ context.Context, address string, body []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	if address != known {
		return fmt.Errorf("till: %w", ErrUnknownAddress)
	}
	if b.err == nil {
		b.bodies = append(b.bodies, string(body))
	}
	return b.err
}

// start runs a server on loopback until the test ends.
func start(t testing.TB, cfg ServerConfig) *Server {
	t.Helper()
	s := NewServer(cfg)
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return s
}

// dial opens a connection to s that the test closes at its end, and that
// nobody waits on for longer than 8 s.
func dial(t testing.TB, s *Server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(8 * time.Second))
	return c
}

// post returns a request as a genuine caller writes it.
func post(address, body string) string {
	return fmt.Sprintf("POST /cb/%s HTTP/1.1\r\nHost: till.example\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", address, len(body), body)
}

// readAnswer reads one answer and its body.
func readAnswer(t testing.TB, r *bufio.Reader) (*http.Response, string) {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("the answer broke off: %v", err)
	}
	return resp, string(body)
}

func TestHostileRequests(t *testing.T) {
	full := strings.Repeat("x", maxBody)
	chunked := func(body string) string {
		return fmt.Sprintf("POST /cb/%s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", known, len(body), body)
	}
	request := func(line string, headers ...string) string {
		return line + "\r\nHost: h\r\n" + strings.Join(append(headers, ""), "\r\n") + "\r\n"
	}
	tests := []struct {
		name   string
		send   string
		status int
		answer string // exact, where it matters
		calls  int    // of Deliver
		bodies []string
		stats  Stats // without Outside: loopback is never Safaricom
	}{
		{name: "a callback", send: post(known, cancelled),
			status: 200, answer: accepted, calls: 1, bodies: []string{cancelled}, stats: Stats{Received: 1, Recorded: 1}},
		{name: "not JSON is Deliver's business", send: post(known, "<html>"),
			status: 200, answer: accepted, calls: 1, bodies: []string{"<html>"}, stats: Stats{Received: 1, Recorded: 1}},
		{name: "chunked", send: chunked(cancelled),
			status: 200, answer: accepted, calls: 1, bodies: []string{cancelled}, stats: Stats{Received: 1, Recorded: 1}},
		{name: "a query is ignored", send: request("POST /cb/"+known+"?a=b;c HTTP/1.1", "Content-Length: 1") + "x",
			status: 200, answer: accepted, calls: 1, bodies: []string{"x"}, stats: Stats{Received: 1, Recorded: 1}},
		{name: "64 KiB", send: post(known, full),
			status: 200, answer: accepted, calls: 1, bodies: []string{full}, stats: Stats{Received: 1, Recorded: 1}},

		{name: "unknown address", send: post(unknown, cancelled),
			status: 200, answer: accepted, calls: 1, stats: Stats{Received: 1, Unknown: 1}},
		{name: "upper-case address", send: post(strings.ToUpper(known), cancelled),
			status: 200, answer: accepted, stats: Stats{Received: 1, Unknown: 1}},
		{name: "escaped address", send: post("%30"+known[1:], cancelled),
			status: 200, answer: accepted, stats: Stats{Received: 1, Unknown: 1}},
		{name: "short address", send: post(known[1:], cancelled),
			status: 200, answer: accepted, stats: Stats{Received: 1, Unknown: 1}},
		{name: "long address", send: post(known+"0", cancelled),
			status: 200, answer: accepted, stats: Stats{Received: 1, Unknown: 1}},
		{name: "no address", send: post("", cancelled),
			status: 200, answer: accepted, stats: Stats{Received: 1, Unknown: 1}},
		{name: "slash after the address", send: post(known+"/", cancelled),
			status: 200, answer: accepted, stats: Stats{Received: 1, Unknown: 1}},
		{name: "dots before the address", send: post("../cb/"+known, cancelled),
			status: 200, answer: accepted, stats: Stats{Received: 1, Unknown: 1}},
		{name: "words for an address", send: post("'; drop table sales; --", cancelled), status: 400},

		{name: "empty body", send: post(known, ""),
			status: 200, answer: accepted, stats: Stats{Received: 1, Empty: 1}},
		{name: "no length", send: request("POST /cb/" + known + " HTTP/1.1"),
			status: 200, answer: accepted, stats: Stats{Received: 1, Empty: 1}},
		{name: "white space", send: post(known, " \r\n\t"),
			status: 200, answer: accepted, stats: Stats{Received: 1, Empty: 1}},
		{name: "empty body, unknown address", send: post(unknown, ""),
			status: 200, answer: accepted, stats: Stats{Received: 1, Empty: 1}},

		{name: "one byte over 64 KiB", send: post(known, full+"x"),
			status: 413, stats: Stats{Received: 1, Oversized: 1}},
		{name: "one byte over 64 KiB, chunked", send: chunked(full + "x"),
			status: 413, stats: Stats{Received: 1, Oversized: 1}},
		{name: "10 GB promised", send: request("POST /cb/"+known+" HTTP/1.1", "Content-Length: 10000000000"),
			status: 413, stats: Stats{Received: 1, Oversized: 1}},
		{name: "10 GB promised, expecting 100-continue", send: request("POST /cb/"+known+" HTTP/1.1", "Expect: 100-continue", "Content-Length: 10000000000"),
			status: 413, stats: Stats{Received: 1, Oversized: 1}},
		{name: "gzip", send: request("POST /cb/"+known+" HTTP/1.1", "Content-Encoding: gzip", "Content-Length: 4") + "\x1f\x8b\x08\x00",
			status: 415, stats: Stats{Received: 1, Malformed: 1}},
		{name: "gzip, unknown address", send: request("POST /cb/"+unknown+" HTTP/1.1", "Content-Encoding: gzip", "Content-Length: 4") + "\x1f\x8b\x08\x00",
			status: 415, stats: Stats{Received: 1, Malformed: 1}},
		{name: "broken chunk", send: request("POST /cb/"+known+" HTTP/1.1", "Transfer-Encoding: chunked") + "zz\r\n",
			status: 400, stats: Stats{Received: 1, Malformed: 1}},

		{name: "GET of an address", send: request("GET /cb/" + known + " HTTP/1.1"), status: 405, stats: Stats{Refused: 1}},
		{name: "PUT to an address", send: request("PUT /cb/"+known+" HTTP/1.1", "Content-Length: 1") + "x", status: 405, stats: Stats{Refused: 1}},
		{name: "made-up method", send: request("PAID /cb/" + known + " HTTP/1.1"), status: 405, stats: Stats{Refused: 1}},
		{name: "POST to a probe", send: request("POST /probe/" + known + " HTTP/1.1"), status: 405, stats: Stats{Refused: 1}},
		{name: "probe without a nonce", send: request("GET /probe/ HTTP/1.1"), status: 404, stats: Stats{Refused: 1}},
		{name: "probe with a text of the caller's choice", send: request("GET /probe/hello HTTP/1.1"), status: 404, stats: Stats{Refused: 1}},
		{name: "root", send: request("GET / HTTP/1.1"), status: 404, stats: Stats{Refused: 1}},
		{name: "another file", send: request("GET /.env HTTP/1.1"), status: 404, stats: Stats{Refused: 1}},
		{name: "POST elsewhere", send: request("POST /cb HTTP/1.1", "Content-Length: 1") + "x", status: 404, stats: Stats{Refused: 1}},
		{name: "double slash is not cleaned", send: request("POST //cb/"+known+" HTTP/1.1", "Content-Length: 1") + "x", status: 404, stats: Stats{Refused: 1}},
		{name: "OPTIONS *", send: request("OPTIONS * HTTP/1.1"), status: 404, stats: Stats{Refused: 1}},
		{name: "CONNECT", send: "CONNECT bank.example:443 HTTP/1.1\r\nHost: bank.example\r\n\r\n", status: 404, stats: Stats{Refused: 1}},
		{name: "proxy request", send: "GET http://bank.example/ HTTP/1.1\r\nHost: bank.example\r\n\r\n", status: 404, stats: Stats{Refused: 1}},

		{name: "headers over 16 KiB", send: request("POST /cb/"+known+" HTTP/1.1", "X: "+strings.Repeat("x", maxHeader)), status: 431},
		{name: "negative length", send: request("POST /cb/"+known+" HTTP/1.1", "Content-Length: -1"), status: 400},
		{name: "two lengths", send: request("POST /cb/"+known+" HTTP/1.1", "Content-Length: 1", "Content-Length: 2") + "xx", status: 400},
		{name: "no host", send: "POST /cb/" + known + " HTTP/1.1\r\n\r\n", status: 400},
		{name: "TLS", send: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", status: 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b book
			s := start(t, ServerConfig{Deliver: b.deliver})
			c := dial(t, s)
			io.WriteString(c, test.send) // a refusal may come before the end
			resp, answer := readAnswer(t, bufio.NewReader(c))
			if resp.StatusCode != test.status {
				t.Errorf("status %d, want %d", resp.StatusCode, test.status)
			}
			if test.answer != "" && answer != test.answer {
				t.Errorf("answer %q, want %q", answer, test.answer)
			}
			if b.calls != test.calls {
				t.Errorf("Deliver was called %d times, want %d", b.calls, test.calls)
			}
			if diff := cmp.Diff(test.bodies, b.bodies); diff != "" {
				t.Errorf("bodies (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.stats, s.Stats(), cmpopts.IgnoreFields(Stats{}, "Outside")); diff != "" {
				t.Errorf("stats (-want +got):\n%s", diff)
			}
		})
	}
}

// An answer must not tell whether an address exists, not even in a header.
func TestUnknownAddressLooksTheSame(t *testing.T) {
	var b book
	s := start(t, ServerConfig{Deliver: b.deliver})
	answer := func(address string) string {
		c := dial(t, s)
		io.WriteString(c, post(address, cancelled))
		resp, body := readAnswer(t, bufio.NewReader(c))
		resp.Header.Del("Date")
		return fmt.Sprint(resp.Status, resp.Header, body)
	}
	want := answer(known)
	for _, address := range []string{unknown, "x", ""} {
		if got := answer(address); got != want {
			t.Errorf("address %q: %s\nthe known one: %s", address, got, want)
		}
	}
}

func TestPipelinedCallbacks(t *testing.T) {
	var b book
	s := start(t, ServerConfig{Deliver: b.deliver})
	c := dial(t, s)
	go io.WriteString(c, post(known, "1")+post(unknown, "2")+post(known, "")+post(known, "3"))
	r := bufio.NewReader(c)
	for range 4 {
		if resp, body := readAnswer(t, r); resp.StatusCode != 200 || body != accepted {
			t.Fatalf("answer %d %q", resp.StatusCode, body)
		}
	}
	if diff := cmp.Diff([]string{"1", "3"}, b.bodies); diff != "" {
		t.Errorf("bodies (-want +got):\n%s", diff)
	}
}

func TestNotRecorded(t *testing.T) {
	b := book{err: errors.New("ledger: the disk is full")}
	s := start(t, ServerConfig{Deliver: b.deliver})
	c := dial(t, s)
	r := bufio.NewReader(c)

	io.WriteString(c, post(known, cancelled))
	resp, body := readAnswer(t, r)
	if resp.StatusCode != 503 || body != notRecorded {
		t.Errorf("answer %d %q, want 503 %q", resp.StatusCode, body, notRecorded)
	}
	if stats := s.Stats(); stats.Failed != 1 || stats.Recorded != 0 {
		t.Errorf("stats %+v, want one failure and nothing recorded", stats)
	}

	b.mu.Lock()
	b.err = nil
	b.mu.Unlock()
	io.WriteString(c, post(known, cancelled))
	if resp, _ := readAnswer(t, r); resp.StatusCode != 200 {
		t.Errorf("sent again: status %d, want 200", resp.StatusCode)
	}
	if stats := s.Stats(); stats.Failed != 1 || stats.Recorded != 1 {
		t.Errorf("stats %+v, want one failure and one recorded", stats)
	}
}

func TestSources(t *testing.T) {
	// The provider that knows its callers: one connection is Safaricom's.
	vouched := func(remote netip.AddrPort) netip.Addr {
		if remote == netip.MustParseAddrPort("127.0.0.1:4711") {
			return netip.MustParseAddr("196.201.214.206")
		}
		return netip.MustParseAddr("192.0.2.1")
	}
	own := netip.AddrPort.Addr // the connection's own address
	list := []netip.Addr{netip.MustParseAddr("192.0.2.1")}
	claims := map[string]string{
		"X-Forwarded-For": "196.201.214.200", "Forwarded": "for=196.201.214.200", "X-Real-Ip": "196.201.214.200",
		"Cf-Connecting-Ip": "196.201.214.200", "True-Client-Ip": "196.201.214.200", "Client-Ip": "196.201.214.200",
	}
	tests := []struct {
		name    string
		cfg     ServerConfig
		remote  string
		headers map[string]string
		outside int64
		calls   int
	}{
		{name: "Safaricom", cfg: ServerConfig{Caller: own}, remote: "196.201.214.200:4711", calls: 1},
		{name: "Safaricom, enforced", cfg: ServerConfig{Caller: own, EnforceSources: true}, remote: "196.201.212.138:4711", calls: 1},
		{name: "Safaricom over IPv6 socket", cfg: ServerConfig{Caller: own, EnforceSources: true}, remote: "[::ffff:196.201.213.44]:4711", calls: 1},
		{name: "stranger", cfg: ServerConfig{Caller: own}, remote: "192.0.2.1:4711", outside: 1, calls: 1},
		{name: "stranger, enforced", cfg: ServerConfig{Caller: own, EnforceSources: true}, remote: "192.0.2.1:4711", outside: 1},
		{name: "stranger over IPv6, enforced", cfg: ServerConfig{Caller: own, EnforceSources: true}, remote: "[2001:db8::1]:4711", outside: 1},
		{name: "stranger who claims to be Safaricom", cfg: ServerConfig{Caller: own}, remote: "192.0.2.1:4711", headers: claims, outside: 1, calls: 1},
		{name: "stranger who claims to be Safaricom, enforced", cfg: ServerConfig{Caller: own, EnforceSources: true}, remote: "192.0.2.1:4711", headers: claims, outside: 1},
		{name: "Safaricom who claims to be a stranger, enforced", cfg: ServerConfig{Caller: own, EnforceSources: true}, remote: "196.201.214.200:4711",
			headers: map[string]string{"X-Forwarded-For": "192.0.2.1"}, calls: 1},

		{name: "a proxy that nobody vouches for", remote: "127.0.0.1:4711", calls: 1},
		{name: "a proxy that nobody vouches for, enforced", cfg: ServerConfig{EnforceSources: true}, remote: "127.0.0.1:4711", calls: 1},
		{name: "a proxy with a claim", cfg: ServerConfig{EnforceSources: true}, remote: "127.0.0.1:4711", headers: claims, calls: 1},
		{name: "a remote that is no address", cfg: ServerConfig{Caller: own, EnforceSources: true}, remote: "@", calls: 1},

		{name: "vouched for as Safaricom", cfg: ServerConfig{EnforceSources: true, Caller: vouched}, remote: "127.0.0.1:4711", calls: 1},
		{name: "vouched for as a stranger", cfg: ServerConfig{EnforceSources: true, Caller: vouched}, remote: "127.0.0.1:4712", headers: claims, outside: 1},
		{name: "vouched for as a stranger over an IPv6 socket", cfg: ServerConfig{EnforceSources: true, Caller: vouched}, remote: "[::ffff:127.0.0.1]:4712", outside: 1},

		{name: "own list", cfg: ServerConfig{Caller: own, EnforceSources: true, Sources: list}, remote: "192.0.2.1:4711", calls: 1},
		{name: "own list without Safaricom", cfg: ServerConfig{Caller: own, EnforceSources: true, Sources: list}, remote: "196.201.214.200:4711", outside: 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b book
			test.cfg.Deliver = b.deliver
			s := NewServer(test.cfg)
			r := httptest.NewRequest("POST", "/cb/"+known, strings.NewReader(cancelled))
			r.RemoteAddr = test.remote
			for name, value := range test.headers {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != 200 || w.Body.String() != accepted {
				t.Errorf("answer %d %q", w.Code, w.Body)
			}
			if got := s.Stats().Outside; got != test.outside {
				t.Errorf("Outside %d, want %d", got, test.outside)
			}
			if b.calls != test.calls {
				t.Errorf("Deliver was called %d times, want %d", b.calls, test.calls)
			}
		})
	}
}

func TestSafaricomSources(t *testing.T) {
	var texts []string
	for _, addr := range SafaricomSources() {
		texts = append(texts, addr.String())
	}
	want := "196.201.214.200 196.201.214.206 196.201.214.207 196.201.214.208 196.201.213.44 196.201.213.114 " +
		"196.201.212.69 196.201.212.74 196.201.212.127 196.201.212.129 196.201.212.136 196.201.212.138"
	if got := strings.Join(texts, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLogHoldsNoSecrets(t *testing.T) {
	var log bytes.Buffer
	b := book{err: fmt.Errorf("ledger: callback %s with body %s: disk full", known, cancelled)}
	s := NewServer(ServerConfig{Deliver: b.deliver, Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	send := func(method, address, body string, header ...string) {
		r := httptest.NewRequest(method, "/cb/"+address, strings.NewReader(body))
		for _, name := range header {
			r.Header.Set(name, "gzip")
		}
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
	send("POST", known, cancelled)
	send("POST", unknown, cancelled)
	send("POST", known, cancelled, "Content-Encoding")
	send("POST", known, "")
	send("POST", known, cancelled+strings.Repeat(" ", maxBody))
	send("GET", known, cancelled)

	for _, secret := range []string{known, unknown, "stkCallback", "ws_CO_8", "cancelled by user"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is in the log:\n%s", secret, log.String())
		}
	}
	if !strings.Contains(log.String(), "disk full") {
		t.Errorf("the reason is not in the log:\n%s", log.String())
	}
}

func TestStrangersCannotFillTheLog(t *testing.T) {
	var log bytes.Buffer
	var b book
	s := NewServer(ServerConfig{Deliver: b.deliver, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for range 1000 {
		s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}
	// The 1st, 2nd, 4th, … 512th.
	if lines := strings.Count(log.String(), "\n"); lines != 10 {
		t.Errorf("%d lines for 1,000 requests, want 10", lines)
	}
}

func TestPortInUse(t *testing.T) {
	first := start(t, ServerConfig{Deliver: new(book).deliver})
	second := NewServer(ServerConfig{Deliver: new(book).deliver})
	err := second.Listen(first.Addr().String())
	if err == nil {
		t.Fatal("two servers on one port")
	}
	for _, want := range []string{first.Addr().String(), "in use", "stop that program", "another address"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if second.Addr() != nil {
		t.Errorf("Addr %v after Listen failed", second.Addr())
	}
}

func TestListenErrors(t *testing.T) {
	for _, addr := range []string{"127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http-till", "nowhere.invalid:0"} {
		if err := NewServer(ServerConfig{Deliver: new(book).deliver}).Listen(addr); err == nil || !strings.Contains(err.Error(), addr) {
			t.Errorf("Listen(%q): %v, want an error that names the address", addr, err)
		}
	}
}

func TestServeFreesThePort(t *testing.T) {
	s := NewServer(ServerConfig{Deliver: new(book).deliver})
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Serve(done); err != nil {
		t.Errorf("Serve: %v", err)
	}
	again := NewServer(ServerConfig{Deliver: new(book).deliver})
	if err := again.Listen(s.Addr().String()); err != nil {
		t.Fatalf("the port is still taken: %v", err)
	}
	if err := again.Serve(done); err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// A listener that breaks is an error, not a silent end.
func TestServeTellsThatItEnded(t *testing.T) {
	s := NewServer(ServerConfig{Deliver: new(book).deliver})
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.listener.Listener.Close()
	if err := s.Serve(t.Context()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve: %v, want net.ErrClosed", err)
	}
}

func TestProbeRoute(t *testing.T) {
	s := start(t, ServerConfig{Deliver: new(book).deliver})
	other := NewServer(ServerConfig{Deliver: new(book).deliver})
	c := dial(t, s)
	fmt.Fprintf(c, "GET /probe/%s HTTP/1.1\r\nHost: h\r\n\r\n", known)
	resp, proof := readAnswer(t, bufio.NewReader(c))
	if resp.StatusCode != 200 || proof != s.Proof(known) || len(proof) != 64 {
		t.Errorf("answer %d %q, want %q", resp.StatusCode, proof, s.Proof(known))
	}
	if resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a proxy may keep the proof: %v", resp.Header)
	}
	if proof == s.Proof(unknown) || proof == other.Proof(known) {
		t.Error("the proof does not depend on nonce and process")
	}
}

// Whatever a request looks like, Deliver sees only addresses and bodies within
// their bounds, and the answer is one of those that doc.go draws.
func FuzzServeHTTP(f *testing.F) {
	f.Add("POST", "/cb/"+known, cancelled, "")
	f.Add("POST", "/cb/"+known, "", "")
	f.Add("POST", "/cb/%30"+known[1:], "x", "")
	f.Add("POST", "/cb/../cb/"+known, "x", "gzip")
	f.Add("GET", "/probe/"+known, "", "")
	f.Add("OPTIONS", "*", "", "")
	f.Fuzz(func(t *testing.T, method, target, body, encoding string) {
		var head strings.Builder
		fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n", method, target, len(body))
		if encoding != "" {
			fmt.Fprintf(&head, "Content-Encoding: %s\r\n", encoding)
		}
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head.String() + "\r\n" + body)))
		if err != nil {
			t.Skip("net/http answers it")
		}
		s := NewServer(ServerConfig{Deliver: func(_ context.Context, address string, body []byte) error {
			if !isAddress(address) || strings.ToLower(address) != address || !strings.Contains(r.RequestURI, "/cb/"+address) {
				t.Errorf("Deliver got the address %q for %q", address, r.RequestURI)
			}
			if len(body) == 0 || len(body) > maxBody || r.Method != "POST" || r.Header.Get("Content-Encoding") != "" {
				t.Errorf("Deliver got %d bytes by %s", len(body), r.Method)
			}
			return nil
		}})
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		switch w.Code {
		case 200, 400, 404, 405, 413, 415:
		default:
			t.Errorf("status %d", w.Code)
		}
	})
}

// A URL is where callbacks come in; the till does not care by which. What was
// pushed with an old one is honoured as long as it arrives.
func TestCallbackToAnOldURL(t *testing.T) {
	var b book
	s := start(t, ServerConfig{Deliver: b.deliver})
	for i, base := range []string{"https://first.example.com", "https://second.example.com", "http://" + s.Addr().String()} {
		u, err := url.Parse(CallbackURL(base, known))
		if err != nil {
			t.Fatal(err)
		}
		c := dial(t, s)
		fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 1\r\n\r\n%d", u.Path, u.Host, i)
		if resp, _ := readAnswer(t, bufio.NewReader(c)); resp.StatusCode != 200 {
			t.Errorf("%s: status %d", base, resp.StatusCode)
		}
	}
	if diff := cmp.Diff([]string{"0", "1", "2"}, b.bodies); diff != "" {
		t.Errorf("bodies (-want +got):\n%s", diff)
	}
}

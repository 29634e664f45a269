package tunnel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Limits of one callback server. Genuine callbacks are under 1 KiB and arrive
// in one or two packets; all of this is room for slow lines, not for content.
const (
	maxBody        = 64 << 10
	maxHeader      = 16 << 10
	maxConns       = 256 // 2,000 slow connections cost 54 MiB, measured
	headerTimeout  = 5 * time.Second
	readTimeout    = 10 * time.Second
	writeTimeout   = 15 * time.Second
	idleTimeout    = 60 * time.Second
	deliverTimeout = 10 * time.Second // under writeTimeout, so that a failure can still be answered
	stopTimeout    = deliverTimeout + 2*time.Second
)

// The paths of the server below the public URL.
const (
	callbackPath = "/cb/"
	probePath    = "/probe/"
)

// The answers to a callback. Every caller gets accepted, whether or not the
// address exists, so that nobody can learn addresses by asking.
const (
	accepted    = `{"ResultCode":0,"ResultDesc":"Accepted"}`
	notRecorded = `{"ResultCode":1,"ResultDesc":"Not recorded, please send again"}`
)

// ErrUnknownAddress is what [ServerConfig.Deliver] returns when no attempt has
// the callback's address.
var ErrUnknownAddress = errors.New("tunnel: no attempt has this callback address")

// ServerConfig says what a [Server] does with callbacks.
type ServerConfig struct {
	// Deliver takes one callback: the secret part of its path (44 lower-case
	// hexadecimal digits, 32 from older ledgers) and its raw body (1 byte to 64 KiB, any content).
	// Required. It is called from many goroutines at once.
	//
	// nil means that the callback is durably recorded, or of no interest: the
	// caller is told 200. An error that is [ErrUnknownAddress] changes only a
	// counter: the caller is told the same 200. After any other error the
	// caller is told 503, because sending again may help.
	//
	// ctx does not end when the caller hangs up (what has been read is to be
	// recorded) but after ten seconds, which Deliver must respect: a stopping
	// server waits for it.
	Deliver func(ctx context.Context, address string, body []byte) error

	// Caller returns who is behind the connection from remote, the zero Addr
	// where nobody vouches for that: see [Caller], which asks the provider. It
	// is given the connection's address and not the request, because whatever
	// a request says (X-Forwarded-For) is written by the caller. nil means
	// that nobody vouches.
	Caller func(remote netip.AddrPort) netip.Addr

	// Sources are the addresses that callbacks are expected from; nil means
	// [SafaricomSources]. A callback from a caller who is vouched for and is
	// not one of them is counted and logged. One from a caller for whom nobody
	// vouches says nothing about its source, and is neither.
	Sources []netip.Addr

	// EnforceSources also drops the callbacks that are counted so, with the
	// usual 200. It is off unless the owner wants it: Safaricom may add
	// addresses without notice.
	EnforceSources bool

	// Tap, where it is not nil, makes of the handler of callbacks the one that
	// takes them: to look at what comes, addresses and bodies and all.
	Tap func(http.Handler) http.Handler

	// Logger may be nil, which is silent. No log line holds a callback's
	// address or body.
	Logger *slog.Logger
}

// SafaricomSources returns the addresses from which Safaricom says that it
// sends callbacks (Safaricom's Daraja pages).
func SafaricomSources() []netip.Addr {
	var sources []netip.Addr
	for _, address := range []string{
		"196.201.214.200", "196.201.214.206", "196.201.214.207", "196.201.214.208", "196.201.213.44", "196.201.213.114",
		"196.201.212.69", "196.201.212.74", "196.201.212.127", "196.201.212.129", "196.201.212.136", "196.201.212.138",
	} {
		sources = append(sources, netip.MustParseAddr(address))
	}
	return sources
}

// Stats counts what a [Server] has met since it was made.
type Stats struct {
	Received  int64 // POSTs to /cb/, whatever became of them
	Recorded  int64 // Deliver returned nil
	Failed    int64 // Deliver could not record: answered 503
	Unknown   int64 // no attempt has the address, or it is not an address
	Empty     int64 // no body, or only white space; not delivered
	Malformed int64 // Content-Encoding, or the body ended early or came too slowly; not delivered
	Oversized int64 // body over 64 KiB; not delivered
	Outside   int64 // surely not from ServerConfig.Sources; delivered all the same, unless enforced
	Refused   int64 // other methods and other paths
	Evicted   int64 // connections closed, while none of their callbacks was in hand, to make room
}

// A Server takes callbacks and answers probes. Make one with [NewServer], bind
// it with [Server.Listen] and run it with [Server.Serve].
type Server struct {
	cfg       ServerConfig
	log       *slog.Logger
	key       proofKey
	callbacks http.Handler   // of POSTs to /cb/
	listener  *limitListener // nil until Listen

	mu    sync.Mutex
	stats Stats // Evicted is kept by the listener
}

// NewServer returns a server that is not listening yet. It does no I/O.
func NewServer(cfg ServerConfig) *Server {
	if cfg.Deliver == nil {
		panic("tunnel: ServerConfig.Deliver is required")
	}
	if cfg.Caller == nil {
		cfg.Caller = func(netip.AddrPort) netip.Addr { return netip.Addr{} }
	}
	if cfg.Sources == nil {
		cfg.Sources = SafaricomSources()
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, log: cfg.Logger, key: newProofKey()}
	s.callbacks = http.HandlerFunc(s.callback)
	if cfg.Tap != nil {
		s.callbacks = cfg.Tap(s.callbacks)
	}
	return s
}

// wsaeaddrinuse is Windows' own number for syscall.EADDRINUSE, which the
// syscall package does not translate.
const wsaeaddrinuse = syscall.Errno(10048)

// Listen binds addr (host:port; port 0 picks a free one). From here on callers
// wait rather than being refused, and [Server.Addr] tells the port.
func (s *Server) Listen(addr string) error {
	ln, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, wsaeaddrinuse):
		return fmt.Errorf("tunnel listen: %s is in use by another program: stop that program (a second till?) or choose another address for callbacks", addr)
	case err != nil:
		return fmt.Errorf("tunnel listen: callbacks cannot be taken on %q, choose an address of this machine such as 127.0.0.1:8180: %w", addr, err)
	}
	s.listener = newLimitListener(ln, maxConns)
	return nil
}

// Addr returns the address that Listen has bound, nil before that.
func (s *Server) Addr() net.Addr {
	if s.listener == nil {
		return nil
	}
	return s.listener.Addr()
}

// Serve answers callers until ctx is done, then takes no new ones, finishes
// the callbacks that are being recorded, cuts the rest, and returns nil. When
// it returns, the port is free and no goroutine of the server is left, unless
// a Deliver outstays its context: then it says so in its error. It may be
// called once, after Listen; a ctx that is already done only frees the port.
func (s *Server) Serve(ctx context.Context) error {
	srv := &http.Server{
		Handler:           s,
		MaxHeaderBytes:    maxHeader - 4<<10, // net/http allows 4 KiB on top
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelError),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
		// "OPTIONS *" is a stranger like any other.
		DisableGeneralOptionsHandler: true,
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(s.listener) }()

	var err error
	select {
	case <-ctx.Done():
		s.listener.Close()
		<-served
	case err = <-served:
		err = fmt.Errorf("tunnel: callbacks are no longer taken, start the till again: %w", err)
		s.listener.Close()
	}

	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	srv.SetKeepAlivesEnabled(false)
	s.listener.drain(stop.Done())
	if srv.Shutdown(stop) != nil {
		srv.Close()
		err = errors.Join(err, errors.New("tunnel: stopped while a callback was still being recorded; its payment is asked for again at the next start"))
	}
	return err
}

// ServeHTTP answers one request. It is exported so that a test can deliver
// callbacks without a socket.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The escaped path: an address has one spelling only.
	path := r.URL.EscapedPath()
	if strings.HasPrefix(path, callbackPath) {
		if s.allowed(w, r, http.MethodPost) {
			s.callbacks.ServeHTTP(w, r)
		}
		return
	}
	if nonce, ok := strings.CutPrefix(path, probePath); ok && isHex128(nonce) {
		if s.allowed(w, r, http.MethodGet) {
			s.probe(w, nonce)
		}
		return
	}
	s.count(&s.stats.Refused, "request for another path")
	http.Error(w, "not found", http.StatusNotFound)
}

// allowed answers 405 unless the request has the route's method.
func (s *Server) allowed(w http.ResponseWriter, r *http.Request, method string) bool {
	if r.Method == method {
		return true
	}
	s.count(&s.stats.Refused, "request with another method")
	w.Header().Set("Allow", method)
	http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	return false
}

// callback answers a POST to /cb/. The order matters: nothing before Deliver
// depends on whether the address exists.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	s.add(&s.stats.Received)
	address := strings.TrimPrefix(r.URL.EscapedPath(), callbackPath)
	body, ok := s.readBody(w, r)
	if !ok {
		return
	}
	if len(bytes.TrimSpace(body)) == 0 {
		// Empty bodies arrive before real ones (seen on the wire).
		s.count(&s.stats.Empty, "callback without a body")
		answer(w, http.StatusOK, accepted)
		return
	}
	if from := s.caller(r); from.IsValid() && !slices.Contains(s.cfg.Sources, from) {
		s.count(&s.stats.Outside, "callback from outside Safaricom's published addresses", "from", from)
		if s.cfg.EnforceSources {
			answer(w, http.StatusOK, accepted)
			return
		}
	}
	switch err := s.deliver(r, address, body); {
	case errors.Is(err, ErrUnknownAddress):
		s.count(&s.stats.Unknown, "callback to an unknown address")
		answer(w, http.StatusOK, accepted)
	case err != nil:
		s.add(&s.stats.Failed)
		s.log.Error("callback not recorded", "error", mask(err, address, body))
		answer(w, http.StatusServiceUnavailable, notRecorded)
	default:
		s.add(&s.stats.Recorded)
		answer(w, http.StatusOK, accepted)
	}
}

// readBody returns the whole body, or answers and reports false.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	if len(r.Header.Values("Content-Encoding")) > 0 {
		s.count(&s.stats.Malformed, "callback with a Content-Encoding")
		http.Error(w, "send the body without Content-Encoding", http.StatusUnsupportedMediaType)
		return nil, false
	}
	var body []byte
	var err error
	oversized := r.ContentLength > maxBody // said beforehand: not worth waiting for
	if !oversized {
		body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		_, oversized = errors.AsType[*http.MaxBytesError](err)
	}
	switch {
	case oversized:
		s.count(&s.stats.Oversized, "callback over 64 KiB")
		http.Error(w, "body over 64 KiB", http.StatusRequestEntityTooLarge)
		return nil, false
	case err != nil:
		s.count(&s.stats.Malformed, "callback whose body ended early")
		http.Error(w, "body ended early", http.StatusBadRequest)
		return nil, false
	}
	return body, true
}

// deliver hands over a body that has been read whole. Meanwhile its connection
// cannot be closed to make room, so that the caller gets its answer.
func (s *Server) deliver(r *http.Request, address string, body []byte) error {
	if !isAddress(address) {
		return ErrUnknownAddress
	}
	if c, ok := r.Context().Value(connKey{}).(*conn); ok {
		c.hold()
		defer c.release()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), deliverTimeout)
	defer cancel()
	return s.cfg.Deliver(ctx, address, body)
}

// Stats returns the counters of this moment.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	stats := s.stats
	s.mu.Unlock()
	if s.listener != nil {
		stats.Evicted = s.listener.evictions()
	}
	return stats
}

// add adds one to a counter of s.stats and returns its new value.
func (s *Server) add(counter *int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	*counter++
	return *counter
}

// count is add with a log line for the 1st, 2nd, 4th, 8th … time: strangers
// choose how often it happens, and must not be able to fill the disk.
func (s *Server) count(counter *int64, what string, args ...any) {
	if n := s.add(counter); n&(n-1) == 0 {
		s.log.Warn(what, append(args, "count", n)...)
	}
}

// answer writes a JSON answer. A failure to write it needs no handling: what
// was recorded stays recorded, and the caller may send again.
func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, body)
}

// mask returns the text of err without the callback's secrets.
func mask(err error, address string, body []byte) string {
	return strings.NewReplacer(address, "…", string(body), "…").Replace(err.Error())
}

// caller returns who sent r, where somebody vouches for that.
func (s *Server) caller(r *http.Request) netip.Addr {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	remote = netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port())
	return s.cfg.Caller(remote).Unmap()
}

// isAddress reports whether s has the form of an attempt's address: its moment
// in 12 hexadecimal digits and 128 bits, or in older ledgers 128 bits alone.
func isAddress(s string) bool {
	const moment = 12
	return isHex128(s) || len(s) == moment+32 && isHex128(s[moment:]) && strings.Trim(s[:moment], "0123456789abcdef") == ""
}

// isHex128 reports whether s is 128 bits in lower-case hexadecimal digits.
func isHex128(s string) bool {
	return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}

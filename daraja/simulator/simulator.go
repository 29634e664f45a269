package simulator

import (
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The paths of Daraja's three calls.
const (
	pathToken = "/oauth/v1/generate"
	pathPush  = "/mpesa/stkpush/v1/processrequest"
	pathQuery = "/mpesa/stkpushquery/v1/query"
)

// maxBody is the size in bytes at which a request body is cut off and refused as malformed.
const maxBody = 64 << 10

// callbackTimeout is how long the simulator's own HTTP client waits for a callback listener's
// answer.
const callbackTimeout = 10 * time.Second

// eat is East Africa Time, in which Daraja writes every date.
var eat = time.FixedZone("EAT", 3*3600)

// Platform selects how a query says that a payment is still pending.
type Platform string

const (
	// PlatformNew says it as HTTP 200 with ResultCode "4999", as Daraja does since October 2025
	// (measured).
	PlatformNew Platform = "new"
	// PlatformOld says it as HTTP 500 with errorCode 500.001.1001, as Daraja did before.
	PlatformOld Platform = "old"
)

// RateLimit selects whether queries are limited.
type RateLimit string

const (
	// RateLimitOff answers every query.
	RateLimitOff RateLimit = "off"
	// RateLimitSandbox answers one query per 12 s over all clients, without bursts, and refuses the
	// others as the sandbox's gateway does: HTTP 429 with an Apigee fault (measured).
	RateLimitSandbox RateLimit = "sandbox"
)

// Options adjusts a [Simulator]. The zero value is useful: real time, the new platform, no rate
// limit, any credentials.
type Options struct {
	// Speed divides every delay, the rate limit's included: 10 is ten times as fast as life. Zero
	// is 1. The life of a token is not a delay and stays at an hour, as the client was told.
	Speed float64

	// Platform is the shape of a pending query; "" is PlatformNew.
	Platform Platform

	// RateLimit is the limit on queries; "" is RateLimitOff.
	RateLimit RateLimit

	// ConsumerKey and ConsumerSecret are the only pair that gets a token. Where one is "", any
	// non-empty text passes in its place.
	ConsumerKey, ConsumerSecret string

	// ShortCode is the only BusinessShortCode served; "" serves every one.
	ShortCode string

	// Passkey is what the Password must have been made with. With "" any passkey passes, but the
	// Password must still be base64 of the BusinessShortCode, something, and the Timestamp that was
	// sent with it.
	Passkey string

	// InvalidateTokens makes each new token end the earlier ones of the same consumer key.
	// Safaricom's page says that Daraja does so. It is off by default because several tills and
	// tests may share one simulator and one key, each with its own cache of tokens, and would throw
	// each other out.
	InvalidateTokens bool

	// Seed makes every random choice (delays, ids, receipts) repeatable; 0 draws a new seed each
	// time.
	Seed uint64

	// HTTPClient delivers the callbacks. With nil the simulator uses a client of its own, which
	// waits 10 s, follows no redirects and trusts the system's certificate authorities.
	HTTPClient *http.Client

	// Logger gets one line per request, payment and callback, without secrets or whole phone
	// numbers; nil is silent.
	Logger *slog.Logger
}

// Simulator is a simulated Daraja with its customers. Make it with [New], serve it over HTTP, and
// Close it. All methods may be called from several goroutines.
//
// On a push to a phone ending in 64 ServeHTTP drops the connection, which it does by panicking with
// [http.ErrAbortHandler]: net/http's servers expect that, a test that calls ServeHTTP itself must
// recover it.
type Simulator struct {
	opts   Options
	client *http.Client
	log    *slog.Logger
	own    *http.ServeMux // the simulator's own pages, which Daraja does not have

	ctx    context.Context // done once the simulator is closed
	cancel context.CancelFunc
	wg     sync.WaitGroup // every goroutine of ours; grows only under mu, and not after cancel

	mu        sync.Mutex // guards everything below
	rng       *rand.Rand
	ids       idSource
	tokens    map[string]grant    // by access token
	attempts  map[string]*attempt // by CheckoutRequestID, the newest `kept` of them
	order     []string            // CheckoutRequestIDs of attempts, oldest first
	open      map[string]*attempt // open prompts by MSISDN
	refused   map[string]bool     // MSISDN and CallBackURL of pushes refused once
	lastQuery time.Time           // the last query that the rate limit let through
	changed   chan struct{}       // closed and replaced when the open prompts change
	journal   Journal
}

// New returns a running simulator. It starts no goroutine and touches no network until it is asked
// something.
func New(opts Options) *Simulator {
	if opts.Speed <= 0 {
		opts.Speed = 1
	}
	if opts.Seed == 0 {
		opts.Seed = rand.Uint64()
	}
	s := &Simulator{
		opts:     opts,
		client:   opts.HTTPClient,
		log:      opts.Logger,
		rng:      rand.New(rand.NewPCG(opts.Seed, 0)),
		tokens:   make(map[string]grant),
		attempts: make(map[string]*attempt),
		open:     make(map[string]*attempt),
		refused:  make(map[string]bool),
		changed:  make(chan struct{}),
	}
	s.ids = newIDSource(s.rng)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.client == nil {
		s.client = &http.Client{
			Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment},
			Timeout:       callbackTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	s.own = s.ownPages()
	return s
}

// Close ends every prompt's clock and every callback, waits for them, and always returns nil.
// Requests that come later are answered with 503.
func (s *Simulator) Close() error {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	s.wg.Wait()
	if s.opts.HTTPClient == nil {
		s.client.CloseIdleConnections()
	}
	return nil
}

// ServeHTTP answers Daraja's three calls and the simulator's own pages.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case s.ctx.Err() != nil:
		http.Error(w, "the simulator is closed", http.StatusServiceUnavailable)
	case r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/simulator/"):
		s.own.ServeHTTP(w, r)
	default:
		s.serveDaraja(w, r)
	}
}

// serveDaraja answers one request as Daraja and journals it before the answer leaves, so that a
// client which has its answer finds the request in the journal.
func (s *Simulator) serveDaraja(w http.ResponseWriter, r *http.Request) {
	at := time.Now().In(eat)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	a := badPayload
	if err == nil {
		a = s.daraja(r, body)
	}
	if r.URL.Path == pathToken {
		body = nil // a client may have put its secret there
	}
	s.mu.Lock()
	if f, ok := a.body.(failure); ok && f.RequestID == "" {
		f.RequestID = s.ids.requestID()
		a.body = f
	}
	s.journal.request(Request{Time: at, Method: r.Method, Path: r.URL.Path, Status: a.status, Body: string(body)})
	s.mu.Unlock()
	s.log.Info("request", "method", r.Method, "path", r.URL.Path, "status", a.status)
	a.write(w)
}

func (s *Simulator) daraja(r *http.Request, body []byte) answer {
	serve := s.push
	switch r.URL.Path {
	case pathToken:
		return s.token(r, body)
	case pathPush:
	case pathQuery:
		serve = s.query
	default:
		return refuse(http.StatusNotFound, "404.001.01", "Resource not found")
	}
	if bad := s.authorize(r); bad != nil {
		return *bad
	}
	return serve(r, body)
}

// after runs f in a goroutine of its own once d has passed at the simulator's speed, unless the
// simulator is closed first. The caller holds mu; f must take it itself where it needs it.
func (s *Simulator) after(d time.Duration, f func()) {
	if s.ctx.Err() != nil {
		return
	}
	s.wg.Go(func() {
		select {
		case <-time.After(s.scaled(d)):
			f()
		case <-s.ctx.Done():
		}
	})
}

// scaled returns a delay of life as it lasts at the simulator's speed.
func (s *Simulator) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / s.opts.Speed)
}

// draw picks a duration within a span. The caller holds mu.
func (s *Simulator) draw(within span) time.Duration {
	return within.shortest + time.Duration(s.rng.Int64N(int64(within.longest-within.shortest)+1))
}

// masked shortens a phone number to what a log may hold: the two digits that choose the ending.
func masked(msisdn string) string {
	return "…" + lastTwo(msisdn)
}

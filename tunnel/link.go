package tunnel

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"kaunta/daraja"
)

// The pace of a link.
const (
	retryFirst = 250 * time.Millisecond // doubled after each session, up to
	retryMost  = 15 * time.Second       // below the 20 s for which a relay holds a callback

	probeIdle = 30 * time.Second       // after a probe that proved
	probeStep = 500 * time.Millisecond // times the probes that failed in a row, up to
	probeMost = 5 * time.Second

	// proofLife is how long a proof holds. Beyond the idle interval it leaves time for
	// several more tries, so that one lost packet is not yet a doubt.
	proofLife = probeIdle + 15*time.Second
)

// A State says what is known about a link.
type State int

// The states of a link.
const (
	StateOff        State = iota // not running, or polling only
	StateConnecting              // a session was started; its URL is not known yet
	StateChecking                // there is a URL, not proved yet in this session
	StateLive                    // proved: Safaricom can reach the till
	StateDoubtful                // was Live, but the last proof is too old
	StateDown                    // the session ended; the next one follows by itself
	StateBlocked                 // refused for good: waits for a person
)

var stateNames = [...]string{"off", "connecting", "checking", "live", "doubtful", "down", "blocked"}

// String returns the state in one lower-case word.
func (s State) String() string {
	if s < 0 || int(s) >= len(stateNames) {
		return fmt.Sprintf("State(%d)", int(s))
	}
	return stateNames[s]
}

// A Status is a link at one moment.
type Status struct {
	State State
	Since time.Time // when State began; zero before Run

	// URL is the public base URL: of this session or, if it is the owner's
	// and outlives sessions, of an earlier one. Empty when there is none.
	URL string

	// Epoch counts the URLs so far: 0 before the first, and one more with
	// each URL that differs from the one before.
	Epoch int

	LastProof time.Time // zero: never

	// Err is why the last session ended, or what the last probe met. nil
	// after a proof.
	Err error
}

// Offline reports whether the trouble of the link is the till's internet
// rather than the tunnel: neither works. darajaFails says that Daraja's own
// address cannot be reached either, which the till knows from its queries.
func (s Status) Offline(darajaFails bool) bool {
	switch s.State {
	case StateConnecting, StateChecking, StateDoubtful, StateDown:
		return darajaFails && s.Err != nil
	}
	return false
}

// LinkConfig is what a [Link] needs. LocalAddr and Proof are required.
type LinkConfig struct {
	LocalAddr string                    // where the callback server listens, host:port
	Proof     func(nonce string) string // what it answers to a probe: [Server.Proof]

	// Transport carries the probes; nil means direct HTTP with a fresh
	// connection for each.
	Transport http.RoundTripper
}

// A Link keeps one provider's session up and tells whether it works. Make it
// with [NewLink]; its methods may be called at any time, from any goroutine.
type Link struct {
	provider Provider
	cfg      LinkConfig
	check    chan struct{} // holds a token after CheckNow

	mu       sync.Mutex
	status   Status
	lastURL  string // the URL of status.Epoch
	proved   bool   // the session has been proved
	watchers map[chan Status]struct{}
}

// NewLink returns a link that is off until [Link.Run].
func NewLink(p Provider, cfg LinkConfig) *Link {
	if cfg.Transport == nil {
		cfg.Transport = newProbeTransport()
	}
	return &Link{
		provider: p,
		cfg:      cfg,
		check:    make(chan struct{}, 1),
		watchers: map[chan Status]struct{}{},
	}
}

// Run runs sessions, one after another, until ctx is done. Every goroutine of
// the link has ended when it returns. It may be called once.
func (l *Link) Run(ctx context.Context) {
	if _, ok := l.provider.(off); ok {
		<-ctx.Done()
		return
	}
	defer l.update(func(s *Status) { s.State, s.URL = StateOff, "" })
	for delay := retryFirst; ; delay = min(2*delay, retryMost) {
		proved, err := l.session(ctx)
		if ctx.Err() != nil {
			return
		}
		if proved {
			delay = retryFirst
		}
		// Half of the delay is chance, or a relay that comes back would meet
		// all its shops in the same moment.
		var retry <-chan time.Time
		var check <-chan struct{} // a payment about to be sent does not wait for the next try
		state := StateBlocked
		if _, blocked := errors.AsType[*BlockedError](err); !blocked {
			state = StateDown
			retry, check = time.After(delay/2+rand.N(delay/2+1)), l.check
		}
		l.update(func(s *Status) {
			s.State, s.Err = state, err
			if l.provider.Volatile() {
				s.URL = ""
			}
		})
		select {
		case <-ctx.Done():
			return
		case <-retry:
		case <-check:
		}
	}
}

// session runs one session of the provider and reports whether its URL was
// proved meanwhile, and why it ended.
func (l *Link) session(ctx context.Context) (proved bool, err error) {
	l.update(func(s *Status) {
		s.State = StateConnecting
		l.proved = false
	})
	ctx, cancel := context.WithCancelCause(ctx)
	urls := make(chan string, 1)
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-ctx.Done():
		case url := <-urls:
			cancel(l.watch(ctx, url))
		}
	})
	err = l.provider.Run(ctx, l.cfg.LocalAddr, func(url string) {
		select {
		case urls <- url:
		default: // the session has its URL
		}
	})
	// What ended the session counts, not what the provider made of it.
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	cancel(nil)
	watch.Wait()
	if err == nil {
		err = errors.New("tunnel: the session ended without a reason")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.proved, err
}

// watch probes the session's URL until ctx is done. It returns early, with the
// reason, if the URL cannot be used: the session is then given up.
func (l *Link) watch(ctx context.Context, url string) error {
	if err := daraja.CheckCallBackURL(url); err != nil {
		return fmt.Errorf("tunnel: the new public URL cannot be used: %w", err)
	}
	l.update(func(s *Status) {
		s.State, s.URL, s.Err = StateChecking, url, nil
		if url != l.lastURL {
			l.lastURL = url
			s.Epoch++
		}
	})
	for failed := 0; ; {
		pause := probeIdle
		err := l.probe(ctx, url)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			failed = 0
			l.prove()
		default:
			failed++
			pause = min(time.Duration(failed)*probeStep, probeMost)
			l.doubt(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-l.check:
		case <-time.After(pause):
		}
	}
}

// prove notes a proof, if there is a URL that it can be a proof of.
func (l *Link) prove() {
	l.update(func(s *Status) {
		switch s.State {
		case StateChecking, StateLive, StateDoubtful:
			s.State, s.LastProof, s.Err = StateLive, time.Now(), nil
			l.proved = true
		}
	})
}

// doubt notes a failed probe. It does not undo a proof that is young enough:
// many routers cannot loop back to their own public address, so that probes
// fail while callbacks arrive.
func (l *Link) doubt(err error) {
	l.update(func(s *Status) {
		s.Err = err
		if s.State == StateLive && time.Since(s.LastProof) >= proofLife {
			s.State = StateDoubtful
		}
	})
}

// Seen notes that a genuine callback arrived, which proves the link as a probe
// does.
func (l *Link) Seen() { l.prove() }

// CheckNow asks for a probe at once, or a new session where the last has ended,
// for instance because a payment is about to be sent. It does not wait for the probe, and the
// payment must not either.
func (l *Link) CheckNow() {
	select {
	case l.check <- struct{}{}:
	default: // one is asked for already
	}
}

// URL returns the base for [CallbackURL], and its epoch. ok is false when no
// callback could arrive there: there is no URL, the link is blocked, or the URL
// is the session's own and not proved, so that it may be a stranger's. The
// owner's URL is ok even while it is unproved or its session is down: callbacks
// come seconds later, and many routers fail the probe.
func (l *Link) URL() (base string, epoch int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.status
	ok = s.URL != "" && s.State != StateBlocked && (l.proved || !l.provider.Volatile())
	return s.URL, s.Epoch, ok
}

// Reaches reports whether a callback that is sent to callBackURL, as
// [CallbackURL] made it for an earlier push, can still be expected. It cannot
// where the link has moved on to another URL since (a later epoch): an attempt
// that was pushed with the old one is then to be polled at once. A callback
// that arrives for it all the same is taken like any other.
func (l *Link) Reaches(callBackURL string) bool {
	base, _, ok := l.URL()
	return ok && strings.HasPrefix(callBackURL, base+callbackPath)
}

func (l *Link) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

// Watch returns a channel that holds the newest status not yet received, at
// first the present one. A slow receiver misses those in between, never the
// last. cancel closes the channel; it must be called once.
func (l *Link) Watch() (statuses <-chan Status, cancel func()) {
	ch := make(chan Status, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	ch <- l.status
	l.watchers[ch] = struct{}{}
	return ch, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.watchers, ch)
		close(ch)
	}
}

// update changes the status and tells the watchers. change is called with l.mu
// held.
func (l *Link) update(change func(*Status)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.status.State
	change(&l.status)
	if l.status.State != before || l.status.Since.IsZero() {
		l.status.Since = time.Now()
	}
	for ch := range l.watchers {
		select {
		case <-ch: // an older one that nobody has received
		default:
		}
		ch <- l.status // never blocks: only update sends, under l.mu
	}
}

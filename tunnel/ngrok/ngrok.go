//go:build ngrok

package ngrok

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	vendor "golang.ngrok.com/ngrok/v2"

	"kaunta/tunnel"
)

const (
	// connectTimeout is how long ngrok may take to take the token and the
	// domain.
	connectTimeout = 30 * time.Second

	// closeTimeout is how long it may take to let go of the domain.
	closeTimeout = 2 * time.Second
)

// Built says whether this program was built with ngrok.
const Built = true

// provider is what New returns. Its embedded Relay vouches for callers.
type provider struct {
	tunnel.Relay

	token, url string
	patience   time.Duration        // connectTimeout
	options    []vendor.AgentOption // besides the necessary ones; none
}

// New returns the provider for a domain of ngrok's. It does no I/O. The error
// is one sentence that names what to change.
func New(cfg Config) (tunnel.Provider, error) {
	url, err := cfg.check()
	if err != nil {
		return nil, err
	}
	return &provider{token: cfg.Authtoken, url: url, patience: connectTimeout}, nil
}

// Volatile reports false: the domain is the account's.
func (p *provider) Volatile() bool { return false }

// Metered reports true: the free plan counts requests.
func (p *provider) Metered() bool { return true }

// Run runs one session of the library.
func (p *provider) Run(ctx context.Context, localAddr string, up func(string)) error {
	// The library takes this context for the whole session, so its deadline
	// for connecting is a timer that is stopped.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	trouble := &trouble{}
	deadline := time.AfterFunc(p.patience, func() { cancel(trouble.late(p.patience)) })
	defer deadline.Stop()

	wires := &wires{}
	defer wires.cut()
	agent, err := vendor.NewAgent(append([]vendor.AgentOption{
		vendor.WithAuthtoken(p.token),
		vendor.WithLogger(slog.New(slog.DiscardHandler)),
		vendor.WithDialer(wires),
		vendor.WithEventHandler(func(e vendor.Event) {
			lost, ok := e.(*vendor.EventAgentDisconnected)
			switch {
			case !ok:
			case lost.Error == nil:
				cancel(errors.New("tunnel ngrok: the session has ended"))
			case trouble.note(lost.Error):
				cancel(explain(lost.Error))
			}
		}),
	}, p.options...)...)
	if err != nil {
		return explain(err)
	}
	defer agent.Disconnect()
	door, err := p.open(ctx, agent, wires)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if err != nil {
		return explain(err)
	}
	deadline.Stop()

	up(p.url)
	err = p.Serve(ctx, door, localAddr, nil)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// open connects and takes the domain.
func (p *provider) open(ctx context.Context, agent vendor.Agent, wires *wires) (net.Listener, error) {
	if err := agent.Connect(ctx); err != nil {
		return nil, err
	}
	endpoint, err := agent.Listen(ctx, vendor.WithURL(p.url))
	if err != nil {
		return nil, err
	}
	return &door{endpoint, wires}, nil
}

// A door is the endpoint as a listener that closes in time: ngrok is asked to
// let go of it, which an edge that is silent never does.
type door struct {
	vendor.EndpointListener
	wires *wires
}

func (d *door) Close() error {
	cut := time.AfterFunc(closeTimeout, d.wires.cut)
	defer cut.Stop()
	return d.EndpointListener.Close()
}

// wires is the dialer of a session, which ends what it has dialed. The library
// has one connection at a time.
type wires struct {
	net.Dialer

	mu   sync.Mutex
	over bool
	last net.Conn
}

func (w *wires) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := w.Dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		c.Close()
		return nil, net.ErrClosed
	}
	w.last = c
	return c, nil
}

// cut closes the connection, and those that are yet to be made.
func (w *wires) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	if w.last != nil {
		w.last.Close()
	}
}

// A trouble is the last error that the library met while it tries again.
type trouble struct {
	mu   sync.Mutex
	last error
}

// note keeps err and reports whether it is one after which trying is of no use.
func (t *trouble) note(err error) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = err
	return advice[code(err)] != ""
}

// late says that the deadline has passed.
func (t *trouble) late(after time.Duration) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil {
		return fmt.Errorf("tunnel ngrok: ngrok did not answer in %v: check the till's internet", after)
	}
	return fmt.Errorf("tunnel ngrok: no connection to ngrok in %v: %w", after, told(t.last))
}

// advice is what to do after the refusals that last until a person has done
// something, by ngrok's code for them.
var advice = map[string]string{
	"ERR_NGROK_102":  "the last payment for the account failed: look into ngrok's dashboard",
	"ERR_NGROK_103":  "the account is suspended: look into ngrok's dashboard",
	"ERR_NGROK_105":  "the authtoken is not one: copy it again from ngrok's dashboard",
	"ERR_NGROK_106":  "the authtoken is an old one: copy the present one from ngrok's dashboard",
	"ERR_NGROK_107":  "the authtoken is not valid any more: copy the present one from ngrok's dashboard",
	"ERR_NGROK_300":  "the authtoken has been revoked: copy the present one from ngrok's dashboard",
	"ERR_NGROK_320":  "the domain is another account's: use one that ngrok's dashboard lists for this account",
	"ERR_NGROK_4018": "the account is not verified: sign in to ngrok's dashboard and copy the authtoken from there",
}

// code returns ngrok's code for err, empty if it has none. What the library
// returns has it in one way, what its events bring in another.
func code(err error) string {
	if e, ok := errors.AsType[vendor.Error](err); ok {
		return e.Code()
	}
	if e, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err); ok {
		return e.ErrorCode()
	}
	return ""
}

// explain returns the error of a session for one of the library's.
func explain(err error) error {
	said := fmt.Errorf("tunnel ngrok: %w", told(err))
	if advice[code(err)] != "" {
		return &tunnel.BlockedError{Err: said}
	}
	return said
}

// told returns what is told of an error of the library's. The text of a refusal
// repeats the token, so only its code is.
func told(err error) error {
	switch code := code(err); {
	case advice[code] != "":
		return fmt.Errorf("%s (%s)", advice[code], code)
	case code != "":
		return fmt.Errorf("ngrok refuses (%s): read https://ngrok.com/docs/errors/%s", code, strings.ToLower(code))
	}
	return err
}

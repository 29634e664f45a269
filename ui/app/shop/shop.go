package shop

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/maintain"
	"kaunta/tunnel"
	"kaunta/ui/app/failpoint"
	"kaunta/ui/app/localapi"
	"kaunta/ui/app/logfile"
	"kaunta/ui/app/reach"
	"kaunta/ui/app/settings"
)

// Shop is a till that is open, and what it stands on.
type Shop struct {
	Till   *pos.Till
	Ledger *store.Ledger
	Log    *slog.Logger

	// What it goes on without, and why, each in one sentence; nil as a rule.
	NoLog, NoCallbacks error

	server *tunnel.Server
	link   *tunnel.Link
	keep   keeping
	close  func() error

	forReplaced atomic.Int64
}

// lastAnswer is how long a closing till waits for the answer to a push that is on the wire: the
// slowest of 130 measured took 7 s.
const lastAnswer = 8 * time.Second

// Open opens the ledger, starts the till on it, lets callbacks in and other programs of this user.
// The shop lives on when ctx ends; Close ends it.
func Open(ctx context.Context, s settings.Settings) (_ *Shop, err error) {
	sh := &Shop{}
	var logFile io.Closer
	sh.Log, logFile, sh.NoLog = openLog(s)
	defer func() {
		if err != nil {
			err = errors.Join(err, logFile.Close())
		}
	}()
	options := []daraja.Option{daraja.WithLogger(sh.Log)}
	var callbacks func(http.Handler) http.Handler
	if s.Log.DebugHTTP {
		options = append(options, daraja.WithTap(logfile.Wire(sh.Log)))
		callbacks = logfile.Callbacks(sh.Log)
	}
	client, err := daraja.New(s.Client(), options...)
	if err != nil {
		return nil, err
	}
	if err := Held(ctx, s.Ledger); err != nil {
		return nil, err
	}
	ledger, err := maintain.Open(s.Ledger, store.Options{Environment: s.Environment, ShortCode: s.Daraja.ShortCode})
	if err != nil {
		return nil, err
	}
	sh.Ledger = ledger
	defer func() {
		if err != nil {
			err = errors.Join(err, ledger.Close())
		}
	}()

	var provider tunnel.Provider // before the first caller: it knows who that is, if anybody does
	sh.server = tunnel.NewServer(tunnel.ServerConfig{
		Deliver: sh.deliver, Sources: s.Callback.SourceAddrs(), EnforceSources: s.Callback.EnforceSources,
		Caller: func(remote netip.AddrPort) netip.Addr { return tunnel.Caller(provider, remote) },
		Tap:    callbacks, Logger: sh.Log,
	})
	// no payment depends on callbacks
	if provider, sh.NoCallbacks = reach.Open(s, sh.server); sh.NoCallbacks != nil {
		sh.Log.Error("no callback can reach the till", "err", sh.NoCallbacks)
		provider = tunnel.Off()
	}
	var local string
	if addr := sh.server.Addr(); addr != nil {
		local = addr.String()
	}
	sh.link = tunnel.NewLink(provider, tunnel.LinkConfig{LocalAddr: local, Proof: sh.server.Proof})

	// Callers wait in the listener's queue until the till is there to take what they bring.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	sh.Till, err = pos.Start(ctx, pos.Config{
		Gateway: failpoint.Gateway(client), Ledger: failpoint.Ledger(ledger), CallBackURL: sh.CallBackURL, Reaches: sh.link.Reaches,
		QueryEvery: s.Limits.QueryEvery, MaxAmount: pos.Shillings(s.Limits.MaxAmount), ConfirmAbove: pos.Shillings(s.Limits.ConfirmAbove),
		Logger: sh.Log, ClockIsRight: s.ClockIsRight,
	})
	if err != nil {
		stop()
		return nil, err
	}
	var work sync.WaitGroup
	var served error
	if local != "" {
		work.Go(func() { served = sh.server.Serve(running) })
	}
	work.Go(func() { sh.link.Run(running) })
	work.Go(func() { logLink(running, sh.Log, sh.link) })
	work.Go(func() { sh.logTrouble(running) })
	if local != "" {
		awaitURL(sh.link)
	}
	unshare := sh.share(ctx, s.Daraja.Number())
	if s.ClockIsRight {
		sh.Log.Warn("a person says that the clock is right", "clock", time.Now())
	}
	sh.Log.Info("the till is open", "environment", s.Environment, "ledger", s.Ledger, "reach", s.Callback.Reach, "local", local, "resumed", len(sh.Till.Resumed()))

	sh.close = sync.OnceValue(func() error {
		sh.Log.Info("the till closes", "why", context.Cause(ctx))
		sh.keep.end() // may take a while, which is not the last answer's
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastAnswer)
		defer cancel()
		closed := sh.Till.Close(ending)
		stop() // until now callbacks were taken
		work.Wait()
		err := errors.Join(served, closed, ledger.AtItsPath(), unshare(), ledger.Close())
		client.Close()
		sh.Log.Info("the till is closed", "err", err)
		return errors.Join(err, logFile.Close())
	})
	return sh, nil
}

// Close ends the till and closes the ledger. What is open stays open, for the next start.
func (sh *Shop) Close() error { return sh.close() }

// Payments takes payments on this shop's till as other programs do.
func (sh *Shop) Payments() localapi.Payments {
	return localapi.Payments{Till: sh.Till, Book: sh.Ledger}
}

// share lets other programs of this user work with the till, until the function it returns is
// called. Where no socket can be made, the till works all the same, for itself. number is what
// customers pay to.
func (sh *Shop) share(ctx context.Context, number string) (unshare func() error) {
	listener, err := localapi.Listen(sh.Ledger.Name())
	if err != nil {
		sh.Log.Warn("other programs cannot work through this till", "err", err)
		return func() error { return nil }
	}
	sharing, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() {
		served <- localapi.Serve(sharing, listener, localapi.Shop{
			Info: localapi.Info{PID: os.Getpid(), Ledger: sh.Ledger.Path(), Name: sh.Ledger.Name(), Environment: sh.Ledger.Origin().Environment, Number: number},
			Book: sh.Ledger, Payments: sh.Payments(), Trouble: sh.trouble,
			Backup: untilClosed(sharing, func(ctx context.Context, w io.Writer) error { return maintain.Stream(ctx, sh.Ledger, w) }), Verify: untilClosed(sharing, sh.Ledger.Snapshot),
		})
	}()
	return func() error {
		stop()
		return <-served
	}
}

// trouble is why the till takes no new payment at present; nil where it does.
func (sh *Shop) trouble() error {
	switch h := sh.Till.Health(); {
	case h.Ledger != nil:
		return h.Ledger
	case h.Clock != nil && h.Clock.Behind():
		return h.Clock
	}
	return nil
}

// errCloses ends a copy of the ledger when the till closes.
var errCloses = errors.New("the till has just been closed: try again")

// untilClosed copies the ledger until sharing ends, and says so where that cut it short.
func untilClosed(sharing context.Context, copy func(context.Context, io.Writer) error) func(io.Writer) error {
	return func(w io.Writer) error {
		err := copy(sharing, w)
		if err != nil && sharing.Err() != nil {
			return errCloses
		}
		return err
	}
}

// awaitURL gives the link the moment it needs to learn its URL, so that the very first payment
// carries it. It does not wait for proof: no payment is held up for the tunnel's sake.
func awaitURL(link *tunnel.Link) {
	statuses, cancel := link.Watch()
	defer cancel()
	patience := time.After(time.Second)
	for {
		select {
		case s := <-statuses:
			if s.URL != "" || s.State == tunnel.StateBlocked {
				return
			}
		case <-patience:
			return
		}
	}
}

// nowhere is what a push carries where no callback can reach the till: Daraja demands an address,
// and names under .invalid never lead to anybody (RFC 2606), who would otherwise read the
// customer's number and receipt.
const nowhere = "https://queries-only.invalid"

// CallBackURL is the CallBackURL of an attempt with this secret address, and whether a callback can
// be expected there.
func (sh *Shop) CallBackURL(address string) (url string, reachable bool) {
	sh.link.CheckNow()
	if base, _, ok := sh.link.URL(); ok {
		return tunnel.CallbackURL(base, address), true
	}
	return tunnel.CallbackURL(nowhere, address), false
}

// Reachable reports whether callbacks are expected to arrive at present.
func (sh *Shop) Reachable() bool {
	_, _, ok := sh.link.URL()
	return ok
}

// Failing reports whether the way that callbacks take is itself in trouble.
func (sh *Shop) Failing() bool { return sh.link.Status().Offline(true) }

// Forged counts the callbacks to addresses that no payment has, since the start.
func (sh *Shop) Forged() int64 { return max(0, sh.server.Stats().Unknown-sh.Replaced()) }

// Replaced counts those that seem to be for payments of the ledger that was put aside for this one:
// they may speak of money.
func (sh *Shop) Replaced() int64 { return sh.forReplaced.Load() }

// lateCallback is how long after the asking a callback can come.
const lateCallback = 3 * 24 * time.Hour

// noteReplaced takes note of a callback that no payment of this ledger has the address of.
func (sh *Shop) noteReplaced(address string) {
	asked, ok := pos.AddressMoment(address)
	if !ok || time.Since(asked) > 2*lateCallback {
		return
	}
	aside, at := maintain.PutAside(sh.Ledger.Path())
	if aside == "" || asked.After(at) || asked.Before(at.Add(-lateCallback)) {
		return
	}
	sh.forReplaced.Add(1)
	sh.Log.Warn("a callback is for a payment of the ledger that was replaced: compare it with M-PESA's statement", "ledger", aside, "asked", asked.In(pos.EAT))
}

func (sh *Shop) deliver(ctx context.Context, address string, body []byte) error {
	switch err := sh.Till.Callback(ctx, address, body); {
	case errors.Is(err, pos.ErrNotFound):
		sh.noteReplaced(address)
		return tunnel.ErrUnknownAddress
	case err != nil:
		return err
	}
	sh.link.Seen()
	return nil
}

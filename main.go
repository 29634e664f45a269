// Kaunta is a till in the terminal for shops that take M-PESA. Package main wires its parts together and closes
// them in order; what the commands are stands in package cli, what the screens are in package ui.
//
//	daraja.Client ──► pos.Till ◄── tunnel.Server ◄── Safaricom
//	                   │    │
//	             store.Ledger  ui, cli, localapi.Serve ◄── other programs of this user
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"

	"kaunta/daraja"
	"kaunta/daraja/simulator"
	"kaunta/pos"
	"kaunta/pos/failpoint"
	"kaunta/pos/localapi"
	"kaunta/store"
	"kaunta/tunnel"
	"kaunta/ui"
	"kaunta/ui/cli"
	"kaunta/ui/settings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	status := cli.Run(ctx, cli.Kaunta{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv,
		Interactive: term.IsTerminal(os.Stdin.Fd()) && term.IsTerminal(os.Stdout.Fd()),
		OpenShop:    headless,
		OpenBook:    openBook,
		Screen:      screen,
		Demo:        demo,
		Simulate:    simulate,
		Keeper:      keeper(),
	}, os.Args[1:])
	stop()
	os.Exit(status)
}

// headless opens the shop for a command, or reaches the till that is open on its ledger.
func headless(ctx context.Context, s settings.Settings) (*cli.Shop, error) {
	// Whoever reads the output may leave; a payment that is under way goes on.
	signal.Ignore(syscall.SIGPIPE)
	var sh *shop
	owner, err := reach(ctx, s.Ledger, func() error {
		err := s.CheckAccount()
		if err == nil {
			sh, err = openShop(ctx, s)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case owner == nil:
		return &cli.Shop{Till: sh.payments(), Book: sh.ledger, Close: sh.close}, nil
	}
	if is := owner.Info().Environment; s.CheckAccount() == nil && is != s.Environment {
		return nil, fmt.Errorf("the till that is open on %s is for %s, and this configuration for %s: name another ledger", s.Ledger, is, s.Environment)
	}
	return &cli.Shop{Till: owner, Book: owner, Close: owner.Close}, nil
}

// openBook opens the ledger for reading, beside other readers, whatever environment it is for, or reaches the till that is
// open on it.
func openBook(s settings.Settings) (cli.Book, error) {
	var ledger *store.Ledger
	owner, err := reach(context.Background(), s.Ledger, func() (err error) {
		ledger, err = store.Open(s.Ledger, store.Options{ReadOnly: true})
		return err
	})
	if owner != nil {
		return owner, nil
	}
	return ledger, err
}

// reach finds the till that has the ledger at path, or has open open the ledger itself: then the client is nil. The till comes
// first: a ledger that is being read cannot be opened by a till that starts, and its lock is waited for.
func reach(ctx context.Context, path string, open func() error) (*localapi.Client, error) {
	var locked error
	for range 3 { // it may be starting, or closing
		owner, silent := localapi.Dial(ctx, path)
		if silent == nil {
			return owner, nil
		}
		if locked = open(); !errors.Is(locked, store.ErrLocked) {
			return nil, locked
		}
		if !errors.Is(silent, localapi.ErrNobody) {
			return nil, fmt.Errorf("%w; it could not be asked from here: %w", locked, silent)
		}
	}
	return nil, fmt.Errorf("%w; it cannot be asked from here: it may be an older version of kaunta", locked)
}

// shop is a till that is open, and everything it stands on.
type shop struct {
	shortCode string // the number that customers pay
	ledger    *store.Ledger
	till      *pos.Till
	server    *tunnel.Server
	link      *tunnel.Link
	close     func() error
}

// lastAnswer is how long a closing till waits for the answer to a push that is on the wire.
const lastAnswer = 5 * time.Second

// openShop opens the ledger, starts the till on it, lets callbacks in and other programs of this user.
func openShop(ctx context.Context, s settings.Settings) (_ *shop, err error) {
	signal.Ignore(syscall.SIGPIPE) // as in headless
	client, err := openDaraja(s)
	if err != nil {
		return nil, err
	}
	ledger, err := openLedger(s)
	if err != nil {
		return nil, err
	}
	sh := &shop{ledger: ledger, shortCode: cmp.Or(s.Daraja.Till, s.Daraja.ShortCode)}
	defer func() {
		if err != nil {
			err = errors.Join(err, ledger.Close())
		}
	}()

	var provider tunnel.Provider // before the first caller: it knows who that is, if anybody does
	server := tunnel.NewServer(tunnel.ServerConfig{
		Deliver: sh.deliver,
		Caller:  func(remote netip.AddrPort) netip.Addr { return tunnel.Caller(provider, remote) },
	})
	sh.server = server
	provider, err = openProvider(s, server)
	if err != nil {
		return nil, err
	}
	var local string
	if addr := server.Addr(); addr != nil {
		local = addr.String()
	}
	sh.link = tunnel.NewLink(provider, tunnel.LinkConfig{LocalAddr: local, Proof: server.Proof})

	// Callers wait in the listener's queue until the till is there to take what they bring.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	sh.till, err = pos.Start(ctx, pos.Config{
		Gateway: failpoint.Gateway(client), Ledger: failpoint.Ledger(ledger), CallBackURL: sh.callBackURL, Reaches: sh.link.Reaches,
		QueryEvery: s.Limits.QueryEvery, MaxAmount: pos.Shillings(s.Limits.MaxAmount), ConfirmAbove: pos.Shillings(s.Limits.ConfirmAbove),
	})
	if err != nil {
		stop()
		return nil, err
	}
	var work sync.WaitGroup
	var served error
	if local != "" {
		work.Go(func() { served = server.Serve(running) })
	}
	work.Go(func() { sh.link.Run(running) })
	if local != "" {
		awaitURL(sh.link)
	}

	unshare := sh.share(ctx)

	sh.close = sync.OnceValue(func() error {
		stop()
		work.Wait()
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastAnswer)
		defer cancel()
		err := errors.Join(served, sh.till.Close(ending), unshare(), ledger.Close())
		client.Close()
		return err
	})
	return sh, nil
}

// share lets other programs of this user work with the till, until the function it returns is called. Where no socket can be
// made, the till works all the same, for itself.
func (sh *shop) share(ctx context.Context) (unshare func() error) {
	listener, err := localapi.Listen(sh.ledger.Path())
	if err != nil {
		return func() error { return nil }
	}
	sharing, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	origin := sh.ledger.Origin()
	go func() {
		served <- localapi.Serve(sharing, listener, localapi.Shop{
			Info: localapi.Info{PID: os.Getpid(), Ledger: sh.ledger.Path(), Environment: origin.Environment, ShortCode: origin.ShortCode},
			Book: sh.ledger, Payments: sh.payments(),
			Backup: func(w io.Writer) error { return sh.ledger.StreamBackup(sharing, w) },
			Verify: func(w io.Writer) error { return sh.ledger.Snapshot(sharing, w) },
		})
	}()
	return func() error {
		stop()
		return <-served
	}
}

// payments takes payments on this shop's till.
func (sh *shop) payments() localapi.Payments {
	return localapi.Payments{Till: sh.till, Book: sh.ledger}
}

func openLedger(s settings.Settings) (*store.Ledger, error) {
	return store.Open(s.Ledger, store.Options{Environment: s.Environment, ShortCode: s.Daraja.ShortCode})
}

func openDaraja(s settings.Settings) (*daraja.Client, error) {
	cfg := daraja.Config{
		BaseURL: s.Daraja.URL, ConsumerKey: s.Daraja.ConsumerKey, ConsumerSecret: s.Daraja.ConsumerSecret,
		Passkey: s.Daraja.Passkey, ShortCode: s.Daraja.ShortCode,
		TransactionType: daraja.CustomerPayBillOnline, MaxAmount: s.Limits.MaxAmount,
	}
	if s.Daraja.Till != "" {
		cfg.PartyB, cfg.TransactionType = s.Daraja.Till, daraja.CustomerBuyGoodsOnline
	}
	return daraja.New(cfg)
}

// openProvider binds the callback server where callbacks can reach this machine. Without a public address the till
// lives by queries alone, unless Daraja is a simulator, which can call this machine by its own address.
func openProvider(s settings.Settings, server *tunnel.Server) (tunnel.Provider, error) {
	public := s.Callback.PublicURL
	if public == "" && s.Environment != settings.Training {
		return tunnel.Off(), nil
	}
	if err := server.Listen(s.Callback.Listen); err != nil {
		return nil, err
	}
	if public == "" {
		public = "http://" + server.Addr().String()
	}
	return tunnel.Static(public)
}

// awaitURL gives the link the moment it needs to learn its URL, so that the very first payment carries it. It does not
// wait for proof: no payment is held up for the tunnel's sake.
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

// nowhere is what a push carries where no callback can reach the till: Daraja demands an address, and names
// under .invalid never lead to anybody (RFC 2606), who would otherwise read the customer's number and receipt.
const nowhere = "https://queries-only.invalid"

func (sh *shop) callBackURL(address string) (string, bool) {
	sh.link.CheckNow()
	if base, _, ok := sh.link.URL(); ok {
		return tunnel.CallbackURL(base, address), true
	}
	return tunnel.CallbackURL(nowhere, address), false
}

// deliver hands a callback to the till.
func (sh *shop) deliver(ctx context.Context, address string, body []byte) error {
	switch err := sh.till.Callback(ctx, address, body); {
	case errors.Is(err, pos.ErrNotFound):
		return tunnel.ErrUnknownAddress
	case err != nil:
		return err
	}
	sh.link.Seen()
	return nil
}

// screen runs the till's screens on the shop that s describes.
func screen(ctx context.Context, s settings.Settings, o cli.ScreenOptions) error {
	sh, err := openShop(ctx, s)
	if err != nil {
		return err
	}
	cfg := ui.Config{Mode: ui.Live}
	switch s.Environment {
	case settings.Sandbox:
		cfg.Mode = ui.Sandbox
	case settings.Training:
		cfg.Mode = ui.Training
	}
	return sh.run(ctx, s, cfg, o)
}

// demo runs the screens on a simulator of its own, with the customers' phones at hand.
func demo(ctx context.Context, ledger string, o cli.ScreenOptions) error {
	sim := simulator.New(simulator.Options{})
	url, stop, err := serveSimulator(sim, "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := settings.ForSimulator(url)
	if ledger != "" {
		s.Ledger = ledger
	}
	sh, err := openShop(ctx, s)
	if err != nil {
		return errors.Join(err, stop())
	}
	sh.restore(sim)
	cfg := ui.Config{Mode: ui.Training, Phone: phones{sim}, Endings: ui.PracticeEndings()}
	return errors.Join(sh.run(ctx, s, cfg, o), stop())
}

// restore gives the simulator back the customers who were asked before it was last stopped, together with the till: the
// real M-PESA goes on when a till stops.
func (sh *shop) restore(sim *simulator.Simulator) {
	for _, a := range sh.till.Resumed() {
		if a.CheckoutRequestID == "" && !a.Facts.Has(pos.PushLost) || a.Facts.Has(pos.Held) {
			continue // nobody was asked, or M-PESA has told all that it will
		}
		url, _ := sh.callBackURL(a.Address)
		sim.Restore(simulator.Push{
			MSISDN: string(a.Phone), Amount: int(a.Amount), AccountReference: a.Reference, ShortCode: sh.shortCode, CallBackURL: url,
			MerchantRequestID: a.MerchantRequestID, CheckoutRequestID: a.CheckoutRequestID,
		})
	}
}

// run runs the screens until the cashier leaves, and closes the shop.
func (sh *shop) run(ctx context.Context, s settings.Settings, cfg ui.Config, o cli.ScreenOptions) error {
	cfg.Shop, cfg.ShortCode, cfg.Language = s.Shop, sh.shortCode, ui.Language(s.Language)
	cfg.Till, cfg.Book, cfg.Link, cfg.Resumed = sh.till, sh.ledger, sh.linkHealth, len(sh.till.Resumed())
	cfg.MaxAmount, cfg.RetypeAbove = pos.Shillings(s.Limits.MaxAmount), pos.Shillings(s.Limits.RetypeAbove)
	cfg.Input, cfg.Output, cfg.Environ = os.Stdin, os.Stdout, os.Environ()
	cfg.ASCII, cfg.NoMotion = o.ASCII, o.NoMotion
	run := ui.Run
	if o.Plain {
		run = ui.RunPlain
	}
	return errors.Join(run(ctx, cfg), sh.close())
}

func (sh *shop) linkHealth() ui.LinkHealth {
	health := ui.LinkHealth{Forged: sh.server.Stats().Unknown}
	switch sh.link.Status().State {
	case tunnel.StateLive, tunnel.StateChecking, tunnel.StateDoubtful:
		health.Reachable = true
	}
	return health
}

// phones are the simulator's phones as the screens see them.
type phones struct{ *simulator.Simulator }

func (p phones) Prompts() []ui.Prompt {
	var prompts []ui.Prompt
	for _, s := range p.Simulator.Prompts() {
		prompts = append(prompts, ui.Prompt{
			Phone: pos.MSISDN(s.MSISDN), Amount: pos.Shillings(s.Amount), Payee: s.ShortCode, Reference: s.AccountReference, Since: s.Since,
		})
	}
	return prompts
}

func (p phones) Act(phone pos.MSISDN, a ui.PhoneAction) error {
	return p.Simulator.Act(string(phone), simulator.Action(a))
}

// simulate serves the simulator by itself until ctx ends.
func simulate(ctx context.Context, o cli.SimulatorOptions) error {
	options := simulator.Options{Speed: o.Speed}
	if o.OldPending {
		options.Platform = simulator.PlatformOld
	}
	if o.RateLimit {
		options.RateLimit = simulator.RateLimitSandbox
	}
	url, stop, err := serveSimulator(simulator.New(options), o.Listen)
	if err != nil {
		return err
	}
	fmt.Printf("The simulator of Daraja listens on %s. Ctrl-C ends it.\n", url)
	<-ctx.Done()
	return stop()
}

// serveSimulator serves sim on the address until stop is called.
func serveSimulator(sim *simulator.Simulator, address string) (url string, stop func() error, err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("the simulator cannot listen on %s: choose another address with --listen: %w", address, err), sim.Close())
	}
	server := &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() error {
		err := errors.Join(server.Close(), sim.Close())
		if e := <-served; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
		return err
	}, nil
}

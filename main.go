// Kaunta is a till in the terminal for shops that take M-PESA. Package main takes the signals and
// hands each command what it works on: what the commands are stands in package cli, what the
// screens are in package ui, and how a shop is opened and closed in package shop.
//
//	cli.Run ──► a command ──► shop.Open ──► the till and what it stands on
//	                              │
//	                    ui.Run, or plain.Run
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"

	"kaunta/daraja/simulator"
	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/disk"
	"kaunta/tunnel/ssh"
	"kaunta/ui"
	"kaunta/ui/app/practice"
	"kaunta/ui/app/reach"
	"kaunta/ui/app/settings"
	"kaunta/ui/app/shop"
	"kaunta/ui/cli"
	"kaunta/ui/doctor"
	"kaunta/ui/keeper"
	"kaunta/ui/plain"
	"kaunta/ui/session"
	"kaunta/ui/setup"
	"kaunta/ui/text"
)

// gcPercent lets the heap, of some megabytes, grow to five times what is in use before it is swept:
// that costs a till some megabytes more, and saves a check of a large ledger a third of its time
// and a busy till a tenth of its.
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	status := cli.Run(ctx, cli.Kaunta{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv,
		Interactive: interactive(),
		OpenShop:    headless,
		OpenBook:    openBook,
		Query:       shop.Query,
		Screen:      screen,
		Demo:        demo,
		Simulate:    simulate,
		Endings:     simulator.Table(),
		Environ:     os.Environ(),
		Setup:       setup.Parts{Key: reach.RelayKey, HostKeys: hostKeys, Relay: reach.RelayRecipe},
		Doctor:      doctor.Parts{Ledger: lookAtLedger, Reach: reach.Try, Free: disk.Free},
	}, os.Args[1:])
	stop()
	os.Exit(status)
}

// interactive reports whether a person sits at the terminal.
func interactive() bool { return term.IsTerminal(os.Stdin.Fd()) && term.IsTerminal(os.Stdout.Fd()) }

// headless opens the shop for a command, or reaches the till that is open on its ledger.
func headless(ctx context.Context, s settings.Settings) (*cli.Shop, error) {
	var sh *shop.Shop
	owner, err := shop.Attach(ctx, s.Ledger, func() error {
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
		return &cli.Shop{Till: sh.Payments(), Book: sh.Ledger, Close: sh.Close}, nil
	}
	if err := shop.Agree(owner.Info(), s); err != nil {
		return nil, errors.Join(err, owner.Close())
	}
	return &cli.Shop{Till: owner, Book: owner, Close: owner.Close}, nil
}

// openShop opens the shop of s. A payment that is under way goes on when the reader of the output
// leaves, and what libraries log by themselves goes where the till's own lines go: standard error
// is the cashier's screen.
func openShop(ctx context.Context, s settings.Settings) (*shop.Shop, error) {
	signal.Ignore(syscall.SIGPIPE)
	sh, err := shop.Open(ctx, s)
	if err != nil {
		return nil, err
	}
	if sh.NoLog != nil {
		fmt.Fprintf(os.Stderr, "kaunta: %v; the till goes on without it\n", sh.NoLog)
	}
	if sh.NoCallbacks != nil {
		fmt.Fprintf(os.Stderr, "kaunta: %v; the till goes on by asking M-PESA, and kaunta doctor says what to do\n", sh.NoCallbacks)
	}
	slog.SetDefault(sh.Log)
	sh.Log.Info("this is kaunta", "version", cli.Version(), "process", os.Getpid())
	return sh, nil
}

// openBook opens the ledger for reading, next to other readers, whatever environment it is for, or
// reaches the till that is open on it.
func openBook(s settings.Settings) (cli.Book, error) {
	var ledger *store.Ledger
	owner, err := shop.Attach(context.Background(), s.Ledger, func() (err error) {
		ledger, err = store.Open(s.Ledger, store.Options{ReadOnly: true})
		return err
	})
	if owner != nil {
		return owner, nil
	}
	return ledger, err
}

// lookAtLedger opens the ledger for reading, walks what the screens show first, and has another
// process try to write, as the till does: a damaged file may end that. Or it asks the till that has
// it.
func lookAtLedger(s settings.Settings) (doctor.Ledger, error) {
	owner, err := shop.Owner(context.Background(), s.Ledger)
	switch {
	case err != nil:
		return doctor.Ledger{}, err
	case owner != nil:
		host, _ := os.Hostname()
		is := owner.Info()
		return doctor.Ledger{Found: true, HeldBy: fmt.Sprintf("the till of process %d on %s", is.PID, host), Trouble: is.Trouble}, owner.Close()
	}
	ledger, err := store.Open(s.Ledger, store.Options{ReadOnly: true})
	var locked *store.LockedError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return doctor.Ledger{}, nil
	case errors.As(err, &locked) && locked.PID != 0:
		return doctor.Ledger{Found: true, HeldBy: fmt.Sprintf("the till of process %d on %s", locked.PID, locked.Host)}, nil
	case errors.As(err, &locked):
		return doctor.Ledger{Found: true, HeldBy: "another program"}, nil
	case err != nil:
		return doctor.Ledger{}, err
	}
	_, errTotals := ledger.Totals(pos.DayOf(time.Now()))
	_, errUnsettled := ledger.Unsettled()
	now := time.Now()
	last, errLast := ledger.Last(now)
	found := doctor.Ledger{Found: true, Environment: ledger.Origin().Environment}
	// where that cannot be read, the ledger is well all the same
	found.Unused, found.Size, _ = store.Unused(s.Ledger)
	if doubt := pos.Doubt(now, last); doubt != nil && doubt.Behind() {
		found.Trouble = doubt.Say()
	}
	if err := errors.Join(errTotals, errUnsettled, errLast, ledger.Close()); err != nil {
		return found, err
	}
	if err := keeper.Try(context.Background(), s.Ledger); !errors.Is(err, store.ErrLocked) {
		found.Unwritable = err
	}
	return found, nil
}

// hostKeys are a relay's keys as the form shows them.
func hostKeys(ctx context.Context, server string) ([]setup.HostKey, error) {
	keys, err := ssh.HostKeys(ctx, server)
	var shown []setup.HostKey
	for _, k := range keys {
		shown = append(shown, setup.HostKey(k))
	}
	return shown, err
}

// screen runs the till's screens on the shop that s describes.
func screen(ctx context.Context, s settings.Settings, o cli.ScreenOptions) error {
	sh, err := openShop(ctx, s)
	if err != nil {
		return err
	}
	cfg := session.Config{Mode: session.Live}
	switch s.Environment {
	case settings.Sandbox:
		cfg.Mode = session.Sandbox
	case settings.Training:
		cfg.Mode = session.Training
	}
	return run(ctx, sh, s, cfg, o)
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
	if o.New {
		if err := practice.Renew(ctx, s.Ledger); err != nil {
			return errors.Join(err, stop())
		}
	}
	s.Log.DebugHTTP, s.ClockIsRight = o.DebugHTTP, o.ClockIsRight
	sh, err := openShop(ctx, s)
	if err != nil {
		return errors.Join(err, stop())
	}
	if err := practice.Trade(ctx, sh.Ledger, time.Now()); err != nil {
		return errors.Join(err, sh.Close(), stop())
	}
	restore(sim, sh, s.Daraja.Number())
	cfg := session.Config{Mode: session.Training, Phone: phones{sim}, Endings: text.PracticeEndings()}
	if !interactive() {
		cfg.Input = practice.Played(ctx, os.Stdin, sh.Till)
	}
	return errors.Join(run(ctx, sh, s, cfg, o), stop())
}

// restore gives the simulator back the customers who were asked before it was last stopped,
// together with the till: the real M-PESA goes on when a till stops.
func restore(sim *simulator.Simulator, sh *shop.Shop, shortCode string) {
	for _, a := range sh.Till.Resumed() {
		if a.CheckoutRequestID == "" && !a.Facts.Has(pos.PushLost) || a.Facts.Has(pos.Held) {
			continue // nobody was asked, or M-PESA has told all that it will
		}
		url, _ := sh.CallBackURL(a.Address)
		sim.Restore(simulator.Push{
			MSISDN: string(a.Phone), Amount: int(a.Amount), AccountReference: a.Reference, ShortCode: cmp.Or(a.BuyGoods, shortCode), CallBackURL: url,
			MerchantRequestID: a.MerchantRequestID, CheckoutRequestID: a.CheckoutRequestID,
		})
	}
}

// run runs the screens until the cashier leaves, and closes the shop.
func run(ctx context.Context, sh *shop.Shop, s settings.Settings, cfg session.Config, o cli.ScreenOptions) error {
	cfg.Shop, cfg.ShortCode, cfg.Language = s.Shop, s.Daraja.Number(), text.Language(s.Language)
	cfg.Till, cfg.Book, cfg.Resumed = sh.Till, sh.Ledger, sh.Till.Resumed()
	cfg.Link = func() session.LinkHealth {
		return session.LinkHealth{Reachable: sh.Reachable(), Failing: sh.Failing(), Forged: sh.Forged(), Replaced: sh.Replaced(), MaintenanceFailed: sh.Keeping() != nil}
	}
	cfg.MaxAmount, cfg.RetypeAbove = pos.Shillings(s.Limits.MaxAmount), pos.Shillings(s.Limits.RetypeAbove)
	cfg.Input, cfg.Output, cfg.Environ = cmp.Or(cfg.Input, io.Reader(os.Stdin)), os.Stdout, os.Environ()
	cfg.ASCII, cfg.NoMotion = o.ASCII, o.NoMotion
	screens := ui.Run
	if o.Plain {
		screens = plain.Run
	}
	sh.KeepDaily(s.Records)
	return errors.Join(screens(ctx, cfg), sh.Close())
}

// phones are the simulator's phones as the screens see them.
type phones struct{ *simulator.Simulator }

func (p phones) Prompts() []session.Prompt {
	var prompts []session.Prompt
	for _, s := range p.Simulator.Prompts() {
		prompts = append(prompts, session.Prompt{
			Phone: pos.MSISDN(s.MSISDN), Amount: pos.Shillings(s.Amount), Payee: s.ShortCode, Reference: s.AccountReference, Since: s.Since,
		})
	}
	return prompts
}

func (p phones) SMS() session.SMS {
	paid := p.Simulator.LastPayment()
	return session.SMS{
		Phone: pos.MSISDN(paid.Phone), Amount: pos.Shillings(paid.Amount), Payee: paid.ShortCode, Code: paid.Receipt, At: paid.Time,
	}
}

func (p phones) Act(phone pos.MSISDN, a session.PhoneAction) error {
	return p.Simulator.Act(string(phone), simulator.Action(a))
}

// simulate serves the simulator by itself until ctx ends.
func simulate(ctx context.Context, listen string, o simulator.Options) error {
	url, stop, err := serveSimulator(simulator.New(o), listen)
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

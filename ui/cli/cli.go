package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"kaunta/daraja"
	"kaunta/daraja/simulator"
	"kaunta/pos"
	"kaunta/ui/app/localapi"
	"kaunta/ui/app/settings"
	"kaunta/ui/doctor"
	"kaunta/ui/setup"
	"kaunta/ui/text"
)

// The exit statuses.
const (
	ExitPaid          = 0 // paid, or done
	ExitError         = 1
	ExitUsage         = 2
	ExitNotPaid       = 10
	ExitStillChecking = 11
)

// Kaunta is what the commands work on.
type Kaunta struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string

	// Interactive says that a person sits at the terminal and can be asked.
	Interactive bool

	// OpenShop opens the ledger, the till and the callback listener, or reaches the till that is
	// open on the ledger already. The account of s is checked only where it is needed.
	OpenShop func(ctx context.Context, s settings.Settings) (*Shop, error)

	// OpenBook opens the ledger for reading, or reaches the till that has it.
	OpenBook func(s settings.Settings) (Book, error)

	// Query asks M-PESA about any CheckoutRequestID of the account, through the till that is open
	// on the ledger where one is. An answer that says nothing about the payment is no error.
	Query func(ctx context.Context, s settings.Settings, checkoutRequestID string) (daraja.Answer, error)

	// Screen runs the till's screens until the cashier leaves.
	Screen func(ctx context.Context, s settings.Settings, o ScreenOptions) error

	// Demo runs the till's screens on the built-in simulator, with the ledger at the path, or the
	// practice ledger where it is empty.
	Demo func(ctx context.Context, ledger string, o ScreenOptions) error

	// Simulate serves the Daraja simulator at the address until ctx ends.
	Simulate func(ctx context.Context, listen string, o simulator.Options) error

	// Endings says what the simulator's customers do by the last digits of their numbers, a line
	// each.
	Endings string

	// Setup is what kaunta setup needs of the ways that callbacks take.
	Setup setup.Parts

	// Environ is the whole environment, for the terminal's sake.
	Environ []string

	// Doctor is what kaunta doctor needs of the ledger and of the way that callbacks take.
	Doctor doctor.Parts
}

// Shop is an open till with its ledger, in this process or in another one.
type Shop struct {
	Till Till
	Book Book

	// Close ends the till and closes the ledger, where they are this process's own; what is open
	// stays open, for the next start.
	Close func() error
}

// Till takes payments. An error with a method MayHaveMovedMoney that says so leaves open whether
// the customer was asked; after any other error of Charge nobody was.
type Till interface {
	// Charge asks a customer for a payment and returns as soon as the attempt is on disk.
	Charge(ctx context.Context, r pos.Request) (pos.Attempt, error)

	// Follow gives each attempt as it is now, and then every one that has changed, until ctx ends.
	// It ends with pos.ErrUnsubscribed when the till closes.
	Follow(ctx context.Context, ids ...pos.AttemptID) iter.Seq2[pos.Attempt, error]

	// StopWaiting records that nobody waits for the attempt any longer.
	StopWaiting(ctx context.Context, id pos.AttemptID) error

	// Settle lists what is open, oldest first, and queries M-PESA about it.
	Settle(ctx context.Context) ([]pos.Attempt, error)
}

// Book is what the commands read of the ledger.
type Book interface {
	localapi.Book
	Close() error
}

// ScreenOptions are the flags of the commands that open the till's screens.
type ScreenOptions struct {
	Plain    bool // line by line
	New      bool // a new practice ledger
	ASCII    bool // nothing but ASCII
	NoMotion bool // nothing moves by itself

	// For the practice till, which has no settings of the owner's.
	DebugHTTP, ClockIsRight bool
}

// Run runs the command line args and returns its exit status.
func Run(ctx context.Context, k Kaunta, args []string) int {
	c := &commands{Kaunta: k}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(k.Stdin)
	root.SetOut(k.Stdout)
	root.SetErr(k.Stderr)
	cmd, err := root.ExecuteContextC(ctx)
	var end exit
	var usage usageError
	if err != nil && !errors.As(err, &end) && wantsJSON(args) {
		// where nobody reads it, the status says that it went wrong
		_ = c.writeProblem(k.Stdout, err)
	}
	switch {
	case err == nil:
		return ExitPaid
	case errors.As(err, &end):
		if end.trouble != nil {
			c.complain(end.trouble)
		}
		return end.status
	case errors.As(err, &usage):
		if cmd.Name() == "help" {
			cmd = root
		}
		c.complain(fmt.Errorf("%w (see %s --help)", err, cmd.CommandPath()))
		return ExitUsage
	default:
		c.complain(err)
		return ExitError
	}
}

// complain says what went wrong, in one line.
func (c *commands) complain(err error) {
	fmt.Fprintf(c.Stderr, "kaunta: %s\n", inOneLine(err))
}

// inOneLine is an error for a person: an exchange with Daraja in the till's own words, and nothing
// named after this program's packages or after files that it was about to make under its own name.
func inOneLine(err error) string {
	says := err.Error()
	var told *daraja.Error
	if errors.As(err, &told) {
		says = strings.ReplaceAll(says, told.Error(), text.Failure(told))
	}
	var made *fs.PathError
	if errors.As(err, &made) && strings.Contains(filepath.Base(made.Path), ".new-") {
		says = strings.ReplaceAll(says, made.Error(), made.Err.Error())
	}
	return packages.Replace(says)
}

var packages = strings.NewReplacer("\n", "; ", "store: ", "", "tunnel: ", "", "daraja: ", "",
	"daraja push: ", "", "daraja query: ", "", "daraja oauth: ", "")

// exit ends a command with a status that says what is known of the money, whatever else went wrong.
type exit struct {
	status  int
	trouble error // told on stderr; nil for none
}

func (e exit) Error() string { return fmt.Sprintf("exit status %d", e.status) }

// usageError is a command line that cannot be carried out as it is written.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// commands holds what the flags that every command takes were set to.
type commands struct {
	Kaunta
	config, ledger string
	debugHTTP      bool
	clockIsRight   bool
	screen         ScreenOptions
}

func (c *commands) root() *cobra.Command {
	root := &cobra.Command{
		Use:     "kaunta",
		Version: Version(),
		Short:   "A till for shops that take M-PESA",
		Long:    about,
		Example: `kaunta demo
kaunta charge --amount 450 --phone 0712345678
kaunta ledger --day yesterday --find 678`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := c.account()
			switch {
			case errors.Is(err, settings.ErrNoAccount) && c.Interactive:
				return c.setUp(cmd.Context())
			case err != nil:
				return err
			}
			return c.openTill(cmd.Context(), s)
		},
	}
	global := root.PersistentFlags()
	global.StringVar(&c.config, "config", "", "configuration `file`")
	global.StringVar(&c.ledger, "ledger", "", "ledger `file`")
	global.BoolVar(&c.debugHTTP, "debug-http", false, "log what Kaunta and Safaricom say, masked")
	global.BoolVar(&c.clockIsRight, "clock-is-right", false, "sell although the ledger has later dates")
	c.screenFlags(root)
	root.SuggestionsMinimumDistance = 2                // letters
	root.SilenceErrors, root.SilenceUsage = true, true // Run says what was wrong, in one line
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		if cause := errors.Unwrap(err); cause != nil { // it speaks of types and functions of Go
			err = errors.New(strings.TrimSuffix(err.Error(), ": "+cause.Error()))
		}
		return usageError{err}
	})
	c.addCommands(root)
	for _, cmd := range append(root.Commands(), root) {
		cmd.Long = flow(cmd.Long)
		if cmd.Example != "" {
			cmd.Example = "  " + strings.ReplaceAll(cmd.Example, "\n", "\n  ")
		}
	}
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", fmt.Sprintf(".FlagUsagesWrapped %d", helpWidth)))
	root.SetHelpTemplate(root.HelpTemplate() + "{{if not .HasParent}}\n" + afterUsage() + "{{end}}")
	return root
}

func (c *commands) demoCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Practise on the built-in simulator: no account, no money",
		Long: `Opens the till on a built-in simulator of M-PESA, with a ledger of its own. The customer's phone is beside the till, or on F8.
Left alone, the customer acts by the last two digits of the phone number: 32 cancels, 20 mistypes the PIN, most others pay. Press ? for all of them.
A new practice ledger has three weeks of made-up payments. Without a terminal the till goes line by line, and without input it plays a sale by itself.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.screen.Plain = c.screen.Plain || !c.Interactive
			return c.demo(cmd.Context())
		},
	}
	c.screenFlags(cmd)
	cmd.Flags().BoolVar(&c.screen.New, "new", false, "begin a new practice ledger; the old one is kept as .old")
	return cmd
}

func (c *commands) demo(ctx context.Context) error {
	if err := c.seen(); err != nil {
		return err
	}
	c.screen.DebugHTTP = settings.IsOn(c.getenv("KAUNTA_DEBUG_HTTP"))
	c.screen.ClockIsRight = settings.IsOn(c.getenv("KAUNTA_CLOCK_IS_RIGHT"))
	return c.Demo(ctx, c.ledger, c.screen)
}

func (c *commands) screenFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.screen.Plain, "plain", settings.IsOn(c.Getenv("KAUNTA_PLAIN")) || c.Getenv("TERM") == "dumb", "line by line, for screen readers, braille displays and logs")
	cmd.Flags().BoolVar(&c.screen.ASCII, "ascii", false, "nothing but ASCII characters")
	cmd.Flags().BoolVar(&c.screen.NoMotion, "no-motion", false, "nothing moves by itself")
}

func (c *commands) simulatorCommand() *cobra.Command {
	var o simulator.Options
	var listen, platform, rate string
	cmd := &cobra.Command{
		Use:   "simulator",
		Short: "Serve a simulator of Daraja for any client",
		Long: `Serves OAuth, STK push, query and callbacks as Daraja does. The customer acts by the last two digits of the phone number.
GET /simulator/journal tells what was asked, paid and called back; POST /simulator/phones/0712345678 {"action":"pay"} plays the customer
(pay, cancel, wrong_pin, ignore).

A number that ends in

` + indented(c.Endings),
		Example: `kaunta simulator --listen 127.0.0.1:8190 --speed 20`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case !(o.Speed > 0) || o.Speed > 1e6:
				return usageError{errors.New("--speed is a number above 0, such as 10 for ten times as fast")}
			case platform != "new" && platform != "old":
				return usageError{fmt.Errorf("--platform %q is not known: it is old or new", platform)}
			case rate != "off" && rate != "sandbox":
				return usageError{fmt.Errorf("--rate-limit %q is not known: it is off or sandbox", rate)}
			}
			o.Platform, o.RateLimit = simulator.Platform(platform), simulator.RateLimit(rate)
			return c.Simulate(cmd.Context(), listen, o)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8190", "address to listen on")
	cmd.Flags().Float64Var(&o.Speed, "speed", 1, "how many times faster than real time")
	cmd.Flags().StringVar(&platform, "platform", "new", "what a pending query looks like: old or new")
	cmd.Flags().StringVar(&rate, "rate-limit", "off", "refuse queries as the sandbox does, more than one in 12 s: off or sandbox")
	for _, only := range []struct {
		to         *string
		name, what string
	}{
		{&o.ConsumerKey, "consumer-key", "consumer key"}, {&o.ConsumerSecret, "consumer-secret", "consumer secret"},
		{&o.ShortCode, "shortcode", "short code"}, {&o.Passkey, "passkey", "passkey"},
	} {
		cmd.Flags().StringVar(only.to, only.name, "", "the only "+only.what+" that is accepted; any if not given")
	}
	return cmd
}

// settings loads the configuration with the flags on top.
func (c *commands) settings() (settings.Settings, error) {
	s, err := settings.Load(c.config, c.getenv)
	if err != nil {
		err = settingsError{err}
	}
	return s, err
}

// getenv is the environment with the flags on top.
func (c *commands) getenv(name string) string {
	switch {
	case name == "KAUNTA_LEDGER" && c.ledger != "":
		return c.ledger
	case name == "KAUNTA_DEBUG_HTTP" && c.debugHTTP, name == "KAUNTA_CLOCK_IS_RIGHT" && c.clockIsRight:
		return "true"
	}
	return c.Getenv(name)
}

// account loads the configuration of a till that is to take payments.
func (c *commands) account() (settings.Settings, error) {
	s, err := c.settings()
	if err == nil {
		err = s.CheckAccount()
	}
	return s, err
}

func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case !cmd.HasSubCommands():
		return usageError{fmt.Errorf("%s takes no argument: leave out %q", cmd.CommandPath(), args[0])}
	}
	says := fmt.Sprintf("%q is not a command of %s", args[0], cmd.CommandPath())
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		says += ": did you mean " + strings.Join(near, " or ") + "?"
	}
	return usageError{errors.New(says)}
}

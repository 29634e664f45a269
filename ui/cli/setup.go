package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"

	"github.com/spf13/cobra"

	"kaunta/ui/app/settings"
	"kaunta/ui/doctor"
	"kaunta/ui/setup"
	"kaunta/ui/text"
)

func (c *commands) setupCommand() *cobra.Command {
	var sample, relay, unit, kiosk bool
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Set Kaunta up: keys, number, callbacks, limits",
		Long: `Asks for what Kaunta needs, checks it with Safaricom as it goes, and writes the configuration file: commented, for this user only,
the old one beside it with .bak at its end. Esc leaves, and nothing is written before the end. Live needs a typed word.`,
		Example: `kaunta setup
kaunta setup --sample > kaunta.toml`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			prints := 0
			for _, set := range []bool{sample, relay, unit, kiosk} {
				if set {
					prints++
				}
			}
			switch {
			case prints > 1:
				return usageError{errors.New("--sample, --print-relay, --print-unit and --print-kiosk print different things: use one of them")}
			case sample:
				_, err := io.WriteString(c.Stdout, settings.Sample())
				return err
			case relay:
				return c.printRelay()
			case unit:
				return c.printUnit(setup.Unit)
			case kiosk:
				return c.printUnit(setup.Kiosk)
			case !c.Interactive:
				return errors.New("kaunta setup asks questions and needs a terminal: run it at one, or print the commented file with kaunta setup --sample")
			}
			return c.setUp(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&sample, "sample", false, "print a configuration file that explains every key")
	cmd.Flags().BoolVar(&relay, "print-relay", false, "print what to run on your own server for reach = \"ssh\"")
	cmd.Flags().BoolVar(&unit, "print-unit", false, "print a systemd unit for a Kaunta that is used by ssh")
	cmd.Flags().BoolVar(&kiosk, "print-kiosk", false, "print a systemd unit for a Kaunta that has the machine's screen to itself")
	c.screenFlags(cmd)
	return cmd
}

func (c *commands) printUnit(unit func(program, user string) string) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("the path of this program is not known: %w", err)
	}
	if setup.Temporary(program) {
		return setup.ErrTemporary
	}
	who, err := user.Current()
	if err != nil {
		return fmt.Errorf("the user of this program is not known: %w", err)
	}
	_, err = io.WriteString(c.Stdout, unit(program, who.Username))
	return err
}

func (c *commands) path() string { return cmp.Or(c.config, settings.DefaultPath()) }

func (c *commands) printRelay() error {
	if c.Setup.Relay == nil {
		return errors.New("this program was built without ssh: there is no recipe to print")
	}
	s, err := c.settings()
	if err != nil {
		return err
	}
	recipe, err := c.Setup.Relay(s)
	if err != nil {
		return err
	}
	_, err = io.WriteString(c.Stdout, recipe)
	return err
}

// setUp shows the form, and does what is wanted after it.
func (c *commands) setUp(ctx context.Context) error {
	choice, err := setup.Run(ctx, setup.Config{
		Parts: c.Setup, Path: c.path(), Account: account, Getenv: c.Getenv, Environ: c.Environ,
		Input: c.Stdin, Output: c.Stdout, Plain: c.screen.Plain, ASCII: c.screen.ASCII,
	})
	switch {
	case err != nil || choice == setup.Leave:
		return err
	case choice == setup.Practise:
		return c.demo(ctx)
	}
	s, err := c.account()
	if err != nil {
		return err
	}
	if choice == setup.Examine {
		if _, err := c.examine(ctx, false); err != nil {
			return err
		}
		fmt.Fprint(c.Stdout, text.In(text.Language(s.Language), text.Both("Press Enter to open Kaunta: ", "Bonyeza Enter kufungua Kaunta: ")))
		if _, err := c.line(ctx); err != nil {
			return nil // the owner left
		}
	}
	return c.openTill(ctx, s)
}

// line is the next line that is typed, or an error where the owner leaves instead.
func (c *commands) line(ctx context.Context) (string, error) {
	type typed struct {
		text string
		err  error
	}
	read := make(chan typed, 1)
	go func() { // it is left behind when ctx ends, and ends with the program
		text, err := bufio.NewReader(c.Stdin).ReadString('\n')
		read <- typed{text, err}
	}()
	select {
	case t := <-read:
		return t.text, t.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// account asks Safaricom about an account, as the doctor does.
func account(ctx context.Context, s settings.Settings) (keys, passkey setup.Verdict) {
	verdict := func(f doctor.Finding) setup.Verdict { return setup.Verdict{Good: f.Status == doctor.OK, Says: f.Says} }
	k, p := doctor.Account(ctx, s)
	return verdict(k), verdict(p)
}

// openTill opens the screens, after the owner has said once that money is to be real.
func (c *commands) openTill(ctx context.Context, s settings.Settings) error {
	if err := c.confirmLive(ctx, s); err != nil {
		return err
	}
	if err := c.seen(); err != nil {
		return err
	}
	return c.Screen(ctx, s, c.screen)
}

// seen refuses to draw screens where nobody can see them.
func (c *commands) seen() error {
	if !c.Interactive && !c.screen.Plain {
		return errors.New("the screens need a terminal: add --plain, which is the same line by line, through pipes too")
	}
	return nil
}

// confirmLive asks for a typed word where production was asked for by the environment alone, and no
// ledger says that the shop has been live before: a variable left over from somewhere must not move
// money. The file of an owner is that word already.
func (c *commands) confirmLive(ctx context.Context, s settings.Settings) error {
	if s.Environment != settings.Production || s.ProductionInFile {
		return nil
	}
	if _, err := os.Stat(s.Ledger); err == nil {
		return nil
	}
	if !c.Interactive {
		return errors.New("MPESA_ENVIRONMENT asks for production, and nobody is there to confirm it: write environment = \"production\" into the configuration file, or run kaunta setup")
	}
	fmt.Fprintf(c.Stdout, "%s\n%s", text.In(text.Language(s.Language), text.Both(
		"LIVE: MPESA_ENVIRONMENT asks for production. Real money will move to "+s.Daraja.Number()+".",
		"HALISI: MPESA_ENVIRONMENT inasema production. Pesa halisi zitaenda "+s.Daraja.Number()+".")), text.In(text.Language(s.Language), text.Both("Type LIVE, or that number, to open Kaunta: ", "Weka HALISI, au namba hiyo, ili kufungua Kaunta: ")))
	typed, err := c.line(ctx)
	if err != nil || !setup.Confirms(typed, s.Daraja) {
		return errors.New("Kaunta was not opened: nobody confirmed that real money is to move")
	}
	return nil
}

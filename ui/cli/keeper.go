package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"kaunta/pos"
	"kaunta/store/maintain"
	"kaunta/ui/app/settings"
)

// problemLine is what is wrong with a ledger in one sentence, with its row.
func problemLine(p maintain.Problem) string {
	if p.Attempt == "" {
		return p.What
	}
	amount := "amount not readable"
	if p.Amount > 0 {
		amount = fmt.Sprintf("KES %v", p.Amount)
	}
	return fmt.Sprintf("payment of %s, %s (%s): %s", pos.DateTime(p.At), amount, p.Attempt, p.What)
}

// notOwn refuses to write over the ledger or the configuration.
func (c *commands) notOwn(s settings.Settings, file string) error {
	for _, own := range []string{s.Ledger, c.path()} {
		is, errIs := os.Stat(own)
		at, errAt := os.Stat(file)
		if errIs == nil && errAt == nil && os.SameFile(is, at) {
			return fmt.Errorf("%s is the till's own file: choose another name", file)
		}
	}
	return nil
}

// childCommands are run by the program itself, to read what may be damaged in another process: see
// package keeper. A copy is made a ledger of this version.
func (c *commands) childCommands() []*cobra.Command {
	one := func(serve func(context.Context, io.Writer, string) error) func(context.Context, io.Writer, []string) error {
		return func(ctx context.Context, w io.Writer, args []string) error { return serve(ctx, w, args[0]) }
	}
	var commands []*cobra.Command
	for _, child := range []struct {
		use   string
		serve func(context.Context, io.Writer, []string) error
	}{
		{"check-file FILE", one(maintain.ServeCheck)},
		{"check-copy FILE", one(maintain.ServeCheckCopy)},
		{"try-file LEDGER", one(maintain.ServeTry)},
		{"compare-files BACKUP LEDGER", func(ctx context.Context, w io.Writer, args []string) error {
			return maintain.ServeCompare(ctx, w, args[0], args[1])
		}},
	} {
		commands = append(commands, &cobra.Command{
			Use: child.use, Hidden: true, Args: files(strings.Count(child.use, " ")),
			RunE: func(cmd *cobra.Command, args []string) error { return child.serve(cmd.Context(), c.Stdout, args) },
		})
	}
	return commands
}

func payments(n int) string {
	if n == 1 {
		return "1 payment"
	}
	return fmt.Sprintf("%v payments", pos.Shillings(n))
}

func files(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError{fmt.Errorf("usage: %s", cmd.UseLine())}
		}
		return nil
	}
}

// share is progress in percent, in the words of what is done.
func (c *commands) share(what string) (tell func(done, of int), clear func()) {
	return c.telling(func(done, of int) string { return fmt.Sprintf("%s: %d%%", what, min(100, 100*done/max(1, of))) })
}

// interrupted makes a sentence of a context that ended.
func interrupted(ctx context.Context, err error, what string) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%s", what)
	}
	return err
}

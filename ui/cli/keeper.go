package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"kaunta/pos"
	"kaunta/ui/app/settings"
)

// Keeper looks after the ledger's file. Each function finds out by itself whether a till holds the
// ledger of s. progress may be nil.
type Keeper struct {
	// Backup writes a checked copy of the ledger to file, while a till may be selling.
	Backup func(ctx context.Context, s settings.Settings, file string, replace bool, progress func(done, of int)) (Checked, error)

	// Verify checks the ledger, or another file where file is not empty, in a process of its own.
	Verify func(ctx context.Context, s settings.Settings, file string, progress func(done, of int)) (Checked, error)

	// Restore puts a copy of backup in the ledger's place, and returns where the ledger that was
	// there is kept; "" where there was none. allow is asked before, where there is one; its error
	// ends the restore.
	Restore func(ctx context.Context, s settings.Settings, backup string, allow func(Missing) error, progress func(done, of int)) (Checked, string, error)

	// Compact writes the ledger's file again, and returns its sizes in bytes.
	Compact func(ctx context.Context, s settings.Settings, progress func(done, of int)) (before, after int64, err error)

	// These are the work of the processes that the others start: kaunta check-file, check-copy,
	// compare-files and try-file. A copy is made a ledger of this version.
	ServeCheck     func(ctx context.Context, w io.Writer, file string) error
	ServeCheckCopy func(ctx context.Context, w io.Writer, copy string) error
	ServeCompare   func(ctx context.Context, w io.Writer, backup, ledger string) error
	ServeTry       func(ctx context.Context, w io.Writer, ledger string) error
}

// Checked is what a check of a ledger found.
type Checked struct {
	Payments, Events int
	LastDay          pos.Day
	LastHash         [32]byte // the end of the chain

	// Evidence is how much is wrong with what happened, Derived with what follows from it, such as
	// totals.
	Evidence, Derived int
	First             *Fault // nil where all is well
}

// Fault is the first thing that is wrong.
type Fault struct {
	Attempt pos.AttemptID // "" where it is about none, and then there is no time
	At      time.Time
	Amount  pos.Shillings // 0 where it is not known
	What    string
}

// String is the fault in one sentence, with its row.
func (f Fault) String() string {
	if f.Attempt == "" {
		return f.What
	}
	amount := "amount not readable"
	if f.Amount > 0 {
		amount = fmt.Sprintf("KES %v", f.Amount)
	}
	return fmt.Sprintf("payment of %s, %s (%s): %s", pos.DateTime(f.At), amount, f.Attempt, f.What)
}

// Missing is what the ledger in use has and a backup lacks.
type Missing struct {
	Unread   error // why it is not known; nil: it is
	Foreign  bool  // the backup is of another ledger
	Payments int   // asked for
	Paid     pos.Sum
	Since    time.Time
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

// checkFileCommand is run by the program itself.
func (c *commands) checkFileCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check-file FILE", Hidden: true, Args: files(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.Keeper.ServeCheck(cmd.Context(), c.Stdout, args[0])
		},
	}
}

// checkCopyCommand is run by the program itself.
func (c *commands) checkCopyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check-copy FILE", Hidden: true, Args: files(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.Keeper.ServeCheckCopy(cmd.Context(), c.Stdout, args[0])
		},
	}
}

// compareFilesCommand is run by the program itself.
func (c *commands) compareFilesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "compare-files BACKUP LEDGER", Hidden: true, Args: files(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.Keeper.ServeCompare(cmd.Context(), c.Stdout, args[0], args[1])
		},
	}
}

// tryFileCommand is run by the program itself.
func (c *commands) tryFileCommand() *cobra.Command {
	return &cobra.Command{
		Use: "try-file LEDGER", Hidden: true, Args: files(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.Keeper.ServeTry(cmd.Context(), c.Stdout, args[0])
		},
	}
}

// payments counts them in words.
func payments(n int) string {
	if n == 1 {
		return "1 payment"
	}
	return fmt.Sprintf("%v payments", pos.Shillings(n))
}

// files demands n arguments.
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

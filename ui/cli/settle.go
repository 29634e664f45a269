package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"kaunta/pos"
)

func (c *commands) settleCommand() *cobra.Command {
	var wait time.Duration
	var asJSON, unmask bool
	cmd := &cobra.Command{
		Use:   "settle",
		Short: "Find out what became of payments that are still open",
		Long: `Asks M-PESA about every payment that has no end yet, and prints each change. Asking does not charge anybody. One answer of M-PESA's
that a payment failed is not enough: it is asked a second time.

Exit status: 0 nothing is open any more, 11 something is still checking, 1 error, 2 usage.`,
		Example: `kaunta settle
kaunta settle --wait 5m --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if wait <= 0 {
				return usageError{errors.New("--wait must be positive, such as 60s")}
			}
			shop, err := c.shop(cmd.Context())
			if err != nil {
				return err
			}
			out := c.printer(asJSON, unmask)
			found, left, err := settle(cmd.Context(), shop.Till, wait, out)
			if !asJSON && err == nil && out.unread == nil {
				fmt.Fprintf(c.Stdout, "%d found open, %d still open\n", found, left)
			}
			if err := errors.Join(err, shop.Close()); err != nil {
				return err
			}
			if left > 0 {
				return exit{ExitStillChecking, out.unread}
			}
			return out.unread
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", time.Minute, "stop waiting after this; what is open then stays open (exit 11)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object for each change")
	cmd.Flags().BoolVar(&unmask, "unmask", false, unmaskUsage)
	return cmd
}

// settle waits until everything that is open has its end, and returns how many it found and how
// many are left. What has none by then is STILL CHECKING.
func settle(ctx context.Context, till Till, wait time.Duration, out *printer) (found, left int, err error) {
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	open, damaged := till.Settle(ctx)
	if damaged != nil && !errors.Is(damaged, pos.ErrRefused) || len(open) == 0 {
		return len(open), len(open), damaged
	}
	var ids []pos.AttemptID
	last := make(map[pos.AttemptID]pos.Attempt) // those without an end, as they were shown
	for _, a := range open {
		ids = append(ids, a.ID)
		last[a.ID] = a
	}
	for a, err := range till.Follow(waiting, ids...) {
		if waiting.Err() != nil {
			break
		}
		if err != nil {
			return len(open), len(last), err
		}
		last[a.ID] = a
		if ended(a) {
			delete(last, a.ID)
		}
		out.print(a, ended(a), nil)
		if len(last) == 0 {
			break
		}
	}
	for _, id := range ids {
		if a, left := last[id]; left {
			a.State = pos.StillChecking
			out.print(a, true, nil)
		}
	}
	return len(open), len(last), damaged
}

// printer prints the changes of attempts as long as somebody reads: that nobody does is no reason
// to stop asking M-PESA (L7).
type printer struct {
	write  func(a pos.Attempt, final bool, err error) error
	unread error // why nobody reads
}

// print prints an attempt as it is; final says that no change of it follows, and err, which a
// person reads elsewhere, why that is so.
func (p *printer) print(a pos.Attempt, final bool, err error) {
	if p.unread == nil {
		p.unread = p.write(a, final, err)
	}
}

func (c *commands) printer(asJSON, unmask bool) *printer {
	if asJSON {
		return &printer{write: func(a pos.Attempt, final bool, err error) error {
			l := lineOf(a, final, unmask, time.Now())
			l.Error = c.problemOf(err, a.State != pos.NotPaid)
			return l.writeJSON(c.Stdout)
		}}
	}
	return &printer{write: func(a pos.Attempt, _ bool, _ error) error {
		_, err := io.WriteString(c.Stdout, sentence(a, unmask)+"\n")
		return err
	}}
}

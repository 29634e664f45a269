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

func (c *commands) chargeCommand() *cobra.Command {
	var amount, phone string
	var r pos.Request
	var wait time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "charge",
		Short: "Take one payment without the screen",
		Long: `Asks a phone for a payment, prints each change, and ends when M-PESA has said PAID or NOT PAID, or after --wait.

Exit status: 0 paid, 10 not paid, 11 still checking (money may have moved: run kaunta settle), 1 error, 2 usage.`,
		Example: `kaunta charge --amount 450 --phone 0712345678 --json`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := c.settings()
			if err != nil {
				return err
			}
			if r.Amount, err = pos.ParseAmount(amount, pos.Shillings(s.Limits.MaxAmount)); err != nil {
				return usageError{fmt.Errorf("--amount %q: %w", amount, err)}
			}
			if r.Phone, err = pos.ParseMSISDN(phone); err != nil {
				return usageError{err}
			}
			if wait <= 0 {
				return usageError{errors.New("--wait is a time above 0, such as 180s")}
			}
			shop, err := c.OpenShop(cmd.Context(), s)
			if err != nil {
				return err
			}
			state, err := charge(cmd.Context(), shop.Till, r, wait, c.printer(asJSON))
			if err := errors.Join(err, shop.Close()); err != nil {
				return err
			}
			return exitStatus(state)
		},
	}
	f := cmd.Flags()
	f.StringVar(&amount, "amount", "", "whole shillings, 1 to 250,000; a sum works too: 3*150+50")
	f.StringVar(&phone, "phone", "", "the customer's number: 0712345678, 254712345678 …")
	f.StringVar(&r.Reference, "reference", "", "shown to the customer, at most 12 letters and digits")
	f.StringVar(&r.Description, "description", "", "at most 13 letters and digits")
	f.DurationVar(&wait, "wait", pos.Patience, "how long to wait for the end")
	f.BoolVar(&asJSON, "json", false, "print a JSON object for each change")
	return cmd
}

func exitStatus(s pos.State) error {
	switch s {
	case pos.Paid:
		return nil
	case pos.NotPaid:
		return exit(ExitNotPaid)
	default:
		return exit(ExitStillChecking)
	}
}

// charge takes one payment and prints each change of it; the last one printed is final.
func charge(ctx context.Context, till *pos.Till, r pos.Request, wait time.Duration, print printer) (pos.State, error) {
	updates := till.Subscribe()
	defer updates.Close()
	a, err := till.Charge(ctx, r)
	if err != nil {
		return 0, err
	}
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		u, err := updates.Next(waiting)
		switch {
		case err != nil: // the time is over, or the person at the keyboard has had enough
			stopped := till.StopWaiting(context.WithoutCancel(ctx), a.ID)
			state, err := lastWord(updates, a, print)
			return state, errors.Join(stopped, err)
		case u.Attempt.ID != a.ID || !u.Changed:
			continue
		}
		a = u.Attempt
		if err := print(a, a.State.Final()); err != nil || a.State.Final() {
			return a.State, err
		}
	}
}

// lastWord prints the attempt as it is after everything that is already in the queue: the end may have come in
// the same moment as the time-out.
func lastWord(updates *pos.Subscription, a pos.Attempt, print printer) (pos.State, error) {
	updates.Close()
	for {
		u, err := updates.Next(context.Background())
		if err != nil {
			return a.State, print(a, true)
		}
		if u.Attempt.ID == a.ID {
			a = u.Attempt
		}
	}
}

func (c *commands) settleCommand() *cobra.Command {
	var wait time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "settle",
		Short: "Find out what became of payments that are still open",
		Long: `Takes up every payment that had no end when the till stopped, asks M-PESA about it, and prints each change.

Exit status: 0 nothing is open any more, 11 something is still checking, 1 error, 2 usage.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if wait <= 0 {
				return usageError{errors.New("--wait is a time above 0, such as 60s")}
			}
			s, err := c.settings()
			if err != nil {
				return err
			}
			shop, err := c.OpenShop(cmd.Context(), s)
			if err != nil {
				return err
			}
			open, err := settle(cmd.Context(), shop, wait, c.printer(asJSON))
			if !asJSON && err == nil {
				fmt.Fprintf(c.Stdout, "%d open when the till stopped, %d still open\n", len(shop.Till.Resumed()), open)
			}
			if err := errors.Join(err, shop.Close()); err != nil {
				return err
			}
			if open > 0 {
				return exit(ExitStillChecking)
			}
			return nil
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", time.Minute, "how long to wait for the ends")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object for each change")
	return cmd
}

// settle waits until everything that was resumed has its end, and returns how many have not.
func settle(ctx context.Context, shop *Shop, wait time.Duration, print printer) (int, error) {
	updates := shop.Till.Subscribe()
	defer updates.Close()
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	open := make(map[pos.AttemptID]pos.Attempt)
	for _, resumed := range shop.Till.Resumed() {
		// It may have ended before the subscription began.
		a, err := shop.Book.Attempt(resumed.ID)
		if err != nil {
			return 0, err
		}
		if a.Open() {
			open[a.ID] = a
		}
		if err := print(a, a.State.Final()); err != nil {
			return 0, err
		}
	}
	for len(open) > 0 {
		u, err := updates.Next(waiting)
		if err != nil {
			break
		}
		if _, ours := open[u.Attempt.ID]; !ours || !u.Changed {
			continue
		}
		open[u.Attempt.ID] = u.Attempt
		if u.Attempt.State.Final() {
			delete(open, u.Attempt.ID)
		}
		if err := print(u.Attempt, u.Attempt.State.Final()); err != nil {
			return 0, err
		}
	}
	for _, a := range shop.Till.Resumed() {
		if a, left := open[a.ID]; left {
			if err := print(a, true); err != nil {
				return 0, err
			}
		}
	}
	return len(open), nil
}

// printer prints one change of an attempt; final says that none follows.
type printer func(a pos.Attempt, final bool) error

func (c *commands) printer(asJSON bool) printer {
	if asJSON {
		return func(a pos.Attempt, final bool) error {
			return lineOf(a, final, time.Now()).writeJSON(c.Stdout)
		}
	}
	return func(a pos.Attempt, _ bool) error {
		_, err := io.WriteString(c.Stdout, sentence(a)+"\n")
		return err
	}
}

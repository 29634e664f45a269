package cli

import (
	"cmp"
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
			var err error
			if r.Amount, err = pos.ParseAmount(amount, pos.MaxAmount); err != nil {
				return usageError{fmt.Errorf("--amount %q: %w", amount, err)}
			}
			if r.Phone, err = pos.ParseMSISDN(phone); err != nil {
				return usageError{err}
			}
			if wait <= 0 {
				return usageError{errors.New("--wait is a time above 0, such as 180s")}
			}
			shop, err := c.shop(cmd.Context())
			if err != nil {
				return err
			}
			state, err := charge(cmd.Context(), shop.Till, r, wait, c.printer(asJSON))
			err = errors.Join(err, shop.Close())
			if state == 0 { // nothing was asked
				return err
			}
			return exitStatus(state, err)
		},
	}
	f := cmd.Flags()
	f.StringVar(&amount, "amount", "", "whole shillings, 1 to 250,000; a sum works too: 3*150+50")
	f.StringVar(&phone, "phone", "", "the customer's number: 0712345678, 254712345678 …")
	f.StringVar(&r.Reference, "reference", "", "shown to the customer, at most 12 letters and digits")
	f.StringVar(&r.Description, "description", "", "at most 13 letters and digits")
	f.BoolVar(&r.MayPayTwice, "may-pay-twice", false, "ask although an earlier request to this phone, over two minutes old, has no answer yet")
	f.DurationVar(&wait, "wait", pos.Patience, "how long to wait for the end")
	f.BoolVar(&asJSON, "json", false, "print a JSON object for each change")
	return cmd
}

// shop opens the shop of the configuration.
func (c *commands) shop(ctx context.Context) (*Shop, error) {
	s, err := c.account()
	if err != nil {
		return nil, err
	}
	return c.OpenShop(ctx, s)
}

func exitStatus(s pos.State, trouble error) error {
	switch s {
	case pos.Paid:
		return exit{ExitPaid, trouble}
	case pos.NotPaid:
		return exit{ExitNotPaid, trouble}
	default:
		return exit{ExitStillChecking, trouble}
	}
}

// callbackGrace is how long an end that only a query told is held open for its callback: that brings the receipt
// number, is delivered once, and sometimes knows better than the query. Callbacks come 7 to 27 s after a push (measured).
const callbackGrace = 15 * time.Second

// awaitsCallback reports whether a callback may still be on its way to a that has its end.
func awaitsCallback(a pos.Attempt) bool {
	return a.State.Final() && a.Reachable && a.CheckoutRequestID != "" &&
		!a.Facts.Has(pos.CallbackPaid|pos.CallbackFailed|pos.CallbackUnclear)
}

// charge takes one payment and prints each change of it; the last one printed is final. The state is 0 where nothing was
// asked; otherwise it is what is known of the money, and the error is only beside it.
func charge(ctx context.Context, till *pos.Till, r pos.Request, wait time.Duration, show printer) (pos.State, error) {
	updates := till.Subscribe()
	defer updates.Close()
	a, err := till.Charge(ctx, r)
	var amount *pos.AmountError
	switch {
	case errors.As(err, &amount): // more than this shop takes
		return 0, usageError{err}
	case err != nil:
		return 0, err
	}
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var unread error // nobody reads what is printed; the payment goes on all the same
	for {
		u, err := updates.Next(waiting)
		switch {
		case err != nil: // the time is over, or the person at the keyboard has had enough
			var stopped error
			if !a.State.Final() { // else only its callback was waited for
				stopped = till.StopWaiting(context.WithoutCancel(ctx), a.ID)
			}
			state, err := lastWord(updates, a, show)
			return state, cmp.Or(stopped, unread, err)
		case u.Attempt.ID != a.ID || !u.Changed:
			continue
		}
		a = u.Attempt
		final := a.State.Final() && !awaitsCallback(a)
		if unread == nil {
			unread = show(a, final)
		}
		if final {
			return a.State, unread
		}
		if a.State.Final() {
			time.AfterFunc(callbackGrace, cancel)
		}
	}
}

// lastWord prints the attempt as it is after everything that is already in the queue: the end may have come in
// the same moment as the time-out.
func lastWord(updates *pos.Subscription, a pos.Attempt, show printer) (pos.State, error) {
	updates.Close()
	for {
		u, err := updates.Next(context.Background())
		if err != nil {
			return a.State, show(a, true)
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
			shop, err := c.shop(cmd.Context())
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
				return exit{status: ExitStillChecking}
			}
			return nil
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", time.Minute, "how long to wait for the ends")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object for each change")
	return cmd
}

// settle waits until everything that was resumed has its end, and returns how many have not.
func settle(ctx context.Context, shop *Shop, wait time.Duration, show printer) (int, error) {
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
		if err := show(a, a.State.Final()); err != nil {
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
		if err := show(u.Attempt, u.Attempt.State.Final()); err != nil {
			return 0, err
		}
	}
	for _, a := range shop.Till.Resumed() {
		if a, left := open[a.ID]; left {
			if err := show(a, true); err != nil {
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

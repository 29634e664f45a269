package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kaunta/daraja"
	"kaunta/pos"
)

func (c *commands) chargeCommand() *cobra.Command {
	var amount, phone string
	var r pos.Request
	var wait time.Duration
	var asJSON, unmask bool
	cmd := &cobra.Command{
		Use:   "charge",
		Short: "Take one payment without the screen",
		Long: `Asks a phone for a payment, prints each change, and ends when M-PESA has said PAID or NOT PAID, or after --wait.

It does not ask you again before money moves. It is not idempotent without --once: two calls ask the customer twice, also where the first was
killed. With --once KEY, a key of yours such as an order number is asked for at most once: a second call with it, from any process and after any
crash, waits for the payment of the first call and ends as that does. Another amount, phone or till with the same key is an error.

With --json, an error is one object on standard output: {"final":true,"error":{"kind","message","retryable","may_have_moved_money"}}; where something
is known of the payment, "error" stands in its last object. ui/cli/README.md in the source describes every field and kind. Phone numbers are
masked, also within M-PESA's ids, unless you say --unmask.

Act on "state". "final" only says that no line follows: on the last one "state" may be "still_checking", and then money may have moved. (In kaunta
ledger --json "final" says that the payment has its end.)

Exit status: 0 paid, 10 not paid, 11 still checking (money may have moved: run kaunta settle), 1 error, 2 usage.`,
		Example: `kaunta charge --amount 450 --phone 0712345678 --json
kaunta charge --amount 450 --phone 0712345678 --once order-1017`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if missing := missingFlags(cmd, "amount", "phone"); missing != nil {
				return missing
			}
			var err error
			if r.Amount, err = pos.ParseAmount(amount, pos.MaxAmount); err != nil {
				return usageError{fmt.Errorf("--amount %q: %w", amount, err)}
			}
			if r.Phone, err = pos.ParseMSISDN(phone); err != nil {
				return usageError{err}
			}
			if wait <= 0 {
				return usageError{errors.New("--wait must be positive, such as 180s")}
			}
			if cmd.Flags().Changed("once") {
				if err := pos.CheckOnce(r.Once); err != nil {
					return usageError{fmt.Errorf("--once: %w", err)}
				}
			}
			if cmd.Flags().Changed("buy-goods") && !daraja.IsShortCode(r.BuyGoods) {
				return usageError{errors.New("--buy-goods is a till number, of four to ten digits")}
			}
			c.sayWhatIsCut(r)
			p := payment{request: r, wait: wait, open: c.shop, out: c.printer(asJSON, unmask)}
			state, err := p.take(cmd.Context())
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
	f.StringVar(&r.Once, "once", "", "a key of 1 to 64 bytes: ask at most once for it, ever")
	f.StringVar(&r.BuyGoods, "buy-goods", "", "pay this till number (Buy Goods) instead of the configuration's")
	f.DurationVar(&wait, "wait", pos.Patience, "stop waiting after this; the customer may still pay (exit 11)")
	f.BoolVar(&asJSON, "json", false, "print a JSON object for each change")
	f.BoolVar(&unmask, "unmask", false, unmaskUsage)
	return cmd
}

// missingFlags names those of the flags that are not given; nil for none.
func missingFlags(cmd *cobra.Command, names ...string) error {
	names = slices.DeleteFunc(names, cmd.Flags().Changed)
	if len(names) == 0 {
		return nil
	}
	return usageError{fmt.Errorf("%s needs --%s", cmd.CommandPath(), strings.Join(names, " and --"))}
}

// sayWhatIsCut says, before anybody is asked, where M-PESA takes a text only in part.
func (c *commands) sayWhatIsCut(r pos.Request) {
	say := func(what, given, sent, how string) {
		if given != "" && sent != strings.TrimSpace(given) {
			c.complain(fmt.Errorf("M-PESA takes no %s %q: %s %q", what, r.Phone.MaskText(given), how, r.Phone.MaskText(sent)))
		}
	}
	say("reference", r.Reference, daraja.CleanReference(r.Reference, ""), "the customer is shown")
	say("description", r.Description, daraja.CleanDescription(r.Description, ""), "it is sent as")
}

func (c *commands) shop(ctx context.Context) (*Shop, error) {
	s, err := c.settings()
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

// callbackGrace is how long an end that only a query told is held open for its callback: that
// brings the receipt number, is delivered once, and sometimes knows better than the query.
// Callbacks come 7 to 27 s after a push (measured).
const callbackGrace = 15 * time.Second

// ended reports whether a has its end for a program: NOT PAID by one query is none, since that may
// be wrong.
func ended(a pos.Attempt) bool { return a.State.Final() && !a.Unconfirmed() }

// awaitsCallback reports whether a callback may still be on its way to a that has its end.
func awaitsCallback(a pos.Attempt) bool {
	return ended(a) && a.Reachable && a.CheckoutRequestID != "" &&
		!a.Facts.Has(pos.CallbackPaid|pos.CallbackFailed|pos.CallbackUnclear)
}

type payment struct {
	request pos.Request
	wait    time.Duration
	open    func(context.Context) (*Shop, error) // opens the shop, or the one that took its place
	out     *printer

	attempt pos.Attempt // as it is known to be
	earlier bool        // an earlier call with the same key has asked for it
}

// maxShops is how many shops one payment may see close before it: each was open when it was
// reached.
const maxShops = 10

// take takes the payment and prints each change of it; the last one printed is final. The state is
// 0 where no customer was asked; otherwise it is what is known of the money, whatever the error.
//
// Where the till of another process is used and closes, the payment goes on in the next one, or in
// a till of this process.
func (p *payment) take(ctx context.Context) (pos.State, error) {
	waiting, enough := context.WithCancel(ctx)
	defer enough()
	for range maxShops {
		shop, err := p.open(ctx)
		if err != nil {
			return p.end(err)
		}
		if p.attempt.ID == "" {
			if err = p.ask(ctx, shop); err == nil {
				time.AfterFunc(p.wait, enough)
			}
		}
		if err == nil && !(p.earlier && ended(p.attempt)) {
			err = p.follow(waiting, enough, shop)
		}
		if err == nil && waiting.Err() != nil {
			err = p.leave(context.WithoutCancel(ctx), shop)
		}
		closed := shop.Close()
		// the till of another process, which was killed perhaps
		var lost interface{ MayHaveMovedMoney() bool }
		safe := p.attempt.ID != "" || p.request.Once != "" // nothing is asked twice by going on
		gone := errors.Is(err, pos.ErrUnsubscribed) || errors.Is(err, pos.ErrClosed) || safe && errors.As(err, &lost)
		if !gone || waiting.Err() != nil {
			return p.end(cmp.Or(err, closed))
		}
	}
	return p.end(errors.New("one till after another was closed while this payment waited"))
}

func (p *payment) ask(ctx context.Context, shop *Shop) (err error) {
	var amount *pos.AmountError
	var unsure interface{ MayHaveMovedMoney() bool }
	began := time.Now().Truncate(time.Microsecond) // as exactly as the ledger keeps times
	switch p.attempt, err = shop.Till.Charge(ctx, p.request); {
	case errors.As(err, &amount): // more than this shop takes
		return usageError{err}
	case errors.As(err, &unsure) && unsure.MayHaveMovedMoney():
		p.attempt.State = pos.StillChecking
		p.attempt.Phone, p.attempt.Amount, p.attempt.Reference = p.request.Phone, p.request.Amount, p.request.Reference
		return fmt.Errorf("%w; it is not known whether the customer was asked: run kaunta settle, then kaunta ledger", err)
	case err != nil:
		return err
	}
	p.earlier = p.request.Once != "" && p.attempt.AskedAt.Before(began)
	if !(p.earlier && ended(p.attempt)) {
		p.out.print(p.attempt, false, nil)
	}
	return nil
}

// follow prints the changes of the payment until it has its end or waiting is over. An error is the
// till's.
func (p *payment) follow(waiting context.Context, enough context.CancelFunc, shop *Shop) error {
	for a, err := range shop.Till.Follow(waiting, p.attempt.ID) {
		switch {
		case waiting.Err() != nil: // the time is over, or the person at the keyboard has had enough
			return nil
		case errors.Is(err, pos.ErrUnsubscribed):
			return err
		case err != nil:
			return fmt.Errorf("%w; kaunta settle finds out what becomes of the payment", err)
		}
		if a != p.attempt {
			p.attempt = a
			if ended(a) && !awaitsCallback(a) {
				return nil
			}
			p.out.print(p.attempt, false, nil)
		}
		if ended(a) {
			time.AfterFunc(callbackGrace, enough)
		}
	}
	return nil
}

// leave waits no longer, and takes what the ledger says last: the end may have come in the same
// moment as the time-out.
func (p *payment) leave(ctx context.Context, shop *Shop) error {
	var stopped error
	// else only its second witness was awaited, or its first client may still wait
	if !p.attempt.State.Final() && !p.earlier {
		stopped = shop.Till.StopWaiting(ctx, p.attempt.ID)
	}
	a, err := shop.Book.Attempt(p.attempt.ID)
	if err == nil {
		p.attempt = a
	}
	return cmp.Or(stopped, err)
}

// end prints what is known of the payment, with err. What has no end and is not waited
// for is STILL CHECKING.
func (p *payment) end(err error) (pos.State, error) {
	if p.attempt.State == 0 {
		return 0, err
	}
	if !ended(p.attempt) {
		p.attempt.State = pos.StillChecking
	}
	p.out.print(p.attempt, true, err)
	return p.attempt.State, cmp.Or(err, p.out.unread)
}

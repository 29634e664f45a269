package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store/export"
	"kaunta/ui/text"
)

type queried struct {
	Final             bool   `json:"final"` // of what is printed: no other line follows
	Verdict           string `json:"verdict"`
	ResultCode        string `json:"result_code"`
	ResultDesc        string `json:"result_desc"`
	ErrorCode         string `json:"error_code"`
	MerchantRequestID string `json:"merchant_request_id"`
	CheckoutRequestID string `json:"checkout_request_id"` // masked unless --unmask
	MayHaveMovedMoney bool   `json:"may_have_moved_money"`
	EN                string `json:"en"`
	SW                string `json:"sw"`
	Time              string `json:"time"`
}

func (c *commands) queryCommand() *cobra.Command {
	var wait time.Duration
	var asJSON, unmask bool
	cmd := &cobra.Command{
		Use:   "query CHECKOUT_REQUEST_ID",
		Short: "Ask M-PESA about any payment of this account",
		Long: `Asks M-PESA once what became of a payment, by the CheckoutRequestID that the push was answered with, whoever sent that. While a till is open
on the ledger, it is the till that asks, in turn with its own queries. Nothing is written into the ledger: for the till's own payments there is
kaunta settle. M-PESA tells neither the amount nor the receipt number by query.

Exit status: 0 paid, 10 not paid, 11 M-PESA does not know yet, or says something unclear, 1 M-PESA did not say (error), 2 usage.`,
		Example: `kaunta query ws_CO_191220261020363925712345678 --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("name one CheckoutRequestID, such as ws_CO_191220261020363925712345678")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if wait <= 0 {
				return usageError{errors.New("--wait must be positive, such as 60s")}
			}
			id := strings.TrimSpace(args[0])
			s, err := c.settings()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), wait)
			defer cancel()
			a, err := c.Query(ctx, s, id)
			switch {
			case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
				return fmt.Errorf("M-PESA did not answer within %v: the queries of an account take turns, so give it more time with --wait: %w", wait, err)
			case err != nil:
				return err
			}
			status, informs := queryStatus(a)
			if !informs {
				return &daraja.Error{Answer: a}
			}
			if asJSON {
				err = writeQueried(c.Stdout, a, id, unmask)
			} else {
				err = sayQueried(c.Stdout, a)
			}
			return exit{status, err}
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", time.Minute, "how long to wait for M-PESA's answer")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	cmd.Flags().BoolVar(&unmask, "unmask", false, unmaskUsage)
	return cmd
}

// queryStatus is the exit status of an answer, and whether it says anything about the payment.
func queryStatus(a daraja.Answer) (status int, informs bool) {
	switch {
	case a.Verdict == daraja.VerdictPaid:
		return ExitPaid, true
	case a.Verdict == daraja.VerdictFailed:
		return ExitNotPaid, true
	case a.Verdict == daraja.VerdictPending, a.Verdict == daraja.VerdictUnknown && a.ResultCode != "":
		return ExitStillChecking, true
	}
	return ExitError, false
}

func writeQueried(w io.Writer, a daraja.Answer, id string, unmask bool) error {
	var nobody pos.MSISDN // the number in the id is not known otherwise
	advice := queryAdvice(a)
	q := queried{
		Final: true, Verdict: string(a.Verdict), ResultCode: a.ResultCode, ResultDesc: nobody.MaskText(a.ResultDesc), ErrorCode: a.ErrorCode,
		MerchantRequestID: a.MerchantRequestID, CheckoutRequestID: id, MayHaveMovedMoney: a.MayHaveMovedMoney(),
		EN: advice.EN, SW: advice.SW, Time: export.Stamp(time.Now()),
	}
	if !unmask {
		q.CheckoutRequestID = nobody.MaskID(id)
	}
	return json.NewEncoder(w).Encode(q)
}

// sayQueried prints the till's word, M-PESA's own, and what it means.
func sayQueried(w io.Writer, a daraja.Answer) error {
	asked := pos.StillChecking
	switch a.Verdict {
	case daraja.VerdictPaid:
		asked = pos.Paid
	case daraja.VerdictFailed:
		asked = pos.NotPaid
	}
	said := strings.TrimSpace(a.ResultCode + " " + a.ResultDesc)
	if said == "" {
		said = strings.TrimSpace(a.ErrorCode + " " + a.ErrorMessage)
	}
	state, _ := word(pos.Attempt{State: asked})
	_, err := fmt.Fprintf(w, "%-15s  %s\n%s\n", state, pos.MSISDN("").MaskText(said), queryAdvice(a).EN)
	return err
}

// unknownID is the code with which M-PESA answers a query about an id that it does not know: its
// own, asked about too early, or nobody's.
const unknownID = "400.002.02"

func queryAdvice(a daraja.Answer) pos.Text {
	if a.Verdict == daraja.VerdictPending && a.ErrorCode == unknownID {
		return text.Both(
			"M-PESA does not know this id: it is no payment of this account, or one of which it was asked too early. Ask again in a minute.",
			"M-PESA haijui namba hii: si malipo ya akaunti hii, au imeulizwa mapema mno. Uliza tena baada ya dakika moja.")
	}
	what, do := text.Advice(a)
	return text.Both(strings.TrimSpace(what.EN+" "+do.EN), strings.TrimSpace(what.SW+" "+do.SW))
}

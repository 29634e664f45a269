package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"kaunta/pos"
	"kaunta/store/export"
)

// findLimit is how many attempts a search brings.
const findLimit = 1000

func (c *commands) ledgerCommand() *cobra.Command {
	var dayFlag, find string
	var asJSON, asCSV, unmask bool
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "List a day's payments, or find one",
		Long: `Lists every payment asked on a day, newest first. --find looks through all days, or with --day through that one: a receipt
number, the last digits of a phone, an amount, a reference or an id.

With --json, act on "state". "final" says that a payment has its end: "state" is "paid" or "not_paid". Where nothing is found, --json prints
no line and --csv its heading alone; both are status 0.

Phone numbers are masked, also within M-PESA's ids, unless you say --unmask.`,
		Example: `kaunta ledger --day yesterday
kaunta ledger --find 678 --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON && asCSV {
				return usageError{errors.New("--json and --csv cannot go together")}
			}
			d, err := parseDay(dayFlag, time.Now())
			if err != nil {
				return err
			}
			book, err := c.briefly()
			if err != nil {
				return err
			}
			var write rowWriter = tableWriter
			switch {
			case asJSON:
				write = jsonWriter
			case asCSV:
				write = csvWriter
			}
			out := bufio.NewWriter(c.Stdout)
			row, flush := write(out, unmask)
			rows := 0
			counted := func(a pos.Attempt) error {
				rows++
				return row(a)
			}
			if find == "" {
				err = export.Rows(cmd.Context(), book, d, counted)
			} else {
				err = c.find(book, find, func(a pos.Attempt) error {
					if cmd.Flags().Changed("day") && pos.DayOf(a.AskedAt) != d {
						return nil
					}
					return counted(a)
				})
			}
			if err != nil && rows == 0 {
				return err
			}
			if rows == 0 && !asJSON && !asCSV {
				_, err := fmt.Fprintln(c.Stdout, nothing(find, d))
				return err
			}
			return errors.Join(err, flush(), out.Flush()) // a damaged payment does not hide the others
		},
	}
	cmd.Flags().StringVar(&dayFlag, "day", "today", "2026-11-23, today or yesterday")
	cmd.Flags().StringVar(&find, "find", "", "a receipt, last digits of a phone, an amount, a reference or an id")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object for each payment")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print comma-separated values")
	cmd.Flags().BoolVar(&unmask, "unmask", false, unmaskUsage)
	return cmd
}

// nothing says to a person that there are no rows.
func nothing(find string, d pos.Day) string {
	if find != "" {
		return english.FindEmpty
	}
	return "No payments on " + pos.Date(d.Start()) + "."
}

func (c *commands) find(book briefBook, text string, row func(pos.Attempt) error) error {
	attempts, damaged := book.Find(text, findLimit)
	if len(attempts) == findLimit {
		fmt.Fprintf(c.Stderr, "kaunta: only the newest %d are shown: search for more of it\n", findLimit)
	}
	for _, a := range attempts {
		if err := row(a); err != nil {
			return err
		}
	}
	return damaged
}

const unmaskUsage = "print whole phone numbers"

// A rowWriter prints attempts one by one in some format, with whole phone numbers if unmask is
// true.
type rowWriter func(w io.Writer, unmask bool) (row func(pos.Attempt) error, flush func() error)

func jsonWriter(w io.Writer, unmask bool) (func(pos.Attempt) error, func() error) {
	row := func(a pos.Attempt) error {
		at := a.EndedAt
		if at.IsZero() {
			at = a.AskedAt
		}
		return lineOf(a, a.State.Final(), unmask, at).writeJSON(w)
	}
	return row, func() error { return nil }
}

func csvWriter(w io.Writer, unmask bool) (func(pos.Attempt) error, func() error) {
	out, err := export.NewCSV(w, false)
	row := func(a pos.Attempt) error { return errors.Join(err, out.Row(export.RowOf(a, reason(a), unmask))) }
	return row, func() error { return errors.Join(err, out.Close(nil)) }
}

func tableWriter(w io.Writer, unmask bool) (func(pos.Attempt) error, func() error) {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "TIME\tKES\tPHONE\tRECEIPT\tRESULT")
	row := func(a pos.Attempt) error {
		receipt := a.Receipt
		if receipt == "" {
			receipt = "—"
		}
		result, told := word(a)
		if a.State != pos.Paid {
			if why := reason(a); why != "" {
				result += ": " + why
			}
		}
		_, err := fmt.Fprintf(out, "%s\t%v\t%s\t%s\t%s%s\n",
			pos.DateTime(a.AskedAt), a.Amount, shownPhone(a.Phone, unmask), receipt, result, notices(a.Notices&^told))
		return err
	}
	return row, out.Flush
}

package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"kaunta/pos"
)

// pageSize is how many attempts are read at a time, and findLimit how many a search brings.
const (
	pageSize  = 500
	findLimit = 1000
)

func (c *commands) ledgerCommand() *cobra.Command {
	var dayFlag, find string
	var asJSON, asCSV bool
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "List a day's payments, or find one",
		Long: `Lists every payment asked on a day, newest first. --find looks through all days instead: a receipt number, the last digits
of a phone, an amount, a reference or an id.`,
		Example: `kaunta ledger --day yesterday
kaunta ledger --find 678 --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON && asCSV {
				return usageError{errors.New("--json and --csv cannot go together")}
			}
			d, err := day(dayFlag)
			if err != nil {
				return err
			}
			return c.withBook(func(book Book, out io.Writer) error {
				var write rowWriter = tableWriter
				switch {
				case asJSON:
					write = jsonWriter
				case asCSV:
					write = csvWriter
				}
				row, flush := write(out)
				if find != "" {
					attempts, err := book.Find(find, findLimit)
					if len(attempts) == findLimit {
						fmt.Fprintf(c.Stderr, "kaunta: only the newest %d are shown: search for more of it\n", findLimit)
					}
					return errors.Join(err, each(attempts, row), flush())
				}
				return errors.Join(eachOfDay(book, d, row), flush())
			})
		},
	}
	cmd.Flags().StringVar(&dayFlag, "day", "today", "2026-11-23, today or yesterday")
	cmd.Flags().StringVar(&find, "find", "", "a receipt, last digits of a phone, an amount, a reference or an id")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object for each payment")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print comma-separated values")
	return cmd
}

// withBook opens the ledger, hands it to read, closes it, and only then prints what was written to out: a ledger that
// is being read cannot take payments, and a pager may stay open for long.
func (c *commands) withBook(read func(book Book, out io.Writer) error) error {
	s, err := c.settings()
	if err != nil {
		return err
	}
	book, err := c.OpenBook(s)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := errors.Join(read(book, &out), book.Close()); err != nil {
		return err
	}
	_, err = out.WriteTo(c.Stdout)
	return err
}

// eachOfDay reads the day page by page, so that a big day needs no more memory than a small one.
func eachOfDay(book Book, d pos.Day, row func(pos.Attempt) error) error {
	for before := pos.AttemptID(""); ; {
		page, err := book.DayPage(d, before, pageSize)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := each(page, row); err != nil {
			return err
		}
		before = page[len(page)-1].ID
	}
}

func each(attempts []pos.Attempt, row func(pos.Attempt) error) error {
	for _, a := range attempts {
		if err := row(a); err != nil {
			return err
		}
	}
	return nil
}

// A rowWriter prints attempts one by one in some format.
type rowWriter func(w io.Writer) (row func(pos.Attempt) error, flush func() error)

func jsonWriter(w io.Writer) (func(pos.Attempt) error, func() error) {
	row := func(a pos.Attempt) error {
		at := a.EndedAt
		if at.IsZero() {
			at = a.AskedAt
		}
		return lineOf(a, a.State.Final(), at).writeJSON(w)
	}
	return row, func() error { return nil }
}

func csvWriter(w io.Writer) (func(pos.Attempt) error, func() error) {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"asked", "ended", "state", "amount", "phone", "reference", "receipt", "result_code", "reason", "witnesses", "notices", "sale", "attempt"})
	row := func(a pos.Attempt) error {
		return out.Write([]string{
			stamp(a.AskedAt), stamp(a.EndedAt), a.State.String(), strconv.FormatInt(int64(a.Amount), 10),
			compactPhone(a.Phone), inert(a.Reference), inert(a.Receipt), inert(a.ResultCode()), inert(reason(a)),
			strings.Join(a.Witnesses(), " "), strings.Join(a.Notices.Names(), " "), string(a.Sale), string(a.ID),
		})
	}
	return row, func() error { out.Flush(); return out.Error() }
}

// inert keeps a spreadsheet from taking a text that came from outside for a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func tableWriter(w io.Writer) (func(pos.Attempt) error, func() error) {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "TIME\tKES\tPHONE\tRECEIPT\tRESULT")
	row := func(a pos.Attempt) error {
		receipt := a.Receipt
		if receipt == "" {
			receipt = "—"
		}
		result := word(a.State)
		if a.State != pos.Paid {
			if why := reason(a); why != "" {
				result += ": " + why
			}
		}
		for _, n := range a.Notices.Names() {
			result += "  [" + strings.ToUpper(strings.ReplaceAll(n, "_", " ")) + "]"
		}
		_, err := fmt.Fprintf(out, "%s\t%v\t%s\t%s\t%s\n", a.AskedAt.In(pos.EAT).Format("2006-01-02 15:04:05"), a.Amount, a.Phone.Masked(), receipt, result)
		return err
	}
	return row, out.Flush
}

// report is a day's totals in JSON.
type report struct {
	Day           string   `json:"day"`
	Paid          countKES `json:"paid"`
	NotPaid       count    `json:"not_paid"`
	StillChecking countKES `json:"still_checking"`
	OwedBack      countKES `json:"owed_back"`
}

type count struct {
	Count int `json:"count"`
}

type countKES struct {
	Count int           `json:"count"`
	KES   pos.Shillings `json:"kes"`
}

func (c *commands) reportCommand() *cobra.Command {
	var dayFlag string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Show a day's totals",
		Long: `Shows what a day came to. A payment belongs to the day it was asked on (East Africa Time); a second payment of a sale
that was paid already is not counted as paid but as owed back.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := day(dayFlag)
			if err != nil {
				return err
			}
			return c.withBook(func(book Book, out io.Writer) error {
				t, err := book.Totals(d)
				if err != nil {
					return err
				}
				if asJSON {
					return json.NewEncoder(out).Encode(report{
						Day: d.String(), Paid: countKES(t.Paid), NotPaid: count{t.NotPaid.Count},
						StillChecking: countKES(t.Checking), OwedBack: countKES(t.OwedBack),
					})
				}
				table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
				fmt.Fprintf(table, "%v\t\tKES\t\n", d)
				fmt.Fprintf(table, "paid\t%d\t%v\t\n", t.Paid.Count, t.Paid.KES)
				fmt.Fprintf(table, "not paid\t%d\t—\t\n", t.NotPaid.Count)
				fmt.Fprintf(table, "still checking\t%d\t%v\t\n", t.Checking.Count, t.Checking.KES)
				fmt.Fprintf(table, "owed back\t%d\t%v\t\n", t.OwedBack.Count, t.OwedBack.KES)
				return table.Flush()
			})
		},
	}
	cmd.Flags().StringVar(&dayFlag, "day", "today", "2026-11-23, today or yesterday")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return cmd
}

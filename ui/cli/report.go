package cli

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"kaunta/pos"
	"kaunta/store/export"
)

type report struct {
	Day  string `json:"day,omitempty"` // of a report about one day
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`

	sums

	WithoutReceipt *bare `json:"without_receipt"` // null in a report on many days

	Refusals []refusalCount    `json:"refusals"`              // null in a report on many days
	Median   *float64          `json:"median_seconds_to_pay"` // null: nothing paid, or many days
	Hours    [24]pos.Shillings `json:"hours"`                 // paid, by the hour of the request
	Busiest  *busiest          `json:"busiest"`
	Days     []dayReport       `json:"days,omitempty"` // of a report about several
}

// sums are the totals of a day, or of several.
type sums struct {
	Paid          countKES `json:"paid"`
	NotPaid       count    `json:"not_paid"`
	StillChecking countKES `json:"still_checking"`
	OwedBack      countKES `json:"owed_back"`
	Refunded      countKES `json:"given_back"`
	Resolved      countKES `json:"cleared_up"`
	PossiblyTwice countKES `json:"possibly_paid_twice"` // counted in paid too
}

func sumsOf(t pos.Totals) sums {
	return sums{
		countKES(t.Paid), count{t.NotPaid.Count}, countKES(t.Checking), countKES(t.OwedBack), countKES(t.Refunded), countKES(t.Resolved),
		countKES(t.Doubtful),
	}
}

type count struct {
	Count int `json:"count"`
}

type countKES struct {
	Count int           `json:"count"`
	KES   pos.Shillings `json:"kes"`
}

type refusal struct {
	ResultCode string `json:"result_code"`
	Reason     string `json:"reason"`
}

type refusalCount struct {
	refusal
	Count int `json:"count"`
}

// busiest is the hour of the day, and the day of several, on which most was paid.
type busiest struct {
	Hour    int           `json:"hour"`
	HourKES pos.Shillings `json:"hour_kes"`
	Day     string        `json:"day,omitempty"`
	DayKES  pos.Shillings `json:"day_kes,omitempty"`
}

type dayReport struct {
	Day string `json:"day"`
	sums
	WithoutReceipt *countKES `json:"without_receipt"`
	Median         *float64  `json:"median_seconds_to_pay"`
}

func (c *commands) reportCommand() *cobra.Command {
	var p period
	var asJSON, asCSV bool
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Show what a day, a week or a month came to",
		Long: `Shows what one day or several came to. A payment belongs to the day it was asked on (East Africa Time). The second payment of a sale
is not counted as paid but as owed back.

With reach = "off" M-PESA gives no receipt numbers. A report about one day lists the payments that have none, with the code that somebody
typed from the customer's SMS. In exports the column without_receipt says yes for them.

A report on more than 62 days of trade is added up from the ledger's totals: it leaves out receipt numbers, why payments were not paid, and
how long customers took.`,
		Example: `kaunta report --day yesterday
kaunta report --month 2026-11 --csv`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON && asCSV {
				return usageError{errors.New("--json and --csv cannot go together")}
			}
			d, err := p.parse(time.Now())
			if err != nil {
				return err
			}
			s, err := c.settings()
			if err != nil {
				return err
			}
			book, err := c.briefly()
			if err != nil {
				return err
			}
			progress, clear := c.progress()
			t, err := readDays(cmd.Context(), book, d, progress)
			clear()
			switch {
			case err != nil:
				return err
			case asJSON:
				return json.NewEncoder(c.Stdout).Encode(t.report(d))
			case asCSV:
				return t.writeCSV(c.Stdout)
			}
			return t.writeText(c.Stdout, s.Shop, d)
		},
	}
	p.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print a line of comma-separated values for each day")
	return cmd
}

// counted is a tally of several days, and of each.
type counted struct {
	all  *tally
	days []countedDay
}

type countedDay struct {
	day pos.Day
	*tally
}

// maxDays is how many days of trade are read payment by payment, and shown one by one. Of more, the
// ledger's totals are added up, which takes moments where the payments of years take a minute, and
// they are shown by month.
const maxDays = 62

// addDays is the report that the ledger's totals make.
func addDays(held []pos.DayTotals) *counted {
	c := &counted{all: &tally{}}
	for _, d := range held {
		c.all.Totals = c.all.Totals.Plus(d.Totals)
		c.days = append(c.days, countedDay{d.Day, &tally{Totals: d.Totals}})
	}
	return c
}

// readDays reads the days, each as it was at one moment.
func readDays(ctx context.Context, book export.Book, d days, progress func(done, of int)) (*counted, error) {
	held, err := book.Days(d.first, d.last)
	if err != nil {
		return nil, err
	}
	if len(held) > maxDays {
		return addDays(held), nil
	}
	c := &counted{all: newTally(false)}
	of, done := export.Count(held), 0
	for _, h := range held {
		day := countedDay{day: h.Day}
		_, err := export.Day(ctx, book, h.Day, func() { day.tally = newTally(d.first == d.last) }, func(a pos.Attempt) error {
			day.add(a)
			if done++; progress != nil {
				progress(done, max(done, of))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		c.all.plus(day.tally)
		c.days = append(c.days, day)
	}
	return c, nil
}

// busiestHour and busiestDay are when most was paid; ok is false where nothing was.
func (c *counted) busiestHour() (hour int, ok bool) {
	for h, kes := range c.all.Hours {
		if kes > c.all.Hours[hour] {
			hour = h
		}
	}
	return hour, c.all.Hours[hour] > 0
}

func (c *counted) busiestDay() (best countedDay, ok bool) {
	for _, d := range c.days {
		if !ok || d.Paid.KES > best.Paid.KES {
			best, ok = d, true
		}
	}
	return best, ok && best.Paid.KES > 0
}

// refusalCounts lists the reasons, the most frequent first.
func (c *counted) refusalCounts() []refusalCount {
	if c.all.refusals == nil {
		return nil
	}
	list := []refusalCount{}
	for r, n := range c.all.refusals {
		list = append(list, refusalCount{r, n})
	}
	slices.SortFunc(list, func(a, b refusalCount) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.ResultCode, b.ResultCode), cmp.Compare(a.Reason, b.Reason))
	})
	return list
}

func (c *counted) report(d days) report {
	t := c.all
	r := report{
		sums: sumsOf(t.Totals), WithoutReceipt: t.bare, Refusals: c.refusalCounts(), Median: t.median(), Hours: t.Hours,
	}
	if hour, ok := c.busiestHour(); ok {
		r.Busiest = &busiest{Hour: hour, HourKES: t.Hours[hour]}
	}
	if d.first == d.last {
		r.Day = d.first.String()
		return r
	}
	r.From, r.To = d.first.String(), d.last.String()
	if day, ok := c.busiestDay(); ok {
		r.Busiest.Day, r.Busiest.DayKES = day.day.String(), day.Paid.KES
	}
	for _, day := range c.days {
		r.Days = append(r.Days, dayReport{
			Day: day.day.String(), sums: sumsOf(day.Totals), WithoutReceipt: day.bare.sum(), Median: day.median(),
		})
	}
	return r
}

// writeCSV writes a line for each day on which anything was asked.
func (c *counted) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	_ = out.Write([]string{
		"day", "paid", "paid_kes", "not_paid", "still_checking", "still_checking_kes", "owed_back", "owed_back_kes", "given_back", "given_back_kes",
		"cleared_up", "cleared_up_kes", "possibly_paid_twice", "possibly_paid_twice_kes", "median_seconds_to_pay", "without_receipt", "without_receipt_kes",
	})
	for _, d := range c.days {
		row := []string{d.day.String()}
		for _, n := range []int{
			d.Paid.Count, int(d.Paid.KES), d.NotPaid.Count, d.Checking.Count, int(d.Checking.KES),
			d.OwedBack.Count, int(d.OwedBack.KES), d.Refunded.Count, int(d.Refunded.KES), d.Resolved.Count, int(d.Resolved.KES),
			d.Doubtful.Count, int(d.Doubtful.KES),
		} {
			row = append(row, strconv.Itoa(n))
		}
		var median, bare, bareKES string // empty where only payments could tell
		if m := d.median(); m != nil {
			median = strconv.FormatFloat(*m, 'f', -1, 64)
		}
		if s := d.bare.sum(); s != nil {
			bare, bareKES = strconv.Itoa(s.Count), strconv.Itoa(int(s.KES))
		}
		_ = out.Write(append(row, median, bare, bareKES))
	}
	out.Flush()
	return out.Error()
}

// reportWidth is how wide a report in text is, in characters.
const reportWidth = 80

func (c *counted) writeText(w io.Writer, shop string, d days) error {
	var b strings.Builder
	t := c.all
	fmt.Fprintf(&b, "%s\n", cut(shop+" · "+d.name, reportWidth))
	if len(c.days) == 0 {
		b.WriteString("\nNothing was asked.\n")
		_, err := io.WriteString(w, b.String())
		return err
	}
	row := func(what string, n int, kes string) {
		fmt.Fprintf(&b, "  %-18s%10v%16s\n", what, pos.Shillings(n), kes)
	}
	fmt.Fprintf(&b, "\n  %-18s%10s%16s\n", "", "payments", "KES")
	row("paid", t.Paid.Count, t.Paid.KES.String())
	row("not paid", t.NotPaid.Count, "—")
	row("still checking", t.Checking.Count, t.Checking.KES.String())
	row(english.Owed, t.OwedBack.Count, t.OwedBack.KES.String())
	some := func(what string, s countKES) {
		if s.Count > 0 {
			row(what, s.Count, s.KES.String())
		}
	}
	some("maybe paid twice", countKES(t.Doubtful))
	some(english.GivenBack, countKES(t.Refunded))
	some("cleared up by hand", countKES(t.Resolved))
	if t.bare != nil {
		some("without receipt", t.bare.countKES)
	}
	if m := t.median(); m != nil {
		fmt.Fprintf(&b, "\n  %-18s%10s\n", "median time to pay", lasting(time.Duration(*m*float64(time.Second))))
	}
	if t.refusals == nil {
		fmt.Fprintf(&b, "\nReasons, times and missing receipts are in reports on up to %d days.\n", maxDays)
	}
	if list := c.refusalCounts(); len(list) > 0 {
		b.WriteString("\nWhy not paid\n")
		width := 6
		for _, r := range list {
			width = max(width, len(r.ResultCode))
		}
		for _, r := range list {
			b.WriteString(cut(fmt.Sprintf("  %8v  %-*s  %s", pos.Shillings(r.Count), width, cmp.Or(r.ResultCode, "—"), r.Reason), reportWidth) + "\n")
		}
	}
	if t.bare != nil {
		t.bare.write(&b)
	}
	if hour, ok := c.busiestHour(); ok {
		b.WriteString("\nPaid by the hour\n")
		first, last := slices.IndexFunc(t.Hours[:], paidAny), 23
		for !paidAny(t.Hours[last]) {
			last--
		}
		for h := first; h <= last; h++ {
			bar(&b, fmt.Sprintf("%02d:00", h), t.Hours[h], t.Hours[hour])
		}
	}
	if best, ok := c.busiestDay(); ok && d.first != d.last {
		c.writeDays(&b, best.Paid.KES)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func paidAny(s pos.Shillings) bool { return s > 0 }

func (c *counted) writeDays(b *strings.Builder, most pos.Shillings) {
	if len(c.days) <= maxDays {
		b.WriteString("\nPaid by the day\n")
		for _, d := range c.days {
			bar(b, d.day.Start().Format("Mon _2 Jan"), d.Paid.KES, most)
		}
		return
	}
	b.WriteString("\nPaid by the month\n")
	months := map[pos.Month]pos.Shillings{}
	most = 0
	for _, d := range c.days {
		months[d.day.Month()] += d.Paid.KES
		most = max(most, months[d.day.Month()])
	}
	for _, m := range slices.Sorted(maps.Keys(months)) {
		bar(b, m.String(), months[m], most)
	}
}

// bar writes a line of a chart: a label, an amount, and a bar as long as its part of the most.
func bar(b *strings.Builder, label string, kes, most pos.Shillings) {
	const longest = 40
	length := 0
	if most > 0 {
		length = int((int64(kes)*longest + int64(most) - 1) / int64(most))
	}
	fmt.Fprintf(b, "%s\n", strings.TrimRight(fmt.Sprintf("  %-10s%16v  %s", label, kes, strings.Repeat("▇", length)), " "))
}

// lasting writes a time as a person says it.
func lasting(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	default:
		return fmt.Sprintf("%d h", int(d.Round(time.Hour).Hours()))
	}
}

func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

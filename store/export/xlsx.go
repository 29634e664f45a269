package export

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"kaunta/pos"
)

// The sheets of a workbook.
const (
	PaymentsSheet = "Payments"
	TotalsSheet   = "Totals"
)

// MaxRows is how many payments a sheet holds: the format has room for 2²⁰ rows, and one is the
// heading.
const MaxRows = 1<<20 - 1

// XLSX writes a workbook: a sheet of rows and one of totals. Amounts and counts are numbers, times
// are dates in East Africa Time, and everything else is text. A row is written as it comes, so
// memory holds one.
type XLSX struct {
	book  *workbook
	rows  int          // of the sheet, so far
	cells bytes.Buffer // of the row that is being made
	n     int          // how many cells that row has
}

var paymentColumns = []column{
	{"Asked", 19}, {"Ended", 19}, {"State", 14}, {"KES", 10}, {"Phone", 14}, {"Reference", 14}, {"Receipt", 13}, {"Result code", 12},
	{"Reason", 50}, {"Witnesses", 16}, {"Notices", 16}, {"Paid at (M-PESA)", 19}, {"Sale", 29}, {"Attempt", 29}, {"CheckoutRequestID", 36},
	{"Typed receipt", 13}, {"Without receipt", 14},
}

var totalColumns = []column{
	{"Day", 12}, {"Payments", 10}, {"Paid", 10}, {"Paid KES", 14}, {"Not paid", 10}, {"Still checking", 14}, {"Still checking KES", 18},
	{"Owed back", 11}, {"Owed back KES", 15}, {"Given back", 11}, {"Given back KES", 15}, {"Cleared up", 11}, {"Cleared up KES", 15},
	{"Possibly paid twice", 18}, {"Possibly paid twice KES", 22},
}

// NewXLSX begins a workbook that is written to w.
func NewXLSX(w io.Writer) (*XLSX, error) {
	book, err := newWorkbook(w, PaymentsSheet, TotalsSheet)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	x := &XLSX{book: book}
	if err := x.sheet(paymentColumns); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return x, nil
}

// sheet begins the next sheet with its heading.
func (x *XLSX) sheet(columns []column) error {
	if err := x.book.sheet(columns); err != nil {
		return err
	}
	x.rows = 0
	for _, c := range columns {
		x.text(c.title, styleBold)
	}
	return x.end()
}

// Fits implements [Writer].
func (x *XLSX) Fits(rows int) error {
	if rows > MaxRows {
		return fmt.Errorf("export: a sheet of a workbook holds %d payments: choose a shorter time, or --format csv", MaxRows)
	}
	return nil
}

// Row implements [Writer].
func (x *XLSX) Row(r Row) error {
	if err := x.Fits(x.rows); err != nil { // payments may have landed since they were counted
		return err
	}
	x.time(r.Asked)
	x.time(r.Ended)
	x.text(r.State, stylePlain)
	x.number(int64(r.Amount), styleAmount)
	for _, s := range []string{
		r.Phone, r.Reference, r.Receipt, r.ResultCode, r.Reason, strings.Join(r.Witnesses, " "), strings.Join(r.Notices, " "),
	} {
		x.text(s, stylePlain)
	}
	x.time(r.PaidAt)
	for _, s := range []string{string(r.Sale), string(r.Attempt), r.CheckoutRequestID, r.TypedReceipt, yes(r.WithoutReceipt)} {
		x.text(s, stylePlain)
	}
	if err := x.end(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// Close writes the totals and the end of the workbook.
func (x *XLSX) Close(days []pos.DayTotals) error {
	if err := x.totals(days); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func (x *XLSX) totals(days []pos.DayTotals) error {
	if err := x.sheet(totalColumns); err != nil {
		return err
	}
	var all pos.Totals
	for _, d := range days {
		all = all.Plus(d.Totals)
		x.date(d.Day.Start(), styleDay)
		x.sums(d.Totals, styleAmount)
		if err := x.end(); err != nil {
			return err
		}
	}
	x.text("All", styleBold)
	x.sums(all, styleTotal)
	if err := x.end(); err != nil {
		return err
	}
	return x.book.close()
}

// sums adds the cells of a row of totals, but for the first.
func (x *XLSX) sums(t pos.Totals, style int) {
	for _, n := range []int64{
		int64(t.Attempts()),
		int64(t.Paid.Count), int64(t.Paid.KES), int64(t.NotPaid.Count), int64(t.Checking.Count), int64(t.Checking.KES),
		int64(t.OwedBack.Count), int64(t.OwedBack.KES), int64(t.Refunded.Count), int64(t.Refunded.KES),
		int64(t.Resolved.Count), int64(t.Resolved.KES), int64(t.Doubtful.Count), int64(t.Doubtful.KES),
	} {
		x.number(n, style)
	}
}

// next is the address of the next cell, such as "B7". No sheet has more than 26 columns.
func (x *XLSX) next() string {
	x.n++
	return string(rune('A'+x.n-1)) + strconv.Itoa(x.rows+1)
}

// text adds a cell of text, whatever it looks like; an empty one for none.
func (x *XLSX) text(s string, style int) {
	cell := x.next()
	if s = clean(s); s != "" {
		fmt.Fprintf(&x.cells, `<c r="%s" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, cell, style, escape(s))
	}
}

// number adds a cell with a number.
func (x *XLSX) number(n int64, style int) {
	fmt.Fprintf(&x.cells, `<c r="%s" s="%d"><v>%d</v></c>`, x.next(), style, n)
}

// time adds a cell with a moment, to the second; an empty one for none.
func (x *XLSX) time(t time.Time) {
	if t.IsZero() {
		x.next()
		return
	}
	x.date(t, styleMoment)
}

// date adds a cell with a moment as clocks in East Africa show it. A spreadsheet counts days.
func (x *XLSX) date(t time.Time, style int) {
	seconds := t.Unix() - firstDay.Unix()
	fmt.Fprintf(&x.cells, `<c r="%s" s="%d"><v>%s</v></c>`, x.next(), style, strconv.FormatFloat(float64(seconds)/(24*60*60), 'f', -1, 64))
}

// firstDay is day 0 of a spreadsheet, which takes 1900 for a leap year.
var firstDay = time.Date(1899, time.December, 30, 0, 0, 0, 0, pos.EAT)

// end writes the row.
func (x *XLSX) end() error {
	x.rows++
	_, err := fmt.Fprintf(x.book, `<row r="%d">%s</row>`, x.rows, x.cells.Bytes())
	x.cells.Reset()
	x.n = 0
	return err
}

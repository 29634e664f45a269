package export

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"kaunta/pos"
)

// The sheets of a workbook.
const (
	PaymentsSheet = "Payments"
	TotalsSheet   = "Totals"
)

// MaxRows is how many payments a sheet holds.
const MaxRows = excelize.TotalRows - 1

// XLSX writes a workbook: a sheet of rows and one of totals. Amounts and counts are numbers, times are dates in East Africa Time, and
// everything else is text.
type XLSX struct {
	to    io.Writer
	file  *excelize.File
	sheet *excelize.StreamWriter
	row   int // the last one written

	heading, amount, moment, day, total int // styles
}

// column is one column of a sheet, its width in characters.
type column struct {
	title string
	width float64
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

// NewXLSX begins a workbook that is written to w. Release gives back what it holds, whether or not it was closed.
func NewXLSX(w io.Writer) (*XLSX, error) {
	x := &XLSX{to: w, file: excelize.NewFile()}
	if err := x.begin(); err != nil {
		return nil, errors.Join(fmt.Errorf("export: %w", err), x.Release())
	}
	return x, nil
}

func (x *XLSX) begin() error {
	var errs []error
	style := func(s excelize.Style) int {
		id, err := x.file.NewStyle(&s)
		errs = append(errs, err)
		return id
	}
	thousands, moment, day := "#,##0", "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"
	bold := &excelize.Font{Bold: true}
	x.heading = style(excelize.Style{Font: bold})
	x.amount = style(excelize.Style{CustomNumFmt: &thousands})
	x.total = style(excelize.Style{CustomNumFmt: &thousands, Font: bold})
	x.moment = style(excelize.Style{CustomNumFmt: &moment})
	x.day = style(excelize.Style{CustomNumFmt: &day})
	errs = append(errs,
		x.file.SetDocProps(&excelize.DocProperties{Creator: "Kaunta", LastModifiedBy: "Kaunta"}),
		x.file.SetSheetName("Sheet1", PaymentsSheet),
		x.start(PaymentsSheet, paymentColumns))
	return errors.Join(errs...)
}

// start begins a sheet with its heading, which stays in view.
func (x *XLSX) start(name string, columns []column) (err error) {
	if x.sheet, err = x.file.NewStreamWriter(name); err != nil {
		return err
	}
	titles := make([]any, len(columns))
	for i, c := range columns {
		if err := x.sheet.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
		titles[i] = excelize.Cell{StyleID: x.heading, Value: c.title}
	}
	err = x.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	x.row = 0
	return errors.Join(err, x.write(titles...))
}

// write writes the next row of the sheet. A nil is an empty cell.
func (x *XLSX) write(cells ...any) error {
	x.row++
	return x.sheet.SetRow(fmt.Sprintf("A%d", x.row), cells)
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
	if err := x.Fits(x.row); err != nil { // payments may have landed since they were counted
		return err
	}
	err := x.write(
		x.time(r.Asked), x.time(r.Ended), r.State, excelize.Cell{StyleID: x.amount, Value: int64(r.Amount)}, text(r.Phone),
		text(r.Reference), text(r.Receipt), text(r.ResultCode), text(r.Reason), text(strings.Join(r.Witnesses, " ")), text(strings.Join(r.Notices, " ")),
		x.time(r.PaidAt), text(string(r.Sale)), text(string(r.Attempt)), text(r.CheckoutRequestID),
		text(r.TypedReceipt), text(yes(r.WithoutReceipt)),
	)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// text is a cell of text, whatever it looks like; none for none.
func text(s string) any {
	if s == "" {
		return nil
	}
	return clean(s)
}

// time is a cell with the moment as clocks in East Africa show it, to the second.
func (x *XLSX) time(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return excelize.Cell{StyleID: x.moment, Value: t.In(pos.EAT).Truncate(time.Second)}
}

// Close writes the totals and the workbook.
func (x *XLSX) Close(days []pos.DayTotals) error {
	if err := x.finish(days); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func (x *XLSX) finish(days []pos.DayTotals) error {
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	if _, err := x.file.NewSheet(TotalsSheet); err != nil {
		return err
	}
	if err := x.start(TotalsSheet, totalColumns); err != nil {
		return err
	}
	var all pos.Totals
	for _, d := range days {
		all = all.Plus(d.Totals)
		if err := x.totals(excelize.Cell{StyleID: x.day, Value: d.Day.Start()}, x.amount, d.Totals); err != nil {
			return err
		}
	}
	if err := x.totals(excelize.Cell{StyleID: x.heading, Value: "All"}, x.total, all); err != nil {
		return err
	}
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	// excelize would make the whole workbook in memory first.
	x.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(x.to) })
	return x.file.Write(io.Discard)
}

// totals writes a row of the sheet of totals.
func (x *XLSX) totals(what excelize.Cell, style int, t pos.Totals) error {
	cells := []any{what}
	for _, n := range []int64{
		int64(t.Attempts()),
		int64(t.Paid.Count), int64(t.Paid.KES), int64(t.NotPaid.Count), int64(t.Checking.Count), int64(t.Checking.KES),
		int64(t.OwedBack.Count), int64(t.OwedBack.KES), int64(t.GivenBack.Count), int64(t.GivenBack.KES),
		int64(t.ClearedUp.Count), int64(t.ClearedUp.KES), int64(t.Doubtful.Count), int64(t.Doubtful.KES),
	} {
		cells = append(cells, excelize.Cell{StyleID: style, Value: n})
	}
	return x.write(cells...)
}

// Release gives back what the workbook holds while it is being made.
func (x *XLSX) Release() error { return x.file.Close() }

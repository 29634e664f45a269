package export

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"kaunta/pos"
)

// TestMonth exports a month of trading to XLSX and opens it again: every row is there once, in
// order, and the totals are those of the ledger, which the till's own screens show.
func TestMonth(t *testing.T) {
	ledger := sell(t, 30)
	path := filepath.Join(t.TempDir(), "november.xlsx")
	days := writeXLSX(t, ledger, path)

	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if sheets := f.GetSheetList(); len(sheets) != 2 || sheets[0] != PaymentsSheet || sheets[1] != TotalsSheet {
		t.Errorf("sheets %v", sheets)
	}
	for _, sheet := range f.GetSheetList() {
		if panes, err := f.GetPanes(sheet); err != nil || !panes.Freeze || panes.YSplit != 1 {
			t.Errorf("%s: panes %+v, %v", sheet, panes, err)
		}
	}

	// The rows, by the raw values in the cells.
	rows, err := f.GetRows(PaymentsSheet, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	var sheet pos.Totals
	last := 0.0
	for i, row := range rows[1:] {
		number := func(column int) float64 {
			v, err := strconv.ParseFloat(row[column], 64)
			if err != nil {
				t.Fatalf("row %d: column %d holds %q", i, column, row[column])
			}
			return v
		}
		asked := number(0)
		if asked < last {
			t.Errorf("row %d is out of order", i)
		}
		last = asked
		amount := pos.Shillings(number(3))
		switch notices := row[10]; {
		case strings.Contains(notices, "paid_twice"):
			sheet.OwedBack.Count++
			sheet.OwedBack.KES += amount
		case row[2] == "paid":
			sheet.Paid.Count++
			sheet.Paid.KES += amount
		case row[2] == "not_paid":
			sheet.NotPaid.Count++
			sheet.NotPaid.KES += amount
		default:
			sheet.Checking.Count++
			sheet.Checking.KES += amount
		}
		id := pos.AttemptID(row[13])
		a, err := ledger.Attempt(id)
		if err != nil {
			t.Fatalf("row %d: %q: %v", i, id, err)
		}
		date, err := excelize.ExcelDateToTime(asked, false)
		want := a.AskedAt.In(pos.EAT).Truncate(time.Second)
		if err != nil || date.Round(time.Second).Format(time.DateTime) != want.Format(time.DateTime) {
			t.Errorf("asked %v, and the cell shows %v, %v", want, date, err)
		}
		if row[4] != strings.ReplaceAll(a.Phone.Masked(), " ", "") || row[6] != a.Receipt {
			t.Errorf("row %d: phone %q, receipt %q", i, row[4], row[6])
		}
	}

	var all pos.Totals
	for _, d := range days {
		all = all.Plus(d.Totals)
		if screen, err := ledger.Totals(d.Day); err != nil || screen != d.Totals {
			t.Errorf("%v: %+v, and the screen shows %+v, %v", d.Day, d.Totals, screen, err)
		}
	}
	all.Hours = [24]pos.Shillings{}
	if sheet != all || all.OwedBack.Count == 0 || all.Checking.Count == 0 {
		t.Errorf("rows come to %+v, the ledger says %+v", sheet, all)
	}

	// The sheet of totals: a row for each day on which anything was asked, and one for all.
	totals, err := f.GetRows(TotalsSheet, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(totals) != 1+29+1 || len(days) != 29 {
		t.Fatalf("%d rows of totals, %d days", len(totals), len(days))
	}
	check := func(row []string, want pos.Totals) {
		t.Helper()
		for i, n := range []int{
			want.Paid.Count + want.NotPaid.Count + want.Checking.Count + want.OwedBack.Count, want.Paid.Count, int(want.Paid.KES),
			want.NotPaid.Count, want.Checking.Count, int(want.Checking.KES), want.OwedBack.Count, int(want.OwedBack.KES),
		} {
			if row[1+i] != strconv.Itoa(n) {
				t.Errorf("%s: %s is %s, want %d", row[0], totals[0][1+i], row[1+i], n)
			}
		}
	}
	for i, d := range days {
		check(totals[1+i], d.Totals)
	}
	check(totals[30], all)
	if shown, err := f.GetRows(TotalsSheet); err != nil || shown[1][0] != "2026-11-01" || !strings.Contains(shown[30][3], ",") {
		t.Errorf("shown as %v and %v, %v", shown[1], shown[30], err)
	}
}

// writeXLSX exports November.
func writeXLSX(t *testing.T, book Book, path string) []pos.DayTotals {
	t.Helper()
	file, err := Create(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Abandon()
	x, err := NewXLSX(file)
	if err != nil {
		t.Fatal(err)
	}
	days, err := Copy(t.Context(), x, book, november.First(), november.Last(), masked, nil)
	if err == nil {
		err = x.Close(days)
	}
	if err := errors.Join(err, file.Commit()); err != nil {
		t.Fatal(err)
	}
	return days
}

// TestCellTypes looks at the file itself: amounts are numbers, and whatever came from outside is
// text that nothing runs.
func TestCellTypes(t *testing.T) {
	var out bytes.Buffer
	x, err := NewXLSX(&out)
	if err != nil {
		t.Fatal(err)
	}
	const evil = "=HYPERLINK(\"http://x\")\x00\x1b[2J\u202e\n_x003D_1"
	row := Row{
		Asked: time.Date(2026, 11, 30, 21, 30, 0, 0, time.UTC), State: "paid", Amount: 1500, Phone: "0712 345 678", Reference: evil,
		Receipt: "0045", ResultCode: "0", Reason: "+1", Sale: "1E5", Attempt: "@x",
		CheckoutRequestID: "<a>&\"b\uffff</a>", TypedReceipt: strings.Repeat("é", 40_000),
	}
	if err := errors.Join(x.Row(row), x.Close(nil)); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := z.Open("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	xml, err := io.ReadAll(sheet)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(xml, []byte("<f>")) || bytes.Contains(xml, []byte("<f ")) || bytes.Contains(xml, []byte("hyperlink")) {
		t.Errorf("something is alive in %s", xml)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, want := range map[string]string{
		"A2": "2026-12-01 00:30:00", "D2": "1,500", "E2": "0712 345 678", "F2": "=HYPERLINK(\"http://x\") [2J _x003D_1",
		"G2": "0045", "H2": "0", "I2": "+1", "M2": "1E5", "N2": "@x",
		"O2": "<a>&\"b</a>", "P2": strings.Repeat("é", maxText/2), // what Excel takes for one cell is not exceeded
	} {
		got, err := f.GetCellValue(PaymentsSheet, cell)
		kind, _ := f.GetCellType(PaymentsSheet, cell)
		isNumber := kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber
		if got = strings.Join(strings.Fields(got), " "); err != nil || got != want || isNumber != (cell == "A2" || cell == "D2") {
			t.Errorf("%s is %q of type %v, want %q", cell, got, kind, want)
		}
	}
}

// bigMonth is a book of a month with as many attempts each day, made as they are read.
type bigMonth struct{ daily int }

func (b bigMonth) attempt(day pos.Day, n int) pos.Attempt {
	s := sale{n: int(day%100)*b.daily + n, at: day.Start().Add(time.Duration(n) * time.Second), end: "paid", after: 9 * time.Second}
	a := pos.Attempt{}
	for _, e := range s.events(s.at) {
		a, _ = a.Apply(e)
	}
	return a
}

func (b bigMonth) DayPage(day pos.Day, before pos.AttemptID, n int) (page []pos.Attempt, err error) {
	from := b.daily
	if before != "" {
		id, _ := ulidTime(before)
		from = int(id.Sub(day.Start()) / time.Second)
	}
	for i := from - 1; i >= 0 && len(page) < n; i-- {
		page = append(page, b.attempt(day, i))
	}
	return page, nil
}

func (b bigMonth) Totals(day pos.Day) (t pos.Totals, err error) {
	for i := range b.daily {
		n := int(day%100)*b.daily + i
		amount := pos.Shillings(10 + n%5000)
		t.Paid.Count++
		t.Paid.KES += amount
		t.Hours[i/3600] += amount
	}
	return t, nil
}

func (b bigMonth) Days(first, last pos.Day) (days []pos.DayTotals, err error) {
	for d := first; d <= last; d = d.Add(1) {
		t, _ := b.Totals(d)
		days = append(days, pos.DayTotals{Day: d, Totals: t})
	}
	return days, nil
}

// unread is a book of more payments than a sheet holds, none of which can be read.
type unread struct{ Book }

func (unread) Days(first, _ pos.Day) ([]pos.DayTotals, error) {
	return []pos.DayTotals{
		{Day: first, Totals: pos.Totals{Paid: pos.Sum{Count: MaxRows}}}, {Day: first.Add(1), Totals: pos.Totals{NotPaid: pos.Sum{Count: 1}}},
	}, nil
}

// TestBeyondASheet: more payments than a sheet holds are refused by their number, before one of
// them is read.
func TestBeyondASheet(t *testing.T) {
	x, err := NewXLSX(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Copy(t.Context(), x, unread{}, november.First(), november.Last(), masked, nil); err == nil || !strings.Contains(err.Error(), "holds 1048575 payments") {
		t.Errorf("%v", err)
	}
	if err := x.Fits(MaxRows); err != nil {
		t.Errorf("as many as fit: %v", err)
	}
}

// TestMemory: a month of 100,000 rows takes little more memory than one of 20,000: what is written
// is on disk.
func TestMemory(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("takes a few seconds, and means nothing under the race detector")
	}
	peak := func(daily int) (most uint64) {
		file, err := os.Create(filepath.Join(t.TempDir(), "month.xlsx"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		x, err := NewXLSX(file)
		if err != nil {
			t.Fatal(err)
		}
		look := func() {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		days, err := Copy(t.Context(), x, bigMonth{daily}, november.First(), november.Last(), unmasked, func(done, of int) {
			if done%10_000 == 0 || done == of {
				look()
			}
		})
		if err := errors.Join(err, x.Close(days)); err != nil {
			t.Fatal(err)
		}
		look()
		if rows := Count(days); rows != 30*daily {
			t.Fatalf("%d rows", rows)
		}
		return most
	}
	small, big := peak(667), peak(3334)
	t.Logf("heap at most %d KiB with 20,000 rows, %d KiB with 100,000", small>>10, big>>10)
	if big > small+24<<20 {
		t.Errorf("the heap grew from %d to %d KiB", small>>10, big>>10)
	}
}

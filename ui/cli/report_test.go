package cli_test

import (
	"context"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"
	"github.com/xuri/excelize/v2"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store"
)

// deal is one attempt of a ledger that a test makes.
type deal struct {
	at     string // in East Africa, "2026-11-23 14:30:00"
	amount pos.Shillings
	// "paid", "late" (after the till gave up), "queried" (no callback can come), "open" or a code
	end   string
	after time.Duration // when that came
	again bool          // for the sale of the deal before
	typed string        // from the customer's SMS
}

// book makes a ledger of the deals, as the till would have, and returns its path.
func book(t *testing.T, deals []deal) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.ledger")
	l, err := store.Open(path, store.Options{Environment: "training", UnsafeNoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	var sale pos.SaleID
	for n, d := range deals {
		at, err := time.ParseInLocation(time.DateTime, d.at, pos.EAT)
		if err != nil {
			t.Fatal(err)
		}
		var u ulid.ULID
		_ = u.SetTime(ulid.Timestamp(at))
		binary.BigEndian.PutUint64(u[8:], uint64(n))
		id := pos.AttemptID(u.String())
		if !d.again {
			sale = pos.SaleID(id)
		}
		answer := func(kind pos.EventKind, after time.Duration, a daraja.Answer) pos.Event {
			a.MerchantRequestID, a.CheckoutRequestID = "m", fmt.Sprintf("ws_CO_%d", n)
			return pos.Event{Attempt: id, Kind: kind, At: at.Add(after), Answer: &a}
		}
		events := []pos.Event{
			{Attempt: id, Kind: pos.EventAsked, At: at, Asked: &pos.Asked{
				Sale: sale, Phone: pos.MSISDN(fmt.Sprintf("2547123%05d", n)), Amount: d.amount, Address: fmt.Sprintf("%032x", n), Reachable: d.end != "queried",
			}},
			answer(pos.EventPushed, time.Second, daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictAccepted}),
		}
		switch d.end {
		case "open":
		case "queried":
			events = append(events, answer(pos.EventQueried, d.after, daraja.Answer{
				Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPaid, ResultCode: "0",
			}))
		case "paid", "late":
			if d.end == "late" {
				events = append(events, pos.Event{Attempt: id, Kind: pos.EventGaveUp, At: at.Add(d.after - time.Second)})
			}
			events = append(events, answer(pos.EventCalledBack, d.after, daraja.Answer{
				Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictPaid, ResultCode: "0", Receipt: fmt.Sprintf("UKN%07d", n),
				Amount: int64(d.amount), HasAmount: true,
			}))
		default:
			events = append(events, answer(pos.EventCalledBack, d.after, daraja.Answer{
				Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictFailed, ResultCode: d.end, ResultDesc: "no",
			}))
		}
		if d.typed != "" {
			events = append(events, pos.Event{Attempt: id, Kind: pos.EventTyped, At: at.Add(time.Minute), Typed: d.typed})
		}
		for _, e := range events {
			if _, _, err := l.Append(context.Background(), e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// week is a shop's few days: midnight, a second payment of one sale, refusals, and one without an
// end.
var week = []deal{
	{at: "2026-11-22 23:59:59", amount: 99, end: "paid", after: 9 * time.Second}, // the Sunday before
	{at: "2026-11-23 00:00:00", amount: 1000, end: "paid", after: 8 * time.Second},
	{at: "2026-11-23 13:10:00", amount: 45_000, end: "paid", after: 12 * time.Second},
	{at: "2026-11-23 13:20:00", amount: 500, end: "1032", after: 5 * time.Second},
	{at: "2026-11-23 13:21:00", amount: 500, end: "paid", after: 20 * time.Second, again: true},
	{at: "2026-11-23 13:25:00", amount: 500, end: "paid", after: 9 * time.Second, again: true},
	{at: "2026-11-23 14:00:00", amount: 70, end: "2001", after: 7 * time.Second},
	{at: "2026-11-23 14:05:00", amount: 70, end: "1032", after: 7 * time.Second},
	{at: "2026-11-23 23:59:59", amount: 250_000, end: "open"},
	{at: "2026-11-25 08:00:00", amount: 300, end: "paid", after: 3 * time.Hour},
	{at: "2026-11-29 23:59:59", amount: 20, end: "paid", after: 10 * time.Second},
	{at: "2026-11-30 00:00:00", amount: 77, end: "paid", after: 9 * time.Second}, // the Monday after
}

func run(t *testing.T, ledger string, args ...string) string {
	t.Helper()
	out, err := kaunta("", ledger, args...).Output()
	if err != nil {
		t.Fatalf("%v: %v: %s", args, err, err.(*exec.ExitError).Stderr)
	}
	return string(out)
}

// TestReportColumns: the reasons stand below each other, however long a code is.
func TestReportColumns(t *testing.T) {
	ledger := book(t, []deal{
		{at: "2026-11-23 13:20:00", amount: 500, end: "1032", after: 5 * time.Second},
		{at: "2026-11-23 14:00:00", amount: 70, end: "500.001.1001", after: 7 * time.Second},
		{at: "2026-11-23 15:00:00", amount: 70, end: "2001", after: 7 * time.Second},
	})
	got := run(t, ledger, "report", "--day", "2026-11-23")
	for _, want := range []string{
		"\n         1  1032          Cancelled", "\n         1  2001          The customer typed",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestReportText holds what a report looks like.
func TestReportText(t *testing.T) {
	ledger := book(t, week)
	for args, want := range map[string]string{
		"--day 2026-11-23": `
Kaunta · Monday 23 November 2026

                      payments             KES
  paid                       3          46,500
  not paid                   3               —
  still checking             1         250,000
  refund due                 1             500

  median time to pay      12 s

Why not paid
         2  1032    Cancelled on the phone, or not answered in time.
         1  2001    The customer typed a wrong PIN.

Paid by the hour
  00:00                1,000  ▇
  01:00                    0
  02:00                    0
  03:00                    0
  04:00                    0
  05:00                    0
  06:00                    0
  07:00                    0
  08:00                    0
  09:00                    0
  10:00                    0
  11:00                    0
  12:00                    0
  13:00               45,500  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
`,
		"--from 2026-11-25 --to 2026-11-29": `
Kaunta · 25 November 2026 to 29 November 2026

                      payments             KES
  paid                       2             320
  not paid                   0               —
  still checking             0               0
  refund due                 0               0

  median time to pay    90 min

Paid by the hour
  08:00                  300  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
  09:00                    0
  10:00                    0
  11:00                    0
  12:00                    0
  13:00                    0
  14:00                    0
  15:00                    0
  16:00                    0
  17:00                    0
  18:00                    0
  19:00                    0
  20:00                    0
  21:00                    0
  22:00                    0
  23:00                   20  ▇▇▇

Paid by the day
  Wed 25 Nov             300  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
  Sun 29 Nov              20  ▇▇▇
`,
		"--day 2026-11-24": `
Kaunta · Tuesday 24 November 2026

Nothing was asked.
`,
	} {
		got := run(t, ledger, append([]string{"report"}, strings.Fields(args)...)...)
		if d := cmp.Diff(strings.TrimPrefix(want, "\n"), got); d != "" {
			t.Errorf("report %s: (-want +got)\n%s", args, d)
		}
		for line := range strings.Lines(got) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
	}
}

// TestReportData: the fields that programs rely on, and the same figures in every form.
func TestReportData(t *testing.T) {
	ledger := book(t, week)
	day := run(t, ledger, "report", "--day", "2026-11-23", "--json")
	if want := `{"day":"2026-11-23","paid":{"count":3,"kes":46500},"not_paid":{"count":3},"still_checking":{"count":1,"kes":250000},"owed_back":{"count":1,"kes":500},`; !strings.HasPrefix(day, want) {
		t.Errorf("%s\nwant %s", day, want)
	}
	type sum struct{ Count, KES int }
	var w struct {
		From, To                     string
		Paid, StillChecking, NotPaid sum
		Refusals                     []struct {
			Code  string `json:"result_code"`
			Count int
		}
		Median  float64 `json:"median_seconds_to_pay"`
		Hours   []int
		Busiest struct {
			Hour int
			Day  string
			KES  int `json:"day_kes"`
		}
		Days []struct {
			Day  string
			Paid sum
		}
	}
	if err := json.Unmarshal([]byte(run(t, ledger, "report", "--week", "2026-11-26", "--json")), &w); err != nil {
		t.Fatal(err)
	}
	if w.From != "2026-11-23" || w.To != "2026-11-29" || w.Paid != (sum{5, 46820}) || w.Median != 12 || w.Busiest.Hour != 13 ||
		w.Busiest.Day != "2026-11-23" || w.Busiest.KES != 46500 || len(w.Days) != 3 || w.Days[2].Day != "2026-11-29" || w.Days[2].Paid != (sum{1, 20}) {
		t.Errorf("%+v", w)
	}
	if len(w.Refusals) != 2 || w.Refusals[0].Code != "1032" || w.Refusals[0].Count != 2 || w.Hours[13] != 45500 {
		t.Errorf("%+v", w)
	}
	records, err := csv.NewReader(strings.NewReader(run(t, ledger, "report", "--month", "2026-11", "--csv"))).ReadAll()
	if err != nil || len(records) != 6 {
		t.Fatalf("%q, %v", records, err)
	}
	if want := []string{"2026-11-23", "3", "46500", "3", "1", "250000", "1", "500", "0", "0", "0", "0", "0", "0", "12", "0", "0"}; cmp.Diff(want, records[2]) != "" {
		t.Error(cmp.Diff(want, records[2]))
	}
}

// TestWithoutReceipt: the report of a day names what is paid without a receipt number, and so do
// the exports.
func TestWithoutReceipt(t *testing.T) {
	ledger := book(t, []deal{
		{at: "2026-11-23 09:00:00", amount: 450, end: "paid", after: 9 * time.Second},
		{at: "2026-11-23 09:10:00", amount: 70, end: "queried", after: 12 * time.Second},
		{at: "2026-11-23 09:20:00", amount: 1200, end: "queried", after: 12 * time.Second, typed: "UKN1ABCDE2"},
		{at: "2026-11-23 09:30:00", amount: 30, end: "1032", after: 12 * time.Second, typed: "UKN1ABCDE3"},
	})
	text := run(t, ledger, "report", "--day", "2026-11-23")
	if want := `  without receipt            2           1,270
`; !strings.Contains(text, want) {
		t.Errorf("%s\nwant %s", text, want)
	}
	if want := `
Paid without a receipt number from M-PESA
  09:10:00              70  0712•••001  no code typed
  09:20:00           1,200  0712•••002  UKN1ABCDE2 typed from the SMS
`; !strings.Contains(text, want) {
		t.Errorf("%s\nwant %s", text, want)
	}
	if text := run(t, ledger, "report", "--week", "2026-11-23"); !strings.Contains(text, "without receipt            2") || strings.Contains(text, "no code typed") {
		t.Error(text)
	}
	type bare struct {
		Count, KES int
		Payments   []struct {
			Attempt, Asked, Phone string
			Amount                int
			Typed                 string `json:"typed_receipt"`
		}
	}
	var report struct {
		Bare bare `json:"without_receipt"`
		Days []struct {
			Bare bare `json:"without_receipt"`
		}
	}
	if err := json.Unmarshal([]byte(run(t, ledger, "report", "--day", "2026-11-23", "--json")), &report); err != nil {
		t.Fatal(err)
	}
	if b := report.Bare; b.Count != 2 || b.KES != 1270 || len(b.Payments) != 2 || b.Payments[0].Typed != "UKN1ABCDE2" || b.Payments[1].Amount != 70 ||
		b.Payments[1].Phone != "0712•••001" || b.Payments[1].Asked != "2026-11-23T09:10:00+03:00" {
		t.Errorf("%+v", b)
	}
	if err := json.Unmarshal([]byte(run(t, ledger, "report", "--week", "2026-11-23", "--json")), &report); err != nil {
		t.Fatal(err)
	}
	if b := report.Days; len(b) != 1 || b[0].Bare.Count != 2 || b[0].Bare.KES != 1270 {
		t.Errorf("%+v", b)
	}
	records, err := csv.NewReader(strings.NewReader(run(t, ledger, "report", "--day", "2026-11-23", "--csv"))).ReadAll()
	if err != nil || len(records) != 2 || cmp.Diff([]string{"2", "1270"}, records[1][15:]) != "" {
		t.Errorf("%q, %v", records, err)
	}

	want := [][2]string{{"typed_receipt", "without_receipt"}, {"", ""}, {"", "yes"}, {"UKN1ABCDE2", "yes"}, {"UKN1ABCDE3", ""}}
	records, err = csv.NewReader(strings.NewReader(run(t, ledger, "export", "--day", "2026-11-23"))).ReadAll()
	if err != nil || len(records) != len(want) {
		t.Fatalf("%q, %v", records, err)
	}
	path := filepath.Join(t.TempDir(), "day.xlsx")
	run(t, ledger, "export", "--day", "2026-11-23", "-o", path)
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, w := range want {
		if got := records[i][15:]; cmp.Diff(w[:], got) != "" {
			t.Errorf("row %d of the file: %q, want %q", i, got, w)
		}
		for n, column := range []string{"P", "Q"} {
			if got, err := f.GetCellValue("Payments", fmt.Sprintf("%s%d", column, i+1)); err != nil || i > 0 && got != w[n] {
				t.Errorf("row %d of the workbook: %q, want %q, %v", i, got, w[n], err)
			}
		}
	}
	if out := run(t, ledger, "ledger", "--day", "2026-11-23", "--json"); !strings.Contains(out, `"receipt":"","typed_receipt":"UKN1ABCDE2"`) {
		t.Error(out)
	}
}

// TestReportOnYears: of many days the report is the sum of the ledger's totals, which are those of
// the payments; what only payments tell is left out, and that is said.
func TestReportOnYears(t *testing.T) {
	var deals []deal
	for n := range 63 {
		at := pos.Day(20260901).Add(n).Start().Add(9 * time.Hour)
		deals = append(deals, deal{at: at.Format(time.DateTime), amount: 100, end: "paid", after: 8 * time.Second},
			deal{at: at.Add(time.Hour).Format(time.DateTime), amount: 50, end: "1032", after: 5 * time.Second})
	}
	ledger := book(t, deals)
	text := run(t, ledger, "report", "--from", "2026-09-01", "--to", "2026-11-30")
	for _, want := range []string{
		"  paid                      63           6,300\n  not paid                  63               —\n", "09:00                6,300  ▇",
		"Reasons, times and missing receipts are in reports on up to 62 days.\n", "  2026-09              3,000", "  2026-10              3,100", "  2026-11                200",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	long := run(t, ledger, "report", "--from", "2026-09-01", "--to", "2026-11-30", "--json")
	if !strings.Contains(long, `"without_receipt":null,"refusals":null,"median_seconds_to_pay":null,`) || strings.Count(long, `{"day":`) != 63 {
		t.Error(long)
	}
	short := run(t, ledger, "report", "--from", "2026-09-02", "--to", "2026-11-30", "--json")
	if !strings.Contains(short, `"refusals":[{"result_code":"1032",`) || !strings.Contains(short, `"median_seconds_to_pay":8,`) {
		t.Errorf("62 days are read payment by payment: %s", short)
	}
	records, err := csv.NewReader(strings.NewReader(run(t, ledger, "report", "--from", "2026-09-01", "--to", "2026-11-30", "--csv"))).ReadAll()
	if err != nil || len(records) != 64 || cmp.Diff([]string{"2026-09-01", "1", "100", "1"}, records[1][:4]) != "" || cmp.Diff([]string{"", "", ""}, records[1][14:]) != "" {
		t.Errorf("%q, %v", records, err)
	}
}

// TestExportAgrees: the workbook, the file of values, the list and the report of the same days say
// the same.
func TestExportAgrees(t *testing.T) {
	ledger := book(t, week)
	path := filepath.Join(t.TempDir(), "week.xlsx")
	said := run(t, ledger, "export", "--week", "2026-11-23", "-o", path)
	if !strings.Contains(said, "10 payments of the week of Monday 23 November 2026, KES 46,820 paid") {
		t.Error(said)
	}
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	totals, err := f.GetRows("Totals")
	if err != nil || len(totals) != 5 || cmp.Diff([]string{"All", "10", "5", "46,820", "3", "1", "250,000", "1", "500", "0", "0", "0", "0", "0", "0"}, totals[4]) != "" {
		t.Errorf("%q, %v", totals, err)
	}
	records, err := csv.NewReader(strings.NewReader(run(t, ledger, "export", "--week", "2026-11-23"))).ReadAll()
	if err != nil || len(records) != 11 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	payments, err := f.GetRows("Payments")
	if err != nil || len(payments) != 11 {
		t.Fatalf("%d payments, %v", len(payments), err)
	}
	listed, err := csv.NewReader(strings.NewReader(run(t, ledger, "ledger", "--day", "2026-11-23", "--csv"))).ReadAll()
	if err != nil || len(listed) != 9 {
		t.Fatalf("%d listed, %v", len(listed), err)
	}
	for i := range listed[1:] { // newest first
		if d := cmp.Diff(records[8-i], listed[1+i]); d != "" {
			t.Errorf("row %d: (-export +ledger)\n%s", i, d)
		}
	}
	for i, p := range payments[1:] {
		if id := records[1+i][12]; p[13] != id {
			t.Errorf("row %d is %s in the workbook, and %s in the file", i, p[13], id)
		}
	}
}

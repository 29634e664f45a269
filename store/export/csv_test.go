package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"

	"kaunta/pos"
)

func ulidTime(id pos.AttemptID) (time.Time, error) {
	u, err := ulid.ParseStrict(string(id))
	return ulid.Time(u.Time()), err
}

// TestCSV writes a month and reads it back: the same rows, once each, oldest first.
func TestCSV(t *testing.T) {
	ledger := sell(t, 20)
	var out bytes.Buffer
	c, err := NewCSV(&out, true)
	if err != nil {
		t.Fatal(err)
	}
	days, err := Copy(t.Context(), c, ledger, november.First(), november.Last(), unmasked, nil)
	if err := errors.Join(err, c.Close(days)); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(out.String(), "\ufeff")
	if !marked || !utf8.ValidString(text) || strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Error("not as RFC 4180 has it, in UTF-8 with its mark")
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var want []pos.Attempt
	for _, d := range days {
		page, err := ledger.DayPage(d.Day, "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(page)
		want = append(want, page...)
	}
	if len(records) != 1+len(want) || len(want) != Count(days) {
		t.Fatalf("%d records of %d attempts", len(records), len(want))
	}
	for i, a := range want {
		r := records[1+i]
		if r[12] != string(a.ID) || r[0] != a.AskedAt.Format(time.RFC3339) || r[4] != a.Phone.Local() || r[6] != a.Receipt || r[2] != a.State.String() {
			t.Fatalf("record %d is %q, of %+v", i, r, a)
		}
	}
}

// TestMasked: without --unmask no whole number leaves, in Daraja's own ids neither.
func TestMasked(t *testing.T) {
	a := pos.Attempt{
		ID: "x", State: pos.Paid, CheckoutRequestID: "ws_CO_24112026061038819712345671", AskedAt: november.First().Start(),
		Asked: pos.Asked{Phone: "254712345671", Amount: 5},
	}
	for unmask, want := range map[bool][]string{false: {"0712•••671", "ws_CO_24112026061038819712•••671"}, true: {"0712 345 671", a.CheckoutRequestID}} {
		var out bytes.Buffer
		c, err := NewCSV(&out, false)
		if err := errors.Join(err, c.Row(RowOf(a, "", unmask)), c.Close(nil)); err != nil {
			t.Fatal(err)
		}
		for _, text := range want {
			if !strings.Contains(out.String(), text) {
				t.Errorf("%q is not in %s", text, out.String())
			}
		}
		if strings.Contains(out.String(), "345") != unmask {
			t.Errorf("unmask %v: %s", unmask, out.String())
		}
	}
}

// hostile are texts that a customer, a cashier or whoever answers in M-PESA's place might send.
var hostile = []string{
	"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "\u3000＝1", "＝1+1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0",
	"a;=1+1", ";;  @x", "a\n=1", "a\r\n=1", "\x00=1", "\x1b]0;x\a", "\u202e=1", "\u200b=1", "\ufeff=1", "\xff=1", "\x85=1",
	`"=1`, `",=1`, `'=1`, "x,=1", "x\"\"=1",
}

// TestInert: nothing that anybody could send is alive in a cell, however the file is read.
func TestInert(t *testing.T) {
	for _, s := range hostile {
		a := pos.Attempt{
			ID: pos.AttemptID(s), State: pos.NotPaid, Receipt: s, CheckoutRequestID: s, AskedAt: november.First().Start(),
			Asked: pos.Asked{Sale: pos.SaleID(s), Phone: pos.MSISDN(s), Amount: 5, Reference: s},
			Cause: pos.Cause{Endpoint: "query", Verdict: "failed", ResultCode: s, ResultDesc: s, ErrorMessage: s, ErrorCode: s},
		}
		var out bytes.Buffer
		c, err := NewCSV(&out, false)
		if err := errors.Join(err, c.Row(RowOf(a, s, true)), c.Close(nil)); err != nil {
			t.Fatal(err)
		}
		for _, r := range strings.ReplaceAll(out.String(), "\r\n", "") {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
				t.Errorf("%q: %U is left in %q", s, r, out.String())
			}
		}
		records, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(records) != 2 || len(records[1]) != len(records[0]) {
			t.Fatalf("%q: %q, %v", s, records, err)
		}
		for i, cell := range records[1] {
			for _, part := range append(strings.Split(cell, ";"), cell) {
				part = strings.TrimLeftFunc(part, unicode.IsSpace)
				if strings.IndexAny(part, "=+-@＝＋－＠") == 0 {
					t.Errorf("%q: %s is %q", s, records[0][i], cell)
				}
			}
		}
	}
}

// TestStaysText: ids that look like numbers or dates stay what they are, and plain ones are not
// dressed up.
func TestStaysText(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "45": "45", "0": "0", "123456789012345": "123456789012345", "Table 4": "Table 4", "UKN1ABCDE2": "UKN1ABCDE2",
		"0045": "'0045", "1234567890123456": "'1234567890123456", "1E5": "'1E5", "1.50": "'1.50", "12-11": "'12-11", "1/2": "'1/2",
		"9:30": "'9:30", "50%": "'50%", "1 2": "'1 2", "2026-11-23": "'2026-11-23", ".": ".", "E": "E",
	} {
		if got := inert(s); got != want {
			t.Errorf("inert(%q) is %q, want %q", s, got, want)
		}
	}
}

func FuzzInert(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cell := inert(clean(s))
		if strings.IndexAny(strings.TrimLeftFunc(cell, unicode.IsSpace), "=+-@＝＋－＠\t\r") == 0 || strings.ContainsFunc(cell, unicode.IsControl) {
			t.Errorf("%q is %q", s, cell)
		}
	})
}

package daraja

import (
	"testing"
	"time"
)

func TestReceiptDate(t *testing.T) {
	near := time.Date(2025, 11, 23, 12, 0, 0, 0, eat)
	for receipt, want := range map[string]string{
		"TKN8ABC123": "2025-11-23", "SA1ZZZZZZZ": "2024-01-01", "SBTZZZZZZZ": "2024-02-29", "TLVZZZZZZZ": "2025-12-31",
		"UAAZZZZZZZ": "2026-01-10", "TC9ZZZZZZZ": "2025-03-09", "GA1ZZZZZZZ": "2012-01-01", "FA1ZZZZZZZ": "2037-01-01",
		"TBTZZZZZZZ": "", // 29 February 2025
		"TMAZZZZZZZ": "", "T01ZZZZZZZ": "", "TA0ZZZZZZZ": "", "TAWZZZZZZZ": "", "1A1ZZZZZZZ": "", "": "", "TKN": "", "tkn8abc123": "",
	} {
		day, ok := ReceiptDate(receipt, near)
		got := ""
		if ok {
			got = day.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("ReceiptDate(%q) = %q, want %q", receipt, got, want)
		}
	}
	// The letters begin again after 26 years, and the calendar is East Africa's.
	if day, _ := ReceiptDate("AA1ZZZZZZZ", time.Date(2031, 12, 31, 22, 0, 0, 0, time.UTC)); day.Year() != 2032 {
		t.Errorf("A near the turn to 2032 is %d", day.Year())
	}
	if day, _ := ReceiptDate("TA1ZZZZZZZ", time.Date(2051, 6, 1, 0, 0, 0, 0, eat)); day.Year() != 2051 {
		t.Errorf("T near 2051 is %d", day.Year())
	}
	if day, _ := ReceiptDate("TA1ZZZZZZZ", time.Date(1999, 6, 1, 0, 0, 0, 0, eat)); day.Year() != 1999 {
		t.Errorf("T near 1999 is %d", day.Year())
	}
	for _, far := range []time.Time{{}, time.Unix(1<<60, 0), time.Unix(-1<<60, 0)} {
		ReceiptDate("TA1ZZZZZZZ", far) // must end
	}
}

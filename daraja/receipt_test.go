package daraja

import (
	"testing"
	"time"
)

func TestReceiptDate(t *testing.T) {
	near := time.Date(2025, 11, 23, 12, 0, 0, 0, eat)
	for receipt, want := range map[string]string{
		"TKN8ABC123": "2025-11-23", "SA1XXXXXXX": "2024-01-01", "SBTXXXXXXX": "2024-02-29", "TLVXXXXXXX": "2025-12-31",
		"UAAXXXXXXX": "2026-01-10", "TC9XXXXXXX": "2025-03-09", "GA1XXXXXXX": "2012-01-01", "FA1XXXXXXX": "2037-01-01",
		"TBTXXXXXXX": "", // 29 February 2025
		"TMAXXXXXXX": "", "T01XXXXXXX": "", "TA0XXXXXXX": "", "TAWXXXXXXX": "", "1A1XXXXXXX": "", "": "", "TKN": "", "tkn8abc123": "",
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
	if day, _ := ReceiptDate("AA1XXXXXXX", time.Date(2031, 12, 31, 22, 0, 0, 0, time.UTC)); day.Year() != 2032 {
		t.Errorf("A near the turn to 2032 is %d", day.Year())
	}
	if day, _ := ReceiptDate("TA1XXXXXXX", time.Date(2051, 6, 1, 0, 0, 0, 0, eat)); day.Year() != 2051 {
		t.Errorf("T near 2051 is %d", day.Year())
	}
	if day, _ := ReceiptDate("TA1XXXXXXX", time.Date(1999, 6, 1, 0, 0, 0, 0, eat)); day.Year() != 1999 {
		t.Errorf("T near 1999 is %d", day.Year())
	}
	for _, far := range []time.Time{{}, time.Unix(1<<60, 0), time.Unix(-1<<60, 0)} {
		ReceiptDate("TA1XXXXXXX", far) // must end
	}
}

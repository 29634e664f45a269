package pos

import (
	"testing"
	"time"
)

// TestDates: one form of a date for people, in East Africa Time, and in Kiswahili with its own
// months.
func TestDates(t *testing.T) {
	at := time.Date(2026, 8, 22, 21, 30, 5, 0, time.UTC) // the 23rd there
	for got, want := range map[string]string{
		Date(at):        "23 August 2026",
		WeekdayDate(at): "Sunday 23 August 2026",
		DateTime(at):    "23 August 2026 00:30:05",
		Moment(at).EN:   "23 Aug 00:30",
		Moment(at).SW:   "23 Ago 00:30",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	say := (&StillAskingError{Until: at}).Say()
	if say.SW != "Kaunta bado inauliza M-PESA. Unaweza kuyatatua mwenyewe kuanzia 23 Ago 00:30." {
		t.Errorf("in Kiswahili: %q", say.SW)
	}
}

package cli_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestLedgerWords: the list says what the screen says of a payment that came late, and dates as
// people write them; programs read the state and the notices.
func TestLedgerWords(t *testing.T) {
	t.Parallel()
	ledger := book(t, []deal{
		{at: "2026-11-03 09:00:00", amount: 450, end: "paid", after: 9e9},
		{at: "2026-11-03 10:00:00", amount: 460, end: "late", after: 400e9},
		{at: "2026-11-03 11:00:00", amount: 470, end: "1032", after: 9e9},
		{at: "2026-11-03 11:01:00", amount: 470, end: "paid", after: 9e9, again: true},
		{at: "2026-11-03 11:02:00", amount: 470, end: "paid", after: 9e9, again: true},
	})
	kaunta := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("kaunta", append(args, "--ledger", ledger, "--day", "2026-11-03")...).CombinedOutput()
		if err != nil {
			t.Fatalf("kaunta %v: %v, %s", args, err, out)
		}
		return string(out)
	}
	list := kaunta("ledger")
	for _, want := range []string{
		`(?m)^3 November 2026 09:00:00 +450 .* UKN0000000  +PAID$`,
		`(?m)^3 November 2026 10:00:00 +460 .* UKN0000001  +PAID LATE$`,
		`(?m)^3 November 2026 11:00:00 +470 .* NOT PAID: `,
		`(?m)^3 November 2026 11:02:00 +470 .* UKN0000004  +PAID TWICE$`,
	} {
		if !regexp.MustCompile(want).MatchString(list) {
			t.Errorf("no %s in\n%s", want, list)
		}
	}
	if json := kaunta("ledger", "--json"); strings.Count(json, `"state":"paid"`) != 4 || strings.Count(json, `"notices":["paid_late"]`) != 1 {
		t.Errorf("for programs:\n%s", json)
	}
	if report := kaunta("report"); !strings.Contains(report, "Tuesday 3 November 2026") {
		t.Errorf("the report's day:\n%s", report)
	}
}

package pos

import "testing"

func TestMonth(t *testing.T) {
	for _, tc := range []struct {
		month       Month
		first, last Day
		next        Month
	}{
		{202602, 20260201, 20260228, 202603},
		{202802, 20280201, 20280229, 202803},
		{202612, 20261201, 20261231, 202701},
	} {
		if tc.month.First() != tc.first || tc.month.Last() != tc.last || tc.month.Add(1) != tc.next || tc.next.Add(-1) != tc.month {
			t.Errorf("%v: from %v to %v, then %v", tc.month, tc.month.First(), tc.month.Last(), tc.month.Add(1))
		}
		if tc.last.Month() != tc.month {
			t.Errorf("%v is in %v", tc.last, tc.last.Month())
		}
	}
	if s := Month(202602).String(); s != "2026-02" {
		t.Error(s)
	}
}

package text

import (
	"fmt"

	"kaunta/pos"
)

// Refusal says since when M-PESA tells nothing, and whose trouble that is; failing, that the way of
// the callbacks is in trouble too.
func (w *Words) Refusal(h pos.Health, failing bool) string {
	what := w.Refusing
	switch {
	case h.Elsewhere:
		what = w.Elsewhere
	case h.Unreached && failing:
		what = w.Offline
	case h.Unreached:
		what = w.Unreached
	}
	return fmt.Sprintf(what, Clock(h.Since))
}

// Totals is what a day, or several, came to.
func (w *Words) Totals(t pos.Totals) []string {
	parts := []string{KES(t.Paid.KES), fmt.Sprintf(w.PaidCount, t.Paid.Count), fmt.Sprintf(w.NotPaidCount, t.NotPaid.Count)}
	if t.Checking.Count > 0 {
		parts = append(parts, fmt.Sprintf(w.Checking, t.Checking.Count, t.Checking.KES))
	}
	if t.OwedBack.Count > 0 {
		parts = append(parts, fmt.Sprintf(w.OwedBack, t.OwedBack.Count, t.OwedBack.KES))
	}
	if t.Doubtful.Count > 0 {
		parts = append(parts, fmt.Sprintf(w.Doubtful, t.Doubtful.Count, t.Doubtful.KES))
	}
	return parts
}

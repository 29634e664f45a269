package simulator

import (
	"math/rand/v2"
	"regexp"
	"testing"
	"time"
)

func TestReceiptDate(t *testing.T) {
	for _, test := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2024, 1, 1, 12, 0, 0, 0, eat), "SA1"},
		{time.Date(2025, 10, 3, 3, 4, 27, 0, eat), "TJ3"},
		{time.Date(2025, 6, 24, 0, 47, 43, 0, eat), "TFO"},
		{time.Date(2026, 12, 31, 23, 59, 59, 0, eat), "ULV"},
		{time.Date(2026, 3, 9, 21, 0, 0, 0, time.UTC), "UCA"}, // the 10th in Nairobi
		{time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), "UA1"},  // where synctest begins
	} {
		ids := newIDSource(rand.New(rand.NewPCG(1, 1)))
		if got := ids.receipt(test.at); got[:3] != test.want {
			t.Errorf("%v: %s, want %s…", test.at, got, test.want)
		}
	}
}

func TestReceiptsAreUnique(t *testing.T) {
	ids := newIDSource(rand.New(rand.NewPCG(2, 2)))
	form := regexp.MustCompile(`^[A-Z0-9]{10}$`)
	at := time.Date(2026, 8, 1, 9, 0, 0, 0, eat)
	seen := map[string]bool{}
	for range 200_000 {
		r := ids.receipt(at)
		if seen[r] || !form.MatchString(r) {
			t.Fatalf("receipt %q, seen before: %t", r, seen[r])
		}
		seen[r] = true
	}
	// The step reaches every serial before it repeats one only if it shares no factor with their
	// number.
	for _, factor := range []int{2, 3} {
		if receiptStep%factor == 0 {
			t.Errorf("the step shares the factor %d with the number of serials", factor)
		}
	}
}

func TestCheckoutRequestID(t *testing.T) {
	at := time.Date(2026, 3, 14, 21, 5, 9, 7*int(time.Millisecond), time.UTC)
	if got, want := checkoutRequestID(at, "254708374149"), "ws_CO_15032026000509007708374149"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

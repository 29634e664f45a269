package ui

import (
	"slices"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, tc := range []struct {
		s     string
		width int
		want  []string
	}{
		{"", 10, nil},
		{"short", 10, []string{"short"}},
		{"Ask the customer to look at the phone.", 36, []string{"Ask the customer to", "look at the phone."}},
		{"Not the same amount. Type it again.", 24, []string{"Not the same amount.", "Type it again."}},
		{"One. Two. Three is a longer sentence.", 25, []string{"One. Two. Three is", "a longer sentence."}},
		{"M-PESA takes at most KES 1,500.", 25, []string{"M-PESA takes at", "most KES 1,500."}},
		{"Look at it with M-PESA and the customer.", 20, []string{"Look at it with", "M-PESA and the", "customer."}},
		{"The request to 0712 ••• 678 is open.", 18, []string{"The request to", "0712 ••• 678", "is open."}},
		{"unbreakable", 5, []string{"unbr", "eaka", "ble"}},
	} {
		if got := wrap(tc.s, tc.width); !slices.Equal(got, tc.want) {
			t.Errorf("wrap(%q, %d) = %q, want %q", tc.s, tc.width, got, tc.want)
		}
	}
}

package draw

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
		if got := Wrap(tc.s, tc.width); !slices.Equal(got, tc.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", tc.s, tc.width, got, tc.want)
		}
	}
}

// TestFold: only blanks and hyphens that people know are written, wherever the lines are broken.
func TestFold(t *testing.T) {
	const s = "M-PESA takes at most KES 1,500."
	for width, want := range map[int]string{
		0:  s,
		2:  s,
		32: s,
		31: "M-PESA takes at most\n  KES 1,500.",
		16: "M-PESA takes at\n  most\n  KES 1,500.",
	} {
		if got := Fold(width, s); got != want {
			t.Errorf("Fold(%d) = %q, want %q", width, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	paid := Style("\x1b[32m").Render("PAID")
	for _, tc := range []struct{ got, want string }{
		{Fit("PAID", 6), "PAID  "},
		{Fit("PAID", 3), "PA…"},
		{Fit(paid, 5), paid + " "},
		{Fit("PAID", 0), ""},
		{Cut("PAID", 4), "PAID"},
		{Cut("PAID", 2), "P…"},
		{Blank(-1), ""},
		{Repeat("─", 3), "───"},
		{Center("PAID", 9), "  PAID"},
		{Center(paid, 3), paid},
		{Flush("450", 5), "  450"},
		{Flush("12,345", 5), "12,345"},
		{Ends("left", "right", 11), "left  right"},
		{Ends("left", "right", 8), "l… right"},
		{Ends("left", "right", 5), "left "},
		{FirstThatFits(5, "longer", "short", "any"), "short"},
		{FirstThatFits(2, "longer", "short", "any"), "any"},
		{JoinFitting([]string{"one", "two", "three"}, " · ", 9), "one · two"},
		{JoinFitting([]string{"longer", "two"}, " · ", 3), "longer"},
		{JoinFitting(nil, " · ", 3), ""},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
	if got := Break("abcdefgh", 3); !slices.Equal(got, []string{"abc", "def", "gh"}) {
		t.Errorf("broken into %q", got)
	}
}

// TestASCII: what stands for a character takes one cell and is of ASCII, in every character that is
// drawn here.
func TestASCII(t *testing.T) {
	const drawn = "─━│╭╮╰╯▌…•×✓◔·↑↓←→▁▂▃▄▅▆▇█▀é"
	for _, r := range drawn {
		if got := ASCII(r); got < 0x20 || got > 0x7e {
			t.Errorf("%q becomes %q", r, got)
		}
	}
	for _, r := range "aZ09 ~?" {
		if got := ASCII(r); got != r {
			t.Errorf("%q becomes %q", r, got)
		}
	}
	if ASCII('✓') == ASCII('×') || ASCII('✓') == ASCII('é') {
		t.Error("PAID has the symbol of something else")
	}
}

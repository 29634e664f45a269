package draw

import (
	"slices"
	"strings"
	"testing"
)

func TestStack(t *testing.T) {
	a, b, c := []string{"a", "A"}, []string{"b"}, []string{"c"}
	for _, tc := range []struct {
		height int
		want   []string
	}{
		{9, []string{"a", "A", "", "b", "", "c"}},
		{6, []string{"a", "A", "", "b", "", "c"}},
		{5, []string{"a", "A", "", "b", "c"}},
		{4, []string{"a", "A", "b", "c"}},
		{3, []string{"a", "A", "b"}},
		{0, nil},
		{-1, nil},
	} {
		if got := Stack(tc.height, a, nil, b, c); !slices.Equal(got, tc.want) {
			t.Errorf("%d rows: %q, want %q", tc.height, got, tc.want)
		}
	}
}

// TestScroll: the chosen row is always shown, no row is left empty that could be filled, and
// nothing moves without need.
func TestScroll(t *testing.T) {
	for n := range 6 {
		for height := range 5 {
			for top := range 6 {
				for chosen := range n {
					got, shown := Scroll(top, chosen, n, height), max(1, height)
					if chosen < got || chosen >= got+shown {
						t.Errorf("Scroll(%d, %d, %d, %d) = %d does not show the chosen row", top, chosen, n, height, got)
					}
					if got > 0 && got+shown > n {
						t.Errorf("Scroll(%d, %d, %d, %d) = %d leaves rows empty", top, chosen, n, height, got)
					}
					if chosen >= top && chosen < top+shown && top+shown <= n && got != top {
						t.Errorf("Scroll(%d, %d, %d, %d) = %d moved for nothing", top, chosen, n, height, got)
					}
				}
			}
		}
	}
	if got := Scroll(3, 0, 0, 5); got != 0 {
		t.Errorf("an empty list begins at %d", got)
	}
}

func TestBeside(t *testing.T) {
	if got, want := Beside([]string{"one", "a longer one"}, 6, []string{"1", "2", "3"}), []string{"one   1", "a lon…2", "      3"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := Beside([]string{"one", "two"}, 4, []string{"1"}), []string{"one 1", "two "}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestOutline(t *testing.T) {
	for _, tc := range []struct {
		title string
		want  []string
	}{
		{"", []string{"╭────────╮", "│ 450    │", "│ a lon… │", "╰────────╯"}},
		{"KES", []string{"╭─ KES ──╮", "│ 450    │", "│ a lon… │", "╰────────╯"}},
		{"Amount in KES", []string{"╭─ Amou… ╮", "│ 450    │", "│ a lon… │", "╰────────╯"}},
	} {
		if got := Outline("", tc.title, 10, []string{"450", "a long one"}); !slices.Equal(got, tc.want) {
			t.Errorf("%q: %q, want %q", tc.title, got, tc.want)
		}
	}
}

func TestSparkline(t *testing.T) {
	for want, values := range map[string][]int64{
		"":         nil,
		"   ":      {0, 0, 0},
		" █":       {0, 5},
		"▁▂▃▄▅▆▇█": {1, 2, 3, 4, 5, 6, 7, 8},
		"█▁ ":      {250_000_000, 1, 0},
	} {
		if got := Sparkline(values); got != want {
			t.Errorf("Sparkline(%v) = %q, want %q", values, got, want)
		}
	}
}

// TestField: the caret is always inside the outline, in the cell that the next character takes, and
// drawing it moves nothing.
func TestField(t *testing.T) {
	for _, tc := range []struct {
		text   string
		caret  int
		part   string
		x      int
		styled string
	}{
		{"", 0, "      ", 2, "<X>_</X>     "},
		{"450", 3, "450   ", 5, "<T>450</T><X>_</X>  "},
		{"450", 1, "450   ", 3, "<T>4</T><X>5</X><T>0</T>   "},
		{"0712345678", 10, "45678 ", 7, "<T>45678</T><X>_</X>"},
		{"0712345678", 2, "071234", 4, "<T>07</T><X>1</X><T>234</T>"},
	} {
		f := Field{Title: "KES", Text: tc.text, Caret: tc.caret, Width: 10}
		b := f.Draw("", "", "")
		want := []string{"╭─ KES ──╮", "│ " + tc.part + " │", "╰────────╯"}
		if !slices.Equal(b.Lines, want) || !b.Cursor || b.X != tc.x || b.Y != 1 {
			t.Errorf("%q at %d: %q with the cursor at %d, %d; want %q, %d", tc.text, tc.caret, b.Lines, b.X, b.Y, want, tc.x)
		}
		styled := f.Draw("", "\x1b[1m", "\x1b[7m")
		if got := named(styled.Lines[1]); got != "│ "+tc.styled+" │" {
			t.Errorf("%q at %d is styled %q, want %q", tc.text, tc.caret, got, tc.styled)
		}
	}
}

// TestBars: the greatest value is as high as there are rows, the smallest that is not nothing is
// seen, and nothing is empty.
func TestBars(t *testing.T) {
	got := strings.Join(Bars([]int64{0, 1, 50, 100, 25}, 2, 2), "|")
	if want := "         ██|   ▁▁ ██ ██ ▄▄"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := strings.Join(Bars([]int64{0, 0}, 2, 1), "|"); got != "|" {
		t.Errorf("of nothing: %q", got)
	}
}

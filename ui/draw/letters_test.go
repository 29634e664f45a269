package draw

import (
	"slices"
	"strings"
	"testing"
)

// TestScales: a drawing at a scale is that at scale 1 with each half of a cell so many times as
// wide and high.
func TestScales(t *testing.T) {
	const text = "✓ PAID 1,250"
	once := Letters(text, 1, false)
	for scale := 1; scale <= MostScale; scale++ {
		lines := Letters(text, scale, false)
		if len(lines) != 3*scale || Width(lines[0]) != scale*Width(once[0]) {
			t.Fatalf("scale %d: %d rows of %d cells, from 3 of %d", scale, len(lines), Width(lines[0]), Width(once[0]))
		}
		big, small := dotsOfLines(lines), dotsOfLines(once)
		for y := range big {
			for x := range big[y] {
				if big[y][x] != small[y/scale][x/scale] {
					t.Fatalf("scale %d: dot %d, %d is %v", scale, x, y, big[y][x])
				}
			}
		}
	}
}

func dotsOfLines(lines []string) dots {
	var d dots
	for len(lines) > 0 {
		d = append(d, dotsOf([3]string(lines[:3]))...)
		lines = lines[3:]
	}
	return d
}

// TestWordsFit: what must be read from across the shop has the scale that its window has room for.
func TestWordsFit(t *testing.T) {
	for _, tc := range []struct {
		text          string
		width, height int
		ascii         bool
		scale         int
	}{
		{"✓ PAID", 84, 8, false, 3},
		{"✓ PAID", 84, 7, false, 2},
		{"✓ PAID", 76, 24, false, 2},
		{"✓ PAID", 36, 24, false, 1},
		{"✓ PAID", 24, 24, false, 0},
		{"✓ PAID", 84, 2, false, 0},
		{"× NOT PAID", 84, 7, false, 2},
		{"◔ WAITING FOR PIN", 118, 7, false, 1},
		{"? STILL CHECKING", 158, 12, false, 2},
		{"✓ PAID", 84, 5, true, 2},
		{"✓ PAID", 84, 10, true, 3},
		{"✓ PAID ë", 200, 60, false, 0},
	} {
		got := Largest(tc.width, tc.height, func(scale int) []string { return Letters(tc.text, scale, tc.ascii) })
		if want := Letters(tc.text, max(1, tc.scale), tc.ascii); tc.scale == 0 && got != nil || tc.scale > 0 && !slices.Equal(got, want) {
			t.Errorf("%q in %d×%d, ASCII %v: not at scale %d but\n%s", tc.text, tc.width, tc.height, tc.ascii, tc.scale, strings.Join(got, "\n"))
		}
	}
	if lines := Letters("✓ PAID", 2, false); !Fits(lines, 84, 6) {
		t.Errorf("PAID doubled does not fit into 84 columns: %d", Width(lines[0]))
	}
	for _, amount := range []string{"0", "450", "1,250", "250,000"} {
		if lines := Largest(118, 8, func(scale int) []string { return Figures(amount, scale, false) }); len(lines) != 9 {
			t.Errorf("%s has %d rows in 118×8", amount, len(lines))
		}
	}
}

func TestFigures(t *testing.T) {
	for _, tc := range []struct {
		scale int
		ascii bool
		want  []string
	}{
		{1, false, []string{" ▄█   ▀▀▀█", "  █   █▀▀▀", " ▀▀▀  ▀▀▀▀"}},
		{2, false, []string{
			"    ██      ████████", "  ████            ██", "    ██      ████████",
			"    ██      ██      ", "  ██████    ████████", "                    ",
		}},
		{1, true, []string{"      _ ", "  |   _|", "  |  |_ "}},
		{2, true, []string{"          ___ ", "    |        |", "    |     ___|", "    |    |    ", "    |    |___ "}},
	} {
		if got := Figures("1,2", tc.scale, tc.ascii); !slices.Equal(got, tc.want) {
			t.Errorf("scale %d, ASCII %v:\n%s\nwant\n%s", tc.scale, tc.ascii, strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
		}
	}
}

// TestASCIILetters are of whole blocks, each of which is drawn as a blank in a style.
func TestASCIILetters(t *testing.T) {
	for scale, rows := range map[int]int{1: 5, 2: 5, 3: 10} {
		lines := Letters("× NOT PAID", scale, true)
		if len(lines) != rows {
			t.Errorf("scale %d has %d rows, want %d", scale, len(lines), rows)
		}
		for _, s := range lines {
			if strings.Trim(s, "█ ") != "" {
				t.Errorf("scale %d has halves: %q", scale, s)
			}
			if got := Reversed("\x1b[7m", s); strings.Contains(got, "█") || Width(got) != Width(s) {
				t.Errorf("%q is drawn as %q", s, got)
			}
		}
	}
	if got, want := named(Reversed("\x1b[7m", "█  ██ ")), "<X> </X>  <X>  </X> "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

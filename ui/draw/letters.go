package draw

import "strings"

// MostScale is the largest scale that letters and figures are drawn in.
const MostScale = 3

// Letters writes a symbol, words and figures in large letters; nil where a character has no such
// form. At scale 1 a letter is three rows high and about four cells wide, and at others so many
// times that. Without half blocks, which ASCII has not, they are whole ones, for [Reversed]: five
// rows high at scale 1 and 2, and ten at 3. A comma is a gap: at this size it reads as a decimal
// point.
func Letters(text string, scale int, ascii bool) []string {
	var rows [3]string
	for i, c := range []rune(text) {
		glyph, ok := halfBlockLetters[c]
		switch {
		case c >= '0' && c <= '9':
			glyph = halfBlocks[c-'0']
		case !ok:
			return nil
		}
		for r := range rows {
			if i > 0 {
				rows[r] += " "
			}
			rows[r] += glyph[r]
		}
	}
	dots := dotsOf(rows)
	if ascii {
		return dots[:len(dots)-1].whole(scale, (scale+1)/2) // no letter fills the last row
	}
	return dots.halves(scale)
}

// Figures writes an amount, digits and commas, in large figures: as Letters does, or in ASCII in
// strokes, three cells wide and three rows high at scale 1.
func Figures(amount string, scale int, ascii bool) []string {
	if !ascii {
		return Letters(amount, scale, false)
	}
	lines := make([]string, 1+2*scale)
	for i, c := range amount {
		if i > 0 {
			for r := range lines {
				lines[r] += Blank(scale)
			}
		}
		if c < '0' || c > '9' {
			continue
		}
		for r, row := range stroked(strokes[c-'0'], scale) {
			lines[r] += row
		}
	}
	return lines
}

// Largest is a drawing at the largest scale whose lines have room in width × height cells, blank
// ones at the end not counted; nil where there is none.
func Largest(width, height int, at func(scale int) []string) []string {
	for scale := MostScale; scale >= 1; scale-- {
		lines := at(scale)
		if lines != nil && Fits(lines, width, height) {
			return lines
		}
	}
	return nil
}

// Fits reports whether lines have room in width × height cells, blank ones at the end not counted.
func Fits(lines []string, width, height int) bool {
	for i, s := range lines {
		if Width(s) > width || i >= height && strings.TrimSpace(s) != "" {
			return false
		}
	}
	return true
}

// Reversed draws a line of blocks where the terminal knows none: as blanks in a style that has a
// background.
func Reversed(style Style, line string) string {
	var b strings.Builder
	for line != "" {
		rest := strings.TrimLeft(line, "█")
		b.WriteString(style.Render(Blank(Width(line[:len(line)-len(rest)]))))
		gap := strings.TrimLeft(rest, " ")
		b.WriteString(rest[:len(rest)-len(gap)])
		line = gap
	}
	return b.String()
}

// dots is a drawing in squares, each half a cell high: rows of what is filled.
type dots [][]bool

func dotsOf(rows [3]string) dots {
	var d dots
	for _, row := range rows {
		var upper, lower []bool
		for _, c := range row {
			upper = append(upper, c == '█' || c == '▀')
			lower = append(lower, c == '█' || c == '▄')
		}
		d = append(d, upper, lower)
	}
	return d
}

// halves draws each dot as a square of scale × scale dots.
func (d dots) halves(scale int) []string {
	lines := make([]string, len(d)*scale/2)
	for r := range lines {
		upper, lower := d[2*r/scale], d[(2*r+1)/scale]
		var b strings.Builder
		for i := range upper {
			b.WriteString(strings.Repeat(half(upper[i], lower[i]), scale))
		}
		lines[r] = b.String()
	}
	return lines
}

// half is the character for a cell whose halves are so filled.
func half(upper, lower bool) string {
	switch {
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}

// whole draws each dot as so many whole cells.
func (d dots) whole(wide, high int) []string {
	var lines []string
	for _, row := range d {
		line := ""
		for _, filled := range row {
			line += strings.Repeat(half(filled, filled), wide)
		}
		for range high {
			lines = append(lines, line)
		}
	}
	return lines
}

// stroked is a figure of strokes with each stroke so many times as long.
func stroked(figure [3]string, scale int) []string {
	row := func(s string, foot bool) string {
		middle := s[1:2]
		if !foot {
			middle = " "
		}
		return s[:1] + strings.Repeat(middle, 2*scale-1) + s[2:]
	}
	lines := []string{row(figure[0], true)}
	for _, s := range figure[1:] {
		for n := 1; n <= scale; n++ {
			lines = append(lines, row(s, n == scale))
		}
	}
	return lines
}

var halfBlocks = [10][3]string{
	{"█▀▀█", "█  █", "▀▀▀▀"},
	{" ▄█ ", "  █ ", " ▀▀▀"},
	{"▀▀▀█", "█▀▀▀", "▀▀▀▀"},
	{"▀▀▀█", " ▀▀█", "▀▀▀▀"},
	{"█  █", "▀▀▀█", "   ▀"},
	{"█▀▀▀", "▀▀▀█", "▀▀▀▀"},
	{"█▀▀▀", "█▀▀█", "▀▀▀▀"},
	{"▀▀▀█", "   █", "   ▀"},
	{"█▀▀█", "█▀▀█", "▀▀▀▀"},
	{"█▀▀█", "▀▀▀█", "▀▀▀▀"},
}

var halfBlockLetters = map[rune][3]string{
	'A': {"█▀▀█", "█▀▀█", "▀  ▀"}, 'B': {"█▀▀▄", "█▀▀▄", "▀▀▀ "}, 'C': {"█▀▀▀", "█   ", "▀▀▀▀"}, 'D': {"█▀▀▄", "█  █", "▀▀▀ "},
	'E': {"█▀▀▀", "█▀▀ ", "▀▀▀▀"}, 'F': {"█▀▀▀", "█▀▀ ", "▀   "}, 'G': {"█▀▀▀", "█ ▀█", "▀▀▀▀"}, 'H': {"█  █", "█▀▀█", "▀  ▀"},
	'I': {"▀█▀", " █ ", "▀▀▀"}, 'J': {"   █", "   █", "▀▀▀▀"}, 'K': {"█ ▄▀", "█▀▄ ", "▀  ▀"}, 'L': {"█   ", "█   ", "▀▀▀▀"},
	'M': {"█▄ ▄█", "█ ▀ █", "▀   ▀"}, 'N': {"█▄ █", "█ ▀█", "▀  ▀"}, 'O': {"█▀▀█", "█  █", "▀▀▀▀"}, 'P': {"█▀▀█", "█▀▀▀", "▀   "},
	'R': {"█▀▀█", "█▀█▀", "▀ ▀▀"}, 'S': {"█▀▀▀", "▀▀▀█", "▀▀▀▀"}, 'T': {"▀█▀", " █ ", " ▀ "}, 'U': {"█  █", "█  █", "▀▀▀▀"},
	'V': {"█  █", "▀▄▄▀", " ▀▀ "}, 'W': {"█   █", "█ █ █", "▀▀▀▀▀"}, 'Y': {"█  █", "▀▀█▀", "  ▀ "}, 'Z': {"▀▀▀█", "▄▀▀ ", "▀▀▀▀"},
	' ': {" ", " ", " "}, ',': {},
	'✓': {"   ▄▀", "▄ ▄▀ ", " ▀   "}, '×': {"▄ ▄", " █ ", "▀ ▀"}, '?': {"▄▀▀▄", "  ▀ ", "  ▀ "}, '◔': {"▄▀█▄", "█ ▀█", " ▀▀ "},
}

var strokes = [10][3]string{
	{" _ ", "| |", "|_|"},
	{"   ", "  |", "  |"},
	{" _ ", " _|", "|_ "},
	{" _ ", " _|", " _|"},
	{"   ", "|_|", "  |"},
	{" _ ", "|_ ", " _|"},
	{" _ ", "|_ ", "|_|"},
	{" _ ", "  |", "  |"},
	{" _ ", "|_|", "|_|"},
	{" _ ", "|_|", " _|"},
}

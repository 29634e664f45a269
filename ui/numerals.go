package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"kaunta/pos"
)

// numerals writes the amount in big figures, three rows high: half blocks four cells wide, or
// strokes three cells wide in ASCII. Thousands stand apart: at this size a comma reads as a decimal
// point.
func numerals(amount pos.Shillings, ascii bool) [3]string {
	font := halfBlocks
	if ascii {
		font = strokes
	}
	var rows [3]strings.Builder
	for i, c := range amount.String() {
		for r := range rows {
			switch {
			case c == ',':
				rows[r].WriteByte(' ')
				continue
			case i > 0:
				rows[r].WriteByte(' ')
			}
			rows[r].WriteString(font[c-'0'][r])
		}
	}
	return [3]string{rows[0].String(), rows[1].String(), rows[2].String()}
}

// bigWord writes a symbol and word as the numerals are written. ok is false where a character has
// no such form.
func bigWord(word string) (rows [3]string, ok bool) {
	for i, c := range []rune(word) {
		glyph, ok := halfBlockLetters[c]
		switch {
		case c >= '0' && c <= '9':
			glyph = halfBlocks[c-'0']
		case !ok:
			return rows, false
		}
		for r := range rows {
			if i > 0 {
				rows[r] += " "
			}
			rows[r] += glyph[r]
		}
	}
	return rows, true
}

// doubled is a drawing of half blocks in twice its size: each half of a cell becomes two whole
// ones.
func doubled(rows []string) []string { return halves(rows, "██") }

// stretched is a drawing of half blocks in whole ones, as wide as it was and twice as high, without
// its last row of halves, which no letter has.
func stretched(rows []string) []string { return halves(rows, "█")[:asciiBand] }

// inBlanks draws a line of blocks where the terminal knows none: as blanks on the background of the
// ink.
func inBlanks(i colour, line string) string {
	var b strings.Builder
	for line != "" {
		rest := strings.TrimLeft(line, "█")
		b.WriteString(i.on(blank(ansi.StringWidth(line[:len(line)-len(rest)]))))
		gap := strings.TrimLeft(rest, " ")
		b.WriteString(rest[:len(rest)-len(gap)])
		line = gap
	}
	return b.String()
}

// halves draws each half of a cell as a whole one that is so filled.
func halves(rows []string, filled string) []string {
	empty := blank(ansi.StringWidth(filled))
	half := func(there bool) string {
		if there {
			return filled
		}
		return empty
	}
	var lines []string
	for _, row := range rows {
		var upper, lower strings.Builder
		for _, c := range row {
			upper.WriteString(half(c == '█' || c == '▀'))
			lower.WriteString(half(c == '█' || c == '▄'))
		}
		lines = append(lines, upper.String(), lower.String())
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
	' ': {" ", " ", " "},
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

// asciiOf is the character that stands for r where only ASCII can be shown. Each takes one cell, as
// r does.
func asciiOf(r rune) rune {
	if r < 0x80 {
		return r
	}
	switch r {
	case '─', '—', '–', '┄':
		return '-'
	case '━':
		return '='
	case '│':
		return '|'
	case '╭', '╮', '╰', '╯', '✓':
		return '+'
	case '▌':
		return '>'
	case '·', '…':
		return '.'
	case '•':
		return '*'
	case '×':
		return 'x'
	case '◔':
		return 'o'
	case '↑':
		return '^'
	case '↓':
		return 'v'
	case '←':
		return '<'
	case '→':
		return '>'
	case '▁', '▂':
		return '_'
	case '▃', '▄':
		return '-'
	case '▅', '▆':
		return '='
	case '▇', '█':
		return '#'
	default:
		return '?'
	}
}

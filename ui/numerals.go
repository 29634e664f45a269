package ui

import (
	"strings"

	"kaunta/pos"
)

// numerals writes the amount in big figures, three rows high: half blocks four cells wide, or strokes three cells wide in
// ASCII. Thousands stand apart: at this size a comma reads as a decimal point.
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

// bigWord writes a symbol and word as the numerals are written. ok is false where a character has no such form.
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

// doubled is a drawing of half blocks in twice its size: each half of a cell becomes two whole ones.
func doubled(rows []string) []string {
	var lines []string
	for _, row := range rows {
		var upper, lower strings.Builder
		for _, c := range row {
			up, low := "  ", "  "
			if c == '█' || c == '▀' {
				up = "██"
			}
			if c == '█' || c == '▄' {
				low = "██"
			}
			upper.WriteString(up)
			lower.WriteString(low)
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

// asciiOf is the character that stands for r where only ASCII can be shown. Each takes one cell, as r does.
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

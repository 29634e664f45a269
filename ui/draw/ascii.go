package draw

// ASCII is the character that stands for r where only ASCII can be shown. Each takes one cell, as
// r does.
func ASCII(r rune) rune {
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

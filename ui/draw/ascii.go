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

// Console is the character that stands for r on Linux's own console, whose font has those of code
// page 437. Each takes one cell, as r does.
func Console(r rune) rune {
	switch r {
	case '—', '–', '┄':
		return '─'
	case '━':
		return '═'
	case '╭':
		return '┌'
	case '╮':
		return '┐'
	case '╰':
		return '└'
	case '╯':
		return '┘'
	case '✓':
		return '√'
	case '×':
		return 'x'
	case '◔':
		return '○'
	case '…':
		return '.'
	case '▁', '▂', '▃':
		return '▄'
	case '▅', '▆', '▇':
		return '█'
	}
	return r
}

package slip

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// The commands, of those that every receipt printer knows: no code pages, no QR codes.
const (
	initialise = "\x1b@"
	left       = "\x1ba\x00"
	centre     = "\x1ba\x01"
	bold       = "\x1bE\x01"
	notBold    = "\x1bE\x00"
	large      = "\x1d!\x11" // twice as wide and high
	notLarge   = "\x1d!\x00"
	feedAndCut = "\x1dV\x42\x00" // to the knife, which then cuts
	kick       = "\x1bp\x00\x19\xfa"
)

// maxJob is how long one job may be: it fits in a printer's own memory.
const maxJob = 4 << 10

// Paper is what the printer has.
type Paper struct {
	Columns int  // characters in a line: 32, 42 or 48
	Cut     bool // it has a knife
}

// Slip is what stands on the paper, from top to bottom.
type Slip struct {
	Head  []string // the shop's lines, centred
	Mark  []string // such as TRAINING or COPY 2: large, centred
	Title string   // large, centred
	Rows  []Row
	Foot  []string // centred
}

// Row is a label and its value, or with a label alone a line of text; the zero Row is a rule.
type Row struct {
	Label, Value string
	Strong       bool
}

// Encode is the slip as the printer's bytes, 4 KiB at most: of what is longer the end is left out,
// and the paper says so.
func Encode(s Slip, p Paper) []byte {
	w := &writer{columns: p.Columns}
	w.WriteString(initialise)
	w.block(centre, 1, s.Head...)
	w.block(centre+large, 2, s.Mark...)
	if s.Title != "" {
		w.block(centre+large, 2, s.Title)
	}
	w.WriteString(left)
	for _, r := range s.Rows {
		if w.Len() > maxJob-512 {
			w.line("...")
			break
		}
		w.row(r)
	}
	w.block(centre, 1, s.Foot...)
	w.WriteString(left)
	if p.Cut {
		w.WriteString(feedAndCut)
	} else {
		w.WriteString("\n\n\n\n") // up to the edge where it is torn
	}
	return w.Bytes()
}

// Kick is the command that opens the drawer.
func Kick() []byte { return []byte(initialise + kick) }

type writer struct {
	bytes.Buffer
	columns int
}

// block writes lines in a style whose letters are so many columns wide.
func (w *writer) block(style string, wide int, lines ...string) {
	if len(lines) == 0 {
		return
	}
	w.WriteString(style)
	for _, s := range lines {
		for _, part := range wrap(plain(s), w.columns/wide) {
			w.line(part)
		}
	}
	w.WriteString(notLarge + left)
}

func (w *writer) line(s string) { w.WriteString(s + "\n") }

// row writes label and value at the two edges; where they do not fit in a line, the value has its
// own.
func (w *writer) row(r Row) {
	if r == (Row{}) {
		w.line(strings.Repeat("-", w.columns))
		return
	}
	if r.Strong {
		w.WriteString(bold)
		defer w.WriteString(notBold)
	}
	label, value := plain(r.Label), plain(r.Value)
	if space := w.columns - len(label) - len(value); space > 0 && value != "" {
		w.line(label + strings.Repeat(" ", space) + value)
		return
	}
	for _, part := range wrap(label, w.columns) {
		w.line(part)
	}
	for _, part := range wrap(value, w.columns) {
		w.line(strings.Repeat(" ", w.columns-len(part)) + part)
	}
}

// plain is s in printable ASCII: whatever text comes from outside, it carries no command.
func plain(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		case r == '•':
			b.WriteByte('*')
		case r == '–' || r == '—':
			b.WriteByte('-')
		case r == '’' || r == '‘':
			b.WriteByte('\'')
		case r == '\u00a0' || r == '\t' || r == '\n':
			b.WriteByte(' ')
		case r >= 0x80 && r != utf8.RuneError:
			b.WriteByte('?')
		}
	}
	return b.String()
}

// wrap breaks s between words into lines of at most so many columns.
func wrap(s string, columns int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		for len(word) > columns {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			lines, word = append(lines, word[:columns]), word[columns:]
		}
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) <= columns:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

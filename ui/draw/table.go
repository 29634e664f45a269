package draw

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Align is at which end of its column a cell stands.
type Align uint8

const (
	Left  Align = iota // texts, which are cut where they are too long
	Right              // figures, which are never cut
)

// Column is one column of a table.
type Column struct {
	Title string
	Width int // in cells; the least where the column has a weight
	// Weight is its share of the cells that are left over; 0 where it does not grow.
	Weight int
	Align  Align
	// Priority says what goes where there is not room for all: the lowest first, and 0 never.
	Priority int
	// From is the narrowest room for the table, margins included, that the column is shown in.
	From int
}

// Table is columns, in their order from the left.
type Table struct {
	Columns []Column
	Widest  int // the most cells that a row takes; any number where it is 0
	Gap     int // the least cells between two columns; 1 where it is 0
	Spread  int // the most
}

// Grid is a table laid out: where its columns stand.
type Grid struct {
	Margin string // before each row
	Width  int    // of a row, without margins

	columns []Column // those that are declared, with their widths here
	shown   []bool
	gap     int
}

// Cell is a text and its style.
type Cell struct {
	Style Style
	Text  string
}

// Cell is a text in the style.
func (st Style) Cell(text string) Cell { return Cell{st, text} }

// In lays the table out in the middle of width cells, with a margin of one at least at both ends.
func (t Table) In(width int) Grid {
	g := Grid{columns: make([]Column, len(t.Columns)), shown: make([]bool, len(t.Columns)), gap: max(1, t.Gap)}
	copy(g.columns, t.Columns)
	for i, c := range g.columns {
		g.shown[i] = width >= c.From
	}
	room := width - 2
	if t.Widest > 0 {
		room = min(room, t.Widest)
	}
	used, gaps := g.used()
	for used+gaps*g.gap > room && g.dropped() {
		used, gaps = g.used()
	}
	if gaps > 0 {
		g.gap = max(g.gap, min(t.Spread, (room-used)/gaps))
	}
	spare := room - used - gaps*g.gap
	switch last := g.last(); {
	case spare > 0:
		spare -= g.grown(spare)
	case last >= 0:
		narrower := min(-spare, g.columns[last].Width-1)
		g.columns[last].Width -= narrower
		spare += narrower
	}
	g.Width = room - spare
	g.Margin = Blank((width - g.Width) / 2)
	return g
}

// Shows reports whether the n-th declared column is shown.
func (g Grid) Shows(n int) bool { return g.shown[n] }

// Room is how many cells the n-th declared column has; none where it is not shown.
func (g Grid) Room(n int) int {
	if !g.shown[n] {
		return 0
	}
	return g.columns[n].Width
}

// Head is the titles of the columns, without the margin.
func (g Grid) Head() string {
	return g.lay(len(g.columns), func(n int) string { return g.columns[n].Title })
}

// Row is a row, without the margin: a cell for each declared column from the left, whether it is
// shown or not.
func (g Grid) Row(cells ...Cell) string {
	return g.lay(len(cells), func(n int) string { return cells[n].Style.Render(cells[n].Text) })
}

// Plain is a row as [Grid.Row] lays it out, in no style, so that one style can be put on all of it.
func (g Grid) Plain(cells ...Cell) string {
	return g.lay(len(cells), func(n int) string { return ansi.Strip(cells[n].Text) })
}

// Chosen is the row that keys act on, with its margin: in one style, a cell wider at each end.
func (g Grid) Chosen(style Style, cells ...Cell) string {
	return strings.TrimPrefix(g.Margin, " ") + style.Render(" "+g.Plain(cells...)+" ")
}

// lay puts the texts of the first n columns into their places.
func (g Grid) lay(n int, text func(int) string) string {
	var b strings.Builder
	gap := ""
	for i := range n {
		if !g.shown[i] {
			continue
		}
		b.WriteString(gap)
		gap = Blank(g.gap)
		c, s := g.columns[i], text(i)
		if c.Align == Right {
			s = Flush(s, c.Width)
		} else {
			s = Fit(s, c.Width)
		}
		b.WriteString(s)
	}
	return b.String()
}

// used is the cells of the columns that are shown, and how many gaps are between them.
func (g Grid) used() (cells, gaps int) {
	for i, c := range g.columns {
		if g.shown[i] {
			cells += c.Width
			gaps++
		}
	}
	return cells, max(0, gaps-1)
}

// dropped takes away the column of the lowest priority; false where all that are left must stay.
func (g Grid) dropped() bool {
	lowest := -1
	for i, c := range g.columns {
		if g.shown[i] && c.Priority > 0 && (lowest < 0 || c.Priority < g.columns[lowest].Priority) {
			lowest = i
		}
	}
	if lowest >= 0 {
		g.shown[lowest] = false
	}
	return lowest >= 0
}

// grown shares cells out by the columns' weights; it is what was given away.
func (g Grid) grown(cells int) int {
	total, given, last := 0, 0, -1
	for i, c := range g.columns {
		if g.shown[i] && c.Weight > 0 {
			total += c.Weight
			last = i
		}
	}
	for i, c := range g.columns {
		if !g.shown[i] || c.Weight == 0 {
			continue
		}
		share := cells * c.Weight / total
		if i == last {
			share = cells - given
		}
		g.columns[i].Width += share
		given += share
	}
	return given
}

// last is the last column that is shown; -1 where none is.
func (g Grid) last() int {
	for i := len(g.columns) - 1; i >= 0; i-- {
		if g.shown[i] {
			return i
		}
	}
	return -1
}

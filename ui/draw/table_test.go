package draw

import (
	"strings"
	"testing"
)

// named writes the styles of the tests by name.
func named(s string) string {
	var b strings.Builder
	end := ""
	for s != "" {
		switch {
		case strings.HasPrefix(s, "\x1b[1m"):
			b.WriteString("<T>")
			s, end = s[len("\x1b[1m"):], "</T>"
		case strings.HasPrefix(s, "\x1b[7m"):
			b.WriteString("<X>")
			s, end = s[len("\x1b[7m"):], "</X>"
		case strings.HasPrefix(s, "\x1b[m"):
			b.WriteString(end)
			s = s[len("\x1b[m"):]
		default:
			b.WriteByte(s[0])
			s = s[1:]
		}
	}
	return b.String()
}

// payments is a list of payments as wide as it gets.
var payments = Table{
	Spread: 4,
	Columns: []Column{
		{Title: "TIME", Width: 5},
		{Title: "KES", Width: 9, Align: Right},
		{Title: "PHONE", Width: 12, Priority: 2, From: 70},
		{Title: "CODE", Width: 10, Priority: 3},
		{Title: "REFERENCE", Width: 12, Weight: 2, Priority: 1, From: 110},
		{Title: "STAFF", Width: 8, Weight: 1, Priority: 1, From: 110},
		{Title: "RESULT", Width: 16},
	},
}

// TestColumns: what has the lowest priority goes first, the rest spreads, and no row is wider than
// its window.
func TestColumns(t *testing.T) {
	for _, tc := range []struct {
		width int
		heads string
	}{
		{160, "TIME KES PHONE CODE REFERENCE STAFF RESULT"},
		{120, "TIME KES PHONE CODE REFERENCE STAFF RESULT"},
		{109, "TIME KES PHONE CODE RESULT"},
		{80, "TIME KES PHONE CODE RESULT"},
		{69, "TIME KES CODE RESULT"},
		{60, "TIME KES CODE RESULT"},
		{44, "TIME KES RESULT"},
		{40, "TIME KES RESULT"},
	} {
		g := payments.In(tc.width)
		head := g.Head()
		if got := strings.Join(strings.Fields(head), " "); got != tc.heads {
			t.Errorf("%d cells: %s, want %s", tc.width, got, tc.heads)
		}
		if Width(head) != g.Width {
			t.Errorf("%d cells: a row of %d, said to be %d", tc.width, Width(head), g.Width)
		}
		if tc.width >= 110 && g.Width != tc.width-2 {
			t.Errorf("%d cells: the columns with a weight leave %d of them free", tc.width, tc.width-2-g.Width)
		}
	}
	for width := 1; width <= 200; width++ {
		g := payments.In(width)
		if width >= 37 && len(g.Margin)+g.Width > width-1 {
			t.Errorf("%d cells: a row of %d after a margin of %d", width, g.Width, len(g.Margin))
		}
		for n, c := range payments.Columns {
			if c.Priority == 0 && !g.Shows(n) {
				t.Errorf("%d cells: %s is gone", width, c.Title)
			}
			if g.Shows(n) != (g.Room(n) > 0) {
				t.Errorf("%d cells: %s has %d cells, shown: %v", width, c.Title, g.Room(n), g.Shows(n))
			}
		}
	}
}

// TestPriority: of two columns the one with the lower goes first, wherever it stands.
func TestPriority(t *testing.T) {
	for _, low := range []int{0, 2} {
		table := Table{Columns: []Column{{Title: "A", Width: 5, Priority: 2}, {Title: "B", Width: 5}, {Title: "C", Width: 5, Priority: 2}}}
		table.Columns[low].Priority = 1
		g := table.In(2 + 11)
		for n := range table.Columns {
			if g.Shows(n) != (n != low) {
				t.Errorf("the lowest is %d, and %d is shown: %v", low, n, g.Shows(n))
			}
		}
		if g = table.In(2 + 10); g.Shows(0) || !g.Shows(1) || g.Shows(2) {
			t.Errorf("%q is left for one column", g.Head())
		}
	}
}

// TestWeights shares all that is left out, to the last cell.
func TestWeights(t *testing.T) {
	table := Table{Gap: 2, Columns: []Column{{Width: 4, Weight: 1}, {Width: 6}, {Width: 4, Weight: 2}}}
	for width, want := range map[int][3]int{20: {4, 6, 4}, 21: {4, 6, 5}, 23: {5, 6, 6}, 30: {7, 6, 11}} {
		g := table.In(width)
		if got := [3]int{g.Room(0), g.Room(1), g.Room(2)}; got != want || g.Width != width-2 {
			t.Errorf("%d cells: %v in %d, want %v", width, got, g.Width, want)
		}
	}
}

func TestRows(t *testing.T) {
	g := Table{Widest: 20, Columns: []Column{{Title: "KES", Width: 6, Align: Right}, {Title: "RESULT", Width: 4}, {Title: "PHONE", Width: 90, Priority: 1}}}.In(16)
	const bold, chosen = Style("\x1b[1m"), Style("\x1b[7m")
	cells := []Cell{{bold, "450"}, {"", "paid late"}, {bold, "0712 ••• 678"}}
	for _, tc := range []struct{ got, want string }{
		{g.Margin, "  "},
		{g.Head(), "   KES RES…"},
		{g.Row(cells...), "   <T>450</T> pai…"},
		{g.Row(cells[:1]...), "   <T>450</T>"},
		{g.Plain(cells...), "   450 pai…"},
		{g.Plain(bold.Cell("450"), Cell{Text: bold.Render("p") + "aid"}), "   450 paid"},
		{g.Chosen(chosen, cells...), " <X>    450 pai… </X>"},
		{g.Row(Cell{Text: "1,250,000"}, Cell{Text: "paid"}), "1,250,000 paid"}, // figures are never cut
	} {
		if got := named(tc.got); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
	if narrow := (Table{Columns: []Column{{Width: 5}, {Width: 16}}}).In(20); narrow.Room(1) != 12 || narrow.Width != 18 {
		t.Errorf("the last column has %d cells of a row of %d, in 20", narrow.Room(1), narrow.Width)
	}
	if none := (Table{}).In(20); none.Head() != "" || none.Width != 0 {
		t.Errorf("a table without columns draws %q, %d wide", none.Head(), none.Width)
	}
}

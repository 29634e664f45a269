package draw

import "strings"

// Block is a drawing: lines, and where the terminal's cursor is in them if there is one.
type Block struct {
	Lines  []string
	Cursor bool
	X, Y   int
}

// Stack puts groups of lines one below the other in at most height rows: apart by an empty row
// where there is room for that, closed up where not, and cut at the end where even that is too
// high.
func Stack(height int, groups ...[]string) []string {
	rows := 0
	for _, g := range groups {
		rows += len(g)
	}
	spare := height - rows // rows that may stay empty
	var lines []string
	for _, g := range groups {
		if len(g) == 0 {
			continue
		}
		if len(lines) > 0 && spare > 0 {
			lines = append(lines, "")
			spare--
		}
		lines = append(lines, g...)
	}
	return lines[:min(len(lines), max(0, height))]
}

// Scroll is the first row to show of n rows, given the last first row, so that the chosen one is
// among height.
func Scroll(top, chosen, n, height int) int {
	height = max(1, height)
	switch {
	case chosen < top:
		top = chosen
	case chosen >= top+height:
		top = chosen - height + 1
	}
	return max(0, min(top, n-height))
}

// Beside puts lines next to others, which begin after width cells.
func Beside(left []string, width int, right []string) []string {
	lines := make([]string, max(len(left), len(right)))
	for i := range lines {
		if i < len(left) {
			lines[i] = left[i]
		}
		lines[i] = Fit(lines[i], width)
		if i < len(right) {
			lines[i] += right[i]
		}
	}
	return lines
}

// Outline draws an edge around lines, width cells wide with it, and a title in its upper side.
func Outline(edge Style, title string, width int, lines []string) []string {
	inner := width - 4
	if title != "" {
		title = "─ " + Cut(title, inner-1) + " "
	}
	outlined := []string{edge.Render("╭" + title + Repeat("─", width-2-Width(title)) + "╮")}
	side := edge.Render("│")
	for _, s := range lines {
		outlined = append(outlined, side+" "+Fit(s, inner)+" "+side)
	}
	return append(outlined, edge.Render("╰"+Repeat("─", width-2)+"╯"))
}

// Sparkline draws values as bars of eight heights; nothing for nothing.
func Sparkline[N ~int64](values []N) string {
	bars := []rune("▁▂▃▄▅▆▇█")
	var most N
	for _, v := range values {
		most = max(most, v)
	}
	line := make([]rune, len(values))
	for i, v := range values {
		line[i] = ' '
		if v > 0 {
			line[i] = bars[min(len(bars)-1, int((v*N(len(bars))-1)/most))]
		}
	}
	return string(line)
}

// Bars draws values as bars that many rows high and cells wide, a cell apart, from the top row
// down; the smallest that is not nothing is seen.
func Bars[N ~int64](values []N, high, wide int) []string {
	bars := []rune(" ▁▂▃▄▅▆▇█")
	eighths := N(len(bars) - 1)
	most := N(1)
	for _, v := range values {
		most = max(most, v)
	}
	rows := make([]string, high)
	for i := range rows {
		below := N(high-1-i) * eighths
		cells := make([]string, len(values))
		for n, v := range values {
			height := v * N(high) * eighths / most
			if v > 0 {
				height = max(height, 1)
			}
			cells[n] = Repeat(string(bars[max(0, min(eighths, height-below))]), wide)
		}
		rows[i] = strings.TrimRight(strings.Join(cells, " "), " ")
	}
	return rows
}

package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// month is the overview of a month in the ledger: a row and a bar for each day, from the first to
// the last.
type month struct {
	month  pos.Month
	days   []pos.DayTotals // of every day until its last, in order; those after today are not shown
	most   pos.Shillings   // the best day's
	totals pos.Totals
	read   bool
	err    error

	chosen pos.Day
	top    int
}

// newMonth is the month of a day, with that day chosen, before it has been read.
func newMonth(day pos.Day) month {
	m := month{month: day.Month(), chosen: day}
	m.fill(nil)
	return m
}

// learned takes the month's days, of which the ledger names those only on which something was
// asked.
func (m month) learned(f session.MonthRead) month {
	if f.Month != m.month {
		return m
	}
	if m.err = f.Err; m.err == nil {
		m.read = true
		m.fill(f.Days)
	}
	return m
}

func (m *month) fill(days []pos.DayTotals) {
	m.days, m.most, m.totals = nil, 0, pos.Totals{}
	for day := m.month.First(); day <= m.month.Last(); day = day.Add(1) {
		m.days = append(m.days, pos.DayTotals{Day: day})
	}
	for _, d := range days {
		m.days[d.Day%100-1] = d
		m.most = max(m.most, d.Paid.KES)
		m.totals = m.totals.Plus(d.Totals)
	}
}

// until is the month's days up to today's, of which there is at least one.
func (m month) until(today pos.Day) []pos.DayTotals {
	if today.Month() == m.month {
		return m.days[:today%100]
	}
	return m.days
}

// goTo turns to another month, at its day that is like the chosen one, or else at its last.
func (m month) goTo(month pos.Month, today pos.Day) month {
	day := month.First() + min(m.chosen%100, month.Last()%100) - 1
	return newMonth(min(day, today))
}

// press answers a key on the screen that looks like v. open says that the chosen day is to be
// opened, left that the month is left.
func (m month) press(k key, v style) (next month, open, left bool) {
	today := pos.DayOf(v.now)
	n := len(m.until(today))
	means := k.means()
	switch k = k.moving(); {
	case means == meansBack, means == meansMonth, k.is("0", "insert"):
		return m, false, true
	case means == meansGoOn:
		return m, true, false
	case k.is("left"):
		return m.goTo(m.month.Add(-1), today), false, false
	case k.is("right") && m.month < today.Month():
		return m.goTo(m.month.Add(1), today), false, false
	case means == meansToday, k.is("5"):
		return newMonth(today), false, false
	}
	lay := monthLayoutOf(splitOf(v).list, n)
	at, _ := k.step(int(m.chosen%100)-1, n, lay.rows)
	m.chosen = m.month.First() + pos.Day(max(0, min(at, n-1)))
	m.top = draw.Scroll(m.top, int(m.chosen%100)-1, n, lay.columns*lay.rows)
	return m, false, false
}

func (m month) hints(w *text.Words) []hint {
	return []hint{{"enter", w.KOpenDay}, {"←→", w.KMonth}, {"↑↓", w.KMove}, {"-", w.KBack}, {"5", w.KToday}, {"+", w.KNext}}
}

// pressMonth answers a key while the month is shown.
func (l ledger) pressMonth(k key, d commands, v style) (ledger, tea.Cmd, bool) {
	next, open, left := l.month.press(k, v)
	switch {
	case open:
		l, cmd := l.goTo(d, next.chosen)
		return l, cmd, false
	case left:
		l.month = nil
		return l, nil, false
	}
	before := l.month.month
	l.month = &next
	if next.month != before {
		return l, d.do(session.ReadMonth{Month: next.month}), false
	}
	return l, nil, false
}

// monthRead takes a month that was read, if it is the one shown.
func (l ledger) monthRead(m session.MonthRead) ledger {
	if l.month != nil {
		next := l.month.learned(m)
		l.month = &next
	}
	return l
}

// monthLayout is where the days of a month stand: one below the other if they all fit so, in two
// columns if not and if there is room, and otherwise in one that scrolls.
type monthLayout struct {
	columns, rows int
	width         int // of all columns
	margin        string
	grid          draw.Grid // of a column
}

// monthHead is how many rows of the body are not days: the month, its totals, and the column heads.
const monthHead = 3

// The widths of a month's columns of days.
const (
	monthGap       = 4
	leastDayColumn = 36
)

// barColumn is which of a day's columns its bar is.
const barColumn = 4

func monthLayoutOf(v style, days int) monthLayout {
	lay := monthLayout{columns: 1, rows: max(1, v.height-monthHead), width: min(v.width-2, listWidth)}
	column := lay.width
	if days > lay.rows && lay.width >= 2*leastDayColumn+monthGap {
		column = (lay.width - monthGap) / 2
		lay.columns, lay.width = 2, 2*column+monthGap
		lay.rows = min(lay.rows, (days+1)/2)
	}
	lay.margin = draw.Blank((v.width - lay.width) / 2)
	lay.grid = draw.Table{Columns: []draw.Column{
		{Title: v.say.ColDay, Width: 6},                     // Mon 23
		{Title: v.say.ColKES, Width: 10, Align: draw.Right}, // 12,345,678
		{Title: v.say.ColPaid, Width: 5, Align: draw.Right},
		{Width: 1},            // ? or !
		{Width: 1, Weight: 1}, // the bar
	}}.In(column + 2)
	return lay
}

// view draws the month, and beside it its chosen day where there is room for that.
func (m month) view(l style) draw.Block {
	s := splitOf(l)
	if !s.beside {
		return m.listView(l)
	}
	return s.draw(l, m.listView(s.list), m.dayView, "")
}

// dayView is what the chosen day came to, and its hours.
func (m month) dayView(l style) draw.Block {
	day := m.until(pos.DayOf(l.now))[m.chosen%100-1]
	lines := []string{l.theme.Strong.Render(l.say.DateLong(day.Day.Start(), l.now)), ""}
	if day.Attempts() == 0 {
		return draw.Block{Lines: append(lines, l.theme.Dim.Render(l.say.EmptyDay))}
	}
	return draw.Block{Lines: append(append(append(lines, totalsParts(l, day.Totals)...), ""), hoursChart(l, day.Totals)...)}
}

// listView is the days of the month.
func (m month) listView(l style) draw.Block {
	days := m.until(pos.DayOf(l.now))
	lay := monthLayoutOf(l, len(days))
	first := m.month.First().Start().In(pos.EAT)
	title := l.theme.Strong.Render(fmt.Sprintf("%s %d", l.say.Months[first.Month()-1], first.Year()))
	second := totalsLine(l, m.totals, lay.width)
	switch {
	case m.err != nil:
		second = l.theme.Tones[draw.ToneFail].Render(l.say.Err(m.err))
	case !m.read:
		second = l.theme.Dim.Render(l.say.Reading)
	}
	lines := []string{lay.margin + draw.Ends(title, hoursOf(l, m.totals), lay.width), lay.margin + second}
	top := draw.Scroll(m.top, int(m.chosen%100)-1, len(days), lay.columns*lay.rows)
	shown := min(lay.rows, len(days)-top)
	if l.height > monthHead+shown {
		lines = append(lines, "")
	}
	var left, right []string
	for row := range shown {
		left = append(left, m.row(l, lay.grid, days[top+row]))
		if other := top + row + lay.rows; lay.columns == 2 && other < len(days) {
			right = append(right, m.row(l, lay.grid, days[other]))
		}
	}
	heads := []string{l.theme.Dim.Render(lay.grid.Head())}
	if lay.columns == 2 {
		heads = draw.Beside(heads, lay.grid.Width+monthGap, heads)
		left = draw.Beside(left, lay.grid.Width+monthGap, right)
	}
	lines = append(lines, lay.margin+heads[0])
	for _, line := range left {
		lines = append(lines, strings.TrimPrefix(lay.margin, " ")+line)
	}
	return draw.Block{Lines: lines}
}

// row is a day, from a cell before its column on: what it came to and a bar as long as that is,
// beside the best day's. Sundays stand out, for weeks to be seen; today has the mark of the field
// that is typed into, and what a day still asks for has the mark of its state.
func (m month) row(l style, grid draw.Grid, d pos.DayTotals) string {
	start := d.Day.Start()
	name := fmt.Sprintf("%s %2d", l.say.WeekdaysShort[start.Weekday()], start.Day())
	today := d.Day == pos.DayOf(l.now)
	here, mark := " ", ""
	if today {
		here = "▌"
	}
	switch {
	case d.Checking.Count > 0:
		mark = "?"
	case d.OwedBack.Count > 0:
		mark = "!"
	}
	money, count, bar := "—", "", ""
	if d.Paid.Count > 0 {
		money, count = d.Paid.KES.String(), fmt.Sprint(d.Paid.Count)
		room := pos.Shillings(grid.Room(barColumn))
		bar = l.theme.Tones[draw.TonePaid].Render(draw.Repeat("▆", int(max(1, d.Paid.KES*room/max(1, m.most)))))
	}
	i := l.theme.Dim
	if today || start.Weekday() == 0 {
		i = l.theme.Strong
	}
	figures := l.theme.Text
	if d.Paid.Count == 0 {
		figures = l.theme.Dim
	}
	cells := []draw.Cell{i.Cell(name), figures.Cell(money), l.theme.Dim.Cell(count), l.theme.Tones[draw.ToneCheck].Cell(mark)}
	if d.Day == m.chosen {
		return l.theme.Chosen.Render(here+grid.Plain(cells...)+" ") + bar
	}
	return l.theme.Accent.Render(here) + grid.Row(cells...) + " " + bar
}

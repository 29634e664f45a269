package ui

import (
	"fmt"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/text"
)

// ledgerHead is how many rows of the ledger's body are not its list: the day, its totals, an empty
// row and the column heads.
const ledgerHead = 4

// listRows is how many rows of the ledger's list fit into a body.
func listRows(height int) int { return max(1, height-ledgerHead) }

// view draws the ledger.
func (g ledger) view(l style) draw.Block {
	if g.detail != nil {
		return g.detail.view(l)
	}
	if g.month != nil {
		return g.month.view(l)
	}
	s := splitOf(l)
	grid := g.grid(s.list)
	list := g.listView(s.list, grid, s.beside)
	front, ok := g.front()
	if rows := l.height - len(list.Lines); !ok || !s.beside && rows < leastPanel {
		return list
	}
	return s.draw(l, list, func(at style) draw.Block { return g.panel(at, front) }, grid.Margin)
}

// front is the payment that keys act on.
func (g ledger) front() (pos.Attempt, bool) {
	list := g.list()
	if len(list) == 0 {
		return pos.Attempt{}, false
	}
	return list[g.at()], true
}

func (g ledger) grid(l style) draw.Grid { return paymentsGrid(l, g.finding, g.list()) }

// listView is the list, below what is shown and what it came to.
func (g ledger) listView(l style, grid draw.Grid, beside bool) draw.Block {
	b := draw.Block{Lines: []string{g.title(l, grid, beside), g.second(l, grid), ""}}
	if g.finding {
		prompt := l.say.FindPrompt
		text, x := visible(g.input, 20)
		b.Lines[0] = grid.Margin + l.theme.Strong.Render(prompt) + "  " + l.theme.Strong.Render(text)
		b.Cursor, b.Y, b.X = true, 0, len(grid.Margin)+draw.Width(prompt)+2+x
	}
	list := g.list()
	if len(list) == 0 {
		b.Lines = append(b.Lines, g.emptyView(l)...)
		return b
	}
	b.Lines = append(b.Lines, l.theme.Dim.Render(grid.Margin+grid.Head()))
	height := listRows(l.height)
	at := g.at()
	top := draw.Scroll(g.top, at, len(list), height)
	for i := top; i < min(len(list), top+height); i++ {
		b.Lines = append(b.Lines, paymentRow(l, grid, list[i], i == at))
	}
	return b
}

// panel explains the payment in front, and below it, where there is room, shows the day by hours.
func (g ledger) panel(l style, a pos.Attempt) draw.Block {
	lines := append(l.inShort(a, l.width), "")
	var known text.Known
	if l.evidence.Attempt.ID == a.ID {
		known.Mismatch = l.evidence.Mismatch
	}
	lines = append(lines, l.facts(l.say.Facts(a, known, l.now, false), l.width, l.height-len(lines))...)
	var bars []string
	if l.height > chartFrom && !g.finding {
		bars = hoursChart(l, g.day.Totals)
	}
	if events := l.events(a, l.width, l.height-len(lines)-len(bars)-2); len(events) > 0 {
		lines = append(append(lines, ""), events...)
	}
	if apart := l.height - len(lines) - len(bars); len(bars) > 0 && apart > 0 {
		lines = append(append(lines, make([]string, apart)...), bars...)
	}
	return draw.Block{Lines: lines}
}

// title is the day, and its hours as a sparkline where these have no chart of their own.
func (g ledger) title(l style, grid draw.Grid, chart bool) string {
	left := l.theme.Strong.Render(l.say.DateLong(g.day.Day.Start(), l.now))
	if l.width < bigWidth {
		left = l.theme.Strong.Render(l.say.DateShort(g.day.Day.Start()))
	}
	hours := hoursOf(l, g.day.Totals)
	if chart && len(g.list()) > 0 && l.height > chartFrom {
		hours = ""
	}
	return grid.Margin + draw.Ends(left, hours, grid.Width)
}

// hoursShown are the hours of totals that a drawing of them begins and ends with: those of a day's
// trade, and any other in which something was paid.
func hoursShown(t pos.Totals) (from, to int) {
	from, to = 8, 20
	for h, kes := range t.Hours {
		if kes > 0 {
			from, to = min(from, h), max(to, h+1)
		}
	}
	return from, to
}

// hoursOf is the hours of totals as a sparkline, on a baseline; "" where nothing was paid.
func hoursOf(l style, t pos.Totals) string {
	if t.Paid.Count == 0 {
		return ""
	}
	from, to := hoursShown(t)
	bars := ""
	for _, bar := range draw.Sparkline(t.Hours[from:to]) {
		if bar == ' ' {
			bars += l.theme.Line.Render("·")
			continue
		}
		bars += l.theme.Tones[draw.TonePaid].Render(string(bar))
	}
	return l.theme.Dim.Render(fmt.Sprintf("%02dh ", from)) + bars + l.theme.Dim.Render(fmt.Sprintf(" %02dh", to))
}

// chartFrom is the least height beside a list that its hours have a chart in.
const chartFrom = 24

// hoursChart is the hours of totals as bars on a baseline, with every third hour named; nothing
// where nothing was paid.
func hoursChart(l style, t pos.Totals) []string {
	const high = 6
	from, to := hoursShown(t)
	each := min(4, l.width/(to-from))
	if t.Paid.Count == 0 || each < 2 {
		return nil
	}
	lines := []string{l.theme.Dim.Render(l.say.ByHour), ""}
	for _, row := range draw.Bars(t.Hours[from:to], high, each-1) {
		lines = append(lines, l.theme.Tones[draw.TonePaid].Render(row))
	}
	names := ""
	for h := from; h < to; h++ {
		if name := fmt.Sprintf("%02d", h); h%3 == 0 {
			names = draw.Fit(names, (h-from)*each) + name
		}
	}
	return append(lines, l.theme.Line.Render(draw.Repeat("─", (to-from)*each-1)), l.theme.Dim.Render(names))
}

// second is what the day came to, or what is wrong.
func (g ledger) second(l style, grid draw.Grid) string {
	if g.err() != nil {
		return grid.Margin + l.theme.Tones[draw.ToneFail].Render(l.say.Err(g.err()))
	}
	if g.finding {
		return grid.Margin + l.theme.Dim.Render(draw.FirstThatFits(grid.Width, l.say.FindOrDay, l.say.FindOrDayShort))
	}
	return grid.Margin + totalsLine(l, g.day.Totals, grid.Width)
}

// totalsLine is what a stretch of time came to, in at most width cells.
func totalsLine(l style, t pos.Totals, width int) string {
	return draw.JoinFitting(totalsParts(l, t), l.theme.Dim.Render(" · "), width)
}

// totalsParts is what a stretch of time came to, what matters most first.
func totalsParts(l style, t pos.Totals) []string {
	parts := []string{l.theme.Strong.Render(text.KES(t.Paid.KES)) + "  " + l.theme.Text.Render(fmt.Sprintf(l.say.PaidCount, t.Paid.Count))}
	if t.Checking.Count > 0 {
		parts = append(parts, l.theme.Tones[draw.ToneCheck].Render(fmt.Sprintf(l.say.Checking, t.Checking.Count, t.Checking.KES)))
	}
	if t.OwedBack.Count > 0 {
		parts = append(parts, l.theme.Tones[draw.ToneCheck].Render(fmt.Sprintf(l.say.OwedBack, t.OwedBack.Count, t.OwedBack.KES)))
	}
	if t.Doubtful.Count > 0 {
		parts = append(parts, l.theme.Tones[draw.ToneCheck].Render(fmt.Sprintf(l.say.Doubtful, t.Doubtful.Count, t.Doubtful.KES)))
	}
	if t.NotPaid.Count > 0 {
		parts = append(parts, l.theme.Dim.Render(fmt.Sprintf(l.say.NotPaidCount, t.NotPaid.Count)))
	}
	return parts
}

func (g ledger) emptyView(l style) []string {
	pad := make([]string, max(0, listRows(l.height)/3))
	switch {
	case g.err() != nil:
		return nil
	case g.sought != 0:
		return append(pad, l.wrap(l.theme.Strong, fmt.Sprintf(l.say.DayFound, l.say.DateLong(g.sought.Start(), l.now)))...)
	case g.finding && (g.search.Wanted != "" || g.input.empty()):
		return nil
	case g.finding:
		return append(pad, l.wrap(l.theme.Text, l.say.FindEmpty)...)
	case g.day.Busy:
		return append(pad, l.wrap(l.theme.Dim, l.say.Reading)...)
	}
	return append(append(pad, l.wrap(l.theme.Text, l.say.EmptyDay)...), l.wrap(l.theme.Dim, l.say.EmptyDayDo)...)
}

// The widths of the columns of lists of payments.
const (
	timeWidth    = 5  // 14:32
	dayWidth     = 6  // 23 Nov
	dateWidth    = 12 // 23 Nov 14:32
	kesWidth     = 9  // 250,000 and room
	phoneWidth   = 12 // 0712 ••• 678
	receiptWidth = 10 // SKL9P2M4XQ
	resultWidth  = 17 // ? settled by hand
	refWidth     = 12 // as long as M-PESA takes it
	listWidth    = 92 // the widest a list runs
)

// whenColumn is which of a payment's columns its time is.
const whenColumn = 0

// paymentsGrid lays out a list of payments. REF, which it has only where one of them has a
// reference, goes first, PHONE where there are less than 70 cells, CODE under 50; TIME, KES and
// RESULT never. dated says that the rows are of several days.
func paymentsGrid(l style, dated bool, rows []pos.Attempt) draw.Grid {
	const dateAndReceipt, allColumns, never = 52, 75, 1 << 20
	when := timeWidth
	switch {
	case dated && l.width >= dateAndReceipt:
		when = dateWidth
	case dated:
		when = dayWidth
	}
	ref := never
	for i := range rows { // without copying each: there may be thousands
		if rows[i].Reference != "" {
			ref = allColumns
			break
		}
	}
	return draw.Table{Widest: listWidth, Spread: 6, Columns: []draw.Column{
		{Title: l.say.ColTime, Width: when},
		{Title: l.say.ColKES, Width: kesWidth, Align: draw.Right},
		{Title: l.say.ColPhone, Width: phoneWidth, Priority: 2, From: 70},
		{Title: l.say.ColRef, Width: refWidth, Priority: 1, From: ref},
		{Title: l.say.ColReceipt, Width: receiptWidth, Priority: 3, From: 50},
		{Title: l.say.ColResult, Width: resultWidth},
	}}.In(l.width)
}

// paymentRow is one payment in the list; keys act on the chosen one.
func paymentRow(l style, grid draw.Grid, a pos.Attempt, chosen bool) string {
	tn, result := resultOf(l.say, a)
	when := text.Clock(a.AskedAt)
	switch grid.Room(whenColumn) {
	case dateWidth:
		when = l.say.DayMonth(a.AskedAt) + " " + when
	case dayWidth:
		when = l.say.DayMonth(a.AskedAt)
	}
	cells := []draw.Cell{
		l.theme.Text.Cell(when), l.theme.Text.Cell(a.Amount.String()), l.theme.Dim.Cell(a.Phone.Masked()),
		l.theme.Text.Cell(text.OrDash(text.Shown(a.Phone, a.Reference))), l.theme.Dim.Cell(text.OrDash(a.Receipt)), l.theme.Tones[tn].Cell(result),
	}
	if chosen {
		return grid.Chosen(l.theme.Chosen, cells...)
	}
	return grid.Margin + grid.Row(cells...)
}

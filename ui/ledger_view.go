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
	grid := paymentsGrid(l, g.asks == asksFind)
	b := draw.Block{Lines: []string{g.title(l, grid), g.second(l, grid), ""}}
	if g.asks != asksNothing {
		prompt := l.say.FindPrompt
		if g.asks == asksDate {
			prompt = l.say.DatePrompt
		}
		text, x := visible(g.input, 20)
		b.Lines[0] = grid.Margin + l.theme.Strong.Render(prompt) + "  " + l.theme.Strong.Render(text)
		b.Cursor, b.Y, b.X = true, 0, len(grid.Margin)+len(prompt)+2+x
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

// title is the day, and its hours as a sparkline.
func (g ledger) title(l style, grid draw.Grid) string {
	left := l.theme.Strong.Render(l.say.DateLong(g.day.Day.Start(), l.now))
	if l.width < bigWidth {
		left = l.theme.Strong.Render(l.say.DateShort(g.day.Day.Start()))
	}
	return grid.Margin + draw.Ends(left, hoursOf(l, g.day.Totals), grid.Width)
}

// hoursOf is the hours of totals as a sparkline; "" where nothing was paid.
func hoursOf(l style, t pos.Totals) string {
	if t.Paid.Count == 0 {
		return ""
	}
	from, to := 8, 20
	for h, kes := range t.Hours {
		if kes > 0 {
			from, to = min(from, h), max(to, h+1)
		}
	}
	bars := l.theme.Tones[draw.TonePaid].Render(draw.Sparkline(t.Hours[from:to]))
	return l.theme.Dim.Render(fmt.Sprintf("%02dh ", from)) + bars + l.theme.Dim.Render(fmt.Sprintf(" %02dh", to))
}

// second is what the day came to, or what is wrong.
func (g ledger) second(l style, grid draw.Grid) string {
	if g.err() != nil {
		return grid.Margin + l.theme.Tones[draw.ToneFail].Render(l.say.Err(g.err()))
	}
	if g.asks == asksDate {
		return grid.Margin + l.theme.Dim.Render(draw.FirstThatFits(grid.Width, l.say.DateWrong, ""))
	}
	if g.asks == asksFind {
		return grid.Margin + l.theme.Dim.Render(draw.FirstThatFits(grid.Width, l.say.FindDo, l.say.FindDoShort))
	}
	return grid.Margin + totalsLine(l, g.day.Totals, grid.Width)
}

// totalsLine is what a stretch of time came to, in at most width cells.
func totalsLine(l style, t pos.Totals, width int) string {
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
	return draw.JoinFitting(parts, l.theme.Dim.Render(" · "), width)
}

func (g ledger) emptyView(l style) []string {
	pad := make([]string, max(0, listRows(l.height)/3))
	switch {
	case g.err() != nil:
		return nil
	case g.asks == asksFind && (g.search.Wanted != "" || g.input.empty()):
		return nil
	case g.asks == asksFind:
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
	resultWidth  = 16 // ? does not match
	listWidth    = 92 // the widest a list runs
)

// whenColumn is which of a payment's columns its time is.
const whenColumn = 0

// paymentsGrid lays out a list of payments. PHONE goes where there are less than 70 cells, RECEIPT
// under 50; TIME, KES and RESULT never. dated says that the rows are of several days.
func paymentsGrid(l style, dated bool) draw.Grid {
	const dateAndReceipt = 52
	when := timeWidth
	switch {
	case dated && l.width >= dateAndReceipt:
		when = dateWidth
	case dated:
		when = dayWidth
	}
	return draw.Table{Widest: listWidth, Spread: 6, Columns: []draw.Column{
		{Title: l.say.ColTime, Width: when},
		{Title: l.say.ColKES, Width: kesWidth, Align: draw.Right},
		{Title: l.say.ColPhone, Width: phoneWidth, Priority: 1, From: 70},
		{Title: l.say.ColReceipt, Width: receiptWidth, Priority: 2, From: 50},
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
		l.theme.Dim.Cell(text.OrDash(a.Receipt)), l.theme.Tones[tn].Cell(result),
	}
	if chosen {
		return grid.Chosen(l.theme.Chosen, cells...)
	}
	return grid.Margin + grid.Row(cells...)
}

package ui

import (
	"fmt"
	"strings"

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
	cols := columnsFor(l.width, g.asks == asksFind)
	b := draw.Block{Lines: []string{g.title(l, cols), g.second(l, cols), ""}}
	if g.asks != asksNothing {
		prompt := l.say.FindPrompt
		if g.asks == asksDate {
			prompt = l.say.DatePrompt
		}
		text, x := visible(g.input, 20)
		b.Lines[0] = cols.margin + l.theme.Strong.Render(prompt) + "  " + l.theme.Strong.Render(text)
		b.Cursor, b.Y, b.X = true, 0, len(cols.margin)+len(prompt)+2+x
	}
	list := g.list()
	if len(list) == 0 {
		b.Lines = append(b.Lines, g.emptyView(l)...)
		return b
	}
	b.Lines = append(b.Lines, l.theme.Dim.Render(cols.heads(l.say)))
	height := listRows(l.height)
	at := g.at()
	top := draw.Scroll(g.top, at, len(list), height)
	for i := top; i < min(len(list), top+height); i++ {
		b.Lines = append(b.Lines, cols.row(l, list[i], i == at))
	}
	return b
}

// title is the day, and its hours as a sparkline.
func (g ledger) title(l style, cols columns) string {
	left := l.theme.Strong.Render(l.say.DateLong(g.day.Start(), l.now))
	if l.width < bigWidth {
		left = l.theme.Strong.Render(l.say.DateShort(g.day.Start()))
	}
	return cols.margin + draw.Ends(left, hoursOf(l, g.totals), cols.width)
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
func (g ledger) second(l style, cols columns) string {
	if g.err != nil {
		return cols.margin + l.theme.Tones[draw.ToneFail].Render(l.say.Err(g.err))
	}
	if g.asks == asksDate {
		return cols.margin + l.theme.Dim.Render(draw.FirstThatFits(cols.width, l.say.DateWrong, ""))
	}
	if g.asks == asksFind {
		return cols.margin + l.theme.Dim.Render(draw.FirstThatFits(cols.width, l.say.FindDo, l.say.FindDoShort))
	}
	return cols.margin + totalsLine(l, g.totals, cols.width)
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
	case g.err != nil:
		return nil
	case g.asks == asksFind && (g.want != "" || g.input.empty()):
		return nil
	case g.asks == asksFind:
		return append(pad, l.wrap(l.theme.Text, l.say.FindEmpty)...)
	case g.busy:
		return append(pad, l.wrap(l.theme.Dim, l.say.Reading)...)
	}
	return append(append(pad, l.wrap(l.theme.Text, l.say.EmptyDay)...), l.wrap(l.theme.Dim, l.say.EmptyDayDo)...)
}

// columns is where the columns of a list of payments stand. PHONE goes where there are less than 70
// cells, RECEIPT under 50; TIME, KES and RESULT never.
type columns struct {
	margin          string
	width           int // without the margins
	time            int
	phone, receipt  bool
	gap, resultRoom int
}

// The widths of the columns.
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

// columnsFor lays the columns out in width cells. dated says that the rows are of several days.
func columnsFor(width int, dated bool) columns {
	c := columns{width: min(width-2, listWidth), time: timeWidth, phone: width >= 70, receipt: width >= 50}
	switch {
	case dated && c.receipt:
		c.time = dateWidth
	case dated:
		c.time = dayWidth
	}
	used, gaps := c.time+kesWidth+resultWidth, 2
	if c.phone {
		used, gaps = used+phoneWidth, gaps+1
	}
	if c.receipt {
		used, gaps = used+receiptWidth, gaps+1
	}
	c.gap = max(1, min(6, (c.width-used)/gaps))
	c.width = min(c.width, used+gaps*c.gap)
	c.resultRoom = c.width - (used - resultWidth) - gaps*c.gap
	c.margin = draw.Blank((width - c.width) / 2)
	return c
}

// lay puts cells into the columns.
func (c columns) lay(time, kes, phone, receipt, result string) string {
	gap := draw.Blank(c.gap)
	s := draw.Fit(time, c.time) + gap + draw.Flush(kes, kesWidth)
	if c.phone {
		s += gap + draw.Fit(phone, phoneWidth)
	}
	if c.receipt {
		s += gap + draw.Fit(receipt, receiptWidth)
	}
	return s + gap + draw.Fit(result, c.resultRoom)
}

func (c columns) heads(w *text.Words) string {
	return c.margin + c.lay(w.ColTime, w.ColKES, w.ColPhone, w.ColReceipt, w.ColResult)
}

// row is one payment; the chosen one is reversed.
func (c columns) row(l style, a pos.Attempt, chosen bool) string {
	tn, result := resultOf(l.say, a)
	when := text.Clock(a.AskedAt)
	switch c.time {
	case dateWidth:
		when = l.say.DayMonth(a.AskedAt) + " " + when
	case dayWidth:
		when = l.say.DayMonth(a.AskedAt)
	}
	phone, receipt := a.Phone.Masked(), text.OrDash(a.Receipt)
	if chosen {
		return chosenRow(l, c.margin, c.lay(when, a.Amount.String(), phone, receipt, result))
	}
	return c.margin + c.lay(l.theme.Text.Render(when), l.theme.Text.Render(a.Amount.String()), l.theme.Dim.Render(phone), l.theme.Dim.Render(receipt),
		l.theme.Tones[tn].Render(result))
}

// chosenRow is the row of a list that keys act on: reversed, with a cell of margin at each end.
func chosenRow(l style, margin, row string) string {
	return strings.TrimPrefix(margin, " ") + l.theme.Chosen.Render(" "+row+" ")
}

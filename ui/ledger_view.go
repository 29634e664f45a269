package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"kaunta/pos"
	"kaunta/ui/text"
)

// ledgerHead is how many rows of the ledger's body are not its list: the day, its totals, an empty
// row and the column heads.
const ledgerHead = 4

// listRows is how many rows of the ledger's list fit into a body.
func listRows(height int) int { return max(1, height-ledgerHead) }

// view draws the ledger.
func (g ledger) view(l style) block {
	if g.detail != nil {
		return g.detail.view(l)
	}
	if g.month != nil {
		return g.month.view(l)
	}
	cols := columnsFor(l.width, g.asks == asksFind)
	b := block{lines: []string{g.title(l, cols), g.second(l, cols), ""}}
	if g.asks != asksNothing {
		prompt := l.say.FindPrompt
		if g.asks == asksDate {
			prompt = l.say.DatePrompt
		}
		text, x := visible(g.input, 20)
		b.lines[0] = cols.margin + l.theme.strong.on(prompt) + "  " + l.theme.strong.on(text)
		b.cursor, b.y, b.x = true, 0, len(cols.margin)+len(prompt)+2+x
	}
	list := g.list()
	if len(list) == 0 {
		b.lines = append(b.lines, g.emptyView(l)...)
		return b
	}
	b.lines = append(b.lines, l.theme.dim.on(cols.heads(l.say)))
	height := listRows(l.height)
	at := g.at()
	top := scroll(g.top, at, len(list), height)
	for i := top; i < min(len(list), top+height); i++ {
		b.lines = append(b.lines, cols.row(l, list[i], i == at))
	}
	return b
}

// title is the day, and its hours as a sparkline.
func (g ledger) title(l style, cols columns) string {
	left := l.theme.strong.on(l.say.DateLong(g.day.Start(), l.now))
	if l.width < bigWidth {
		left = l.theme.strong.on(l.say.DateShort(g.day.Start()))
	}
	return cols.margin + ends(left, hoursOf(l, g.totals), cols.width)
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
	bars := l.theme.tones[tonePaid].on(sparkline(t.Hours[from:to]))
	return l.theme.dim.on(fmt.Sprintf("%02dh ", from)) + bars + l.theme.dim.on(fmt.Sprintf(" %02dh", to))
}

// second is what the day came to, or what is wrong.
func (g ledger) second(l style, cols columns) string {
	if g.err != nil {
		return cols.margin + l.theme.tones[toneFail].on(l.say.Err(g.err))
	}
	if g.asks == asksDate {
		return cols.margin + l.theme.dim.on(firstThatFits(cols.width, l.say.DateWrong, ""))
	}
	if g.asks == asksFind {
		return cols.margin + l.theme.dim.on(firstThatFits(cols.width, l.say.FindDo, l.say.FindDoShort))
	}
	return cols.margin + totalsLine(l, g.totals, cols.width)
}

// totalsLine is what a stretch of time came to, in at most width cells.
func totalsLine(l style, t pos.Totals, width int) string {
	parts := []string{l.theme.strong.on(text.KES(t.Paid.KES)) + "  " + l.theme.text.on(fmt.Sprintf(l.say.PaidCount, t.Paid.Count))}
	if t.Checking.Count > 0 {
		parts = append(parts, l.theme.tones[toneCheck].on(fmt.Sprintf(l.say.Checking, t.Checking.Count, t.Checking.KES)))
	}
	if t.OwedBack.Count > 0 {
		parts = append(parts, l.theme.tones[toneCheck].on(fmt.Sprintf(l.say.OwedBack, t.OwedBack.Count, t.OwedBack.KES)))
	}
	if t.Doubtful.Count > 0 {
		parts = append(parts, l.theme.tones[toneCheck].on(fmt.Sprintf(l.say.Doubtful, t.Doubtful.Count, t.Doubtful.KES)))
	}
	if t.NotPaid.Count > 0 {
		parts = append(parts, l.theme.dim.on(fmt.Sprintf(l.say.NotPaidCount, t.NotPaid.Count)))
	}
	return joinFitting(parts, l.theme.dim.on(" · "), width)
}

func (g ledger) emptyView(l style) []string {
	pad := make([]string, max(0, listRows(l.height)/3))
	switch {
	case g.err != nil:
		return nil
	case g.asks == asksFind && (g.want != "" || g.input.empty()):
		return nil
	case g.asks == asksFind:
		return append(pad, l.wrap(l.theme.text, l.say.FindEmpty)...)
	case g.busy:
		return append(pad, l.wrap(l.theme.dim, l.say.Reading)...)
	}
	return append(append(pad, l.wrap(l.theme.text, l.say.EmptyDay)...), l.wrap(l.theme.dim, l.say.EmptyDayDo)...)
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
	c.margin = blank((width - c.width) / 2)
	return c
}

// lay puts cells into the columns.
func (c columns) lay(time, kes, phone, receipt, result string) string {
	gap := blank(c.gap)
	s := fit(time, c.time) + gap + flush(kes, kesWidth)
	if c.phone {
		s += gap + fit(phone, phoneWidth)
	}
	if c.receipt {
		s += gap + fit(receipt, receiptWidth)
	}
	return s + gap + fit(result, c.resultRoom)
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
	return c.margin + c.lay(l.theme.text.on(when), l.theme.text.on(a.Amount.String()), l.theme.dim.on(phone), l.theme.dim.on(receipt),
		l.theme.tones[tn].on(result))
}

// chosenRow is the row of a list that keys act on: reversed, with a cell of margin at each end.
func chosenRow(l style, margin, row string) string {
	return strings.TrimPrefix(margin, " ") + l.theme.chosen.on(" "+row+" ")
}

// joinFitting joins as many of the parts as fit into width cells, and leaves out the rest.
func joinFitting(parts []string, between string, width int) string {
	line := ""
	for i, p := range parts {
		longer := line + between + p
		if i == 0 {
			longer = p
		}
		if i > 0 && ansi.StringWidth(longer) > width {
			break
		}
		line = longer
	}
	return line
}

// sparkline draws values as bars of eight heights; nothing for nothing.
func sparkline(values []pos.Shillings) string {
	bars := []rune("▁▂▃▄▅▆▇█")
	var most pos.Shillings
	for _, v := range values {
		most = max(most, v)
	}
	var b strings.Builder
	for _, v := range values {
		if v <= 0 || most == 0 {
			b.WriteByte(' ')
			continue
		}
		b.WriteRune(bars[min(len(bars)-1, int((v*pos.Shillings(len(bars))-1)/most))])
	}
	return b.String()
}

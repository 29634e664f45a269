package ui

import (
	"fmt"
	"time"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// front is the payment that keys act on: while a code is typed the one that it is for, whatever has
// become of the list.
func (o openList) front() (pos.Attempt, bool) {
	switch {
	case o.code.on:
		if i := session.IndexOf(o.rows(), o.code.of.ID); i >= 0 {
			return o.rows()[i], true
		}
		return o.code.of, true
	case len(o.rows()) == 0:
		return pos.Attempt{}, false
	}
	return o.rows()[o.at()], true
}

// view draws the list, and what explains its row in front.
func (o openList) view(l style) draw.Block {
	if o.detail != nil {
		return o.detail.view(l)
	}
	front, ok := o.front()
	if !ok {
		lines := append(l.center("", o.notes(l, l.width-4)...), make([]string, max(0, l.height/3))...)
		return draw.Block{Lines: append(append(lines, l.wrap(l.theme.Text, l.say.EmptyOpen)...), l.wrap(l.theme.Dim, l.say.EmptyOpenDo)...)}
	}
	s := splitOf(l)
	grid := openGrid(s.list)
	height := max(1, l.height-1)
	if !s.beside {
		needs := len(o.panel(s.panel, front, belowWidth(l, grid.Margin), l.height).Lines)
		height = max(min(2, l.height-2), l.height-1-needs)
	}
	list := draw.Block{Lines: []string{l.theme.Dim.Render(grid.Margin + grid.Head())}}
	at := session.IndexOf(o.rows(), front.ID)
	top := draw.Scroll(o.top, max(0, at), len(o.rows()), height)
	for i := top; i < min(len(o.rows()), top+height); i++ {
		cells := o.row(l, o.rows()[i])
		if i == at {
			list.Lines = append(list.Lines, grid.Chosen(l.theme.Chosen, cells...))
			continue
		}
		list.Lines = append(list.Lines, grid.Margin+grid.Row(cells...))
	}
	return s.draw(l, list, func(at style) draw.Block { return o.panel(at, front, at.width, at.height) }, grid.Margin)
}

// row is one payment in the list.
func (o openList) row(l style, a pos.Attempt) []draw.Cell {
	tn, result := resultOf(l.say, a)
	known := o.session.Unsettled.Why[a.ID].Known
	return []draw.Cell{
		l.theme.Text.Cell(l.say.Age(l.now.Sub(a.AskedAt))), l.theme.Text.Cell(a.Amount.String()), l.theme.Dim.Cell(a.Phone.Masked()),
		l.theme.Tones[tn].Cell(result), l.theme.Dim.Cell(l.say.WhyTitle(a, known)), l.theme.Text.Cell(l.say.SettleFrom(a, l.now)),
		l.theme.Dim.Cell(o.next(l, a)), l.theme.Dim.Cell(text.OrDash(a.Receipt)),
	}
}

// panel explains a payment of the list: what the till says of the last key, or the code that is
// typed, first, and then what is known and what to do.
func (o openList) panel(l style, a pos.Attempt, width, height int) draw.Block {
	var b draw.Block
	if o.code.on {
		b = o.code.view(l, width)
	}
	b.Lines = append(b.Lines, o.notes(l, width)...)
	facts := l.say.Facts(a, o.session.Unsettled.Why[a.ID].Known, l.now, true)
	if at, ok := o.session.Unsettled.Plan[a.ID]; ok && a.Open() {
		next := l.say.Asking
		if at.After(l.now) {
			next = fmt.Sprintf(l.say.AskedAgainIn, text.Span(at.Sub(l.now)))
			if l.still || at.Sub(l.now) >= time.Hour {
				next = fmt.Sprintf(l.say.AskedAgainAt, o.next(l, a))
			}
		}
		facts = append(facts, text.Fact{Label: l.say.FactNext, Text: next, Keep: 2})
	}
	known := l.facts(facts, width, height-len(b.Lines))
	title := append(l.inShort(a, width), "")
	if o.code.on || len(b.Lines)+len(title)+len(l.allFacts(facts, width, height)) > height {
		title = nil // the row says it
	}
	if b.Cursor {
		b.Y += len(title)
	}
	if len(b.Lines) > 0 && len(b.Lines)+len(known)+len(title) < height {
		b.Lines = append(b.Lines, "")
	}
	b.Lines = append(title, append(b.Lines, known...)...)
	if events := l.events(a, width, height-len(b.Lines)-1); len(events) > 0 {
		b.Lines = append(append(b.Lines, ""), events...)
	}
	return b
}

// notes are what the till says of the last key: why it did nothing, what it asks about the row in
// front, or what it knows of a typed code.
func (o openList) notes(l style, width int) []string {
	note, i := "", l.theme.Tones[draw.ToneCheck]
	switch {
	case o.wrong != nil:
		note, i = l.say.Err(o.wrong), l.theme.Tones[draw.ToneFail]
	case o.asks():
		a := o.rows()[o.at()]
		note, i = fmt.Sprintf(l.say.Question(a).Ask, a.Amount), l.theme.Strong
	case o.noted.ID != "":
		note = fmt.Sprintf(l.say.Noted(o.notedAs), o.noted.Amount)
	case o.claim.Attempt.ID != "":
		note = l.say.Text(o.claim.Say())
	}
	lines := draw.Wrap(note, width)
	for n := range lines {
		lines[n] = i.Render(lines[n])
	}
	return lines
}

// next is when M-PESA is asked about an attempt.
func (o openList) next(l style, a pos.Attempt) string {
	at, ok := o.session.Unsettled.Plan[a.ID]
	switch {
	case !ok || !a.Open():
		return "—"
	case !at.After(l.now):
		return l.say.Now
	case pos.DayOf(at) != pos.DayOf(l.now):
		return l.say.DayMonth(at) + " " + text.Clock(at)
	case l.still || at.Sub(l.now) >= time.Hour:
		return l.say.At(at, l.now, l.still)
	}
	return text.Span(at.Sub(l.now))
}

// The widths of the columns that the ledger has not.
const (
	ageWidth    = 8  // masaa 47
	mostWidth   = 7  // 250,000 is the most that one payment takes
	openWidth   = 16 // ? does not match
	whyWidth    = 12 // paid 250,000
	settleWidth = 12 // 25 Nov 13:27
	nextWidth   = 12 // 23 Nov 14:32
	openSpread  = 4
	openWidest  = 120
	wideGaps    = 60 // the least width in which the gaps are of two cells
)

// openGrid lays out what is to be settled. KES, RESULT and PHONE stay longest; what the row in
// front is explained with anyway goes first.
func openGrid(l style) draw.Grid {
	gap := 1
	if l.width >= wideGaps {
		gap = 2
	}
	return draw.Table{Widest: openWidest, Gap: gap, Spread: openSpread, Columns: []draw.Column{
		{Title: l.say.ColAge, Width: ageWidth, Priority: 3},
		{Title: l.say.ColKES, Width: mostWidth, Align: draw.Right},
		{Title: l.say.ColPhone, Width: phoneWidth, Priority: 6},
		{Title: l.say.ColResult, Width: openWidth},
		{Title: l.say.ColWhy, Width: whyWidth, Priority: 5},
		{Title: l.say.ColSettle, Width: settleWidth, Priority: 4},
		{Title: l.say.ColNext, Width: nextWidth, Priority: 1},
		{Title: l.say.ColReceipt, Width: receiptWidth, Priority: 2},
	}}.In(l.width)
}

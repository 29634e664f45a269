package ui

import (
	"fmt"
	"strings"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// detail is one payment with everything that is known of it.
type detail struct {
	attempt pos.Attempt
	events  []pos.Event
	differs pos.Mismatch // why something does not match
	read    bool         // events have been read
	err     error
	chosen  int
	raw     bool // the chosen event's body is shown
	rawTop  int

	code  codeLine  // of the customer's SMS, where M-PESA has given none
	claim pos.Claim // what the till says of it
	wrong error     // why it took none
}

// press answers a key on the screen that looks like v; left says that it leads back to the list
// that the payment is of.
func (d detail) press(k key, v style) (next detail, want session.Effect, left bool) {
	d.claim, d.wrong = pos.Claim{}, nil
	if d.code.on {
		var done bool
		if d.code, done = d.code.press(k); done {
			want = session.TypeReceipt{ID: d.attempt.ID, Code: d.code.text.String()}
		}
		return d, want, false
	}
	page, m := v.height/2, k.means()
	k = k.moving()
	switch {
	case m == meansBack && d.raw:
		d.raw = false
	case m == meansBack:
		return d, nil, true
	case m == meansCode && d.attempt.WithoutReceipt():
		d.code, d.raw = newCodeLine(d.attempt), false
	case m == meansRaw, m == meansGoOn:
		d.raw, d.rawTop = !d.raw, 0
	case d.raw:
		lines := len(d.body(detailWidth(v.width)))
		d.rawTop, _ = k.step(d.rawTop, lines, page)
		d.rawTop = max(0, min(d.rawTop, lines-1))
	default:
		d.chosen, _ = k.step(d.chosen, len(d.events), page)
		d.chosen = max(0, min(d.chosen, len(d.events)-1))
	}
	return d, nil, false
}

// learn takes what an attempt has become, if it is the one shown.
func (d *detail) learn(a pos.Attempt) *detail {
	if d == nil || d.attempt.ID != a.ID {
		return d
	}
	changed := *d
	changed.attempt = a
	return &changed
}

// typed takes what the till says of a code.
func (d detail) typed(f session.ReceiptTyped) detail {
	if d.wrong = f.Err; f.Err == nil {
		d.code, d.claim = codeLine{}, f.Claim
	}
	return d
}

// body is the chosen event's body in lines of the given width; none where nothing came with it.
func (d detail) body(width int) []string {
	if d.chosen >= len(d.events) || d.events[d.chosen].Answer == nil {
		return nil
	}
	return rawLines(d.events[d.chosen].Answer.Raw, d.attempt.Phone, width)
}

// detailWidth is how wide the detail runs in a body of the given width.
func detailWidth(width int) int { return min(width-2, 96) }

// learned takes the evidence.
func (d detail) learned(f session.EventsRead) detail {
	if f.Attempt.ID != d.attempt.ID {
		return d
	}
	if d.err = f.Err; f.Err == nil {
		d.attempt, d.events, d.differs = f.Attempt, f.Events, f.Mismatch
		if !d.read {
			d.chosen = max(0, len(d.events)-1) // what was learned last is asked for most
		}
	}
	d.read = true
	return d
}

func (d detail) hints(w *text.Words) []hint {
	if d.raw {
		return []hint{{"↑↓", w.KScroll}, {"-", w.KBack}, {"+", w.KNext}}
	}
	if d.code.on {
		return d.code.hints(w)
	}
	list := []hint{{"enter", w.KRaw}, {"↑↓", w.KMove}, {"-", w.KBack}, {"+", w.KNext}}
	if d.attempt.Unsettled() {
		list = append(list, hint{"f3", w.KOpen})
	}
	if d.attempt.WithoutReceipt() {
		list = append([]hint{{"c", w.KTypeCode}}, list...)
	}
	return list
}

// view draws the payment: its state, its facts, and its events.
func (d detail) view(l style) draw.Block {
	a := d.attempt
	tn, word := toned(l.say, a)
	width := detailWidth(l.width)
	left := draw.Blank((l.width - width) / 2)
	row := func(s string) string { return left + draw.Fit(s, width) }
	asked := "" // is one of the facts
	if width < labelled {
		asked = l.say.DayMonth(a.AskedAt) + " " + text.Clock(a.AskedAt)
	}

	lines := []string{
		l.theme.Bands[tn].Render(draw.Fit(left+word, l.width)),
		row(draw.Ends(l.theme.Strong.Render(text.KES(a.Amount))+"  "+l.theme.Text.Render(a.Phone.Masked()), l.theme.Dim.Render(asked), width)),
	}
	note, i := "", l.theme.Tones[draw.ToneCheck]
	switch {
	case d.wrong != nil:
		note, i = l.say.Err(d.wrong), l.theme.Tones[draw.ToneFail]
	case d.claim.Attempt.ID != "":
		note = l.say.Text(d.claim.Say())
	}
	for _, line := range draw.Wrap(note, width) {
		lines = append(lines, row(i.Render(line)))
	}
	var b draw.Block
	if d.code.on {
		code := d.code.view(l, width)
		b.Cursor, b.X, b.Y = true, len(left)+code.X, len(lines)+code.Y
		for _, line := range code.Lines {
			lines = append(lines, row(line))
		}
	}
	const events = 1 // row of them, at least
	for _, line := range l.facts(l.say.Facts(a, text.Known{Mismatch: d.differs}, l.now, false), width, l.height-len(lines)-events) {
		lines = append(lines, row(line))
	}
	if l.height-len(lines) > events {
		lines = append(lines, "")
	}
	switch {
	case d.err != nil:
		lines = append(lines, row(l.theme.Tones[draw.ToneFail].Render(l.say.Err(d.err))))
	case !d.read:
		lines = append(lines, row(l.theme.Dim.Render(l.say.Reading)))
	case d.raw && len(d.events) > 0:
		lines = append(lines, d.rawView(l, row, width, l.height-len(lines))...)
	default:
		lines = append(lines, d.eventsView(l, left, width, l.height-len(lines))...)
	}
	b.Lines = lines
	return b
}

// eventsView is the list of events: when, how long after the asking, what, and what it said. What
// the chosen one said stands below once more where its row has not room for all of it.
func (d detail) eventsView(l style, left string, width, height int) []string {
	const kindColumn, textColumn = 2, 3
	grid := draw.Table{Columns: []draw.Column{
		{Width: 8}, // 14:32:07
		{Width: 10, Align: draw.Right, From: wideEvents}, // +1:02:03 and room
		{Width: 16, From: wideEvents},
		{Width: 1, Weight: 1},
	}}.In(width + 2)
	row := func(e pos.Event) []draw.Cell {
		kind, what := l.theme.Text.Cell(l.say.Kinds[e.Kind]), l.theme.Dim.Cell(l.say.Event(d.attempt.Phone, e))
		if !grid.Shows(kindColumn) {
			what.Style, what.Text = "", kind.Style.Render(kind.Text)+" "+what.Style.Render(what.Text)
		}
		after := "+" + text.Span(e.At.Sub(d.attempt.AskedAt)) + " "
		return []draw.Cell{l.theme.Text.Cell(text.Seconds(e.At)), l.theme.Dim.Cell(after), kind, what}
	}
	var lines, whole []string
	if d.chosen < len(d.events) {
		if draw.Width(row(d.events[d.chosen])[textColumn].Text) > grid.Room(textColumn) {
			whole = draw.Wrap(l.say.Event(d.attempt.Phone, d.events[d.chosen]), width)
		}
		if len(whole) > 0 && height-len(whole)-1 >= min(3, len(d.events)) {
			height -= len(whole) + 1
		} else {
			whole = nil
		}
	}
	top := draw.Scroll(0, d.chosen, len(d.events), height)
	for i := top; i < min(len(d.events), top+height); i++ {
		cells := row(d.events[i])
		if i == d.chosen {
			lines = append(lines, left+l.theme.Chosen.Render(grid.Plain(cells...)))
			continue
		}
		lines = append(lines, left+grid.Row(cells...))
	}
	if len(whole) > 0 {
		lines = append(lines, "")
	}
	for _, s := range whole {
		lines = append(lines, left+l.theme.Text.Render(s))
	}
	return lines
}

// wideEvents is the least room, with a margin of a cell at both ends, in which an event has all its
// columns.
const wideEvents = 62

// rawView is the chosen event's body as it came, printable characters only.
func (d detail) rawView(l style, row func(string) string, width, height int) []string {
	e := d.events[d.chosen]
	title := fmt.Sprintf("%s: %s %s", l.say.RawOf, l.say.Kinds[e.Kind], text.Seconds(e.At))
	lines := []string{row(l.theme.Strong.Render(title))}
	body := d.body(width)
	if len(body) == 0 {
		return append(lines, row(l.theme.Dim.Render(l.say.NoRaw)))
	}
	for _, s := range body[d.rawTop:min(len(body), d.rawTop+max(0, height-1))] {
		lines = append(lines, row(l.theme.Text.Render(s)))
	}
	return lines
}

// rawLines breaks a body into lines of at most width cells. No control character of it is left, and
// no phone number.
func rawLines(raw []byte, phone pos.MSISDN, width int) []string {
	var lines []string
	for line := range strings.Lines(strings.ToValidUTF8(string(raw), "?")) {
		lines = append(lines, draw.Break(strings.TrimRight(text.Shown(phone, line), " "), width)...)
	}
	return lines
}

package ui

import (
	"fmt"
	"strconv"
	"time"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// openList is everything that is not settled: without an end, not matching, or owed back.
type openList struct {
	session *session.Session
	chosen  pos.AttemptID
	top     int

	code    codeLine // of a customer's SMS, typed for the chosen one
	claim   pos.Claim
	byHand  pos.Attempt // of which the last key asks if it is settled by hand, as it was then
	askedAt time.Time   // when it asked that
	noted   pos.Attempt // settled by hand with the last key
	notedAs pos.EventKind
	wrong   error // why the last key did nothing
}

func (o openList) rows() []pos.Attempt { return o.session.Unsettled.Rows }

func (o openList) at() int { return max(0, session.IndexOf(o.rows(), o.chosen)) }

// asks reports whether it is asked if the chosen row is settled by hand. If something comes
// meanwhile, that is another question.
func (o openList) asks() bool { return len(o.rows()) > 0 && o.rows()[o.at()].SameResolution(o.byHand) }

// press answers a key on the screen that looks like v; left says that it leads back to the sale.
func (o openList) press(k key, v style) (next openList, want session.Effect, left bool) {
	asked := o.asks()
	if asked && k.is("enter") && v.now.Sub(o.askedAt) < session.Debounce {
		o.askedAt = v.now // a key that bounced, or is held: until there is a pause
		return o, nil, false
	}
	o.wrong, o.claim, o.byHand, o.noted = nil, pos.Claim{}, pos.Attempt{}, pos.Attempt{}
	if o.code.on {
		var done bool
		if o.code, done = o.code.press(k); done {
			return o, session.TypeReceipt{ID: o.chosen, Code: o.code.text.String()}, false
		}
		return o, nil, false
	}
	answer := k
	k = k.moving()
	switch {
	case k.is("esc", "-") && asked:
		return o, nil, false
	case k.is("esc", "-", "+"):
		return o, nil, true
	case len(o.rows()) == 0:
		return o, nil, false
	}
	row := o.rows()[o.at()]
	answers := row.Answers()
	switch {
	case asked && len(answers) > 1:
		if as, ok := answerTo(row, answer); ok {
			return o, session.ResolveAs{Seen: row, As: as}, false
		}
		o.byHand = row // it is still asked
		return o, nil, false
	case k.is("enter") && asked:
		return o, session.ResolveAs{Seen: row, As: answers[0]}, false
	}
	offer := taken(k, session.OffersOf(row))
	o.chosen = row.ID
	switch {
	case offer.Action == session.Check:
		return o, o.session.Check(row), false
	case offer.Action == session.TypeCode:
		o.code = newCodeLine()
	case offer.Locked(v.now):
		o.wrong = &pos.StillAskingError{Until: offer.Until}
	case offer.Action == session.Resolve:
		o.byHand, o.askedAt = row, v.now
	}
	height := openRows(v.height)
	at, _ := k.step(o.at(), len(o.rows()), height)
	at = max(0, min(at, len(o.rows())-1))
	o.chosen = o.rows()[at].ID
	o.top = draw.Scroll(o.top, at, len(o.rows()), height)
	return o, nil, false
}

// paste takes a pasted code.
func (o openList) paste(text string) openList {
	o.code = o.code.paste(text)
	return o
}

// typed takes what the till says of a code.
func (o openList) typed(f session.ReceiptTyped) openList {
	if o.wrong = f.Err; f.Err == nil {
		o.code, o.claim = codeLine{}, f.Claim
	}
	return o
}

// resolved takes the till's word that it is noted.
func (o openList) resolved(f session.Resolved) openList {
	if o.wrong = f.Err; f.Err == nil {
		o.noted, o.notedAs = f.Attempt, f.As
	}
	return o
}

// moves reports whether a countdown is on the screen.
func (o openList) moves(now time.Time) bool {
	for _, a := range o.rows() {
		if at := o.session.Unsettled.Plan[a.ID]; at.After(now) && at.Sub(now) < time.Hour {
			return true
		}
	}
	return false
}

func (o openList) hints(w *text.Words, now time.Time) []hint {
	if o.code.on {
		return o.code.hints(w)
	}
	switch {
	case len(o.rows()) == 0:
		return []hint{{"-", w.KSale}, {"f2", w.KLedger}}
	case o.asks() && len(o.rows()[o.at()].Answers()) > 1:
		return []hint{{"1", w.TwoSales}, {"2", w.KGiveBack}, {"-", w.KBack}}
	case o.asks():
		return []hint{{"enter", w.KNoteDown}, {"-", w.KBack}}
	}
	row := o.rows()[o.at()]
	list := hintsOf(w, session.OffersOf(row), now)
	if !row.Open() {
		list[0].does = w.Question(row).Key
	}
	return append(list, hint{"-", w.KSale}, hint{"↑↓", w.KMove}, hint{"f2", w.KLedger})
}

// openHead is how many rows of the body are not the list while there is nothing to say above it.
const openHead = 2

func openRows(height int) int { return max(1, height-openHead) }

// view draws the list: how old, how much, whose, what it is, and when M-PESA is asked next.
func (o openList) view(l style) draw.Block {
	if len(o.rows()) == 0 {
		lines := append(l.center("", o.notes(l)...), make([]string, max(0, l.height/3))...)
		return draw.Block{Lines: append(append(lines, l.wrap(l.theme.Text, l.say.EmptyOpen)...), l.wrap(l.theme.Dim, l.say.EmptyOpenDo)...)}
	}
	grid := openGrid(l)
	var b draw.Block
	lines := o.notes(l)
	if o.code.on {
		line, x := o.code.view(l)
		b.Cursor, b.X, b.Y = true, len(grid.Margin)+x, 0
		lines = append([]string{line}, lines...)
	}
	for i := range lines {
		lines[i] = grid.Margin + lines[i]
	}
	lines = append(lines, "")
	head := len(lines) + 1
	lines = append(lines, l.theme.Dim.Render(grid.Margin+grid.Head()))
	why := o.why(l, o.rows()[o.at()], l.height-head-1)
	height := max(1, l.height-head-len(why))
	top := draw.Scroll(o.top, o.at(), len(o.rows()), height)
	for i := top; i < min(len(o.rows()), top+height); i++ {
		a := o.rows()[i]
		tn, result := resultOf(l.say, a)
		cells := []draw.Cell{
			l.theme.Text.Cell(l.say.Age(l.now.Sub(a.AskedAt))), l.theme.Text.Cell(a.Amount.String()), l.theme.Dim.Cell(a.Phone.Masked()),
			l.theme.Tones[tn].Cell(result), l.theme.Dim.Cell(o.next(l, a)),
		}
		if i == o.at() {
			lines = append(lines, grid.Chosen(l.theme.Chosen, cells...))
			for _, s := range why {
				lines = append(lines, grid.Margin+s)
			}
			continue
		}
		lines = append(lines, grid.Margin+grid.Row(cells...))
	}
	b.Lines = lines
	return b
}

// why is what stands below the chosen row, in at most so many lines: why it is unsettled, and from
// when a person can settle it. A sentence that does not fit is left out, but for the first, which
// is cut unless a question about the row stands above.
func (o openList) why(l style, a pos.Attempt, most int) []string {
	var lines []string
	for n, s := range l.say.Why(a, o.session.Unsettled.Why[a.ID].Known, l.now) {
		sentence := draw.Wrap(s, min(l.width-6, listWidth))
		if len(lines)+len(sentence) > most && (n > 0 || o.asks()) {
			break
		}
		for _, line := range sentence {
			lines = append(lines, "  "+l.theme.Tones[draw.ToneCheck].Render(line))
		}
	}
	return lines[:max(0, min(len(lines), most))]
}

// notes are what the till says of the last key: why it did nothing, or what it knows of a typed
// code.
func (o openList) notes(l style) []string {
	note, i := "", l.theme.Tones[draw.ToneCheck]
	switch {
	case o.wrong != nil:
		note, i = l.say.Err(o.wrong), l.theme.Tones[draw.ToneFail]
	case o.asks():
		a := o.rows()[o.at()]
		note = fmt.Sprintf(l.say.Question(a).Ask, a.Amount)
	case o.noted.ID != "":
		note = fmt.Sprintf(l.say.Noted(o.notedAs), o.noted.Amount)
	case o.claim.Attempt.ID != "":
		note = l.say.Text(o.claim.Say())
	}
	lines := draw.Wrap(note, l.width-4)
	for n := range lines {
		lines[n] = i.Render(lines[n])
	}
	return lines
}

// answerTo is what a person says of an attempt that can be settled in two ways with the key 1 or 2.
func answerTo(a pos.Attempt, k key) (as pos.EventKind, ok bool) {
	for i, as := range a.Answers() {
		if k.is(strconv.Itoa(i + 1)) {
			return as, true
		}
	}
	return 0, false
}

// next is when M-PESA is asked about an attempt, or what of it does not match.
func (o openList) next(l style, a pos.Attempt) string {
	at, ok := o.session.Unsettled.Plan[a.ID]
	title := l.say.Text(text.MismatchTitle(o.session.Unsettled.Why[a.ID].Mismatch))
	switch {
	case title != "" && !a.Owed():
		return title
	case !a.Open():
		return text.OrDash(a.Receipt)
	case !ok:
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
	ageWidth  = 7  // siku 12
	nextWidth = 12 // 23 Nov 14:32
)

// openGrid lays out the open payments. PHONE goes under 70 cells, NEXT/RECEIPT under 50.
func openGrid(l style) draw.Grid {
	return draw.Table{Widest: listWidth, Spread: 6, Columns: []draw.Column{
		{Title: l.say.ColAge, Width: ageWidth},
		{Title: l.say.ColKES, Width: kesWidth, Align: draw.Right},
		{Title: l.say.ColPhone, Width: phoneWidth, Priority: 1, From: 70},
		{Title: l.say.ColResult, Width: resultWidth},
		{Title: l.say.ColNext, Width: nextWidth, Priority: 2, From: 50},
	}}.In(l.width)
}

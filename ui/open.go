package ui

import (
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

	detail *detail // the payment shown in place of the list
}

func (o openList) rows() []pos.Attempt { return o.session.Unsettled.Rows }

func (o openList) at() int { return max(0, session.IndexOf(o.rows(), o.chosen)) }

// asks reports whether it is asked if the chosen row is settled by hand. If something comes
// meanwhile, that is another question.
func (o openList) asks() bool { return len(o.rows()) > 0 && o.rows()[o.at()].SameResolution(o.byHand) }

// press answers a key on the screen that looks like v; left says that it leads back to the sale.
func (o openList) press(k key, v style) (next openList, want session.Effect, left bool) {
	if o.detail != nil {
		d, want, back := o.detail.press(k, v)
		if o.detail = &d; back {
			o.detail = nil
		}
		return o, want, false
	}
	asked, m := o.asks(), k.means()
	if asked && (m == meansGoOn || m == meansNumber) && v.now.Sub(o.askedAt) < session.Debounce {
		o.askedAt = v.now // a key that bounced, or is held: until there is a pause
		return o, nil, false
	}
	o.wrong, o.claim, o.byHand, o.noted = nil, pos.Claim{}, pos.Attempt{}, pos.Attempt{}
	if o.code.on {
		var done bool
		if o.code, done = o.code.press(k); done {
			return o, session.TypeReceipt{ID: o.code.of.ID, Code: o.code.text.String()}, false
		}
		return o, nil, false
	}
	answer := k
	k = k.moving()
	switch {
	case m == meansBack && asked:
		return o, nil, false
	case m == meansBack:
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
	case m == meansGoOn && asked:
		return o, session.ResolveAs{Seen: row, As: answers[0]}, false
	}
	if m == meansDetail {
		o.chosen, o.detail = row.ID, &detail{attempt: row}
		return o, session.ReadEvents{ID: row.ID}, false
	}
	offer := taken(k, session.OffersOf(row), false)
	o.chosen = row.ID
	switch {
	case offer.Action == session.Check:
		return o, o.session.Check(row), false
	case offer.Action == session.TypeCode:
		o.code = newCodeLine(row)
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
	if o.detail != nil {
		d := *o.detail
		d.code = d.code.paste(text)
		o.detail = &d
		return o
	}
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
	if o.detail != nil {
		return false
	}
	for _, a := range o.rows() {
		if at := o.session.Unsettled.Plan[a.ID]; at.After(now) && at.Sub(now) < time.Hour {
			return true
		}
	}
	return false
}

func (o openList) hints(w *text.Words, now time.Time) []hint {
	switch {
	case o.detail != nil:
		return o.detail.hints(w)
	case o.code.on:
		return o.code.hints(w)
	case len(o.rows()) == 0:
		return []hint{{"-", w.KBack}, {"+", w.KNext}, {"/", w.KFind}}
	case o.asks() && len(o.rows()[o.at()].Answers()) > 1:
		return []hint{{"1", w.TwoSales}, {"2", w.KGiveBack}, {"-", w.KBack}}
	case o.asks():
		return []hint{{"enter", w.KNoteDown}, {"-", w.KBack}}
	}
	row := o.rows()[o.at()]
	list := hintsOf(w, session.OffersOf(row), false, now)
	if !row.Open() {
		list[0].does = w.Question(row).Key
	}
	return append(list, hint{"-", w.KBack}, hint{"d", w.KDetail}, hint{"↑↓", w.KMove}, hint{"+", w.KNext})
}

// openRows is how many rows of the list a key moves by as a page.
func openRows(height int) int { return max(1, height/2) }

// answerTo is what a person says of an attempt that can be settled in two ways with the key 1 or 2.
func answerTo(a pos.Attempt, k key) (as pos.EventKind, ok bool) {
	for i, as := range a.Answers() {
		if k.digit() == strconv.Itoa(i+1) {
			return as, true
		}
	}
	return 0, false
}

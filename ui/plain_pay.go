package ui

import (
	"fmt"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/ui/text"
)

// An offer is something that can be done about what is in front: by its word in either language, by
// a key of the number pad as on the screens, or by Enter alone.
type offer struct {
	wish  action
	word  pos.Text
	pad   string
	does  string
	enter bool
	mute  bool // it is not said: the till would refuse it yet, and say why
}

// offers are what can be done about the payment in front, or about a sale that has been begun
// besides answering.
func (p *plain) offers() []offer {
	t := func(en, sw string) pos.Text { return pos.Text{EN: en, SW: sw} }
	check := offer{wish: actionCheck, word: t("check", "uliza"), does: p.say.KCheck, enter: true}
	again := offer{wish: actionAgain, word: t("again", "tena"), pad: "*", does: p.say.KAgain, enter: true}
	number := offer{wish: actionNumber, word: t("number", "namba"), pad: "/", does: p.say.KNumber}
	next := offer{wish: actionNext, word: t("new", "mpya"), pad: "+", does: p.say.KNext}
	twice := offer{wish: actionTwice, word: t("anyway", "hata"), pad: "2", does: p.say.KTwice}
	stop := offer{wish: actionStop, word: t("stop", "acha"), pad: "-", does: p.say.KStop}
	back := offer{wish: actionForm, word: t("back", "rudi"), pad: "-", does: p.say.KBack}
	var list []offer
	switch q := p.pay; {
	case q == nil && p.sale.focus == fieldAmount:
		return []offer{next}
	case q == nil:
		return []offer{back, next}
	case q.refused != nil && p.now().Before(q.free):
		list = []offer{check, back, next}
	case q.refused != nil:
		list = []offer{check, twice, back, next}
	case q.attempt.SaleWasPaid():
		next.enter = true
		return []offer{next}
	case q.attempt.ID == "", q.attempt.State == pos.NotPaid:
		return []offer{again, number, next}
	case q.attempt.State == pos.StillChecking:
		again.enter, again.mute = false, p.now().Before(q.unlock())
		list = []offer{check, again, next}
	default:
		list = []offer{check, stop}
	}
	if about := p.pay.checked(); !about.Askable() { // M-PESA has given nothing to ask with
		list = list[1:]
	}
	return list
}

// choices says the offers: "Enter: ask again. number: other number. new: next sale."
func (p *plain) choices() string {
	var parts []string
	for _, o := range p.offers() {
		if o.mute {
			continue
		}
		key := p.say.Text(o.word)
		if o.enter {
			key = "Enter"
		}
		if o.does != key {
			key += ": " + o.does
		}
		parts = append(parts, key+".")
	}
	return strings.Join(parts, " ")
}

// takeOffer carries out the offer that was typed; false where it was none.
func (p *plain) takeOffer(line string) bool {
	for _, o := range p.offers() {
		switch {
		case o.enter && line == "" && o.wish == actionAgain && p.now().Sub(p.pay.changed) < debounce:
			p.pay.changed = p.now()
			p.out.line(p.plain.TooSoon) // it was meant for the line before
		case o.enter && line == "", text.IsWord(o.word, line), o.pad != "" && o.pad == line:
			p.carryOut(o.wish)
		default:
			continue
		}
		return true
	}
	return false
}

// underWay reports whether the customer is being asked, so that the cashier has nothing to answer.
func (p *plain) underWay() bool {
	return p.pay != nil && p.pay.attempt.ID != "" && p.pay.attempt.Open() && p.pay.attempt.State != pos.StillChecking
}

// carryOut does what was wished of the sale or of the payment in front.
func (p *plain) carryOut(w action) {
	q := p.pay
	if q == nil {
		if w == actionForm {
			p.back()
		} else {
			p.sale = p.sale.cleared()
		}
		return
	}
	again := q.request
	if q.attempt.ID != "" {
		again.Sale = q.attempt.Sale
	}
	switch w {
	case actionCheck:
		p.check(q.checked().ID)
	case actionStop:
		q.stopping = true
		if err := p.cfg.Till.StopWaiting(p.ctx, q.attempt.ID); err != nil {
			q.stopping = false
			p.out.line(p.say.Err(err))
		}
	case actionAgain:
		again.MayPayTwice = false
		p.charge(again, q)
	case actionTwice:
		again.MayPayTwice = true
		p.charge(again, q.before)
	case actionNumber:
		p.leave(nil)
		p.sale = p.sale.anotherNumber(again)
		p.out.line(p.say.SameSale)
	case actionForm:
		p.leave(q.before)
	case actionNext:
		p.leave(nil)
		p.sale = p.sale.cleared()
	}
}

// leave puts the payment in front away, and before in its place: the sale where there is none, or
// where that is paid by now.
func (p *plain) leave(before *pay) {
	if p.pay.attempt.Open() {
		p.follow[p.pay.attempt.ID] = true
	}
	p.pay, p.unlock, p.speaks = before, time.Time{}, time.Time{}
	switch now := p.now(); {
	case before == nil && !p.sale.empty():
		p.sale.focus = fieldPhone
	case before == nil:
	case before.attempt.State == pos.Paid:
		p.pay, p.sale = nil, p.sale.cleared()
	default:
		before.changed = now // an Enter for what was in front is none for this
		if at := before.unlock(); before.attempt.State == pos.StillChecking && now.Before(at) {
			p.unlock = at
		}
	}
}

// check has M-PESA asked about an attempt, and says when.
func (p *plain) check(id pos.AttemptID) {
	at, err := p.cfg.Till.CheckNow(id)
	if err != nil {
		p.out.line(p.say.Err(err))
		return
	}
	p.checks[id] = true
	if now := p.now(); at.After(now) {
		p.out.line(fmt.Sprintf(p.plain.AskedAt, p.at(at)))
	} else {
		p.out.line(p.say.Asking + ".")
	}
}

// tellRefused says which earlier request is in the way, with the word for what that means now.
func (p *plain) tellRefused(word string) {
	q := p.pay
	e := q.inTheWay(p.now())
	if e.Locked() && p.cfg.NoMotion {
		e.Ends = q.free // a time of day in place of what is left
	}
	p.follow[e.Earlier.ID] = true
	p.news(2, text.Sentence([]string{word}, p.say.Err(e)))
	if e.Locked() {
		p.unlock = q.free
	}
}

// tellUnlocked says that the payment in front can be asked again.
func (p *plain) tellUnlocked() {
	switch {
	case p.pay == nil:
	case p.pay.refused != nil:
		p.tellRefused(p.say.PayTwiceWarning)
	case p.pay.attempt.State == pos.StillChecking && !p.pay.attempt.ForOwner():
		p.news(0, p.say.MayAskAgain)
	}
}

// tellProgress says, now and then, that nothing has come yet.
func (p *plain) tellProgress() {
	if !p.underWay() {
		return
	}
	now := p.now()
	p.news(0, p.waiting(now))
	p.plan(now)
}

// waiting is how long the customer has been asked, and when M-PESA is asked next.
func (p *plain) waiting(now time.Time) string {
	s := fmt.Sprintf(p.plain.StillWaiting, text.Span(now.Sub(p.pay.asked())))
	if at := p.pay.askAt; at.After(now) {
		s += "; " + fmt.Sprintf(p.plain.NextCheck, p.at(at))
	}
	return s + "."
}

// plan sets when to say next that the payment in front is still waiting: at every half minute of
// it.
func (p *plain) plan(now time.Time) {
	const every = 30 * time.Second
	asked := p.pay.asked()
	next := asked.Add((now.Sub(asked)/every + 1) * every)
	if !p.cfg.NoMotion && next.Before(asked.Add(pos.Patience)) { // then the till itself has something to say
		p.speaks = next
	}
}

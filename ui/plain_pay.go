package ui

import (
	"fmt"
	"strings"
	"time"

	"kaunta/pos"
)

// An offer is something that can be done about what is in front: by its word in either language, by a key of the number pad
// as on the screens, or by Enter alone.
type offer struct {
	wish  wish
	word  pos.Text
	pad   string
	does  string
	enter bool
}

// offers are what can be done about the payment in front, or about a sale that has been begun besides answering.
func (p *plain) offers() []offer {
	t := func(en, sw string) pos.Text { return pos.Text{EN: en, SW: sw} }
	check := offer{wishCheck, t("check", "uliza"), "", p.say.kCheck, true}
	again := offer{wishAgain, t("again", "tena"), "*", p.say.kAgain, true}
	number := offer{wishNumber, t("number", "namba"), "/", p.say.kNumber, false}
	next := offer{wishNext, t("new", "mpya"), "+", p.say.kNext, false}
	twice := offer{wishTwice, t("anyway", "hata"), "2", p.say.kTwice, false}
	stop := offer{wishStop, t("stop", "acha"), "-", p.say.kStop, false}
	back := offer{wishForm, t("back", "rudi"), "-", p.say.kBack, false}
	switch q := p.pay; {
	case q == nil && p.sale.focus == fieldAmount:
		return []offer{next}
	case q == nil:
		return []offer{back, next}
	case q.refused != nil && p.now().Before(q.refused.Until):
		return []offer{check, back, next}
	case q.refused != nil:
		return []offer{check, twice, back, next}
	case q.attempt.ID == "", q.attempt.State == pos.NotPaid:
		return []offer{again, number, next}
	case q.attempt.State == pos.StillChecking:
		again.enter = false
		return []offer{check, again, next}
	}
	return []offer{check, stop}
}

// choices says the offers: "Enter: ask again. number: other number. new: next sale."
func (p *plain) choices() string {
	var parts []string
	for _, o := range p.offers() {
		key := p.say.text(o.word)
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
		case o.enter && line == "" && o.wish == wishAgain && p.now().Sub(p.pay.changed) < aside:
			p.out.line(p.plain.tooSoon) // it was meant for the line before
		case o.enter && line == "", isWord(o.word, line), o.pad != "" && o.pad == line:
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
func (p *plain) carryOut(w wish) {
	q := p.pay
	if q == nil {
		if w == wishForm {
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
	case wishCheck:
		id := q.attempt.ID
		if q.refused != nil {
			id = q.refused.Earlier.ID
		}
		p.check(id)
	case wishStop:
		q.stopping = true
		if err := p.cfg.Till.StopWaiting(p.ctx, q.attempt.ID); err != nil {
			q.stopping = false
			p.out.line(p.say.err(err))
		}
	case wishAgain:
		again.MayPayTwice = false
		p.charge(again, q)
	case wishTwice:
		again.MayPayTwice = true
		p.charge(again, q.before)
	case wishNumber:
		p.leave(nil)
		p.sale = p.sale.anotherNumber(again)
		p.out.line(p.say.sameSale)
	case wishForm:
		p.leave(q.before)
	case wishNext:
		p.leave(nil)
		p.sale = p.sale.cleared()
	}
}

// leave puts the payment in front away, and before in its place: the sale where there is none, or where that is paid by now.
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
		p.out.line(p.say.err(err))
		return
	}
	p.checks[id] = true
	if now := p.now(); at.After(now) {
		p.out.line(fmt.Sprintf(p.plain.askedAt, p.at(at)))
	} else {
		p.out.line(p.say.asking + ".")
	}
}

// tellRefused says which earlier request is in the way, with the word for what that means now.
func (p *plain) tellRefused(word string) {
	q := p.pay
	e := *q.refused
	e.Now = p.now()
	p.follow[e.Earlier.ID] = true
	p.news(2, sentence([]string{word}, p.say.err(&e)))
	if e.Locked() {
		p.unlock = e.Until
	}
}

// tellUnlocked says that the payment in front can be asked again.
func (p *plain) tellUnlocked() {
	switch {
	case p.pay == nil:
	case p.pay.refused != nil:
		p.tellRefused(p.say.payTwiceWarning)
	case p.pay.attempt.State == pos.StillChecking:
		p.news(0, p.say.mayAskAgain)
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
	s := fmt.Sprintf(p.plain.stillWaiting, span(now.Sub(p.pay.attempt.AskedAt)))
	if at := p.pay.askAt; at.After(now) {
		s += "; " + fmt.Sprintf(p.plain.nextCheck, p.at(at))
	}
	return s + "."
}

// plan sets when to say next that the payment in front is still waiting: at every half minute of it.
func (p *plain) plan(now time.Time) {
	const every = 30 * time.Second
	asked := p.pay.attempt.AskedAt
	next := asked.Add((now.Sub(asked)/every + 1) * every)
	if !p.cfg.NoMotion && next.Before(asked.Add(pos.Patience)) { // then the till itself has something to say
		p.speaks = next
	}
}

// learn takes an update: what is in front says all that happens to it, the others what somebody must know.
func (p *plain) learn(u pos.Update) {
	a := u.Attempt
	front := p.pay != nil && p.pay.attempt.ID == a.ID
	if front && a.Events < p.pay.attempt.Events {
		return
	}
	fresh := a.Notices &^ p.told[a.ID]
	if fresh != 0 {
		p.told[a.ID] |= fresh
	}
	if p.pay != nil && p.pay.before != nil {
		before := p.pay.before.learn(u, p.now())
		p.pay.before = &before
	}
	p.open = p.open.planned(a.ID, u.NextCheck)
	checked := u.Event == pos.EventQueried && p.checks[a.ID]
	if u.Event == pos.EventQueried || a.State.Final() {
		delete(p.checks, a.ID)
	}
	switch inTheWay := p.pay != nil && p.pay.refused != nil && p.pay.refused.Earlier.ID == a.ID; {
	case front:
		p.learnFront(u, fresh, checked)
	case a.State.Final() && (p.follow[a.ID] || inTheWay):
		if p.tellEnd(a, fresh, true); inTheWay {
			p.leave(p.pay.before)
		}
	case fresh != 0:
		p.tellNotices(a, fresh)
	case checked:
		p.news(0, p.about(a, true, p.plain.nothingNew+"."))
	}
	switch {
	case p.codes[a.ID] && a.Receipt != "":
		delete(p.codes, a.ID)
		p.news(0, fmt.Sprintf(p.plain.receiptIs, printable(a.Receipt), a.Amount, a.Phone))
	case a.State == pos.Paid && a.Receipt == "" && (front || p.follow[a.ID] || fresh != 0): // as has just been said
		p.codes[a.ID] = true
	}
	switch {
	case a.State == pos.StillChecking:
		p.follow[a.ID] = true
	case a.State.Final():
		delete(p.follow, a.ID)
	}
}

// learnFront takes an update about the payment in front.
func (p *plain) learnFront(u pos.Update, fresh pos.Notice, checked bool) {
	was, stopped, now := p.pay.attempt.State, p.pay.stopping, p.now()
	next := p.pay.learn(u, now)
	p.pay = &next
	a := u.Attempt
	switch {
	case a.State.Final() && was != a.State:
		p.speaks, p.unlock = time.Time{}, time.Time{}
		if p.tellEnd(a, fresh, false); a.State == pos.Paid {
			p.pay = nil
		}
		return
	case a.State == pos.StillChecking && was != a.State:
		p.speaks = time.Time{}
		p.tellUnclear(stopped)
	case a.State == pos.Waiting && was != a.State:
		p.news(0, sentence([]string{p.say.waiting}, uncapital(p.say.lookAtPhone), p.say.noGoodsYet))
		p.out.line(p.choices())
	case checked && p.underWay():
		p.news(0, p.plain.nothingNew+"; "+p.waiting(now))
	case checked:
		p.news(0, p.about(a, false, p.plain.nothingNew+"."))
	}
	if fresh != 0 {
		p.tellNotices(a, fresh)
	}
}

// about is an attempt's state and what to say of it: "PAID KES 450, TRAINING, 0712 ••• 678, receipt SKN4T7W2QX: …". whose
// says that it is not the one in front, so that its phone is named.
func (p *plain) about(a pos.Attempt, whose bool, what ...string) string {
	return sentence(p.facts(p.say.spoken(a), a, whose), what...)
}

// facts are a word about an attempt and what tells the attempt from others. Where it is paid, the mode is never left out.
func (p *plain) facts(word string, a pos.Attempt, whose bool) []string {
	facts := []string{word + " " + kes(a.Amount)}
	if a.State == pos.Paid {
		facts = append(facts, p.mode())
	}
	if whose {
		facts = append(facts, a.Phone.Masked())
	}
	switch {
	case a.Receipt != "":
		facts = append(facts, p.say.receipt+" "+printable(a.Receipt))
	case a.State == pos.Paid:
		facts = append(facts, p.say.codeLater)
	}
	return facts
}

// tellEnd says PAID or NOT PAID and what to do. The notices that the word itself names are not said again.
func (p *plain) tellEnd(a pos.Attempt, fresh pos.Notice, whose bool) {
	bells := 2
	switch {
	case a.State == pos.NotPaid:
		what, do := a.Reason()
		advice := p.say.text(do)
		if !whose && p.pay.wrongPINs >= 3 {
			advice = p.say.threeWrongPINs
		}
		p.news(bells, p.about(a, whose, p.say.text(what), advice, p.say.noMoney))
	case a.Notices.Has(pos.PaidTwice):
		p.news(bells, p.about(a, whose, p.say.twiceAdvice))
		fresh &^= pos.PaidTwice | pos.PaidLate
	case a.Notices.Has(pos.PaidLate):
		p.news(bells, p.about(a, whose, uncapital(p.say.handOver), p.say.lateAdvice))
		fresh &^= pos.PaidLate
	default:
		if fresh == 0 {
			bells = 1
		}
		p.news(bells, p.about(a, whose, uncapital(p.say.handOver)))
	}
	if fresh != 0 {
		p.tellNotices(a, fresh)
	}
}

// tellNotices says what is new on top of a state, a line for each notice.
func (p *plain) tellNotices(a pos.Attempt, fresh pos.Notice) {
	advice := p.say.advice(fresh)
	for i, word := range p.say.noticeWords(fresh) {
		p.news(2, sentence(p.facts(word, a, true), advice[i]))
	}
}

// tellUnclear says what is not known of the payment in front, what to do, and when it can be asked again.
func (p *plain) tellUnclear(stopped bool) {
	a, now := p.pay.attempt, p.now()
	bells, first := 2, p.say.moneyMayHaveMoved
	if stopped {
		bells, first = 0, p.say.canStillPay
	}
	p.news(bells, p.about(a, false, uncapital(first), p.say.holdGoods))
	why := ""
	if a.Cause != (pos.Cause{}) { // else there is no more to it than that no answer came
		what, _ := a.Reason()
		why = p.say.text(what)
		if code := a.ResultCode(); code != "" {
			why = sentence([]string{p.say.code + " " + printable(code)}, why)
		}
	}
	again := ""
	if at := p.pay.unlock(); now.Before(at) {
		again, p.unlock = fmt.Sprintf(p.say.askAgainIn, span(at.Sub(now))), at
		if p.cfg.NoMotion {
			again = fmt.Sprintf(p.say.askAgainAt, seconds(at))
		}
	}
	if more := nonEmpty([]string{why, again}); len(more) > 0 {
		p.out.line(strings.Join(more, " "))
	}
}

// at is the time of day of t, with its date where that is another day.
func (p *plain) at(t time.Time) string {
	return look{say: p.say, now: p.now(), still: true}.timeOf(t)
}

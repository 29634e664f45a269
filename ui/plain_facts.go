package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/ui/text"
)

// mostCodes is of how many paid sales the receipt code is waited for: where only queries come, none
// ever does.
const mostCodes = 256

// learn takes an update: what is in front says all that happens to it, the others what somebody
// must know.
func (p *plain) learn(u pos.Update) {
	a := u.Attempt
	front := p.pay != nil && p.pay.attempt.ID == a.ID
	if front && a.Events < p.pay.attempt.Events {
		return
	}
	fresh := p.announced.news(a)
	if p.pay != nil && p.pay.before != nil {
		before := p.pay.before.learn(u, p.now())
		p.pay.before = &before
	}
	if p.paid.ID == a.ID {
		p.paid = a
	}
	p.open = p.open.heard(u)
	checked := u.Event == pos.EventQueried && p.checks[a.ID]
	if u.Event == pos.EventQueried || a.State.Final() {
		delete(p.checks, a.ID)
	}
	inTheWay := p.pay != nil && p.pay.refused != nil && p.pay.refused.Earlier.ID == a.ID
	if inTheWay {
		next := p.pay.learnEarlier(u)
		p.pay = &next
	}
	switch {
	case front:
		p.learnFront(u, fresh, checked)
	case a.State.Final() && (p.follow[a.ID] || inTheWay):
		if p.tellEnd(a, fresh, true); inTheWay {
			p.leave(p.pay.before)
		}
	case fresh != 0:
		p.tellNotices(a, fresh)
	case checked:
		p.news(0, p.about(a, true, p.plain.NothingNew+"."))
	}
	switch {
	case p.codes[a.ID] && a.Receipt != "":
		delete(p.codes, a.ID)
		p.news(0, fmt.Sprintf(p.plain.ReceiptIs, text.Printable(a.Receipt), a.Amount, a.Phone))
	case a.WithoutReceipt() && a.Reachable && (front || p.follow[a.ID] || fresh != 0): // as has just been said
		p.codes[a.ID] = true
		if len(p.codes) > mostCodes {
			// the oldest: a receipt that is days late is told by nobody
			delete(p.codes, slices.Min(slices.Collect(maps.Keys(p.codes))))
		}
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
			if p.paid = a; next.codeWanted() {
				p.out.line(p.plain.TypeCode)
			}
			p.pay = nil
		}
		return
	case a.State == pos.StillChecking && was != a.State:
		p.speaks = time.Time{}
		p.tellUnclear(stopped)
	case a.State == pos.Waiting && was != a.State:
		p.news(0, text.Sentence([]string{p.say.Waiting}, text.Uncapital(p.say.LookAtPhone), p.say.NoGoodsYet))
		p.out.line(p.choices())
	case checked && p.underWay():
		p.news(0, p.plain.NothingNew+"; "+p.waiting(now))
	case checked:
		p.news(0, p.about(a, false, p.plain.NothingNew+"."))
	}
	if fresh != 0 {
		p.tellNotices(a, fresh)
	}
}

// about is an attempt's state and what to say of it: "PAID KES 450, TRAINING, 0712 ••• 678, receipt
// SKN4T7W2QX: …". whose says that it is not the one in front, so that its phone is named.
func (p *plain) about(a pos.Attempt, whose bool, what ...string) string {
	return text.Sentence(p.facts(p.say.State(a), a, whose), what...)
}

// facts are a word about an attempt and what tells the attempt from others. Where it is paid, the
// mode is never left out.
func (p *plain) facts(word string, a pos.Attempt, whose bool) []string {
	facts := []string{word + " " + text.KES(a.Amount)}
	if a.State == pos.Paid {
		facts = append(facts, p.mode())
	}
	if whose {
		facts = append(facts, a.Phone.Masked())
	}
	return append(facts, text.NonEmpty([]string{p.say.ReceiptOf(a)})...)
}

// tellEnd says PAID or NOT PAID and what to do. The notices that the word itself names are not said
// again.
func (p *plain) tellEnd(a pos.Attempt, fresh pos.Notice, whose bool) {
	bells := 2
	switch {
	case a.State == pos.NotPaid:
		what, _ := text.Reason(a)
		of := pay{attempt: a}
		if !whose {
			of.wrongPINs = p.pay.wrongPINs
		}
		p.news(bells, p.about(a, whose, append([]string{p.say.Text(what)}, of.refusedAdvice(p.say)...)...))
	case a.Notices.Has(pos.PaidTwice):
		p.news(bells, p.about(a, whose, p.say.TwiceAdvice))
		fresh &^= pos.PaidTwice | pos.PaidLate
	case a.Doubtful():
		p.news(bells, p.about(a, whose, p.say.PossiblyAdvice))
		fresh &^= pos.PossiblyTwice | pos.PaidLate
	case a.Notices.Has(pos.PaidLate):
		p.news(bells, p.about(a, whose, text.Uncapital(p.say.HandOver), p.say.LateAdvice))
		fresh &^= pos.PaidLate
	default:
		if fresh == 0 {
			bells = 1
		}
		p.news(bells, p.about(a, whose, text.Uncapital(p.say.HandOver)))
	}
	if fresh != 0 {
		p.tellNotices(a, fresh)
	}
}

// tellNotices says what is new on top of a state, a line for each notice.
func (p *plain) tellNotices(a pos.Attempt, fresh pos.Notice) {
	advice := p.say.Advice(fresh)
	for i, word := range p.say.NoticeWords(fresh) {
		p.news(2, text.Sentence(p.facts(word, a, true), advice[i]))
	}
}

// tellUnclear says what is not known of the payment in front, what to do, and when it can be asked
// again.
func (p *plain) tellUnclear(stopped bool) {
	a, now := p.pay.attempt, p.now()
	bells, first := 2, p.say.MoneyMayHaveMoved
	if stopped {
		bells, first = 0, p.say.CanStillPay
	}
	hold, again := p.pay.unclearAdvice(style{say: p.say, now: now, still: p.cfg.NoMotion})
	p.news(bells, p.about(a, false, text.Uncapital(first), hold))
	why := ""
	if a.Cause != (pos.Cause{}) { // else there is no more to it than that no answer came
		what, _ := text.Reason(a)
		why = p.say.Text(what)
		if code := a.ResultCode(); code != "" {
			why = text.Sentence([]string{p.say.Code + " " + text.Printable(code)}, why)
		}
	}
	if at := p.pay.unlock(); now.Before(at) {
		p.unlock = at
	}
	if more := text.NonEmpty([]string{why, again}); len(more) > 0 {
		p.out.line(strings.Join(more, " "))
	}
}

// at is the time of day of t, with its date where that is another day.
func (p *plain) at(t time.Time) string {
	return style{say: p.say, now: p.now(), still: true}.timeOf(t)
}

package plain

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// mostCodes is of how many paid sales the receipt code is waited for: where only queries come, none
// ever does.
const mostCodes = 256

// tell says what was heard: of what is in front all that happens to it, of the others what somebody
// must know.
func (p *conversation) tell(h session.Heard) {
	a := h.Attempt
	if p.paid.ID == a.ID {
		p.paid = a
	}
	switch {
	case h.Front:
		p.tellFront(h)
	case h.Ended:
		p.tellEnd(a, h.Fresh, true)
	case h.Fresh != 0:
		p.tellNotices(a, h.Fresh)
	case h.Checked:
		p.news(0, p.about(a, true, p.plain.NothingNew+"."))
	}
	if f := p.session.Front; !h.Front && f.Phase() == session.UnderWay && f.EarlierPaid && a.State == pos.Paid && h.Ended {
		p.out.line(p.say.EarlierIsPaid)
	}
	if h.PaysFront && p.session.Front.Phase() != session.UnderWay {
		p.session.Bring(a, p.now())
	}
	switch {
	case p.codes[a.ID] && a.Receipt != "":
		delete(p.codes, a.ID)
		p.news(0, fmt.Sprintf(p.plain.ReceiptIs, text.Printable(a.Receipt), a.Amount, a.Phone))
	case a.WithoutReceipt() && a.Reachable && (h.Front || h.Ended || h.Fresh != 0): // as has just been said
		p.codes[a.ID] = true
		if len(p.codes) > mostCodes {
			// the oldest: a receipt that is days late is told by nobody
			delete(p.codes, slices.Min(slices.Collect(maps.Keys(p.codes))))
		}
	}
}

// tellFront says what was heard of the payment in front.
func (p *conversation) tellFront(h session.Heard) {
	a, front, now := h.Attempt, p.session.Front, p.now()
	switch underWay := front.Phase() == session.UnderWay; {
	case h.Ended:
		if p.tellEnd(a, h.Fresh, false); front.CodeWanted() {
			p.out.line(p.plain.TypeCode)
		}
		return
	case a.State == pos.StillChecking && h.Was != a.State:
		p.tellUnclear()
	case a.State == pos.Waiting && h.Was != a.State:
		p.news(0, text.Sentence([]string{p.say.Waiting}, text.Uncapital(p.say.LookAtPhone), p.say.NoGoodsYet))
		p.out.line(p.choices())
	case h.Checked && underWay:
		p.news(0, p.plain.NothingNew+"; "+p.waiting(now))
	case h.Checked:
		p.news(0, p.about(a, false, p.plain.NothingNew+"."))
	}
	if h.Fresh != 0 {
		p.tellNotices(a, h.Fresh)
	}
}

// about is an attempt's state and what to say of it: "PAID KES 450, TRAINING, 0712 ••• 678, receipt
// SKN4T7W2QX: …". whose says that it is not the one in front, so that its phone is named.
func (p *conversation) about(a pos.Attempt, whose bool, what ...string) string {
	return text.Sentence(p.facts(p.say.State(a), a, whose), what...)
}

// facts are a word about an attempt and what tells the attempt from others. Where it is paid, the
// mode is never left out.
func (p *conversation) facts(word string, a pos.Attempt, whose bool) []string {
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
func (p *conversation) tellEnd(a pos.Attempt, fresh pos.Notice, whose bool) {
	bells := 2
	switch {
	case a.State == pos.NotPaid:
		what, _ := text.Reason(a)
		of := &session.Payment{Attempt: a}
		if !whose {
			of = p.session.Front
		}
		p.news(bells, p.about(a, whose, append([]string{p.say.Text(what)}, of.FailedAdvice(p.say)...)...))
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
func (p *conversation) tellNotices(a pos.Attempt, fresh pos.Notice) {
	advice := p.say.Advice(fresh)
	for i, word := range p.say.NoticeWords(fresh) {
		p.news(2, text.Sentence(p.facts(word, a, true), advice[i]))
	}
}

// tellUnclear says what is not known of the payment in front, what to do, and when it can be asked
// again.
func (p *conversation) tellUnclear() {
	front, now := p.session.Front, p.now()
	a := front.Attempt
	bells, first := 2, p.say.MoneyMayHaveMoved
	if front.Stopped {
		bells, first = 0, p.say.CanStillPay
	}
	hold, again := front.UnclearAdvice(p.say, now, p.cfg.NoMotion)
	p.news(bells, p.about(a, false, text.Uncapital(first), hold))
	why := ""
	if a.Cause != (pos.Cause{}) { // else there is no more to it than that no answer came
		what, _ := text.Reason(a)
		why = p.say.Text(what)
		if code := a.ResultCode(); code != "" {
			why = text.Sentence([]string{p.say.Code + " " + text.Printable(code)}, why)
		}
	}
	if more := text.NonEmpty([]string{why, again}); len(more) > 0 {
		p.out.line(strings.Join(more, " "))
	}
}

// at is the time of day of t, with its date where that is another day.
func (p *conversation) at(t time.Time) string { return p.say.At(t, p.now(), true) }

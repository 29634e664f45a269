package ui

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/ui/text"
)

// question is what the sale needs next.
func (p *plain) question() string {
	switch p.sale.focus {
	case fieldAgain:
		return p.say.Amount + " " + lower(p.say.Again) + ":"
	case fieldPhone:
		return p.say.PhoneField + ":"
	case fieldReference:
		return p.plain.ReferenceField
	}
	return p.say.Amount + ":"
}

// takeSale takes a line as the answer to the sale's question, by the rules of the form on the
// screen, where it would have been pasted. What the till has understood it says back.
func (p *plain) takeSale(line string) {
	s, f := p.sale, p.sale.focus
	switch {
	case f == fieldAmount && line == "" && (s.offered == "" || s.offered != s.fields[f].String()):
		return // an Enter for the payment before
	case f == fieldReference && (only(line, referenceChars) != line || len(line) > longestReference):
		p.out.line(p.plain.ReferenceWrong)
		return
	}
	if line != "" || f != fieldAmount { // else it takes the offer
		p.sale.offered = "" // whatever else is typed is no answer to it
		s.fields[f] = s.fields[f].with("")
		s = s.paste(line)
	}
	var request *pos.Request
	if s.wrong == nil {
		s, request = s.enter()
	}
	amount, wrong := s.amount()
	if f != fieldAmount || s.wrong != nil {
		wrong = s.wrong
	}
	var bad *pos.AmountError
	part := fraction(wrong)
	switch {
	case part != nil:
		p.sale = s
		p.out.line(fmt.Sprintf(p.plain.RoundOffer, part.Exact, part.Whole))
		return
	case f == fieldAmount && errors.As(wrong, &bad) && bad.Reason == pos.AmountNotNumber:
		p.out.line(p.say.Err(wrong) + " " + p.plain.AskHelp) // perhaps it was to be a command
		return
	case wrong != nil:
		p.out.line(p.say.Err(wrong))
		return
	}
	p.sale = s
	switch f {
	case fieldAmount:
		said := text.KES(amount)
		if text := s.fields[f].String(); strings.ContainsAny(text, "+-*/.") {
			said = text + " = " + said
		}
		p.out.line(said)
	case fieldPhone:
		p.out.line(text.Sentence([]string{request.Phone.Local(), request.Phone.Network()}))
		if s.id == "" { // another number for a sale that has had its reference
			p.sale.focus = fieldReference
			return
		}
	}
	if request != nil {
		p.charge(*request, nil)
	}
}

// charge asks the till for a payment. Where an earlier one is in the way, or the till refuses,
// before is asked again or left.
func (p *plain) charge(r pos.Request, before *pay) {
	a, err := p.cfg.Till.Charge(p.ctx, r)
	now := p.now()
	p.pay, p.unlock, p.speaks = &pay{request: r, before: before, changed: now}, time.Time{}, time.Time{}
	var open *pos.OpenError
	var amount *pos.AmountError
	switch {
	case errors.As(err, &open):
		p.pay.refuse(open, now)
		p.tellRefused(strings.ToUpper(p.say.NotSentTitle))
	case errors.As(err, &amount):
		p.notSent(err)
		p.pay, p.sale.focus = nil, fieldAmount
	case err != nil:
		p.pay.problem = err
		p.notSent(err)
	default:
		p.out.line(fmt.Sprintf(p.plain.Asking, r.Phone.Local(), r.Amount))
		p.pay.attempt, p.pay.began, p.pay.deadline, p.pay.before = a, now, now.Add(pos.Patience), nil
		p.sale = p.sale.cleared()
		p.plan(now)
	}
}

// notSent says that the customer was not asked, and why.
func (p *plain) notSent(err error) {
	p.news(2, text.Sentence([]string{strings.ToUpper(p.say.NotSentTitle)}, p.say.Err(err)))
}

// back goes to the question before, as the screen's keys do; the amount has none.
func (p *plain) back() {
	p.sale.focus = p.sale.next(-1)
	if p.sale.focus == fieldAgain {
		p.sale.focus = fieldAmount
	}
}

// trimmed is a typed line without what no terminal should see again.
func trimmed(line string) string {
	return strings.TrimSpace(text.Printable(strings.ToValidUTF8(line, "?")))
}

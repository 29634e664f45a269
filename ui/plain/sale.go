package plain

import (
	"errors"
	"fmt"
	"strings"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// question is what the sale needs next.
func (p *conversation) question() string {
	switch p.session.Form.Focus {
	case session.Retype:
		return p.say.Amount + " " + strings.ToLower(p.say.Again) + ":"
	case session.Phone:
		return p.say.PhoneField + ":"
	case session.Reference:
		return p.plain.ReferenceField
	}
	return p.say.Amount + ":"
}

// takeSale takes a line as the answer to the sale's question, by the rules of the form on the
// screen, where it would have been pasted. What the till has understood it says back.
func (p *conversation) takeSale(line string) {
	form := p.session.Form
	at := form.Focus
	switch {
	case at == session.Amount && line == "" && !form.Offered():
		return // an Enter for the payment before
	case at == session.Reference && (session.Only(line, session.ReferenceChars) != line || len(line) > session.Longest[at]):
		p.out.line(p.plain.ReferenceWrong)
		return
	}
	form.Wrong = nil
	if line != "" || at != session.Amount { // else it takes the offer
		p.session.Form.Withdraw() // whatever else is typed is no answer to it
		form.Text[at] = ""
		form.Paste(line, 0)
	}
	var request *pos.Request
	if form.Wrong == nil {
		request = form.Enter()
	}
	amount, wrong := form.Amount()
	if at != session.Amount || form.Wrong != nil {
		wrong = form.Wrong
	}
	var bad *pos.AmountError
	part := session.Fraction(wrong)
	switch {
	case part != nil:
		p.session.Form = form
		p.out.line(fmt.Sprintf(p.plain.RoundOffer, part.Exact, part.Whole))
		return
	case at == session.Amount && errors.As(wrong, &bad) && bad.Reason == pos.AmountNotNumber:
		p.out.line(p.say.Err(wrong) + " " + p.plain.AskHelp) // perhaps it was to be a command
		return
	case wrong != nil:
		p.out.line(p.say.Err(wrong))
		return
	}
	p.session.Form = form
	switch at {
	case session.Amount:
		said := text.KES(amount)
		if typed := form.Text[at]; strings.ContainsAny(typed, "+-*/.") {
			said = typed + " = " + said
		}
		p.out.line(said)
	case session.Phone:
		p.out.line(text.Sentence([]string{request.Phone.Local(), request.Phone.Network()}))
		if form.Sale == "" { // another number for a sale that has had its reference
			p.session.Form.Focus = session.Reference
			return
		}
	}
	if request != nil {
		p.carryOut(p.session.Ask(*request, p.now()))
	}
}

// trimmed is a typed line without what no terminal should see again.
func trimmed(line string) string {
	return strings.TrimSpace(text.Printable(strings.ToValidUTF8(line, "?")))
}

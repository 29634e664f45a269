package plain

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// An answer is how a person does what is offered: by its word in either language, or by a key of
// the number pad as on the screens. Enter alone does what is offered first.
type answer struct {
	word pos.Text
	pad  string
	does string
}

// answerTo is how an action is done.
func (p *conversation) answerTo(a session.Action) answer {
	t := func(en, sw string) pos.Text { return pos.Text{EN: en, SW: sw} }
	return map[session.Action]answer{
		session.Check:  {word: t("check", "uliza"), does: p.say.KCheck},
		session.Again:  {word: t("again", "tena"), does: p.say.KAgain},
		session.Number: {word: t("number", "namba"), pad: "-", does: p.say.KNumber},
		session.Next:   {word: t("new", "mpya"), pad: "+", does: p.say.KNext},
		session.Anyway: {word: t("anyway", "omba"), pad: "2", does: p.say.KTwice},
		session.Stop:   {word: t("stop", "acha"), pad: "-", does: p.say.KStop},
		session.Back:   {word: t("back", "rudi"), pad: "-", does: p.say.KBack},
	}[a]
}

// offers are those that this till has a word for: it waits for the payment in front before the next
// sale, and asks again without the form.
func (p *conversation) offers() []session.Offer {
	phase := p.session.Front.Phase()
	return slices.DeleteFunc(p.session.Offers(p.now()), func(o session.Offer) bool {
		return phase == session.UnderWay && o.Action == session.Next || phase == session.Unclear && o.Action == session.Back
	})
}

// choices says the offers: "Enter: ask again. number: other number. new: next sale."
func (p *conversation) choices() string {
	var parts []string
	for _, o := range p.offers() {
		if o.Locked(p.now()) {
			continue
		}
		by := p.answerTo(o.Action)
		key := p.say.Text(by.word)
		if o.First {
			key = "Enter"
		}
		if by.does != key {
			key += ": " + by.does
		}
		parts = append(parts, key+".")
	}
	return strings.Join(parts, " ")
}

// takeOffer carries out the offer that was typed; false where it was none.
func (p *conversation) takeOffer(line string) bool {
	now := p.now()
	for _, o := range p.offers() {
		by := p.answerTo(o.Action)
		enter := o.First && line == ""
		switch {
		case enter && o.Action == session.Again && now.Sub(p.session.Front.Changed) < session.Debounce:
			p.session.TooSoon(now)
			p.out.line(p.plain.TooSoon) // it was meant for the line before
		case enter, text.IsWord(by.word, line), by.pad != "" && by.pad == line:
			p.act(o.Action)
		default:
			continue
		}
		return true
	}
	return false
}

// act does what is offered, and says what came of it.
func (p *conversation) act(a session.Action) {
	if e := p.session.Act(a, p.now()); e != nil {
		p.carryOut(e)
	} else if a == session.Number {
		p.out.line(p.say.SameSale)
	}
}

// carryOut does what the session wants done about a payment, and says what came of it.
func (p *conversation) carryOut(e session.Effect) {
	switch f := p.do(e).(type) {
	case session.Charged:
		p.charged(f)
	case session.Checked:
		switch {
		case f.Err != nil:
			p.out.line(p.say.Err(f.Err))
		case f.At.After(p.now()):
			p.out.line(fmt.Sprintf(p.plain.AskedAt, p.at(f.At)))
		default:
			p.out.line(p.say.Asking + ".")
		}
	case session.Stopped:
		if f.Err != nil {
			p.out.line(p.say.Err(f.Err))
		}
	}
}

// charged says what the till made of a request.
func (p *conversation) charged(f session.Charged) {
	var earlier *pos.OpenError
	switch {
	case errors.As(f.Err, &earlier):
		p.tellRefused(strings.ToUpper(p.say.NotSentTitle))
	case f.Err != nil:
		p.news(2, text.Sentence([]string{strings.ToUpper(p.say.NotSentTitle)}, p.say.Err(f.Err)))
	default:
		p.out.line(fmt.Sprintf(p.plain.Asking, f.Attempt.Phone.Local(), f.Attempt.Amount))
		p.plan(p.now())
	}
}

// tellRefused says which earlier request is in the way, with the word for what that means now.
func (p *conversation) tellRefused(word string) {
	p.news(2, text.Sentence([]string{word}, p.session.Front.Blocked(p.say, p.now(), p.cfg.NoMotion)))
}

// tellUnlocked says that the payment in front can be asked again.
func (p *conversation) tellUnlocked() {
	switch front := p.session.Front; front.Phase() {
	case session.InTheWay:
		p.tellRefused(p.say.PayTwiceWarning)
	case session.Unclear:
		if !front.Attempt.ForOwner() {
			p.news(0, p.say.MayAskAgain)
		}
	}
}

// tellProgress says, now and then, that nothing has come yet.
func (p *conversation) tellProgress() {
	if p.session.Front.Phase() != session.UnderWay {
		return
	}
	now := p.now()
	p.news(0, p.waiting(now))
	p.plan(now)
}

// waiting is how long the customer has been asked, and when M-PESA is asked next.
func (p *conversation) waiting(now time.Time) string {
	s := fmt.Sprintf(p.plain.StillWaiting, text.Span(now.Sub(p.session.Front.Asked())))
	if at := p.session.Front.NextCheck; at.After(now) {
		s += "; " + fmt.Sprintf(p.plain.NextCheck, p.at(at))
	}
	return s + "."
}

// plan sets when to say next that the payment in front is still waiting: at every half minute of
// it.
func (p *conversation) plan(now time.Time) {
	const every = 30 * time.Second
	asked := p.session.Front.Asked()
	next := asked.Add((now.Sub(asked)/every + 1) * every)
	if !p.cfg.NoMotion && next.Before(asked.Add(pos.Patience)) { // then the till itself has something to say
		p.speaks = next
	}
}

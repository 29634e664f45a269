package ui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
)

// charge asks the till for a payment. Until the till has answered, no key does anything to it.
func (a *app) charge(r pos.Request, before *pay) tea.Cmd {
	a.pay = &pay{request: r, before: before, changed: a.now}
	a.early = nil
	a.burst = burst{}
	return a.commands.chargeCmd(r)
}

// charged takes the till's answer to a request.
func (a *app) charged(m chargedMsg) tea.Cmd {
	p := a.pay
	var open *pos.OpenError
	switch {
	case p == nil || p.attempt.ID != "":
		return nil
	case errors.As(m.err, &open):
		p.refuse(open, a.now)
		p.changed = a.now
		return a.learnEarly()
	case m.err != nil:
		if a.giveUp(); a.pay != nil {
			a.pay.problem = m.err
			return a.learnEarly()
		}
		a.sale.wrong, a.sale.focus = m.err, fieldPhone
		var amount *pos.AmountError
		if errors.As(m.err, &amount) {
			a.sale.focus = fieldAmount
		}
		return a.learnEarly()
	}
	p.attempt, p.began, p.changed, p.before = m.attempt, a.now, a.now, nil
	p.deadline = p.began.Add(pos.Patience)
	a.last, a.resumed = m.attempt, 0
	a.sale = a.sale.cleared()
	return a.learnEarly()
}

// giveUp takes a request out of the front that was not sent. The form, where that comes back, is
// what is typed into.
func (a *app) giveUp() {
	if a.pay = a.pay.before; a.pay == nil {
		a.next, a.burst = a.next.cleared(), burst{}
	}
}

// learnEarly takes the updates that came before the till's answer.
func (a *app) learnEarly() tea.Cmd {
	early := a.early
	a.early = nil
	var cmds []tea.Cmd
	for _, u := range early {
		cmds = append(cmds, a.learn(u))
	}
	return tea.Batch(cmds...)
}

// checked takes the till's word on when it will ask M-PESA.
func (a *app) checked(m checkedMsg) {
	if p := a.pay; p != nil && (p.attempt.ID == m.id || p.refused != nil && p.refused.Earlier.ID == m.id) {
		if p.problem = m.err; m.err == nil {
			p.askAt = m.at
		} else {
			p.checking = false
		}
	}
	if m.err == nil {
		a.open = a.open.planned(m.id, m.at)
	} else if a.at == screenOpen {
		a.open.wrong = m.err
	}
}

// learn takes an update, wherever it belongs.
func (a *app) learn(u pos.Update) tea.Cmd {
	if a.pay != nil && a.pay.refused == nil && a.pay.attempt.ID == "" {
		a.early = append(a.early, u) // perhaps it is about the payment whose id is not known yet
		return nil
	}
	at := u.Attempt
	before := a.states[at.ID]
	a.states[at.ID] = at.State
	delete(a.unheard, at.ID)
	if !at.Open() {
		delete(a.states, at.ID)
	}
	fresh := a.announced.news(at)
	if !at.Unsettled() {
		a.dropSettled(at.ID)
	}
	if a.last.ID == at.ID {
		a.last = at
	}
	bells := a.learnFront(u, before, fresh)
	_, l := a.layout()
	a.ledger = a.ledger.learn(at, listRows(l.height))
	a.open = a.open.heard(u)

	var cmds []tea.Cmd
	if bells > 0 {
		cmds = append(cmds, a.commands.bellCmd(bells))
	}
	if u.Changed || u.Event != 0 && a.ledger.detail != nil {
		cmds = append(cmds, a.refresh())
	}
	if d := a.ledger.detail; d != nil && d.attempt.ID == at.ID && u.Event != 0 {
		cmds = append(cmds, a.commands.eventsCmd(at.ID))
	}
	return tea.Batch(cmds...)
}

// learnFront takes an update for the payment in front, or makes a banner of it. It returns how
// often the bell rings.
func (a *app) learnFront(u pos.Update, before pos.State, fresh pos.Notice) (bells int) {
	at, p := u.Attempt, a.pay
	if p != nil && p.before != nil { // it is shown again if the till refuses
		before := p.before.learn(u, a.now)
		p.before = &before
	}
	inTheWay := p != nil && p.refused != nil && p.refused.Earlier.ID == at.ID
	if inTheWay {
		next := p.learnEarlier(u)
		p, a.pay = &next, &next
	}
	switch {
	case p != nil && p.attempt.ID == at.ID:
		was, stopped := p.attempt.State, p.stopping
		next := p.learn(u, a.now)
		a.pay = &next
		news := was != at.State && (at.State.Final() || at.State == pos.StillChecking)
		switch {
		case fresh != 0:
			bells = 2
		case !news, at.State == pos.StillChecking && stopped:
		case at.State == pos.Paid:
			bells = 1
		default:
			bells = 2
		}
		if bells > 0 && (a.at != screenSale || a.help != nil || a.hand && !a.showsStrip()) {
			a.dropBanners(at.ID)
			a.banners = append(a.banners, banner{attempt: at, notices: fresh})
		}
		return bells
	case p != nil && at.Sale == p.attempt.Sale && at.State == pos.Paid && p.attempt.ID != "" && p.attempt.State != pos.Paid:
		// The sale in front is paid, by an earlier request: that is what the cashier waits for.
		a.pay = &pay{
			request: pos.Request{Sale: at.Sale, Phone: at.Phone, Amount: at.Amount, Reference: at.Reference},
			attempt: at, changed: a.now,
		}
		if a.at == screenSale {
			return 2
		}
	case inTheWay && at.State.Final():
		a.giveUp() // nothing is in the way any more
	case fresh != 0:
	case at.State.Final() && (before == pos.StillChecking || before != 0 && a.atStart[at.ID]):
	default:
		return 0
	}
	a.dropBanners(at.ID)
	a.banners = append(a.banners, banner{attempt: at, notices: fresh})
	if fresh == 0 && at.State == pos.Paid {
		return 1
	}
	return 2
}

// seen takes the newest banner away.
func (a *app) seen() {
	if n := len(a.banners); n > 0 {
		a.banners = a.banners[:n-1]
	}
}

// dropSettled takes those banners of one attempt away that asked for a person, who has answered
// meanwhile.
func (a *app) dropSettled(id pos.AttemptID) {
	a.banners = slices.DeleteFunc(a.banners, func(b banner) bool {
		return b.attempt.ID == id && b.notices&(pos.PaidTwice|pos.PossiblyTwice|pos.DoesNotMatch) != 0
	})
}

// dropBanners takes the banners of one attempt away.
func (a *app) dropBanners(id pos.AttemptID) {
	var rest []banner
	for _, b := range a.banners {
		if b.attempt.ID != id {
			rest = append(rest, b)
		}
	}
	a.banners = rest
}

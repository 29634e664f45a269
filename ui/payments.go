package ui

import (
	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/session"
)

// front is the payment in front; there is one.
func (a *app) front() pay { return pay{a.session.Front} }

// takeFact gives the session a fact. A request that the till has refused goes back at once to where
// it came from.
func (a *app) takeFact(f session.Fact) tea.Cmd {
	front := a.session.Front
	heard := a.session.Take(f, a.now)
	a.session.GiveUp(a.now)
	return a.heardAll(front, heard)
}

// learn gives the session an update.
func (a *app) learn(u pos.Update) tea.Cmd {
	front := a.session.Front
	heard := a.session.Learn(u, a.now)
	if front != nil && a.session.Front == nil {
		a.backAt = a.now
	}
	return a.heardAll(front, heard)
}

// heardAll shows what the session has heard. What was being typed in one go is cut off where the
// form comes back in place of the payment that was in front.
func (a *app) heardAll(front *session.Payment, heard []session.Heard) tea.Cmd {
	if front != nil && a.session.Front == nil {
		a.burst = burst{}
	}
	var cmds []tea.Cmd
	for _, h := range heard {
		cmds = append(cmds, a.heard(h))
	}
	return tea.Batch(cmds...)
}

// heard shows what the session has heard wherever it belongs, with the bell.
func (a *app) heard(h session.Heard) tea.Cmd {
	front := h.Front
	if h.PaysFront { // that is what the cashier waits for
		a.session.Bring(h.Attempt, a.now)
		front = true
	}
	if h.Bells > 0 && (!front || a.at != screenSale || a.help != nil || a.hand && !a.showsStrip()) {
		a.session.Post(session.News{Attempt: h.Attempt, Notices: h.Fresh})
	}
	_, l := a.layout()
	a.ledger.learn(h.Attempt, listRows(l.height))

	var cmds []tea.Cmd
	if h.Bells > 0 {
		cmds = append(cmds, a.commands.bellCmd(h.Bells))
	}
	looked := false // a payment's own screen shows every event of it
	for _, d := range a.details() {
		if *d = (*d).learn(h.Attempt); *d != nil && (*d).attempt.ID == h.Attempt.ID && h.Event != 0 {
			looked = true
		}
	}
	if looked {
		cmds = append(cmds, a.commands.do(session.ReadEvents{ID: h.Attempt.ID}))
	}
	if h.Changed || looked {
		cmds = append(cmds, a.refresh())
	}
	return tea.Batch(cmds...)
}

// details are the places of a payment's own screen: in the ledger, and in the list of what is to be
// settled.
func (a *app) details() []**detail { return []**detail{&a.ledger.detail, &a.open.detail} }

// typed takes what the till says of a code, where it was typed.
func (a *app) typed(f session.ReceiptTyped) {
	for _, d := range a.details() {
		if *d != nil && (*d).code.on && (*d).attempt.ID == f.ID {
			next := (*d).typed(f)
			*d = &next
			return
		}
	}
	a.open = a.open.typed(f)
}

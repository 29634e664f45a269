package ui

import (
	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// press sends a key where it belongs: what lies over the screens first, then the keys that mean the
// same everywhere, then the screen in front.
func (a *app) press(k key) tea.Cmd {
	if k.is("ctrl+c", "ctrl+q") {
		return a.quit()
	}
	if a.quitting {
		a.quitting = false
		return nil
	}
	arr, l := a.layout()
	if arr.size == sizeTiny {
		return nil // nothing is done blindly
	}
	if a.fillsIn() && k.is("f2", "f3", "f4") {
		k = k.typed()
	}
	switch k.name {
	case "f1":
		return a.goTo(screenSale)
	case "f2":
		return a.goTo(screenLedger)
	case "f3":
		return a.goTo(screenOpen)
	case "f4":
		a.session.Seen()
		return nil
	case "f8":
		if a.cfg.Phone != nil {
			a.hand, a.help = !a.hand, nil
		}
		return nil
	case "f9":
		a.switchLanguage()
		return nil
	}
	switch {
	case a.help != nil:
		next, done := a.help.press(k, l, len(a.helpLines(l)))
		if a.help = &next; done {
			a.help = nil
		}
		return nil
	case k.is("?"):
		a.help = &helpPage{}
		return nil
	case a.hand:
		var cmd tea.Cmd
		var done bool
		if a.phones, cmd, done = a.phones.press(k, a.commands); done {
			a.hand = false
		}
		return cmd
	case k.typed().is(".") && len(a.session.News) > 0 && !a.typing():
		a.session.Seen()
		return nil
	}
	if k.digit() != "" && a.now.Sub(a.handLeft) < session.Debounce {
		return nil // it was meant for the phone, and would be the next sale's amount
	}
	return a.pressScreen(k, l)
}

func (a *app) pressScreen(k key, l style) tea.Cmd {
	var cmd tea.Cmd
	left := false
	switch {
	case a.at == screenLedger:
		if a.ledger, cmd, left = a.ledger.press(k, a.commands, l); left {
			return tea.Batch(cmd, a.goTo(screenSale))
		}
		return cmd
	case a.at == screenOpen:
		var want session.Effect
		if a.open, want, left = a.open.press(k, l); left {
			return a.goTo(screenSale)
		}
		return a.commands.do(want)
	case a.session.Front != nil:
		return a.pressPay(k)
	}
	if a.emptySale() {
		switch {
		case k.typed().is("*"):
			return a.goTo(screenLedger)
		case k.typed().is("-"):
			return a.goTo(screenOpen)
		case k.typed().is("/"):
			a.help = &helpPage{}
			return nil
		}
	}
	_, offered := a.sale.Offers()
	if offered && k.is("enter") && a.now.Sub(a.offeredAt) < session.Debounce {
		a.offeredAt = a.now
		return nil // it was meant for the question before
	}
	if k.is("esc") { // with the sale that it was to come after
		a.next.Clear()
	}
	request := a.burst.press(&a.sale, k, a.now)
	if _, offers := a.sale.Offers(); offers && !offered {
		a.offeredAt = a.now
	}
	if request != nil {
		a.burst = burst{}
		return a.commands.do(a.session.Ask(*request, a.now))
	}
	return nil
}

// pressPay answers a key while a payment is in front. Figures that mean nothing to it are the next
// sale's, and so is every other key of a form while these are being typed: whoever types looks at
// the keys, not at a result that lands meanwhile. Nobody is asked for a payment before the cashier
// has seen the form.
func (a *app) pressPay(k key) tea.Cmd {
	figure := k.typed()
	forNext := a.typesAhead() && (figure.text != "" || k.is("enter", "esc", "backspace", "delete", "tab", "shift+tab", "ctrl+u", "ctrl+w"))
	if !forNext {
		p := a.front()
		a.session.Quiet()
		ledger, phone := p.leads(k)
		switch w := p.press(k, a.session.Offers(a.now), a.now); {
		case k.is("enter") && p.Attempt.State.Final() && a.now.Sub(p.Changed) < session.Debounce:
			// one of several, or held down: meant for the screen before until there is a pause
			a.session.TooSoon(a.now)
			return nil
		case ledger:
			return a.goTo(screenLedger)
		case phone:
			a.hand = a.cfg.Phone != nil
			return nil
		case w != session.Nothing:
			return a.act(w)
		case k.is("enter") && p.Phase() == session.Unclear:
			return a.act(session.Check) // which says why it cannot be done
		case figure.digit() == "":
			return nil
		}
	}
	a.burst.press(&a.next, figure, a.now)
	a.nextAt = a.now
	if p := a.front(); p.GoodNews() && a.now.Sub(p.Changed) >= stands {
		return a.act(session.Next)
	}
	return nil
}

// typesAhead reports whether the next sale is being typed while a payment is in front.
func (a *app) typesAhead() bool {
	return a.session.Front != nil && !a.next.Empty() && a.now.Sub(a.nextAt) < stands
}

// typing reports whether keys are going into a text that has been begun.
func (a *app) typing() bool {
	switch {
	case a.at == screenSale && a.session.Front == nil:
		return a.sale.Focus != session.Amount || a.sale.Text[session.Amount] != "" || a.burst.spoilt(a.now)
	case a.at == screenSale:
		return a.typesAhead()
	case a.at == screenLedger:
		return a.ledger.finding || a.ledger.detail != nil && a.ledger.detail.code.on
	case a.at == screenOpen:
		return a.open.code.on || a.open.detail != nil && a.open.detail.code.on
	}
	return false
}

// fillsIn reports whether figures of a sale that has been begun are in front.
func (a *app) fillsIn() bool {
	s := a.sale
	if a.session.Front != nil {
		s = a.next
	}
	return a.at == screenSale && a.typing() && s.Focus != session.Reference
}

// emptySale reports whether an empty form is in front, where the operators of the number pad lead
// to the other screens.
func (a *app) emptySale() bool { return a.at == screenSale && a.session.Front == nil && !a.typing() }

// helpKey and seenKey are the keys for the help and for the newest banner: those of the number pad
// where these are free.
func (a *app) helpKey() string {
	if a.emptySale() && a.help == nil && !a.hand && !a.quitting {
		return "/"
	}
	return "?"
}

func (a *app) seenKey() string {
	if a.typing() || a.hand || a.help != nil {
		return "f4"
	}
	return "."
}

// phoneKey is the key that puts a hand on the customer's phone: while a payment waits, the number
// pad has one.
func (a *app) phoneKey() string {
	if a.at == screenSale && a.session.Front.Phase() == session.UnderWay {
		return "*"
	}
	return "f8"
}

// goTo brings a screen to the front.
func (a *app) goTo(s screen) tea.Cmd {
	a.at, a.help, a.hand = s, nil, false
	switch s {
	case screenLedger:
		var cmd tea.Cmd
		a.ledger, cmd = a.ledger.show(a.commands, pos.DayOf(a.now))
		return cmd
	case screenOpen:
		a.open.detail = nil
		return a.refresh()
	}
	a.session.SeenFront()
	return nil
}

// act does what is offered of the payment in front.
func (a *app) act(w session.Action) tea.Cmd {
	if w == session.TypeCode {
		return a.typeCode(a.front().Attempt)
	}
	if w != session.Next {
		a.burst = burst{} // what comes after it goes into another form
	}
	return a.commands.do(a.session.Act(w, a.now))
}

// typeCode brings a payment to the front of the ledger, for the code of the customer's SMS.
func (a *app) typeCode(attempt pos.Attempt) tea.Cmd {
	a.at, a.help, a.hand = screenLedger, nil, false
	var cmd tea.Cmd
	a.ledger, cmd = a.ledger.goTo(a.commands, pos.DayOf(attempt.AskedAt))
	a.ledger.chosen = attempt.ID
	a.ledger.detail = &detail{attempt: attempt, code: newCodeLine(attempt)}
	return tea.Batch(cmd, a.commands.do(session.ReadEvents{ID: attempt.ID}))
}

// switchLanguage turns every text into the other language.
func (a *app) switchLanguage() {
	other := text.Kiswahili
	if a.say.Language == text.Kiswahili {
		other = text.English
	}
	a.say = text.New(other)
}

// quit leaves: at once where nothing is open, and otherwise at the second Ctrl-C or Ctrl-Q.
func (a *app) quit() tea.Cmd {
	if a.quitting || a.session.OpenCount() == 0 {
		return tea.Quit
	}
	a.quitting = true
	return nil
}

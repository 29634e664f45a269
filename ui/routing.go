package ui

import (
	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
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
		a.seen()
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
	case k.typed().is(".") && len(a.banners) > 0 && !a.typing():
		a.seen()
		return nil
	}
	if k.digit() != "" && a.now.Sub(a.handLeft) < debounce {
		return nil // it was meant for the phone, and would be the next sale's amount
	}
	return a.pressScreen(k, l)
}

func (a *app) pressScreen(k key, l style) tea.Cmd {
	var cmd tea.Cmd
	var w action
	switch {
	case a.at == screenLedger:
		a.ledger, cmd, w = a.ledger.press(k, a.commands, l)
		return tea.Batch(cmd, a.carryOut(w))
	case a.at == screenOpen:
		a.open, cmd, w = a.open.press(k, a.commands, l)
		return tea.Batch(cmd, a.carryOut(w))
	case a.pay != nil:
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
	_, offered := a.sale.offers()
	if offered && k.is("enter") && a.now.Sub(a.offeredAt) < debounce {
		a.offeredAt = a.now
		return nil // it was meant for the question before
	}
	if k.is("esc") { // with the sale that it was to come after
		a.next = a.next.cleared()
	}
	next, request := a.burst.press(a.sale, k, a.now)
	if _, offers := next.offers(); offers && !offered {
		a.offeredAt = a.now
	}
	if a.sale = next; request != nil {
		return a.charge(*request, nil)
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
		next, w := a.pay.press(k, a.now)
		if a.pay = &next; w != actionNothing || figure.digit() == "" {
			return a.carryOut(w)
		}
	}
	a.next, _ = a.burst.press(a.next, figure, a.now)
	a.nextAt = a.now
	if a.pay.goodNews() && a.now.Sub(a.pay.changed) >= stands {
		return a.carryOut(actionNext)
	}
	return nil
}

// typesAhead reports whether the next sale is being typed while a payment is in front.
func (a *app) typesAhead() bool {
	return a.pay != nil && !a.next.empty() && a.now.Sub(a.nextAt) < stands
}

// typing reports whether keys are going into a text that has been begun.
func (a *app) typing() bool {
	switch {
	case a.at == screenSale && a.pay == nil:
		return a.sale.focus != fieldAmount || !a.sale.fields[fieldAmount].empty() || a.burst.spoilt(a.now)
	case a.at == screenSale:
		return a.typesAhead()
	case a.at == screenLedger:
		return a.ledger.asks != asksNothing || a.ledger.detail != nil && a.ledger.detail.code.on
	case a.at == screenOpen:
		return a.open.code.on
	}
	return false
}

// fillsIn reports whether figures of a sale that has been begun are in front.
func (a *app) fillsIn() bool {
	s := a.sale
	if a.pay != nil {
		s = a.next
	}
	return a.at == screenSale && a.typing() && s.focus != fieldReference
}

// emptySale reports whether an empty form is in front, where the operators of the number pad lead
// to the other screens.
func (a *app) emptySale() bool { return a.at == screenSale && a.pay == nil && !a.typing() }

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
	if p := a.pay; a.at == screenSale && p != nil && p.refused == nil && p.attempt.ID != "" && !p.attempt.State.Final() && p.attempt.State != pos.StillChecking {
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
		return a.refresh()
	}
	if a.pay != nil { // its news is in front now
		a.dropBanners(a.pay.attempt.ID)
	}
	return nil
}

// carryOut does what a screen wishes.
func (a *app) carryOut(w action) tea.Cmd {
	p := a.pay
	switch w {
	case actionSale:
		return a.goTo(screenSale)
	case actionLedger:
		return a.goTo(screenLedger)
	case actionCode:
		a.at, a.help, a.hand = screenLedger, nil, false
		day := pos.DayOf(p.attempt.AskedAt)
		var cmd tea.Cmd
		a.ledger, cmd = a.ledger.goTo(a.commands, day)
		a.ledger.chosen = p.attempt.ID
		a.ledger.detail = &detail{attempt: p.attempt, code: newCodeLine()}
		return tea.Batch(cmd, a.commands.eventsCmd(p.attempt.ID))
	case actionPhone:
		a.hand = a.cfg.Phone != nil
	case actionCheck:
		p.checking = true
		return a.commands.checkCmd(p.checked().ID)
	case actionStop:
		p.stopping = true
		return a.commands.stopCmd(p.attempt.ID)
	case actionAgain:
		r := p.request
		r.Sale, r.MayPayTwice = p.attempt.Sale, false
		return a.charge(r, p)
	case actionTwice:
		r := p.request
		r.MayPayTwice = true
		return a.charge(r, p.before)
	case actionNumber:
		r := p.request
		r.Sale = p.attempt.Sale
		a.sale, a.pay, a.burst = a.sale.anotherNumber(r), nil, burst{}
	case actionNext:
		a.sale, a.next, a.pay = a.next, a.next.cleared(), nil
	case actionForm:
		a.giveUp()
	}
	return nil
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
	if a.quitting || a.openCount() == 0 {
		return tea.Quit
	}
	a.quitting = true
	return nil
}

// openCount is how many payments have no end.
func (a *app) openCount() int {
	n := len(a.states)
	if a.pay != nil && a.pay.refused == nil && a.pay.attempt.ID == "" {
		n++
	}
	return n
}

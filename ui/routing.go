package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// press sends a key where it belongs: what lies over the screens first, then the field that is
// being typed, then the keys that mean the same everywhere, then the screen in front.
func (a *app) press(k key) tea.Cmd {
	a.anywayAt = time.Time{}
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
	k = a.ofTwo(k)
	if a.session.Front != nil && !a.typing() && k.typed().is("+", "-", "*", "/", ".") && a.next.Text[session.Amount] != "" {
		a.cutAt = a.now // it may be of the sum that was begun
	}
	switch m := k.means(); {
	case a.question != nil:
		return a.pressQuestion(k)
	case a.menu != menuClosed:
		return a.pressMenu(k)
	case m >= meansHelp && m <= meansLanguage:
		return a.pressEverywhere(m)
	case a.help == nil && !a.hand && a.typing():
		return a.pressScreen(k, l)
	case m == meansNext:
		return a.nextSale()
	case m == meansFind:
		return a.find()
	case m == meansMenu:
		a.menu, a.burst = menuMain, burst{before: *a.sale.Form, last: a.now, keys: 1}
		return nil
	case a.help != nil:
		next, done := a.help.press(k, l, len(a.helpLines(l)))
		if a.help = &next; done {
			a.help = nil
		}
		return nil
	case a.hand:
		var cmd tea.Cmd
		var done bool
		if a.phones, cmd, done = a.phones.press(k, a.commands); done {
			a.hand = false
		}
		return cmd
	}
	if k.digit() != "" && a.now.Sub(a.handLeft) < session.Debounce {
		return nil // it was meant for the phone, and would be the next sale's amount
	}
	return a.pressScreen(k, l)
}

// ofTwo is which of two keys it is, where a terminal sends the same for a function key and a key of
// the number pad: the latter where figures are typed, and where the function key has nothing to do.
func (a *app) ofTwo(k key) key {
	switch {
	case !k.is("f2", "f3", "f4"):
	case a.fillsIn(), k.is("f2") && a.at == screenLedger, k.is("f4") && len(a.session.News) == 0:
		return k.typed()
	}
	return k
}

// pressEverywhere does what a key means also while something is typed.
func (a *app) pressEverywhere(m meaning) tea.Cmd {
	switch m {
	case meansHelp:
		if a.help != nil {
			a.help = nil
			return nil
		}
		return a.openHelp()
	case meansSale:
		return a.goTo(screenSale)
	case meansLedger:
		return a.goTo(screenLedger)
	case meansSettle:
		return a.goTo(screenOpen)
	case meansSeen:
		a.session.Seen()
	case meansPhone:
		if a.cfg.Phone != nil {
			a.hand, a.help = !a.hand, nil
		}
	case meansLanguage:
		return a.switchLanguage()
	}
	return nil
}

func (a *app) openHelp() tea.Cmd {
	a.help = &helpPage{}
	return nil
}

// nextSale brings the form of the next sale to the front. A payment that was there goes on, and is
// found among what is to be settled; one that has just changed stays until it can have been seen.
func (a *app) nextSale() tea.Cmd {
	elsewhere := a.at != screenSale || a.help != nil || a.hand
	a.ledger.detail, a.ledger.month = nil, nil
	cmd := a.goTo(screenSale)
	if a.session.Front == nil && elsewhere {
		return cmd // the next sale is the one that has been begun
	}
	if a.session.Front != nil && a.now.Sub(a.session.Front.Changed) < session.Debounce {
		return cmd
	}
	return tea.Batch(cmd, a.act(session.Next))
}

// find brings the ledger to the front with its search.
func (a *app) find() tea.Cmd {
	cmd := a.goTo(screenLedger)
	a.ledger = a.ledger.find()
	return cmd
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
	_, offered := a.sale.Offers()
	switch {
	case a.now.Sub(a.backAt) < session.Debounce && (k.is("enter") || k.digit() != ""):
		a.backAt = a.now
		return nil // it was meant for the request that was in front: until there is a pause
	case offered && k.is("enter") && a.now.Sub(a.offeredAt) < session.Debounce:
		a.offeredAt = a.now
		return nil // it was meant for the question before
	case k.means() == meansBack && (k.is("esc") || !a.typing()) && !offered && a.sale.Focus == session.Amount:
		if !a.sale.Empty() || a.sale.Sale != "" {
			a.clearSale()
		}
		return nil
	}
	if a.cutsSum(&a.sale, k) {
		return nil
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

// pressPay answers a key while a payment is in front. Figures are the next sale's, and so is every
// other key of a form while these are being typed: whoever types looks at the keys, not at a result
// that lands meanwhile. Nobody is asked for a payment before the cashier has seen the form.
func (a *app) pressPay(k key) tea.Cmd {
	figure := k.typed()
	forNext := a.typesAhead() && (figure.text != "" || k.is("enter", "esc", "backspace", "delete", "tab", "shift+tab", "ctrl+u", "ctrl+w"))
	if !forNext {
		p := a.front()
		a.session.Quiet()
		hurried := a.now.Sub(a.numberAt) < stands
		if k.digit() != "" {
			a.numberAt = a.now
		}
		switch w := p.press(k, a.session.Offers(a.now), a.now); {
		case k.is("enter") && p.Attempt.State.Final() && a.now.Sub(p.Changed) < session.Debounce:
			// one of several, or held down: meant for the screen before until there is a pause
			a.session.TooSoon(a.now)
			return nil
		case p.numbered(a.now) && figure.digit() != "" && hurried: // of an amount
			return nil
		case w == session.Stop:
			a.stopWaiting()
			return nil
		case w == session.Anyway: // unless it is the first figure of an amount
			a.anywayAt = a.now
			return nil
		case w != session.Nothing:
			return a.act(w)
		case k.is("enter") && p.Phase() == session.Unclear:
			return a.act(session.Check) // which says why it cannot be done
		case figure.digit() == "", p.numbered(a.now):
			return nil
		}
	}
	if a.cutsSum(&a.next, figure) {
		return nil
	}
	a.burst.press(&a.next, figure, a.now)
	a.nextAt = a.now
	if p := a.front(); p.GoodNews() && a.now.Sub(p.Changed) >= stands {
		return a.act(session.Next)
	}
	return nil
}

// cutsSum drops a sum of which an operator was taken for another key, since it came after a pause:
// its figures, put together, would be another amount.
func (a *app) cutsSum(s *sale, k key) bool {
	begun := s.Text[session.Amount] != "" || s.Wrong != nil // it has just been dropped
	if s.Focus != session.Amount || !begun || k.typed().digit() == "" || a.now.Sub(a.cutAt) >= stands {
		return false
	}
	a.cutAt = a.now
	s.Text[session.Amount] = ""
	s.Refuse()
	return true
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

// lastHint is the key that always stands at the end of the key line.
func (a *app) lastHint() hint {
	if a.menu != menuClosed || a.help != nil || a.quitting || a.question != nil || !a.hand && a.typing() {
		return hint{keyFor(meansHelp), a.say.KHelp}
	}
	return hint{keyFor(meansMenu), a.say.KMenu}
}

// seenKey is the key for the newest banner.
func (a *app) seenKey() string {
	switch menu := keyFor(meansMenu); {
	case a.menu == menuMain:
		return menu
	case a.fillsIn():
		return "" // each key is the form's
	case a.question != nil, a.help == nil && !a.hand && a.typing():
		return keyFor(meansSeen)
	default:
		return menu + " " + menu
	}
}

// goTo brings a screen to the front.
func (a *app) goTo(s screen) tea.Cmd {
	a.at, a.help, a.hand, a.open.byHand = s, nil, false, pos.Attempt{}
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
func (a *app) switchLanguage() tea.Cmd {
	other := text.Kiswahili
	if a.say.Language == text.Kiswahili {
		other = text.English
	}
	a.say = text.New(other)
	return nil
}

// quit leaves: at once where nothing is open, and otherwise at the second Ctrl-C or Ctrl-Q.
func (a *app) quit() tea.Cmd {
	if a.quitting || a.session.OpenCount() == 0 {
		return tea.Quit
	}
	a.quitting = true
	return nil
}

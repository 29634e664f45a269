package ui

import (
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
)

// press sends a key where it belongs: what lies over the screens first, then the keys that mean the same everywhere,
// then the screen in front.
func (a *app) press(k key) tea.Cmd {
	if k.is("ctrl+c", "ctrl+q") {
		return a.quit()
	}
	if a.quitting {
		a.quitting = false
		return nil
	}
	arr, l := a.look()
	if arr.size == sizeTiny {
		return nil // nothing is done blindly
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
		if a.phones, cmd, done = a.phones.press(k, a.desk); done {
			a.hand = false
		}
		return cmd
	case k.typed().is(".") && len(a.banners) > 0 && !a.typing():
		a.seen()
		return nil
	}
	return a.pressScreen(k, l)
}

func (a *app) pressScreen(k key, l look) tea.Cmd {
	var cmd tea.Cmd
	var w wish
	switch {
	case a.at == screenLedger:
		a.ledger, cmd, w = a.ledger.press(k, a.desk, l)
		return tea.Batch(cmd, a.carryOut(w, k))
	case a.at == screenOpen:
		a.open, cmd, w = a.open.press(k, a.desk, l)
		return tea.Batch(cmd, a.carryOut(w, k))
	case a.pay != nil:
		next, w := a.pay.press(k, a.now)
		a.pay = &next
		return a.carryOut(w, k)
	}
	if !a.typing() && a.sale.focus == fieldAmount {
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
	next, request := a.sale.press(k)
	if a.sale = next; request != nil {
		return a.charge(*request, nil)
	}
	return nil
}

// typing reports whether keys are going into a text that has been begun.
func (a *app) typing() bool {
	switch {
	case a.at == screenSale && a.pay == nil:
		return a.sale.focus != fieldAmount || !a.sale.fields[fieldAmount].empty()
	case a.at == screenLedger:
		return a.ledger.asks != asksNothing
	case a.at == screenOpen:
		return a.open.typing
	}
	return false
}

// goTo brings a screen to the front.
func (a *app) goTo(s screen) tea.Cmd {
	a.at, a.help, a.hand = s, nil, false
	switch s {
	case screenLedger:
		var cmd tea.Cmd
		a.ledger, cmd = a.ledger.show(a.desk, pos.DayOf(a.now))
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
func (a *app) carryOut(w wish, k key) tea.Cmd {
	p := a.pay
	switch w {
	case wishSale:
		return a.goTo(screenSale)
	case wishLedger:
		return a.goTo(screenLedger)
	case wishPhone:
		a.hand = a.cfg.Phone != nil
	case wishCheck:
		id := p.attempt.ID
		if p.refused != nil {
			id = p.refused.Earlier.ID
		}
		p.checking = true
		return a.desk.checkCmd(id)
	case wishStop:
		p.stopping = true
		return a.desk.stopCmd(p.attempt.ID)
	case wishAgain:
		r := p.request
		r.Sale, r.MayPayTwice = p.attempt.Sale, false
		return a.charge(r, p)
	case wishTwice:
		r := p.request
		r.MayPayTwice = true
		return a.charge(r, p.before)
	case wishNumber:
		r := p.request
		r.Sale = p.attempt.Sale
		a.sale, a.pay = a.sale.anotherNumber(r), nil
	case wishNext, wishTypeOver:
		a.sale, a.pay = a.sale.cleared(), nil
		if w == wishTypeOver {
			a.sale, _ = a.sale.press(k)
		}
	case wishForm:
		a.pay = p.before
	}
	return nil
}

// charge asks the till for a payment. Until the till has answered, no key does anything to it.
func (a *app) charge(r pos.Request, before *pay) tea.Cmd {
	a.pay = &pay{request: r, before: before, changed: a.now}
	a.early = nil
	return a.desk.chargeCmd(r)
}

// charged takes the till's answer to a request.
func (a *app) charged(m chargedMsg) tea.Cmd {
	p := a.pay
	var open *pos.OpenError
	switch {
	case p == nil || p.attempt.ID != "":
		return nil
	case errors.As(m.err, &open):
		p.refused, p.changed = open, a.now
		return a.learnEarly()
	case m.err != nil:
		if a.pay = p.before; a.pay != nil {
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
	p.attempt, p.changed, p.before = m.attempt, a.now, nil
	p.deadline = m.attempt.AskedAt.Add(pos.Patience)
	a.last, a.resumed = m.attempt, 0
	a.sale = a.sale.cleared()
	return a.learnEarly()
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

// seen takes the newest banner away.
func (a *app) seen() {
	if n := len(a.banners); n > 0 {
		a.banners = a.banners[:n-1]
	}
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

// switchLanguage turns every text into the other language.
func (a *app) switchLanguage() {
	other := Kiswahili
	if a.say.lang == Kiswahili {
		other = English
	}
	a.say = newWords(other)
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

// learn takes an update, wherever it belongs.
func (a *app) learn(u pos.Update) tea.Cmd {
	if a.pay != nil && a.pay.refused == nil && a.pay.attempt.ID == "" {
		a.early = append(a.early, u) // perhaps it is about the payment whose id is not known yet
		return nil
	}
	at := u.Attempt
	before := a.states[at.ID]
	a.states[at.ID] = at.State
	if at.State.Final() {
		delete(a.states, at.ID)
	}
	fresh := at.Notices &^ a.told[at.ID]
	if fresh != 0 {
		a.told[at.ID] |= at.Notices
	}
	if a.last.ID == at.ID {
		a.last = at
	}
	bells := a.learnFront(u, before, fresh)
	_, l := a.look()
	a.ledger = a.ledger.learn(at, listRows(l.height))
	a.open = a.open.planned(at.ID, u.NextCheck)

	var cmds []tea.Cmd
	if bells > 0 {
		cmds = append(cmds, a.desk.bellCmd(bells))
	}
	if u.Changed || u.Event != 0 && a.ledger.detail != nil {
		cmds = append(cmds, a.refresh())
	}
	if d := a.ledger.detail; d != nil && d.attempt.ID == at.ID && u.Event != 0 {
		cmds = append(cmds, a.desk.eventsCmd(at.ID))
	}
	return tea.Batch(cmds...)
}

// learnFront takes an update for the payment in front, or makes a banner of it. It returns how often the bell rings.
func (a *app) learnFront(u pos.Update, before pos.State, fresh pos.Notice) (bells int) {
	at, p := u.Attempt, a.pay
	inTheWay := p != nil && p.refused != nil && p.refused.Earlier.ID == at.ID
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
	case inTheWay && at.State.Final():
		a.pay = p.before // nothing is in the way any more
	case fresh != 0:
	case before == pos.StillChecking && at.State.Final():
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

// wantsStrip reports whether there is something for the side strip of a wide window.
func (a *app) wantsStrip() bool { return a.cfg.Phone != nil || a.at == screenSale }

// showsStrip reports whether the window has the strip.
func (a *app) showsStrip() bool { return arrange(a.width, a.height, false, a.wantsStrip()).strip }

// strip draws the side strip: in practice the customer's phone, and otherwise the latest payments.
func (a *app) strip(l look, width int) block {
	l.width = width
	if a.cfg.Phone != nil {
		return a.phones.view(l, a.hand)
	}
	return a.stripView(l)
}

// body draws what is in front, and says which keys it has.
func (a *app) body(l look, arr arrangement) (block, []hint) {
	switch {
	case a.quitting:
		return a.quitView(l), []hint{{"ctrl-c", l.say.quitAgain}, {"esc", l.say.quitStay}}
	case a.help != nil:
		return a.help.view(l, a.helpLines(l)), a.help.hints(l.say)
	case a.hand && !arr.strip:
		return a.phones.view(l, true), a.phones.hints(l.say)
	}
	hints := a.hints(l.say)
	if a.hand {
		hints = a.phones.hints(l.say)
	}
	switch {
	case a.at == screenLedger:
		return a.ledger.view(l), hints
	case a.at == screenOpen:
		return a.open.view(l), hints
	case a.pay != nil:
		return a.pay.view(l), hints
	}
	return a.sale.view(l, a.above(l)), hints
}

// helpLines is the help for what is in front.
func (a *app) helpLines(l look) []string {
	first, second := helpTopics(l.say, a.screenName(l.say), a.hints(l.say), a.cfg.Phone != nil, a.cfg.Endings)
	return helpLines(l, first, second)
}

// hints are the keys of the screen in front.
func (a *app) hints(w *words) []hint {
	switch {
	case a.at == screenLedger:
		return a.ledger.hints(w)
	case a.at == screenOpen:
		return a.open.hints(w)
	case a.pay != nil:
		return a.pay.hints(w, a.now, a.cfg.Phone != nil)
	}
	return a.sale.hints(w)
}

// screenName is the name of the screen in front.
func (a *app) screenName(w *words) string {
	switch {
	case a.at == screenLedger && a.ledger.detail != nil:
		return w.detail
	case a.at == screenLedger:
		return w.ledger
	case a.at == screenOpen:
		return w.open
	}
	return w.sale
}

// above is what stands above an empty form: what was open at the start, or the last payment.
func (a *app) above(l look) []string {
	if a.resumed > 0 {
		return []string{l.ink.tones[toneCheck].on(count(a.resumed, l.say.resumedOne, l.say.resumedMany))}
	}
	if a.last.ID == "" {
		return nil
	}
	tn, word := l.say.word(a.last)
	return []string{l.ink.dim.on(l.say.last+"  ") + l.ink.tones[tn].on(word) +
		l.ink.dim.on("  "+kes(a.last.Amount)+"  "+a.last.Phone.Masked())}
}

// quitView is the question before leaving while payments are open.
func (a *app) quitView(l look) block {
	lines := make([]string, max(0, l.height/3))
	lines = append(lines, l.wrap(l.ink.tones[toneCheck], count(a.openCount(), l.say.quitOne, l.say.quitMany))...)
	return block{lines: append(append(lines, ""), l.wrap(l.ink.strong, l.say.quitNone)...)}
}

// smallView is what there is room for below 40×12: the amount and the word, or only how big the window must be.
func (a *app) smallView(l look) block {
	bigger := l.wrap(l.ink.dim, l.say.bigger)
	size := l.wrap(l.ink.dim, fmt.Sprintf(l.say.biggerFrom, a.width, a.height, plainWidth, plainHeight))
	if l.size == sizeTiny {
		return block{lines: append(bigger, size...)}
	}
	if a.quitting {
		return a.quitView(l)
	}
	word, tn := l.say.sale, tonePlain
	amount, _ := a.sale.running()
	phone := a.sale.fields[fieldPhone].String()
	var first []string
	if p := a.pay; p != nil {
		tn, word = p.word(l.say)
		amount, phone = p.request.Amount, p.request.Phone.Local()
	} else if note, i := a.sale.note(l); note != "" {
		first = l.wrap(i, note)
	}
	lines := []string{l.ink.bands[tn].on(fit(center(word, l.width), l.width))}
	what := append(l.center(l.ink.tones[tn], kes(amount)), l.center(l.ink.text, phone)...)
	mode := l.center(l.ink.tones[toneCheck], a.modeName(l.say))
	return block{lines: append(lines, stack(l.height-1, what, first, mode, append(bigger, size...))...)}
}

package ui

import (
	"fmt"

	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// wantsStrip reports whether there is something for the side strip of a wide window: beside a sale
// always, and in practice beside the lists too, where these keep all their columns.
func (a *app) wantsStrip() bool {
	const allColumns = 70
	switch {
	case a.help != nil, a.quitting:
		return false
	case a.at == screenSale:
		return true
	}
	return a.cfg.Phone != nil && a.width-stripWidth >= allColumns
}

// showsStrip reports whether the window has the strip.
func (a *app) showsStrip() bool { return arrange(a.width, a.height, false, a.wantsStrip()).strip }

// strip draws the side strip: in practice the customer's phone, and otherwise the latest payments.
func (a *app) strip(l style, width int) draw.Block {
	l.width = width
	if a.cfg.Phone != nil {
		return a.phones.view(l, a.hand, keyFor(meansPhone))
	}
	return a.stripView(l)
}

// body draws what is in front, and says which keys it has.
func (a *app) body(l style, arr arrangement) (draw.Block, []hint) {
	switch {
	case a.quitting:
		return a.quitView(l), []hint{{"ctrl-c", l.say.QuitAgain}, {"esc", l.say.QuitStay}}
	case a.help != nil:
		return a.help.view(l, a.helpLines(l)), a.help.hints(l.say)
	case a.hand && !arr.strip:
		return a.phones.view(l, true, ""), a.phones.hints(l.say)
	}
	hints := a.hints(l.say)
	switch {
	case a.at == screenLedger:
		return a.ledger.view(l), hints
	case a.at == screenOpen:
		return a.open.view(l), hints
	case a.session.Front != nil:
		return a.front().view(l, a.next.inLine(l.say)), hints
	}
	return a.sale.view(l, a.above(l)), hints
}

// helpLines is the help for what is in front.
func (a *app) helpLines(l style) []string {
	first, second := helpTopics(l.say, a.screenName(l.say), a.hints(l.say), a.menuLines(), a.cfg)
	return helpLines(l, first, second)
}

// hints are the keys of the screen in front.
func (a *app) hints(w *text.Words) []hint {
	switch {
	case a.hand:
		return a.phones.hints(w)
	case a.at == screenLedger:
		return a.ledger.hints(w)
	case a.at == screenOpen:
		return a.open.hints(w, a.now)
	case a.typesAhead():
		return []hint{{"enter", w.KNextField}, {"--", w.KRubOut}}
	case a.session.Front != nil:
		return a.front().hints(w, a.session.Offers(a.now), a.now)
	}
	return a.sale.hints(w, a.typing())
}

// screenName is the name of the screen in front.
func (a *app) screenName(w *text.Words) string {
	switch {
	case a.hand:
		return w.PhoneTitle
	case a.at == screenLedger && a.ledger.detail != nil, a.at == screenOpen && a.open.detail != nil:
		return w.Detail
	case a.at == screenLedger && a.ledger.month != nil:
		return w.Month
	case a.at == screenLedger:
		return w.Ledger
	case a.at == screenOpen:
		return w.Open
	}
	return w.Sale
}

// above is what stands above an empty form: what was open at the start, or the last payment.
func (a *app) above(l style) []string {
	if a.session.Resumed > 0 {
		long := text.Count(a.session.Resumed, l.say.ResumedOne, l.say.ResumedMany)
		if a.session.Resumed == 1 {
			long = fmt.Sprintf(l.say.ResumedThis, a.cfg.Resumed[0].Amount, a.cfg.Resumed[0].Phone.Masked())
		}
		return []string{l.theme.Tones[draw.ToneCheck].Render(draw.FirstThatFits(l.width-2, long,
			text.Count(a.session.Resumed, l.say.ResumedOne, l.say.ResumedMany), text.Count(a.session.Resumed, l.say.ResumedOneShort, l.say.ResumedManyShort)))}
	}
	if a.session.Last.ID == "" {
		return nil
	}
	tn, word := toned(l.say, a.session.Last)
	return []string{l.theme.Dim.Render(l.say.Last+"  ") + l.theme.Tones[tn].Render(word) +
		l.theme.Dim.Render("  "+text.KES(a.session.Last.Amount)+"  "+a.session.Last.Phone.Masked())}
}

// quitView is the question before leaving while payments are open.
func (a *app) quitView(l style) draw.Block {
	lines := make([]string, max(0, l.height/3))
	lines = append(lines, l.wrap(l.theme.Tones[draw.ToneCheck], text.Count(a.session.OpenCount(), l.say.QuitOne, l.say.QuitMany))...)
	return draw.Block{Lines: append(append(lines, ""), l.wrap(l.theme.Strong, l.say.QuitNone)...)}
}

// smallView is what there is room for below 40×12: the amount and the word, or only how big the
// window must be.
func (a *app) smallView(l style) draw.Block {
	bigger := l.wrap(l.theme.Dim, l.say.Bigger)
	size := l.wrap(l.theme.Dim, fmt.Sprintf(l.say.BiggerFrom, a.width, a.height, plainWidth, plainHeight))
	switch {
	case a.quitting:
		return a.quitView(l)
	case l.size == sizeMinimal && a.covered():
		l.height -= 1 + len(size)
		b, hints := a.over(l, draw.Block{}, nil)
		return draw.Block{Lines: append(append(b.Lines, keysLine(l, hints, a.lastHint(), l.width)), size...)}
	case l.size == sizeTiny && a.session.Front != nil:
		word := a.front().word(l.say, l.now)
		lines := append(l.center(l.theme.Bands[word.tone], word.String()), l.center(l.theme.Tones[word.tone], text.KES(a.session.Front.Request.Amount))...)
		return draw.Block{Lines: append(append(lines, bigger...), size...)}
	case l.size == sizeTiny:
		return draw.Block{Lines: append(bigger, size...)}
	}
	word, tn := a.screenName(l.say), draw.TonePlain
	amount, _, _ := a.sale.Running()
	phone := a.sale.Text[session.Phone]
	var first []string
	for _, line := range a.warning() {
		first = append(first, l.theme.Tones[draw.ToneFail].Render(line))
	}
	if p := a.front(); p.Payment != nil {
		state := p.word(l.say, l.now)
		tn, word = state.tone, state.String()
		amount, phone = p.Request.Amount, p.Request.Phone.Local()
		if next := a.next.inLine(l.say); next != "" && len(first) == 0 {
			first = l.center(l.theme.Accent, next)
		}
	} else if note, i := a.sale.note(l); note != "" && len(first) == 0 {
		first = l.wrap(i, note)
	}
	lines := []string{l.theme.Bands[tn].Render(draw.Fit(draw.Center(word, l.width), l.width))}
	what := append(l.center(l.theme.Tones[tn], text.KES(amount)), l.center(l.theme.Text, phone)...)
	modeTone := draw.ToneCheck
	if a.cfg.Mode == session.Live {
		modeTone = draw.TonePlain
	}
	mode := l.center(l.theme.Tones[modeTone], a.cfg.Mode.Name(l.say))
	return draw.Block{Lines: append(lines, draw.Stack(l.height-1, what, first, mode, append(bigger, size...))...)}
}

package ui

import (
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// menuPage is which page of the menu lies over the screen in front.
type menuPage uint8

const (
	menuClosed menuPage = iota
	menuMain
	menuMore // what the screen in front has besides, by number
)

// menuLine is a line of the menu: its number, which never changes, and what that means.
type menuLine struct {
	number string  // or the key of the menu itself
	means  meaning // which has a key of its own, too
	does   func(w *text.Words) string
	has    func(a *app) bool    // nil: always
	do     func(a *app) tea.Cmd // nil: what it means
}

// menuTable is the menu. What is new is one line, with a number that is free, and without a meaning
// where the menu is the only way to it.
func menuTable() []menuLine {
	return []menuLine{
		{keyFor(meansMenu), meansSeen, func(w *text.Words) string { return w.KSeen }, func(a *app) bool { return len(a.session.News) > 0 }, nil},
		{"1", meansLedger, func(w *text.Words) string { return w.KLedger }, nil, nil},
		{"2", meansSettle, func(w *text.Words) string { return w.KOpen }, nil, nil},
		{"9", meansLanguage, func(w *text.Words) string { return w.KLanguage }, nil, nil},
		{"0", meansHelp, func(w *text.Words) string { return w.KHelp }, nil, nil},
	}
}

// more is what the screen in front has besides what the number pad does: the hints with a letter or
// a function key of their own.
func (a *app) more() []hint {
	var list []hint
	for _, h := range a.hints(a.say) {
		switch keyNamed(h.key).means() {
		case meansCode, meansByHand, meansDetail, meansRaw:
			list = append(list, h)
		}
	}
	if a.cfg.Phone != nil {
		list = append(list, hint{keyFor(meansPhone), a.say.KPhone})
	}
	return list
}

// menuHints are the lines of the menu in front, from top to bottom.
func (a *app) menuHints() []hint {
	more := a.more()
	var list []hint
	if a.menu == menuMore {
		for i, h := range more {
			list = append(list, hint{strconv.Itoa(i + 1), h.does})
		}
		return list
	}
	switch len(more) {
	case 0:
	case 1:
		list = append(list, hint{keyFor(meansGoOn), more[0].does})
	default:
		list = append(list, hint{keyFor(meansGoOn), a.say.KMore})
	}
	for _, line := range a.menuLines() {
		list = append(list, hint{line.number, line.does(a.say)})
	}
	return list
}

// menuLines are the lines of the table that this till has.
func (a *app) menuLines() []menuLine {
	var lines []menuLine
	for _, line := range menuTable() {
		if line.has == nil || line.has(a) {
			lines = append(lines, line)
		}
	}
	return lines
}

// unseen is how long after its key nobody has seen the menu: a frame takes longer.
const unseen = 10 * time.Millisecond

// pressMenu answers a key while the menu lies over the screen in front, which closes it.
func (a *app) pressMenu(k key) tea.Cmd {
	page, more := a.menu, a.more()
	a.menu = menuClosed
	choose := func(n int) tea.Cmd {
		if n < 0 || n >= len(more) {
			return nil
		}
		return a.press(keyNamed(more[n].key))
	}
	switch m := k.means(); {
	case a.now.Sub(a.burst.last) < unseen: // it goes on with what was pasted as if it was typed
		a.burst.bad, a.burst.last = true, a.now
	case m == meansGoOn && page == menuMain && len(more) > 1:
		a.menu = menuMore
	case m == meansGoOn && page == menuMain:
		return choose(0)
	case m == meansNumber && page == menuMore:
		n, _ := strconv.Atoi(k.digit())
		return choose(n - 1)
	case (m == meansNumber || m == meansMenu) && page == menuMain:
		for _, line := range a.menuLines() {
			switch {
			case !k.typed().is(line.number):
			case line.do != nil:
				return line.do(a)
			default:
				return a.pressEverywhere(line.means)
			}
		}
	case m != meansBack && m != meansMenu && m != meansNothing:
		return a.press(k)
	}
	return nil
}

// question is what is asked before something is stopped or dropped: Enter does it, and any other
// key does not.
type question struct {
	of  session.Phase // what it is asked of: with that the question ends
	at  time.Time     // when it was asked, or last answered too soon
	ask func(w *text.Words) string
	yes func(w *text.Words) string
	do  func(a *app) tea.Cmd
}

// stopWaiting and clearSale ask before that is done.
func (a *app) stopWaiting() {
	a.question = &question{a.session.Front.Phase(), a.now, func(w *text.Words) string { return w.StopAsk }, func(w *text.Words) string { return w.KStopNow },
		func(a *app) tea.Cmd { return a.act(session.Stop) }}
}

func (a *app) clearSale() {
	a.question = &question{a.session.Front.Phase(), a.now, func(w *text.Words) string { return w.ClearAsk }, func(w *text.Words) string { return w.KClear },
		func(a *app) tea.Cmd {
			a.burst = burst{}
			return a.commands.do(a.session.Act(session.Next, a.now))
		}}
}

// pressQuestion answers a key while something is asked.
func (a *app) pressQuestion(k key) tea.Cmd {
	q := a.question
	switch m := k.means(); {
	case m == meansGoOn && a.now.Sub(q.at) < session.Debounce:
		q.at = a.now // of a key that bounced, or is held: until there is a pause
		return nil
	case m == meansGoOn:
		a.question = nil
		return q.do(a)
	case m == meansBack:
		a.question = nil
		return nil
	}
	a.question = nil
	return a.press(k)
}

// covered reports whether the menu or a question lies over the screen in front.
func (a *app) covered() bool { return a.quitting || a.menu != menuClosed || a.question != nil }

// over draws the menu or the question over the body in b, and says which keys that has.
func (a *app) over(l style, b draw.Block, hints []hint) (draw.Block, []hint) {
	var lines []string
	back := hint{keyFor(meansBack), l.say.KBack}
	switch {
	case a.question != nil:
		lines = draw.Wrap(a.question.ask(l.say), min(contentWidth, l.width-4))
		for i, s := range lines {
			lines[i] = l.theme.Strong.Render(s)
		}
		hints = []hint{{keyFor(meansGoOn), a.question.yes(l.say)}, {back.key, l.say.KGoOn}}
	case a.menu != menuClosed:
		lines = keyColumn(l, a.menuHints())
		if room := max(1, l.height-2); len(lines) > room {
			n := (len(lines) + 1) / 2
			lines = draw.Beside(lines[:n], l.width/2-2, lines[n:])
		}
		hints = []hint{back}
	default:
		return b, hints
	}
	width := 0
	for _, s := range lines {
		width = max(width, draw.Width(s))
	}
	if len(lines)+2 <= l.height {
		lines = draw.Outline(l.theme.Accent, "", width+4, lines)
	}
	return draw.Over(b.Lines, l.width, l.height, lines), hints
}

// keyColumn writes keys with what they do, one below the other.
func keyColumn(l style, hints []hint) []string {
	width := 0
	for _, h := range hints {
		width = max(width, draw.Width(h.key))
	}
	var lines []string
	for _, h := range hints {
		lines = append(lines, draw.Fit(l.theme.Accent.Render(h.key), width+2)+l.theme.Text.Render(h.does))
	}
	return lines
}

package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// ledger is a day's payments, newest first, or those that were found.
type ledger struct {
	day    session.Day
	search session.Search

	chosen pos.AttemptID // kept by id, so that new rows do not move it
	row    int           // where it was last
	top    int           // the first row on the screen

	finding bool // something is typed to be found
	input   field
	sought  pos.Day // the day that this names; 0 where it names none

	detail *detail // the payment shown in place of the list
	month  *month  // the overview shown in place of the list
}

// show is the ledger as it is come to: today's, unless it is looking at something. A search that
// was left is over: the digits of whoever comes next must not go into it.
func (l ledger) show(d commands, today pos.Day) (ledger, tea.Cmd) {
	if l.day.Day == 0 || l.detail == nil && l.month == nil && (l.finding || l.chosen == "") {
		return l.goTo(d, today)
	}
	return l, nil
}

// goTo turns to another day.
func (l ledger) goTo(d commands, day pos.Day) (ledger, tea.Cmd) {
	next, read := session.OpenDay(day)
	return ledger{day: next}, d.do(read)
}

// list is the rows on the screen.
func (l ledger) list() []pos.Attempt {
	if l.finding {
		return l.search.Rows
	}
	return l.day.Rows
}

// at is the place of the chosen row; 0 where none is chosen.
func (l ledger) at() int {
	list := l.list()
	if l.row < len(list) && list[l.row].ID == l.chosen {
		return l.row
	}
	return max(0, session.IndexOf(list, l.chosen))
}

// press answers a key on the screen that looks like v; left says that it leads back to the sale.
func (l ledger) press(k key, d commands, v style) (ledger, tea.Cmd, bool) {
	now, height := v.now, listRows(v.height)
	if l.detail != nil {
		next, want, left := l.detail.press(k, v)
		if l.detail = &next; left {
			l.detail = nil
		}
		return l, d.do(want), false
	}
	if l.month != nil {
		return l.pressMonth(k, d, v)
	}
	if l.finding {
		return l.pressInput(k, d, now, height)
	}
	m := k.means()
	k = k.moving()
	switch {
	case k.is("left"):
		l, cmd := l.goTo(d, l.day.Day.Add(-1))
		return l, cmd, false
	case k.is("right"):
		if l.day.Day >= pos.DayOf(now) {
			return l, nil, false
		}
		l, cmd := l.goTo(d, l.day.Day.Add(1))
		return l, cmd, false
	case m == meansToday, k.is("5"):
		l, cmd := l.goTo(d, pos.DayOf(now))
		return l, cmd, false
	case m == meansMonth, k.is("0", "insert"):
		m := newMonth(l.day.Day)
		l.month = &m
		return l, d.do(session.ReadMonth{Month: m.month}), false
	case m == meansBack:
		return l, nil, true
	}
	return l.move(k, d, height)
}

// find is the ledger with its search.
func (l ledger) find() ledger {
	l.detail, l.month = nil, nil
	l.finding, l.input, l.search, l.sought, l.top = true, newField(20), session.Search{}, 0, 0
	return l
}

// move answers a key that moves in the list or opens a row.
func (l ledger) move(k key, d commands, height int) (ledger, tea.Cmd, bool) {
	list := l.list()
	if len(list) == 0 {
		return l, nil, false
	}
	at := l.at()
	if k.is("enter") {
		l.detail = &detail{attempt: list[at]}
		return l, d.do(session.ReadEvents{ID: list[at].ID}), false
	}
	at, moves := k.step(at, len(list), height)
	if !moves {
		return l, nil, false
	}
	at = max(0, min(at, len(list)-1))
	l.chosen, l.row = list[at].ID, at
	l.top = draw.Scroll(l.top, at, len(list), height)

	if !l.finding && at >= len(list)-height-1 {
		return l, d.do(l.day.More()), false
	}
	return l, nil, false
}

// pressInput answers a key while a text to find is typed.
func (l ledger) pressInput(k key, d commands, now time.Time, height int) (ledger, tea.Cmd, bool) {
	if k = k.typed(); k.is("+") {
		k = key{name: "down"}
	}
	if k.is("-") && l.figures() {
		// the number pad's way to correct; between letters it is part of a reference
		k = key{name: "backspace"}
	}
	switch {
	case k.is("esc"), k.is("backspace") && l.input.empty():
		l.finding, l.search = false, session.Search{}
		return l, nil, false
	case k.is("enter") && l.sought != 0:
		l, cmd := l.goTo(d, l.sought)
		return l, cmd, false
	case k.is("enter", "up", "down", "pgup", "pgdown"):
		return l.move(k, d, height)
	}
	if edited, ok := l.input.edit(k); ok {
		l.input = edited
	} else {
		l.input = l.input.insert(k.text)
	}
	return l, l.look(d, now), false
}

// look looks for what is typed. A day is not looked for: Enter turns to it.
func (l *ledger) look(d commands, now time.Time) tea.Cmd {
	wanted := strings.TrimSpace(l.input.String())
	l.sought, l.search.Err = 0, nil
	if day, ok := session.SoughtDay(wanted, now); ok {
		l.sought, wanted = day, ""
	}
	look := l.search.For(wanted)
	if l.search.Text == "" && l.search.Wanted == "" {
		l.chosen, l.top = "", 0
	}
	return d.do(look)
}

// paste takes pasted text into the line of input.
func (l ledger) paste(text string, d commands, now time.Time) (ledger, tea.Cmd) {
	switch {
	case l.detail != nil:
		d := *l.detail
		d.code = d.code.paste(text)
		l.detail = &d
		return l, nil
	case !l.finding:
		return l, nil
	}
	l.input = l.input.insert(firstLine(text))
	return l, l.look(d, now)
}

// foundRows takes what was found, and looks again if more has been typed since.
func (l ledger) foundRows(f session.Found, d commands) (ledger, tea.Cmd) {
	look, wanted := l.search.Found(f)
	if !wanted {
		return l, nil
	}
	l.chosen, l.top = "", 0
	if len(l.search.Rows) > 0 {
		l.chosen = l.search.Rows[0].ID
	}
	return l, d.do(look)
}

// learn brings the rows up to date with an attempt that has changed, without reading.
func (l *ledger) learn(a pos.Attempt, height int) {
	l.search.Learn(a)
	if l.day.Learn(a) && l.top > 0 {
		l.top++ // what is on the screen stays there
	}
	l.row = l.at()
	l.top = draw.Scroll(l.top, l.row, len(l.list()), height)
}

// err is what is wrong with what is shown.
func (l ledger) err() error {
	if l.finding {
		return l.search.Err
	}
	return l.day.Err
}

// figures reports whether nothing but figures is typed, among which a dash rubs out.
func (l ledger) figures() bool {
	return session.Only(l.input.String(), session.Digits+"./") == l.input.String()
}

// hints are the keys of the ledger.
func (l ledger) hints(w *text.Words) []hint {
	switch {
	case l.detail != nil:
		return l.detail.hints(w)
	case l.month != nil:
		return l.month.hints(w)
	case l.sought != 0:
		return []hint{{"enter", w.KOpenDay}, {"-", w.KRubOut}, {"esc", w.KBack}}
	case l.finding:
		hints := []hint{{"enter", w.KDetail}, {"+", w.KNextRow}, {"-", w.KRubOut}, {"esc", w.KBack}}
		if !l.figures() { // a reference may have a dash
			hints[2].key = "backspace"
		}
		return hints
	}
	return []hint{
		{"enter", w.KDetail}, {"/", w.KFind}, {"←→", w.KDay}, {"0", w.KMonth}, {"-", w.KBack}, {"↑↓", w.KMove}, {"5", w.KToday}, {"+", w.KNext},
	}
}

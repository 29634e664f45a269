package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/text"
)

// asks is what the ledger's one line of input is for.
type asks uint8

const (
	asksNothing asks = iota
	asksDate
	asksFind
)

// ledger is a day's payments, newest first, or those that were found.
type ledger struct {
	day    pos.Day
	rows   []pos.Attempt
	totals pos.Totals
	whole  bool // there are no more rows than these
	busy   bool // rows are being read
	err    error

	chosen pos.AttemptID // kept by id, so that new rows do not move it
	row    int           // where it was last
	top    int           // the first row on the screen

	asks  asks
	input field
	found []pos.Attempt // while finding
	want  string        // the text that is being looked for; one look-up at a time

	detail *detail // the payment shown in place of the list
	month  *month  // the overview shown in place of the list
}

// show is the ledger as it is come to: today's, unless it is looking at something. A search that
// was left is over: the digits of whoever comes next must not go into it.
func (l ledger) show(d commands, today pos.Day) (ledger, tea.Cmd) {
	if l.day == 0 || l.detail == nil && l.month == nil && (l.asks != asksNothing || l.chosen == "") {
		return l.goTo(d, today)
	}
	return l, nil
}

// goTo turns to another day.
func (l ledger) goTo(d commands, day pos.Day) (ledger, tea.Cmd) {
	next := ledger{day: day, busy: true}
	return next, d.dayCmd(day, "")
}

// list is the rows on the screen.
func (l ledger) list() []pos.Attempt {
	if l.asks == asksFind {
		return l.found
	}
	return l.rows
}

// at is the place of the chosen row; 0 where none is chosen.
func (l ledger) at() int {
	list := l.list()
	if l.row < len(list) && list[l.row].ID == l.chosen {
		return l.row
	}
	return max(0, indexOf(list, l.chosen))
}

// indexOf is the place of an attempt in rows; -1 where it is none of them.
func indexOf(rows []pos.Attempt, id pos.AttemptID) int {
	for i := range rows {
		if rows[i].ID == id {
			return i
		}
	}
	return -1
}

// press answers a key on the screen that looks like v.
func (l ledger) press(k key, d commands, v style) (ledger, tea.Cmd, action) {
	now, height := v.now, listRows(v.height)
	if l.detail != nil {
		return l.pressDetail(k, d, v)
	}
	if l.month != nil {
		return l.pressMonth(k, d, v)
	}
	if l.asks != asksNothing {
		return l.pressInput(k, d, now, height)
	}
	k = k.moving()
	switch {
	case k.is("left"):
		l, cmd := l.goTo(d, l.day.Add(-1))
		return l, cmd, actionNothing
	case k.is("right"):
		if l.day >= pos.DayOf(now) {
			return l, nil, actionNothing
		}
		l, cmd := l.goTo(d, l.day.Add(1))
		return l, cmd, actionNothing
	case k.is("t", "5"):
		l, cmd := l.goTo(d, pos.DayOf(now))
		return l, cmd, actionNothing
	case k.is("g", "*"):
		l.asks, l.err, l.input = asksDate, nil, newField(10)
	case k.is("/"):
		l.asks, l.input, l.found, l.top = asksFind, newField(20), nil, 0
	case k.is("m", "0", "insert"):
		m := newMonth(l.day)
		l.month = &m
		return l, d.monthCmd(m.month), actionNothing
	case k.is("esc", "-", "+"):
		return l, nil, actionSale
	default:
		return l.move(k, d, height)
	}
	return l, nil, actionNothing
}

// move answers a key that moves in the list or opens a row.
func (l ledger) move(k key, d commands, height int) (ledger, tea.Cmd, action) {
	list := l.list()
	if len(list) == 0 {
		return l, nil, actionNothing
	}
	at := l.at()
	if k.is("enter") {
		l.detail = &detail{attempt: list[at]}
		return l, d.eventsCmd(list[at].ID), actionNothing
	}
	at, moves := k.step(at, len(list), height)
	if !moves {
		return l, nil, actionNothing
	}
	at = max(0, min(at, len(list)-1))
	l.chosen, l.row = list[at].ID, at
	l.top = draw.Scroll(l.top, at, len(list), height)

	if l.asks == asksNothing && !l.whole && !l.busy && at >= len(l.rows)-height-1 {
		l.busy = true
		return l, d.dayCmd(l.day, l.rows[len(l.rows)-1].ID), actionNothing
	}
	return l, nil, actionNothing
}

// pressInput answers a key while a day or a text to find is typed.
func (l ledger) pressInput(k key, d commands, now time.Time, height int) (ledger, tea.Cmd, action) {
	switch {
	case l.asks == asksDate:
		k = k.typed()
	case k.is("+"):
		k = key{name: "down"}
	}
	if k.is("-") && only(l.input.String(), digits+".") == l.input.String() {
		// the number pad's way to correct; between letters it is part of a reference
		k = key{name: "backspace"}
	}
	switch {
	case k.is("esc"), k.is("backspace") && l.input.empty():
		l.asks, l.err, l.found, l.want = asksNothing, nil, nil, ""
		return l, nil, actionNothing
	case k.is("enter") && l.asks == asksDate:
		day, ok := readDay(l.input.String(), now)
		if !ok {
			l.err = text.InBoth(func(w *text.Words) string { return w.DateWrong })
			return l, nil, actionNothing
		}
		l, cmd := l.goTo(d, day)
		return l, cmd, actionNothing
	case k.is("enter", "up", "down", "pgup", "pgdown"):
		return l.move(k, d, height)
	}
	if edited, ok := l.input.edit(k); ok {
		l.input = edited
	} else {
		l.input = l.input.insert(k.text)
	}
	l.err = nil
	return l.find(d)
}

// find looks for what is typed, unless a look-up is under way: then the answer to that starts the
// next.
func (l ledger) find(d commands) (ledger, tea.Cmd, action) {
	text := strings.TrimSpace(l.input.String())
	switch {
	case l.asks != asksFind || l.want != "":
		return l, nil, actionNothing
	case text == "":
		l.found, l.chosen, l.top = nil, "", 0
		return l, nil, actionNothing
	}
	l.want = text
	return l, d.findCmd(text), actionNothing
}

// paste takes pasted text into the line of input.
func (l ledger) paste(text string, d commands) (ledger, tea.Cmd) {
	switch {
	case l.detail != nil:
		d := *l.detail
		d.code = d.code.paste(text)
		l.detail = &d
		return l, nil
	case l.asks == asksNothing:
		return l, nil
	}
	l.input = l.input.insert(firstLine(text))
	l, cmd, _ := l.find(d)
	return l, cmd
}

// loaded takes a page of a day. Of one with a damaged payment the others are shown, and in the
// place of the totals what is wrong.
func (l ledger) loaded(m dayLoadedMsg) ledger {
	if m.day != l.day {
		return l
	}
	l.busy = false
	if m.before == "" || m.err != nil {
		l.err = m.err
	}
	if m.err != nil && len(m.rows) == 0 {
		return l
	}
	l.totals, l.whole = m.totals, m.err == nil && len(m.rows) < pageSize
	if m.before == "" {
		l.rows = nil
	}
	for _, a := range m.rows {
		if len(l.rows) == 0 || a.ID < l.rows[len(l.rows)-1].ID {
			l.rows = append(l.rows, a)
		}
	}
	return l
}

// foundRows takes what was found, and looks again if more has been typed since.
func (l ledger) foundRows(m foundMsg, d commands) (ledger, tea.Cmd) {
	if l.asks != asksFind || m.text != l.want {
		return l, nil
	}
	l.want, l.err = "", m.err
	l.found, l.top = m.rows, 0
	l.chosen = ""
	if len(m.rows) > 0 {
		l.chosen = m.rows[0].ID
	}
	if text := strings.TrimSpace(l.input.String()); text != m.text {
		l, cmd, _ := l.find(d)
		return l, cmd
	}
	return l, nil
}

// learn brings the rows up to date with an attempt that has changed, without reading.
func (l ledger) learn(a pos.Attempt, height int) ledger {
	put := func(rows []pos.Attempt) bool {
		i := indexOf(rows, a.ID)
		if i >= 0 && a.Events >= rows[i].Events {
			rows[i] = a
		}
		return i >= 0
	}
	put(l.found)
	if !put(l.rows) && pos.DayOf(a.AskedAt) == l.day && !l.busy && (len(l.rows) == 0 || a.ID > l.rows[0].ID) {
		l.rows = slices.Insert(l.rows, 0, a)
		if l.top > 0 {
			l.top++ // what is on the screen stays there
		}
	}
	l.row = l.at()
	l.top = draw.Scroll(l.top, l.row, len(l.list()), height)
	if l.detail != nil && l.detail.attempt.ID == a.ID {
		changed := *l.detail
		changed.attempt = a
		l.detail = &changed
	}
	return l
}

// hints are the keys of the ledger.
func (l ledger) hints(w *text.Words) []hint {
	switch {
	case l.detail != nil:
		return l.detail.hints(w)
	case l.month != nil:
		return l.month.hints(w)
	case l.asks == asksDate:
		return []hint{{"enter", w.KDate}, {"-", w.KBack}}
	case l.asks == asksFind:
		return []hint{{"enter", w.KDetail}, {"+", w.KNextRow}, {"-", w.KRubOut}, {"esc", w.KBack}}
	}
	return []hint{
		{"enter", w.KDetail}, {"/", w.KFind}, {"←→", w.KDay}, {"0", w.KMonth}, {"-", w.KSale}, {"*", w.KDate}, {"↑↓", w.KMove}, {"5", w.KToday},
	}
}

// readDay reads a day as a number pad can type it, "23", "23.11", "23.11.26", "2311", besides what
// pos.ParseDay takes; nothing is today. A day without its month or year is the last such day.
func readDay(s string, now time.Time) (pos.Day, bool) {
	s = strings.TrimSpace(s)
	if day, err := pos.ParseDay(s, now); err == nil {
		return day, true
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(".-/ ", r) })
	if len(parts) == 1 && len(s) > 2 && len(s)%2 == 0 && len(s) <= 8 { // 2311, 231126, 23112026
		parts = []string{s[:2], s[2:4]}
		if len(s) > 4 {
			parts = append(parts, s[4:])
		}
	}
	numbers := [3]int{}
	if len(parts) > 3 {
		return 0, false
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 {
			return 0, false
		}
		numbers[i] = n
	}
	t := now.In(pos.EAT)
	year, month, day := t.Year(), int(t.Month()), numbers[0]
	if len(parts) > 1 {
		month = numbers[1]
	}
	if len(parts) > 2 {
		if year = numbers[2]; year < 100 {
			year += 2000
		}
	}
	date := func() time.Time { return time.Date(year, time.Month(month), day, 0, 0, 0, 0, pos.EAT) }
	if date().After(t) {
		switch len(parts) {
		case 1:
			month--
		case 2:
			year--
		}
	}
	d := date()
	if d.Day() != day || month > 12 { // 31.11 is no day
		return 0, false
	}
	return pos.DayOf(d), true
}

package ui

import (
	"strings"

	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// helpPage is the keys that are true at the moment, as a page that can be scrolled.
type helpPage struct {
	top int
}

// press answers a key on the screen that looks like v and has so many lines of help; done says that
// it is closed.
func (h helpPage) press(k key, v style, lines int) (next helpPage, done bool) {
	height := v.height - 1
	if m := k.means(); m == meansBack || m == meansGoOn {
		return helpPage{}, true
	}
	k = k.moving()
	h.top, _ = k.step(h.top, lines, height)
	h.top = max(0, min(h.top, lines-height))
	return h, false
}

// helpTopic is a part of the help: its heading, and keys with what they do.
type helpTopic struct {
	head  string
	items []hint
}

// helpTopics are the parts of the help: what is true here, and how to do what a cashier wants,
// which is the table of keys with the numbers of the menu in place of function keys.
func helpTopics(w *text.Words, screen string, here []hint, menu []menuLine, cfg session.Config) (first, second []helpTopic) {
	wants := helpTopic{head: w.HelpWants}
	for _, row := range keyTable {
		if row.want == nil || row.means == meansPhone && cfg.Phone == nil {
			continue
		}
		wants.items = append(wants.items, hint{keysOf(row.means), row.want(w)})
	}
	for _, line := range menu {
		if line.means == meansNothing {
			wants.items = append(wants.items, hint{keyFor(meansMenu) + " " + line.number, line.does(w)})
		}
	}
	wants.items = append(wants.items, hint{keyFor(meansMenu), w.WantReference})
	typing := helpTopic{w.HelpTyping, []hint{
		{"+ - * /", w.WantSums}, {"-", w.WantRubOut},
	}}
	first = []helpTopic{
		{w.HelpKeys + ": " + lower(screen), here},
		typing,
		{w.HelpBell, []hint{{"1", w.HelpBellOnce}, {"2", w.HelpBellTwice}}},
	}
	if len(cfg.Endings) > 0 {
		phones := helpTopic{head: w.HelpEndings}
		for _, e := range cfg.Endings {
			digits := e.Digits
			if digits == "" {
				digits = w.HelpElse
			}
			phones.items = append(phones.items, hint{text.Printable(digits), w.Text(e.Text)})
		}
		first = append(first, phones)
	}
	return first, []helpTopic{wants}
}

// keysOf names the keys of a meaning as the help has room for: the number pad's first, which for
// some is the menu's and a number.
func keysOf(m meaning) string {
	switch m {
	case meansBack:
		return "- esc"
	case meansNumber:
		return "0–9"
	case meansMove:
		return "8 2 4 6"
	}
	name := keyFor(m)
	for _, line := range menuTable() {
		if line.means == m {
			return ". " + line.number + "  " + name
		}
	}
	return strings.ReplaceAll(name, "+q", "-q")
}

// helpLines is the whole help, in two columns where there is room.
func helpLines(l style, first, second []helpTopic) []string {
	const columnWidth = 39
	var lines []string
	margin := 2
	if l.width >= 2*columnWidth+2 {
		lines = draw.Beside(helpColumn(l, first, columnWidth-2), columnWidth, helpColumn(l, second, columnWidth))
		margin = (l.width - 2*columnWidth) / 2
	} else {
		lines = helpColumn(l, append(first, second...), l.width-4)
	}
	for i, s := range lines {
		lines[i] = draw.Blank(margin) + s
	}
	return lines
}

// view draws what fits of the help's lines.
func (h helpPage) view(l style, lines []string) draw.Block {
	if len(lines) <= l.height {
		return draw.Block{Lines: lines}
	}
	top := max(0, min(h.top, len(lines)-l.height+1))
	shown := append([]string(nil), lines[top:min(len(lines), top+l.height-1)]...)
	more := "↓"
	if top+l.height-1 >= len(lines) {
		more = "↑"
	}
	return draw.Block{Lines: append(shown, draw.Center(l.theme.Dim.Render(more), l.width))}
}

// helpColumn writes topics one below the other in width cells.
func helpColumn(l style, topics []helpTopic, width int) []string {
	const keyWidth = 9
	var lines []string
	for _, t := range topics {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		for _, s := range draw.Wrap(t.head, width) {
			lines = append(lines, l.theme.Strong.Render(s))
		}
		for _, k := range t.items {
			does := draw.Wrap(k.does, width-keyWidth)
			for i, s := range does {
				does[i] = l.theme.Text.Render(s)
			}
			lines = append(lines, draw.Beside([]string{l.theme.Accent.Render(k.key)}, keyWidth, does)...)
		}
	}
	return lines
}

func (h helpPage) hints(w *text.Words) []hint {
	return []hint{{"↑↓", w.KScroll}, {"-", w.KBack}}
}

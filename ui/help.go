package ui

import (
	"slices"

	"kaunta/ui/draw"
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
	k = k.moving()
	if k.is("esc", "?", "enter", "-", "+", "/") {
		return helpPage{}, true
	}
	h.top, _ = k.step(h.top, lines, height)
	h.top = max(0, min(h.top, lines-height))
	return h, false
}

// helpTopic is a part of the help: its heading, and keys with what they do.
type helpTopic struct {
	head  string
	items []hint
}

// helpTopics are the parts of the help: what is true here, and what is true everywhere.
func helpTopics(w *text.Words, screen string, here []hint, practice bool, endings []text.Ending) (first, second []helpTopic) {
	everywhere := []hint{{"f1", w.KSale}, {"f2", w.KLedger}, {"f3", w.KOpen}, {"f4", w.KSeen}}
	if practice {
		everywhere = append(everywhere, hint{"f8", w.KPhone})
	}
	everywhere = append(everywhere, hint{"f9", w.KLanguage}, hint{"ctrl-q", w.KQuit})
	onlyHere := slices.DeleteFunc(slices.Clone(here), func(h hint) bool {
		return slices.ContainsFunc(everywhere, func(e hint) bool { return e.key == h.key })
	})
	first = []helpTopic{
		{w.HelpKeys + ": " + lower(screen), onlyHere},
		{w.HelpEverywhere, everywhere},
		{w.HelpBell, []hint{{"1", w.HelpBellOnce}, {"2", w.HelpBellTwice}}},
	}
	second = []helpTopic{{w.HelpPad, []hint{
		{"+ - * /", w.PadSums}, {"--", w.PadRubAmount}, {"-", w.PadRubPhone}, {"/", w.PadUp}, {".", w.PadReference},
		{"* - /", w.PadEmpty}, {"-", w.PadBack}, {"+", w.PadNext}, {".", w.PadSeen}, {"8 2 4 6", w.PadMove}, {"9 3", w.KPage},
	}}}
	if len(endings) > 0 {
		phones := helpTopic{head: w.HelpEndings}
		for _, e := range endings {
			digits := e.Digits
			if digits == "" {
				digits = w.HelpElse
			}
			phones.items = append(phones.items, hint{text.Printable(digits), w.Text(e.Text)})
		}
		second = append(second, phones)
	}
	return first, second
}

// helpLines is the whole help, in two columns where there is room.
func helpLines(l style, first, second []helpTopic) []string {
	const columnWidth = 38
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

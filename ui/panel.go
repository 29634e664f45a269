package ui

import (
	"cmp"
	"slices"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// besideWidth is the least body in which what explains the row in front of a list stands beside the
// list, and not below it.
const besideWidth = 120

// split is where a list and what explains its row in front stand in a body.
type split struct {
	beside      bool
	list, panel style // with the room of each
}

// splitOf divides the body that looks like l.
func splitOf(l style) split {
	s := split{list: l, panel: l}
	if l.width < besideWidth {
		s.panel.evidence = session.EventsRead{} // is not kept up to date
		return s
	}
	s.beside = true
	s.panel.width = min(64, max(41, l.width/3))
	s.list.width = l.width - s.panel.width
	return s
}

// draw puts the two together. Below the list the panel has the rows that are left, and stands apart
// where there is room; in any case it is at the list's margin.
func (s split) draw(l style, list draw.Block, panel func(style) draw.Block, margin string) draw.Block {
	if s.beside {
		at := s.panel
		at.width -= 3
		p := panel(at)
		edge := l.theme.Line.Render("│")
		for len(p.Lines) < l.height {
			p.Lines = append(p.Lines, "")
		}
		for i, line := range p.Lines[:l.height] {
			p.Lines[i] = edge + " " + line
		}
		lines := draw.Beside(list.Lines, s.list.width, p.Lines[:l.height])
		if p.Cursor {
			return draw.Block{Lines: lines, Cursor: true, X: s.list.width + 2 + p.X, Y: p.Y}
		}
		return draw.Block{Lines: lines, Cursor: list.Cursor, X: list.X, Y: list.Y}
	}
	rows := l.height - len(list.Lines)
	at := s.panel
	at.width = belowWidth(l, margin)
	at.height = rows
	p := panel(at)
	if len(p.Lines)+2 <= rows {
		list.Lines = append(list.Lines, "", margin+l.theme.Line.Render(draw.Repeat("─", l.width-2*len(margin))))
	}
	if p.Cursor {
		list.Cursor, list.X, list.Y = true, len(margin)+p.X, len(list.Lines)+p.Y
	}
	for _, line := range p.Lines[:max(0, min(len(p.Lines), rows))] {
		list.Lines = append(list.Lines, margin+line)
	}
	return list
}

// belowWidth is how wide what stands below a list with such a margin runs.
func belowWidth(l style, margin string) int { return min(listWidth, l.width-2*len(margin)) }

// leastPanel is the fewest rows below a list, with what sets it apart, in which a payment is
// explained well enough.
const leastPanel = 7

// The least room in which facts have their labels before them: in a narrow one, these take rows.
const (
	labelled     = 50
	labelledTall = 16
)

// facts draws what is known of a payment in at most height lines of width cells. Where there is not
// room for all of it, what matters least goes first.
func (l style) facts(facts []text.Fact, width, height int) []string {
	facts = slices.Clone(facts)
	for {
		lines := l.allFacts(facts, width, height)
		if len(lines) <= height || len(facts) == 0 {
			return lines
		}
		if len(facts) == 1 {
			return lines[:max(0, height)]
		}
		least := slices.MinFunc(facts, func(a, b text.Fact) int { return cmp.Compare(a.Keep, b.Keep) })
		facts = slices.DeleteFunc(facts, func(f text.Fact) bool { return f == least })
	}
}

// inShort is a payment's state, amount and phone: in one line where that is wide enough.
func (l style) inShort(a pos.Attempt, width int) []string {
	tn, word := toned(l.say, a)
	word = l.theme.Tones[tn].Render(word)
	which := l.theme.Strong.Render(text.KES(a.Amount) + "  " + a.Phone.Masked())
	if draw.Width(word)+2+draw.Width(which) <= width {
		return []string{draw.Ends(word, which, width)}
	}
	return []string{draw.Fit(word, width), draw.Fit(which, width)}
}

// events draws what happened with a payment, the latest last, as far as it has been read and there
// are rows.
func (l style) events(a pos.Attempt, width, height int) []string {
	const time = 10 // 14:32:07 and a gap
	if l.evidence.Attempt.ID != a.ID {
		return nil
	}
	var lines []string
	for _, e := range l.evidence.Events {
		what := l.say.Kinds[e.Kind]
		if s := l.say.Event(a.Phone, e); s != "" {
			what += ": " + s
		}
		for n, line := range draw.Wrap(what, width-time) {
			start := draw.Blank(time)
			if n == 0 {
				start = l.theme.Text.Render(draw.Fit(text.Seconds(e.At), time))
			}
			lines = append(lines, start+l.theme.Dim.Render(line))
		}
	}
	return lines[max(0, len(lines)-max(0, height)):]
}

func (l style) allFacts(facts []text.Fact, width, height int) []string {
	label := 0
	if width >= labelled || height >= labelledTall {
		for _, f := range facts {
			label = max(label, draw.Width(f.Label)+2)
		}
	}
	var lines []string
	before := ""
	for _, f := range facts {
		i := l.theme.Text
		if f.Act {
			i = l.theme.Tones[draw.ToneCheck]
		}
		for n, line := range draw.Wrap(f.Text, width-label) {
			first := ""
			if n == 0 && f.Label != before {
				first = f.Label
			}
			start := ""
			if label > 0 {
				start = l.theme.Dim.Render(draw.Fit(first, label))
			}
			lines = append(lines, start+i.Render(line))
		}
		before = f.Label
	}
	return lines
}

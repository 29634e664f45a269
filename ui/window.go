package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"kaunta/ui/draw"
)

// View implements tea.Model.
func (a *app) View() tea.View {
	v := tea.NewView("")
	v.AltScreen, v.ReportFocus = true, true
	if a.width <= 0 || a.height <= 0 {
		return v
	}
	frame, body := a.frame()
	v.Content = frame
	if body.Cursor {
		v.Cursor = tea.NewCursor(body.X, body.Y)
		v.Cursor.Blink = !a.cfg.NoMotion
	}
	return v
}

// layout is how the screens layout at the moment.
func (a *app) layout() (arrangement, style) {
	arr := arrange(a.width, a.height, len(a.session.News) > 0, a.wantsStrip()).warned(len(a.warning()))
	return arr, style{
		say: a.say, theme: a.theme, size: arr.size, ascii: a.ascii, still: a.cfg.NoMotion, practice: a.cfg.Phone != nil, evidence: a.evidence,
		width: arr.width, height: arr.height, now: a.now,
	}
}

// frame draws the window, exactly as wide and high as it is. The block's cursor is in the window's
// columns and rows.
func (a *app) frame() (string, draw.Block) {
	arr, l := a.layout()
	var lines []string
	add := func(s string) { lines = append(lines, draw.Fit(s, a.width)) }
	rule := l.theme.Line.Render(draw.Repeat("─", a.width))

	if arr.size < sizePlain {
		b := a.smallView(l)
		for row := range a.height {
			s := ""
			if row < len(b.Lines) {
				s = b.Lines[row]
			}
			add(s)
		}
		return a.finished(lines), b
	}
	add(a.header(l, a.width))
	if arr.rules {
		add(rule)
	}
	for _, line := range a.warning()[:arr.warning] {
		add(l.theme.Bands[draw.ToneFail].Render(draw.Fit(" "+line, a.width)))
	}
	if arr.banner {
		add(bannerLine(l, a.session.News, a.seenKey(), a.width))
	}
	b, hints := a.body(l, arr)
	b, hints = a.over(l, b, hints)
	var strip draw.Block
	if arr.strip {
		strip = a.strip(l, stripWidth-3)
	}
	if arr.air {
		b.Lines = append([]string{""}, b.Lines...)
		strip.Lines = append([]string{""}, strip.Lines...)
		b.Y++
		arr.height++
	}
	b.Y += len(lines)
	for row := range arr.height {
		s := ""
		if row < len(b.Lines) {
			s = b.Lines[row]
		}
		if arr.strip {
			side := ""
			if row < len(strip.Lines) {
				side = strip.Lines[row]
			}
			s = draw.Fit(s, arr.width) + l.theme.Line.Render("│") + " " + side
		}
		add(s)
	}
	if arr.rules {
		add(rule)
	}
	add(a.status(l, a.width))
	add(keysLine(l, hints, a.lastHint(), a.width))
	return a.finished(lines), b
}

// finished joins the lines of a frame, in the characters that the terminal has.
func (a *app) finished(lines []string) string {
	s := strings.Join(lines, "\n")
	switch {
	case a.ascii:
		s = strings.Map(draw.ASCII, s)
	case a.onLinuxConsole():
		s = strings.Map(draw.Console, s)
	}
	return s
}

package ui

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
)

// tty is what stands behind the output of the plain till.
type tty struct {
	rings bool       // the output is a terminal: it has a bell
	typed bool       // so is the input: it shows what is typed behind the prompt, and ends the line
	width func() int // cells in a line; 0: no end
}

// ttyOf looks at the input and output of a session. Where the output is no terminal, lines are as
// long as their statements, unless COLUMNS says otherwise.
func ttyOf(cfg Config) tty {
	t := tty{width: func() int {
		n, _ := strconv.Atoi(getenv(cfg.Environ, "COLUMNS"))
		return max(0, n)
	}}
	out, ok := cfg.Output.(term.File)
	if !ok || !term.IsTerminal(out.Fd()) {
		return t
	}
	t.rings = true
	t.width = func() int {
		w, _, err := term.GetSize(out.Fd())
		if err != nil {
			return 0
		}
		return w
	}
	in, ok := cfg.Input.(term.File)
	t.typed = ok && term.IsTerminal(in.Fd())
	return t
}

// teller writes lines, and now and then a prompt. It writes no control character but the line feed
// and the bell.
type teller struct {
	to    io.Writer
	tty   tty
	ascii bool

	asking bool      // a prompt waits for its answer
	cut    bool      // the prompt before was interrupted: what was typed behind it still stands in the terminal
	again  time.Time // when the bell rings a second time; zero: not
	err    error     // why the output takes no more; the first one
}

// line writes a statement. It interrupts a prompt.
func (t *teller) line(s string) {
	if t.asking {
		t.asking, t.cut = false, true
		if t.tty.typed {
			t.write("\n" + t.fold(s) + "\n")
			return
		}
	}
	t.write(t.fold(s) + "\n")
}

// ask writes a prompt. At a terminal what is typed comes behind it; elsewhere it is a line like any
// other, since nothing that is typed would end it.
func (t *teller) ask(prompt string) {
	t.asking, t.cut = true, false
	if t.tty.typed {
		t.write(t.fold(prompt) + " ")
		return
	}
	t.write(t.fold(prompt) + "\n")
}

// answered says that a line was typed, which has ended the prompt's own.
func (t *teller) answered() { t.asking, t.cut = false, false }

// ring rings a terminal's bell, the second time a moment later, since two at once are heard as one.
func (t *teller) ring(times int, now time.Time) {
	const apart = 300 * time.Millisecond
	if !t.tty.rings || times < 1 {
		return
	}
	t.write("\a")
	if t.again = (time.Time{}); times > 1 {
		t.again = now.Add(apart)
	}
}

// fold breaks a statement between its words where the line is shorter. What goes on is set in by
// two, so that every line that begins at the margin is a statement's beginning.
func (t *teller) fold(s string) string {
	const inset = "  "
	width := t.tty.width()
	if width <= len(inset) {
		return s
	}
	var b strings.Builder
	column := 0
	for i, word := range strings.Split(held(s), " ") {
		w := ansi.StringWidth(word)
		switch {
		case i == 0:
		case column+1+w < width: // the last cell stays free: some terminals go on to the next line at once
			b.WriteByte(' ')
			column++
		default:
			b.WriteString("\n" + inset)
			column = len(inset)
		}
		b.WriteString(word)
		column += w
	}
	return strings.ReplaceAll(b.String(), noBreak, " ")
}

func (t *teller) write(s string) {
	if t.err != nil {
		return
	}
	if t.ascii {
		s = strings.Map(asciiOf, strings.ReplaceAll(s, "…", "..."))
	}
	_, t.err = io.WriteString(t.to, s)
}

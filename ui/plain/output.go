package plain

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"

	"kaunta/ui/draw"
	"kaunta/ui/session"
)

// tty is what stands behind the output of the plain till.
type tty struct {
	rings bool       // the output is a terminal: it has a bell
	typed bool       // so is the input: it shows what is typed behind the prompt, and ends the line
	width func() int // cells in a line; 0: no end
}

// ttyOf looks at the input and output of a session. Where the output is no terminal, lines are as
// long as their statements, unless COLUMNS says otherwise.
func ttyOf(cfg session.Config) tty {
	t := tty{width: func() int {
		n, _ := strconv.Atoi(cfg.Getenv("COLUMNS"))
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
			t.write("\n" + draw.Fold(t.tty.width(), s) + "\n")
			return
		}
	}
	t.write(draw.Fold(t.tty.width(), s) + "\n")
}

// ask writes a prompt. At a terminal what is typed comes behind it; elsewhere it is a line like any
// other, since nothing that is typed would end it.
func (t *teller) ask(prompt string) {
	t.asking, t.cut = true, false
	if t.tty.typed {
		t.write(draw.Fold(t.tty.width(), prompt) + " ")
		return
	}
	t.write(draw.Fold(t.tty.width(), prompt) + "\n")
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

func (t *teller) write(s string) {
	if t.err != nil {
		return
	}
	if t.ascii {
		s = strings.Map(draw.ASCII, strings.ReplaceAll(s, "…", "..."))
	}
	_, t.err = io.WriteString(t.to, s)
}

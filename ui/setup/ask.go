package setup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/text"
)

// errLeft is how a step ends when the owner leaves.
var errLeft = errors.New("the owner left")

type question struct {
	title, hint string
	value       *string
	secret      bool
	options     []option
	valid       func(string) error // of what was typed, without blanks around it; nil: anything
}

type option struct{ value, label string }

// ask shows the questions of one step together, and returns errLeft where the owner leaves.
func (w *wizard) ask(questions ...question) error {
	if err := w.ctx.Err(); err != nil {
		return errLeft
	}
	w.page()
	var fields []huh.Field
	for _, q := range questions {
		fields = append(fields, w.field(q))
	}
	var err error
	if w.plain {
		err = w.askPlainly(questions, fields)
	} else {
		err = w.form(fields).RunWithContext(w.ctx)
	}
	if errors.Is(err, huh.ErrUserAborted) || w.ctx.Err() != nil {
		return errLeft
	}
	for _, q := range questions {
		*q.value = strings.TrimSpace(*q.value)
	}
	return err
}

// field makes a question a field of package huh.
func (w *wizard) field(q question) huh.Field {
	if q.options != nil {
		c := &choice{Select: huh.NewSelect[string](), value: q.value}
		var options []huh.Option[string]
		for i, o := range q.options {
			label := o.label
			if !w.plain { // there the library numbers them
				label = strconv.Itoa(i+1) + "  " + label
			}
			c.values = append(c.values, o.value)
			options = append(options, huh.NewOption(label, o.value))
		}
		c.Select.Title(q.title).Description(q.hint).Options(options...).Value(q.value)
		return c
	}
	valid := func(s string) error {
		s = strings.TrimSpace(s)
		// there, an empty line takes what is proposed
		if q.valid == nil || w.plain && s == "" && *q.value != "" {
			return nil
		}
		return q.valid(s)
	}
	input := huh.NewInput().Title(q.title).Description(q.hint).Value(q.value).Validate(valid).CharLimit(400)
	if w.plain {
		proposed := ""
		if *q.value != "" {
			proposed = " [" + *q.value + "]"
		}
		input.Title(q.title + proposed + ":")
	}
	if q.secret {
		input.EchoMode(huh.EchoModePassword)
	}
	return input
}

func (w *wizard) form(fields []huh.Field) *huh.Form {
	options := []tea.ProgramOption{
		tea.WithInput(w.Input), tea.WithOutput(w.Output), tea.WithEnvironment(w.Environ), tea.WithFilter(numberPad),
		tea.WithColorProfile(w.profile()),
		tea.WithoutSignalHandler(), // the caller's signals end the context
	}
	return huh.NewForm(huh.NewGroup(fields...)).WithProgramOptions(options...).WithKeyMap(w.keys()).
		WithTheme(huh.ThemeFunc(w.theme)).WithAccessible(false)
}

// keys are the library's own, with Esc to leave and their help in the owner's language.
func (w *wizard) keys() *huh.KeyMap {
	k := huh.NewDefaultKeyMap()
	k.Quit = key.NewBinding(key.WithKeys("ctrl+c", "esc"))
	k.Select.Filter.SetEnabled(false)
	help := func(b *key.Binding, name string, t pos.Text) { b.SetHelp(name, w.in(t)) }
	for _, b := range []*key.Binding{&k.Input.Next, &k.Input.Submit, &k.Select.Next, &k.Select.Submit} {
		help(b, "Enter", text.Both("next", "endelea"))
	}
	for _, b := range []*key.Binding{&k.Input.Prev, &k.Select.Prev} {
		help(b, "Shift-Tab", text.Both("back", "nyuma"))
	}
	up, down := "↑", "↓"
	if !w.utf8 {
		up, down = "Up", "Down"
	}
	help(&k.Select.Up, up, text.Both("up", "juu"))
	help(&k.Select.Down, down, text.Both("down", "chini"))
	return k
}

// theme is the form's look. Its colours can be read on dark and on light, since not every terminal
// tells which it is.
func (w *wizard) theme(bool) *huh.Styles {
	t := huh.ThemeBase(false)
	accent, dim, wrong := lipgloss.Color("#1C8C4C"), lipgloss.Color("#7A828C"), lipgloss.Color("#DB4A42")
	plain := lipgloss.NewStyle()
	base := plain.PaddingLeft(1)
	f := &t.Focused
	f.Base, f.Card = base, base
	f.Title = plain.Bold(true)
	f.Description = plain.Foreground(dim)
	f.ErrorIndicator = plain.Foreground(wrong).SetString(" *")
	f.ErrorMessage = plain.Foreground(wrong).SetString(" ")
	f.SelectSelector = plain.Foreground(accent).SetString("> ")
	f.SelectedOption = plain.Foreground(accent).Bold(true)
	f.TextInput.Prompt = plain.Foreground(accent)
	f.TextInput.Placeholder = plain.Foreground(dim)
	t.Blurred = t.Focused
	t.Blurred.Title = plain.Foreground(dim)
	t.Blurred.SelectSelector = plain.SetString("  ")
	t.Help.ShortKey, t.Help.ShortDesc, t.Help.ShortSeparator = base.Foreground(dim), plain.Foreground(dim), plain.Foreground(dim)
	if !w.utf8 {
		t.Help.ShortSeparator = t.Help.ShortSeparator.SetString("-")
	}
	return t
}

// choice is a list that a digit moves in, so that the number pad is enough.
type choice struct {
	*huh.Select[string]
	value  *string
	values []string
}

// Update moves to the option of a digit, and leaves everything else to the list.
func (c *choice) Update(msg tea.Msg) (huh.Model, tea.Cmd) {
	if press, is := msg.(tea.KeyPressMsg); is && len(press.Text) == 1 {
		if n := int(press.Text[0] - '1'); n >= 0 && n < len(c.values) {
			*c.value = c.values[n]
			c.Select.Value(c.value)
			return c, nil
		}
	}
	_, cmd := c.Select.Update(msg) // the list is a pointer, and returns itself
	return c, cmd
}

// numberPad gives the keys of the number pad their text, which they lack in application-keypad mode
// (PuTTY).
func numberPad(_ tea.Model, msg tea.Msg) tea.Msg {
	press, is := msg.(tea.KeyPressMsg)
	if !is || press.Text != "" {
		return msg
	}
	switch {
	case press.Code >= tea.KeyKp0 && press.Code <= tea.KeyKp9:
		digit := '0' + press.Code - tea.KeyKp0
		return tea.KeyPressMsg{Code: digit, Text: string(digit)}
	case press.Code == tea.KeyKpDecimal:
		return tea.KeyPressMsg{Code: '.', Text: "."}
	case press.Code == tea.KeyKpEnter:
		return tea.KeyPressMsg{Code: tea.KeyEnter}
	}
	return msg
}

// askPlainly asks line by line. The library reads a line at a time and cannot be interrupted: when
// the context ends, the terminal gets its echo back and the reader is left behind, to end with the
// program.
func (w *wizard) askPlainly(questions []question, fields []huh.Field) error {
	if f, is := w.Input.(*os.File); is {
		if before, err := term.GetState(f.Fd()); err == nil {
			defer func() { _ = term.Restore(f.Fd(), before) }()
		}
	}
	input := &watched{Reader: w.Input}
	done := make(chan error, 1)
	go func() {
		for i, field := range fields {
			q := questions[i]
			if q.hint != "" {
				fmt.Fprintln(w.Output, q.hint)
			}
			var err error
			if q.secret {
				err = w.askSecret(q)
			} else {
				err = field.WithTheme(huh.ThemeFunc(func(bool) *huh.Styles { return &huh.Styles{} })).RunAccessible(w.Output, input)
			}
			if err != nil || input.ended {
				done <- errLeft
				return
			}
		}
		done <- nil
	}()
	select {
	case err := <-done:
		return err
	case <-w.ctx.Done():
		return errLeft
	}
}

// askSecret asks for a line that is not echoed. The echo is off before the question appears, so
// that a terminal that answers at once is not seen either; the library's own asks first.
func (w *wizard) askSecret(q question) error {
	f, is := w.Input.(*os.File)
	if !is {
		return errors.New("a secret can be typed at a terminal only")
	}
	for {
		state, err := term.MakeRaw(f.Fd())
		if err != nil {
			return err
		}
		fmt.Fprint(w.Output, q.title+": ")
		typed, err := readHidden(f)
		fmt.Fprint(w.Output, "\r\n")
		if err := errors.Join(err, term.Restore(f.Fd(), state)); err != nil {
			return err
		}
		if err := q.valid(typed); err != nil {
			fmt.Fprintln(w.Output, err)
			continue
		}
		*q.value = typed
		return nil
	}
}

// readHidden reads a line from a terminal that neither echoes nor edits.
func readHidden(r io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); ; {
		if _, err := r.Read(b); err != nil {
			return "", err
		}
		switch c := b[0]; {
		case c == '\r' || c == '\n':
			return strings.TrimSpace(string(line)), nil
		case c == 0x03 || c == 0x04: // Ctrl-C, Ctrl-D
			return "", errLeft
		case c == 0x15: // Ctrl-U
			line = line[:0]
		case c == 0x7f || c == '\b':
			line = line[:max(0, len(line)-1)]
		case len(line) < 400:
			line = append(line, c)
		}
	}
}

// watched notices the end of what can be read, which the library takes for an empty line.
type watched struct {
	io.Reader
	ended bool
}

func (r *watched) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if err != nil {
		r.ended = true
	}
	return n, err
}

func (w *wizard) say(t pos.Text) { w.print("", t) }

// print says a text after a sign; it stays with the next questions.
func (w *wizard) print(sign string, t pos.Text) { w.stays(w.fitted(sign, t)) }

// passes says what is gone with the next questions.
func (w *wizard) passes(t pos.Text) { fmt.Fprintln(w.Output, w.drawable(w.fitted("", t))) }

// fitted is a text after a sign, broken at the window's width.
func (w *wizard) fitted(sign string, t pos.Text) string {
	says := w.in(t)
	if sign != "" {
		sign += " "
	}
	if width, _ := w.size(); !w.plain {
		room := max(20, width-1-draw.Width(sign))
		says = strings.ReplaceAll(lipgloss.Wrap(says, room, " "), "\n", "\n"+draw.Blank(draw.Width(sign)))
	}
	return sign + says
}

// drawable is text in the characters that the terminal has.
func (w *wizard) drawable(text string) string {
	if w.utf8 {
		return text
	}
	return strings.Map(draw.ASCII, strings.ReplaceAll(text, "…", "..."))
}

func (w *wizard) size() (width, height int) {
	if f, is := w.Output.(*os.File); is {
		if width, height, err := term.GetSize(f.Fd()); err == nil && width > 0 && height > 0 {
			return width, height
		}
	}
	return 80, 24
}

func (w *wizard) profile() colorprofile.Profile { return draw.Profile(w.Output, w.Environ) }

func (w *wizard) in(t pos.Text) string { return text.In(text.Language(w.language), t) }

// sign is the sign of good and of bad.
func (w *wizard) sign(good bool) string {
	switch {
	case good && w.utf8:
		return "✓"
	case good:
		return "+"
	case w.utf8:
		return "×"
	}
	return "x"
}

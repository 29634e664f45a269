package ui

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// terminal is a kind of terminal.
type terminal struct {
	name       string
	profile    colorprofile.Profile
	background draw.Background
	ascii      bool
}

func terminals() []terminal {
	return []terminal{
		{"truecolor-dark", colorprofile.TrueColor, draw.BackgroundDark, false},
		{"truecolor-light", colorprofile.TrueColor, draw.BackgroundLight, false},
		{"256-dark", colorprofile.ANSI256, draw.BackgroundDark, false},
		{"256-light", colorprofile.ANSI256, draw.BackgroundLight, false},
		{"16-dark", colorprofile.ANSI, draw.BackgroundDark, false},
		{"16-light", colorprofile.ANSI, draw.BackgroundLight, false},
		{"none", colorprofile.ASCII, draw.BackgroundDark, false},
		{"ascii", colorprofile.ASCII, draw.BackgroundDark, true},
	}
}

// everyTerminal are also those that have not told their background, as every session begins.
func everyTerminal() []terminal {
	return append(terminals(),
		terminal{"truecolor-unknown", colorprofile.TrueColor, draw.BackgroundUnknown, false},
		terminal{"256-unknown", colorprofile.ANSI256, draw.BackgroundUnknown, false},
		terminal{"16-unknown", colorprofile.ANSI, draw.BackgroundUnknown, false},
	)
}

// set makes the terminal one of this kind.
func (k terminal) set(c *cashier) {
	c.send(tea.ColorProfileMsg{Profile: k.profile})
	c.app.background = k.background
	c.app.theme = draw.NewTheme(c.app.profile, c.app.background)
	c.app.ascii = k.ascii
}

// token is an ink of the theme by its name.
type token struct {
	name string
	of   func(*draw.Theme) *draw.Style
}

// tokens are all inks of the theme.
func tokens() []token {
	list := []token{
		{"text", func(t *draw.Theme) *draw.Style { return &t.Text }},
		{"strong", func(t *draw.Theme) *draw.Style { return &t.Strong }},
		{"dim", func(t *draw.Theme) *draw.Style { return &t.Dim }},
		{"line", func(t *draw.Theme) *draw.Style { return &t.Line }},
		{"accent", func(t *draw.Theme) *draw.Style { return &t.Accent }},
		{"chosen", func(t *draw.Theme) *draw.Style { return &t.Chosen }},
		{"amber", func(t *draw.Theme) *draw.Style { return &t.Amber }},
	}
	for i, name := range [...]string{draw.TonePlain: "plain", draw.TonePaid: "paid", draw.ToneWait: "wait", draw.ToneCheck: "check", draw.ToneFail: "fail"} {
		list = append(list,
			token{name, func(t *draw.Theme) *draw.Style { return &t.Tones[i] }},
			token{"band-" + name, func(t *draw.Theme) *draw.Style { return &t.Bands[i] }})
	}
	return list
}

// mark is the escape sequence, of no terminal, that stands for the n-th token.
func mark(n int) string { return fmt.Sprintf("\x1b[999;%dm", n) }

// marked is the frame drawn with marks for inks.
func (c *cashier) marked() string {
	for n, token := range tokens() {
		*token.of(&c.app.theme) = draw.Style(mark(n))
	}
	return c.frame()
}

// named is a marked frame with the names of its tokens: «paid:✓ PAID».
func named(marked string) string {
	for n, token := range tokens() {
		marked = strings.ReplaceAll(marked, mark(n), "«"+token.name+":")
	}
	return strings.ReplaceAll(marked, ansi.ResetStyle, "»")
}

// inked is a marked frame in the inks of a theme.
func inked(marked string, th draw.Theme) string {
	for n, token := range tokens() {
		before, after, found := strings.Cut(marked, mark(n))
		for found {
			text, rest, _ := strings.Cut(after, ansi.ResetStyle)
			before += token.of(&th).Render(text)
			var next string
			next, after, found = strings.Cut(rest, mark(n))
			before += next
		}
		marked = before
	}
	return marked
}

// colourScenes are the screens whose styles are held word by word.
func colourScenes() (list []scene) {
	for _, s := range scenes() {
		switch s.name {
		case "sale-rounded", "waiting", "paid", "not-paid", "still-checking", "ledger", "month":
			list = append(list, s)
		}
	}
	return list
}

// TestStyles draws some screens with the names of the theme's tokens in place of colours, so that
// another palette changes none of them.
func TestStyles(t *testing.T) {
	for _, s := range colourScenes() {
		for suffix, ascii := range map[string]bool{"styles": false, "styles-ascii": true} {
			t.Run(s.name+"/"+suffix, func(t *testing.T) {
				c := s.stage(t)
				c.app.ascii = ascii
				golden(t, s.name+"."+suffix+".golden", named(c.marked())+"\n")
			})
		}
	}
}

// TestEveryTerminalHasTheStyles: a kind of terminal decides on the inks of the tokens and on
// nothing else. So what TestStyles and TestPalette hold is what every terminal shows.
func TestEveryTerminalHasTheStyles(t *testing.T) {
	for _, s := range scenes() {
		for _, lang := range []text.Language{text.English, text.Kiswahili} {
			c := s.stage(t, func(cfg *session.Config) { cfg.Language = lang })
			for _, k := range everyTerminal() {
				k.set(c)
				th := c.app.theme
				got := c.frame()
				if want := inked(c.marked(), th); got != want {
					t.Errorf("%s in %s at %s:\n%q\nwant\n%q", s.name, lang, k.name, got, want)
				}
			}
		}
	}
}

// TestPalette holds the ink of each token for each kind of terminal.
func TestPalette(t *testing.T) {
	inks := 0
	for f, th := 0, reflect.TypeFor[draw.Theme](); f < th.NumField(); f++ {
		if of := th.Field(f).Type; of.Kind() == reflect.Array {
			inks += of.Len()
		} else {
			inks++
		}
	}
	if n := len(tokens()); n != inks {
		t.Errorf("%d tokens are listed, and the theme has %d", n, inks)
	}
	var b strings.Builder
	for _, k := range everyTerminal() {
		th := draw.NewTheme(k.profile, k.background)
		fmt.Fprintln(&b, k.name)
		for _, token := range tokens() {
			fmt.Fprintf(&b, "  %-10s %s\n", token.name, escapes(string(*token.of(&th))))
		}
	}
	golden(t, "palette.golden", b.String())
}

// TestColourFrames draws a screen as each kind of terminal gets it.
func TestColourFrames(t *testing.T) {
	for _, s := range scenes() {
		if s.name != "paid" {
			continue
		}
		for _, k := range terminals() {
			t.Run(k.name, func(t *testing.T) {
				c := s.stage(t)
				k.set(c)
				golden(t, s.name+"."+k.name+".golden", escapes(c.frame())+"\n")
			})
		}
	}
}

func escapes(s string) string { return strings.ReplaceAll(s, "\x1b", "␛") }

package ui

import (
	"image/color"
	"io"
	"os"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"kaunta/ui/text"
)

// colour is the escape sequence that begins a style; empty for plain text. Building it once keeps View
// cheap.
type colour string

// on writes s in the ink.
func (i colour) on(s string) string {
	if i == "" || s == "" {
		return s
	}
	return string(i) + s + ansi.ResetStyle
}

// tone is what a colour means. Never a colour alone: a symbol and a word say the same.
type tone uint8

const (
	tonePlain tone = iota
	tonePaid
	toneWait
	toneCheck
	toneFail
)

// theme is every style of the screens, for one kind of terminal.
type theme struct {
	text   colour // values
	strong colour // values that matter most
	dim    colour // labels
	line   colour // rules
	accent colour // the shop's name
	chosen colour // the row or field chosen
	tones  [5]colour
	bands  [5]colour // the same as a background
}

// background is what the terminal's background is known to be.
type background uint8

const (
	// backgroundUnknown is how a session begins, and stays where the terminal does not answer: its
	// colours can be read on dark and on light, and text is left in the terminal's own colour.
	backgroundUnknown background = iota
	backgroundLight
	backgroundDark
)

// shade is one colour for each background, in true colour, as one of the 256 and as one of the
// sixteen. All are chosen by hand: the nearest of the sixteen to any amber is red, which means
// something else, and the nearest of the 256 to our red is an amber. The zero shade is the
// terminal's own colour.
type shade struct {
	rgb, ansi256, ansi [3]string // in the order of background: unknown, light, dark
}

// newTheme is the theme for a terminal of this colour profile and background. Without colours, bold
// and reverse carry it.
func newTheme(profile colorprofile.Profile, bg background) theme {
	text := shade{[3]string{"", "#1C1F23", "#E6E8EB"}, [3]string{"", "234", "254"}, [3]string{"", "0", "15"}}
	dim := shade{[3]string{"#7A828C", "#5B6470", "#8D96A0"}, [3]string{"244", "241", "246"}, [3]string{"8", "8", "7"}}
	line := shade{[3]string{"#7A828C", "#C9CED4", "#3A4048"}, [3]string{"244", "251", "238"}, [3]string{"8", "7", "8"}}
	onDark := shade{[3]string{"#FFFFFF", "#FFFFFF", "#0D1117"}, [3]string{"231", "231", "233"}, [3]string{"15", "15", "0"}}
	onBright := shade{onDark.rgb, onDark.ansi256, [3]string{"0", "0", "0"}}
	tones := []struct {
		tone          tone
		shade, onBand shade
	}{
		{tonePaid, shade{[3]string{"#1C8C4C", "#0B7A3B", "#3FCB7C"}, [3]string{"29", "28", "78"}, [3]string{"2", "2", "10"}}, onBright},
		{toneWait, shade{[3]string{"#2F7FD0", "#0B5CAD", "#62B0F6"}, [3]string{"32", "25", "75"}, [3]string{"12", "4", "12"}}, onDark},
		{toneCheck, shade{[3]string{"#A87200", "#8A5A00", "#F2B33D"}, [3]string{"136", "94", "214"}, [3]string{"3", "3", "11"}}, onBright},
		{toneFail, shade{[3]string{"#DB4A42", "#B3261E", "#FF7B72"}, [3]string{"167", "124", "203"}, [3]string{"9", "1", "9"}}, onDark},
	}

	complete := lipgloss.Complete(profile)
	pick := func(s shade) color.Color {
		if s.rgb[bg] == "" || profile <= colorprofile.ASCII {
			return nil
		}
		return complete(lipgloss.Color(s.ansi[bg]), lipgloss.Color(s.ansi256[bg]), lipgloss.Color(s.rgb[bg]))
	}
	inkOf := func(bold bool, fore, back shade) colour {
		s := ansi.NewStyle()
		if bold {
			s = s.Bold()
		}
		if c := pick(fore); c != nil {
			s = s.ForegroundColor(c)
		}
		if c := pick(back); c != nil {
			s = s.BackgroundColor(c)
		}
		if len(s) == 0 {
			return ""
		}
		return colour(s.String())
	}
	// Many terminals of sixteen colours write bold in the bright half of them, which cannot be read
	// on a light background, nor black on a band.
	bold := profile != colorprofile.ANSI || bg == backgroundDark
	t := theme{
		text:   inkOf(false, text, shade{}),
		strong: inkOf(true, text, shade{}),
		dim:    inkOf(false, dim, shade{}),
		line:   inkOf(false, line, shade{}),
		accent: inkOf(bold, tones[0].shade, shade{}),
		chosen: colour(ansi.NewStyle().Bold().Reverse(true).String()),
	}
	t.tones[tonePlain], t.bands[tonePlain] = t.strong, t.chosen
	for _, n := range tones {
		t.tones[n.tone] = inkOf(bold, n.shade, shade{})
		t.bands[n.tone] = t.chosen
		if pick(n.shade) != nil {
			t.bands[n.tone] = inkOf(profile != colorprofile.ANSI, n.onBand, n.shade)
		}
	}
	if profile == colorprofile.ANSI && bg != backgroundDark {
		t.tones[toneCheck] = t.bands[toneCheck] // the yellow of the sixteen cannot be read on white
	}
	return t
}

// profileOf is how many colours the terminal at the other end has. Any value of NO_COLOR means
// none, as its convention says; the library takes only 1 and true.
func profileOf(output io.Writer, environ []string) colorprofile.Profile {
	profile := colorprofile.Env(environ)
	if f, ok := output.(*os.File); ok {
		profile = colorprofile.Detect(f, environ)
	}
	if getenv(environ, "NO_COLOR") != "" {
		profile = min(profile, colorprofile.ASCII)
	}
	return profile
}

// ascii reports whether nothing but ASCII is to be drawn: somebody asked for it, or the locale is
// not UTF-8.
func ascii(cfg Config) bool {
	return cfg.ASCII || !text.UTF8(func(name string) string { return getenv(cfg.Environ, name) })
}

// getenv is the last value of a variable in an environment, or "".
func getenv(environ []string, name string) string {
	for i := len(environ) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(environ[i], name+"="); ok {
			return value
		}
	}
	return ""
}

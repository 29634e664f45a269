package draw

import (
	"image/color"
	"io"
	"os"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Style is the escape sequence that begins a style; empty for plain text. Building it once keeps
// drawing cheap.
type Style string

// Render writes s in the style.
func (st Style) Render(s string) string {
	if st == "" || s == "" {
		return s
	}
	return string(st) + s + ansi.ResetStyle
}

// Tone is what a colour means. Never a colour alone: a symbol and a word say the same.
type Tone uint8

// The tones. Those of a payment's states begin with TonePaid.
const (
	TonePlain Tone = iota
	TonePaid
	ToneWait
	ToneCheck
	ToneFail
)

// Theme is every style of the screens, for one kind of terminal.
type Theme struct {
	Text   Style // values
	Strong Style // values that matter most
	Dim    Style // labels
	Line   Style // rules
	Accent Style // the shop's name
	Chosen Style // the row or field chosen
	// Amber is dark text on amber, whatever the background: money that may have moved.
	Amber Style
	Tones [5]Style // by Tone
	Bands [5]Style // the same as a background; that of ToneCheck is Amber
}

// Background is what the terminal's background is known to be.
type Background uint8

// The backgrounds.
const (
	// BackgroundUnknown is how a session begins, and stays where the terminal does not answer: its
	// colours can be read on dark and on light, and text is left in the terminal's own colour.
	BackgroundUnknown Background = iota
	BackgroundLight
	BackgroundDark
)

// shade is one colour for each background, in true colour, as one of the 256 and as one of the
// sixteen. All are chosen by hand: the nearest of the sixteen to any amber is red, which means
// something else, and the nearest of the 256 to our red is an amber. The zero shade is the
// terminal's own colour.
type shade struct {
	rgb, ansi256, ansi [3]string // in the order of Background: unknown, light, dark
}

// same is a colour that the background does not change.
func same(colour string) [3]string { return [3]string{colour, colour, colour} }

// NewTheme is the theme for a terminal of this colour profile and background. Without colours, bold
// and reverse carry it.
func NewTheme(profile colorprofile.Profile, bg Background) Theme {
	text := shade{[3]string{"", "#1C1F23", "#E6E8EB"}, [3]string{"", "234", "254"}, [3]string{"", "0", "15"}}
	dim := shade{[3]string{"#7A828C", "#5B6470", "#8D96A0"}, [3]string{"244", "241", "246"}, [3]string{"", "8", "7"}}
	line := shade{[3]string{"#7A828C", "#C9CED4", "#3A4048"}, [3]string{"244", "251", "238"}, [3]string{"8", "7", "8"}}
	onDark := shade{[3]string{"#FFFFFF", "#FFFFFF", "#0D1117"}, [3]string{"231", "231", "233"}, [3]string{"15", "15", "0"}}
	amber := shade{same("#F2B33D"), same("214"), same("11")}
	onAmber := shade{same("#0D1117"), same("233"), same("0")}
	onBright := shade{onDark.rgb, onDark.ansi256, [3]string{"0", "0", "0"}}
	tones := []struct {
		tone          Tone
		shade, onBand shade
	}{
		{TonePaid, shade{[3]string{"#1C8C4C", "#0B7A3B", "#3FCB7C"}, [3]string{"29", "28", "78"}, [3]string{"2", "2", "10"}}, onBright},
		{ToneWait, shade{[3]string{"#2F7FD0", "#0B5CAD", "#62B0F6"}, [3]string{"32", "25", "75"}, [3]string{"12", "4", "12"}}, onDark},
		{ToneCheck, shade{[3]string{"#A87200", "#8A5A00", "#F2B33D"}, [3]string{"136", "94", "214"}, [3]string{"3", "3", "11"}}, onBright},
		{ToneFail, shade{[3]string{"#DB4A42", "#B3261E", "#FF7B72"}, [3]string{"167", "124", "203"}, [3]string{"9", "1", "9"}}, onDark},
	}

	complete := lipgloss.Complete(profile)
	pick := func(s shade) color.Color {
		if s.rgb[bg] == "" || profile <= colorprofile.ASCII || profile == colorprofile.ANSI && s.ansi[bg] == "" {
			return nil
		}
		return complete(lipgloss.Color(s.ansi[bg]), lipgloss.Color(s.ansi256[bg]), lipgloss.Color(s.rgb[bg]))
	}
	style := func(bold bool, fore, back shade) Style {
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
		return Style(s.String())
	}
	// Many terminals of sixteen colours write bold in the bright half of them, which cannot be read
	// on a light background, nor black on a band.
	bold := profile != colorprofile.ANSI || bg == BackgroundDark
	t := Theme{
		Text:   style(false, text, shade{}),
		Strong: style(true, text, shade{}),
		Dim:    style(false, dim, shade{}),
		Line:   style(false, line, shade{}),
		Accent: style(bold, tones[0].shade, shade{}),
		Chosen: Style(ansi.NewStyle().Bold().Reverse(true).String()),
	}
	t.Tones[TonePlain], t.Bands[TonePlain] = t.Strong, t.Chosen
	t.Amber = t.Chosen
	if pick(amber) != nil {
		t.Amber = style(profile != colorprofile.ANSI, onAmber, amber)
	}
	for _, n := range tones {
		t.Tones[n.tone] = style(bold, n.shade, shade{})
		t.Bands[n.tone] = t.Chosen
		if pick(n.shade) != nil {
			t.Bands[n.tone] = style(profile != colorprofile.ANSI, n.onBand, n.shade)
		}
	}
	t.Bands[ToneCheck] = t.Amber
	if profile == colorprofile.ANSI && bg != BackgroundDark {
		t.Tones[ToneCheck] = t.Bands[ToneCheck] // the yellow of the sixteen cannot be read on white
	}
	return t
}

// Profile is how many colours the terminal at the other end has. Any value of NO_COLOR means none,
// as its convention says; the library takes only 1 and true.
func Profile(output io.Writer, environ []string) colorprofile.Profile {
	profile := colorprofile.Env(environ)
	if f, ok := output.(*os.File); ok {
		profile = colorprofile.Detect(f, environ)
	}
	without := false
	for _, v := range environ { // the last counts
		if value, ok := strings.CutPrefix(v, "NO_COLOR="); ok {
			without = value != ""
		}
	}
	if without {
		profile = min(profile, colorprofile.ASCII)
	}
	return profile
}

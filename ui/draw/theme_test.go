package draw

import (
	"image/color"
	"math"
	"testing"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
)

// drawn is the colours in which a style draws, nil for the terminal's own, and whether they are
// exchanged.
func drawn(st Style) (fore, back color.Color, bold, reverse bool) {
	buf := uv.NewScreenBuffer(1, 1)
	uv.NewStyledString(st.Render("x")).Draw(buf, buf.Bounds())
	s := buf.CellAt(0, 0).Style
	return s.Fg, s.Bg, s.Attrs&uv.AttrBold != 0, s.Attrs&uv.AttrReverse != 0
}

// contrast is that of two colours by WCAG, from 1 to 21.
func contrast(a, b color.Color) float64 {
	luminance := func(c color.Color) float64 {
		linear := func(v uint32) float64 {
			x := float64(v) / 0xffff
			if x <= 0.04045 {
				return x / 12.92
			}
			return math.Pow((x+0.055)/1.055, 2.4)
		}
		r, g, b, _ := c.RGBA()
		return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func everyTheme(t *testing.T, check func(t *testing.T, name string, profile colorprofile.Profile, bg Background, th Theme)) {
	for _, profile := range []colorprofile.Profile{colorprofile.ASCII, colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor} {
		for bg, name := range map[Background]string{BackgroundUnknown: "unknown", BackgroundLight: "light", BackgroundDark: "dark"} {
			check(t, profile.String()+" "+name, profile, bg, NewTheme(profile, bg))
		}
	}
}

// TestAmber is dark text on a bright amber in every kind of terminal that has colours, and reverse
// where there are none.
func TestAmber(t *testing.T) {
	everyTheme(t, func(t *testing.T, name string, profile colorprofile.Profile, _ Background, th Theme) {
		fore, back, bold, reverse := drawn(th.Amber)
		if profile <= colorprofile.ASCII {
			if fore != nil || back != nil || !reverse {
				t.Errorf("%s: %v on %v, reverse: %v", name, fore, back, reverse)
			}
			return
		}
		if fore == nil || back == nil {
			t.Fatalf("%s: %v on %v", name, fore, back)
		}
		if c := contrast(fore, back); c < 7 {
			t.Errorf("%s: the contrast is %.1f", name, c)
		}
		if contrast(fore, color.Black) > contrast(fore, color.White) {
			t.Errorf("%s: the text %v is not the dark one", name, fore)
		}
		if r, g, b, _ := back.RGBA(); g > r || b > g/2 || g < r/2 {
			t.Errorf("%s: %v is no amber", name, back)
		}
		if bold && profile == colorprofile.ANSI {
			t.Errorf("%s: bold black is grey in many terminals of sixteen colours", name)
		}
	})
}

// TestAmberIsTheBandOfMoneyThatMayHaveMoved in every kind of terminal, and no label is written in
// bright black unless the background is known to be light.
func TestAmberIsTheBandOfMoneyThatMayHaveMoved(t *testing.T) {
	everyTheme(t, func(t *testing.T, name string, profile colorprofile.Profile, bg Background, th Theme) {
		if th.Bands[ToneCheck] != th.Amber {
			t.Errorf("%s: the band is %q, and amber %q", name, th.Bands[ToneCheck], th.Amber)
		}
		if profile == colorprofile.ANSI && bg != BackgroundLight && th.Dim == NewTheme(profile, BackgroundLight).Dim {
			t.Errorf("%s: labels are %q", name, th.Dim)
		}
	})
}

// TestContrast: state colours can be read on the background that is known, and before it is on
// black and on white.
func TestContrast(t *testing.T) {
	for bg, least := range map[Background][2]float64{
		BackgroundUnknown: {3, 3}, BackgroundLight: {0, 4.5}, BackgroundDark: {4.5, 0}, // against black and white
	} {
		th := NewTheme(colorprofile.TrueColor, bg)
		for tn := TonePaid; tn <= ToneFail; tn++ {
			fore, _, _, _ := drawn(th.Tones[tn])
			if onBlack, onWhite := contrast(fore, color.Black), contrast(fore, color.White); onBlack < least[0] || onWhite < least[1] {
				t.Errorf("background %d, tone %d: contrast %.1f on black, %.1f on white", bg, tn, onBlack, onWhite)
			}
		}
	}
}

// TestWithoutColours: bold and reverse are all that is left, and every band has its background.
func TestWithoutColours(t *testing.T) {
	everyTheme(t, func(t *testing.T, name string, profile colorprofile.Profile, _ Background, th Theme) {
		for tn, band := range th.Bands {
			fore, back, _, reverse := drawn(band)
			if back == nil && !reverse {
				t.Errorf("%s: band %d has no background", name, tn)
			}
			if profile <= colorprofile.ASCII && (fore != nil || back != nil) {
				t.Errorf("%s: band %d has colours", name, tn)
			}
		}
	})
}

func TestProfile(t *testing.T) {
	for _, tc := range []struct {
		environ []string
		want    colorprofile.Profile
	}{
		{[]string{"TERM=xterm-256color"}, colorprofile.ANSI256},
		{[]string{"TERM=xterm-256color", "COLORTERM=truecolor"}, colorprofile.TrueColor},
		{[]string{"TERM=linux"}, colorprofile.ANSI},
		{[]string{"TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=yes"}, colorprofile.ASCII},
		{[]string{"TERM=xterm-256color", "NO_COLOR=0"}, colorprofile.ASCII},
		{[]string{"TERM=xterm-256color", "NO_COLOR="}, colorprofile.ANSI256},
		{[]string{"TERM=xterm-256color", "NO_COLOR=1", "NO_COLOR="}, colorprofile.ANSI256}, // the last counts
	} {
		if got := Profile(nil, tc.environ); got != tc.want {
			t.Errorf("%v: %v, want %v", tc.environ, got, tc.want)
		}
	}
}

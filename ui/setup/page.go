package setup

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"kaunta/pos"
	"kaunta/ui/app/settings"
	"kaunta/ui/draw"
	"kaunta/ui/text"
)

// step is one of the steps that the owner sees counted.
type step struct {
	title pos.Text
	do    func() error
}

// fact is something that was answered: what it is of, the answer, and both in a small window.
type fact struct {
	name         pos.Text
	value, short string
}

// roomy is the least height of a window with room for what was answered.
const roomy = 20

// begins says that the step begins which is number n, from 1.
func (w *wizard) begins(n int, title pos.Text) {
	w.step, w.title = n, title
	if w.plain {
		fmt.Fprintf(w.Output, "\n%s: %s\n", w.counted(), w.in(title))
	}
}

// counted is "2 of 6".
func (w *wizard) counted() string {
	return fmt.Sprintf(w.in(text.Both("%d of %d", "%d kati ya %d")), w.step, len(w.steps()))
}

// page clears the screen for the next questions: the header, what was answered, and what has been
// said since the last ones.
func (w *wizard) page() {
	if w.plain {
		return
	}
	width, height := w.size()
	theme := draw.NewTheme(w.profile(), draw.BackgroundUnknown)
	left := " " + theme.Accent.Render("Kaunta")
	if height >= roomy {
		left += "  " + theme.Text.Render(w.in(text.Both("SETUP", "MIPANGILIO")))
	}
	if mode := w.mode(); mode != "" {
		tone := draw.ToneCheck
		if w.live {
			tone = draw.ToneFail
		}
		left += "  " + theme.Bands[tone].Render(" "+mode+" ")
	}
	lines := []string{draw.Ends(left, theme.Dim.Render(w.counted())+" ", width)}
	if height >= roomy {
		lines = append(lines, theme.Line.Render(draw.Repeat("─", width)), " "+theme.Strong.Render(w.in(w.title)), "")
		if w.step < len(w.steps()) { // the last page names them all
			for _, f := range w.facts() {
				lines = append(lines, " "+theme.Dim.Render(w.sign(true)+" "+draw.Cut(w.in(f.name)+": "+f.value, width-4)))
			}
			if lines[len(lines)-1] != "" {
				lines = append(lines, "")
			}
		}
	}
	fmt.Fprint(w.Output, "\x1b[H\x1b[2J"+w.drawable(strings.Join(append(lines, w.notes...), "\n")+"\n"))
	w.notes = nil
}

// mode is where payments will go; empty until it is chosen.
func (w *wizard) mode() string {
	switch {
	case w.values.Text("environment") == "" || w.step < 2:
		return ""
	case w.live:
		return w.in(text.Both("LIVE", "HALISI"))
	}
	return "SANDBOX"
}

// facts are what was answered so far, and stands in the file at the end.
func (w *wizard) facts() []fact {
	s := w.settings()
	var list []fact
	add := func(since int, name pos.Text, value, short string) {
		if w.step > since && value != "" {
			list = append(list, fact{name, value, short})
		}
	}
	is := func(b bool, name pos.Text) string {
		if !b {
			return ""
		}
		return w.in(name)
	}
	there := text.Both("there, not shown", "ipo, haionyeshwi")
	language := map[string]string{"en": "English", "sw": "Kiswahili"}[w.language]
	add(1, text.Both("Shop", "Duka"), s.Shop, s.Shop)
	add(1, text.Both("Money", "Pesa"), is(w.live, text.Both("LIVE, real money", "HALISI, pesa halisi"))+is(!w.live, text.Both("SANDBOX, a test", "SANDBOX, majaribio")), w.mode())
	add(1, text.Both("Language", "Lugha"), language, language)
	add(2, text.Both("Consumer key and secret", "Consumer key na secret"), is(s.Daraja.ConsumerKey != "", there), w.in(text.Both("keys", "funguo")))
	if s.Daraja.Till != "" {
		add(3, text.Both("Till number", "Namba ya till"), s.Daraja.Till+" (Buy Goods)", "till "+s.Daraja.Till)
		add(3, text.Both("Store number", "Store number"), s.Daraja.ShortCode, "store "+s.Daraja.ShortCode)
	} else {
		add(3, text.Both("Pay Bill", "Pay Bill"), s.Daraja.ShortCode, "Pay Bill "+s.Daraja.ShortCode)
	}
	add(3, text.Both("Passkey", "Passkey"), is(s.Daraja.Passkey != "", there), "passkey")
	add(4, text.Both("Safaricom reaches Kaunta", "Safaricom inaifikia Kaunta"), w.way(s), w.way(s))
	most, twice := text.KES(pos.Shillings(s.Limits.MaxAmount)), text.KES(pos.Shillings(s.Limits.RetypeAbove))
	if s.Limits.RetypeAbove == 0 {
		twice = w.in(text.Both("never", "kamwe"))
	}
	add(5, text.Both("Most in one payment", "Kiasi cha juu kwa mara moja"), most, "max "+most)
	add(5, text.Both("Typed twice above", "Mara mbili zaidi ya"), twice, "×2 > "+twice)
	add(5, text.Both("File", "Faili"), w.Path, w.Path)
	return list
}

// way is how Safaricom reaches Kaunta, and where.
func (w *wizard) way(s settings.Settings) string {
	c := s.Callback
	switch c.Reach {
	case settings.ReachStatic:
		return c.PublicURL + " > " + c.Listen
	case settings.ReachACME:
		return "https://" + c.ACME.Domain
	case settings.ReachSSH:
		return c.PublicURL + " (ssh " + c.SSH.User + "@" + c.SSH.Server + ")"
	case settings.ReachCloudflared:
		if c.PublicURL == "" {
			return w.in(text.Both("Cloudflare, a new name each time", "Cloudflare, jina jipya kila mara"))
		}
		return c.PublicURL + " (Cloudflare)"
	}
	return w.in(text.Both("not at all: Kaunta asks", "hapana: Kaunta inauliza"))
}

// everything is all that is going to be written, a line each where there is room.
func (w *wizard) everything() string {
	width, height := w.size()
	var lines, short []string
	for _, f := range w.facts() {
		lines = append(lines, strings.ReplaceAll(lipgloss.Wrap(" "+w.in(f.name)+": "+f.value, max(20, width-1), " "), "\n", "\n   "))
		short = append(short, f.short)
	}
	if w.plain || height >= roomy {
		return strings.Join(lines, "\n")
	}
	return lipgloss.Wrap(strings.Join(short, " · "), max(20, width-1), " ")
}

// stays prints a text that stays with the next questions.
func (w *wizard) stays(s string) {
	fmt.Fprintln(w.Output, w.drawable(s))
	if !w.plain {
		w.notes = append(w.notes, s)
	}
}

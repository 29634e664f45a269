package ui

import (
	"fmt"
	"slices"
	"strings"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// header is the first line of every screen: shop, till, screen, mode, the payment in front and the
// time. Where there is not room for all, the date goes first, then the till's number, the time, the
// shop, the screen and the mode; never the state of a payment that nothing else shows.
func (a *app) header(l style, width int) string {
	mark, state := "", ""
	if name := a.cfg.Mode.Name(l.say); a.cfg.Mode == session.Live {
		mark = l.theme.Strong.Render(name)
	} else {
		mark = l.theme.Bands[draw.ToneCheck].Render(" " + name + " ")
	}
	if p := a.front(); p.Payment != nil && !a.bandSpeaks(l) {
		word := p.word(l.say, l.now)
		if state = l.theme.Tones[word.tone].Render(word.String()); a.at != screenSale { // else it would be read as the state of what is shown there
			state += " " + l.theme.Text.Render(text.KES(p.Request.Amount))
		}
	}
	shop := text.Printable(a.cfg.Shop)
	line := func(till, date, time bool) (string, string) {
		left := " " + l.theme.Accent.Render(shop)
		if till && a.cfg.ShortCode != "" {
			left += "  " + l.theme.Dim.Render(l.say.Till+" "+text.Printable(a.cfg.ShortCode))
		}
		left += "  " + l.theme.Text.Render(a.screenName(l.say))
		for _, s := range []string{mark, state} {
			if s != "" {
				left += "  " + s
			}
		}
		right := ""
		if time {
			right = text.Clock(l.now)
		}
		if date {
			right += "  " + l.say.DateShort(l.now)
		}
		return left, l.theme.Dim.Render(right) + " "
	}
	for _, v := range [][3]bool{{true, true, true}, {true, false, true}, {false, false, true}, {false, false, false}} {
		left, right := line(v[0], v[1], v[2])
		if draw.Width(left)+draw.Width(right)+2 <= width {
			return draw.Ends(left, right, width)
		}
	}
	left, _ := line(false, false, false)
	if room := draw.Width(shop) - (draw.Width(left) + 1 - width); room >= 4 {
		shop = draw.Cut(shop, room)
		left, _ = line(false, false, false)
		return left
	}
	parts := slices.DeleteFunc([]string{l.theme.Text.Render(a.screenName(l.say)), mark, state}, func(s string) bool { return s == "" })
	for len(parts) > 1 && draw.Width(strings.Join(parts, "  "))+2 > width {
		parts = parts[1:]
	}
	return " " + strings.Join(parts, "  ")
}

// bandSpeaks reports whether the state of the payment in front is in plain letters below the header
// already. Big letters are a drawing to a screen reader.
func (a *app) bandSpeaks(l style) bool {
	covered := a.at != screenSale || a.help != nil || a.covered() || a.hand && !a.showsStrip()
	_, big := a.front().word(l.say, l.now).large(stageOf(l), l)
	return !covered && !big
}

// status is what today came to, and whatever is not as it should be, the gravest at the very right.
// Where there is not room for all, what is well goes first.
func (a *app) status(l style, width int) string {
	t := a.shop.totals
	sum := l.theme.Strong.Render(text.KES(t.Paid.KES))
	today := l.theme.Dim.Render(l.say.Today+" ") + sum
	whole, brief := a.troubles(l, true), a.troubles(l, false)
	for n := len(whole); ; n-- {
		for _, wrong := range [][]string{whole[:n], brief[:n]} {
			right := ""
			for _, s := range wrong {
				right = s + "  " + right
			}
			right = strings.TrimSuffix(right, " ")
			for _, left := range []string{today + "  " + l.theme.Dim.Render(fmt.Sprintf(l.say.PaidCount, t.Paid.Count)), today, sum} {
				if left = " " + left; draw.Width(left)+2+draw.Width(right) <= width || n == 0 {
					return draw.Ends(left, right, width)
				}
			}
		}
	}
}

// troubles is what is not as it should be, the gravest first; if it is to be brief, without the
// sums.
func (a *app) troubles(l style, sums bool) []string {
	var list []string
	add := func(tn draw.Tone, s string) { list = append(list, l.theme.Tones[tn].Render(s)) }
	count := func(text string, n int, sum pos.Shillings) string {
		s := fmt.Sprintf(text, n, sum)
		if i := strings.LastIndex(s, " ("); i > 0 && !sums {
			s = s[:i]
		}
		return s
	}
	switch {
	case a.shop.health.Ledger != nil:
		add(draw.ToneFail, "! "+l.say.LedgerFails)
	case a.shop.health.Clock != nil && a.shop.health.Clock.Behind():
		add(draw.ToneFail, "! "+l.say.ClockWrong)
	case a.shop.err != nil:
		add(draw.ToneFail, "! "+l.say.LedgerUnread)
	}
	if n, sum := a.checking(); n > 0 {
		add(draw.ToneCheck, "? "+count(l.say.Checking, n, sum))
	}
	switch h := a.shop.health; {
	case h.Refusing == "":
	case h.Elsewhere && !sums:
		add(draw.ToneCheck, "! "+fmt.Sprintf(l.say.NotMPesa, text.Clock(h.Since)))
	default:
		add(draw.ToneCheck, "! "+l.say.Refusal(h, a.shop.link.Failing))
	}
	if n, sum := a.unsettled(pos.Attempt.Owed); n > 0 {
		add(draw.ToneCheck, "! "+count(l.say.OwedBack, n, sum))
	}
	if n, sum := a.unsettled(pos.Attempt.Doubtful); n > 0 {
		add(draw.ToneCheck, "! "+count(l.say.Doubtful, n, sum))
	}
	if n, sum := a.unsettled(pos.Attempt.Unmatched); n > 0 {
		add(draw.ToneCheck, "! "+count(l.say.Unmatched, n, sum))
	}
	if c := a.shop.health.Clock; c != nil && !c.Behind() {
		add(draw.ToneCheck, "? "+l.say.ClockDoubt)
	}
	if a.shop.link.MaintenanceFailed {
		add(draw.ToneCheck, "! "+l.say.Unkept)
	}
	if n := a.shop.link.Replaced; n > 0 {
		add(draw.ToneCheck, "! "+fmt.Sprintf(l.say.Replaced, n))
	}
	if a.shop.link.Forged > 0 {
		list = append(list, l.theme.Dim.Render(fmt.Sprintf(l.say.Forged, a.shop.link.Forged)))
	}
	if a.read && !a.shop.link.Reachable {
		list = append(list, l.theme.Dim.Render(l.say.PollingOnly))
	}
	return list
}

// warning is why the till takes no new payment, in a sentence; none where it does.
func (a *app) warning() []string {
	switch h := a.shop.health; {
	case h.Ledger != nil:
		return draw.Wrap(a.say.Err(h.Ledger), a.width-2)
	case h.Clock != nil && h.Clock.Behind():
		return draw.Wrap(a.say.Err(h.Clock), a.width-2)
	}
	return nil
}

// checking counts the attempts that are STILL CHECKING, and their money; those too that were open
// at the start or were left for the next sale, which nobody has in front.
func (a *app) checking() (n int, sum pos.Shillings) {
	return a.unsettled(func(o pos.Attempt) bool {
		return o.Open() && (o.State == pos.StillChecking || a.session.AtStart(o.ID) || a.session.Left(o.ID))
	})
}

// unsettled counts and adds up those of what F3 lists that belong.
func (a *app) unsettled(belongs func(pos.Attempt) bool) (n int, sum pos.Shillings) {
	for _, o := range a.shop.unsettled {
		if belongs(o) {
			n++
			sum += o.Amount
		}
	}
	return n, sum
}

// keysLine is the keys that there is room for, the most important first, and always the last, of
// the menu or of the help: its word goes where that makes room for the first two.
func keysLine(l style, hints []hint, last hint, width int) string {
	dot := l.theme.Line.Render(" · ")
	one := func(h hint) string { return l.theme.Strong.Render(h.key) + " " + l.theme.Dim.Render(h.does) }
	help := one(last)
	needed := " "
	for _, h := range hints[:min(2, len(hints))] {
		needed += one(h) + dot
	}
	if brief := l.theme.Strong.Render(last.key); draw.Width(needed)+draw.Width(help) >= width && draw.Width(needed)+draw.Width(brief) < width {
		help = brief
	}
	line := " "
	for _, h := range hints {
		longer := line + one(h)
		if line != " " {
			longer = line + dot + one(h)
		}
		if draw.Width(longer)+3+draw.Width(help)+1 > width {
			continue // a shorter one may fit
		}
		line = longer
	}
	if line == " " {
		return line + help
	}
	return line + dot + help
}

// toneOf is the colour of news about a payment that is not in front of the cashier.
func toneOf(n session.News) draw.Tone {
	switch {
	case n.Notices&^pos.PaidLate != 0:
		return draw.ToneCheck
	case n.Attempt.State == pos.Paid:
		return draw.TonePaid
	case n.Attempt.State == pos.NotPaid:
		return draw.ToneFail
	}
	return draw.ToneCheck
}

// bannerLine draws the newest banner, and how many more there are.
func bannerLine(l style, banners []session.News, seenKey string, width int) string {
	b := banners[len(banners)-1]
	words := l.say.NoticeWords(b.Notices)
	if len(words) == 0 {
		_, word := toned(l.say, b.Attempt)
		words = []string{word}
	} else {
		words[0] = "! " + words[0]
	}
	parts := []string{words[0], text.KES(b.Attempt.Amount), b.Attempt.Phone.Masked()}
	if b.Attempt.Receipt != "" {
		parts = append(parts, text.Printable(b.Attempt.Receipt))
	}
	right := ""
	if seenKey != "" {
		right = seenKey + " " + l.say.KSeen + " "
	}
	if n := len(banners) - 1; n > 0 {
		right = fmt.Sprintf("+%d  ", n) + right
	}
	left := " " + draw.JoinFitting(parts, "  ", width-len(right)-2)
	return l.theme.Bands[toneOf(b)].Render(draw.Ends(left, right, width))
}

// stripView is the side strip of a wide window: the latest payments.
func (a *app) stripView(l style) draw.Block {
	lines := []string{l.theme.Dim.Render(l.say.Recent), ""}
	for _, r := range a.shop.recent {
		tn, result := resultOf(l.say, r)
		lines = append(lines, l.theme.Dim.Render(text.Clock(r.AskedAt))+" "+draw.Flush(l.theme.Text.Render(r.Amount.String()), 8)+"  "+l.theme.Tones[tn].Render(result))
	}
	if len(a.shop.recent) == 0 {
		lines = append(lines, l.theme.Dim.Render(l.say.EmptyDay))
	}
	return draw.Block{Lines: lines}
}

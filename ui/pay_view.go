package ui

import (
	"fmt"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/text"
)

// view draws the payment: band, amount and what to say and do, each in its place whatever the
// state, and below them what is typed for the next sale.
func (p pay) view(l style, next string) draw.Block {
	st := stageOf(l)
	tn, word := p.word(l.say)
	lines := make([]string, st.top, l.height)
	lines = append(lines, bandLines(l.theme.Bands[tn], word, p.shortWord(l.say), st, l)...)
	lines = append(lines, "")
	lines = append(lines, amountLines(l, st, p.Request.Amount, text.KES(p.Request.Amount), l.theme.Tones[tn])...)
	if st.big {
		lines = append(lines, "")
	}
	if next == "" {
		return draw.Block{Lines: append(lines, draw.Stack(st.rest, p.detailsIn(st.rest, l)...)...)}
	}
	lines = append(lines, draw.Stack(st.rest-1, p.detailsIn(st.rest-1, l)...)...)
	lines = append(lines, make([]string, max(0, l.height-1-len(lines)))...)
	return draw.Block{Lines: append(lines, l.center(l.theme.Accent, next)...)}
}

// bandLines is a band: the word as big as the amount where there is room, so that it can be read
// from across the shop, and otherwise in the middle. In ASCII the big letters are the band.
func bandLines(i draw.Style, word, short string, st bandLayout, l style) []string {
	big, ok := bigBandLines(word, short, st, l)
	if ok && l.ascii {
		for n, s := range big {
			big[n] = draw.Reversed(i, s)
		}
		return big
	}
	lines := make([]string, st.band)
	if !ok {
		big = []string{draw.Center(word, l.width)}
	}
	copy(lines[(st.band-len(big)+1)/2:], big)
	for n, s := range lines {
		lines[n] = i.Render(draw.Fit(s, l.width))
	}
	return lines
}

// bigBandLines is the word of a band in big letters, or else its short form, or else that without
// its symbol: whatever fits; ok is false where nothing does.
func bigBandLines(word, short string, st bandLayout, l style) (lines []string, ok bool) {
	if st.band < bigBand {
		return nil, false
	}
	_, bare, _ := strings.Cut(short, " ")
	for _, s := range []string{word, short, bare} {
		if lines = draw.Letters(s, 1, l.ascii); lines == nil || draw.Width(lines[0])+2 > l.width {
			continue
		}
		if twice := draw.Letters(s, 2, l.ascii); st.huge && draw.Width(twice[0])+2 <= l.width {
			lines = twice
		}
		return l.center("", lines...), true
	}
	return nil, false
}

func (p pay) word(w *text.Words) (draw.Tone, string) {
	if p.Refused != nil {
		return draw.ToneCheck, "? " + w.PayTwiceWarning
	}
	return toned(w, p.Attempt)
}

// shortWord is what stands in big letters where the word itself is too long for them.
func (p pay) shortWord(w *text.Words) string {
	_, word := p.word(w)
	switch {
	case p.Refused != nil, p.Attempt.State != pos.Paid:
		return word
	case p.Attempt.Notices.Has(pos.PaidTwice):
		return "✓ " + w.PaidTwiceShort
	case p.Attempt.Notices.Has(pos.PaidLate):
		return "✓ " + w.PaidLateShort
	}
	return word
}

// detailsIn are the details for so many rows. Why money may have moved is said to its end or not at
// all.
func (p pay) detailsIn(rows int, l style) [][]string {
	groups := p.details(l)
	high := 0
	for _, g := range groups {
		high += len(g)
	}
	if high > rows && p.Refused == nil && p.Attempt.State == pos.StillChecking && !p.Attempt.ForOwner() {
		groups = groups[:len(groups)-1]
	}
	return groups
}

// details are the groups of lines below the amount, the most important first.
func (p pay) details(l style) [][]string {
	var problem []string
	if p.Problem != nil {
		problem = l.wrap(l.theme.Tones[draw.ToneFail], l.say.Err(p.Problem))
	}
	whose := l.theme.Strong.Render(p.Request.Phone.Local())
	if ref := text.Shown(p.Attempt.Phone, p.Attempt.Reference); ref != "" { // as the customer sees it
		whose += l.theme.Dim.Render("  " + ref)
	}
	phone := []string{draw.Center(whose, l.width)}
	switch {
	case p.Refused != nil:
		return p.refusal(l)
	case p.Attempt.State == pos.Paid:
		return p.paid(l)
	case p.Attempt.State == pos.NotPaid:
		return append([][]string{problem}, p.notPaid(l)...)
	case p.Attempt.State == pos.StillChecking:
		return append([][]string{problem}, p.unclear(l)...)
	}
	return [][]string{
		problem, phone,
		append(l.wrap(l.theme.Text, l.say.LookAtPhone), l.wrap(l.theme.Text, l.say.NoGoodsYet)...),
		p.progress(l),
	}
}

func (p pay) paid(l style) [][]string {
	a := p.Attempt
	first := l.wrap(l.theme.Strong, l.say.HandOver)
	if a.Notices.Has(pos.PaidTwice) || a.Doubtful() {
		first = nil // their advice says how many goods
	}
	for _, advice := range l.say.Advice(a.Notices) {
		first = append(first, l.wrap(l.theme.Tones[draw.ToneCheck], advice)...)
	}
	receipt := l.theme.Dim.Render(l.say.ReceiptOf(a))
	if a.Receipt != "" {
		receipt = l.theme.Dim.Render(l.say.Receipt+" ") + l.theme.Strong.Render(text.Printable(a.Receipt))
		if !a.PaidAt.IsZero() {
			receipt += l.theme.Dim.Render("  " + text.Seconds(a.PaidAt))
		}
	}
	who := []string{a.Phone.Local()}
	if a.Reference != "" {
		who = append(who, text.Shown(a.Phone, a.Reference))
	}
	if names := l.say.Witnesses(a); names != "" {
		who = append(who, l.say.ConfirmedBy+" "+names)
	}
	code := []string{draw.Center(receipt, l.width)}
	if p.CodeWanted() {
		code = append(code, l.wrap(l.theme.Dim, l.say.NoteCode)...)
	}
	return [][]string{first, code, l.joined(who)}
}

func (p pay) notPaid(l style) [][]string {
	what, _ := text.Reason(p.Attempt)
	facts := []string{p.Attempt.Phone.Local()}
	if code := p.Attempt.ResultCode(); code != "" {
		facts = append(facts, l.say.Code+" "+text.Printable(code))
	}
	var advice []string
	for _, s := range p.FailedAdvice(l.say) {
		advice = append(advice, l.wrap(l.theme.Text, s)...)
	}
	return [][]string{l.wrap(l.theme.Strong, l.say.Text(what)), advice, l.joined(facts)}
}

func (p pay) unclear(l style) [][]string {
	a := p.Attempt
	what, _ := text.Reason(a)
	first := l.wrap(l.theme.Strong, l.say.MoneyMayHaveMoved)
	hold, again := p.UnclearAdvice(l.say, l.now, l.still)
	if p.Stopped {
		first = l.wrap(l.theme.Strong, l.say.CanStillPay)
	}
	first = append(first, l.wrap(l.theme.Text, hold)...)
	if p.Stopped {
		first = append(first, l.wrap(l.theme.Dim, l.say.WrongAmount)...)
	}
	second := l.wrap(l.theme.Dim, l.say.Text(what))
	if a.ForOwner() {
		second = l.wrap(l.theme.Tones[draw.ToneCheck], l.say.Text(what))
	}
	if code := a.ResultCode(); code != "" {
		second = append(second, l.wrap(l.theme.Dim, l.say.Code+" "+text.Printable(code)+" "+text.Shown(a.Phone, a.Cause.ResultDesc))...)
	}
	last := l.joined([]string{a.Phone.Local(), fmt.Sprintf(l.say.WaitingSince, text.Clock(a.AskedAt)), p.nextCheck(l)})
	if a.ForOwner() {
		return [][]string{first, second, last}
	}
	var offer []string
	if again != "" {
		offer = l.wrap(l.theme.Tones[draw.ToneCheck], again)
	}
	return [][]string{append(first, offer...), last, second}
}

// refusal says which earlier request is in the way, counts its lock down and then asks whether to
// go on.
func (p pay) refusal(l style) [][]string {
	groups := [][]string{l.wrap(l.theme.Strong, p.Blocked(l.say, l.now, l.still))}
	if !l.now.Before(p.Free) {
		groups = append(groups, l.wrap(l.theme.Tones[draw.ToneCheck], l.say.TwiceKey))
	}
	if !p.NextCheck.IsZero() {
		groups = append(groups, l.center(l.theme.Dim, p.nextCheck(l)))
	}
	return groups
}

// progress is the bar toward the end of waiting, and the plan's next check.
func (p pay) progress(l style) []string {
	elapsed := l.now.Sub(p.Asked())
	if p.Attempt.ID == "" {
		return nil
	}
	next := p.nextCheck(l)
	if p.Attempt.State == pos.Sending {
		next = ""
	}
	if l.still || p.Deadline.IsZero() {
		return l.center(l.theme.Dim, fmt.Sprintf(l.say.WaitingSince, text.Seconds(p.Attempt.AskedAt)), next)
	}
	width := min(40, l.width-12)
	full := p.Deadline.Sub(p.Asked())
	done := int(max(0, min(int64(width), int64(width)*int64(elapsed)/int64(max(1, full)))))
	bar := l.theme.Tones[draw.ToneWait].Render(draw.Repeat("━", done)) + l.theme.Line.Render(draw.Repeat("┄", width-done))
	return append([]string{draw.Center(bar+"  "+l.theme.Text.Render(text.Span(elapsed)), l.width)}, l.center(l.theme.Dim, next)...)
}

// nextCheck says when M-PESA is asked next.
func (p pay) nextCheck(l style) string {
	switch left := p.NextCheck.Sub(l.now); {
	case p.NextCheck.IsZero() && p.Checking:
		return l.say.Asking
	case p.NextCheck.IsZero() && !p.Attempt.Askable() && !p.Attempt.Reachable:
		return l.say.NothingTells
	case p.NextCheck.IsZero():
		return l.say.NothingPlanned
	case left <= 0:
		return l.say.Asking
	case l.still || left > time.Hour:
		return fmt.Sprintf(l.say.AskedAgainAt, l.say.At(p.NextCheck, l.now, l.still))
	default:
		return fmt.Sprintf(l.say.AskedAgainIn, text.Span(left))
	}
}

// joined is dim facts in one line if they fit, and one below the other if not.
func (l style) joined(facts []string) []string {
	line := strings.Join(facts, " · ")
	if draw.Width(line) <= min(contentWidth+10, l.width-2) {
		return l.center(l.theme.Dim, line)
	}
	return l.center(l.theme.Dim, facts...)
}

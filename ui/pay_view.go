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
	word := p.word(l.say, l.now)
	lines := make([]string, st.top, l.height)
	lines = append(lines, bandOf(word, st, l)...)
	lines = append(lines, "")
	lines = append(lines, st.amount(l, l.width, p.Request.Amount, l.theme.Tones[word.tone])...)
	if st.big() {
		lines = append(append(lines, l.center(l.theme.Text, text.KES(p.Request.Amount))...), "")
	} else {
		lines = append(lines, l.center(l.theme.Tones[word.tone], text.KES(p.Request.Amount))...)
	}
	if next == "" {
		return draw.Block{Lines: append(lines, draw.Stack(st.rest, fitting(st.rest, p.details(l, st))...)...)}
	}
	lines = append(lines, draw.Stack(st.rest-1, fitting(st.rest-1, p.details(l, st))...)...)
	lines = append(lines, make([]string, max(0, l.height-1-len(lines)))...)
	return draw.Block{Lines: append(lines, l.center(l.theme.Accent, next)...)}
}

// fitting are the groups of lines, the most important first, that so many rows have room for:
// what is said is said to its end or not at all. The first is always among them.
func fitting(rows int, groups [][]string) (fit [][]string) {
	for _, g := range groups {
		if len(g) > rows && len(fit) > 0 {
			continue // a shorter one may fit
		}
		if len(g) > 0 {
			fit = append(fit, g)
			rows -= len(g)
		}
	}
	return fit
}

// word is the word of the payment's state, and in front of an earlier request that is in the way,
// what to beware of.
func (p pay) word(w *text.Words, now time.Time) stateWord {
	switch {
	case p.Refused == nil:
		return stateWordOf(w, p.Attempt)
	case now.Before(p.Free):
		return stateWord{draw.ToneCheck, "?", w.KeepWarning, w.KeepLarge}
	}
	return stateWord{draw.ToneCheck, "?", w.PayTwiceWarning, w.PayTwiceLarge}
}

// details are the groups of lines below the amount, the most important first: what to do, then why,
// then how long.
func (p pay) details(l style, st stage) [][]string {
	var problem []string
	if p.Problem != nil {
		problem = l.wrap(l.theme.Tones[draw.ToneFail], l.say.Err(p.Problem))
	}
	switch {
	case p.Refused != nil:
		return p.refusal(l)
	case p.Attempt.State == pos.Paid:
		return p.paid(l)
	case p.Attempt.State == pos.NotPaid:
		return append([][]string{problem}, p.notPaid(l)...)
	case p.Attempt.State == pos.StillChecking:
		return append([][]string{problem}, p.unclear(l, st)...)
	}
	todo := append(l.wrap(l.theme.Strong, l.say.LookAtPhone), l.wrap(l.theme.Text, l.say.NoGoodsYet)...)
	if p.EarlierPaid {
		todo = l.wrap(l.theme.Tones[draw.ToneCheck], l.say.EarlierIsPaid)
	}
	return [][]string{
		problem,
		todo,
		p.progress(l),
		l.center("", p.whose(l)),
	}
}

// whose is the customer's number, and the reference as the customer sees it.
func (p pay) whose(l style) string {
	whose := l.theme.Strong.Render(p.Request.Phone.Local())
	if ref := text.Shown(p.Request.Phone, p.Request.Reference); ref != "" {
		whose += l.theme.Dim.Render("  " + ref)
	}
	return whose
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
	code := l.wrap(l.theme.Dim, l.say.ReceiptOf(a))
	if a.Receipt != "" { // it outweighs all but the word and the amount
		code = l.center("", l.theme.Dim.Render(l.say.Receipt+"  ")+l.theme.Bands[draw.TonePaid].Render(" "+text.Printable(a.Receipt)+" "))
	}
	who := []string{a.Phone.Local()}
	if a.Reference != "" {
		who = append(who, text.Shown(a.Phone, a.Reference))
	}
	if a.Receipt != "" && !a.PaidAt.IsZero() {
		who = append(who, text.Seconds(a.PaidAt))
	}
	if p.CodeWanted() {
		code = append(code, l.wrap(l.theme.Dim, l.say.NoteCode)...)
	}
	return [][]string{first, code, l.joined(who)}
}

// notPaid says what to do with the goods, why, and what to do next.
func (p pay) notPaid(l style) [][]string {
	what, _ := text.Reason(p.Attempt)
	advice := p.FailedAdvice(l.say)
	if len(advice) == 1 {
		return [][]string{l.wrap(l.theme.Strong, advice[0]), l.wrap(l.theme.Text, l.say.Text(what)), l.joined([]string{p.Attempt.Phone.Local()})}
	}
	keep := draw.FirstThatFits(l.width-4, advice[0], l.say.NoGoods) // the band says already that no money came in
	return [][]string{
		l.wrap(l.theme.Strong, keep), l.wrap(l.theme.Text, l.say.Text(what)), l.wrap(l.theme.Text, advice[1]), l.joined([]string{p.Attempt.Phone.Local()}),
	}
}

// unclear says to keep the goods, why, when M-PESA is asked next, and where else the owner can see
// the payment. The customer's SMS is no such place: it can be made up.
func (p pay) unclear(l style, st stage) [][]string {
	a := p.Attempt
	keep := draw.Largest(l.width-2, wordHeight, func(scale int) []string { return draw.Letters(l.say.KeepTheGoods, scale, l.ascii) })
	const roomy = 10
	again := "" // in plain letters, for screen readers
	if st.rest < roomy || keep == nil {
		keep = l.center(l.theme.Amber, " "+l.say.KeepTheGoods+" ")
	} else {
		keep, again = l.center(l.theme.Tones[draw.ToneCheck], keep...), l.say.HoldGoods+" "
	}
	because := l.wrap(l.theme.Text, l.say.Text(text.WhyUnclear(a)))
	var why []string
	switch {
	case a.ForOwner():
		_, do := text.Reason(a)
		why = append(l.wrap(l.theme.Strong, l.say.Text(do)), because...)
	case p.Stopped:
		why = l.wrap(l.theme.Strong, again+l.say.CanStillPay)
	default:
		why = append(l.wrap(l.theme.Strong, again+l.say.MoneyMayHaveMoved), because...)
	}
	next := p.nextCheck(l)
	last := l.center(l.theme.Dim, draw.FirstThatFits(l.width-2, a.Phone.Local()+" · "+next, next))
	elsewhere := l.center(l.theme.Dim, draw.Wrap(l.say.OwnerLooks, min(contentWidth+10, l.width-4))...)
	if p.Stopped {
		elsewhere = l.wrap(l.theme.Dim, l.say.WrongAmount)
	}
	return [][]string{keep, why, last, elsewhere}
}

// refusal says which earlier request is in the way, counts its lock down and then asks whether to
// go on.
func (p pay) refusal(l style) [][]string {
	locked := l.now.Before(p.Free)
	groups := [][]string{l.wrap(l.theme.Strong, p.Blocked(l.say, l.now, l.still))}
	if !locked {
		groups = append(groups, l.wrap(l.theme.Tones[draw.ToneCheck], l.say.TwiceKey))
	}
	if !locked && !p.NextCheck.IsZero() { // one countdown at a time
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
	width := min(max(40, l.width/2), l.width-12)
	full := p.Deadline.Sub(p.Asked())
	done := int(max(0, min(int64(width), int64(width)*int64(elapsed)/int64(max(1, full)))))
	bar := l.theme.Tones[draw.ToneWait].Render(draw.Repeat("━", done)) + l.theme.Line.Render(draw.Repeat("┄", width-done))
	return append([]string{draw.Center(bar+"  "+l.theme.Text.Render(text.Span(elapsed)), l.width)}, l.center(l.theme.Dim, next)...)
}

// nextCheck says when M-PESA is asked next.
func (p pay) nextCheck(l style) string {
	left := p.NextCheck.Sub(l.now)
	switch {
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
	}
	return draw.FirstThatFits(l.width-2, fmt.Sprintf(l.say.AskedAgainIn, text.Span(left)), fmt.Sprintf(l.say.AskedAgainShort, text.Span(left)))
}

// joined is dim facts in one line if they fit, and one below the other if not.
func (l style) joined(facts []string) []string {
	line := strings.Join(facts, " · ")
	if draw.Width(line) <= min(contentWidth+10, l.width-2) {
		return l.center(l.theme.Dim, line)
	}
	return l.center(l.theme.Dim, facts...)
}

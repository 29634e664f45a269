package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// phones is the customer's side in practice: what the simulator's phones show, and a hand to act on
// them.
type phones struct {
	prompts []session.Prompt // newest first
	chosen  pos.MSISDN
	sms     session.SMS // which stays until the next prompt
	err     error
}

// prompt is the one in front: the chosen one while it is there, and otherwise the newest.
func (p phones) prompt() (session.Prompt, bool) {
	for _, q := range p.prompts {
		if q.Phone == p.chosen {
			return q, true
		}
	}
	if len(p.prompts) == 0 {
		return session.Prompt{}, false
	}
	return p.prompts[0], true
}

// press answers a key while the hand is on the phones; done says that it has left them.
func (p phones) press(k key, d commands) (next phones, cmd tea.Cmd, done bool) {
	p.err = nil
	if k.means() == meansBack {
		return p, nil, true
	}
	q, ok := p.prompt()
	if !ok {
		return p, nil, false
	}
	act := func(a session.PhoneAction) (phones, tea.Cmd, bool) { return p, d.actCmd(q.Phone, a), false }
	switch {
	case k.digit() == "1":
		return act(session.PhonePay)
	case k.digit() == "2":
		return act(session.PhoneCancel)
	case k.digit() == "3":
		return act(session.PhoneWrongPIN)
	case k.digit() == "4":
		return act(session.PhoneIgnore)
	case k.digit() == "5", k.is("down", "up"):
		step := 1
		if k.is("up") {
			step = len(p.prompts) - 1
		}
		for i, other := range p.prompts {
			if other.Phone == q.Phone {
				p.chosen = p.prompts[(i+step)%len(p.prompts)].Phone
				break
			}
		}
	}
	return p, nil, false
}

func (p phones) hints(w *text.Words) []hint {
	hints := []hint{{"-", w.KBack}}
	if len(p.prompts) > 1 {
		hints = append([]hint{{"5", w.KOtherPhone}}, hints...)
	}
	if len(p.prompts) > 0 {
		hints = append([]hint{{"1", w.KPay}, {"2", w.KCancel}, {"3", w.KWrongPIN}, {"4", w.KIgnore}}, hints...)
	}
	return hints
}

// handsetWidth is the width of the drawing, its frame included.
const handsetWidth = 30

// handsetHeight is the least body that the drawing fits into with what stands below it.
const handsetHeight = 14

// view draws the phone in l.width × l.height. held says that the hand is on it, and key is what
// puts it there.
func (p phones) view(l style, held bool, key string) draw.Block {
	if l.height < handsetHeight {
		return p.smallView(l)
	}
	width := min(handsetWidth, l.width-2)
	frame := l.theme.Line
	if held {
		frame = l.theme.Accent
	}
	inner := width - 4

	var screen []string
	q, ok := p.prompt()
	if ok {
		screen = append(screen, l.theme.Dim.Render(q.Phone.Local()), "")
		for _, s := range draw.Wrap(fmt.Sprintf(l.say.PayTo, q.Amount, text.Printable(q.Payee)), inner) {
			screen = append(screen, l.theme.Strong.Render(s))
		}
		if q.Reference != "" {
			screen = append(screen, l.theme.Text.Render(fmt.Sprintf(l.say.Account, text.Printable(q.Reference))))
		}
		screen = append(screen, "", l.theme.Text.Render(l.say.EnterPIN), l.theme.Dim.Render("_ _ _ _"))
	} else if p.sms.Code != "" {
		screen = append(screen, l.theme.Dim.Render(p.sms.Phone.Local()), "", l.theme.Strong.Render("M-PESA · "+l.say.Training))
		for _, s := range draw.Wrap(p.smsText(l.say), inner) {
			screen = append(screen, l.theme.Text.Render(s))
		}
	} else {
		for _, s := range draw.Wrap(l.say.PhoneIdle, inner) {
			screen = append(screen, l.theme.Text.Render(s))
		}
		for _, s := range draw.Wrap(l.say.PhoneIdleDo, inner) {
			screen = append(screen, l.theme.Dim.Render(s))
		}
	}
	screen = append(screen, make([]string, max(0, min(9, l.height-6)-len(screen)))...)
	lines := l.center(l.theme.Dim, l.say.PhoneTitle)
	lines = append(lines, l.center("", draw.Outline(frame, "", width, screen)...)...)
	switch {
	case p.err != nil:
		lines = append(lines, l.wrap(l.theme.Tones[draw.ToneFail], l.say.Err(p.err))...)
	case ok:
		lines = append(lines, p.keysView(l, held, key)...)
	}
	if ok {
		lines = append(lines, "")
		lines = append(lines, l.wrap(l.theme.Dim, l.say.PhoneAlone)...)
	}
	return draw.Block{Lines: lines[:min(len(lines), max(0, l.height))]}
}

// smallView is the prompt where there is no room for the phone around it.
func (p phones) smallView(l style) draw.Block {
	var account, wrong []string
	if p.err != nil {
		wrong = l.wrap(l.theme.Tones[draw.ToneFail], l.say.Err(p.err))
	}
	q, ok := p.prompt()
	if !ok && p.sms.Code != "" {
		head := append(l.center(l.theme.Dim, p.sms.Phone.Local()), l.center(l.theme.Strong, "M-PESA · "+l.say.Training)...)
		return draw.Block{Lines: draw.Stack(l.height, wrong, head, l.wrap(l.theme.Text, p.smsText(l.say)))}
	}
	if !ok {
		idle := append(l.wrap(l.theme.Text, l.say.PhoneIdle), l.wrap(l.theme.Dim, l.say.PhoneIdleDo)...)
		return draw.Block{Lines: draw.Stack(l.height, wrong, idle)}
	}
	if q.Reference != "" {
		account = l.wrap(l.theme.Text, fmt.Sprintf(l.say.Account, text.Printable(q.Reference)))
	}
	asked := l.wrap(l.theme.Strong, fmt.Sprintf(l.say.PayTo, q.Amount, text.Printable(q.Payee)))
	return draw.Block{Lines: draw.Stack(l.height, wrong, l.center(l.theme.Dim, q.Phone.Local()), append(asked, account...), p.keysView(l, true, ""))}
}

// smsText is M-PESA's message to the customer, as far as it concerns the payment.
func (p phones) smsText(w *text.Words) string {
	at := p.sms.At.In(pos.EAT)
	return fmt.Sprintf(w.PhoneSMS, text.Printable(p.sms.Code), p.sms.Amount, text.Printable(p.sms.Payee), at.Format("2/1/06"), text.Clock(at))
}

// keysView is how the phone is used: its keys while the hand is on it, and otherwise the key that
// puts it there.
func (p phones) keysView(l style, held bool, key string) []string {
	pair := func(h hint) string { return l.theme.Accent.Render(h.key) + " " + l.theme.Text.Render(h.does) }
	if !held {
		return l.center("", pair(hint{key, l.say.PhoneHand}))
	}
	return []string{
		draw.Center(pair(hint{"1", l.say.KPay})+"  "+pair(hint{"2", l.say.KCancel}), l.width),
		draw.Center(pair(hint{"3", l.say.KWrongPIN})+"  "+pair(hint{"4", l.say.KIgnore}), l.width),
	}
}

package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// unclearEnds are the kinds of STILL CHECKING, by what a cashier is told of them.
func unclearEnds() map[string]func(pos.Attempt) pos.Attempt {
	of := func(change func(*pos.Attempt)) func(pos.Attempt) pos.Attempt {
		return func(a pos.Attempt) pos.Attempt {
			a = unclear(a)
			change(&a)
			return a
		}
	}
	cause := func(e daraja.Endpoint, v daraja.Verdict, code string) func(*pos.Attempt) {
		return func(a *pos.Attempt) { a.Cause = pos.Cause{Endpoint: e, Verdict: v, ResultCode: code} }
	}
	return map[string]func(pos.Attempt) pos.Attempt{
		"no answer":       of(func(*pos.Attempt) {}),
		"push lost":       of(cause(daraja.EndpointPush, daraja.VerdictUnknown, "")),
		"firewall":        of(cause(daraja.EndpointPush, daraja.VerdictBlocked, "")),
		"9999":            of(cause(daraja.EndpointCallback, daraja.VerdictUnknown, "9999")),
		"code of nobody":  of(cause(daraja.EndpointQuery, daraja.VerdictUnknown, "31415")),
		"one yes of two":  of(func(a *pos.Attempt) { a.ConfirmBoth, a.Facts = true, a.Facts|pos.CallbackPaid }),
		"two answers":     of(cause(daraja.EndpointQuery, daraja.VerdictFailed, "1032")),
		"does not match":  of(func(a *pos.Attempt) { a.Notices |= pos.DoesNotMatch }),
		"nobody can tell": of(func(a *pos.Attempt) { a.CheckoutRequestID, a.Reachable = "", false }),
		"matches no longer": of(func(a *pos.Attempt) {
			cause(daraja.EndpointQuery, daraja.VerdictFailed, "1")(a)
			a.Notices |= pos.DoesNotMatch
		}),
	}
}

// TestOneRuleAMoment: while money may have moved, the screen and the plain till give one rule. While the phone is locked that is to hold the goods and
// wait, or to call the owner; afterwards asking again is offered, with its risk. Never is cash advised, nor asking again forbidden and offered at once.
func TestOneRuleAMoment(t *testing.T) {
	texts := map[text.Language]struct{ wait, owner, offer, risk, forbids, again, cash string }{
		text.English:   {"Hold the goods and wait", "Hold the goods and call the owner.", "* asks again.", "The customer may then pay twice.", "not ask", "ask again", "cash"},
		text.Kiswahili: {"Usitoe bidhaa bado. Subiri", "Usitoe bidhaa bado. Mpigie mwenye duka.", "* huomba tena.", "Mteja anaweza kulipa mara mbili.", "siombe", "omba tena", "taslimu"},
	}
	for lang, w := range texts {
		for name, end := range unclearEnds() {
			for _, after := range []time.Duration{20 * time.Second, pos.PhoneLock, pos.Patience} {
				for _, still := range []bool{false, true} {
					what := fmt.Sprintf("%s, %s, after %v, still %v", lang, name, after, still)
					a := end(accepted(pos.Attempt{ID: "a", AskedAt: noon, Asked: pos.Asked{Phone: "254712345678", Amount: 450, Reachable: true}}))
					for _, stopping := range []bool{false, true} {
						p := pay{&session.Payment{Request: pos.Request{Phone: a.Phone, Amount: a.Amount}, Attempt: a, Stopped: stopping}}
						l := style{say: text.New(lang), width: 80, height: 20, now: noon.Add(after), still: still}
						hold, again := p.UnclearAdvice(l.say, l.now, l.still)
						var groups []string
						for _, g := range p.unclear(l) {
							groups = append(groups, g...)
						}
						screen := strings.Join(strings.Fields(strip(strings.Join(groups, " "))), " ")
						if !strings.Contains(screen, hold) || !strings.Contains(screen, again) {
							t.Errorf("%s: the screen does not say %q and %q: %s", what, hold, again, screen)
						}
						locked, owner := after < pos.PhoneLock, a.ForOwner()
						for text, want := range map[string]bool{
							w.owner: owner, w.wait: locked && !owner, w.offer: !locked && !owner, w.risk: !locked && !owner,
							w.forbids: false, w.cash: false, w.again: !locked && !owner && lang == text.Kiswahili,
						} {
							if text == w.wait && owner {
								continue
							}
							if got := strings.Contains(screen, text); got != want {
								t.Errorf("%s: says %q is %v: %s", what, text, got, screen)
							}
						}
					}
				}
			}
		}
	}
}

// TestOneRuleInTheWay: so too where an earlier request is in the way.
func TestOneRuleInTheWay(t *testing.T) {
	for name, end := range unclearEnds() {
		a := end(accepted(pos.Attempt{ID: "a", AskedAt: noon, Asked: pos.Asked{Phone: "254712345678", Amount: 450, Reachable: true}}))
		for _, now := range []time.Time{{}, noon.Add(time.Second), noon.Add(pos.PhoneLock)} {
			e := &pos.OpenError{Earlier: a, Left: noon.Add(pos.PhoneLock).Sub(now)}
			text := e.Say()
			en, sw := "hold the goods and wait ", "usitoe bidhaa bado, subiri "
			switch {
			case !e.Locked():
				en, sw = "f you ask again, the customer may pay twice.", "kiomba tena, mteja anaweza kulipa mara mbili."
			case a.Notices.Has(pos.DoesNotMatch):
				en, sw = "hold the goods and call the owner.", "usitoe bidhaa bado, mpigie mwenye duka."
			}
			if !strings.Contains(text.EN, en) || !strings.Contains(text.SW, sw) {
				t.Errorf("%s at %v: %q, %q", name, now, text.EN, text.SW)
			}
			if strings.Contains(text.EN, "cash") || strings.Contains(text.SW, "taslimu") || e.Locked() && (strings.Contains(text.EN, "ask again") || strings.Contains(text.SW, "omba tena")) {
				t.Errorf("%s at %v: %q, %q", name, now, text.EN, text.SW)
			}
		}
	}
}

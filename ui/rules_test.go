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

// TestOneRuleAMoment: while money may have moved, the screen and the plain till give one rule. The
// screen says to keep the goods, and to call the owner where only the owner can tell; asking again
// is a key with a question of its own. The plain till says while the phone is locked to wait, and
// offers afterwards to ask again, with its risk. Never is cash advised, nor asking again forbidden
// and offered at once.
func TestOneRuleAMoment(t *testing.T) {
	texts := map[text.Language]struct{ keep, wait, owner, offer, risk, forbids, cash string }{
		text.English:   {"KEEP THE GOODS", "Keep the goods and wait", "Keep the goods and call the owner.", "You can ask again.", "The customer may then pay twice.", "not ask", "cash"},
		text.Kiswahili: {"USITOE BIDHAA BADO", "Usitoe bidhaa bado. Subiri", "Usitoe bidhaa bado. Mpigie mwenye duka.", "Unaweza kuomba tena.", "Mteja anaweza kulipa mara mbili.", "siombe", "taslimu"},
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
						plain := strings.TrimSpace(hold + " " + again)
						var groups []string
						for _, g := range p.unclear(l, stage{}) {
							groups = append(groups, g...)
						}
						screen := strings.Join(strings.Fields(strip(strings.Join(groups, " "))), " ")
						if !strings.HasPrefix(screen, w.keep) {
							t.Errorf("%s: the screen does not begin with %q: %s", what, w.keep, screen)
						}
						if strings.Contains(screen, "SMS") {
							t.Errorf("%s: an SMS is no proof: %s", what, screen)
						}
						locked, owner := after < pos.PhoneLock, a.ForOwner()
						for _, tc := range []struct {
							said      string
							on, plain bool // whether the screen and the plain till say it
						}{
							{w.owner, owner, owner},
							{w.wait, false, locked && !owner},
							{w.offer, false, !locked && !owner},
							{w.risk, false, !locked && !owner},
							{w.forbids, false, false},
							{w.cash, false, false},
						} {
							if got := strings.Contains(screen, tc.said); got != tc.on {
								t.Errorf("%s: the screen says %q is %v: %s", what, tc.said, got, screen)
							}
							if got := strings.Contains(plain, tc.said); got != tc.plain {
								t.Errorf("%s: the plain till says %q is %v: %s", what, tc.said, got, plain)
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
			en, sw := "keep the goods and wait ", "usitoe bidhaa bado, subiri "
			switch {
			case !e.Locked():
				en, sw = "f you ask again, the customer may pay twice.", "kiomba tena, mteja anaweza kulipa mara mbili."
			case a.Notices.Has(pos.DoesNotMatch):
				en, sw = "keep the goods and call the owner.", "usitoe bidhaa bado, mpigie mwenye duka."
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

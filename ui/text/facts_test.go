package text

import (
	"strings"
	"testing"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// facts is a payment's facts by their labels; several of a label in one text.
func facts(w *Words, a pos.Attempt, known Known, now time.Time, toSettle bool) map[string]string {
	by := make(map[string]string)
	for _, f := range w.Facts(a, known, now, toSettle) {
		by[f.Label] = strings.TrimSpace(by[f.Label] + " " + f.Text)
	}
	return by
}

// TestFacts: a payment's own screen has what the payment screens leave out, with the plain reason
// of NOT PAID, and says what to do only where something is to be done.
func TestFacts(t *testing.T) {
	w := New(English)
	asked := time.Date(2026, 11, 23, 14, 19, 0, 0, pos.EAT)
	now := asked.Add(10 * time.Minute)
	a := pos.Attempt{ID: "a", AskedAt: asked, Asked: pos.Asked{Phone: "254712345678", Amount: 450, Reference: "MEZA 4", Reachable: true}, CheckoutRequestID: "ws_CO_1"}
	of := func(change func(*pos.Attempt)) pos.Attempt {
		b := a
		change(&b)
		return b
	}
	ended := asked.Add(17 * time.Second)
	other := pos.Attempt{ID: "b", AskedAt: asked.Add(-time.Minute), Asked: pos.Asked{Amount: 500}}
	for name, c := range map[string]struct {
		a       pos.Attempt
		known   Known
		has     map[string]string // in the list where it is settled
		not     []string
		doing   string // in the ledger
		settles bool
	}{
		"paid": {a: of(func(a *pos.Attempt) {
			a.State, a.EndedAt, a.Receipt, a.Facts = pos.Paid, ended, "SKN4T7W2QX", pos.CallbackPaid|pos.QueryPaid
		}), has: map[string]string{w.FactAsked: "23 Nov 14:19:00, " + w.SaleOf + " MEZA 4", w.FactAnswer: "14:19:17, M-PESA told us, we asked M-PESA", w.FactCode: "SKN4T7W2QX"},
			not: []string{w.FactDo, w.FactWhy, w.FactNote, w.FactSettle}},
		"paid around midnight, late": {a: of(func(a *pos.Attempt) {
			a.State, a.EndedAt, a.PaidAt, a.Notices, a.Facts = pos.Paid, asked.AddDate(0, 0, 1), asked.Add(time.Hour), pos.PaidLate, pos.QueryPaid
		}), has: map[string]string{w.FactAnswer: "24 Nov 14:19:00, we asked M-PESA, paid at 23 Nov 15:19:00", w.FactNote: w.LateAdvice, w.FactCode: w.CodeLater}},
		"nothing can reach the till": {a: of(func(a *pos.Attempt) { a.State, a.EndedAt, a.Reachable, a.Facts = pos.Paid, ended, false, pos.QueryPaid }),
			has: map[string]string{w.FactAnswer: "14:19:17, we asked M-PESA, M-PESA's messages do not arrive here"}},
		"not paid": {a: of(func(a *pos.Attempt) {
			a.State, a.EndedAt, a.Facts = pos.NotPaid, ended, pos.CallbackFailed
			a.Cause = pos.Cause{Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictFailed, ResultCode: "1032", ResultDesc: "Request Cancelled by user."}
		}), has: map[string]string{w.FactAnswer: "14:19:17, M-PESA told us, " + w.Code + " 1032", w.FactWhy: "Cancelled on the phone, or not answered in time."},
			not: []string{w.FactDo, w.FactSettle, w.FactCode}},
		"waiting": {a: of(func(a *pos.Attempt) { a.State = pos.Waiting }),
			has: map[string]string{w.FactAnswer: "M-PESA has not answered yet.", w.FactDo: w.LookAtPhone}, not: []string{w.FactSettle}, doing: w.LookAtPhone},
		"still checking": {a: of(func(a *pos.Attempt) { a.State = pos.StillChecking }),
			has:   map[string]string{w.FactAnswer: "M-PESA has not answered yet.", w.FactDo: w.KeepDo, w.FactSettle: strings.Replace(w.ByHandFrom, "%s", "25 Nov 14:19", 1)},
			doing: w.KeepDo},
		"does not match": {a: of(func(a *pos.Attempt) { a.State, a.Notices = pos.StillChecking, pos.DoesNotMatch }),
			known: Known{Mismatch: pos.Mismatch{How: pos.AmountDiffers, Asked: 450, Paid: 460, Receipt: "SKN7P2M4XQ"}},
			has:   map[string]string{w.FactAnswer: "Asked KES 450, paid KES 460, code SKN7P2M4XQ.", w.FactDo: In(English, doOwnerHold)}, doing: In(English, doOwnerHold)},
		"paid, and does not match": {a: of(func(a *pos.Attempt) { a.State, a.EndedAt, a.Notices = pos.Paid, ended, pos.DoesNotMatch }),
			has: map[string]string{w.FactDo: w.MatchDo, w.FactSettle: w.ByHandNow}, doing: w.SettleIn, settles: true},
		"twice": {a: of(func(a *pos.Attempt) { a.State, a.EndedAt, a.Notices = pos.Paid, ended, pos.PaidTwice }),
			has: map[string]string{w.FactDo: w.OwedAdvice}, not: []string{w.FactNote}, doing: w.SettleIn, settles: true},
		"maybe twice": {a: of(func(a *pos.Attempt) { a.State, a.EndedAt, a.Notices = pos.Paid, ended, pos.PossiblyTwice }), known: Known{Other: other},
			has: map[string]string{w.FactDo: w.TwoSalesDo}, not: []string{w.FactNote}, doing: w.SettleIn, settles: true},
		"given back": {a: of(func(a *pos.Attempt) { a.State, a.EndedAt, a.Notices = pos.Paid, ended, pos.PaidTwice|pos.Refunded }),
			has: map[string]string{w.FactNote: w.GivenBackAdvice}, not: []string{w.FactDo}},
	} {
		got := facts(w, c.a, c.known, now, true)
		for label, want := range c.has {
			if got[label] != want {
				t.Errorf("%s: %s is %q, want %q", name, label, got[label], want)
			}
		}
		for _, label := range c.not {
			if got[label] != "" {
				t.Errorf("%s: %s is %q", name, label, got[label])
			}
		}
		elsewhere := facts(w, c.a, c.known, now, false)
		if elsewhere[w.FactDo] != c.doing {
			t.Errorf("%s: outside the list it says to do %q, want %q", name, elsewhere[w.FactDo], c.doing)
		}
		if strings.Contains(got[w.FactDo], "press Enter") != c.settles || strings.Contains(elsewhere[w.FactDo], "Enter") {
			t.Errorf("%s: Enter settles it in the list only where it does: %q, %q", name, got[w.FactDo], elsewhere[w.FactDo])
		}
	}
}

// TestWhyTitleIsShort: why something is unsettled fits its column in both languages, and no two
// kinds say the same.
func TestWhyTitleIsShort(t *testing.T) {
	open := pos.Attempt{ID: "a", State: pos.StillChecking}
	of := func(change func(*pos.Attempt)) pos.Attempt {
		b := open
		change(&b)
		return b
	}
	kinds := map[string]pos.Attempt{
		"no answer": open,
		"under way": of(func(a *pos.Attempt) { a.State = pos.Waiting }),
		"owed":      of(func(a *pos.Attempt) { a.State, a.Notices = pos.Paid, pos.PaidTwice }),
		"doubtful":  of(func(a *pos.Attempt) { a.State, a.Notices = pos.Paid, pos.PossiblyTwice }),
		"one no":    of(func(a *pos.Attempt) { a.Facts = pos.QueryFailed }),
		"one yes":   of(func(a *pos.Attempt) { a.ConfirmBoth, a.Facts = true, pos.QueryPaid }),
		"unclear": of(func(a *pos.Attempt) {
			a.Cause = pos.Cause{Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictUnknown, ResultCode: "9999"}
		}),
		"two answers": of(func(a *pos.Attempt) {
			a.Cause = pos.Cause{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictFailed, ResultCode: "1032"}
		}),
	}
	for _, lang := range []Language{English, Kiswahili} {
		w, said := New(lang), map[string]string{}
		for kind, a := range kinds {
			title := w.WhyTitle(a, Known{})
			if n := len([]rune(title)); n == 0 || n > 12 {
				t.Errorf("%s in %s: %q has %d characters", kind, lang, title, n)
			}
			if other, twice := said[title]; twice {
				t.Errorf("%s and %s both say %q in %s", kind, other, title, lang)
			}
			said[title] = kind
		}
	}
}

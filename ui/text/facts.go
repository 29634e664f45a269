package text

import (
	"fmt"
	"strings"
	"time"

	"kaunta/pos"
)

// Fact is one thing that is known of a payment, or to be done about it.
type Fact struct {
	Label, Text string
	Act         bool // it says what to do, or warns
	Keep        int  // where there is not room for all, the lowest goes first
}

// Facts is what is known of a payment and what to do about it, in the order of reading: what was
// asked, what came, what to do now, and from when a person can settle it. toSettle says that it is
// shown where Enter settles it.
func (w *Words) Facts(a pos.Attempt, known Known, now time.Time, toSettle bool) []Fact {
	var list []Fact
	add := func(keep int, act bool, label, text string) {
		if text != "" {
			list = append(list, Fact{Label: label, Text: text, Act: act, Keep: keep})
		}
	}
	asked := w.Moment(a.AskedAt)
	if a.Reference != "" {
		asked += ", " + w.SaleOf + " " + Shown(a.Phone, a.Reference)
	}
	add(1, false, w.FactAsked, asked)
	what, _ := Reason(a)
	if a.State.Final() {
		add(3, false, w.FactAnswer, strings.Join(w.ended(a), ", "))
		if a.State == pos.NotPaid {
			add(5, false, w.FactWhy, w.Text(what))
		}
	}
	add(4, false, w.FactCode, w.codeOf(a))
	add(5, false, w.FactAnswer, w.came(a, known))
	for _, s := range w.Advice(toAdvise(a, toSettle)) {
		add(5, true, w.FactNote, s)
	}
	add(7, true, w.FactDo, w.doNow(a, toSettle))
	add(6, false, w.FactSettle, w.settleFrom(a, now))
	return list
}

// ended is when an attempt's end came, who told of it, and M-PESA's code for it.
func (w *Words) ended(a pos.Attempt) []string {
	parts := []string{Seconds(a.EndedAt)}
	switch {
	case a.EndedAt.IsZero():
		parts = nil
	case pos.DayOf(a.EndedAt) != pos.DayOf(a.AskedAt):
		parts[0] = w.Moment(a.EndedAt)
	}
	for _, name := range a.Witnesses() {
		parts = append(parts, map[string]string{pos.WitnessCallback: w.ToldUs, pos.WitnessQuery: w.WeAsked}[name])
	}
	if a.State == pos.Paid && !a.PaidAt.IsZero() && !a.EndedAt.IsZero() && a.EndedAt.Sub(a.PaidAt).Abs() >= time.Minute {
		parts = append(parts, fmt.Sprintf(w.PaidAt, w.Moment(a.PaidAt)))
	}
	if code := a.ResultCode(); a.State == pos.NotPaid && code != "" {
		parts = append(parts, w.Code+" "+Printable(code))
	}
	if !a.Reachable {
		parts = append(parts, w.NoMessages)
	}
	return parts
}

// codeOf is the M-PESA code of an attempt, or where it is; empty where none is to be had.
func (w *Words) codeOf(a pos.Attempt) string {
	switch {
	case a.Receipt != "":
		return Printable(a.Receipt)
	case a.WithoutReceipt():
		return w.ReceiptOf(a)
	case a.Claimed != "":
		return fmt.Sprintf(w.ClaimedCode, Shown(a.Phone, a.Claimed))
	}
	return ""
}

// came is what M-PESA has said of an attempt that is not settled.
func (w *Words) came(a pos.Attempt, known Known) string {
	switch {
	case a.Owed():
		return "" // what to do says it
	case a.Doubtful() && known.Other.ID != "":
		return fmt.Sprintf(w.PossiblyWith, known.Other.Amount, w.DayMonthClock(known.Other.AskedAt))
	case a.Doubtful():
		return w.PossiblyAdvice
	case !a.Open() && !a.Unmatched():
		return ""
	case a.Notices.Has(pos.DoesNotMatch) && known.Mismatch != (pos.Mismatch{}):
		return w.Text(Mismatch(known.Mismatch))
	case a.Notices.Has(pos.DoesNotMatch):
		return w.MatchAdvice
	case a.State == pos.StillChecking:
		what, _ := Reason(a)
		return w.Text(what)
	}
	return w.Text(notAnswered)
}

// toAdvise is the notices of an attempt that nothing else of its facts speaks of.
func toAdvise(a pos.Attempt, toSettle bool) pos.Notice {
	n := a.Notices
	if a.Owed() && toSettle {
		n &^= pos.PaidTwice
	}
	if a.Doubtful() {
		n &^= pos.PossiblyTwice
	}
	if a.Open() || a.Unmatched() {
		n &^= pos.DoesNotMatch
	}
	return n
}

// doNow is what the person at the till does about an attempt that is not settled.
func (w *Words) doNow(a pos.Attempt, toSettle bool) string {
	switch {
	case a.Unsettled() && !a.Open() && !toSettle:
		return w.SettleIn
	case a.Owed():
		return w.OwedAdvice
	case a.Doubtful():
		return w.TwoSalesDo
	case a.Unmatched():
		return w.MatchDo
	case !a.Open():
		return ""
	case a.State == pos.Sending, a.State == pos.Waiting:
		return w.LookAtPhone
	case a.ForOwner():
		return w.Text(doOwnerHold)
	}
	return w.KeepDo
}

// settleFrom says from when a person can settle an attempt that has no end, or does not match.
func (w *Words) settleFrom(a pos.Attempt, now time.Time) string {
	switch {
	case a.Owed(), a.Doubtful(), a.State == pos.Sending, a.State == pos.Waiting:
		return ""
	case a.Open() && a.ResolvableFrom().After(now):
		from := w.ByHandAlone
		switch {
		case a.Askable():
			from = w.ByHandFrom
		case a.Reachable:
			from = w.ByHandTold
		}
		return fmt.Sprintf(from, w.DayMonthClock(a.ResolvableFrom()))
	case a.Open(), a.Unmatched():
		return w.ByHandNow
	}
	return ""
}

// Why says why an attempt is unsettled, and from when a person can settle it: a sentence each.
func (w *Words) Why(a pos.Attempt, known Known, now time.Time) []string {
	switch {
	case a.Owed():
		return []string{w.OwedAdvice}
	case a.State == pos.Sending, a.State == pos.Waiting:
		if !a.Notices.Has(pos.DoesNotMatch) {
			return nil // it is under way
		}
	}
	list := []string{w.came(a, known)}
	if from := w.settleFrom(a, now); from != "" {
		list = append(list, from)
	}
	return list
}

// WhyTitle is why an attempt is unsettled in at most 12 characters.
func (w *Words) WhyTitle(a pos.Attempt, known Known) string {
	mismatch := w.Text(MismatchTitle(known.Mismatch))
	switch {
	case a.Owed():
		return w.WhyOwed
	case a.Doubtful():
		return w.WhyDoubtful
	case mismatch != "":
		return mismatch
	case a.Notices.Has(pos.DoesNotMatch):
		return "—"
	case a.State == pos.Sending, a.State == pos.Waiting:
		return w.WhyUnderWay
	case a.RefusedOnce():
		return w.WhyRefusedOnce
	case a.ForOwner():
		return w.WhyTwoAnswers
	case a.ConfirmBoth && a.Facts.Has(pos.CallbackPaid|pos.QueryPaid):
		return w.WhyPaidOnce
	case a.Cause.Endpoint != "":
		return w.WhyUnclear
	}
	return w.WhyNoAnswer
}

// SettleFrom is from when a person can settle an attempt, in at most 12 characters.
func (w *Words) SettleFrom(a pos.Attempt, now time.Time) string {
	if a.Open() && a.ResolvableFrom().After(now) {
		return w.DayMonthClock(a.ResolvableFrom())
	}
	return w.Now
}

// Moment is "23 Nov 14:32:05".
func (w *Words) Moment(t time.Time) string {
	return strings.TrimSpace(w.DayMonth(t)) + " " + Seconds(t)
}

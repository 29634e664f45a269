package text

import (
	"fmt"
	"slices"
	"strings"

	"kaunta/pos"
)

// State is the state of an attempt in large.
func (w *Words) State(a pos.Attempt) string {
	switch {
	case a.State == pos.Paid && (a.Owed() || a.Notices.Has(pos.PaidTwice)):
		return w.PaidTwice
	case a.State == pos.Paid && a.Notices.Has(pos.PaidLate):
		return w.PaidLate
	case a.State == pos.Paid:
		return w.Paid
	case a.State == pos.NotPaid:
		return w.NotPaid
	case a.State == pos.StillChecking:
		return w.StillChecking
	case a.State == pos.Waiting:
		return w.Waiting
	}
	return w.Sending
}

// StateShort is the state of an attempt where [Words.State] is too long for large letters.
func (w *Words) StateShort(a pos.Attempt) string {
	switch {
	case a.State == pos.Paid && (a.Owed() || a.Notices.Has(pos.PaidTwice)):
		return w.PaidTwiceShort
	case a.State == pos.Paid && a.Notices.Has(pos.PaidLate):
		return w.PaidLateShort
	case a.State == pos.NotPaid:
		return w.NotPaidLarge
	case a.State == pos.StillChecking:
		return w.CheckingLarge
	case a.State == pos.Waiting:
		return w.WaitingLarge
	}
	return w.State(a)
}

// NoticeWords lists the notices of a set, the gravest first.
func (w *Words) NoticeWords(n pos.Notice) []string {
	return ofNotices(n, w.PaidTwice, w.PossiblyTwice, w.DoesNotMatch, w.Disagree, w.PaidLate, w.ClearedUp)
}

// Advice is what a notice means for the cashier, a sentence for each of a set.
func (w *Words) Advice(n pos.Notice) []string {
	twice := w.TwiceAdvice
	if n.Has(pos.Refunded) {
		twice = w.GivenBackAdvice
	}
	return ofNotices(n, twice, w.PossiblyAdvice, w.MatchAdvice, w.DisagreeAdvice, w.LateAdvice, w.ClearedUpAdvice)
}

// ofNotices picks the texts of the notices in a set, the gravest first.
func ofNotices(n pos.Notice, twice, possibly, match, disagree, late, clearedUp string) []string {
	if n&(pos.TwoSales|pos.Refunded) != 0 {
		n &^= pos.PossiblyTwice // a person knows
	}
	var list []string
	for _, known := range []struct {
		bit  pos.Notice
		text string
	}{{pos.PaidTwice, twice}, {pos.PossiblyTwice, possibly}, {pos.DoesNotMatch, match}, {pos.Disagree, disagree}, {pos.PaidLate, late}, {pos.Resolved, clearedUp}} {
		if n.Has(known.bit) {
			list = append(list, known.text)
		}
	}
	return list
}

// ReceiptOf is the M-PESA code of an attempt; of one that is paid without it, whether it comes or a
// person has typed one.
func (w *Words) ReceiptOf(a pos.Attempt) string {
	switch {
	case a.Receipt != "":
		return w.Receipt + " " + Printable(a.Receipt)
	case !a.WithoutReceipt():
		return ""
	case a.Claimed != "":
		return fmt.Sprintf(w.ClaimedCode, Shown(a.Phone, a.Claimed))
	case a.Reachable:
		return w.CodeLater
	}
	return w.NoCode
}

// Witnesses is who has said the end, or "" where nobody has yet.
func (w *Words) Witnesses(a pos.Attempt) string {
	names := a.Witnesses()
	for i, n := range names {
		names[i] = map[string]string{pos.WitnessCallback: w.Callback, pos.WitnessQuery: w.Query}[n]
	}
	return strings.Join(slices.Compact(names), ", ")
}

// Event is what an event told, in one line.
func (w *Words) Event(phone pos.MSISDN, e pos.Event) string {
	var parts []string
	add := func(s string) {
		if s = strings.TrimSpace(Shown(phone, s)); s != "" {
			parts = append(parts, s)
		}
	}
	switch {
	case e.Asked != nil:
		add(KES(e.Asked.Amount))
		add(e.Asked.Phone.Masked())
		add(e.Asked.Reference)
	case e.Answer != nil:
		a := e.Answer
		if v, ok := w.Verdicts[string(a.Verdict)]; ok {
			add(v)
		} else {
			add(string(a.Verdict))
		}
		if a.NotSent {
			add(w.NotSentTitle)
		}
		add(a.Receipt)
		if a.HasAmount {
			add(KES(pos.Shillings(a.Amount)))
		}
		if a.ResultCode != "0" {
			add(a.ResultCode + " " + a.ResultDesc)
		}
		add(a.ErrorCode + " " + a.ErrorMessage)
	default:
		add(e.Typed)
	}
	return strings.Join(parts, " · ")
}

// Known is what is known of why an attempt is unsettled, besides the attempt itself.
type Known struct {
	pos.Mismatch
	Other pos.Attempt // that may be the same purchase
}

// Question is how an attempt that a person can settle is asked about.
type Question struct{ Key, Ask string }

// Question is how a person who can settle the attempt is asked about it.
func (w *Words) Question(a pos.Attempt) Question {
	switch {
	case a.Owed():
		return Question{w.KGiveBack, w.GiveBackAsk}
	case a.Doubtful():
		return Question{w.KSettle, w.TwoSalesAsk}
	}
	return Question{w.KClearUp, w.ClearUpAsk}
}

// Noted is what the till says when it has written down what a person says of an amount.
func (w *Words) Noted(as pos.EventKind) string {
	switch as {
	case pos.EventRefunded:
		return w.GiveBackDone
	case pos.EventTwoSales:
		return w.TwoSalesDone
	}
	return w.ClearUpDone
}

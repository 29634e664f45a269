package pos

import (
	"time"

	"kaunta/daraja"
)

// Apply is the attempt after the event e, and whether anything a person could see has changed. It
// is pure and total: any event in any order gives an attempt, and none undoes PAID (L3).
//
// It has two halves. learn adds what the event establishes to the attempt's facts; judge
// reads the state off the facts.
func (a Attempt) Apply(e Event) (Attempt, bool) {
	next := a.learn(e)
	next.State = next.judge()
	if next.State == Paid && a.State != Paid && (a.State == NotPaid || next.Facts.Has(Waited)) {
		next.Notices |= PaidLate
	}
	if next.Facts.Has(CallbackPaid|QueryPaid) && next.Facts.Has(CallbackFailed|QueryFailed|PushRefused) {
		next.Notices |= Disagree
	}
	if !next.staysResolved(a) {
		next.Notices &^= Resolved
	}
	if next.State != a.State {
		next.EndedAt = time.Time{}
		if next.State.Final() {
			next.EndedAt = e.At
		}
	}
	if next.State == Paid || next.State == Sending || next.State == Waiting {
		next.Cause = Cause{}
	}
	return next, next != a
}

// staysResolved reports whether what a person said of the attempt as it was still holds: there is
// something to clear up, and nothing has come that the person knew nothing of. After an end, that
// is no other witness of it.
func (a Attempt) staysResolved(was Attempt) bool {
	if !a.State.Final() {
		return a.Facts&^was.Facts&^(Waited|Resumed) == 0
	}
	return a.State == was.State && a.Notices.Has(DoesNotMatch) && a.Notices.Has(Disagree) == was.Notices.Has(Disagree)
}

// judge is the state that the facts amount to. What is not known is never a refusal (L4).
func (a Attempt) judge() State {
	f := a.Facts
	paid := f.Has(CallbackPaid) || f.Has(QueryPaid) && !f.Has(Held)
	if a.ConfirmBoth {
		paid = f.Has(CallbackPaid) && f.Has(QueryPaid)
	}
	// somebody said so, but it is not certain
	moved := f.Has(CallbackPaid | QueryPaid | Held | CallbackHinted)
	switch {
	case a.ID == "":
		return 0
	case a.Tender == TenderCash && f.Has(CashVoided):
		return NotPaid
	case a.Tender == TenderCash:
		return Paid
	case a.State == Paid, paid:
		return Paid
	case moved && f.Has(CallbackFailed|QueryFailed|PushRefused|Held|Waited|PushLost):
		return StillChecking
	case f.Has(CallbackFailed | QueryFailed):
		return NotPaid
	case f.Has(PushRefused) && !f.Has(CallbackUnclear|QueryUnclear):
		return NotPaid
	case f.Has(PushLost | PushRefused | CallbackUnclear | QueryUnclear | Waited):
		return StillChecking
	case f.Has(PushAccepted):
		return Waiting
	case moved:
		return Waiting
	case f.Has(Resumed):
		return StillChecking // stopped between writing and hearing: the push may have gone out
	default:
		return Sending
	}
}

func (a Attempt) learn(e Event) Attempt {
	if e.Kind == EventAsked {
		if a.ID == "" && e.Asked != nil && e.Attempt != "" {
			a.ID, a.Asked, a.AskedAt, a.By = e.Attempt, *e.Asked, e.At, e.By
		}
		return a
	}
	if e.Kind == EventCash {
		return a.learnCash(e)
	}
	if a.ID == "" || e.Attempt != a.ID {
		return a
	}
	if a.Tender == TenderCash && e.Kind != EventVoided && e.Kind != EventRefunded {
		return a // M-PESA has nothing to say of it
	}
	switch e.Kind {
	case EventPushed:
		if e.Answer != nil {
			a = a.learnPush(*e.Answer, e.IDUsedBy)
		}
	case EventQueried:
		if e.Answer != nil {
			a = a.learnQuery(*e.Answer, e.IDUsedBy)
		}
	case EventCalledBack:
		if e.Answer != nil {
			a = a.learnCallback(*e.Answer, e.UsedBy, e.IDUsedBy)
		}
	case EventGaveUp, EventStopped:
		// After an end there is nothing left to stop waiting for.
		if !a.State.Final() {
			a.Facts |= Waited
		}
	case EventTyped:
		a.Claimed = e.Typed
	case EventResumed:
		a.Facts |= Resumed
	case EventRefunded:
		a.Notices |= Refunded
		if e.Refund != nil && a.Refund == (Refund{}) {
			a.Refund = *e.Refund
		}
	case EventVoided:
		if a.Tender == TenderCash {
			a.Facts |= CashVoided
		}
	case EventResolved:
		a.Notices |= Resolved
	case EventPossiblyTwice: // news, also after a person's word about an earlier one
		a.Notices = a.Notices&^TwoSales | PossiblyTwice
		a.Other = e.Other
	case EventTwoSales:
		a.Notices |= TwoSales
	}
	return a
}

func (a Attempt) learnPush(ans daraja.Answer, idUsedBy AttemptID) Attempt {
	switch {
	case ans.Verdict == daraja.VerdictAccepted:
		a.CustomerMessage = ans.CustomerMessage
		if idUsedBy != "" {
			// the id is not learned: a query by it would tell of the other payment
			a = a.mismatched()
		} else if a.CheckoutRequestID == "" {
			a.MerchantRequestID, a.CheckoutRequestID = ans.MerchantRequestID, ans.CheckoutRequestID
		} else if !a.sameIDs(ans) {
			a = a.mismatched() // a callback came first, with other ids
		}
		a.Facts |= PushAccepted
	case ans.MayHaveMovedMoney():
		a.Facts |= PushLost
		a = a.because(ans)
	default:
		a.Facts |= PushRefused
		a = a.because(ans)
	}
	return a
}

// learnQuery takes the answer to a query. It counts only if it names the payment (L11).
func (a Attempt) learnQuery(ans daraja.Answer, idUsedBy AttemptID) Attempt {
	if ans.CheckoutRequestID == "" || idUsedBy != "" || a.CheckoutRequestID != "" && !a.sameIDs(ans) {
		return a
	}
	if a.CheckoutRequestID == "" {
		a.MerchantRequestID, a.CheckoutRequestID = ans.MerchantRequestID, ans.CheckoutRequestID
	}
	switch {
	case ans.Verdict == daraja.VerdictPaid:
		a.Facts |= QueryPaid
	case ans.Verdict == daraja.VerdictFailed:
		if a.Facts.Has(QueryFailed) {
			a.Facts |= QueryFailedAgain
		}
		a.Facts |= QueryFailed
		a = a.because(ans)
	case ans.Verdict == daraja.VerdictUnknown && ans.ResultCode != "":
		a.Facts |= QueryUnclear
		a = a.because(ans)
	}
	return a // pending, refused, blocked or lost: no information
}

// learnCallback takes what came to the attempt's own address. It counts only with the push's ids,
// and says PAID only with the amount asked and a receipt that no other attempt holds.
func (a Attempt) learnCallback(ans daraja.Answer, usedBy, idUsedBy AttemptID) Attempt {
	if ans.Verdict == daraja.VerdictMalformed {
		return a
	}
	if ans.CheckoutRequestID == "" || a.CheckoutRequestID != "" && !a.sameIDs(ans) {
		return a.mismatched()
	}
	// The answer to the push is still on its way, or was lost: this is where its ids are learned.
	// An id of another attempt is not: its query would tell of that one.
	switch {
	case idUsedBy != "":
		a = a.mismatched()
	case a.CheckoutRequestID == "":
		a.MerchantRequestID, a.CheckoutRequestID = ans.MerchantRequestID, ans.CheckoutRequestID
	}

	switch ans.Verdict {
	case daraja.VerdictPaid:
		matches := ans.HasAmount && Shillings(ans.Amount) == a.Amount && usedBy == "" &&
			ans.Receipt != "" && (a.Receipt == "" || a.Receipt == ans.Receipt)
		if !matches {
			a = a.mismatched()
			if a.State != Paid {
				a.Facts |= Held
			}
			return a
		}
		a.Facts |= CallbackPaid
		a.Receipt = ans.Receipt
		a.PaidAt = darajaTime(ans.TransactionDate)
	case daraja.VerdictFailed:
		a.Facts |= CallbackFailed
		a = a.because(ans)
	default:
		a.Facts |= CallbackUnclear
		if ans.ResultCode == "0" || ans.Receipt != "" {
			a.Facts |= CallbackHinted // no refusal from elsewhere makes this NOT PAID (L4)
		}
		a = a.because(ans)
	}
	return a
}

// mismatched has something that does not match, which nobody can have cleared up before it came.
func (a Attempt) mismatched() Attempt {
	a.Notices = a.Notices&^Resolved | DoesNotMatch
	return a
}

// sameIDs reports whether ans is about the push of a. The answer to a push may lack its
// MerchantRequestID.
func (a Attempt) sameIDs(ans daraja.Answer) bool {
	return ans.CheckoutRequestID == a.CheckoutRequestID &&
		(ans.MerchantRequestID == a.MerchantRequestID || ans.MerchantRequestID == "" || a.MerchantRequestID == "")
}

// because keeps the answer that words for the state are made from. Of several, a final refusal is
// kept before an unclear word, and a callback before a query, so that their order does not matter.
func (a Attempt) because(ans daraja.Answer) Attempt {
	next := Cause{
		Endpoint: ans.Endpoint, Verdict: ans.Verdict, NotSent: ans.NotSent,
		ErrorCode: ans.ErrorCode, ErrorMessage: ans.ErrorMessage,
		ResultCode: ans.ResultCode, ResultDesc: ans.ResultDesc,
	}
	if next.rank() >= a.Cause.rank() {
		a.Cause = next
	}
	return a
}

func (c Cause) rank() int {
	rank := 0
	switch c.Endpoint {
	case daraja.EndpointPush:
		rank = 1
	case daraja.EndpointQuery:
		rank = 2
	case daraja.EndpointCallback:
		rank = 3
	}
	if c.Verdict == daraja.VerdictFailed {
		rank += 3
	}
	return rank
}

// darajaTime reads M-PESA's yyyyMMddHHmmss, which is in East Africa Time; zero where it is none.
func darajaTime(s string) time.Time {
	t, err := time.ParseInLocation("20060102150405", s, EAT)
	if err != nil {
		return time.Time{}
	}
	return t
}

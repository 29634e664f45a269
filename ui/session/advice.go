package session

import (
	"fmt"
	"time"

	"kaunta/ui/text"
)

// FailedAdvice is what to do after a refusal, and that no money moved, where that is certain.
func (p *Payment) FailedAdvice(w *text.Words) []string {
	_, do := text.Reason(p.Attempt)
	switch {
	case p.Attempt.SaleWasPaid(), p.Attempt.Unmatched():
		return []string{w.Text(do)}
	case p.WrongPINs >= 3:
		return []string{w.NoMoney, w.ThreeWrongPINs} // in place of asking again
	}
	return []string{w.NoMoney, w.Text(do)}
}

// UnclearAdvice is what to do with the goods and the customer while money may have moved, one rule
// a moment: wait while the phone is locked; and then again, with its risk. Where the answers do not
// go together, it is for the owner. still asks for a time of day in place of what is left.
func (p *Payment) UnclearAdvice(w *text.Words, now time.Time, still bool) (hold, again string) {
	_, do := text.Reason(p.Attempt)
	switch locked := now.Before(p.Unlock()); {
	case p.Attempt.ForOwner():
		return w.Text(do), ""
	case locked && still:
		return fmt.Sprintf(w.HoldAndWait, fmt.Sprintf(w.WaitUntil, w.At(p.Unlock(), now, true))), ""
	case locked:
		return fmt.Sprintf(w.HoldAndWait, text.Span(p.Unlock().Sub(now))), ""
	}
	return w.HoldGoods, w.MayAskAgain
}

// Blocked is why a request was refused since an earlier one is in its way, as it is at the moment
// now. still asks for a time of day in place of what is left.
func (p *Payment) Blocked(w *text.Words, now time.Time, still bool) string {
	e := p.InTheWay(now)
	if e.Locked() && still {
		e.Ends = p.Free
	}
	return w.Err(e)
}

package session

import (
	"fmt"
	"time"

	"kaunta/pos"
	"kaunta/ui/text"
)

// Payment is the payment in front of the cashier, from the request to its end.
type Payment struct {
	Request pos.Request

	Attempt   pos.Attempt    // what is known of it; zero until the till has it on disk
	Began     time.Time      // when the till took the request, by a clock that nobody sets; zero where it was another's
	Refused   *pos.OpenError // an earlier request is in the way
	Free      time.Time      // when its lock ends, by that clock
	Problem   error          // why the last action did nothing
	NextCheck time.Time      // when M-PESA is asked next; zero: not planned
	Deadline  time.Time      // when waiting ends; zero: not waiting
	Checking  bool           // the cashier asked for a check that has not come back
	Stopped   bool           // the cashier stopped waiting, so that the end of it rings no bell
	Changed   time.Time      // when the state last changed
	WrongPINs int            // in a row from this phone

	EarlierPaid bool // one in whose place it was asked is paid, so that the customer must not pay this too

	before *Payment // the payment that is asked again, in front again if the till refuses
}

// Phase is where a payment stands, as far as that says what can be done about it.
type Phase uint8

// The phases.
const (
	Typing    Phase = iota // no payment is in front
	Asking                 // the till is writing the request to disk: nothing can be done
	NotTaken               // the till has refused the request
	InTheWay               // an earlier request for the phone is in the way
	UnderWay               // the customer is being asked
	Unclear                // STILL CHECKING
	Failed                 // NOT PAID
	PaidByAll              // NOT PAID, since the sale was paid before
	Done                   // PAID
)

// Phase is where the payment stands; Typing where there is none.
func (p *Payment) Phase() Phase {
	switch {
	case p == nil:
		return Typing
	case p.Refused != nil:
		return InTheWay
	case p.Attempt.ID == "" && p.Problem != nil:
		return NotTaken
	case p.Attempt.ID == "":
		return Asking
	case p.Attempt.State == pos.Paid:
		return Done
	case p.Attempt.SaleWasPaid():
		return PaidByAll
	case p.Attempt.State == pos.NotPaid:
		return Failed
	case p.Attempt.State == pos.StillChecking:
		return Unclear
	}
	return UnderWay
}

// About is the attempt about which a check asks M-PESA: this one, or the one that is in its way.
func (p *Payment) About() pos.Attempt {
	if p.Refused != nil {
		return p.Refused.Earlier
	}
	return p.Attempt
}

// GoodNews reports whether the payment has ended as it should, so that the next sale may be typed
// over it.
func (p *Payment) GoodNews() bool {
	return p.Attempt.State == pos.Paid && p.Attempt.Notices&^pos.PaidLate == 0
}

// CodeWanted reports whether the customer's SMS is the only place of the payment's M-PESA code, and
// nobody has typed it: none will be told.
func (p *Payment) CodeWanted() bool {
	return p.Attempt.WithoutReceipt() && !p.Attempt.Reachable && p.Attempt.Claimed == ""
}

// Asked is when the customer was asked.
func (p *Payment) Asked() time.Time {
	if p.Began.IsZero() {
		return p.Attempt.AskedAt
	}
	return p.Began
}

// Unlock is when the phone may be asked again although what was asked of it has no end; zero where
// no such lock is in the way of anything.
func (p *Payment) Unlock() time.Time {
	switch p.Phase() {
	case InTheWay:
		return p.Free
	case Unclear:
		return p.Asked().Add(pos.PhoneLock)
	}
	return time.Time{}
}

// InTheWay is what is in the way as it is at the moment now.
func (p *Payment) InTheWay(now time.Time) *pos.OpenError {
	e := *p.Refused
	e.Left = p.Free.Sub(now)
	return &e
}

// Turn is the next moment that changes something about the payment although nothing is said to
// happen then: a lock ends, or M-PESA is asked. It is zero where there is none.
func (p *Payment) Turn(now time.Time) time.Time {
	var next time.Time
	for _, t := range []time.Time{p.NextCheck, p.Unlock()} {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next
}

// learn takes an update about this payment.
func (p *Payment) learn(u pos.Update, now time.Time) {
	if u.Attempt.ID != p.Attempt.ID || u.Attempt.Events < p.Attempt.Events {
		return
	}
	if u.Attempt.State != p.Attempt.State {
		p.Changed = now
	}
	if u.Event == pos.EventQueried || u.Attempt.State.Final() {
		p.Checking = false
	}
	if u.Attempt.Events > p.Attempt.Events || u.Attempt.State != p.Attempt.State {
		p.Problem = nil // it was about what the payment was
	}
	p.Attempt, p.NextCheck, p.Deadline, p.WrongPINs = u.Attempt, u.NextCheck, u.Deadline, u.WrongPINs
}

// learnEarlier takes an update about the earlier request that is in the way.
func (p *Payment) learnEarlier(u pos.Update) {
	if u.Attempt.Events >= p.Refused.Earlier.Events {
		e := *p.Refused
		e.Earlier = u.Attempt
		p.Refused, p.NextCheck = &e, u.NextCheck
	}
}

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

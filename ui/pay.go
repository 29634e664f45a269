package ui

import (
	"slices"
	"time"

	"kaunta/pos"
	"kaunta/ui/text"
)

// pay is one payment in front of the cashier, from the request to its end.
type pay struct {
	request pos.Request

	attempt   pos.Attempt    // what is known of it; zero until the till has it on disk
	began     time.Time      // when the till took the request, by a clock that nobody sets; zero where it was another's
	refused   *pos.OpenError // an earlier request is in the way
	free      time.Time      // when its lock ends, by that clock
	before    *pay           // the payment that is asked again, shown again if the till refuses
	problem   error          // why the last key did nothing
	askAt     time.Time      // when M-PESA is asked next; zero: not planned
	deadline  time.Time      // when waiting ends; zero: not waiting
	checking  bool           // the cashier asked for a check that has not come back
	stopping  bool           // the cashier stopped waiting, so that the end of it rings no bell
	changed   time.Time      // when the state last changed
	wrongPINs int            // in a row from this phone
}

// action is what a key asks of the app.
type action uint8

const (
	actionNothing action = iota
	actionCheck          // ask M-PESA now
	actionStop           // stop waiting
	actionAgain          // ask the same phone again
	actionTwice          // ask although the customer may pay twice
	actionNumber         // ask another number
	actionNext           // the next sale, as far as it is typed
	actionForm           // back to the form as it was
	actionSale
	actionLedger
	actionCode // type the code of the customer's SMS
	actionPhone
)

// debounce is how long a fresh result takes no Enter: a key meant for the screen before must not
// dismiss an end that nobody has seen, nor ask again.
const debounce = 700 * time.Millisecond

// stands is how long a result, or a question, stands against typing, and how long after a key of
// the next sale the other keys belong to that too.
const stands = 1500 * time.Millisecond

// press answers a key.
func (p pay) press(k key, now time.Time) (pay, action) {
	p.problem = nil
	k = k.typed()
	fresh := now.Sub(p.changed) < debounce
	if fresh && k.is("enter") && p.attempt.State.Final() {
		// one of several, or held down: it is meant for the screen before until there is a pause
		p.changed = now
		return p, actionNothing
	}
	back := k.is("esc", "-")
	switch {
	case p.refused != nil:
		locked := now.Before(p.free)
		switch {
		case k.is("enter") && p.checked().Askable():
			return p, actionCheck
		case k.is("2") && !locked && now.Sub(p.changed) >= stands && now.Sub(p.free) >= stands:
			return p, actionTwice
		case back:
			return p, actionForm
		}
	case p.attempt.ID == "":
		// The till is writing it to disk: too late to change anything, too early to do anything.
	case p.attempt.State == pos.Paid:
		switch {
		case k.is("enter", "+", "n") && !fresh, back && !fresh:
			return p, actionNext
		case k.is("*"):
			return p, actionLedger
		case k.is("/") && p.codeWanted():
			return p, actionCode
		}
	case p.attempt.State == pos.NotPaid:
		switch {
		case k.is("enter") && !fresh && p.attempt.SaleWasPaid():
			return p, actionNext
		case k.is("enter") && !fresh:
			return p, actionAgain
		case k.is("/", "e"):
			return p, actionNumber
		case k.is("+", "n"), back && !fresh:
			return p, actionNext
		case k.is("*"):
			return p, actionLedger
		}
	case p.attempt.State == pos.StillChecking:
		switch {
		case k.is("enter"):
			return p, actionCheck
		case k.is("*", "a"):
			return p, actionAgain
		case k.is("+", "n"), back && !fresh:
			return p, actionNext
		}
	default:
		switch {
		case k.is("enter") && p.attempt.Askable(): // there is nothing to ask with before the answer to the push
			return p, actionCheck
		case back:
			return p, actionStop
		case k.is("*"):
			return p, actionPhone
		}
	}
	return p, actionNothing
}

// goodNews reports whether the payment has ended as it should, so that the next sale may be typed
// over it.
func (p pay) goodNews() bool {
	return p.attempt.State == pos.Paid && p.attempt.Notices&^pos.PaidLate == 0
}

// codeWanted reports whether the customer's SMS is the only place of the payment's M-PESA code, and
// nobody has typed it: none will be told.
func (p pay) codeWanted() bool {
	return p.attempt.WithoutReceipt() && !p.attempt.Reachable && p.attempt.Claimed == ""
}

// learn takes an update about this payment.
func (p pay) learn(u pos.Update, now time.Time) pay {
	if u.Attempt.ID != p.attempt.ID || u.Attempt.Events < p.attempt.Events {
		return p
	}
	if u.Attempt.State != p.attempt.State {
		p.changed = now
	}
	if u.Event == pos.EventQueried || u.Attempt.State.Final() {
		p.checking = false
	}
	if u.Attempt.Events > p.attempt.Events || u.Attempt.State != p.attempt.State {
		p.problem = nil // it was about what the payment was
	}
	p.attempt, p.askAt, p.deadline, p.wrongPINs = u.Attempt, u.NextCheck, u.Deadline, u.WrongPINs
	return p
}

// checked is the attempt about which a check asks M-PESA: this one, or the one that is in its way.
func (p pay) checked() pos.Attempt {
	if p.refused != nil {
		return p.refused.Earlier
	}
	return p.attempt
}

// learnEarlier takes an update about the earlier request that is in the way.
func (p pay) learnEarlier(u pos.Update) pay {
	if u.Attempt.Events >= p.refused.Earlier.Events {
		e := *p.refused
		e.Earlier = u.Attempt
		p.refused, p.askAt = &e, u.NextCheck
	}
	return p
}

// moves reports whether something on the screen changes by the second.
func (p pay) moves(now time.Time) bool {
	switch {
	case p.refused != nil:
		return now.Before(p.free)
	case p.attempt.ID == "":
		return false
	case p.attempt.State == pos.StillChecking:
		return now.Before(p.askAt) || now.Before(p.unlock())
	}
	return !p.attempt.State.Final()
}

// turn is the next moment that changes what is on the screen although nothing is said to happen
// then: a lock ends, or M-PESA is asked. It is zero where there is none.
func (p pay) turn(now time.Time) time.Time {
	moments := []time.Time{p.askAt}
	switch {
	case p.refused != nil:
		moments = append(moments, p.free)
	case p.attempt.State == pos.StillChecking:
		moments = append(moments, p.unlock())
	}
	var next time.Time
	for _, t := range moments {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next
}

// unlock is when the phone may be asked again although this attempt has no end.
func (p pay) unlock() time.Time { return p.asked().Add(pos.PhoneLock) }

// asked is when the customer was asked.
func (p pay) asked() time.Time {
	if p.began.IsZero() {
		return p.attempt.AskedAt
	}
	return p.began
}

// refuse puts an earlier request in the way.
func (p *pay) refuse(e *pos.OpenError, now time.Time) {
	p.refused, p.free = e, now.Add(max(0, e.Left))
}

// inTheWay is what is in the way as it is at the moment now.
func (p pay) inTheWay(now time.Time) *pos.OpenError {
	e := *p.refused
	e.Left = p.free.Sub(now)
	return &e
}

// hints are the keys of the state.
func (p pay) hints(w *text.Words, now time.Time, practice bool) []hint {
	ledger := hint{"*", w.KLedger}
	switch {
	case p.refused != nil:
		hints := []hint{{"-", w.KBack}}
		if p.checked().Askable() {
			hints = append([]hint{{"enter", w.KCheck}}, hints...)
		}
		if !now.Before(p.free) {
			hints = append([]hint{{"2", w.KTwice}}, hints...)
		}
		return hints
	case p.attempt.ID == "":
		return nil
	case p.attempt.State == pos.Paid:
		switch {
		case p.attempt.Owed():
			return []hint{{"enter", w.KNext}, ledger, {"f3", w.KOpen}}
		case !p.goodNews():
			return []hint{{"enter", w.KNext}, ledger}
		}
		hints := []hint{{"enter", w.KNext}, {"0–9", w.KType}, ledger}
		if p.codeWanted() {
			hints = slices.Insert(hints, 1, hint{"/", w.KTypeCode})
		}
		return hints
	case p.attempt.SaleWasPaid():
		return []hint{{"enter", w.KNext}, ledger}
	case p.attempt.State == pos.NotPaid:
		return []hint{{"enter", w.KAgain}, {"/", w.KNumber}, {"-", w.KDrop}, ledger}
	case p.attempt.State == pos.StillChecking:
		hints := []hint{{"+", w.KNext}}
		if p.attempt.Askable() {
			hints = append([]hint{{"enter", w.KCheck}}, hints...)
		}
		if !now.Before(p.unlock()) {
			hints = append(hints, hint{"*", w.KAgain})
		}
		return append(hints, hint{"f3", w.KOpen})
	}
	hints := []hint{{"-", w.KStop}, {"f2", w.KLedger}}
	if practice {
		hints = append([]hint{{"*", w.KHand}}, hints...)
	}
	if p.attempt.Askable() {
		hints = append([]hint{{"enter", w.KCheck}}, hints...)
	}
	return hints
}

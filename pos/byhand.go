package pos

import (
	"context"
	"fmt"
	"time"
)

// ByHandFrom is the moment from which a person may clear up an attempt without an end: when M-PESA has been asked to the end of the plan,
// two days after the push; or when waiting is over, where M-PESA can neither be asked nor call back.
func (a Attempt) ByHandFrom() time.Time {
	if !a.Askable() && !a.Reachable {
		return a.AskedAt.Add(Patience)
	}
	return a.AskedAt.Add(plan[len(plan)-1])
}

// ErrSettled is returned by [Till.ByHand] for an attempt with which nothing is left to do.
var ErrSettled error = &Said{EN: "Nothing is left to do with this payment.", SW: "Hakuna kilichobaki kufanya na malipo haya."}

// StillAskingError is returned by [Till.ByHand] while M-PESA may yet tell by itself.
type StillAskingError struct{ Until time.Time }

// Error is one plain sentence.
func (e *StillAskingError) Error() string { return e.Say().EN }

// Say is the sentence in English and Kiswahili.
func (e *StillAskingError) Say() Text {
	until := e.Until.In(EAT).Format("2 Jan 15:04")
	return Text{
		EN: fmt.Sprintf("The till is still finding out by itself; from %s a person can clear this up.", until),
		SW: fmt.Sprintf("Till bado inaulizia yenyewe; kuanzia %s mtu anaweza kuyashughulikia.", until),
	}
}

// ByHand records that a person has settled what the till cannot: gave back what was paid twice, or cleared up, by M-PESA's statement
// and with the customer, what M-PESA never told the till or what does not match. It is that person's word (L8): the state stays what it is, and
// evidence that comes later counts as before. Errors: ErrSettled, *StillAskingError, ErrClosed, ErrNotFound, or the ledger's.
func (t *Till) ByHand(ctx context.Context, id AttemptID) error {
	a, err := t.cfg.Ledger.Attempt(id)
	if err != nil {
		return err
	}
	now := time.Now()
	kind := EventGivenBack
	switch until := a.ByHandFrom(); {
	case a.Owed():
	case a.Unmatched():
		kind = EventClearedUp
	case !a.Open():
		return ErrSettled
	case now.Before(until):
		return &StillAskingError{until}
	default:
		kind = EventClearedUp
	}
	if !t.begin() {
		return ErrClosed
	}
	defer t.work.Done()
	_, err = t.record(ctx, Event{Attempt: id, Kind: kind, At: now})
	return err
}

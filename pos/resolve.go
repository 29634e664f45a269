package pos

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// ResolvableFrom is the moment from which a person may clear up an attempt without an end: when
// M-PESA has been queried to the end of the plan, two days after the push; or when waiting is over,
// where M-PESA can neither be queried nor call back.
func (a Attempt) ResolvableFrom() time.Time {
	if !a.Askable() && !a.Reachable {
		return a.AskedAt.Add(Patience)
	}
	return a.AskedAt.Add(plan[len(plan)-1])
}

// ErrSettled is returned by [Till.Resolve] for an attempt with which nothing is left to do.
var ErrSettled error = &LocalizedError{EN: "Nothing is left to do with this payment.", SW: "Hakuna kilichobaki kufanya na malipo haya."}

// StillAskingError is returned by [Till.Resolve] while M-PESA may yet tell by itself.
type StillAskingError struct{ Until time.Time }

func (e *StillAskingError) Error() string { return e.Say().EN }

func (e *StillAskingError) Say() Text {
	until := Moment(e.Until)
	return Text{
		EN: fmt.Sprintf("Kaunta is still asking M-PESA. You can settle this yourself from %s.", until.EN),
		SW: fmt.Sprintf("Kaunta bado inauliza M-PESA. Unaweza kuyatatua mwenyewe kuanzia %s.", until.SW),
	}
}

// ErrSinceChanged is returned by [Till.Resolve] for an attempt of which something else would be
// said now than the person saw.
var ErrSinceChanged error = &LocalizedError{EN: "Something has come for this payment since: look at it again.", SW: "Kuna jipya kuhusu malipo haya: yaangalie tena."}

// Answers lists the events by which a person can settle the attempt as it is; none where nothing is
// left to do.
func (a Attempt) Answers() []EventKind {
	switch {
	case a.Owed():
		return []EventKind{EventRefunded}
	case a.Doubtful():
		return []EventKind{EventTwoSales, EventRefunded}
	case a.Unmatched(), a.Open():
		return []EventKind{EventResolved}
	}
	return nil
}

// SameResolution reports whether resolving a would still mean what the operator saw: no end has
// come since, the answers to choose from are the same, and nothing more is known of an ended
// attempt.
func (a Attempt) SameResolution(seen Attempt) bool {
	return a.ID == seen.ID && slices.Equal(a.Answers(), seen.Answers()) && a.State.Final() == seen.State.Final() &&
		(!a.State.Final() || a.Events == seen.Events)
}

// Resolve records that a person has settled what the till cannot: gave back what was paid twice, or
// cleared up, by M-PESA's statement and with the customer, what M-PESA never told the till or what
// does not match. It is that person's word (L8): the state stays what it is, and evidence that
// comes later counts as before. seen is the attempt as the person saw it, and as one of its
// Answers. Errors: ErrSettled, ErrSinceChanged, *StillAskingError, ErrClosed, ErrNotFound, or the
// ledger's.
func (t *Till) Resolve(ctx context.Context, seen Attempt, as EventKind) error {
	// two persons do not settle it at once
	h, err := t.hold(ctx, Request{Phone: seen.Phone, Sale: seen.Sale})
	if err != nil {
		return err
	}
	defer t.release(h)
	a, err := t.cfg.Ledger.Attempt(seen.ID)
	if err != nil {
		return err
	}
	now, until := t.cfg.Clock(), a.ResolvableFrom()
	switch {
	case len(a.Answers()) == 0:
		return ErrSettled
	case !a.SameResolution(seen), !slices.Contains(a.Answers(), as):
		return ErrSinceChanged
	case a.Open() && now.Before(until):
		return &StillAskingError{until}
	}
	if !t.begin() {
		return ErrClosed
	}
	defer t.work.Done()
	_, err = t.record(ctx, Event{Attempt: a.ID, Kind: as, At: now})
	return err
}

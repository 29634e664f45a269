package pos

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"kaunta/daraja"
)

// unwritten is the evidence for which the disk had no room, in the order it came. Nobody sends it
// again: Daraja does not repeat a callback that was answered with an error, nor the answer to a
// push. So it is written as soon as there is room, which is tried each minute, and for the last
// time when the till closes. What is lost with the process after that is the receipt number: the
// outcome itself is brought by the queries of the next start, as for any callback that never came.
//
// It is under Till.mu.
type unwritten struct {
	events   []Event
	tryAgain time.Time // zero: there are none
}

const (
	roomPause     = time.Minute
	mostUnwritten = 256 // events that are kept: of more, a query tells
)

// tells reports whether something would be lost with the event: there is no end to the answers to
// queries that say to ask again.
func tells(e Event) bool {
	if e.Answer == nil || e.Kind != EventQueried {
		return e.Answer != nil
	}
	switch e.Answer.Verdict {
	case daraja.VerdictPaid, daraja.VerdictFailed:
		return true
	}
	return e.Answer.Verdict == daraja.VerdictUnknown && e.Answer.ResultCode != ""
}

func (u *unwritten) keep(e Event, now time.Time) {
	if !tells(e) {
		return
	}
	// Daraja delivers a callback several times
	again := slices.ContainsFunc(u.events, func(was Event) bool {
		return was.Attempt == e.Attempt && was.Kind == e.Kind && bytes.Equal(was.Answer.Raw, e.Answer.Raw)
	})
	if again || len(u.events) >= mostUnwritten {
		return
	}
	u.events = append(u.events, e)
	if u.tryAgain.IsZero() {
		u.tryAgain = now.Add(roomPause)
	}
}

func (u *unwritten) take() []Event {
	events := u.events
	*u = unwritten{}
	return events
}

// toldAtOnce reports whether the person who wanted e written is told why it was not, and nothing
// that the till knows of a payment is lost with it.
func (e Event) toldAtOnce(err error) bool {
	switch e.Kind {
	case EventAsked, EventCash:
		return true
	case EventVoided, EventRefunded:
		return errors.Is(err, ErrRefused)
	}
	return false
}

// unrecorded takes note that e is not on disk. What was learned is not shown then; that it is not
// known is.
func (t *Till) unrecorded(e Event, err error) {
	message := "the ledger takes no more writes"
	switch {
	case errors.Is(err, ErrNoRoom):
		message = "the disk has no room for an event"
	case errors.Is(err, ErrRefused):
		message = "the ledger refuses an event"
	}
	t.log.Error(message, "attempt", e.Attempt, "event", e.Kind, "err", err)
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	switch {
	case errors.Is(err, ErrNoRoom):
		t.noRoom = err
		t.late.keep(e, now)
		t.goOnWithout(e, now)
	case errors.Is(err, ErrRefused):
		t.goOnWithout(e, now)
	default:
		t.fail(e, err)
	}
}

// goOnWithout says STILL CHECKING of the attempt of e, which could not be written, and keeps to its
// plan: the next answer may be one that can. t.mu is held.
func (t *Till) goOnWithout(e Event, now time.Time) {
	t.giveUp(e.Attempt, e.Kind)
	if w := t.watched[e.Attempt]; w != nil {
		if !w.asking && w.next.IsZero() && w.worthAsking(now) {
			w.next = w.nextPlanned(now)
		}
		if w.idle() {
			delete(t.watched, e.Attempt)
		}
	}
	t.poke() // the next in the queue is due
}

// fail takes note that e could not be written, and that nothing will be from now on. The other
// attempts are not queried any more either, so nobody is to wait for them. t.mu is held.
func (t *Till) fail(e Event, err error) {
	t.broken = err
	for id := range t.watched {
		kind := EventKind(0)
		if id == e.Attempt {
			kind = e.Kind
		}
		t.giveUp(id, kind)
	}
}

// giveUp says STILL CHECKING of an attempt of which something, or nothing more, can be written.
// t.mu is held.
func (t *Till) giveUp(id AttemptID, kind EventKind) {
	w := t.watched[id]
	if w == nil || !w.attempt.Open() || w.attempt.State == StillChecking {
		return
	}
	w.attempt.State, w.deadline = StillChecking, time.Time{}
	t.publish(Update{Attempt: w.attempt, Event: kind, Changed: true, NextCheck: t.rate.earliest(w.next)})
}

func (t *Till) mayWriteAgain(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.broken == nil && len(t.late.events) > 0 && !t.late.tryAgain.After(now)
}

// writeAgain tries to write what the disk had no room for.
func (t *Till) writeAgain() {
	t.mu.Lock()
	events := t.late.take()
	t.mu.Unlock()
	for _, e := range events {
		_, _ = t.record(context.Background(), e)
	}
}

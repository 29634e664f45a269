package pos

import (
	"context"
	"errors"
	"slices"
	"time"

	"kaunta/daraja"
)

// watch is what the till keeps in memory of an attempt that it is following. Everything in it can
// be made again from the ledger.
type watch struct {
	attempt  Attempt
	began    time.Time // when it was requested, by this machine's clock as it is now
	deadline time.Time // when to give up waiting; zero: not waiting any more
	next     time.Time // when to query next; zero: not planned
	urgent   bool      // the cashier requested it
	asking   bool      // a query is on its way
	asked    bool      // a query has been sent
}

// newWatch follows an attempt that was requested so long ago. From now on its age is measured by
// the monotonic reading of now, which no setting of the clock touches.
func newWatch(a Attempt, age time.Duration, now time.Time) *watch {
	return &watch{attempt: a, began: now.Add(-age)}
}

// age is how long ago the attempt was requested, by the clock. If that is yet to come, the clock
// has been set back since, and counting from there would leave the attempt alone for as long.
func (t *Till) age(a Attempt) time.Duration { return max(0, t.cfg.Clock().Sub(a.AskedAt)) }

// replan brings the plan up to date after the event e.
func (w *watch) replan(e Event, now time.Time) {
	a := w.attempt
	w.deadline = time.Time{}
	if a.Open() && !a.Facts.Has(Waited) {
		w.deadline = w.began.Add(Patience)
	}
	switch {
	case e.Kind == EventResumed: // see resume
	case !w.worthAsking(now):
		if !w.urgent || !a.Askable() {
			w.next, w.urgent = time.Time{}, false
		}
	case e.Kind == EventQueried && refused(e.Answer) && a.Followed():
		w.next = w.nextAfterRefusal(now)
	case e.Kind == EventQueried || w.next.IsZero():
		w.next = w.nextPlanned(now)
	}
}

// resume follows an attempt that was followed when the till stopped. All of them are due at the
// same moment, so that the one with the fewest queries comes first.
func (t *Till) resume(a Attempt, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := newWatch(a, t.age(a), now)
	if a.Open() && !a.Facts.Has(Waited) {
		w.deadline = w.began.Add(Patience)
	}
	if w.worthAsking(now) {
		w.next = later(now, w.began.Add(firstUseful))
	}
	t.watched[a.ID] = w
}

// recordResumed notes with each open attempt that the till was started with it open, in as few
// commits as there can be, and returns what is followed then. Once is enough: the next starts would
// teach nothing. What cannot be noted is followed all the same.
func (t *Till) recordResumed(ctx context.Context, followed []Attempt) ([]Attempt, error) {
	now := t.cfg.Clock()
	var events []Event
	for _, a := range followed {
		if a.Open() && !a.Facts.Has(Resumed) {
			events = append(events, Event{Attempt: a.ID, Kind: EventResumed, At: now})
		}
	}
	if len(events) == 0 {
		return followed, nil
	}
	switch err := t.cfg.Ledger.AppendAll(ctx, events); {
	case err == nil:
	case errors.Is(err, ErrNoRoom):
		t.noRoom = err
		fallthrough
	case errors.Is(err, ErrRefused):
		t.log.Error("not all that was open could be resumed in the ledger", "err", err)
	default:
		return nil, err
	}
	followed, err := t.cfg.Ledger.Followed()
	if err != nil && !errors.Is(err, ErrRefused) { // of those the log tells already
		return nil, err
	}
	return followed, nil
}

// idle reports whether there is nothing left to do for the attempt.
func (w *watch) idle() bool {
	return !w.attempt.Open() && w.next.IsZero() && !w.asking
}

// refused reports whether M-PESA turned a query away without looking at it.
func refused(answer *daraja.Answer) bool {
	if answer == nil {
		return false
	}
	switch answer.Verdict {
	case daraja.VerdictRateLimited, daraja.VerdictBlocked, daraja.VerdictSystemBusy:
		return true
	}
	return false
}

// rate spaces the queries of one Daraja app.
type rate struct {
	every    time.Duration // between two queries
	free     time.Time     // none before this moment
	refusals int           // in a row
}

// earliest is when a query that is due at the moment due can be sent; zero stays zero.
func (r rate) earliest(due time.Time) time.Time {
	if due.IsZero() {
		return due
	}
	return later(due, r.free)
}

func (r *rate) asked(now time.Time) { r.free = later(r.free, now.Add(r.every)) }

// answered backs off after a refusal: 15 s doubling to 4 minutes, and up to half of it again by
// chance, so that the tills of one app do not come back together. Pushing on would bring the
// firewall's ban.
func (r *rate) answered(answer *daraja.Answer, now time.Time, jitter func(time.Duration) time.Duration) {
	if !refused(answer) {
		r.refusals = 0
		return
	}
	pause := 15 * time.Second << min(r.refusals, 4)
	r.refusals++
	r.free = later(r.free, now.Add(pause+jitter(pause/2)))
}

// longestNap bounds a sleep of the loop: a machine that was asleep, or whose clock was set, is soon
// right again.
const longestNap = time.Minute

// run is the till's one loop: it gives up waiting where the time is over, and starts one query
// after another.
func (t *Till) run() {
	for {
		// before due, which takes the one query of this round
		if t.mayWriteAgain(time.Now()) {
			t.writeAgain()
		}
		expired, ask, wait := t.due(time.Now())
		for _, id := range slices.Sorted(slices.Values(expired)) {
			_, _ = t.record(t.queries, Event{Attempt: id, Kind: EventGaveUp, At: t.cfg.Clock()})
		}
		if ask != "" && t.begin() {
			go func() {
				defer t.work.Done()
				t.query(ask)
			}()
		}
		if len(expired) > 0 || ask != "" {
			continue
		}
		var alarm <-chan time.Time // nil, and so never, where nothing is planned
		if wait > 0 {
			alarm = time.After(min(wait, longestNap))
		}
		select {
		case <-t.queries.Done():
			return
		case <-t.wake:
		case <-alarm:
		}
	}
}

// due says whose waiting is over, whom to query now, and how long until there is something to do
// again (0: until woken).
func (t *Till) due(now time.Time) (expired []AttemptID, ask AttemptID, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken != nil || t.queries.Err() != nil {
		return nil, "", 0
	}
	var first time.Time // the next thing to happen
	sooner := func(at time.Time) {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	if !t.late.tryAgain.IsZero() {
		sooner(t.late.tryAgain)
	}
	var best *watch
	for id, w := range t.watched {
		if !w.deadline.IsZero() {
			if !w.deadline.After(now) {
				expired = append(expired, id)
				w.deadline = time.Time{}
			} else {
				sooner(w.deadline)
			}
		}
		if look := t.withoutCallback(w); look.After(now) {
			sooner(look)
		}
		if !w.urgent && !w.next.IsZero() && !w.worthAsking(now) {
			// the queue was long, and what it would tell is not worth a query any more
			w.next = time.Time{}
			if w.idle() {
				delete(t.watched, id)
			}
		}
		if w.next.IsZero() || t.querying {
			continue
		}
		if at := t.rate.earliest(w.next); at.After(now) {
			sooner(at)
		} else if best == nil || w.before(best) {
			best = w
		}
	}
	if best != nil {
		best.asking, best.asked, best.urgent = true, true, false
		t.querying = true
		return expired, best.attempt.ID, 0
	}
	if !first.IsZero() {
		wait = first.Sub(now)
	}
	return expired, "", wait
}

// withoutCallback moves the first query forward to where the plan has it for a till that no
// callback can reach, if the URL that w was pushed with has become such a one since. If not, it
// returns when that is to be looked at again. t.mu is held.
func (t *Till) withoutCallback(w *watch) (look time.Time) {
	if t.cfg.Reaches == nil {
		return time.Time{}
	}
	a := w.attempt
	if !a.Reachable || !a.Open() || w.asked || !w.next.Equal(w.began.Add(plan[0])) {
		return time.Time{}
	}
	first := w.began.Add(firstUseful)
	if t.cfg.Reaches(a.CallBackURL) {
		return first
	}
	w.next = first
	return time.Time{}
}

// before orders the queries that are due, the same way each time: what the cashier requested,
// customers at the till, the oldest plan, and the fewest queries so far.
func (w *watch) before(other *watch) bool {
	if w.urgent != other.urgent {
		return w.urgent
	}
	if here, there := !w.deadline.IsZero(), !other.deadline.IsZero(); here != there {
		return here
	}
	if !w.next.Equal(other.next) {
		return w.next.Before(other.next)
	}
	if w.attempt.Events != other.attempt.Events {
		return w.attempt.Events < other.attempt.Events
	}
	return w.attempt.ID < other.attempt.ID
}

func (t *Till) query(id AttemptID) {
	t.mu.Lock()
	w := t.watched[id]
	checkout := w.attempt.CheckoutRequestID
	t.mu.Unlock()

	answer, err := t.cfg.Gateway.STKQuery(t.queries, checkout)
	now := time.Now()
	cancelled := err != nil && t.queries.Err() != nil

	t.mu.Lock()
	w.asking = false
	w.next = time.Time{}
	t.queried()
	// from its end: it may have waited for a token, and been sent again with another
	t.rate.asked(now)
	if !cancelled {
		t.rate.answered(&answer, now, t.cfg.Jitter)
	}
	t.mu.Unlock()
	if cancelled {
		return
	}
	t.hear(answer)
	_, _ = t.record(context.Background(), Event{Attempt: id, Kind: EventQueried, At: t.cfg.Clock(), Answer: &answer})
}

// hear keeps the health of M-PESA up to date from its own answers.
func (t *Till) hear(answer daraja.Answer) {
	informs := answer.ResultCode != ""
	switch answer.Verdict {
	case daraja.VerdictAccepted, daraja.VerdictPaid, daraja.VerdictFailed, daraja.VerdictPending, daraja.VerdictPhoneBusy:
		informs = true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case informs:
		t.health = Health{}
		return
	case t.health.Refusing == "":
		t.health.Refusing, t.health.Since = answer.Verdict, time.Now()
	default:
		t.health.Refusing = answer.Verdict
	}
	t.health.Unreached, t.health.Elsewhere = answer.HTTPStatus == 0, answer.FromElsewhere()
}

// ErrNothingToAsk is returned by [Till.CheckNow] while M-PESA has given no id to ask with.
var ErrNothingToAsk error = &LocalizedError{
	EN: "M-PESA cannot be asked about this one: wait for its message. If none comes, look at M-PESA's statement.",
	SW: "Haiwezekani kuuliza M-PESA kuhusu haya: subiri ujumbe wake. Usipofika, angalia statement ya M-PESA.",
}

// CheckNow puts the attempt first in the queue and says when the query will leave: as soon as the
// rate allows, and not before a query can tell anything.
func (t *Till) CheckNow(id AttemptID) (time.Time, error) {
	a, err := t.cfg.Ledger.Attempt(id)
	if err != nil {
		return time.Time{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return time.Time{}, ErrClosed
	case t.broken != nil:
		return time.Time{}, t.broken
	}
	w := t.watched[id]
	if w == nil {
		w = newWatch(a, t.age(a), time.Now())
	}
	if !w.attempt.Askable() {
		return time.Time{}, ErrNothingToAsk
	}
	t.watched[id] = w
	w.urgent = true
	w.next = later(time.Now(), w.began.Add(firstUseful))
	at := t.rate.earliest(w.next)
	t.publish(Update{Attempt: w.attempt, NextCheck: at, Deadline: w.deadline})
	t.poke()
	return at, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

package pos

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrUnsubscribed is returned by [Subscription.Next] after Close, or after the till has closed and
// everything has been read.
var ErrUnsubscribed = errors.New("the subscription has ended")

// Subscription is one listener's queue of updates: first in, first out, and never in the till's way
// however slowly it is read. None is dropped, unless the listener falls far behind: then, of each
// attempt, the last word is kept. Use it from one goroutine; Close may be called from any.
type Subscription struct {
	leave func() // takes it off the till's list

	mu    sync.Mutex
	queue []Update
	ended bool
	ready chan struct{} // holds a token while there is something to look at
}

// Next waits for the next update. It returns ErrUnsubscribed at the end, or the context's error.
func (s *Subscription) Next(ctx context.Context) (Update, error) {
	for {
		s.mu.Lock()
		if len(s.queue) > 0 {
			u := s.queue[0]
			s.queue = s.queue[1:]
			s.mu.Unlock()
			return u, nil
		}
		ended := s.ended
		s.mu.Unlock()
		if ended {
			return Update{}, ErrUnsubscribed
		}
		select {
		case <-s.ready:
		case <-ctx.Done():
			return Update{}, ctx.Err()
		}
	}
}

// Close ends the subscription. A Next that is waiting returns.
func (s *Subscription) Close() {
	s.leave()
	s.end()
}

func (s *Subscription) put(u Update) {
	s.mu.Lock()
	if len(s.queue) >= longestQueue {
		s.shorten(&u)
	}
	s.queue = append(s.queue, u)
	s.mu.Unlock()
	s.signal()
}

// longestQueue is how many updates wait for a listener.
const longestQueue = 1024

// shorten makes room for u: it takes the place of an earlier word on its attempt or, where there is
// none, of the oldest. s.mu is held.
func (s *Subscription) shorten(u *Update) {
	at := max(0, slices.IndexFunc(s.queue, func(was Update) bool { return was.Attempt.ID == u.Attempt.ID }))
	if was := s.queue[at]; was.Attempt.ID == u.Attempt.ID {
		u.Changed = u.Changed || was.Changed
	}
	s.queue = slices.Delete(s.queue, at, at+1)
}

func (s *Subscription) end() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.signal()
}

func (s *Subscription) signal() {
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// Subscribe returns a queue of everything that happens from now on.
func (t *Till) Subscribe() *Subscription {
	s := &Subscription{ready: make(chan struct{}, 1)}
	s.leave = func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.subs, s)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		s.end()
		return s
	}
	t.subs[s] = struct{}{}
	return s
}

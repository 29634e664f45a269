package pos

import (
	"context"
	"errors"
	"sync"
)

// ErrUnsubscribed is returned by [Subscription.Next] after Close, or after the till has closed and
// everything has been read.
var ErrUnsubscribed = errors.New("the subscription has ended")

// Subscription is one listener's queue of updates: first in, first out, none dropped, and never in the till's
// way however slowly it is read. Use it from one goroutine; Close may be called from any.
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
	s.queue = append(s.queue, u)
	s.mu.Unlock()
	s.signal()
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

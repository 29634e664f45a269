package pos

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// A listener that reads nothing keeps no more than so many updates, and hears the last word on each
// attempt when it reads again.
func TestQueueIsBounded(t *testing.T) {
	s := &Subscription{ready: make(chan struct{}, 1), leave: func() {}}
	put := func(id, events int, changed bool) {
		s.put(Update{Attempt: Attempt{ID: AttemptID(fmt.Sprintf("A%05d", id)), Events: events}, Changed: changed})
	}
	for n := range 50 * longestQueue {
		put(n%100, n, n < longestQueue)
	}
	if len(s.queue) != longestQueue {
		t.Errorf("%d updates wait, want %d", len(s.queue), longestQueue)
	}
	s.Close()
	last, order := map[AttemptID]Update{}, -1
	for {
		u, err := s.Next(t.Context())
		if errors.Is(err, ErrUnsubscribed) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if u.Attempt.Events <= order {
			t.Fatalf("update %d after %d", u.Attempt.Events, order)
		}
		order = u.Attempt.Events
		last[u.Attempt.ID] = u
	}
	if len(last) != 100 {
		t.Errorf("%d attempts are heard of, want 100", len(last))
	}
	for id, u := range last {
		if want := 50*longestQueue - 100; u.Attempt.Events < want {
			t.Errorf("the last word on %s is %d", id, u.Attempt.Events)
		}
	}

	// Of more attempts than that, those that were there first go.
	s = &Subscription{ready: make(chan struct{}, 1), leave: func() {}}
	for n := range longestQueue + 7 {
		put(n, n, true)
	}
	if u, err := s.Next(context.Background()); err != nil || u.Attempt.Events != 7 || len(s.queue) != longestQueue-1 {
		t.Errorf("%+v, %v, %d wait", u, err, len(s.queue))
	}
}

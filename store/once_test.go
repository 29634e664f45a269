package store

import (
	"context"
	"errors"
	"sync"
	"testing"

	"kaunta/pos"
)

const onceKey = "0123456789abcdef0123456789abcdef"

// TestOnce: a key is taken in the commit that makes its attempt, by one attempt for ever.
func TestOnce(t *testing.T) {
	l := open(t, newPath(t), training)
	if _, err := l.ByOnce(onceKey); !errors.Is(err, pos.ErrNotFound) {
		t.Fatalf("of a key that was never used: %v", err)
	}
	first := onceAsked(1, onceKey)
	add(t, l, first, asked(2), asked(3)) // and those without a key are not alike
	again := func(l *Ledger) {
		t.Helper()
		equal(t, "by key", must[pos.AttemptID](t)(l.ByOnce(onceKey)), first.Attempt)
		if _, _, err := l.Append(context.Background(), onceAsked(4, onceKey)); err == nil || errors.Is(err, ErrFailed) {
			t.Fatalf("a second attempt with the key: %v", err)
		}
		if _, err := l.Attempt(onceAsked(4, onceKey).Attempt); !errors.Is(err, pos.ErrNotFound) {
			t.Fatalf("it is there: %v", err)
		}
		verify(t, l)
	}
	again(l)
	add(t, l, pushed(first), paid(first, receiptOf(1)))
	l = reopen(t, l)
	again(l)

	// What makes the file anew makes the index anew.
	path := l.Path()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Rebuild(path); err != nil {
		t.Fatal(err)
	}
	again(open(t, path, training))
}

// TestOnceAtOnce: of many events with one key in one commit, one is written.
func TestOnceAtOnce(t *testing.T) {
	l := open(t, newPath(t), training)
	const tries = 20
	var wait sync.WaitGroup
	took := make(chan pos.AttemptID, tries)
	for n := range tries {
		wait.Go(func() {
			if a, _, err := l.Append(context.Background(), onceAsked(n+1, onceKey)); err == nil {
				took <- a.ID
			}
		})
	}
	wait.Wait()
	close(took)
	if len(took) != 1 {
		t.Fatalf("%d attempts have the key", len(took))
	}
	equal(t, "by key", must[pos.AttemptID](t)(l.ByOnce(onceKey)), <-took)
	verify(t, l)
}

package shop

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/maintain"
	"kaunta/store/trade"
)

// closing ends what it is told to with the first byte that it is given.
type closing struct {
	end  func()
	size int
}

func (c *closing) Write(p []byte) (int, error) {
	c.end()
	c.size += len(p)
	return len(p), nil
}

// TestCopyWhileTheTillCloses: a copy of the ledger of a till that closes ends with that, and not
// in the words of a library.
func TestCopyWhileTheTillCloses(t *testing.T) {
	ledger, err := store.Open(filepath.Join(t.TempDir(), "shop.ledger"), store.Options{Environment: "training", UnsafeNoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	var events []pos.Event
	err = trade.Fill(func(e pos.Event) error { events = append(events, e); return nil }, trade.Options{Seed: 1, From: 20260105, Days: 1, PerDay: 12_000})
	if err := errors.Join(err, ledger.AppendAll(t.Context(), events)); err != nil {
		t.Fatal(err)
	}
	stream := func(ctx context.Context, w io.Writer) error { return maintain.Stream(ctx, ledger, w) }
	whole := &closing{end: func() {}}
	if err := untilClosed(t.Context(), stream)(whole); err != nil {
		t.Fatal(err)
	}
	sharing, stop := context.WithCancel(t.Context())
	part := &closing{end: stop}
	if err := untilClosed(sharing, stream)(part); !errors.Is(err, errCloses) || part.size >= whole.size {
		t.Errorf("%d of %d bytes, and %v", part.size, whole.size, err)
	}
}

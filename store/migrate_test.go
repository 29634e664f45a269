package store

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

var newV1 = flag.Bool("new-v1", false, "write testdata/v1.db.gz anew; never, once a version 1 has left the house")

// v1Events are the events in the ledger in testdata: each kind, each word of the till, a second payment.
func v1Events() []pos.Event {
	cancels, pays, twice, open := asked(1), asked(2), again(asked(2), 3), asked(4)
	typed := pos.Event{Attempt: open.Attempt, Kind: pos.EventTyped, At: open.At.Add(200_000_000_000), Typed: receiptOf(9)}
	var events []pos.Event
	for _, e := range []pos.Event{cancels, pays, twice, open} {
		events = append(events, e, pushed(e))
	}
	events = append(events, cancelled(cancels), paid(pays, receiptOf(2)), paid(twice, receiptOf(3)))
	for _, kind := range []pos.EventKind{pos.EventStopped, pos.EventGaveUp, pos.EventResumed} {
		events = append(events, pos.Event{Attempt: open.Attempt, Kind: kind, At: open.At.Add(180_000_000_000)})
	}
	return append(events, typed)
}

// TestVersion1 reads a ledger that an earlier build of this program has written.
func TestVersion1(t *testing.T) {
	stored := filepath.Join("testdata", "v1.db.gz")
	path := newPath(t)
	if *newV1 {
		o := training
		o.Now = func() time.Time { return opening }
		l := open(t, path, o)
		add(t, l, v1Events()...)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		w := must[*gzip.Writer](t)(gzip.NewWriterLevel(&packed, gzip.BestCompression))
		if _, err := w.Write(contents(t, path)); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Close(), os.MkdirAll("testdata", 0o755), os.WriteFile(stored, packed.Bytes(), 0o644), os.Remove(path)); err != nil {
			t.Fatal(err)
		}
	}
	r := must[*gzip.Reader](t)(gzip.NewReader(bytes.NewReader(contents(t, stored))))
	file := must[[]byte](t)(io.ReadAll(r))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, file, 0o600)); err != nil {
		t.Fatal(err)
	}

	l := open(t, path, training)
	equal(t, "origin", l.Origin(), Origin{Environment: "training", ShortCode: "174379", Created: opening})
	verify(t, l)
	// The same events in a ledger of today come to the same.
	today := open(t, newPath(t), training)
	add(t, today, v1Events()...)
	for _, e := range v1Events() {
		equal(t, "attempt", attempt(t, l, e.Attempt), attempt(t, today, e.Attempt))
		equal(t, "events", must[[]pos.Event](t)(l.Events(e.Attempt)), must[[]pos.Event](t)(today.Events(e.Attempt)))
	}
	day := pos.DayOf(opening)
	equal(t, "totals", must[pos.Totals](t)(l.Totals(day)), must[pos.Totals](t)(today.Totals(day)))
	equal(t, "found", ids(must[[]pos.Attempt](t)(l.Find("ukn", 9))), ids(must[[]pos.Attempt](t)(today.Find("ukn", 9))))
	sell(t, l, 10) // and it can be gone on with
	verify(t, l)
}

func TestMigrations(t *testing.T) {
	path := newPath(t)
	open(t, path, training).Close()
	db := must[*bolt.DB](t)(bolt.Open(path, 0o600, nil))
	defer db.Close()

	version := func() (v int) {
		t.Helper()
		if err := db.View(func(tx *bolt.Tx) (err error) { v, err = getVersion(tx); return err }); err != nil {
			t.Fatal(err)
		}
		return v
	}
	var ran []int
	step := func(from int, err error) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error {
			if v, _ := getVersion(tx); v != from {
				t.Errorf("the step from %d runs on version %d", from, v)
			}
			ran = append(ran, from)
			_, failed := tx.CreateBucket([]byte{byte(from)})
			return errors.Join(failed, err)
		}
	}
	full := errors.New("disk full")
	if err := migrate(db, []func(*bolt.Tx) error{step(1, nil), step(2, full), step(3, nil)}); !errors.Is(err, full) {
		t.Errorf("a step that fails: %v", err)
	}
	if v := version(); v != 2 {
		t.Errorf("the ledger is left at version %d, want 2: what was done is done, what failed is not", v)
	}
	// The next start goes on from there.
	for range 2 {
		if err := migrate(db, []func(*bolt.Tx) error{step(1, nil), step(2, nil), step(3, nil)}); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "steps", ran, []int{1, 2, 2, 3})
	equal(t, "version", version(), 4)
}

func TestAnOlderLedger(t *testing.T) {
	l := open(t, newPath(t), training)
	err := l.view(func(tx *bolt.Tx) error {
		if _, err := look(tx, l.Path(), Options{}, 2); err != nil {
			t.Errorf("opened to be brought up to date: %v", err)
		}
		_, err := look(tx, l.Path(), Options{ReadOnly: true}, 2)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "older format") {
		t.Errorf("opened to be read: %v", err)
	}
}

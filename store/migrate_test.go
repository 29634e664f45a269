package store

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/daraja"
	"kaunta/pos"
)

var newV5 = flag.Bool("new-v5", false, "write testdata/v5.db.gz anew; never, once a version 5 has left the house")

// oldEvents are the events in the ledgers in testdata: each kind that version 1 had, each word of the till, a second payment.
func oldEvents() []pos.Event {
	cancels, pays, twice, open := asked(1), asked(2), again(asked(2), 3), asked(4)
	for n, e := range []pos.Event{cancels, pays, twice, open} { // as addresses were then
		e.Asked.Address = fmt.Sprintf("%032x", n+1)
		e.Asked.CallBackURL = "https://till.example/c/" + e.Asked.Address
	}
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

// storedLedger puts a ledger from testdata at a new path.
func storedLedger(t *testing.T, version string) (path string) {
	t.Helper()
	path = newPath(t)
	file := unzipped(t, filepath.Join("testdata", version+".db.gz"))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, file, 0o600)); err != nil {
		t.Fatal(err)
	}
	return path
}

func unzipped(t *testing.T, path string) []byte {
	t.Helper()
	r := must[*gzip.Reader](t)(gzip.NewReader(bytes.NewReader(contents(t, path))))
	return must[[]byte](t)(io.ReadAll(r))
}

// TestOlderVersions reads ledgers that earlier builds of this program have written.
func TestOlderVersions(t *testing.T) {
	if *newV5 {
		writeV5(t)
	}
	for _, name := range []string{"v1", "v2", "v3", "v4", "v5"} {
		t.Run(name, func(t *testing.T) {
			path := storedLedger(t, name)
			var told [][2]int
			o := training
			o.Progress = func(done, total int) { told = append(told, [2]int{done, total}) }
			l := open(t, path, o)
			if name != "v5" {
				attempts := 4
				if name == "v4" {
					attempts = 6
				}
				equal(t, "progress", told, [][2]int{{attempts, 2 * attempts}, {2 * attempts, 2 * attempts}})
			}
			equal(t, "origin", l.Origin(), Origin{Environment: "training", ShortCode: "174379", Created: opening})
			verify(t, l)
			// The same events in a ledger of today come to the same.
			today := open(t, newPath(t), training)
			events := oldEvents()
			switch name {
			case "v3":
				events = v3Events()
			case "v4":
				events = v4Events()
			case "v5":
				events = v5Events()
			}
			add(t, today, events...)
			for _, e := range events {
				equal(t, "attempt", attempt(t, l, e.Attempt), attempt(t, today, e.Attempt))
				equal(t, "events", must[[]pos.Event](t)(l.Events(e.Attempt)), must[[]pos.Event](t)(today.Events(e.Attempt)))
				if e.Kind == pos.EventAsked {
					equal(t, "by address", must[pos.AttemptID](t)(l.ByAddress(e.Asked.Address)), e.Attempt)
					if e.Asked.Once != "" {
						equal(t, "by key", must[pos.AttemptID](t)(l.ByOnce(e.Asked.Once)), e.Attempt)
					}
				}
			}
			day := pos.DayOf(opening)
			equal(t, "totals", must[pos.Totals](t)(l.Totals(day)), must[pos.Totals](t)(today.Totals(day)))
			equal(t, "month", must[pos.Totals](t)(l.Month(day.Month())), must[pos.Totals](t)(today.Month(day.Month())))
			equal(t, "found", ids(must[[]pos.Attempt](t)(l.Find("ukn", 9))), ids(must[[]pos.Attempt](t)(today.Find("ukn", 9))))
			sell(t, l, 10) // and it can be gone on with
			verify(t, l)
			l = reopen(t, l)
			verify(t, l)
			if left := must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path))); len(left) != 2 { // the ledger and who has it
				t.Errorf("files left behind: %v", left)
			}
			if got := must[int](t)(versionOf(l)); got != version {
				t.Errorf("version %d after it was opened", got)
			}
		})
	}
}

// v3Events are those of older ledgers, and what version 3 has besides.
func v3Events() []pos.Event {
	twice, open := asked(3), asked(4)
	return append(oldEvents(),
		pos.Event{Attempt: twice.Attempt, Kind: pos.EventGivenBack, At: twice.At.Add(time.Hour)},
		pos.Event{Attempt: open.Attempt, Kind: pos.EventClearedUp, At: open.At.Add(48 * time.Hour)})
}

// v4Events are those of version 3, and what version 4 lists besides: a payment that is PAID, with something that does not match.
func v4Events() []pos.Event {
	one, two := asked(5), asked(6)
	events := append(v3Events(), one, pushed(one), paid(one, receiptOf(5)), two, pushed(two), paid(two, receiptOf(6)))
	return append(events, wrongAmount(one, receiptOf(7)), wrongAmount(two, receiptOf(8)),
		clearedUp(two))
}

// v5Events are those of version 4, and what version 5 has besides: NOT PAID by one query, two sales of which one was
// asked in place of the other, an id that another attempt has; a key, the till that is paid, and M-PESA's word for the customer.
func v5Events() []pos.Event {
	once, first, instead, repeated := asked(20), asked(21), asked(22), asked(23)
	instead.Asked.Overrides = first.Attempt
	other := pushed(repeated)
	other.Answer.CheckoutRequestID = checkoutOf(first)
	keyed := onceAsked(24, onceKey)
	keyed.Asked.BuyGoods = "712345678" // no phone number
	accepted := pushed(keyed)
	accepted.Answer.CustomerMessage = "Success. Request accepted for processing"
	return append(v4Events(), once, pushed(once), queried(once, daraja.VerdictFailed, "1032"),
		first, pushed(first), instead, pushed(instead), paid(instead, receiptOf(22)), paid(first, receiptOf(21)),
		repeated, other, keyed, accepted, paid(keyed, receiptOf(24)))
}

func versionOf(l *Ledger) (version int, err error) {
	err = l.view(func(tx *bolt.Tx) (err error) {
		version, err = getVersion(tx)
		return err
	})
	return version, err
}

func writeV5(t *testing.T) {
	path := newPath(t)
	o := training
	o.Now = func() time.Time { return opening }
	l := open(t, path, o)
	add(t, l, v5Events()...)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w := must[*gzip.Writer](t)(gzip.NewWriterLevel(&packed, gzip.BestCompression))
	if _, err := w.Write(contents(t, path)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), os.WriteFile(filepath.Join("testdata", "v5.db.gz"), packed.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// A ledger that cannot be brought up to date stays as it is.
func TestAMigrationThatFails(t *testing.T) {
	path := storedLedger(t, "v1")
	db := must[*bolt.DB](t)(bolt.Open(path, 0o600, nil))
	err := db.Update(func(tx *bolt.Tx) error {
		k, value := tx.Bucket([]byte(v1Events)).Cursor().Last()
		spoiled := bytes.Clone(value)
		spoiled[3] ^= 1
		return tx.Bucket([]byte(v1Events)).Put(bytes.Clone(k), spoiled)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	before := contents(t, path)
	for range 2 {
		if _, err := Open(path, training); !errors.Is(err, ErrDamaged) || strings.Contains(err.Error(), "\n") {
			t.Errorf("a damaged ledger of version 1: %v", err)
		}
	}
	if !bytes.Equal(before, contents(t, path)) {
		t.Error("the file was touched")
	}
	if left := must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path))); len(left) != 1 {
		t.Errorf("files left behind: %v", left)
	}
}

func TestAnOlderLedgerIsNotOnlyRead(t *testing.T) {
	_, err := Open(storedLedger(t, "v1"), Options{ReadOnly: true})
	if err == nil || !strings.Contains(err.Error(), "older format") {
		t.Errorf("opened to be read: %v", err)
	}
}

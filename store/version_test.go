package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// someLedger is the file of a closed ledger with four attempts, and whatever changes in it.
func someLedger(t *testing.T, change func(*bolt.Tx) error) (path string) {
	t.Helper()
	l := open(t, newPath(t), training)
	cancels, pays, twice, unended := asked(1), asked(2), again(asked(2), 3), asked(4)
	for _, e := range []pos.Event{cancels, pays, twice, unended} {
		add(t, l, e, pushed(e))
	}
	add(t, l, cancelled(cancels), paid(pays, receiptOf(2)), paid(twice, receiptOf(3)),
		pos.Event{Attempt: unended.Attempt, Kind: pos.EventTyped, At: unended.At.Add(time.Minute), Typed: receiptOf(9)})
	if err := errors.Join(l.db.Update(change), l.Close()); err != nil {
		t.Fatal(err)
	}
	return l.Path()
}

func unchanged(*bolt.Tx) error { return nil }

// older makes a ledger one of a version before the first, which has its evidence in the same form
// and other indexes.
func older(tx *bolt.Tx) error {
	for _, b := range derivedBuckets() {
		if err := tx.DeleteBucket([]byte(b)); err != nil {
			return err
		}
	}
	return putVersion(tx, version-1)
}

// TestAnOlderVersion: a ledger of an older version is made anew as it is opened to be written, and
// is not opened to be read. Where it cannot be made anew, it stays as it is.
func TestAnOlderVersion(t *testing.T) {
	path := someLedger(t, older)
	if _, err := Open(path, Options{ReadOnly: true}); err == nil || !strings.Contains(err.Error(), "older format") {
		t.Errorf("opened to be read: %v", err)
	}
	var told [][2]int
	o := training
	o.Progress = func(done, total int) { told = append(told, [2]int{done, total}) }
	l := open(t, path, o)
	equal(t, "progress", told, [][2]int{{4, 8}, {8, 8}})
	verify(t, l)
	today := open(t, someLedger(t, unchanged), training)
	for _, n := range []int{1, 2, 3, 4} {
		id := asked(n).Attempt
		equal(t, "attempt", attempt(t, l, id), attempt(t, today, id))
		equal(t, "events", must[[]pos.Event](t)(l.Events(id)), must[[]pos.Event](t)(today.Events(id)))
	}
	day := pos.DayOf(opening)
	equal(t, "totals", must[pos.Totals](t)(l.Totals(day)), must[pos.Totals](t)(today.Totals(day)))
	equal(t, "found", ids(must[[]pos.Attempt](t)(l.Find("ukn", 9))), ids(must[[]pos.Attempt](t)(today.Find("ukn", 9))))
	sell(t, l, 10)
	l = reopen(t, l)
	verify(t, l)
	if left := must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path))); len(left) != 2 { // the ledger and who has it
		t.Errorf("files left behind: %v", left)
	}

	path = someLedger(t, func(tx *bolt.Tx) error {
		return errors.Join(older(tx), tx.Bucket([]byte(aboutBucket)).Put(phonesKey, []byte("no key")))
	})
	before := contents(t, path)
	if _, err := Open(path, training); !errors.Is(err, ErrDamaged) || strings.Contains(err.Error(), "\n") {
		t.Errorf("without its key: %v", err)
	}
	if !bytes.Equal(before, contents(t, path)) {
		t.Error("the file was touched")
	}
	if left := must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path))); len(left) != 1 {
		t.Errorf("files left behind: %v", left)
	}
}

// TestANewerKind: a ledger with an event of a kind that this program does not know is read as far
// as it is understood, and not written; no word is said of a payment with such an event.
func TestANewerKind(t *testing.T) {
	path := someLedger(t, func(tx *bolt.Tx) error {
		k := must[key](t)(keyOf(asked(2).Attempt))
		rd := reader{tx: tx, coder: coderOf(t, tx)}
		r := must[*rec](t)(rd.record(k))
		last := &r.Events[len(r.Events)-1]
		last.Line = bytes.Replace(last.Line, []byte(`"called_back"`), []byte(`"reversed"`), 1)
		return errors.Join(putValue(tx, attemptsBucket, k[:], rd.coder.Value(&r.Record)), putKinds(tx, []string{"asked", "reversed"}))
	})
	if _, err := Open(path, training); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "(reversed)") || strings.Contains(err.Error(), "\n") {
		t.Errorf("opened to be written: %v", err)
	}
	if _, err := Rebuild(t.Context(), path, training); !errors.Is(err, ErrNewer) {
		t.Errorf("made anew: %v", err)
	}
	l := open(t, path, Options{ReadOnly: true})
	if _, err := l.Attempt(asked(2).Attempt); !errors.Is(err, ErrNewer) || errors.Is(err, ErrDamaged) {
		t.Errorf("the payment: %v", err)
	}
	page, err := l.DayPage(pos.DayOf(opening), "", 9)
	if !errors.Is(err, ErrNewer) {
		t.Errorf("the day: %v", err)
	}
	equal(t, "the others", ids(page), []pos.AttemptID{asked(4).Attempt, asked(1).Attempt}) // and not the other of its sale
}

// A ledger whose list of kinds is silent on one: the payment takes no more events, and the till
// goes on with others.
func TestANewerKindThatIsNotListed(t *testing.T) {
	path := someLedger(t, func(tx *bolt.Tx) error {
		k := must[key](t)(keyOf(asked(4).Attempt))
		rd := reader{tx: tx, coder: coderOf(t, tx)}
		r := must[*rec](t)(rd.record(k))
		r.Events[1].Line = bytes.Replace(r.Events[1].Line, []byte(`"pushed"`), []byte(`"nudged"`), 1)
		return putValue(tx, attemptsBucket, k[:], rd.coder.Value(&r.Record))
	})
	l := open(t, path, training)
	if _, _, err := l.Append(t.Context(), paid(asked(4), receiptOf(4))); !errors.Is(err, ErrNewer) || !errors.Is(err, pos.ErrRefused) {
		t.Errorf("%v", err)
	}
	sell(t, l, 10)
	if err := l.Health(); err != nil {
		t.Error(err)
	}
}

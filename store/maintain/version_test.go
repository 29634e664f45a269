package maintain

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
	"kaunta/store"
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
	edit(t, closed(t, l), change)
	return l.Path()
}

func unchanged(*bolt.Tx) error { return nil }

// older makes a ledger one of a version before the first, which has its evidence in the same form
// and other indexes.
func older(tx *bolt.Tx) error {
	for _, b := range store.DerivedBuckets() {
		if err := tx.DeleteBucket([]byte(b)); err != nil {
			return err
		}
	}
	return put(tx, row(store.AboutBucket, store.VersionRow().Key, []byte{0, 0, 0, 0}))
}

// TestAnOlderVersion: a ledger of an older version is made again as a till opens it, and
// is not opened to be read. Where it cannot be made anew, it stays as it is.
func TestAnOlderVersion(t *testing.T) {
	path := someLedger(t, older)
	if _, err := store.Open(path, store.Options{ReadOnly: true}); err == nil || !strings.Contains(err.Error(), "older format") {
		t.Errorf("opened to be read: %v", err)
	}
	if _, err := store.Open(path, training); !errors.Is(err, store.ErrOlder) || strings.Contains(err.Error(), "\n") {
		t.Errorf("opened to be written: %v", err)
	}
	var told [][2]int
	copied := filepath.Join(t.TempDir(), "copy")
	writeFile(t, copied, contents(t, path))
	if _, err := Rebuild(t.Context(), copied, training, func(done, total int) { told = append(told, [2]int{done, total}) }); err != nil {
		t.Fatal(err)
	}
	equal(t, "progress", told, [][2]int{{4, 8}, {8, 8}})
	l := must[*store.Ledger](t)(Open(path, training))
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
	l = open(t, closed(t, l), training)
	verify(t, l)
	if left := must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path))); len(left) != 2 { // the ledger and who has it
		t.Errorf("files left behind: %v", left)
	}

	path = someLedger(t, func(tx *bolt.Tx) error {
		return errors.Join(older(tx), tx.Bucket([]byte(store.AboutBucket)).Put([]byte("phones"), []byte("no key")))
	})
	before := contents(t, path)
	if _, err := Open(path, training); !errors.Is(err, store.ErrDamaged) || strings.Contains(err.Error(), "\n") {
		t.Errorf("without its key: %v", err)
	}
	if !bytes.Equal(before, contents(t, path)) {
		t.Error("the file was touched")
	}
	if left := must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path))); len(left) != 1 {
		t.Errorf("files left behind: %v", left)
	}
}

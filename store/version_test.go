package store

import (
	"bytes"
	"errors"
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

// TestANewerKind: a ledger with an event of a kind that this program does not know is read as far
// as it is understood, and not written; no word is said of a payment with such an event.
func TestANewerKind(t *testing.T) {
	path := someLedger(t, func(tx *bolt.Tx) error {
		k := must[key](t)(keyOf(asked(2).Attempt))
		rd := reader{tx: tx, coder: coderOf(t, tx)}
		r := must[*Record](t)(rd.record(k))
		last := &r.Events[len(r.Events)-1]
		last.Line = bytes.Replace(last.Line, []byte(`"called_back"`), []byte(`"reversed"`), 1)
		return errors.Join(Row{RecordsBucket, k[:], rd.coder.Value(&r.Record)}.put(tx), putKinds(tx, []string{"asked", "reversed"}))
	})
	if _, err := Open(path, training); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "(reversed)") || strings.Contains(err.Error(), "\n") {
		t.Errorf("opened to be written: %v", err)
	}
	if _, err := Rebuild(path); !errors.Is(err, ErrNewer) {
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
		r := must[*Record](t)(rd.record(k))
		r.Events[1].Line = bytes.Replace(r.Events[1].Line, []byte(`"pushed"`), []byte(`"nudged"`), 1)
		return Row{RecordsBucket, k[:], rd.coder.Value(&r.Record)}.put(tx)
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

package maintain

import (
	"errors"
	"os"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store"
)

// overwrite puts zeros in the place of a page of a file.
func overwrite(t *testing.T, path string, page int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteAt(make([]byte, pageSize), page*pageSize)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// withoutFreeList is a ledger whose list of free pages is zeros, as bbolt#135 leaves it, and how
// many payments it has.
func withoutFreeList(t *testing.T) (path string, payments int) {
	t.Helper()
	l := open(t, newPath(t), training)
	for n := range 20 {
		sell(t, l, n)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(l.Path(), 0o600, &bolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatal(err)
	}
	var list int64
	err = db.View(func(tx *bolt.Tx) error {
		for n := range int(tx.Size() / pageSize) {
			if p, err := tx.Page(n); err != nil {
				return err
			} else if p != nil && p.Type == "freelist" {
				list = int64(n)
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil || list == 0 {
		t.Fatalf("the list is on page %d: %v", list, err)
	}
	overwrite(t, l.Path(), list)
	return l.Path(), 20
}

// TestLostFreeList: a ledger whose list of free pages is lost can be read and not written. It is
// told what to do, and Compact makes it whole, with every payment.
func TestLostFreeList(t *testing.T) {
	path, payments := withoutFreeList(t)
	check := func(path string, want int) {
		t.Helper()
		if err := Try(t.Context(), another(t, "tries", path)); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "kaunta compact") || strings.Contains(err.Error(), "\n") {
			t.Errorf("trying to write: %v", err)
		}
		if _, err := store.Open(path, store.Options{}); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "kaunta compact") {
			t.Errorf("opening: %v", err)
		}
		if _, _, err := Compact(t.Context(), path, store.Options{}, nil, nil); err != nil {
			t.Fatalf("compacting: %v", err)
		}
		if err := Try(t.Context(), another(t, "tries", path)); err != nil {
			t.Errorf("after that: %v", err)
		}
		report, err := VerifyFile(t.Context(), path, nil)
		if err != nil || report.First != nil || report.Attempts != want {
			t.Errorf("after that: %+v, %v", report, err)
		}
	}
	if report, err := VerifyFile(t.Context(), path, nil); err != nil || report.Evidence != 0 || report.Derived != 1 || !strings.Contains(report.First.Error(), "list of free pages") {
		t.Errorf("verifying: %+v, %v", report, err)
	}
	check(path, payments)
	l := open(t, path, store.Options{})
	for n := range payments {
		if a := attempt(t, l, asked(n).Attempt); a.State != pos.Paid {
			t.Errorf("attempt %d is %v", n, a.State)
		}
	}
	sell(t, l, 100)
}

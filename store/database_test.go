package store

import (
	"errors"
	"os"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
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

// TestFirstPagesLostWhileOpen: a till whose first pages are overwritten says so, goes on with
// nothing, and can be closed. With the last one alone it does not go on from the commit before.
func TestFirstPagesLostWhileOpen(t *testing.T) {
	for name, pages := range map[string][]int64{"both": {0, 1}, "the last": nil} {
		t.Run(name, func(t *testing.T) {
			l := open(t, newPath(t), training)
			for n := range 5 {
				sell(t, l, n)
			}
			if pages == nil {
				pages = []int64{int64(l.db.last.Load() % 2)}
			}
			for _, page := range pages {
				overwrite(t, l.Path(), page)
			}
			for range 3 {
				if _, err := l.Attempt(asked(1).Attempt); !errors.Is(err, ErrDamaged) || strings.Contains(err.Error(), "\n") {
					t.Errorf("reading: %v", err)
				}
				if _, _, err := l.Append(t.Context(), asked(6)); !errors.Is(err, ErrDamaged) || !errors.Is(err, ErrFailed) {
					t.Errorf("writing: %v", err)
				}
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOurPanicsAreOurs: what bbolt makes of a damaged page is damage, and so is an address that
// cannot be read; a mistake of this program is none, also where bbolt called it.
func TestOurPanicsAreOurs(t *testing.T) {
	l := open(t, newPath(t), training)
	sell(t, l, 1)
	panics := func(name, want string, f func() error) {
		t.Helper()
		defer func() {
			if p := recover(); p == nil || !strings.Contains(errText(p), want) {
				t.Errorf("%s: the panic was %v", name, p)
			}
		}()
		err := Guard(f)
		t.Errorf("%s: %v", name, err)
	}
	var nobody *Record
	var none []int
	panics("a mistake", "index out of range", func() error { none[len(none)] = 1; return nil })
	panics("a nil pointer", "nil pointer", func() error { nobody.Key[0] = 1; return nil })
	panics("a word of ours", "ours", func() error { panic("ours") })
	panics("a mistake inside a transaction", "index out of range", func() error {
		return l.db.View(func(*bolt.Tx) error { none[len(none)] = 1; return nil })
	})
	if _, err := l.Attempt(asked(1).Attempt); err != nil {
		t.Errorf("after a mistake: %v", err)
	}
	err := Guard(func() error {
		return l.db.View(func(tx *bolt.Tx) error { return tx.Commit() }) // which bbolt asserts that nobody does
	})
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("an assertion of bbolt: %v", err)
	}
}

func errText(p any) string {
	if err, ok := p.(error); ok {
		return err.Error()
	}
	s, _ := p.(string)
	return s
}

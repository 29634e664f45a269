//go:build unix

package localapi

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"kaunta/pos"
	"kaunta/store"
)

// TestMovedLedger: a till is found by the name of its ledger also when that leads nowhere, or to
// another file, or when the socket is gone with its folder; and what it says of itself then is why
// it takes no new payment.
func TestMovedLedger(t *testing.T) {
	do := func(errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	for name, move := range map[string]func(path, aside string){
		"moved": func(path, aside string) { do(os.Rename(path, aside)) },
		"replaced": func(path, aside string) {
			do(os.Rename(path, aside), os.WriteFile(path, []byte("another file"), 0o600))
		},
		"folder moved": func(path, aside string) { do(os.Rename(filepath.Dir(path), aside)) },
		"folder replaced": func(path, aside string) {
			do(os.Rename(filepath.Dir(path), aside), os.Mkdir(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			runtimeDir(t)
			top := t.TempDir()
			path := filepath.Join(top, "shop", "shop.ledger")
			var s *shop
			s = openShop(t, path, func(what *Shop) {
				what.Trouble = func() error { return s.ledger.AtItsPath() }
			})
			if info := s.dial().Info(); info.Trouble != (pos.Text{}) {
				t.Errorf("before: %+v", info)
			}
			move(path, filepath.Join(top, "aside"))
			c := s.dial()
			var moved *pos.LocalizedError
			if !errors.As(store.ErrMoved, &moved) || c.Info().Trouble != moved.Say() {
				t.Errorf("it says %+v", c.Info())
			}
			_, err := c.Charge(t.Context(), pos.Request{Phone: phone(1), Amount: 10})
			if err == nil || err.Error() != store.ErrMoved.Error() {
				t.Errorf("a payment: %v", err)
			}
		})
	}
}

// TestCloseLeavesTheSocketOfAnother: a till whose folder was replaced removes nothing that is
// another's by now.
func TestCloseLeavesTheSocketOfAnother(t *testing.T) {
	runtimeDir(t)
	path := filepath.Join(t.TempDir(), "shop", "shop.ledger")
	first := openShop(t, path)
	if err := os.Rename(filepath.Dir(path), filepath.Dir(path)+".aside"); err != nil {
		t.Fatal(err)
	}
	second := openShop(t, path)
	first.stop()
	at, err := beside(path)
	if err != nil {
		t.Fatal(err)
	}
	sockets := append(byName(path), at)
	if len(sockets) != 3 { // of the session, without one, and next to the ledger
		t.Errorf("the other till has the sockets %v", sockets)
	}
	for _, socket := range sockets {
		if _, err := dial(t.Context(), path, socket); err != nil {
			t.Errorf("the other till: %v", err)
		}
	}
	second.stop()
}

// TestMovedWithoutASession: a till whose folder was moved is found by a program that has no
// session, as the clock starts it, and by one of a session where the till has none; a socket that
// was left behind stands in nobody's way.
func TestMovedWithoutASession(t *testing.T) {
	for _, tillHasOne := range []bool{true, false} {
		session := runtimeDir(t)
		set := func(has bool) {
			if t.Setenv("XDG_RUNTIME_DIR", ""); has {
				t.Setenv("XDG_RUNTIME_DIR", session)
			}
		}
		path := filepath.Join(t.TempDir(), "shop", "shop.ledger")
		set(tillHasOne)
		s := openShop(t, path)
		if err := os.Rename(filepath.Dir(path), filepath.Dir(path)+".aside"); err != nil {
			t.Fatal(err)
		}
		set(!tillHasOne)
		if _, err := Dial(t.Context(), path); err != nil {
			t.Errorf("the till has a session: %t; %v", tillHasOne, err)
		}
		set(true)
		stale := namedSocket(filepath.Join(session, "kaunta"), path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(stale), 0o700), os.RemoveAll(stale)); err != nil {
			t.Fatal(err)
		}
		l, err := listenUnix(stale)
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		if _, err := Dial(t.Context(), path); err != nil {
			t.Errorf("the till has a session: %t; behind a stale socket: %v", tillHasOne, err)
		}
		s.stop()
	}
}

// TestLinkLeadsElsewhere: a till is found by the name that it was opened by, also where that is a
// link which leads to another ledger by now.
func TestLinkLeadsElsewhere(t *testing.T) {
	runtimeDir(t)
	top := t.TempDir()
	link, first, second := filepath.Join(top, "shop.ledger"), filepath.Join(top, "first"), filepath.Join(top, "second")
	for _, path := range []string{first, second} {
		l, err := store.Open(path, store.Options{Environment: "training", UnsafeNoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	point := func(to string) {
		t.Helper()
		_ = os.Remove(link)
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	point(first)
	s := openShop(t, link)
	point(second)
	if info := s.dial().Info(); info.Ledger != first {
		t.Errorf("by its old name: %+v", info)
	}
	if _, err := Dial(t.Context(), second); !errors.Is(err, ErrNobody) {
		t.Errorf("the other ledger's till: %v", err)
	}
}

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

// TestMovedLedger: a till is found by the name of its ledger also when that leads nowhere, or to another file, or when the socket is
// gone with its folder; and what it says of itself then is why it takes no new payment.
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
			var moved *pos.Said
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

// TestCloseLeavesTheSocketOfAnother: a till whose folder was replaced removes nothing that is another's by now.
func TestCloseLeavesTheSocketOfAnother(t *testing.T) {
	runtimeDir(t)
	path := filepath.Join(t.TempDir(), "shop", "shop.ledger")
	first := openShop(t, path)
	if err := os.Rename(filepath.Dir(path), filepath.Dir(path)+".aside"); err != nil {
		t.Fatal(err)
	}
	second := openShop(t, path)
	first.stop()
	for _, find := range []func(string) (string, error){beside, byName} {
		if _, err := dial(t.Context(), path, find); err != nil {
			t.Errorf("the other till: %v", err)
		}
	}
	second.stop()
}

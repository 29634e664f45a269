package pins

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaunta/pos"
)

func TestPINs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kaunta", "pins.json")
	f := At(path)
	check := func(who pos.StaffID, pin string, want error) {
		t.Helper()
		if err := f.Check(who, pin); !errors.Is(err, want) {
			t.Errorf("%s of %s: %v, want %v", pin, who, err, want)
		}
	}
	check("W", "1234", ErrNone)
	for _, pin := range []string{"", "123", "1234567", "12a4", "١٢٣٤"} {
		if err := f.Set("W", pin); !errors.Is(err, ErrShape) {
			t.Errorf("%q was set: %v", pin, err)
		}
	}
	for who, pin := range map[pos.StaffID]string{"W": "1234", "M": "123456"} {
		if err := f.Set(who, pin); err != nil {
			t.Fatal(err)
		}
	}
	f = At(path) // as the next process finds it
	check("W", "1234", nil)
	check("W", "1235", ErrWrong)
	check("W", "", ErrWrong)
	check("M", "1234", ErrWrong)
	check("M", "123456", nil)
	check("X", "1234", ErrNone)
	content, err := os.ReadFile(path)
	if info, errStat := os.Stat(path); err != nil || errStat != nil || info.Mode().Perm() != 0o600 || strings.Contains(string(content), "1234\"") {
		t.Errorf("%v %v %v:\n%s", err, errStat, info.Mode(), content)
	}
	if err := f.Remove("W"); err != nil {
		t.Fatal(err)
	}
	check("W", "1234", ErrNone)
}

// TestDamagedFile lets nobody in, and is not written over.
func TestDamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pins.json")
	if err := os.WriteFile(path, []byte(`{"people":`), 0o600); err != nil {
		t.Fatal(err)
	}
	f := At(path)
	for what, err := range map[string]error{"checked": f.Check("W", "1234"), "set": f.Set("W", "1234")} {
		if err == nil || errors.Is(err, ErrWrong) || !strings.Contains(err.Error(), "staff recover") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

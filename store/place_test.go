package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestAtItsPath: a file that was moved, deleted, replaced, or whose folder was, is missed; what is
// written goes on being written into it; and when it is back, all is well.
func TestAtItsPath(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("nobody moves a file there that is open")
	}
	do := func(errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	for name, move := range map[string]func(path, aside string) (back func()){
		"moved": func(path, aside string) func() {
			do(os.Rename(path, aside))
			return func() { do(os.Rename(aside, path)) }
		},
		"replaced by rename, as tools do that keep folders alike": func(path, aside string) func() {
			do(os.Link(path, aside), os.WriteFile(path+".tmp", contents(t, path), 0o600), os.Rename(path+".tmp", path))
			return func() { do(os.Rename(aside, path)) }
		},
		"its folder moved": func(path, aside string) func() {
			do(os.Rename(filepath.Dir(path), aside))
			return func() { do(os.Rename(aside, filepath.Dir(path))) }
		},
		"its folder replaced": func(path, aside string) func() {
			do(os.Rename(filepath.Dir(path), aside), os.Mkdir(filepath.Dir(path), 0o700), os.WriteFile(path, contents(t, filepath.Join(aside, "shop.ledger")), 0o600))
			return func() { do(os.RemoveAll(filepath.Dir(path)), os.Rename(aside, filepath.Dir(path))) }
		},
		"deleted": func(path, _ string) func() {
			do(os.Remove(path))
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "shop", "shop.ledger")
			l := open(t, path, training)
			sell(t, l, 1)
			do(l.AtItsPath())
			back := move(path, filepath.Join(folder, "aside"))
			if err := l.AtItsPath(); !errors.Is(err, ErrMoved) {
				t.Errorf("it is not missed: %v", err)
			}
			sell(t, l, 2)
			if back == nil {
				return
			}
			back()
			do(l.AtItsPath(), l.Close())
			again := open(t, path, training)
			attempt(t, again, asked(2).Attempt)
			verify(t, again)
		})
	}
}

// TestAtItsPathBySymlink: the name by which a ledger was opened counts as well as the one it leads
// to.
func TestAtItsPathBySymlink(t *testing.T) {
	folder := t.TempDir()
	path, link := filepath.Join(folder, "shop.ledger"), filepath.Join(folder, "link")
	if err := errors.Join(open(t, path, training).Close(), open(t, filepath.Join(folder, "other"), training).Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	l := open(t, link, training)
	if err := l.AtItsPath(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(link), os.Symlink(filepath.Join(folder, "other"), link)); err != nil {
		t.Fatal(err)
	}
	if err := l.AtItsPath(); !errors.Is(err, ErrMoved) {
		t.Errorf("its name leads elsewhere: %v", err)
	}
}

// TestAtItsPathMadeAnew: a ledger that was made anew as it was opened is the file that has the name
// then.
func TestAtItsPathMadeAnew(t *testing.T) {
	path := newPath(t)
	if err := open(t, path, training).Close(); err != nil {
		t.Fatal(err)
	}
	noteFailure(path, errors.New("the disk refused"))
	if err := open(t, path, training).AtItsPath(); err != nil {
		t.Error(err)
	}
}

// TestCloseLeavesTheNoteOfAnother: a till whose file was moved away takes nothing with it that is
// of the till that is there now.
func TestCloseLeavesTheNoteOfAnother(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("nobody moves a file there that is open")
	}
	path := newPath(t)
	l := open(t, path, training)
	if err := os.Rename(path, path+".aside"); err != nil {
		t.Fatal(err)
	}
	other := open(t, path, training)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(pidPath(path)); err != nil {
		t.Errorf("the note of the other till: %v", err)
	}
	if err := other.AtItsPath(); err != nil {
		t.Error(err)
	}
}

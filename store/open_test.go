package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

func asLocked(err error, to **LockedError) bool {
	return errors.As(err, to) && errors.Is(err, ErrLocked)
}

func TestANewLedgerIsPrivate(t *testing.T) {
	path := newPath(t)
	made := opening.Add(123456 * time.Microsecond)
	l := open(t, path, Options{Environment: "sandbox", ShortCode: "174379", Now: func() time.Time { return made }})
	if l.Path() != path {
		t.Errorf("the path is %s, want %s", l.Path(), path)
	}
	equal(t, "origin", l.Origin(), Origin{Environment: "sandbox", ShortCode: "174379", Created: made})
	if runtime.GOOS != "windows" {
		for name, want := range map[string]fs.FileMode{path: 0o600, pidPath(path): 0o600, filepath.Dir(path): fs.ModeDir | 0o700} {
			info, err := os.Stat(name)
			if err != nil || info.Mode() != want {
				t.Errorf("%s: %v, %v; want %v", name, info.Mode(), err, want)
			}
		}
	}
	var names []string
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path))) {
		names = append(names, e.Name())
	}
	equal(t, "files", names, []string{"ledger.db", "ledger.db.pid"})
	for _, list := range [][]pos.Attempt{must[[]pos.Attempt](t)(l.Open()), must[[]pos.Attempt](t)(l.Unsettled())} {
		if len(list) != 0 {
			t.Errorf("a new ledger holds %v", ids(list))
		}
	}
	verify(t, l)
}

// oneOf opens the ledger for many tills in one instant: one gets it, and the others hear that it
// has.
func oneOf(t *testing.T, path string) *Ledger {
	t.Helper()
	const tills = 8
	ledgers := make([]*Ledger, tills)
	errs := make([]error, tills)
	var wg sync.WaitGroup
	for i := range tills {
		wg.Go(func() { ledgers[i], errs[i] = Open(path, training) })
	}
	wg.Wait()
	var winner *Ledger
	for i, l := range ledgers {
		switch {
		case errs[i] == nil && winner == nil:
			winner = l
		case errs[i] == nil:
			t.Error("two tills have the ledger")
			_ = l.Close()
		case !errors.Is(errs[i], ErrLocked):
			t.Error(errs[i])
		}
	}
	if winner == nil {
		t.Fatal("nobody has the ledger")
	}
	return winner
}

func TestMadeByManyAtOnce(t *testing.T) {
	t.Parallel()
	l := oneOf(t, newPath(t))
	sell(t, l, 1)
	l = reopen(t, l) // it is the file by that name that was written to
	attempt(t, l, asked(1).Attempt)
}

func TestRenewedByManyAtOnce(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("nothing is renewed on Windows")
	}
	t.Parallel()
	path := newPath(t)
	l := open(t, path, training)
	sell(t, l, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	noteFailure(path, errors.New("the disk is gone"))
	l = oneOf(t, path)
	sell(t, l, 2)
	l = reopen(t, l)
	attempt(t, l, asked(1).Attempt)
	attempt(t, l, asked(2).Attempt)
	verify(t, l)
}

// Whoever waited for the lock of a file that has been replaced in the meantime must not write to
// the old one.
func TestReplacedWhileItIsOpened(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not let it")
	}
	path := newPath(t)
	open(t, path, training).Close()
	var opened []*os.File
	db, err := openFile(path, bolt.Options{OpenFile: func(name string, flag int, mode fs.FileMode) (*os.File, error) {
		f, err := os.OpenFile(name, flag, mode)
		opened = append(opened, f)
		if len(opened) == 1 { // another till is quicker
			other := path + ".other"
			err = errors.Join(err, os.WriteFile(other, contents(t, path), 0o600), os.Rename(other, path))
		}
		return f, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if len(opened) != 2 || replaced(path, opened[1]) {
		t.Errorf("opened %d times, and the last one is not the file of that name", len(opened))
	}
}

func TestEnvironmentsAreNotMixed(t *testing.T) {
	path := newPath(t)
	open(t, path, Options{Environment: "sandbox"}).Close()
	for _, o := range []Options{{Environment: "production"}, {Environment: "training", ReadOnly: true}} {
		_, err := Open(path, o)
		if err == nil || !strings.Contains(err.Error(), "is for sandbox, and this is "+o.Environment) {
			t.Errorf("a sandbox ledger for %s: %v", o.Environment, err)
		}
	}
	for _, o := range []Options{{Environment: "sandbox"}, {}, {ReadOnly: true}} {
		l, err := Open(path, o)
		if err != nil {
			t.Errorf("%+v: %v", o, err)
			continue
		}
		if got := l.Origin().Environment; got != "sandbox" {
			t.Errorf("made for %q", got)
		}
		_ = l.Close()
	}
	if _, err := Open(newPath(t), Options{}); err == nil || !strings.Contains(err.Error(), "what for") {
		t.Errorf("a new ledger for nothing: %v", err)
	}
	if _, err := Open(newPath(t), Options{Environment: "production", UnsafeNoSync: true}); err == nil {
		t.Error("a production ledger without syncing")
	}
}

func TestReadOnly(t *testing.T) {
	path := newPath(t)
	if _, err := Open(path, Options{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing to read: %v", err)
	}
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading made a folder: %v", err)
	}
	l := open(t, path, training)
	want := sell(t, l, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	before := contents(t, path)

	a, b := open(t, path, Options{ReadOnly: true}), open(t, path, Options{ReadOnly: true})
	for _, l := range []*Ledger{a, b} {
		equal(t, "attempt", attempt(t, l, want.ID), want)
		if _, _, err := l.Append(context.Background(), asked(2)); !errors.Is(err, ErrReadOnly) {
			t.Errorf("Append: %v", err)
		}
		verify(t, l)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if !bytes.Equal(before, contents(t, path)) {
		t.Error("reading changed the file")
	}
}

func TestThroughALink(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	open(t, path, training).Close()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Skip("this system makes no links: ", err)
	}
	open(t, link, training)
	_, err := Open(path, training)
	var locked *LockedError
	if !asLocked(err, &locked) || locked.PID != os.Getpid() {
		t.Errorf("opened by its link, then by its name: %v", err)
	}
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	return must[[]byte](t)(os.ReadFile(path))
}

// foreign makes a bbolt file that fill has written to.
func foreign(t *testing.T, path string, fill func(*bolt.Tx) error) {
	t.Helper()
	db := must[*bolt.DB](t)(bolt.Open(path, 0o600, &bolt.Options{NoFreelistSync: true}))
	if err := errors.Join(db.Update(fill), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsNoLedger opens everything that a path can lead to by mistake. Each is refused in a
// sentence, and left as it was.
func TestWhatIsNoLedger(t *testing.T) {
	ours := func(change func(*bolt.Tx) error) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			open(t, path, training).Close()
			db := must[*bolt.DB](t)(bolt.Open(path, 0o600, nil))
			if err := errors.Join(db.Update(change), db.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(b []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	damage := func(f func(b []byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			l := open(t, path, training)
			for n := range 50 {
				sell(t, l, n)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			write(f(contents(t, path)))(t, path)
		}
	}
	for _, tt := range []struct {
		name string
		make func(t *testing.T, path string)
		want string
		is   error
	}{
		{"a folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "is a folder", nil},
		{"nothing in it", write(nil), "is empty", nil},
		{"a line of text", write([]byte("amount,phone\n")), "is not a ledger", nil},
		{"a text", write(bytes.Repeat([]byte("amount,phone\n"), 10_000)), "is not a ledger", nil},
		{"zeros", write(make([]byte, 64<<10)), "is not a ledger", nil},
		{"another program's bbolt file", func(t *testing.T, path string) {
			foreign(t, path, func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("members")); return err })
		}, "another program's file", nil},
		{"an empty bbolt file", func(t *testing.T, path string) {
			foreign(t, path, func(*bolt.Tx) error { return nil })
		}, "another program's file", nil},
		{"a newer version", ours(func(tx *bolt.Tx) error { return newRow(AboutBucket, versionKey, []byte{0, 0, 0, 99}).put(tx) }), "newer version of this program (its format is 99", nil},
		{"a damaged version", ours(func(tx *bolt.Tx) error {
			return tx.Bucket([]byte(AboutBucket)).Put(versionKey, []byte{0, 0, 0, 1, 1, 2, 3, 4})
		}), "kaunta/", ErrDamaged},
		{"a bucket less", ours(func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte(ReceiptsBucket)) }), "no bucket receipts", ErrDamaged},
		{"cut short", damage(func(b []byte) []byte { return b[:8*pageSize] }), "cut short", ErrDamaged},
		{"cut to its first pages", damage(func(b []byte) []byte { return b[:2*pageSize] }), "cut short", ErrDamaged},
		{"cut to a page", damage(func(b []byte) []byte { return b[:pageSize] }), "cannot be opened", nil},
		{"no beginning", damage(func(b []byte) []byte { clear(b[:2*pageSize]); return b }), "is not a ledger", nil},
		{"a panic in bbolt", damage(func(b []byte) []byte { clear(b[2*pageSize:]); return b }), "ledger is damaged", ErrDamaged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.db")
			tt.make(t, path)
			var before []byte
			if info, err := os.Stat(path); err != nil {
				t.Fatal(err)
			} else if info.Mode().IsRegular() {
				before = contents(t, path)
			}
			for _, o := range []Options{training, {ReadOnly: true}} {
				l, err := Open(path, o)
				if err == nil {
					_ = l.Close()
					t.Fatal("it opened")
				}
				if !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
					t.Errorf("%v\nwant one with %q", err, tt.want)
				}
				if strings.ContainsAny(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "store: ") {
					t.Errorf("not a sentence: %v", err)
				}
			}
			if before != nil && !bytes.Equal(before, contents(t, path)) {
				t.Error("the file was touched")
			}
			// Nothing of it is still held: what lies there now can be moved away and replaced.
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			open(t, path, training)
		})
	}
}

// A freelist that makes bbolt panic shows only when the file is opened for writing.
func TestAPanicWhileOpening(t *testing.T) {
	path := newPath(t)
	l := open(t, path, training)
	for n := range 50 {
		sell(t, l, n)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	b := contents(t, path)
	for page := 2 * pageSize; page < len(b); page += pageSize {
		if flags := b[page+8]; flags == 0x10 { // a freelist page, old or new
			b[page+8] = 0x02
		}
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it must not be locked by the first
		if _, err := Open(path, training); !errors.Is(err, ErrDamaged) {
			t.Errorf("a damaged freelist: %v", err)
		}
	}
	if !bytes.Equal(b, contents(t, path)) {
		t.Error("the file was touched")
	}
	reader := open(t, path, Options{ReadOnly: true}) // what can be read still is
	attempt(t, reader, asked(49).Attempt)
}

func TestPermissions(t *testing.T) {
	if os.Getuid() <= 0 { // root may do everything, and Windows has no such modes
		t.Skip("not as root, nor on Windows")
	}
	sealed := t.TempDir()
	t.Cleanup(func() { _ = os.Chmod(sealed, 0o700) })
	path := filepath.Join(sealed, "ledger.db")
	open(t, path, training).Close()

	chmod := func(name string, mode fs.FileMode) {
		t.Helper()
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(what, path string, o Options, want string) {
		t.Helper()
		if _, err := Open(path, o); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	chmod(path, 0o000)
	refused("a file that may not be read", path, training, "may not open")
	chmod(path, 0o400)
	refused("a file that may not be written", path, training, "may not open")
	open(t, path, Options{ReadOnly: true}).Close()
	chmod(path, 0o600)

	chmod(sealed, 0o500)
	refused("a new file in a folder that may not be written", filepath.Join(sealed, "new.db"), training, "may not make")
	refused("a new folder in it", filepath.Join(sealed, "new", "ledger.db"), training, "may not make")
	open(t, path, training).Close() // without a note of who has it, but why not

	chmod(sealed, 0o000)
	refused("a folder that may not be entered", path, training, "may not open")
}

// Whoever cuts an open file short takes pages away from under the till: a fault of the machine,
// which would end the process.
func TestCutShortWhileOpen(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not let it")
	}
	l := open(t, newPath(t), training)
	for n := range 50 {
		sell(t, l, n)
	}
	if err := os.Truncate(l.Path(), 2*pageSize); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Attempt(asked(1).Attempt); !errors.Is(err, ErrDamaged) {
		t.Errorf("Attempt: %v", err)
	}
	if _, _, err := l.Append(context.Background(), asked(51)); !errors.Is(err, ErrDamaged) || !errors.Is(err, ErrFailed) {
		t.Errorf("Append: %v", err)
	}
	if _, _, err := l.Append(context.Background(), asked(52)); !errors.Is(err, ErrFailed) || !errors.Is(l.Health(), ErrFailed) {
		t.Errorf("Append after that: %v", err)
	}
	if _, err := os.Stat(failurePath(l.Path())); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a damaged file is to be copied: %v", err)
	}
}

// TestSweep: what a killed program has left beside the ledger is removed when it is a day old, and
// nothing else.
func TestSweep(t *testing.T) {
	l := open(t, newPath(t), training)
	folder, old := filepath.Dir(l.Path()), time.Now().Add(-25*time.Hour)
	stays := map[string]bool{
		".ledger.db.new-123": false, "..ledger.db.new-1.new-2": false, ".ledger.db.check-9": false, ".ledger.db.new-5": true, ".other.db.new-1": true, "ledger.db.bak": true,
	}
	for name := range stays {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte("half a copy"), 0o600); err != nil {
			t.Fatal(err)
		}
		if name == ".ledger.db.new-5" {
			continue // made just now
		}
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	reopen(t, l)
	for name, want := range stays {
		if _, err := os.Lstat(filepath.Join(folder, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

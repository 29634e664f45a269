package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// Gap is what a ledger has that another has not, such as the ledger in use and a backup.
type Gap struct {
	Same     bool // whether the two are of one ledger; otherwise everything is missing
	Attempts int  // payments that were asked for, and of which the other knows nothing, or not all
	Paid     pos.Sum
	First    time.Time // when the first of them was asked for; zero where there is none
}

// missing says what the ledger at path has that the one at backup has not: attempts that the backup
// lacks, or of which it has fewer events. Records of attempts that cannot be read are missing too,
// without a sum.
func missing(ctx context.Context, backup, path string) (gap Gap, err error) {
	old, err := Open(backup, Options{ReadOnly: true})
	if err != nil {
		return gap, err
	}
	defer old.Close()
	now, err := Open(path, Options{ReadOnly: true})
	if err != nil {
		return gap, err
	}
	defer now.Close()
	err = now.view(func(tx *bolt.Tx) error {
		return old.view(func(was *bolt.Tx) error {
			seed, err := getSecret(tx, seedKey)
			if err != nil {
				return err
			}
			oldSeed, err := getSecret(was, seedKey)
			if err != nil {
				return err
			}
			gap.Same = bytes.Equal(seed, oldSeed)
			rd, rdWas := now.reader(tx), old.reader(was)
			c := tx.Bucket([]byte(attemptsBucket)).Cursor()
			for k, value := c.First(); k != nil; k, value = c.Next() {
				if err := ctx.Err(); err != nil {
					return err
				}
				gap.add(rd, rdWas, k, value)
			}
			return nil
		})
	})
	return gap, err
}

// add adds the attempt with key k, if the backup lacks something of it.
func (g *Gap) add(rd, was reader, k, value []byte) {
	if len(k) != idSize {
		return
	}
	r, err := rd.read(k, value)
	var before *rec
	var a, had pos.Attempt
	if err == nil {
		a, err = rd.replay(r)
	}
	if other := was.tx.Bucket([]byte(attemptsBucket)).Get(k); other != nil && err == nil {
		if before, err = was.read(k, other); err == nil && len(before.Events) >= len(r.Events) {
			return
		}
		had, _ = was.replay(before)
	}
	g.Attempts++
	if at := time.UnixMilli(int64(key(k).MS())).In(pos.EAT); g.First.IsZero() || at.Before(g.First) {
		g.First = at
	}
	if a.State == pos.Paid && had.State != pos.Paid {
		g.Paid.Count++
		g.Paid.KES += a.Amount
	}
}

// RestoreOptions are the ways to put a backup in the ledger's place.
type RestoreOptions struct {
	// Environment is what the ledger is for; a backup of another is refused.
	Environment string

	// Check looks at the copy that is to become the ledger before it does, as [VerifyCopy], and
	// Compare says what the ledger at path has that the copy has not; each in a process of its own.
	Check   func(ctx context.Context, copy string) (Report, error)
	Compare func(ctx context.Context, copy, path string) (Gap, error)

	// Allow is asked, before anything is changed, whether the present ledger may be put aside: gap
	// is what it has that the backup has not, and unread, if not nil, why that is not known. Its
	// error ends the restore. It is not asked where there is no ledger.
	Allow func(gap Gap, unread error) error

	// Now names the ledger that is put aside; nil is time.Now.
	Now func() time.Time
}

// Restore puts a copy of the backup at path, once it has been brought to this version and checked
// whole, and returns what the check said and the name under which the ledger that was there is
// kept; "" where there was none. That one is never deleted. Any power cut leaves one of the two at
// path. Errors: [ErrLocked] while a till holds the ledger, [ErrDamaged] for the backup, Allow's,
// ctx's, or why the files cannot be read or written; then the ledger is as it was.
func Restore(ctx context.Context, backup, path string, o RestoreOptions) (report Report, aside string, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	fail := func(err error) (Report, string, error) {
		if errors.Is(err, ErrLocked) || errors.Is(err, context.Canceled) {
			return Report{}, "", err
		}
		return Report{}, "", fmt.Errorf("store: nothing was restored, and the ledger is as it was: %w", err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return fail(err)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if err := usable(backup); err != nil {
		return fail(err)
	}
	if sameFile(backup, path) {
		return fail(errors.New("the backup is the ledger itself"))
	}
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return fail(err)
	}
	release, present, environment, err := hold(path)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = release() }()
	if present {
		if err := private(path); err != nil {
			return fail(err)
		}
	}

	temporary, err := copyFile(ctx, backup, path)
	if err != nil {
		return fail(err)
	}
	defer os.Remove(temporary)
	report, err = o.Check(ctx, temporary)
	if err == nil && report.First != nil {
		err = fmt.Errorf("%w: %w", ErrDamaged, report.First)
	}
	if err == nil {
		err = errors.Join(isFor(temporary, o.Environment), isFor(temporary, environment))
	}
	if err != nil {
		return fail(fmt.Errorf("the backup %s cannot be used: %w", backup, err))
	}
	if present {
		gap, unread := o.Compare(ctx, temporary, path)
		if ctx.Err() != nil {
			return fail(ctx.Err())
		}
		if err := o.Allow(gap, unread); err != nil {
			return Report{}, "", err
		}
		if aside, err = putAside(path, o.Now()); err != nil {
			return fail(err)
		}
		if runtime.GOOS == "windows" { // where nobody replaces a file that is open
			if err := release(); err != nil {
				return fail(err)
			}
		}
	}
	if err := os.Rename(temporary, path); err != nil {
		return fail(err)
	}
	_ = os.Remove(failurePath(path)) // that one is put aside
	return report, aside, syncFolder(filepath.Dir(path))
}

// hold keeps tills away from the ledger at path until release is called; present says whether there
// is one, and environment what for, as far as that can be read. A file that does not open as a
// ledger needs no holding: no till opens it.
func hold(path string) (release func() error, present bool, environment string, err error) {
	release = func() error { return nil }
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return release, false, "", nil
	case err != nil:
		return release, false, "", explain(path, err)
	case !info.Mode().IsRegular():
		return release, false, "", usable(path)
	case info.Size() == 0:
		return release, true, "", nil
	}
	// The lock of a reader keeps writers away, and leaves the file to the process that compares it.
	db, origin, err := inspect(path, Options{}) // of any version
	switch {
	case errors.Is(err, ErrLocked):
		return release, true, "", err
	case err != nil:
		return release, true, "", nil
	}
	return db.Close, true, origin.Environment, nil
}

func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// isFor refuses a ledger that is for another environment.
func isFor(path, environment string) error {
	db, origin, err := inspect(path, Options{ReadOnly: true})
	if err != nil {
		return err
	}
	if environment != "" && origin.Environment != environment {
		err = fmt.Errorf("it is for %s, and this ledger for %s: the two are never mixed; run kaunta setup first, or name another file "+
			"with --ledger", origin.Environment, environment)
	}
	return errors.Join(err, db.Close())
}

// copyFile copies from beside path, under another name, and flushes it.
func copyFile(ctx context.Context, from, path string) (temporary string, err error) {
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, &breakable{ctx, in})
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		_ = os.Remove(out.Name())
		return "", err
	}
	return out.Name(), nil
}

// breakable reads until ctx ends.
type breakable struct {
	ctx context.Context
	r   io.Reader
}

func (c *breakable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// putAside gives the ledger at path a second name, with the time in it, under which it is kept.
// Where the file system knows no links, it loses the first one.
func putAside(path string, now time.Time) (string, error) {
	aside := fmt.Sprintf("%s.replaced-%s", path, now.In(pos.EAT).Format(asideForm))
	for n := 2; ; n++ {
		err := os.Link(path, aside)
		switch {
		case err == nil:
			return aside, syncFolder(filepath.Dir(path))
		case errors.Is(err, fs.ErrExist):
			aside = fmt.Sprintf("%s.replaced-%s-%d", path, now.In(pos.EAT).Format(asideForm), n)
		default:
			if _, err := os.Lstat(aside); err == nil {
				return "", fmt.Errorf("%s: %w", aside, fs.ErrExist)
			}
			return aside, os.Rename(path, aside)
		}
	}
}

// asideForm is the time in the name of a ledger that was put aside.
const asideForm = "2006-01-02-150405"

// PutAside is the ledger that Restore put aside last in favour of the one at path, and when; ""
// where there is none.
func PutAside(path string) (aside string, at time.Time) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	names, _ := os.ReadDir(filepath.Dir(path))
	for _, name := range names {
		when, is := strings.CutPrefix(name.Name(), filepath.Base(path)+".replaced-")
		if !is || len(when) < len(asideForm) {
			continue
		}
		if t, err := time.ParseInLocation(asideForm, when[:len(asideForm)], pos.EAT); err == nil && !t.Before(at) {
			aside, at = filepath.Join(filepath.Dir(path), name.Name()), t
		}
	}
	return aside, at
}

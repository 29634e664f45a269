package maintain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/disk"
	"kaunta/store/format"
)

// Gap is what a ledger has that another has not, such as the ledger in use and a backup.
type Gap struct {
	Same     bool // whether the two are of one ledger; otherwise everything is missing
	Attempts int  // payments that were asked for, and of which the other knows nothing, or not all
	Paid     pos.Sum
	Shop     int       // shifts and people of which the other knows nothing, or not all
	First    time.Time // when the first of all these was made; zero where there is none
}

// missing says what the ledger at path has that the one at backup has not: attempts, shifts and
// people that the backup lacks, or of which it has fewer events. Records of attempts that cannot be
// read are missing too, without a sum.
func missing(ctx context.Context, backup, path string) (gap Gap, err error) {
	old, err := store.Open(backup, store.Options{ReadOnly: true})
	if err != nil {
		return gap, err
	}
	defer old.Close()
	now, err := store.Open(path, store.Options{ReadOnly: true})
	if err != nil {
		return gap, err
	}
	defer now.Close()
	if gap.Same, err = SameLedger(now, old); err != nil {
		return gap, err
	}
	err = now.Views(1, func(is []*store.View) error {
		return old.Views(1, func(was []*store.View) error {
			for row, err := range is[0].Rows(store.RecordsBucket, nil) {
				if err == nil {
					err = ctx.Err()
				}
				if err != nil {
					return err
				}
				gap.add(is[0], was[0], row)
			}
			for row, err := range is[0].Rows(store.ShopBucket, nil) {
				if err == nil {
					err = ctx.Err()
				}
				if err != nil {
					return err
				}
				gap.addShop(is[0], was[0], row)
			}
			return nil
		})
	})
	return gap, err
}

// SameLedger reports whether two files are of one ledger: their chains begin alike.
func SameLedger(a, b *store.Ledger) (bool, error) {
	var start [2]store.Anchor
	for i, l := range []*store.Ledger{a, b} {
		err := l.Views(1, func(v []*store.View) (err error) {
			start[i], err = v[0].Start()
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return start[0] == start[1], nil
}

// add adds the attempt of a row, if the backup lacks something of it.
func (g *Gap) add(is, was *store.View, row store.Row) {
	if len(row.Key) != format.KeySize {
		return
	}
	var a, had pos.Attempt
	r, err := is.Record(row)
	if err == nil {
		a, err = is.Attempt(r)
	}
	if value := was.Value(row.Bucket, row.Key); value != nil && err == nil {
		if before, err := was.Record(store.Row{Bucket: row.Bucket, Key: row.Key, Value: value}); err == nil {
			if len(before.Events) >= len(r.Events) {
				return
			}
			had, _ = was.Attempt(before)
		}
	}
	g.Attempts++
	g.since(row)
	if a.State == pos.Paid && had.State != pos.Paid {
		g.Paid.Count++
		g.Paid.KES += a.Amount
	}
}

// addShop adds the shift or the person of a row, if the backup lacks something of it.
func (g *Gap) addShop(is, was *store.View, row store.Row) {
	if len(row.Key) != format.KeySize {
		return
	}
	if value := was.Value(row.Bucket, row.Key); value != nil {
		r, _, err := is.ShopRecord(row)
		before, _, bad := was.ShopRecord(store.Row{Bucket: row.Bucket, Key: row.Key, Value: value})
		if err == nil && bad == nil && len(before.Events) >= len(r.Events) {
			return
		}
	}
	g.Shop++
	g.since(row)
}

// since takes note of when the record of a row was made.
func (g *Gap) since(row store.Row) {
	if at := placeOf(format.Key(row.Key)).at.In(pos.EAT); g.First.IsZero() || at.Before(g.First) {
		g.First = at
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
		if errors.Is(err, store.ErrLocked) || errors.Is(err, context.Canceled) {
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
	if err := store.Usable(backup); err != nil {
		return fail(err)
	}
	if disk.Same(backup, path) {
		return fail(errors.New("the backup is the ledger itself"))
	}
	if err := disk.MakeFolder(filepath.Dir(path)); err != nil {
		return fail(err)
	}
	release, present, environment, err := store.Hold(path)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = release() }()
	if present {
		if err := disk.Private(path); err != nil {
			return fail(err)
		}
	}

	temporary, err := disk.Copy(ctx, backup, path)
	if err != nil {
		return fail(err)
	}
	defer os.Remove(temporary)
	report, err = o.Check(ctx, temporary)
	if err == nil {
		err = report.Whole()
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
	err = store.Replace(temporary, path)
	if _, there := os.Lstat(temporary); err != nil && there == nil {
		return fail(err)
	}
	return report, aside, err
}

// isFor refuses a ledger that is for another environment.
func isFor(path, environment string) error {
	l, err := store.Open(path, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	is := l.Origin().Environment
	if environment != "" && is != environment {
		err = fmt.Errorf("it is for %s, and this ledger for %s: the two are never mixed; run kaunta setup first, or name another file "+
			"with --ledger", is, environment)
	}
	return errors.Join(err, l.Close())
}

// putAside gives the ledger at path a second name, with the time in it, under which it is kept.
// Where the file system knows no links, it loses the first one.
func putAside(path string, now time.Time) (string, error) {
	aside := fmt.Sprintf("%s.replaced-%s", path, now.In(pos.EAT).Format(asideForm))
	for n := 2; ; n++ {
		err := os.Link(path, aside)
		switch {
		case err == nil:
			return aside, disk.SyncFolder(filepath.Dir(path))
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

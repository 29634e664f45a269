package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Compact makes the ledger at path anew as [Rebuild] does, without its free pages and with indexes
// and totals from the events, and keeps the old file as path.bak until check, given the path of the
// new one, has found it well; nil is [VerifyFile]. Where it is not well, the old file stays beside
// it, and the error is [ErrDamaged].
//
// before and after are sizes in bytes. The ledger must be closed. Other errors are those of
// Rebuild; then nothing has changed.
func Compact(ctx context.Context, path string, o Options, check func(ctx context.Context, path string) (Report, error)) (before, after int64, err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if check == nil {
		check = func(ctx context.Context, path string) (Report, error) { return VerifyFile(ctx, path, nil) }
	}
	if err := usable(path); err != nil {
		return 0, 0, err
	}
	if err := private(path); err != nil {
		return 0, 0, err
	}
	old := path + ".bak"
	if _, err := os.Lstat(old); !errors.Is(err, fs.ErrNotExist) {
		return 0, 0, fmt.Errorf("store: there is a file %s already, perhaps of a compaction that was interrupted: "+
			"run kaunta verify, and move it away if the ledger is well", old)
	}
	was, err := os.Stat(path)
	if err != nil {
		return 0, 0, explain(path, err)
	}
	release, _, _, err := hold(path)
	if err != nil {
		return 0, 0, err
	}
	if err := release(); err != nil {
		return 0, 0, fmt.Errorf("store: %w", err)
	}
	if err := keepAs(ctx, path, old); err != nil {
		return 0, 0, fmt.Errorf("store: the old ledger cannot be kept as %s, and nothing was changed: %w", old, err)
	}
	if _, err := Rebuild(ctx, path, o); err != nil {
		return 0, 0, errors.Join(err, os.Remove(old))
	}
	report, err := check(ctx, path)
	if err == nil && report.First != nil {
		err = fmt.Errorf("%w: %w", ErrDamaged, report.First)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("the ledger was made anew, and the old one is kept as %s: %w", old, err)
	}
	is, err := os.Stat(path)
	if err != nil {
		return 0, 0, explain(path, err)
	}
	return was.Size(), is.Size(), errors.Join(os.Remove(old), syncFolder(filepath.Dir(path)))
}

// keepAs gives the file at path a second name, or makes a copy of it where the file system knows no
// links.
func keepAs(ctx context.Context, path, as string) error {
	err := os.Link(path, as)
	if err == nil {
		return syncFolder(filepath.Dir(as))
	}
	temporary, err := copyFile(ctx, path, as)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	return giveName(temporary, as, false)
}

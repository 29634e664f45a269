package keeper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"kaunta/store"
	"kaunta/store/maintain"
	"kaunta/ui/app/settings"
	"kaunta/ui/app/shop"
)

// Backup writes a checked copy of the ledger to file: by itself, or from the till that has it.
func Backup(ctx context.Context, s settings.Settings, file string, replace bool, progress func(done, of int)) (maintain.Report, error) {
	o := maintain.BackupOptions{Replace: replace, Progress: progress}
	var report maintain.Report
	owner, err := shop.Attach(ctx, s.Ledger, func() error {
		ledger, err := store.Open(s.Ledger, store.Options{ReadOnly: true})
		if err != nil {
			return err
		}
		report, err = maintain.Backup(ctx, ledger, file, o)
		return errors.Join(err, ledger.Close())
	})
	if owner != nil {
		var sent error
		r, w := io.Pipe()
		go func() {
			sent = owner.Backup(ctx, w)
			_ = w.CloseWithError(sent)
		}()
		report, err = maintain.SaveBackup(ctx, r, file, o)
		_ = r.CloseWithError(errors.New("the backup has ended"))
		err = errors.Join(err, owner.Close())
	}
	return report, err
}

// Verify checks a file: the ledger's own, or, where a till has that, its pages as they are
// now.
func Verify(ctx context.Context, s settings.Settings, file string, progress func(done, of int)) (maintain.Report, error) {
	if file != "" {
		if err := there(file); err != nil {
			return maintain.Report{}, err
		}
		report, err := checkFile(ctx, file, progress)
		return verdict(report, err)
	}
	var report maintain.Report
	owner, err := shop.Attach(ctx, s.Ledger, func() (err error) {
		report, err = checkFile(ctx, s.Ledger, progress)
		return err
	})
	if owner != nil {
		report, err = checkSnapshot(ctx, owner, s.Ledger, progress)
		err = errors.Join(err, owner.Close())
	}
	return verdict(report, err)
}

// there refuses the name of a backup that does not exist.
func there(backup string) error {
	if _, err := os.Stat(backup); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %s: name a backup that exists", backup)
	}
	return nil
}

// pages is a till that hands out the pages of its ledger.
type pages interface {
	Verify(ctx context.Context, w io.Writer) error
}

// checkSnapshot checks the pages that a till hands out, in a file next to its ledger, where only
// this user may look.
func checkSnapshot(ctx context.Context, till pages, ledger string, progress func(done, of int)) (report maintain.Report, err error) {
	f, err := os.CreateTemp(filepath.Dir(ledger), "."+filepath.Base(ledger)+".check-*") // mode 0600
	if err != nil {
		return report, fmt.Errorf("there is no room to check the ledger of an open till in: %w", err)
	}
	defer os.Remove(f.Name())
	if err := errors.Join(till.Verify(ctx, f), f.Close()); err != nil {
		return report, err
	}
	return checkFile(ctx, f.Name(), progress)
}

// verdict makes of a file that cannot be read one that was checked and is damaged.
func verdict(report maintain.Report, err error) (maintain.Report, error) {
	if errors.Is(err, store.ErrDamaged) {
		return maintain.Report{Evidence: 1, First: &maintain.Problem{What: err.Error()}}, nil
	}
	return report, err
}

// itself is a command of this program, to be run in a process of its own.
func itself(args ...string) (*exec.Cmd, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("this program cannot start itself to read the file: %w", err)
	}
	return exec.Command(path, args...), nil
}

// Try says why a till could not write the ledger, without writing it.
func Try(ctx context.Context, path string) error {
	cmd, err := itself("try-file", "--", path)
	if err != nil {
		return err
	}
	return maintain.Try(ctx, cmd)
}

func checkFile(ctx context.Context, path string, progress func(done, of int)) (maintain.Report, error) {
	return check(ctx, "check-file", path, progress)
}

func check(ctx context.Context, command, path string, progress func(done, of int)) (maintain.Report, error) {
	cmd, err := itself(command, "--", path)
	if err != nil {
		return maintain.Report{}, err
	}
	return maintain.Check(ctx, cmd, progress)
}

// Restore puts a copy of backup in the ledger's place, and returns where the ledger that was there
// is kept; "" where there was none. allow is asked before that, as [maintain.RestoreOptions].Allow.
func Restore(ctx context.Context, s settings.Settings, backup string, allow func(gap maintain.Gap, unread error) error, progress func(done, of int)) (maintain.Report, string, error) {
	if err := there(backup); err != nil {
		return maintain.Report{}, "", err
	}
	o := maintain.RestoreOptions{
		Check: func(ctx context.Context, copy string) (maintain.Report, error) {
			return check(ctx, "check-copy", copy, progress)
		},
		Compare: func(ctx context.Context, copy, path string) (maintain.Gap, error) {
			cmd, err := itself("compare-files", "--", copy, path)
			if err != nil {
				return maintain.Gap{}, err
			}
			return maintain.Compare(ctx, cmd)
		},
		Allow: allow,
	}
	// else the named file may be of any account
	if s.CheckAccount() == nil || s.Ledger == settings.LedgerPath(s.Environment) {
		o.Environment = s.Environment
	}
	if err := shop.Held(ctx, s.Ledger); err != nil {
		return maintain.Report{}, "", err
	}
	return maintain.Restore(ctx, backup, s.Ledger, o)
}

// Compact writes the ledger's file again, and returns its sizes in bytes.
func Compact(ctx context.Context, s settings.Settings, progress func(done, of int)) (before, after int64, err error) {
	if err := shop.Held(ctx, s.Ledger); err != nil {
		return 0, 0, err
	}
	return maintain.Compact(ctx, s.Ledger, store.Options{}, progress, func(ctx context.Context, path string) (maintain.Report, error) {
		return checkFile(ctx, path, nil)
	})
}

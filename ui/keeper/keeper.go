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
	"kaunta/ui/app/settings"
	"kaunta/ui/app/shop"
	"kaunta/ui/cli"
)

// New returns what looks after the ledger's file. What may be damaged is read by another process of
// this program, so that nothing in it can end this one.
func New() cli.Keeper {
	return cli.Keeper{
		Backup: backupLedger, Verify: verifyLedger, Restore: restoreLedger, Compact: compactLedger,
		ServeCheck: store.ServeCheck, ServeCheckCopy: store.ServeCheckCopy, ServeCompare: store.ServeCompare, ServeTry: store.ServeTry,
	}
}

// backupLedger copies the ledger: by itself, or from the till that has it.
func backupLedger(ctx context.Context, s settings.Settings, file string, replace bool, progress func(done, of int)) (cli.Checked, error) {
	o := store.BackupOptions{Replace: replace, Progress: progress}
	var report store.Report
	owner, err := shop.Attach(ctx, s.Ledger, func() error {
		ledger, err := store.Open(s.Ledger, store.Options{ReadOnly: true})
		if err != nil {
			return err
		}
		report, err = ledger.Backup(ctx, file, o)
		return errors.Join(err, ledger.Close())
	})
	if owner != nil {
		var sent error
		r, w := io.Pipe()
		go func() {
			sent = owner.Backup(ctx, w)
			_ = w.CloseWithError(sent)
		}()
		report, err = store.SaveBackup(ctx, r, file, o)
		_ = r.CloseWithError(errors.New("the backup has ended"))
		err = errors.Join(err, owner.Close())
	}
	return checked(report), err
}

// verifyLedger checks a file: the ledger's own, or, where a till has that, its pages as they are
// now.
func verifyLedger(ctx context.Context, s settings.Settings, file string, progress func(done, of int)) (cli.Checked, error) {
	if file != "" {
		if err := there(file); err != nil {
			return cli.Checked{}, err
		}
		report, err := checkFile(ctx, file, progress)
		return verdict(report, err)
	}
	var report store.Report
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
func checkSnapshot(ctx context.Context, till pages, ledger string, progress func(done, of int)) (report store.Report, err error) {
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

// verdict makes of a file that cannot be read one that was checked and is not well.
func verdict(report store.Report, err error) (cli.Checked, error) {
	if errors.Is(err, store.ErrDamaged) {
		return cli.Checked{Evidence: 1, First: &cli.Fault{What: err.Error()}}, nil
	}
	return checked(report), err
}

func checked(r store.Report) cli.Checked {
	c := cli.Checked{
		Payments: r.Attempts, Events: r.Events, LastDay: r.Last.Day, LastHash: r.Last.Hash,
		Evidence: r.Evidence, Derived: r.Derived,
	}
	if p := r.First; p != nil {
		c.First = &cli.Fault{Attempt: p.Attempt, At: p.At, Amount: p.Amount, What: p.What}
	}
	return c
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
	return store.Try(ctx, cmd)
}

func checkFile(ctx context.Context, path string, progress func(done, of int)) (store.Report, error) {
	return check(ctx, "check-file", path, progress)
}

func check(ctx context.Context, command, path string, progress func(done, of int)) (store.Report, error) {
	cmd, err := itself(command, "--", path)
	if err != nil {
		return store.Report{}, err
	}
	return store.Check(ctx, cmd, progress)
}

func restoreLedger(ctx context.Context, s settings.Settings, backup string, allow func(cli.Missing) error, progress func(done, of int)) (cli.Checked, string, error) {
	if err := there(backup); err != nil {
		return cli.Checked{}, "", err
	}
	o := store.RestoreOptions{
		Check: func(ctx context.Context, copy string) (store.Report, error) {
			return check(ctx, "check-copy", copy, progress)
		},
		Compare: func(ctx context.Context, copy, path string) (store.Gap, error) {
			cmd, err := itself("compare-files", "--", copy, path)
			if err != nil {
				return store.Gap{}, err
			}
			return store.Compare(ctx, cmd)
		},
		Allow: func(g store.Gap, unread error) error {
			return allow(cli.Missing{Unread: unread, Foreign: !g.Same, Payments: g.Attempts, Paid: g.Paid, Since: g.First})
		},
	}
	// else the named file may be of any account
	if s.CheckAccount() == nil || s.Ledger == settings.LedgerPath(s.Environment) {
		o.Environment = s.Environment
	}
	if err := shop.Held(ctx, s.Ledger); err != nil {
		return cli.Checked{}, "", err
	}
	report, aside, err := store.Restore(ctx, backup, s.Ledger, o)
	return checked(report), aside, err
}

func compactLedger(ctx context.Context, s settings.Settings, progress func(done, of int)) (before, after int64, err error) {
	if err := shop.Held(ctx, s.Ledger); err != nil {
		return 0, 0, err
	}
	return store.Compact(ctx, s.Ledger, store.Options{Progress: progress}, func(ctx context.Context, path string) (store.Report, error) {
		return checkFile(ctx, path, nil)
	})
}

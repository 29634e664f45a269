package maintain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"kaunta/store"
	"kaunta/store/disk"
)

// A backup is the rows of a ledger as they are at one moment, written into a new file:
//
//	Stream      view ─► rows ─► bytes ─► pipe or socket
//	SaveBackup  bytes ─► rows ─► new file ─► flush ─► VerifyFile ─► its name
//
// So it has no free pages: what they may still hold, such as phone numbers that were forgotten, is
// not copied, and it is smaller than the ledger. It is written in steps, each flushed before the
// next, so that a payment never waits behind more than one step. Where address space is reserved
// for the ledger (everywhere but on Windows and 32 bits), the view that the rows are read in holds
// up nobody; there a payment for which the ledger must grow waits for the backup.

// backupStep is how many bytes of rows are written between two flushes.
const backupStep = 1 << 20

// BackupOptions are the ways to make a backup.
type BackupOptions struct {
	// Replace lets the backup take the place of a file that has its name already.
	Replace bool

	// Progress is told how far it is: so many rows, then checks of payments, of so many. nil:
	// nobody asks.
	Progress func(done, total int)
}

// Backup writes a copy of the ledger to path, as it is when Backup begins, while payments go on.
// The copy is made under another name, flushed, checked as [VerifyFile] does, and only then called
// path: whatever happens, there is a whole and checked backup by that name, or none, or the one
// that was there before. The report is that of the check.
//
// Errors: fs.ErrExist where path is taken, store.ErrDamaged where the ledger or its copy is not
// well, store.ErrClosed, ctx's, or what the disk of path says.
func Backup(ctx context.Context, l *store.Ledger, path string, o BackupOptions) (Report, error) {
	if disk.Same(l.Path(), path) {
		return Report{}, fmt.Errorf("store: no backup could be made at %s: it is the ledger itself", path)
	}
	r, w := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.CloseWithError(Stream(ctx, l, w))
	}()
	report, err := SaveBackup(ctx, r, path, o)
	_ = r.Close()
	<-ended
	return report, err
}

// SaveBackup is [Backup] of the ledger that [Stream] writes to r. A stream that ends early or is
// not what was sent is an error, and no backup.
func SaveBackup(ctx context.Context, r io.Reader, path string, o BackupOptions) (Report, error) {
	report, err := saveBackup(ctx, r, path, o)
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, store.ErrClosed):
	case errors.Is(err, store.ErrDamaged):
		err = fmt.Errorf("store: no backup was made, and those that there are stay: %w", err)
	default:
		err = fmt.Errorf("store: no backup could be made at %s: %w", path, err)
	}
	return report, err
}

func saveBackup(ctx context.Context, r io.Reader, path string, o BackupOptions) (report Report, err error) {
	if err := vacant(path, o.Replace); err != nil {
		return report, err
	}
	in, err := newRowReader(ctx, r)
	if err != nil {
		return report, err
	}
	tell := func(done int) {
		if o.Progress != nil {
			o.Progress(done, in.count+in.attempts)
		}
	}
	temporary, err := store.Make(path, func(d *store.Draft) error { return d.Fill(in.rows(), backupStep, tell) })
	if err != nil {
		return report, err
	}
	defer os.Remove(temporary)
	checked, err := VerifyFile(ctx, temporary, func(done, _ int) { tell(in.count + done) })
	if err == nil {
		err = checked.Whole()
	}
	if err == nil {
		err = disk.Publish(temporary, path, o.Replace)
	}
	if err != nil {
		return report, err
	}
	return checked, nil
}

// vacant refuses a path that a backup must not take.
func vacant(path string, replace bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is not an ordinary file: name another")
	case !replace:
		return fs.ErrExist
	}
	return nil
}

package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A backup is the rows of a ledger as they are at one moment, written into a new file:
//
//	Backup        transaction ─► rows ──────────────────────────────────────► new file ─► flush ─► Verify ─► its name
//	StreamBackup  transaction ─► rows ─► bytes ─► socket ─► SaveBackup ─► rows ─► new file ─► flush ─► Verify ─► its name
//
// So it has no free pages: what they may still hold, such as phone numbers that were forgotten, is
// not copied, and it is smaller than the ledger. It is written in steps, each flushed before the
// next, so that a payment never waits behind more than one step. Where address space is reserved
// for the ledger (everywhere but on Windows and 32 bits), the transaction that the rows are read in
// holds up nobody; there a payment for which the ledger must grow waits for the backup.

// backupStep is how many bytes of rows are written between two flushes.
const backupStep = 1 << 20

// maxPause bounds how long a backup steps aside for payments after each step; it is as long as the
// step took, if that is less.
const maxPause = 100 * time.Millisecond

// BackupOptions are the ways to make a backup.
type BackupOptions struct {
	// Replace lets the backup take the place of a file that has its name already.
	Replace bool

	// Progress is told how far it is: so many rows, then checks of payments, of so many. nil:
	// nobody asks.
	Progress func(done, total int)
}

// Backup writes a copy of the ledger to path, as it is when Backup begins, while payments go on.
// The copy is made under another name, flushed, checked as [Ledger.Verify] does, and only then
// called path: whatever happens, there is a whole and checked backup by that name, or none, or the
// one that was there before. The report is that of the check.
//
// Errors: fs.ErrExist where path is taken, [ErrDamaged] where the ledger or its copy is not well,
// [ErrClosed], ctx's, or what the disk of path says.
func (l *Ledger) Backup(ctx context.Context, path string, o BackupOptions) (Report, error) {
	if sameFile(l.path, path) {
		return Report{}, fmt.Errorf("store: no backup could be made at %s: it is the ledger itself", path)
	}
	return saveBackup(ctx, path, o, func(save func(counted, iter.Seq2[copied, error]) error) error {
		return l.view(func(tx *bolt.Tx) error { return save(count(tx), l.rows(ctx, tx)) })
	})
}

// StreamBackup writes the ledger to w as it is when StreamBackup begins, for [SaveBackup] to read.
func (l *Ledger) StreamBackup(ctx context.Context, w io.Writer) error {
	return l.view(func(tx *bolt.Tx) error { return writeRows(w, count(tx), l.rows(ctx, tx)) })
}

// SaveBackup is [Ledger.Backup] of the ledger that StreamBackup writes to r. A stream that ends
// early or is not what was sent is an error, and no backup.
func SaveBackup(ctx context.Context, r io.Reader, path string, o BackupOptions) (Report, error) {
	return saveBackup(ctx, path, o, func(save func(counted, iter.Seq2[copied, error]) error) error {
		in, n, err := newRowReader(r)
		if err != nil {
			return err
		}
		return save(n, in.rows(ctx))
	})
}

// copied is a row on its way into a copy.
type copied struct {
	bucket   bucket
	k, value []byte // valid until the next row
}

// counted says how much there is to copy.
type counted struct{ rows, attempts int }

func count(tx *bolt.Tx) (n counted) {
	for _, b := range buckets() {
		if from := tx.Bucket([]byte(b)); from != nil {
			n.rows += from.Stats().KeyN
		}
	}
	n.attempts = tx.Bucket([]byte(attemptsBucket)).Stats().KeyN
	return n
}

// rows are all rows of the ledger, bucket by bucket in the order of their keys, with pauses in
// which a till can write.
func (l *Ledger) rows(ctx context.Context, tx *bolt.Tx) iter.Seq2[copied, error] {
	return func(yield func(copied, error) bool) {
		begun, size := time.Now(), 0
		for _, b := range buckets() {
			from := tx.Bucket([]byte(b))
			if from == nil {
				yield(copied{}, fmt.Errorf("%w: it has no bucket %s", ErrDamaged, b))
				return
			}
			c := from.Cursor()
			var last []byte
			for k, value := c.First(); k != nil; k, value = c.Next() {
				if value == nil || last != nil && bytes.Compare(last, k) >= 0 {
					yield(copied{}, damaged(b, k, errOrder))
					return
				}
				if !yield(copied{b, k, value}, nil) {
					return
				}
				last = k
				size += len(k) + len(value)
				if size < backupStep {
					continue
				}
				if err := l.pause(ctx, l.aside(begun)); err != nil {
					yield(copied{}, err)
					return
				}
				begun, size = time.Now(), 0
			}
		}
	}
}

// aside is how long to step aside after work that began at begun.
func (l *Ledger) aside(begun time.Time) time.Duration {
	if l.readOnly {
		return 0 // nobody sells
	}
	return min(time.Since(begun), maxPause)
}

// pause steps aside for d, and returns an error where the work must end: ctx's, or [ErrClosed].
func (l *Ledger) pause(ctx context.Context, d time.Duration) error {
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-over.C:
	case <-ctx.Done():
	case <-l.quit:
	}
	select {
	case <-l.quit:
		return ErrClosed
	default:
		return ctx.Err()
	}
}

// saveBackup makes the file at path of the rows that copy hands to its argument.
func saveBackup(ctx context.Context, path string, o BackupOptions, copy func(func(counted, iter.Seq2[copied, error]) error) error) (Report, error) {
	fail := func(err error) (Report, error) {
		switch {
		case errors.Is(err, context.Canceled), errors.Is(err, ErrClosed):
			return Report{}, err
		case errors.Is(err, ErrDamaged):
			return Report{}, fmt.Errorf("store: no backup was made, and those that there are stay: %w", err)
		default:
			return Report{}, fmt.Errorf("store: no backup could be made at %s: %w", path, err)
		}
	}
	if err := vacant(path, o.Replace); err != nil {
		return fail(err)
	}
	var n counted
	tell := func(done int) {
		if o.Progress != nil {
			o.Progress(done, n.rows+n.attempts)
		}
	}
	temporary, err := newFile(path, func(db *bolt.DB) error {
		return copy(func(total counted, rows iter.Seq2[copied, error]) error {
			n = total
			return fillRows(db, rows, tell)
		})
	})
	if err != nil {
		return fail(err)
	}
	defer os.Remove(temporary)
	report, err := VerifyFile(ctx, temporary, func(done, _ int) { tell(n.rows + done) })
	if err == nil && report.First != nil {
		err = fmt.Errorf("%w: %w", ErrDamaged, report.First)
	}
	if err != nil {
		return fail(err)
	}
	if err := giveName(temporary, path, o.Replace); err != nil {
		return fail(err)
	}
	return report, nil
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

// giveName gives a finished file its name for good. Where the file system knows no links, a file
// that came to have the name in the last instant is replaced.
func giveName(temporary, path string, replace bool) error {
	err := errors.ErrUnsupported
	if !replace {
		if err = os.Link(temporary, path); errors.Is(err, fs.ErrExist) {
			return fs.ErrExist
		}
	}
	if err != nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// fillRows writes rows into a new file, in steps that are each flushed.
func fillRows(db *bolt.DB, rows iter.Seq2[copied, error], tell func(done int)) error {
	next, stop := iter.Pull2(rows)
	defer stop()
	done := 0
	for more := true; more; {
		err := db.Update(func(tx *bolt.Tx) error {
			to := map[bucket]*bolt.Bucket{}
			for _, b := range buckets() {
				made, err := tx.CreateBucketIfNotExists([]byte(b))
				if err != nil {
					return err
				}
				made.FillPercent = fullest // in the order of their keys, and never written again
				to[b] = made
			}
			for size := 0; size < backupStep; done++ {
				var row copied
				var err error
				if row, err, more = next(); err != nil || !more {
					return err
				}
				// bbolt keeps what it is given until the commit.
				k, value := bytes.Clone(row.k), bytes.Clone(row.value)
				if err := to[row.bucket].Put(k, value); err != nil {
					return err
				}
				size += len(k) + len(value)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := db.Sync(); err != nil {
			return err
		}
		tell(done)
	}
	return nil
}

// fullest is how full the pages of a copy are. A ledger that is restored from one goes on to be
// written, so a little room is left.
const fullest = 0.9

// Snapshot writes the pages of the ledger to w, as they are when it begins, damage and free pages
// included: for [VerifyFile], which looks at pages too. It reads them as bytes, and so meets
// nothing that could end the process.
func (l *Ledger) Snapshot(ctx context.Context, w io.Writer) error {
	return l.view(func(tx *bolt.Tx) error {
		_, err := tx.WriteTo(&paced{ctx: ctx, l: l, w: w, begun: time.Now()})
		return err
	})
}

// paced passes bytes on with pauses.
type paced struct {
	ctx   context.Context
	l     *Ledger
	w     io.Writer
	size  int
	begun time.Time
}

func (p *paced) Write(b []byte) (int, error) {
	if p.size += len(b); p.size >= backupStep {
		if err := p.l.pause(p.ctx, p.l.aside(p.begun)); err != nil {
			return 0, err
		}
		p.size, p.begun = 0, time.Now()
	}
	return p.w.Write(b)
}

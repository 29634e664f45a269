package store

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"

	bolt "go.etcd.io/bbolt"

	"kaunta/store/disk"
)

// A power cut while a file is written can leave it unreadable. So each file is made under another
// name, flushed, and only then called by its own.

// Draft is a ledger's file that is being made.
type Draft struct{ db *bolt.DB }

// Make makes a file next to path that fill has filled and that is flushed; its name is the
// caller's to change.
func Make(path string, fill func(*Draft) error) (temporary string, err error) {
	f, err := disk.Temp(path)
	if err != nil {
		return "", err
	}
	name := f.Name()
	defer func() {
		if err != nil {
			_ = os.Remove(name)
		}
	}()
	if err := f.Close(); err != nil {
		return "", err
	}
	db, err := bolt.Open(name, 0o600, &bolt.Options{
		Timeout: lockTimeout, PageSize: pageSize, NoSync: true, MaxSize: maxSize, FreelistType: bolt.FreelistMapType,
	})
	if err != nil {
		return "", err
	}
	err = Guard(func() error {
		err := db.Update(func(tx *bolt.Tx) (err error) {
			for _, b := range Buckets() {
				if _, err = tx.CreateBucket([]byte(b)); err != nil {
					break
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		return fill(&Draft{db})
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return "", err
	}
	return name, disk.SyncFile(name)
}

// Fill writes rows, in steps of so many bytes that are each flushed before the next, and tells how
// many are written. Rows that come in the order of their keys fill their pages.
func (d *Draft) Fill(rows iter.Seq2[Row, error], step int, tell func(done int)) error {
	next, stop := iter.Pull2(rows)
	defer stop()
	done := 0
	for more := true; more; {
		err := d.db.Update(func(tx *bolt.Tx) error {
			for size := 0; size < step; done++ {
				var row Row
				var err error
				if row, err, more = next(); err != nil || !more {
					return err
				}
				to := tx.Bucket([]byte(row.Bucket))
				to.FillPercent = fullest
				if err := to.Put(row.Key, row.Value); err != nil {
					return err
				}
				size += len(row.Key) + len(row.Value)
			}
			return nil
		})
		if err == nil && more { // the last step is flushed with the whole
			err = d.db.Sync()
		}
		if err != nil {
			return err
		}
		tell(done)
	}
	return nil
}

// fullest is how full the pages of a new file are. A ledger goes on to be written, so a little room
// is left.
const fullest = 0.9

// After a failed flush the system may go on showing what the disk does not have, to this process
// and to every later one, until the machine is started again. To build on such a page is how a
// ledger is lost in the next power cut. So a file whose commit failed is left alone, a note next to
// it says so, and the next Open goes on in a new file, made of what readers see and flushed again.

func failurePath(path string) string { return path + ".failed" }

// noteFailure leaves word for the next Open. On a full disk it may not succeed.
func noteFailure(path string, cause error) {
	_ = leaveNote(path, failurePath(path), cause.Error()+"\n")
}

// failedBefore reports whether the last writer of the file gave up on it. Windows lets nobody
// replace a file that is open, and nothing is claimed there for a loss of power.
func failedBefore(path string) bool {
	_, err := os.Lstat(failurePath(path))
	return err == nil && runtime.GOOS != "windows"
}

// renew puts a copy of the open ledger in its place and opens that. It takes db over.
func renew(db *database, path string, o bolt.Options) (*database, error) {
	// The lock is kept until the copy has the name; a till that waits for it finds the file
	// replaced.
	err := Guard(func() error {
		f, err := disk.Temp(path)
		if err != nil {
			return err
		}
		defer os.Remove(f.Name())
		err = db.View(func(tx *bolt.Tx) error {
			_, err := tx.WriteTo(f)
			return err
		})
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
		return Replace(f.Name(), path)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, fmt.Errorf("store: the ledger %s could not be written when it was last open, and now no copy of it could be "+
			"made to go on with: see that the disk is well and has room for it twice: %w", path, err)
	}
	return openFile(path, o)
}

// Replace puts a finished file in the place of the ledger at path. If the last commit of that one
// failed, that is of no concern any more.
func Replace(temporary, path string) error {
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	if err := disk.SyncFolder(filepath.Dir(path)); err != nil {
		return err
	}
	if err := os.Remove(failurePath(path)); !errors.Is(err, fs.ErrNotExist) { // another till that renewed it may have been here
		return err
	}
	return nil
}

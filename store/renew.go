package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	bolt "go.etcd.io/bbolt"
)

// After a failed flush the system may go on showing what the disk does not have, to this process
// and to every later one, until the machine is started again. To build on such a page is how a
// ledger is lost in the next power cut. So a file whose commit failed is left alone, a note beside
// it says so, and the next Open goes on in a new file, made of what readers see and flushed anew.

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
	// The lock is kept until the copy has the name; who waits for it finds the file replaced.
	err := guard(func() error { return replace(db, path) })
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, fmt.Errorf("store: the ledger %s could not be written when it was last open, and now no copy of it could be "+
			"made to go on with: see that the disk is well and has room for it twice: %w", path, err)
	}
	return openFile(path, o)
}

// replace puts a copy of what readers see of db in its place.
func replace(db *database, path string) error {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, "."+filepath.Base(path)+".new-*") // mode 0600
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
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	if err := syncFolder(folder); err != nil {
		return err
	}
	if err := os.Remove(failurePath(path)); !errors.Is(err, fs.ErrNotExist) { // another till that renewed it may have been here
		return err
	}
	return nil
}

// replaceBy puts a new file, which fill has filled, in the place of the open ledger. Windows lets
// nobody replace a file that is open: there db is closed first.
func replaceBy(db *database, path string, fill func(*bolt.DB) error) error {
	temporary, err := newFile(path, fill)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	if runtime.GOOS == "windows" {
		if err := db.Close(); err != nil {
			return err
		}
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

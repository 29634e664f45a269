package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// pageSize is bbolt's page in every ledger, whatever the machine's, so that a ledger behaves the
// same on all.
const pageSize = 4096

// create makes a new ledger at path. A power cut while a file is first written can leave it
// unreadable, so it is made under another name, closed and synced, and only then called by its own.
// Where another process makes the ledger in the meantime, that one stays.
func create(path string, o Options) error {
	if o.Environment == "" {
		return fmt.Errorf("store: there is no ledger at %s, and a new one must be told what for: training, sandbox or production", path)
	}
	if err := build(path, o); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("store: this user may not make a ledger at %s: choose another place, or open that one: %w", path, err)
		}
		return fmt.Errorf("store: no ledger could be made at %s: %w", path, err)
	}
	return nil
}

func build(path string, o Options) error {
	folder := filepath.Dir(path)
	if err := makeFolder(folder); err != nil {
		return err
	}
	origin := Origin{Environment: o.Environment, ShortCode: o.ShortCode, Created: o.Now().Round(0).Truncate(time.Microsecond).In(pos.EAT)}
	temporary, err := newFile(path, func(db *bolt.DB) error {
		return db.Update(func(tx *bolt.Tx) error { return layOut(tx, origin) })
	})
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	if err := publish(temporary, path); err != nil {
		return err
	}
	return syncFolder(folder)
}

// newFile makes a bbolt file beside path, under another name, that fill has filled and that is
// flushed. While it is filled, nothing is: a power cut leaves a file that nobody asks for.
func newFile(path string, fill func(*bolt.DB) error) (temporary string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".new-*") // mode 0600
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
	if err := errors.Join(guard(func() error { return fill(db) }), db.Close()); err != nil {
		return "", err
	}
	return name, syncFile(name)
}

// publish gives the finished file its name, unless there is a file by that name. Where the file
// system knows no links, two processes that make the same ledger in the same instant could still
// collide.
func publish(temporary, path string) error {
	err := os.Link(temporary, path)
	switch {
	case err == nil:
		return os.Remove(temporary)
	case errors.Is(err, fs.ErrExist):
		return nil
	default:
		return os.Rename(temporary, path)
	}
}

// makeFolder makes a folder that only its owner may enter, with those above it, and syncs the
// folders they are made in.
func makeFolder(folder string) error {
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(folder)
	if parent != folder {
		if err := makeFolder(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) { // another till may be making it
		return err
	}
	return syncFolder(parent)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncFolder makes names in a folder durable, where the system can: Windows cannot, nor can every
// file system.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// leftover is how old a half-made file beside the ledger must be to be nobody's: no copy takes that
// long.
const leftover = 24 * time.Hour

// sweep removes what programs that were killed have left beside the ledger at path: copies that
// never got their name, which hold customers' numbers and fill the disk. The caller has the
// ledger's lock.
func sweep(path string) {
	for _, name := range []string{".%s.new-*", ".%s.check-*", "..%s.new-*"} { // the last: a copy that was being brought up
		stale, _ := filepath.Glob(filepath.Join(filepath.Dir(path), fmt.Sprintf(name, filepath.Base(path))))
		for _, name := range stale {
			if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > leftover {
				_ = os.Remove(name) // where it cannot be removed, nothing depends on it
			}
		}
	}
}

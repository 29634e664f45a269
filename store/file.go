package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/store/disk"
)

// Options are the ways to open a ledger.
type Options struct {
	// Environment is "training", "sandbox" or "production". A ledger is made for one of them, and
	// is refused when it is opened for another. Empty: whichever it is for, but none is made.
	Environment string

	// ShortCode is written into a new ledger.
	ShortCode string

	// ReadOnly opens a ledger that exists, next to other readers, and never writes.
	ReadOnly bool

	// Now tells when a ledger was made or opened; nil is time.Now.
	Now func() time.Time

	// UnsafeNoSync leaves every flush out, for simulations in virtual time: a power cut destroys
	// the ledger. It is refused unless the environment is "training".
	UnsafeNoSync bool

	older bool // a ledger of an older version will do
}

// Origin is what a ledger was made for.
type Origin struct {
	Environment string
	ShortCode   string
	Created     time.Time
}

// lockTimeout is how long Open waits for another process to let go of the file.
const lockTimeout = time.Second

const (
	// mapped is how much address space is reserved for the file, 0 where that is scarce. While the
	// file fits in it, growing does not have to wait for readers. bbolt would make the file that
	// big on Windows.
	mapped = (32 << 30) * (strconv.IntSize / 64)

	// maxSize is how big the file may grow, 0 for no limit: on 32 bits, mapping fails near 1 GiB.
	maxSize = (512 << 20) * (1 - strconv.IntSize/64)
)

// Usable refuses what cannot be a ledger, without opening it: to open a pipe waits for ever. The
// error is fs.ErrNotExist where there is nothing.
func Usable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return explain(path, err)
	case info.IsDir():
		return fmt.Errorf("store: %s is a folder: name a file for the ledger", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("store: %s is not an ordinary file: name a file for the ledger", path)
	case info.Size() == 0:
		return fmt.Errorf("store: %s is empty: it was not made by this program, or has lost its content; "+
			"restore a backup, or move it away and a new ledger is made", path)
	}
	return nil
}

// openFile opens the file with bbolt. Whatever a damaged file makes of that, it comes back as an
// error, and the file's lock is given back.
func openFile(path string, o bolt.Options) (*database, error) {
	open := o.OpenFile
	if open == nil {
		open = os.OpenFile
	}
	var file *os.File
	o.Timeout = lockTimeout
	o.FreelistType = bolt.FreelistMapType
	o.NoStatistics = true
	o.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		// Not os.O_CREATE, which bbolt wants: a ledger that vanished this moment is not made again.
		f, err := open(name, flag&^os.O_CREATE, mode)
		file = f
		return f, err
	}
	db := &database{}
	err := Guard(func() (err error) {
		if db.DB, err = bolt.Open(path, 0o600, &o); err != nil {
			return err
		}
		db.file = file
		return db.View(func(tx *bolt.Tx) error {
			db.last.Store(uint64(tx.ID()))
			return nil
		})
	})
	if errors.Is(err, ErrDamaged) && file != nil {
		disk.Unlock(file) // the pages stay mapped, and with them the lock
		_ = file.Close()
	}
	if err != nil {
		return nil, explain(path, err)
	}
	if replaced(path, file) {
		if err := db.Close(); err != nil {
			return nil, explain(path, err)
		}
		o.OpenFile = open
		return openFile(path, o)
	}
	return db, nil
}

// replaced reports whether path is no longer the file that was opened: another till may have
// renewed it while this one waited for the lock. To write to a file that has lost its name would be
// to lose it.
func replaced(path string, f *os.File) bool {
	was, err := f.Stat()
	if err != nil {
		return true
	}
	is, err := os.Stat(path)
	return err != nil || !os.SameFile(was, is)
}

// inspect opens the file for reading only, which changes nothing in it, and returns it if it is a
// ledger that this program can use for the environment.
func inspect(path string, o Options) (*database, Origin, error) {
	db, err := openFile(path, bolt.Options{ReadOnly: true})
	if err != nil {
		return nil, Origin{}, err
	}
	var origin Origin
	err = Guard(func() error {
		return db.View(func(tx *bolt.Tx) (err error) {
			origin, err = look(tx, path, o)
			return err
		})
	})
	if errors.Is(err, ErrDamaged) {
		err = explain(path, err)
	}
	if err != nil {
		_ = db.Close()
		return nil, Origin{}, err
	}
	return db, origin, nil
}

// look reads what the file is, before anything else is believed of it.
func look(tx *bolt.Tx, path string, o Options) (Origin, error) {
	var origin Origin
	if err := uncut(tx, path); err != nil {
		return origin, err
	}
	if tx.Bucket([]byte(AboutBucket)) == nil {
		return origin, fmt.Errorf("store: %s is another program's file, not a ledger: name another file", path)
	}
	found, err := getVersion(tx)
	if err != nil {
		return origin, err
	}
	needed := append(evidenceBuckets(), paymentIndexes()...)
	if found < version { // what follows from the evidence is made again
		needed = evidenceBuckets()
	}
	switch {
	case found > version:
		return origin, fmt.Errorf("store: the ledger %s was written by a newer version of this program "+
			"(its format is %d, this program knows up to %d): install the newer program again", path, found, version)
	case found < version && !o.older:
		return origin, fmt.Errorf("store: the ledger %s cannot be used as it is: %w", path, ErrOlder)
	}
	for _, b := range needed {
		if tx.Bucket([]byte(b)) == nil {
			return origin, fmt.Errorf("%w: it has no bucket %s", ErrDamaged, b)
		}
	}
	record, err := get(tx, AboutBucket, originKey)
	if err != nil {
		return origin, err
	}
	if origin, err = decodeOrigin(record); err != nil {
		return origin, damaged(AboutBucket, originKey, err)
	}
	if o.Environment != "" && o.Environment != origin.Environment {
		return origin, fmt.Errorf("store: the ledger %s is for %s, and this is %s: the two are never mixed; name another file",
			path, origin.Environment, o.Environment)
	}
	if !o.ReadOnly {
		kinds, err := getKinds(tx)
		if err != nil {
			return origin, err
		}
		if unknown := unknownKinds(kinds); len(unknown) > 0 {
			return origin, fmt.Errorf("%w: %s holds events of a kind that this program does not know (%s): it can be read, and not written",
				ErrNewer, path, strings.Join(unknown, ", "))
		}
	}
	return origin, nil
}

// uncut refuses a file that is shorter than its own account of itself. To read what is not there
// would be a fault.
func uncut(tx *bolt.Tx, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return explain(path, err)
	}
	if info.Size() < tx.Size() {
		return fmt.Errorf("%w: it has been cut short, to %d bytes of %d", ErrDamaged, info.Size(), tx.Size())
	}
	return nil
}

// unwritable says that a ledger can be read and not written: beyond what a reader needs, a writer
// reads the list of free pages, which maintain.Compact makes again. It is an [ErrDamaged].
type unwritable struct {
	path  string
	cause error
}

func (e *unwritable) Error() string {
	return fmt.Sprintf("store: the ledger %s can be read, but not written, since its list of free pages is damaged: "+
		"run kaunta compact, which makes it again from its payments", e.path)
}

func (e *unwritable) Unwrap() error { return e.cause }

// openWriter opens a file that has been inspected, to be written.
func openWriter(path string, o bolt.Options) (*database, error) {
	db, err := openFile(path, o)
	if errors.Is(err, ErrDamaged) {
		err = &unwritable{path, err}
	}
	return db, err
}

// Writable opens the ledger at path as a till does, up to the first write, and says why that cannot
// be; it writes nothing. A damaged file may end the process.
func Writable(path string) error {
	db, _, err := inspect(path, Options{older: true})
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if db, err = openWriter(path, bolt.Options{}); err != nil {
		return err
	}
	err = Guard(func() error {
		tx, err := db.Begin(true)
		if err != nil {
			return err
		}
		return tx.Rollback()
	})
	return errors.Join(err, db.Close())
}

// Hold keeps tills away from the ledger at path until release is called; present says whether there
// is one, and environment what for, as far as that can be read. A file that does not open as a
// ledger needs no holding: no till opens it.
func Hold(path string) (release func() error, present bool, environment string, err error) {
	release = func() error { return nil }
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return release, false, "", nil
	case err != nil:
		return release, false, "", explain(path, err)
	case !info.Mode().IsRegular():
		return release, false, "", Usable(path)
	case info.Size() == 0:
		return release, true, "", nil
	}
	// The lock of a reader keeps writers away, and leaves the file to the process that compares it.
	db, origin, err := inspect(path, Options{older: true})
	switch {
	case errors.Is(err, ErrLocked):
		return release, true, "", err
	case err != nil:
		return release, true, "", nil
	}
	return db.Close, true, origin.Environment, nil
}

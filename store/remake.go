package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/disk"
)

// create makes a new ledger at path. Where another process makes one in the meantime, that stays.
func create(path string, o Options) error {
	if o.Environment == "" {
		return fmt.Errorf("store: there is no ledger at %s, and a new one must be told what for: training, sandbox or production", path)
	}
	origin := Origin{Environment: o.Environment, ShortCode: o.ShortCode, Created: o.Now().Round(0).Truncate(time.Microsecond).In(pos.EAT)}
	err := disk.MakeFolder(filepath.Dir(path))
	if err == nil {
		var temporary string
		temporary, err = Make(path, func(d *Draft) error { return d.Fill(firstRows(origin), 1<<20, func(int) {}) })
		if err == nil {
			defer os.Remove(temporary)
			err = disk.Publish(temporary, path, false)
		}
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("store: this user may not make a ledger at %s: choose another place, or open that one: %w", path, err)
	case err != nil:
		return fmt.Errorf("store: no ledger could be made at %s: %w", path, err)
	}
	return nil
}

// firstRows are the rows of a new ledger.
func firstRows(o Origin) iter.Seq2[Row, error] {
	var seed, phones [32]byte
	_, _ = rand.Read(seed[:]) // never fails: crypto/rand ends the program instead
	_, _ = rand.Read(phones[:])
	return func(yield func(Row, error) bool) {
		for _, row := range []Row{
			VersionRow(), newRow(AboutBucket, originKey, encodeOrigin(o)), newRow(AboutBucket, seedKey, seed[:]),
			newRow(AboutBucket, phonesKey, phones[:]), Anchor{Hash: seed}.head(),
		} {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// Remake puts a new file, which fill has filled from the old one, in the place of the ledger at
// path, which must be closed and may be of an older version. Errors are those of [Open], and
// fill's; then nothing has changed.
func Remake(path string, o Options, fill func(old *View, draft *Draft) error) error {
	o.ReadOnly, o.older = false, true
	db, _, err := inspect(path, o)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	db, err = openFile(path, bolt.Options{}) // which takes the lock of a writer
	if errors.Is(err, ErrDamaged) {          // its list of free pages is lost, which nothing else depends on
		db, err = openFile(path, bolt.Options{ReadOnly: true})
	}
	if err != nil {
		return err
	}
	temporary, err := Make(path, func(d *Draft) error {
		return db.View(func(tx *bolt.Tx) error {
			old, err := newView(tx)
			if err != nil {
				return err
			}
			return fill(old, d)
		})
	})
	if err == nil {
		defer os.Remove(temporary)
		if runtime.GOOS == "windows" { // where nobody replaces a file that is open
			err = db.Close()
		}
	}
	if err == nil {
		err = Replace(temporary, path)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("store: the ledger %s could not be made again, and is as it was: see that the disk has room for it twice: %w", path, err)
	}
	return nil
}

// View reads what has been written.
func (d *Draft) View(read func(*View) error) error {
	return d.db.View(func(tx *bolt.Tx) error {
		v, err := newView(tx)
		if err != nil {
			return err
		}
		return read(v)
	})
}

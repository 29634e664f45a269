package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"
)

// The bucket "kaunta" says what a file is. Its two keys stay the same in every version.
var (
	versionKey = []byte("version") // 4 bytes, big-endian
	originKey  = []byte("origin")  // an Origin
)

// migrations bring a ledger to the next version, in order: the first from 1 to 2. Each runs in a transaction of its own,
// so that a power cut between two leaves a ledger that goes on from there. testdata keeps a ledger of every version.
func migrations() []func(*bolt.Tx) error { return nil }

// migrate runs the migrations that the ledger has not had.
func migrate(db *bolt.DB, steps []func(*bolt.Tx) error) error {
	var version int
	err := db.View(func(tx *bolt.Tx) (err error) {
		version, err = getVersion(tx)
		return err
	})
	if err != nil {
		return err
	}
	for ; version <= len(steps); version++ {
		err := db.Update(func(tx *bolt.Tx) error {
			if err := steps[version-1](tx); err != nil {
				return fmt.Errorf("bringing the ledger from version %d to %d: %w", version, version+1, err)
			}
			return putVersion(tx, version+1)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// format1 makes the buckets of a new ledger, at the version that follows the last migration.
func format1(tx *bolt.Tx, o Origin) error {
	for _, b := range buckets() {
		if _, err := tx.CreateBucketIfNotExists([]byte(b)); err != nil {
			return err
		}
	}
	record, err := encode(&o, originFields)
	if err != nil {
		return err
	}
	if err := put(tx, aboutBucket, originKey, record); err != nil {
		return err
	}
	return putVersion(tx, 1+len(migrations()))
}

func getVersion(tx *bolt.Tx) (int, error) {
	body, err := get(tx, aboutBucket, versionKey)
	if err != nil {
		return 0, err
	}
	if len(body) != 4 || binary.BigEndian.Uint32(body) == 0 {
		return 0, damaged(aboutBucket, versionKey, errShape)
	}
	return int(binary.BigEndian.Uint32(body)), nil
}

func putVersion(tx *bolt.Tx, version int) error {
	return put(tx, aboutBucket, versionKey, binary.BigEndian.AppendUint32(nil, uint32(version)))
}

// inspect opens the file for reading only, which changes nothing in it, and returns it if it is a
// ledger that this program can use for the environment.
func inspect(path string, o Options) (*bolt.DB, Origin, error) {
	db, err := openFile(path, bolt.Options{ReadOnly: true})
	if err != nil {
		return nil, Origin{}, err
	}
	var origin Origin
	err = guard(func() error {
		return db.View(func(tx *bolt.Tx) (err error) {
			origin, err = look(tx, path, o, 1+len(migrations()))
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

// look reads what the file is, before anything else is believed of it; newest is the version of this program.
func look(tx *bolt.Tx, path string, o Options, newest int) (Origin, error) {
	var origin Origin
	if err := whole(tx, path); err != nil {
		return origin, err
	}
	if tx.Bucket([]byte(aboutBucket)) == nil {
		return origin, fmt.Errorf("store: %s is another program's file, not a ledger: name another file", path)
	}
	version, err := getVersion(tx)
	if err != nil {
		return origin, err
	}
	switch {
	case version > newest:
		return origin, fmt.Errorf("store: the ledger %s was written by a newer version of this program "+
			"(its format is %d, this program knows up to %d): install the newer program again", path, version, newest)
	case version < newest && o.ReadOnly:
		return origin, fmt.Errorf("store: the ledger %s is of an older format: open it once with the till, which brings it up to date", path)
	}
	if version == 1 {
		for _, b := range buckets() {
			if tx.Bucket([]byte(b)) == nil {
				return origin, fmt.Errorf("%w: it has no bucket %s", ErrDamaged, b)
			}
		}
	}
	record, err := get(tx, aboutBucket, originKey)
	if err != nil {
		return origin, err
	}
	if err := decode(record, &origin, originFields); err != nil {
		return origin, damaged(aboutBucket, originKey, err)
	}
	if o.Environment != "" && o.Environment != origin.Environment {
		return origin, fmt.Errorf("store: the ledger %s is for %s, and this is %s: the two are never mixed; name another file",
			path, origin.Environment, o.Environment)
	}
	return origin, nil
}

// whole refuses a file that is shorter than its own account of itself. To read what is not there would be a fault.
func whole(tx *bolt.Tx, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return explain(path, err)
	}
	if info.Size() < tx.Size() {
		return fmt.Errorf("%w: it has been cut short, to %d bytes of %d", ErrDamaged, info.Size(), tx.Size())
	}
	return nil
}

package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// The bucket "kaunta" says what a file is. Its first two keys stay the same in every version.
var (
	versionKey = []byte("version") // 4 bytes, big-endian
	originKey  = []byte("origin")  // an Origin
	seedKey    = []byte("seed")    // 32 random bytes: the chain's beginning
	phonesKey  = []byte("phones")  // 32 random bytes: the key of the hashes of phone numbers
	headKey    = []byte("head")    // the chain's end (chain.go)
)

// version is the version of the ledgers that this program makes, the first that has left the house.
// A file of a newer one is refused; one of an older is made anew, record by record, on the way to
// which its records are read as they were.
const version = 1

// migrate brings an open ledger to this version: it makes a new file, which takes the place of the
// old one when it is whole and flushed. So a power cut leaves one or the other. It takes db over.
func migrate(db *database, path string, o Options, options bolt.Options) (*database, error) {
	found, err := formatOf(db)
	if err == nil && found == version {
		return db, nil
	}
	if err == nil {
		_, err = anew(context.Background(), db, path, o)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, fmt.Errorf("store: the ledger %s could not be brought from version %d to %d, and is as it was: "+
			"see that the disk has room for it twice: %w", path, found, version, err)
	}
	return openFile(path, options)
}

func formatOf(db *database) (found int, err error) {
	err = guard(func() error {
		return db.View(func(tx *bolt.Tx) (err error) {
			found, err = getVersion(tx)
			return err
		})
	})
	return found, err
}

// anew puts a new file of this version in the place of the open ledger, made from its evidence.
// left is how many attempts are damaged.
func anew(ctx context.Context, db *database, path string, o Options) (left int, err error) {
	b := &builder{progress: o.Progress}
	err = replaceBy(db, path, func(to *bolt.DB) error {
		b.db = to
		return b.copy(ctx, db.DB)
	})
	return b.left, err
}

// layOut makes the buckets of a new ledger.
func layOut(tx *bolt.Tx, o Origin) error {
	for _, b := range buckets() {
		if _, err := tx.CreateBucketIfNotExists([]byte(b)); err != nil {
			return err
		}
	}
	var seed, phones [32]byte
	_, _ = rand.Read(seed[:]) // never fails: crypto/rand ends the program instead
	_, _ = rand.Read(phones[:])
	for _, e := range []entry{
		{aboutBucket, originKey, encodeOrigin(o)},
		{aboutBucket, seedKey, seed[:]},
		{aboutBucket, phonesKey, phones[:]},
		{aboutBucket, headKey, head{chain: seed}.bytes()},
	} {
		if err := e.put(tx); err != nil {
			return err
		}
	}
	return putVersion(tx, version)
}

func getVersion(tx *bolt.Tx) (int, error) {
	body, err := get(tx, aboutBucket, versionKey)
	if err != nil {
		return 0, err
	}
	if len(body) != 4 {
		return 0, damaged(aboutBucket, versionKey, errShape)
	}
	return int(binary.BigEndian.Uint32(body)), nil
}

func putVersion(tx *bolt.Tx, version int) error {
	return put(tx, aboutBucket, versionKey, binary.BigEndian.AppendUint32(nil, uint32(version)))
}

// inspect opens the file for reading only, which changes nothing in it, and returns it if it is a
// ledger that this program can use for the environment.
func inspect(path string, o Options) (*database, Origin, error) {
	db, err := openFile(path, bolt.Options{ReadOnly: true})
	if err != nil {
		return nil, Origin{}, err
	}
	var origin Origin
	err = guard(func() error {
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
	if tx.Bucket([]byte(aboutBucket)) == nil {
		return origin, fmt.Errorf("store: %s is another program's file, not a ledger: name another file", path)
	}
	found, err := getVersion(tx)
	if err != nil {
		return origin, err
	}
	needed := buckets()
	if found < version { // what follows from the evidence is made anew
		needed = evidenceBuckets()
	}
	switch {
	case found > version:
		return origin, fmt.Errorf("store: the ledger %s was written by a newer version of this program "+
			"(its format is %d, this program knows up to %d): install the newer program again", path, found, version)
	case found < version && o.ReadOnly:
		return origin, fmt.Errorf("store: the ledger %s is of an older format: open it once with the till or, if it is a backup, restore it; either brings it up to date", path)
	}
	for _, b := range needed {
		if tx.Bucket([]byte(b)) == nil {
			return origin, fmt.Errorf("%w: it has no bucket %s", ErrDamaged, b)
		}
	}
	record, err := get(tx, aboutBucket, originKey)
	if err != nil {
		return origin, err
	}
	if origin, err = decodeOrigin(record); err != nil {
		return origin, damaged(aboutBucket, originKey, err)
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

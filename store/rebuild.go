package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// buildStep is how many attempts go into a new file in one transaction.
const buildStep = 16384

// builder fills a new file with the records of attempts, in the order of their keys, and then with
// all that follows from them.
type builder struct {
	db       *bolt.DB
	coder    *format.Coder
	progress func(done, total int)
	total    int
	left     int // attempts that are damaged, and so are in no index

	ready    []ready            // records that are not in the file yet
	indexes  map[bucket]*sorted // their entries that are not
	gathered int                // bytes of these
}

type ready struct {
	key   key
	value []byte // with its checksum
	sale  pos.SaleID
}

func (b *builder) reader(tx *bolt.Tx) reader {
	return reader{tx: tx, coder: b.coder}
}

func (b *builder) tell(done int) {
	if b.progress != nil {
		b.progress(done, 2*b.total)
	}
}

// records writes what stands ready.
func (b *builder) records(tx *bolt.Tx) error {
	to := tx.Bucket([]byte(attemptsBucket))
	to.FillPercent = attemptsBucket.fill()
	for _, r := range b.ready {
		if err := to.Put(r.key[:], r.value); err != nil {
			return err
		}
		if s, ok := format.ParseKey(r.sale); ok && s != r.key {
			if err := put(tx, salesBucket, saleKey(s, r.key), nil); err != nil {
				return err
			}
		}
	}
	b.ready = b.ready[:0]
	return nil
}

// derive writes the indexes and the totals, from the records.
func (b *builder) derive(ctx context.Context) error {
	totals := map[pos.Day]pos.Totals{}
	b.indexes = map[bucket]*sorted{}
	from := []byte{}
	for done := 0; from != nil; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := b.db.View(func(tx *bolt.Tx) error {
			rd := b.reader(tx)
			c := tx.Bucket([]byte(attemptsBucket)).Cursor()
			k, value := c.Seek(from)
			for n := 0; k != nil && n < buildStep; n++ {
				if err := b.deriveOne(rd, totals, k, value); err != nil {
					return err
				}
				done++
				k, value = c.Next()
			}
			from = bytes.Clone(k)
			return nil
		})
		if err == nil && (from == nil || b.gathered > sortedAtOnce) {
			err = b.writeIndexes()
		}
		if err != nil {
			return err
		}
		b.tell(b.total + done)
	}
	return b.db.Update(func(tx *bolt.Tx) error {
		for at, t := range totals {
			if err := putTotals(tx, at, t); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *builder) deriveOne(rd reader, totals map[pos.Day]pos.Totals, k, value []byte) error {
	r, err := rd.read(k, value)
	var a pos.Attempt
	if err == nil {
		a, err = rd.replay(r)
	}
	if errors.Is(err, ErrDamaged) {
		b.left++
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range rd.entries(r, a) {
		if b.indexes[e.bucket] == nil {
			b.indexes[e.bucket] = &sorted{}
		}
		b.indexes[e.bucket].add(e)
		b.gathered += len(e.key) + len(e.body) + 6
	}
	day := dayOf(r.Key)
	for _, at := range []pos.Day{day, monthKey(day.Month())} {
		t := totals[at]
		t.Add(a, 1)
		totals[at] = t
	}
	return nil
}

// sortedAtOnce is how many bytes of index entries are gathered before they are written, those of a
// million attempts and more.
const sortedAtOnce = 96 << 20

// sorted gathers the entries of an index, to write them in order, so that its pages are filled one
// after the other.
type sorted struct {
	arena []byte // entry after entry: length (1) and bytes of the key, then of the body
	at    []int32
}

func (s *sorted) add(e entry) {
	s.at = append(s.at, int32(len(s.arena)))
	s.arena = append(append(s.arena, byte(len(e.key))), e.key...)
	s.arena = append(append(s.arena, byte(len(e.body))), e.body...)
}

func (s *sorted) entry(at int32) (key, body []byte) {
	n := int32(s.arena[at])
	key = s.arena[at+1 : at+1+n]
	at += 1 + n
	n = int32(s.arena[at])
	return key, s.arena[at+1 : at+1+n : at+1+n]
}

// write empties it into the file. Two attempts of one millisecond may share an entry of the
// receipts: that of who holds it is the last.
func (s *sorted) write(db *bolt.DB, name bucket) error {
	slices.SortFunc(s.at, func(a, b int32) int {
		aKey, aBody := s.entry(a)
		bKey, bBody := s.entry(b)
		return cmp.Or(bytes.Compare(aKey, bKey), bytes.Compare(aBody, bBody))
	})
	for some := range slices.Chunk(s.at, 4*buildStep) {
		err := db.Update(func(tx *bolt.Tx) error {
			to := tx.Bucket([]byte(name))
			to.FillPercent = 0.9
			for _, at := range some {
				key, value := s.entry(at)
				if name.sealed() {
					value = format.Seal(key, value)
				}
				if err := to.Put(key, value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	s.arena, s.at = s.arena[:0], s.at[:0]
	return nil
}

// writeIndexes writes the entries that were gathered.
func (b *builder) writeIndexes() error {
	for name, entries := range b.indexes {
		if err := entries.write(b.db, name); err != nil {
			return err
		}
	}
	b.gathered = 0
	return nil
}

// Rebuild makes the ledger at path anew from its events: the indexes, the totals and the set of
// what is unsettled, in a new file without free pages, which takes the place of the old one when it
// is whole. The evidence and its chain stay as they are. Attempts whose records are damaged are
// kept as they are too, and are in no index: left says how many.
//
// The ledger must be closed. Errors are those of [Open], and ctx's; then nothing has changed.
func Rebuild(ctx context.Context, path string, o Options) (left int, err error) {
	o.ReadOnly = false // a ledger of an older version is brought to this one
	db, _, err := inspect(path, o)
	if err != nil {
		return 0, err
	}
	if err := db.Close(); err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	db, err = openFile(path, bolt.Options{}) // which takes the lock of a writer
	if errors.Is(err, ErrDamaged) {          // its list of free pages is lost, which nothing else depends on
		db, err = openFile(path, bolt.Options{ReadOnly: true})
	}
	if err != nil {
		return 0, err
	}
	left, err = anew(ctx, db, path, o)
	if err := errors.Join(err, db.Close()); err != nil {
		return 0, fmt.Errorf("store: the ledger %s could not be made anew, and is as it was: %w", path, err)
	}
	return left, nil
}

// copy fills the new file with what does not follow from anything else, and then with what does.
func (b *builder) copy(ctx context.Context, old *bolt.DB) error {
	err := old.View(func(was *bolt.Tx) error {
		b.total = was.Bucket([]byte(attemptsBucket)).Stats().KeyN
		return b.db.Update(func(tx *bolt.Tx) error {
			for _, name := range buckets() {
				if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
					return err
				}
			}
			for _, name := range []bucket{aboutBucket, anchorsBucket} {
				err := scan(was, name, nil, func(k, body []byte) error { return put(tx, name, k, body) })
				if err != nil {
					return err
				}
			}
			if err := putVersion(tx, version); err != nil {
				return err
			}
			secret, err := getSecret(tx, phonesKey)
			b.coder = format.NewCoder(secret)
			return err
		})
	})
	if err != nil {
		return err
	}
	from := []byte{}
	for done := 0; from != nil; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := b.db.Update(func(tx *bolt.Tx) error {
			rd := b.reader(tx)
			return old.View(func(was *bolt.Tx) error {
				c := was.Bucket([]byte(attemptsBucket)).Cursor()
				k, value := c.Seek(from)
				for n := 0; k != nil && n < buildStep; n++ {
					if len(k) != idSize {
						return damaged(attemptsBucket, k, errShape)
					}
					next := ready{key: key(k), value: bytes.Clone(value)}
					if r, err := rd.read(k, value); err == nil {
						next.sale = r.Events[0].Asked.Sale
					}
					b.ready = append(b.ready, next)
					done++
					k, value = c.Next()
				}
				from = bytes.Clone(k)
				return b.records(tx)
			})
		})
		if err != nil {
			return err
		}
		b.tell(done)
	}
	return b.derive(ctx)
}

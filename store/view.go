package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"kaunta/pos"
	"kaunta/store/format"
)

// View is a ledger's file at one moment, for one goroutine: what package maintain reads. What it
// hands out is the file's own memory, and ends with the view.
type View struct {
	reader
	l      *Ledger // nil for a file that is being made
	hasher *format.Hasher
}

// Views calls read with n views of one moment. A goroutine of its own needs [Guard].
func (l *Ledger) Views(n int, read func([]*View) error) error {
	defer l.reads.begin()()
	err := Guard(func() error {
		if err := l.db.current(); err != nil {
			return err
		}
		var views []*View
		end := func() {
			for _, v := range views {
				_ = v.tx.Rollback()
			}
			views = views[:0]
		}
		defer end()
		for len(views) < n {
			tx, err := l.db.Begin(false)
			if err != nil {
				return err
			}
			if len(views) > 0 && tx.ID() != views[0].tx.ID() { // there was a commit between them
				end()
			}
			views = append(views, &View{reader{tx: tx, coder: l.coder}, l, format.NewHasher()})
		}
		return read(views)
	})
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

// view runs read in a transaction.
func (l *Ledger) view(read func(reader) error) error {
	return l.Views(1, func(v []*View) error { return read(v[0].reader) })
}

// read is what a read of the ledger returns, in one short transaction.
func read[T any](l *Ledger, from func(reader) (T, error)) (found T, err error) {
	err = l.view(func(rd reader) (err error) {
		found, err = from(rd)
		return err
	})
	return found, err
}

// newView is a view of a file that is not an open ledger.
func newView(tx *bolt.Tx) (*View, error) {
	secret, err := getSecret(tx, phonesKey)
	return &View{reader{tx: tx, coder: format.NewCoder(secret)}, nil, format.NewHasher()}, err
}

// Rows are the rows of a bucket in the order of their keys, from one key on; nil is the first.
func (v *View) Rows(b Bucket, from []byte) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		bucket := v.tx.Bucket([]byte(b))
		if bucket == nil { // which Open allows only of those of shifts and people
			return
		}
		c := bucket.Cursor()
		var last []byte
		for k, value := c.Seek(from); k != nil; k, value = c.Next() {
			var err error
			if value == nil || last != nil && bytes.Compare(last, k) >= 0 {
				err = damaged(b, k, errOrder)
			}
			if !yield(Row{b, k, value}, err) {
				return
			}
			last = k
		}
	}
}

// All are all rows of the ledger, bucket by bucket, with pauses in which a till can write.
func (v *View) All(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		pace := pace{ctx: ctx, l: v.l, begun: time.Now()}
		for _, b := range Buckets() {
			for row, err := range v.Rows(b, nil) {
				if err == nil {
					err = pace.done(len(row.Key) + len(row.Value))
				}
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

// Count is how many rows a bucket has.
func (v *View) Count(b Bucket) int {
	if bucket := v.tx.Bucket([]byte(b)); bucket != nil {
		return bucket.Stats().KeyN
	}
	return 0
}

// Value is that of a row; nil where there is none.
func (v *View) Value(b Bucket, k []byte) []byte { return value(v.tx, b, k) }

// Record decodes a row of the bucket of records.
func (v *View) Record(row Row) (*Record, error) { return v.read(row.Key, row.Value) }

// Attempt is what the events of a record, and those of the other attempts of its sale, come to.
func (v *View) Attempt(r *Record) (pos.Attempt, error) { return v.replay(r) }

// Entries are what the indexes should say of an attempt. Where attempts share an entry, the greater
// value stands.
func (v *View) Entries(r *Record, a pos.Attempt) []Row { return v.entries(r, a) }

// ShopRecord decodes a row of the bucket of shifts and people, and says what the indexes should say
// of it.
func (v *View) ShopRecord(row Row) (*Record, []Row, error) {
	r, err := v.readShop(row.Key, row.Value)
	if err != nil {
		return nil, nil, err
	}
	entries, err := shopEntries(&r.Record)
	if err != nil {
		return r, nil, damaged(ShopBucket, row.Key, err)
	}
	return r, entries, nil
}

// Shift is what the events of a record come to; false where it is a person's.
func (v *View) Shift(r *Record) (s pos.Shift, ok bool) {
	if ofPerson(&r.Record) {
		return s, false
	}
	s, err := shiftFrom(&r.Record)
	return s, err == nil
}

// ShiftPayments are the payments with an event that is stamped with the shift, and the others of
// their sales.
func (v *View) ShiftPayments(shift format.Key) ([]pos.Dossier, error) { return v.shiftPayments(shift) }

// Leaf is what the chain covers of the ith event of a record.
func (v *View) Leaf(r *Record, i int) [32]byte { return v.hasher.Leaf(v.coder, &r.Record, i) }

// Start is where the chain begins, which no two ledgers have in common.
func (v *View) Start() (Anchor, error) {
	seed, err := getSecret(v.tx, seedKey)
	if err != nil {
		return Anchor{}, err
	}
	return Anchor{Hash: [32]byte(seed)}, nil
}

// End is where the chain ends.
func (v *View) End() (Anchor, error) { return getHead(v.tx) }

// CheckPages looks at the pages of a file that nobody writes, and calls damaged with what is wrong
// with them. lost reports that the list of free pages is lost, on which nothing else depends.
func (v *View) CheckPages(damaged func(error)) (lost bool, err error) {
	if !v.l.readOnly { // bbolt's own check looks at what a writer changes
		return false, nil
	}
	if err := checkFirstPages(v.l.db.file); err != nil {
		damaged(err)
	}
	if _, lost, err = freePages(v.l.db.file); lost || err != nil { // the check begins with it
		return lost, err
	}
	for err := range v.tx.Check() {
		damaged(fmt.Errorf("page structure: %w", err))
	}
	return false, nil
}

// Snapshot writes the pages of the ledger to w, as they are when it begins, damage and free pages
// included: for maintain.VerifyFile, which looks at pages too. It reads them as bytes, and so meets
// nothing that could end the process.
func (l *Ledger) Snapshot(ctx context.Context, w io.Writer) error {
	return l.view(func(rd reader) error {
		_, err := rd.tx.WriteTo(&paced{w, pace{ctx: ctx, l: l, begun: time.Now()}})
		return err
	})
}

// paced passes bytes on with pauses.
type paced struct {
	io.Writer
	pace
}

func (p *paced) Write(b []byte) (int, error) {
	if err := p.done(len(b)); err != nil {
		return 0, err
	}
	return p.Writer.Write(b)
}

// pace makes the pauses of long work, in which a till can write: after each paceStep bytes one as
// long as they took, but not above maxPause.
type pace struct {
	ctx   context.Context
	l     *Ledger
	size  int
	begun time.Time
}

const (
	paceStep = 1 << 20
	maxPause = 100 * time.Millisecond
)

// done takes note of bytes that were worked on, and returns an error where the work must end.
func (p *pace) done(n int) error {
	if p.size += n; p.size < paceStep {
		return nil
	}
	pause := min(time.Since(p.begun), maxPause)
	if p.l.readOnly { // nobody sells
		pause = 0
	}
	err := p.l.pause(p.ctx, pause)
	p.size, p.begun = 0, time.Now()
	return err
}

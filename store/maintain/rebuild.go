package maintain

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/disk"
	"kaunta/store/format"
)

// Open opens the ledger at path as store.Open does, and brings one of an older version to this one
// first.
func Open(path string, o store.Options) (*store.Ledger, error) {
	l, err := store.Open(path, o)
	if !errors.Is(err, store.ErrOlder) || o.ReadOnly {
		return l, err
	}
	if _, err := Rebuild(context.Background(), path, o, nil); err != nil {
		return nil, err
	}
	return store.Open(path, o)
}

// rebuildStep is how many bytes go into a new file in one transaction.
const rebuildStep = 8 << 20

// Rebuild makes the ledger at path again from its events: the indexes, the totals and the set of
// what is unsettled, in a new file without free pages, which takes the place of the old one when it
// is whole. The evidence and its chain stay as they are. Attempts, shifts and people whose records
// are damaged are kept as they are too, and are in no index: left says how many.
//
// The ledger must be closed. Errors are those of store.Open, and ctx's; then nothing has changed.
func Rebuild(ctx context.Context, path string, o store.Options, progress func(done, total int)) (left int, err error) {
	b := &builder{ctx: ctx, progress: progress}
	err = store.Remake(path, o, func(old *store.View, draft *store.Draft) error {
		b.total = old.Count(store.RecordsBucket)
		if err := b.fill(draft, b.evidence(old)); err != nil {
			return err
		}
		return b.derive(draft)
	})
	return b.left, err
}

// builder fills a new file.
type builder struct {
	ctx         context.Context
	progress    func(done, total int)
	total, done int // attempts, of which each is read twice
	left        int // those that are damaged, and so are in no index
}

func (b *builder) fill(draft *store.Draft, rows iter.Seq2[store.Row, error]) error {
	return draft.Fill(rows, rebuildStep, func(int) {
		if b.progress != nil {
			b.progress(b.done, 2*b.total)
		}
	})
}

// attempts calls visit for each record of a file, from one key on, with the error of one that is
// damaged, until visit returns false.
func (b *builder) attempts(view *store.View, from []byte, visit func(row store.Row, r *store.Record, damage error) bool) error {
	for row, err := range view.Rows(store.RecordsBucket, from) {
		if err == nil {
			err = b.ctx.Err()
		}
		if err != nil {
			return err
		}
		r, err := view.Record(row)
		if err != nil && !errors.Is(err, store.ErrDamaged) || len(row.Key) != format.KeySize {
			return err
		}
		b.done++
		if !visit(row, r, err) {
			break
		}
	}
	return nil
}

// evidence are the rows that do not follow from anything else, and what names the attempts of a
// sale, without which none can be replayed.
func (b *builder) evidence(old *store.View) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		for _, bucket := range []store.Bucket{store.AboutBucket, store.AnchorsBucket} {
			for row, err := range old.Rows(bucket, nil) {
				if err == nil {
					_, err = row.Body()
				}
				if today := store.VersionRow(); bytes.Equal(row.Key, today.Key) {
					row = today
				}
				if !yield(row, err) {
					return
				}
			}
		}
		for row, err := range old.Rows(store.ShopBucket, nil) {
			if err == nil {
				_, _, err = old.ShopRecord(row)
				if errors.Is(err, store.ErrDamaged) { // it stays as it is
					err = nil
				}
			}
			if !yield(row, err) {
				return
			}
		}
		err := b.attempts(old, nil, func(row store.Row, r *store.Record, _ error) bool {
			ok := yield(row, nil)
			if r != nil && ok {
				if sale, more := store.SaleRow(&r.Record); more {
					ok = yield(sale, nil)
				}
			}
			return ok
		})
		if err != nil {
			yield(store.Row{}, err)
		}
	}
}

// derive writes the indexes and the totals, from the records.
func (b *builder) derive(draft *store.Draft) error {
	totals := map[pos.Day]pos.Totals{}
	indexes := sorted{}
	err := draft.View(func(view *store.View) error {
		for row := range view.Rows(store.ShopBucket, nil) {
			_, entries, err := view.ShopRecord(row)
			if err != nil {
				b.left++
			}
			for _, e := range entries {
				indexes.add(e)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	// Nothing can be written while a view is open, so it is one after the other.
	for from := []byte{}; from != nil; {
		size, at := 0, from
		from = nil
		err := draft.View(func(view *store.View) error {
			return b.attempts(view, at, func(row store.Row, r *store.Record, damage error) bool {
				var a pos.Attempt
				if damage == nil {
					a, damage = view.Attempt(r)
				}
				if damage != nil {
					b.left++
					return true
				}
				for _, e := range view.Entries(r, a) {
					size += indexes.add(e)
				}
				for _, at := range store.Periods(r.Key) {
					t := totals[at]
					t.Add(a, 1)
					totals[at] = t
				}
				if size > sortedAtOnce {
					from = append(bytes.Clone(row.Key), 0)
				}
				return from == nil
			})
		})
		if err == nil {
			err = b.fill(draft, indexes.rows())
		}
		if err != nil {
			return err
		}
	}
	return draft.Fill(func(yield func(store.Row, error) bool) {
		for at, t := range totals {
			if !yield(store.TotalsRow(at, t), nil) {
				return
			}
		}
	}, rebuildStep, func(int) {})
}

// sortedAtOnce is how many bytes of index entries are gathered before they are written, those of a
// million attempts and more.
const sortedAtOnce = 96 << 20

// sorted gathers the entries of indexes, to write them in order, so that their pages are filled one
// after the other.
type sorted map[store.Bucket]*gathered

type gathered struct {
	arena []byte // entry after entry: length (1) and bytes of the key, then of the value
	at    []int32
}

func (s sorted) add(e store.Row) (size int) {
	g := s[e.Bucket]
	if g == nil {
		g = &gathered{}
		s[e.Bucket] = g
	}
	was := len(g.arena)
	g.at = append(g.at, int32(was))
	g.arena = append(append(g.arena, byte(len(e.Key))), e.Key...)
	g.arena = append(append(g.arena, byte(len(e.Value))), e.Value...)
	return len(g.arena) - was + 4
}

func (g *gathered) entry(at int32) (key, value []byte) {
	n := int32(g.arena[at])
	key = g.arena[at+1 : at+1+n]
	at += 1 + n
	n = int32(g.arena[at])
	return key, g.arena[at+1 : at+1+n]
}

// rows are the entries in order, which are gathered no longer then. Of two with one key the greater
// value comes last, and stands.
func (s sorted) rows() iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		for bucket, g := range s {
			slices.SortFunc(g.at, func(a, b int32) int {
				aKey, aValue := g.entry(a)
				bKey, bValue := g.entry(b)
				return cmp.Or(bytes.Compare(aKey, bKey), bytes.Compare(aValue, bValue))
			})
			for _, at := range g.at {
				key, value := g.entry(at)
				if !yield(store.Row{Bucket: bucket, Key: key, Value: value}, nil) {
					return
				}
			}
		}
		clear(s)
	}
}

// Compact makes the ledger at path again as [Rebuild] does, and keeps the old file as path.bak
// until check, given the path of the new one, has found it well; nil is [VerifyFile]. Where it is
// not well, the old file stays next to it, and the error is an ErrDamaged.
//
// before and after are sizes in bytes. The ledger must be closed. Other errors are those of
// Rebuild; then nothing has changed.
func Compact(ctx context.Context, path string, o store.Options, progress func(done, total int),
	check func(ctx context.Context, path string) (Report, error),
) (before, after int64, err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if check == nil {
		check = func(ctx context.Context, path string) (Report, error) { return VerifyFile(ctx, path, nil) }
	}
	if err := store.Usable(path); err != nil {
		return 0, 0, err
	}
	if err := disk.Private(path); err != nil {
		return 0, 0, err
	}
	old := path + ".bak"
	if _, err := os.Lstat(old); !errors.Is(err, fs.ErrNotExist) {
		return 0, 0, fmt.Errorf("store: there is a file %s already, perhaps of a compaction that was interrupted: "+
			"run kaunta verify, and move it away if the ledger is well", old)
	}
	release, _, _, err := store.Hold(path)
	if err != nil {
		return 0, 0, err
	}
	was, err := os.Stat(path)
	if err := errors.Join(err, release()); err != nil {
		return 0, 0, fmt.Errorf("store: %w", err)
	}
	if err := keepAs(ctx, path, old); err != nil {
		return 0, 0, fmt.Errorf("store: the old ledger cannot be kept as %s, and nothing was changed: %w", old, err)
	}
	if _, err := Rebuild(ctx, path, o, progress); err != nil {
		return 0, 0, errors.Join(err, os.Remove(old))
	}
	report, err := check(ctx, path)
	if err == nil {
		err = report.Whole()
	}
	if err != nil {
		return 0, 0, fmt.Errorf("the ledger was made again, and the old one is kept as %s: %w", old, err)
	}
	is, err := os.Stat(path)
	if err != nil {
		return 0, 0, fmt.Errorf("store: %w", err)
	}
	return was.Size(), is.Size(), errors.Join(os.Remove(old), disk.SyncFolder(filepath.Dir(path)))
}

// keepAs gives the file at path a second name, or makes a copy of it where the file system knows no
// links.
func keepAs(ctx context.Context, path, as string) error {
	if os.Link(path, as) == nil {
		return disk.SyncFolder(filepath.Dir(as))
	}
	temporary, err := disk.Copy(ctx, path, as)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	return disk.Publish(temporary, as, false)
}

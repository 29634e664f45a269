package store

import (
	"context"
	"testing"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// What is said to be unused is what no row of the ledger stands in, whether that is little or much.
func TestUnused(t *testing.T) {
	l := open(t, newPath(t), training)
	look := func() (unused, size, used int64) {
		t.Helper()
		err := l.db.View(func(tx *bolt.Tx) error {
			return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
				s := b.Stats()
				used += int64(s.BranchPageN+s.BranchOverflowN+s.LeafPageN+s.LeafOverflowN) * pageSize
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		unused, size, err = Unused(l.Path())
		if err != nil {
			t.Fatal(err)
		}
		return unused, size, used
	}
	var events []pos.Event
	for n := range 3000 {
		e := asked(n)
		events = append(events, e, pushed(e), paid(e, receiptOf(n)))
	}
	if err := l.AppendAll(context.Background(), events); err != nil {
		t.Fatal(err)
	}
	// A row that grew and went leaves many pages behind it.
	put := func(n int) {
		t.Helper()
		err := l.db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("big"))
			if err == nil {
				err = b.Put([]byte("k"), make([]byte, n))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, big := range []int64{0, 5 << 20, 300 << 20} { // the last is more pages than the count in a page's head can say
		put(int(big))
		put(0)
		put(0) // what the commit before set free is in the list now
		unused, size, used := look()
		// The list itself, the two first pages and the pages of the commit before are neither.
		if rest := size - used - unused; unused < big || rest < 0 || rest > 1<<20+big/100 {
			t.Errorf("after a row of %d MiB: %d bytes of %d are used and %d unused", big>>20, used, size, unused)
		}
	}
	if _, _, err := Unused(l.Path() + ".none"); err == nil {
		t.Error("a file that is not there")
	}
}

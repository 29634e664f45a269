package store

import (
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// What is said to be unused is what no row of the ledger stands in, whether that is little or much.
func TestUnused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: pageSize, NoSync: true, FreelistType: bolt.FreelistMapType})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	look := func() (unused, size, used int64) {
		t.Helper()
		err := db.View(func(tx *bolt.Tx) error {
			return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
				s := b.Stats()
				used += int64(s.BranchPageN+s.BranchOverflowN+s.LeafPageN+s.LeafOverflowN) * pageSize
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		unused, size, err = Unused(path)
		if err != nil {
			t.Fatal(err)
		}
		return unused, size, used
	}
	// A row that grew and went leaves many pages behind it.
	put := func(n int) {
		t.Helper()
		err := db.Update(func(tx *bolt.Tx) error {
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
	if _, _, err := Unused(path + ".none"); err == nil {
		t.Error("a file that is not there")
	}
}

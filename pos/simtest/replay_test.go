package simtest

import (
	"path/filepath"
	"slices"
	"testing"
)

// A seed replays exactly: the same world twice is the same, line by line.
func TestReplay(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		path := filepath.Join(folder(t), "shop.ledger")
		first, second := runWorld(t, seed, worldSales, path), runWorld(t, seed, worldSales, path)
		if first == nil || second == nil {
			return
		}
		if slices.Equal(first.notes, second.notes) {
			continue
		}
		for i, n := range first.notes {
			if i >= len(second.notes) || n != second.notes[i] {
				t.Errorf("seed %d: line %d of the history is %v, and then %v", seed, i, n, second.notes[min(i, len(second.notes)-1)])
				break
			}
		}
	}
}

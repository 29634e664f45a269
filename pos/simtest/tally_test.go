package simtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// tally counts what happened, by name.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (t *tally) add(what string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	t.counts[what] += n
}

func (t *tally) addAll(other *tally) {
	for what, n := range other.counts {
		t.add(what, n)
	}
}

// String lists the counts by name, several to a line.
func (t *tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	width := 0
	for _, what := range slices.Sorted(maps.Keys(t.counts)) {
		item := fmt.Sprintf("%s %d", what, t.counts[what])
		if width += len(item) + 3; width > 110 {
			b.WriteString("\n")
			width = len(item)
		} else if b.Len() > 0 {
			b.WriteString(" · ")
		}
		b.WriteString(item)
	}
	return b.String()
}

package format

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"kaunta/pos"
	"kaunta/store/trade"
)

var newDictionary = flag.Bool("new-dictionary", false, "write dictionary/1.txt again; never, once it has shipped")

// traded are the records of some attempts of a made-up trade.
func traded(t testing.TB, c *Coder, seed uint64, attempts int) []*Record {
	t.Helper()
	records := map[pos.AttemptID]*Record{}
	n, h := uint64(0), NewHasher()
	enough := errors.New("enough")
	err := trade.Fill(func(e pos.Event) error {
		r := records[e.Attempt]
		if r == nil {
			if len(records) == attempts {
				return enough
			}
			k, _ := ParseKey(e.Attempt)
			r = &Record{Key: k}
			records[e.Attempt] = r
		}
		if err := c.Add(r, Stored(e)); err != nil {
			return err
		}
		n++
		last := &r.Events[len(r.Events)-1]
		last.N = n
		leaf := h.Leaf(c, r, len(r.Events)-1)
		copy(last.Mark[:], leaf[:])
		return nil
	}, trade.Options{Seed: seed, From: 20261101, Days: 100})
	if err != nil && !errors.Is(err, enough) {
		t.Fatal(err)
	}
	return slices.SortedFunc(maps.Values(records), func(a, b *Record) int { return bytes.Compare(a.Key[:], b.Key[:]) })
}

// TestDictionary: the dictionary is some whole records and then one line of each common form, the
// most common last, since zstd reaches what is near for less.
func TestDictionary(t *testing.T) {
	c := NewCoder(bytes.Repeat([]byte{7}, 32))
	type form struct {
		text  string
		count int
	}
	forms := map[string]*form{}
	var b []byte
	for at, r := range traded(t, c, 77, 4000) {
		if at%500 == 0 {
			b = append(b, r.lines()...)
		}
		for i := range r.Events {
			line := string(r.Events[i].Line)
			name := strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'Z' {
					return -1
				}
				return r
			}, line)
			if forms[name] == nil {
				forms[name] = &form{text: line}
			}
			forms[name].count++
		}
	}
	common := slices.SortedFunc(maps.Values(forms), func(a, b *form) int {
		return cmp.Or(a.count-b.count, strings.Compare(a.text, b.text))
	})
	for _, f := range common[max(0, len(common)-24):] {
		b = append(append(b, f.text...), '\n')
	}
	if *newDictionary {
		if err := os.WriteFile("dictionary/1.txt", b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d forms, %d bytes", len(forms), len(b))
	size, records := 0, traded(t, c, 5, 2000)
	for _, r := range records {
		size += len(c.Value(r))
	}
	each := size / len(records)
	t.Logf("a record takes %d bytes", each)
	if each > 270 {
		t.Errorf("a record takes %d bytes, want no more than 270", each)
	}
}

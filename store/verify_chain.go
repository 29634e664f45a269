package store

import (
	"bytes"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// chain goes on to the next event.
func (v *verifier) chain(l link) {
	day := pos.DayOf(l.at)
	if v.head.n > 0 && day != v.head.day {
		v.anchors[v.head.day] = v.head
	}
	next := v.head.next(l.digest, day)
	if next.mark() != l.mark {
		v.brokenAt(l, fmt.Sprintf("its event, number %d of the ledger, is not the one that was written", l.n))
		return
	}
	v.head = next
}

func (v *verifier) brokenAt(l link, what string) {
	v.broken, v.waiting = true, nil
	v.wrong(evidence, &l.row, "%s", what)
}

// waiting is a heap of events that came before those that they follow.
type waiting []link

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return w[i].n < w[j].n }
func (w waiting) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(x any)        { *w = append(*w, x.(link)) }
func (w *waiting) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}

// ends compares the end of the chain and its anchors.
func (v *verifier) ends(tx *bolt.Tx) {
	if len(v.waiting) > 0 {
		v.brokenAt(v.waiting[0], fmt.Sprintf("event %d of the ledger, which comes before it, is missing", v.head.n+1))
	}
	if v.broken {
		return
	}
	last, err := getHead(tx)
	switch {
	case err != nil:
		v.wrong(evidence, nil, "%v", err)
	case last.n > v.head.n:
		v.wrong(evidence, nil, "the ledger has had %d events, and the last %d are missing", last.n, last.n-v.head.n)
	case last != v.head:
		v.wrong(evidence, nil, "the chain of hashes does not end where the ledger says")
	}
	v.report.Last = Anchor{Day: v.head.day, Events: v.head.n, Hash: v.head.chain}
	err = scan(tx, anchorsBucket, nil, func(k, body []byte) error {
		if len(k) != 4 || len(body) != anchorSize {
			return damaged(anchorsBucket, k, errShape)
		}
		day := pos.Day(binary.BigEndian.Uint32(k))
		h, ok := v.anchors[day]
		delete(v.anchors, day)
		if !ok || !bytes.Equal(h.anchor(), body) {
			v.wrong(evidence, nil, "the anchor of %s is not the end of the chain on that day", day)
		}
		return nil
	})
	if err != nil {
		v.wrong(evidence, nil, "%v", err)
	}
	for _, day := range sortedDays(v.anchors) {
		v.wrong(evidence, nil, "the anchor of %s is missing", day)
	}
}

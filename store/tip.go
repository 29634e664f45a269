package store

import (
	"bytes"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// tip is the end of the ledger as the committing goroutine remembers it from one commit to the
// next, so that it need not read it again for each event: nobody else writes the file. A commit
// takes it from the ledger, and gives it back when it is on disk; after any other end it is read
// again.
type tip struct {
	head    Anchor
	kinds   []string               // of the events
	until   uint64                 // what is from before this moment, in milliseconds, is forgotten when it ends
	totals  map[pos.Day]pos.Totals // of the days and months that payments came to lately
	records map[key]*Record        // that were written lately: for as long as the file has them so
	staff   map[pos.StaffID]bool   // who of those that did something lately works here

	unsettled int // attempts
}

// maxRecent bounds each of the three.
const maxRecent = 128

func readTip(tx *bolt.Tx) (*tip, error) {
	t := &tip{totals: map[pos.Day]pos.Totals{}, records: map[key]*Record{}, staff: map[pos.StaffID]bool{}}
	var err error
	if t.head, err = getHead(tx); err != nil {
		return nil, err
	}
	if t.kinds, err = getKinds(tx); err != nil {
		return nil, err
	}
	if t.until, err = getForgotten(tx); err != nil {
		return nil, err
	}
	c := tx.Bucket([]byte(unsettledBucket)).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		t.unsettled++
	}
	return t, nil
}

// take reads the record of an attempt, for an event to be added to it: from then on it is not in
// the tip, until it has been written.
func (b *batch) take(k key) (*Record, error) {
	value, err := b.value(k)
	if err != nil {
		return nil, err
	}
	r := b.records[k]
	delete(b.records, k)
	if r != nil && bytes.Equal(r.sealed, value) {
		return r, nil
	}
	return b.read(k[:], bytes.Clone(value))
}

// keep remembers a record that has been written.
func (b *batch) keep(r *Record) {
	if len(b.records) >= maxRecent {
		clear(b.records)
	}
	if last := r.Events[len(r.Events)-1]; last.Answer != nil {
		last.Answer.Raw = nil // as it is read for those who want no bodies
	}
	b.records[r.Key] = r
}

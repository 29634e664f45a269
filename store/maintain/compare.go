package maintain

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"kaunta/pos"
	"kaunta/store"
)

// often is how many rows are read between two looks whether the work is to end.
const often = 1024

// indexes reads every entry of the indexes, and all pages where nobody writes.
func (v *verifier) indexes(view *store.View) error {
	for _, b := range indexBuckets() {
		n := 0
		for row, err := range view.Rows(b, nil) {
			if n++; n%often == 0 && v.ctx.Err() != nil {
				return v.ctx.Err()
			}
			if err == nil {
				_, err = row.Body()
			}
			if err != nil {
				v.wrong(derived, nil, "%v", err)
			}
			v.present.add(v.seed, row, 1)
		}
	}
	lost, err := view.CheckPages(func(err error) { v.wrong(evidence, nil, "%v", err) })
	if lost {
		v.wrong(derived, nil, "the list of free pages is lost")
	}
	return err
}

// indexBuckets are those that follow from the events, but for the totals.
func indexBuckets() []store.Bucket {
	return slices.DeleteFunc(store.DerivedBuckets(), func(b store.Bucket) bool { return b == store.TotalsBucket })
}

// ends compares the end of the chain and its anchors.
func (v *verifier) ends(view *store.View) {
	if len(v.waiting) > 0 {
		v.missing()
	}
	if v.broken {
		return
	}
	at := v.report.Last
	switch last, err := view.End(); {
	case err != nil:
		v.wrong(evidence, nil, "%v", err)
	case last.Events > at.Events:
		v.wrong(evidence, nil, "the ledger has had %d events, and the last %d are missing", last.Events, last.Events-at.Events)
	case last != at:
		v.wrong(evidence, nil, "the chain of hashes does not end where the ledger says")
	}
	v.periods(view, store.AnchorsBucket, evidence, v.anchors, "the anchor of %s is not the end of the chain on that day", "the anchor of %s is missing")
}

// compare holds totals and indexes against what the events say.
func (v *verifier) compare(view *store.View) error {
	wanted := map[string]store.Row{}
	for at, t := range v.totals {
		row := store.TotalsRow(at, t)
		if t != (pos.Totals{}) || view.Value(row.Bucket, row.Key) != nil {
			wanted[string(row.Key)] = row
		}
	}
	v.periods(view, store.TotalsBucket, derived, wanted, "the totals of %s are not the sum of its rows", "the totals of %s are missing")
	for _, b := range indexBuckets() {
		if v.present[b] != v.wanted[b] {
			if err := v.pinpoint(view, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// periods compares the rows of days and months with those that should be there.
func (v *verifier) periods(view *store.View, b store.Bucket, sort int, wanted map[string]store.Row, differs, missing string) {
	name := func(k []byte) string {
		if len(k) != 4 {
			return "a day that is none"
		}
		at := pos.Day(binary.BigEndian.Uint32(k))
		if at%100 == 0 {
			return at.Month().String()
		}
		return at.String()
	}
	for row, err := range view.Rows(b, nil) {
		if err != nil || !bytes.Equal(wanted[string(row.Key)].Value, row.Value) {
			v.wrong(sort, nil, differs, name(row.Key))
		}
		delete(wanted, string(row.Key))
	}
	for _, k := range slices.Sorted(maps.Keys(wanted)) {
		v.wrong(sort, nil, missing, name([]byte(k)))
	}
}

// pinpoint finds what differs in an index whose sum does.
func (v *verifier) pinpoint(view *store.View, b store.Bucket) error {
	before, n := v.count[derived], 0
	for row := range view.Rows(store.ShopBucket, nil) {
		if r, entries, err := view.ShopRecord(row); err == nil {
			v.named(view, b, r, entries, r.Events[0].At)
		}
	}
	for row := range view.Rows(store.RecordsBucket, nil) {
		if n++; n%often == 0 && v.ctx.Err() != nil {
			return v.ctx.Err()
		}
		r, err := view.Record(row)
		if err != nil {
			continue // said already
		}
		a, err := view.Attempt(r)
		if err != nil {
			continue
		}
		v.named(view, b, r, view.Entries(r, a), a.AskedAt)
	}
	if v.present[b].n > v.wanted[b].n || v.count[derived] == before {
		v.wrong(derived, nil, "the index of %s has an entry that no attempt accounts for", b)
	}
	return nil
}

// named looks for the entries of a record in an index.
func (v *verifier) named(view *store.View, b store.Bucket, r *store.Record, entries []store.Row, at time.Time) {
	for _, e := range entries {
		if e.Bucket != b {
			continue
		}
		is := view.Value(b, e.Key)
		shared := b == store.ReceiptsBucket && bytes.Compare(is, e.Value) > 0 // with one of the same millisecond
		if is == nil || !shared && !bytes.Equal(is, e.Value) {
			v.wrong(derived, &place{r.Key, at}, "the index of %s does not name it rightly", b)
		}
	}
}

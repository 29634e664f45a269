package store

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// maxCallbacks is how many callbacks of one attempt are kept whatever they say; of later ones only
// those that change what is known. Somebody with a secret address must not be able to fill the
// disk.
const maxCallbacks = 64

// step is one event, ready to be written: everything that can be refused has been looked at, so
// that writing it leaves nothing half done.
type step struct {
	record *Record // with the event at its end, not chained yet

	before, after pos.Attempt
	index         []Row // what the indexes said before
	changed       bool
	skip          bool // nothing is to be written
	needed        bool // an event about it follows, so its phone number is not forgotten yet
}

// batch is what the events of one commit share: the end of the chain, and the totals that they
// change.
type batch struct {
	reader
	*tip
	was   map[pos.Day]pos.Totals // the totals that have changed, as they are in the file
	dirty bool
}

// begin reads what a commit goes on from.
func (l *Ledger) begin(tx *bolt.Tx) (*batch, error) {
	b := &batch{reader: reader{tx: tx, coder: l.coder}, tip: l.tip, was: map[pos.Day]pos.Totals{}}
	l.tip = nil
	if b.tip == nil {
		var err error
		if b.tip, err = readTip(tx); err != nil {
			return nil, err
		}
	}
	if len(b.totals) >= maxRecent {
		clear(b.totals)
	}
	if len(b.staff) >= maxRecent {
		clear(b.staff)
	}
	b.recent = b.records
	return b, makeShop(tx)
}

// apply prepares and writes the event e, and what it means for other sales. refused is why e cannot
// be, and then nothing is written; err leaves the transaction unusable.
func (b *batch) apply(e pos.Event) (n step, refused, err error) {
	if n, refused = b.prepare(e); refused != nil {
		return n, refused, nil
	}
	more, refused := b.twice(n)
	if refused != nil {
		return n, refused, nil
	}
	n.needed = slices.ContainsFunc(more, func(e pos.Event) bool { return e.Attempt == n.after.ID })
	if err = b.write(&n); err != nil {
		return n, nil, err
	}
	for _, e := range more {
		also, refused := b.prepare(e)
		if refused != nil {
			continue // the other sale cannot be read, or not be written
		}
		if err := b.write(&also); err != nil {
			return n, nil, err
		}
		if e.Attempt == n.after.ID {
			n.after, n.changed = also.after, true
		}
	}
	return n, nil, nil
}

// prepare reads what the event e changes. It writes nothing. The errors are the caller's own: the
// event names no attempt, or cannot be, or a record it needs is damaged.
func (b *batch) prepare(e pos.Event) (step, error) {
	switch {
	case e.Kind == 0:
		return step{}, errors.New("store: an event without a kind")
	case e.Kind.Record() != pos.RecordPayment:
		return step{}, fmt.Errorf("store: %v is no event of a payment", e.Kind)
	}
	k, err := keyOf(e.Attempt)
	if err != nil {
		return step{}, err
	}
	if e, err = b.stamp(e); err != nil {
		return step{}, err
	}
	r, sale, err := b.saleOf(k, e)
	if err != nil {
		return step{}, err
	}
	n := step{record: r}
	for _, a := range sale {
		if a.ID == e.Attempt {
			n.before = a
			n.index = b.entries(r, a)
		}
	}
	e = format.Stored(e)
	if e.UsedBy, err = b.holder(claimed(e), k); err != nil {
		return step{}, err
	}
	if id := namesID(e); id != "" && id != n.before.CheckoutRequestID {
		if e.IDUsedBy, err = b.idHolder(id, k); err != nil {
			return step{}, err
		}
	}
	if err := b.coder.Add(&r.Record, e); err != nil {
		return step{}, fmt.Errorf("store: event of attempt %s: %w", e.Attempt, err)
	}
	kept := r.Events[len(r.Events)-1].Event

	next, i, changed := sale.Apply(kept)
	if i < 0 {
		return step{}, fmt.Errorf("store: attempt %s: %w", e.Attempt, pos.ErrNotFound)
	}
	n.after, n.changed = next[i], changed
	known, callbacks, err := b.recorded(r)
	if err != nil {
		return step{}, err
	}
	crowded := r.Crowded() && e.Answer != nil || callbacks >= maxCallbacks && e.Kind == pos.EventCalledBack
	if known || crowded && !teaches(n.before, n.after) {
		return step{after: n.before, skip: true}, nil
	}
	if err := sale.Allows(kept); err != nil {
		return step{}, err
	}
	n.after.Events++
	return n, b.load(k)
}

// namesID is the CheckoutRequestID that the answer in an event names, "" for none.
func namesID(e pos.Event) string {
	if e.Answer == nil {
		return ""
	}
	return e.Answer.CheckoutRequestID
}

// saleOf reads the payment's record and the sale that it belongs to, and refuses to make one whose
// id, address or key of a caller is there.
func (b *batch) saleOf(k key, e pos.Event) (*Record, pos.Sale, error) {
	if !begins(e.Kind) {
		r, err := b.take(k)
		if err != nil {
			return nil, nil, err
		}
		sale, err := b.saleWith(r)
		return r, sale, err
	}
	of, ok := saleOf(e)
	if !ok {
		return nil, nil, fmt.Errorf("store: attempt %s is made without saying what", e.Attempt)
	}
	s, ok := format.ParseKey(of)
	if !ok {
		return nil, nil, fmt.Errorf("store: sale %q is not a ULID", of)
	}
	address, once := "", ""
	if e.Kind == pos.EventAsked {
		address, once = e.Asked.Address, e.Asked.Once
	} else {
		once = e.Cash.Once
	}
	if len(address) > longest {
		return nil, nil, fmt.Errorf("store: the address of attempt %s is longer than %d bytes", e.Attempt, longest)
	}
	if has(b.tx, RecordsBucket, k[:]) {
		return nil, nil, fmt.Errorf("store: attempt %s is in the ledger already", e.Attempt)
	}
	if address != "" {
		switch _, err := b.byAddress(address); {
		case err == nil:
			return nil, nil, fmt.Errorf("store: attempt %s has the address of an earlier one", e.Attempt)
		case !errors.Is(err, pos.ErrNotFound):
			return nil, nil, err
		}
	}
	if len(once) > longest {
		return nil, nil, fmt.Errorf("store: the mark of the key of attempt %s is longer than %d bytes", e.Attempt, longest)
	}
	if once != "" && has(b.tx, onceBucket, []byte(once)) {
		return nil, nil, fmt.Errorf("store: attempt %s has the key of an earlier one", e.Attempt)
	}
	sale, err := b.sale(s)
	return &Record{Record: format.Record{Key: k}}, sale, err
}

// recorded reports whether the last event of the record is in it already, and counts the callbacks
// before it. A callback is the same if its body is: it is delivered several times. Anything else is
// the same in every byte, its time included.
func (b *batch) recorded(r *Record) (known bool, callbacks int, err error) {
	last := len(r.Events) - 1
	e := r.Events[last].Event
	alike := false // another look, with the bodies, is worth it
	for _, was := range r.Events[:last] {
		if was.Kind == pos.EventCalledBack {
			callbacks++
		}
		alike = alike || was.Kind == e.Kind && (e.Kind == pos.EventCalledBack || was.At.Equal(e.At))
	}
	if !alike {
		return false, callbacks, nil
	}
	again, err := r.Bodies()
	if err != nil {
		return false, callbacks, err
	}
	for _, was := range again[:last] {
		if was.Kind == pos.EventCalledBack && e.Kind == pos.EventCalledBack {
			known = known || sameBody(was, e)
		} else {
			known = known || reflect.DeepEqual(was, e)
		}
	}
	return known, callbacks, nil
}

// sameBody compares two callbacks by their bodies, or by what was read where no body was kept.
func sameBody(a, b pos.Event) bool {
	if a.Answer == nil || b.Answer == nil {
		return false
	}
	x, y := *a.Answer, *b.Answer
	if len(x.Raw) > 0 || len(y.Raw) > 0 {
		return bytes.Equal(x.Raw, y.Raw)
	}
	return reflect.DeepEqual(x, y)
}

// teaches reports whether after knows more than before: not only other words for the same.
func teaches(before, after pos.Attempt) bool {
	return after.State != before.State || after.Facts != before.Facts || after.Notices != before.Notices ||
		after.Receipt != before.Receipt
}

// write puts the step into its buckets, but for what flush writes for all steps of the commit. An
// error leaves the transaction unusable.
func (b *batch) write(n *step) error {
	if n.skip {
		return nil
	}
	b.dirty = true
	r := n.record
	k, last := r.Key, len(r.Events)-1
	if err := b.chain(r, last); err != nil {
		return err
	}
	late := k.MS() < b.until && !n.needed && !n.after.Remembered() && r.Remembers()
	if late {
		b.coder.Forget(&r.Record)
	}
	r.sealed = b.coder.Value(&r.Record)
	if err := (Row{RecordsBucket, k[:], r.sealed}).put(b.tx); err != nil {
		return err
	}
	if !late {
		b.keep(r)
	} else { // what was filled with the number is now filled with stars
		var err error
		if r, err = b.record(k); err != nil {
			return err
		}
		if n.after, err = b.replay(r); err != nil {
			return err
		}
	}
	b.count(k, n.before, n.after)
	return b.reindex(n.index, b.entries(r, n.after))
}

// chain makes the ith event of r the next of the ledger. The first event of another day leaves an
// anchor for the day before.
func (b *batch) chain(r *Record, i int) error {
	e := &r.Events[i]
	day := pos.DayOf(e.At)
	if b.head.Events > 0 && day != b.head.Day {
		if err := b.head.Row().put(b.tx); err != nil {
			return err
		}
	}
	e.N = b.head.Events + 1
	b.head = b.head.Next(format.NewHasher().Leaf(b.coder, &r.Record, i), day)
	e.Mark = b.head.Mark()
	if kind := e.Kind.String(); !slices.Contains(b.kinds, kind) {
		b.kinds = append(b.kinds, kind)
		return putKinds(b.tx, b.kinds)
	}
	return nil
}

// reindex brings the indexes from what they said of an attempt to what they are to say.
func (b *batch) reindex(before, after []Row) error {
	removed, added := changes(before, after)
	for _, e := range removed {
		if e.Bucket == unsettledBucket {
			b.unsettled--
		}
		if err := b.tx.Bucket([]byte(e.Bucket)).Delete(e.Key); err != nil {
			return err
		}
	}
	for _, e := range added {
		if e.Bucket == unsettledBucket {
			b.unsettled++
		}
		if err := putEntry(b.tx, e); err != nil {
			return err
		}
	}
	return nil
}

// load reads the totals of a day and of its month, for count.
func (b *batch) load(k key) error {
	for _, at := range Periods(k) {
		if _, ok := b.totals[at]; ok {
			continue
		}
		t, err := getTotals(b.tx, at)
		if err != nil {
			return err
		}
		b.totals[at] = t
	}
	return nil
}

// count takes an attempt out of the totals of its day and month as it was, and adds it as it is.
func (b *batch) count(k key, before, after pos.Attempt) {
	for _, at := range Periods(k) {
		t := b.totals[at]
		if _, changed := b.was[at]; !changed {
			b.was[at] = t
		}
		if before.ID != "" {
			t.Add(before, -1)
		}
		t.Add(after, +1)
		b.totals[at] = t
	}
}

// flush writes what the steps share.
func (b *batch) flush() error {
	for at, was := range b.was {
		if t := b.totals[at]; t != was {
			if err := TotalsRow(at, t).put(b.tx); err != nil {
				return err
			}
		}
	}
	return b.head.head().put(b.tx)
}

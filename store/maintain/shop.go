package maintain

import (
	"cmp"
	"errors"
	"slices"
	"sync"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/format"
)

// shift is one that Verify holds against the payments, and the others.
type shift struct {
	place
	pos.Shift
	opened, closed uint64 // the numbers of these events; closed is 0 while it is not
}

// shop takes the events of shifts and people, and what the indexes should say of them.
func (v *verifier) shop(view *store.View) {
	for row, err := range view.Rows(store.ShopBucket, nil) {
		if err != nil {
			v.wrong(evidence, nil, "%v", err)
		}
		r, entries, err := view.ShopRecord(row)
		if err != nil {
			var at *place
			if len(row.Key) == format.KeySize {
				at = placeOf(format.Key(row.Key))
			}
			v.wrong(evidence, at, "%v", err)
		}
		if r == nil {
			continue
		}
		v.report.Events += len(r.Events)
		for i := range r.Events {
			e := &r.Events[i]
			v.chain(link{e.N, view.Leaf(r, i), e.Mark, place{r.Key, e.At}})
		}
		for _, e := range entries {
			v.wanted.add(v.seed, e, 1)
		}
		if s, ok := view.Shift(r); ok {
			last := r.Events[len(r.Events)-1]
			next := shift{place: place{r.Key, r.Events[0].At}, Shift: s, opened: r.Events[0].N}
			if s.State == pos.ShiftClosed {
				next.closed = last.N
			}
			v.shifts = append(v.shifts, next)
		}
	}
}

// days holds the shifts against one another and against their payments.
func (v *verifier) days(views []*store.View) {
	slices.SortFunc(v.shifts, func(a, b shift) int { return cmp.Compare(a.opened, b.opened) })
	open := map[string]uint64{} // where the last shift of each drawer was closed; 0: nowhere
	for i := range v.shifts {
		s := &v.shifts[i]
		if closed, before := open[s.Drawer]; before && (closed == 0 || closed > s.opened) {
			v.wrong(evidence, &s.place, "it was opened while another shift of its drawer was open")
		}
		open[s.Drawer] = s.closed
	}
	closed := slices.DeleteFunc(slices.Clone(v.shifts), func(s shift) bool { return s.closed == 0 })
	slices.SortFunc(closed, func(a, b shift) int { return cmp.Compare(a.closed, b.closed) })
	for i, s := range closed {
		if s.Close.Z != i+1 {
			v.wrong(evidence, &s.place, "its Z has the number %d, and is the ledger's number %d", s.Close.Z, i+1)
			break // those after it would say so too
		}
	}
	next := make(chan shift)
	var workers sync.WaitGroup
	for _, view := range views {
		workers.Go(func() {
			for s := range next {
				if v.ctx.Err() != nil {
					continue
				}
				if err := store.Guard(func() error { return recount(view, s) }); err != nil {
					v.wrong(evidence, &s.place, "%v", err)
				}
			}
		})
	}
	for _, s := range closed {
		next <- s
	}
	close(next)
	workers.Wait()
}

// recount works the figures of a Z out again.
func recount(view *store.View, s shift) error {
	if s.Close.Formula != pos.FormulaVersion {
		return nil // what an older formula came to is not known any more
	}
	payments, err := view.ShiftPayments(s.key)
	if err != nil {
		return err
	}
	if s.Figures(payments, s.closed-1) != s.Close.Figures {
		return errors.New("the figures of its Z are not those of its payments")
	}
	return nil
}

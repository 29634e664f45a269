package store

import (
	"errors"
	"slices"

	"kaunta/pos"
	"kaunta/store/format"
)

// twice lists the events that follow from n about payments which may have been made twice: n paid a
// sale while another that was asked in its place, or that it was asked in place of, is paid; or a
// person settled the last that another was doubtful because of.
func (b *batch) twice(n step) ([]pos.Event, error) {
	a := n.after
	pays := n.before.State != pos.Paid && a.State == pos.Paid && !a.Notices.Has(pos.PaidTwice) && a.For == ""
	settles := n.before.Doubtful() && !a.Doubtful()
	if n.skip || !pays && !settles {
		return nil, nil
	}
	about := n.record.Events[len(n.record.Events)-1].Event
	follows := func(kind pos.EventKind, of, other pos.AttemptID) pos.Event {
		return pos.Event{Attempt: of, Kind: kind, At: about.At, Other: other}
	}
	others, err := b.rivals(a)
	if err != nil {
		return nil, err
	}
	var list []pos.Event
	if pays {
		for _, o := range others {
			for _, of := range [][2]pos.Attempt{{o, a}, {a, o}} {
				if of[0].Tender != pos.TenderCash { // which a cashier has had in hand
					list = append(list, follows(pos.EventPossiblyTwice, of[0].ID, of[1].ID))
				}
			}
		}
		return list, nil
	}
	for _, o := range others {
		if !o.Doubtful() {
			continue
		}
		left, err := b.rivals(o)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(left, func(r pos.Attempt) bool { return r.ID != a.ID && r.Doubtful() }) {
			list = append(list, follows(pos.EventTwoSales, o.ID, a.ID))
		} // else it may still be one with those that are left
	}
	return list, nil
}

// rivals lists the payments of other sales that may be for the same purchase as a: those of the
// sales that its sale was asked in place of, and that were asked in place of its sale, directly or
// through others. What cannot be read is left out.
func (rd reader) rivals(a pos.Attempt) ([]pos.Attempt, error) {
	var list []pos.Attempt
	for _, linked := range []func(pos.Attempt) ([]key, error){rd.overridden, rd.overriding} {
		seen := map[pos.SaleID]bool{a.Sale: true}
		for next := []pos.SaleID{a.Sale}; len(next) > 0; next = next[1:] {
			sale, err := rd.readable(next[0])
			if err != nil {
				return nil, err
			}
			for _, of := range sale {
				if of.Sale != a.Sale && of.For == "" && of.State == pos.Paid && of.Notices&(pos.PaidTwice|pos.Refunded) == 0 {
					list = append(list, of)
				}
				keys, err := linked(of)
				if err != nil {
					return nil, err
				}
				others, _ := rd.attempts(keys)
				for _, o := range others {
					if !seen[o.Sale] {
						seen[o.Sale] = true
						next = append(next, o.Sale)
					}
				}
			}
		}
	}
	return list, nil
}

// readable is a sale, empty where it cannot be read.
func (rd reader) readable(id pos.SaleID) (pos.Sale, error) {
	s, ok := format.ParseKey(id)
	if !ok {
		return nil, nil
	}
	sale, err := rd.sale(s)
	if errors.Is(err, ErrDamaged) {
		return nil, nil
	}
	return sale, err
}

// overridden is the attempt that a was asked in place of.
func (rd reader) overridden(a pos.Attempt) ([]key, error) {
	k, ok := format.ParseKey(a.Overrides)
	if !ok {
		return nil, nil
	}
	return []key{k}, nil
}

// overriding are the attempts that were asked in place of a.
func (rd reader) overriding(a pos.Attempt) (keys []key, err error) {
	k, _ := format.ParseKey(a.ID)
	err = scan(rd.tx, overridesBucket, k[:], func(at, _ []byte) error {
		if len(at) != 2*idSize {
			return damaged(overridesBucket, at, errShape)
		}
		keys = append(keys, key(at[idSize:]))
		return nil
	})
	return keys, err
}

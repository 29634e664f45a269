package store

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// readShop decodes the record of a shift or a person with the key at.
func (rd reader) readShop(at, sealed []byte) (*Record, error) {
	r, err := rd.coder.Read(at, sealed)
	if err == nil {
		switch first := r.Events[0].Kind; first {
		case pos.EventShiftOpened, pos.EventStaffAdded:
			for i := range r.Events {
				if r.Events[i].Kind.Record() != first.Record() {
					err = errShape
				}
			}
		default:
			err = errShape
		}
	}
	if err != nil {
		return nil, damaged(ShopBucket, at, err)
	}
	return &Record{Record: *r}, nil
}

// shopRecord reads the record of a shift or a person, or returns pos.ErrNotFound.
func (rd reader) shopRecord(k key) (*Record, error) {
	sealed := value(rd.tx, ShopBucket, k[:])
	if sealed == nil {
		return nil, fmt.Errorf("store: record %s: %w", k, pos.ErrNotFound)
	}
	return rd.readShop(k[:], sealed)
}

// shift reads a shift, or returns pos.ErrNotFound.
func (rd reader) shift(k key) (pos.Shift, error) {
	r, err := rd.shopRecord(k)
	if err != nil {
		return pos.Shift{}, err
	}
	if ofPerson(&r.Record) {
		return pos.Shift{}, fmt.Errorf("store: shift %s: %w", k, pos.ErrNotFound)
	}
	s, err := shiftFrom(&r.Record)
	if err != nil {
		return pos.Shift{}, damaged(ShopBucket, k[:], err)
	}
	return s, nil
}

// shiftAt is the shift that the index of shifts has at a key, or pos.ErrNotFound.
func (rd reader) shiftAt(at []byte) (key, error) { return named(rd.tx, shiftsBucket, string(at)) }

// lastZ is the number of the last Z; 0 where there is none.
func (rd reader) lastZ() (int, error) {
	k, _ := rd.tx.Bucket([]byte(shiftsBucket)).Cursor().Last() // no drawer's key comes after those of Zs
	if k == nil || k[0] != shiftClosed {
		return 0, nil
	}
	if len(k) != len(zKey(0)) {
		return 0, damaged(shiftsBucket, k, errShape)
	}
	return int(uint32(k[1])<<24 | uint32(k[2])<<16 | uint32(k[3])<<8 | uint32(k[4])), nil
}

// people reads everybody, in the order in which they were added.
func (rd reader) people() ([]pos.Person, error) {
	type numbered struct {
		n uint64
		pos.Person
	}
	var list []numbered
	err := scan(rd.tx, peopleBucket, nil, func(k, _ []byte) error {
		if len(k) != idSize {
			return damaged(peopleBucket, k, errShape)
		}
		r, err := rd.shopRecord(key(k))
		if errors.Is(err, pos.ErrNotFound) {
			err = damaged(ShopBucket, k, errNamed)
		}
		if err == nil {
			list = append(list, numbered{r.Events[0].N, personFrom(&r.Record)})
		}
		return err
	})
	slices.SortFunc(list, func(a, b numbered) int { return cmp.Compare(a.n, b.n) })
	var people []pos.Person
	for _, p := range list {
		people = append(people, p.Person)
	}
	return people, err
}

// shiftPayments reads the payments with an event that is stamped with the shift, and the others of
// their sales, in the order in which they were made.
func (rd reader) shiftPayments(shift key) ([]pos.Dossier, error) {
	read := map[key]*Record{}
	err := scan(rd.tx, actsBucket, shift[:], func(at, _ []byte) error {
		if len(at) != 2*idSize {
			return damaged(actsBucket, at, errShape)
		}
		k := key(at[idSize:])
		if read[k] != nil { // with another of its sale
			return nil
		}
		r, err := rd.record(k)
		if errors.Is(err, pos.ErrNotFound) {
			err = damaged(RecordsBucket, k[:], errNamed)
		}
		if err != nil {
			return err
		}
		sale, err := rd.othersOf(r)
		for _, r := range sale {
			if r != nil {
				read[r.Key] = r
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	list := make([]pos.Dossier, 0, len(read))
	for _, r := range read {
		d := make(pos.Dossier, 0, len(r.Events))
		for i := range r.Events {
			d = append(d, pos.Numbered{N: r.Events[i].N, Event: r.Events[i].Event})
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b pos.Dossier) int { return cmp.Compare(a[0].N, b[0].N) })
	return list, nil
}

// ShiftOf implements [pos.DayLedger].
func (l *Ledger) ShiftOf(drawer string) (pos.Shift, error) {
	if len(drawer) > longest {
		return pos.Shift{}, pos.ErrNotFound
	}
	return read(l, func(rd reader) (pos.Shift, error) {
		k, err := rd.shiftAt(drawerKey(shiftOpen, drawer))
		if errors.Is(err, pos.ErrNotFound) {
			k, err = rd.shiftAt(drawerKey(shiftEnded, drawer))
		}
		if err != nil {
			return pos.Shift{}, err
		}
		return rd.shift(k)
	})
}

// Shift implements [pos.DayLedger].
func (l *Ledger) Shift(id pos.ShiftID) (pos.Shift, error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return pos.Shift{}, fmt.Errorf("store: shift %q: %w", id, pos.ErrNotFound)
	}
	return read(l, func(rd reader) (pos.Shift, error) { return rd.shift(k) })
}

// ByZ implements [pos.DayLedger].
func (l *Ledger) ByZ(z int) (pos.Shift, error) {
	return read(l, func(rd reader) (pos.Shift, error) {
		k, err := rd.shiftAt(zKey(z))
		if err != nil {
			return pos.Shift{}, err
		}
		return rd.shift(k)
	})
}

// Shifts implements [pos.DayLedger]. It leaves out a record that is damaged, and returns the others
// with an error that names it.
func (l *Ledger) Shifts(n int) ([]pos.Shift, error) {
	return read(l, func(rd reader) (list []pos.Shift, err error) {
		shop := rd.tx.Bucket([]byte(ShopBucket))
		if shop == nil {
			return nil, nil
		}
		var errs []error
		c := shop.Cursor()
		for k, _ := c.Last(); k != nil && len(list) < n; k, _ = c.Prev() {
			switch {
			case len(k) != idSize:
				errs = append(errs, damaged(ShopBucket, k, errShape))
				continue
			case has(rd.tx, peopleBucket, k): // whose records may be long
				continue
			}
			s, err := rd.shift(key(k))
			if err != nil {
				errs = append(errs, err)
				continue
			}
			list = append(list, s)
		}
		return list, errors.Join(errs...)
	})
}

// ShiftPayments implements [pos.DayLedger].
func (l *Ledger) ShiftPayments(id pos.ShiftID) (payments []pos.Dossier, events uint64, err error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return nil, 0, fmt.Errorf("store: shift %q: %w", id, pos.ErrNotFound)
	}
	err = l.view(func(rd reader) error {
		if _, err := rd.shift(k); err != nil {
			return err
		}
		head, err := getHead(rd.tx)
		if err != nil {
			return err
		}
		events = head.Events
		payments, err = rd.shiftPayments(k)
		return err
	})
	return payments, events, err
}

// Staff implements [pos.DayLedger]. It leaves out a record that is damaged, and returns the others
// with an error that names it.
func (l *Ledger) Staff() ([]pos.Person, error) { return read(l, reader.people) }

// usesShifts reports whether the shop has ever opened a shift.
func usesShifts(tx *bolt.Tx) bool {
	k, _ := tx.Bucket([]byte(shiftsBucket)).Cursor().First()
	return k != nil
}

// shopKeys lists the keys of the bucket of shifts and people from one on up to, and without,
// another.
func shopKeys(tx *bolt.Tx, from, to []byte) (keys []key, err error) {
	c := tx.Bucket([]byte(ShopBucket)).Cursor()
	for k, _ := c.Seek(from); k != nil && bytes.Compare(k, to) < 0; k, _ = c.Next() {
		if len(k) != idSize {
			return nil, damaged(ShopBucket, k, errShape)
		}
		keys = append(keys, key(k))
	}
	return keys, nil
}

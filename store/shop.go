package store

import (
	"encoding/binary"

	"kaunta/pos"
	"kaunta/store/format"
)

// Shifts and people are records too, in a bucket of their own: what happens in a shop beside its
// payments. Their events have their places in the same chain.

// The keys of the bucket of shifts begin with how far the shift has come.
const (
	shiftOpen   = 'o' // and the drawer
	shiftEnded  = 'e' // and the drawer: ended or counted
	shiftClosed = 'z' // and the number of its Z (4)
)

func drawerKey(state byte, drawer string) []byte { return append([]byte{state}, drawer...) }

func zKey(z int) []byte { return binary.BigEndian.AppendUint32([]byte{shiftClosed}, uint32(z)) }

// shiftFrom is the shift that the events of a record make.
func shiftFrom(r *format.Record) (s pos.Shift, err error) {
	for i := range r.Events {
		if s, err = s.Apply(r.Events[i].Event); err != nil {
			return s, errShape
		}
	}
	return s, nil
}

// personFrom is the person that the events of a record make.
func personFrom(r *format.Record) (p pos.Person) {
	for i := range r.Events {
		p = p.Apply(r.Events[i].Event)
	}
	return p
}

// ofPerson reports whether the record is a person's; else it is a shift's.
func ofPerson(r *format.Record) bool { return r.Events[0].Kind == pos.EventStaffAdded }

// shopEntries lists what the indexes say of a shift or a person.
func shopEntries(r *format.Record) ([]Row, error) {
	if ofPerson(r) {
		return []Row{newRow(peopleBucket, r.Key[:], nil)}, nil
	}
	s, err := shiftFrom(r)
	if err != nil {
		return nil, err
	}
	var at []byte
	switch s.State {
	case pos.ShiftOpen:
		at = drawerKey(shiftOpen, s.Drawer)
	case pos.ShiftClosed:
		at = zKey(s.Close.Z)
	default:
		at = drawerKey(shiftEnded, s.Drawer)
	}
	return []Row{newRow(shiftsBucket, at, r.Key[:])}, nil
}

// over reports whether nothing of the record is needed any more but as evidence: then it forgets
// its private texts.
func over(r *format.Record) bool {
	return ofPerson(r) || r.Events[len(r.Events)-1].Kind == pos.EventShiftClosed
}

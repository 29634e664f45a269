package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"kaunta/pos"
	"kaunta/store/format"
)

var _ pos.DayLedger = (*Ledger)(nil)

// AppendShift implements [pos.DayLedger]. Errors are those of Append; of a pos.ErrRefused pos says
// what it is: pos.ErrShiftOpen, pos.ErrLeft or a *pos.ErrShift.
func (l *Ledger) AppendShift(ctx context.Context, e pos.Event) (pos.Shift, error) {
	return appendShop(ctx, l, e, (*batch).applyShift)
}

// AppendPerson implements [pos.DayLedger]. Errors are those of Append; of a pos.ErrRefused pos says
// what it is: pos.ErrLeft, pos.ErrFirstOwner, pos.ErrAdder, pos.ErrName or
// pos.ErrRole.
func (l *Ledger) AppendPerson(ctx context.Context, e pos.Event) (pos.Person, error) {
	return appendShop(ctx, l, e, (*batch).applyPerson)
}

// appendShop appends an event of a shift or a person in the way of Append.
func appendShop[T any](ctx context.Context, l *Ledger, e pos.Event,
	apply func(*batch, pos.Event) (after T, refused, err error),
) (T, error) {
	var after, none T
	if l.readOnly {
		return none, ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	var refused error
	r := l.submit(ctx, &request{work: func(b *batch) (err error) {
		after, refused, err = apply(b, e)
		return err
	}})
	switch {
	case r.err != nil:
		return none, r.err
	case refused != nil:
		return none, refusedEvent(refused)
	}
	return after, nil
}

// stamp says in which shift an event of a payment happens: in the one that is open then, whatever
// the event's time says. It refuses what nobody does who works here, and cash that would be in
// nobody's count.
func (b *batch) stamp(e pos.Event) (pos.Event, error) {
	e.By.Shift = ""
	if err := b.works(e.By); err != nil {
		return e, err
	}
	switch e.Kind {
	case pos.EventAsked, pos.EventCash, pos.EventVoided, pos.EventRefunded, pos.EventResolved:
	default:
		return e, nil
	}
	if !usesShifts(b.tx) {
		return e, nil
	}
	k, err := key{}, pos.ErrNotFound
	if len(e.By.Drawer) <= longest {
		k, err = b.shiftAt(drawerKey(shiftOpen, e.By.Drawer))
	}
	cash := e.Kind == pos.EventCash || e.Refund != nil && e.Refund.Tender == pos.TenderCash
	switch {
	case err == nil:
		e.By.Shift = pos.ShiftID(k.String())
	case !errors.Is(err, pos.ErrNotFound):
		return e, err
	case cash:
		return e, pos.ErrNoShift
	}
	return e, nil
}

// works refuses what is done, or approved, by somebody who does not work here.
func (b *batch) works(by pos.Actor) error {
	for _, who := range []pos.StaffID{by.Staff, by.Approved} {
		if who == "" {
			continue
		}
		there, known := b.staff[who]
		if !known {
			p, err := b.person(who)
			if err != nil {
				return err
			}
			there = p.ID != "" && !p.Left
			b.staff[who] = there
		}
		if !there {
			return pos.ErrLeft
		}
	}
	return nil
}

// person reads a person; the zero Person where there is none with the id.
func (b *batch) person(id pos.StaffID) (pos.Person, error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return pos.Person{}, nil
	}
	r, err := b.shopRecord(k)
	switch {
	case errors.Is(err, pos.ErrNotFound):
		return pos.Person{}, nil
	case err != nil:
		return pos.Person{}, err
	case !ofPerson(&r.Record):
		return pos.Person{}, nil
	}
	return personFrom(&r.Record), nil
}

// shopRecordFor reads the record that an event of a shift or a person belongs to, or makes it for
// the first. The errors are the caller's own.
func (b *batch) shopRecordFor(e pos.Event, first pos.EventKind) (*Record, error) {
	if e.Kind.Record() != first.Record() {
		return nil, fmt.Errorf("store: %v does not belong into this record", e.Kind)
	}
	if len(e.By.Drawer) > longest {
		return nil, fmt.Errorf("store: the drawer's name is longer than %d bytes", longest)
	}
	if err := b.works(e.By); err != nil {
		return nil, err
	}
	k, ok := format.ParseKey(e.Attempt)
	if !ok {
		return nil, fmt.Errorf("store: record %q: %w", e.Attempt, pos.ErrNotFound)
	}
	if e.Kind == first {
		if has(b.tx, ShopBucket, k[:]) {
			return nil, fmt.Errorf("store: record %s is in the ledger already", k)
		}
		return &Record{Record: format.Record{Key: k}}, nil
	}
	r, err := b.shopRecord(k)
	if err == nil && r.Events[0].Kind != first {
		err = fmt.Errorf("store: record %s: %w", k, pos.ErrNotFound)
	}
	return r, err
}

// applyShift prepares and writes an event of a shift, as batch.apply does for payments.
func (b *batch) applyShift(e pos.Event) (s pos.Shift, refused, err error) {
	e = format.Stored(e)
	e.By.Shift = "" // it is in its own record
	r, refused := b.shopRecordFor(e, pos.EventShiftOpened)
	if refused != nil {
		return s, refused, nil
	}
	before, refused := shiftFrom(&r.Record)
	if refused == nil && e.Kind == pos.EventShiftOpened {
		refused = b.noneOpen(e.By.Drawer)
	}
	if refused == nil {
		e, refused = b.close(e, before)
	}
	if refused == nil {
		s, refused = before.Apply(e)
	}
	if refused != nil {
		return s, refused, nil
	}
	refused, err = b.writeShop(r, e)
	return s, refused, err
}

// noneOpen refuses to open a shift of a drawer that has one.
func (b *batch) noneOpen(drawer string) error {
	for _, state := range []byte{shiftOpen, shiftEnded} {
		switch _, err := b.shiftAt(drawerKey(state, drawer)); {
		case err == nil:
			return pos.ErrShiftOpen
		case !errors.Is(err, pos.ErrNotFound):
			return err
		}
	}
	return nil
}

// close gives the event that closes a shift its Z: the next number, and the figures of all that the
// chain has before it. Other events have none.
func (b *batch) close(e pos.Event, s pos.Shift) (pos.Event, error) {
	act := pos.ShiftAct{}
	if e.Shift != nil {
		act = *e.Shift
	}
	act.Close = nil
	if e.Kind != pos.EventShiftClosed {
		if e.Shift != nil {
			e.Shift = &act
		}
		return e, nil
	}
	act.Close = &pos.Close{Formula: pos.FormulaVersion}
	e.Shift = &act
	if _, err := s.Apply(e); err != nil {
		return e, err
	}
	z, err := b.lastZ()
	if err != nil {
		return e, err
	}
	k, _ := format.ParseKey(s.ID)
	payments, err := b.shiftPayments(k)
	act.Close.Z, act.Close.Figures = z+1, s.Figures(payments, b.head.Events)
	return e, err
}

// applyPerson prepares and writes an event of a person, as batch.apply does for payments.
func (b *batch) applyPerson(e pos.Event) (p pos.Person, refused, err error) {
	e = format.Stored(e)
	e.By.Shift = ""
	r, refused := b.shopRecordFor(e, pos.EventStaffAdded)
	if refused != nil {
		return p, refused, nil
	}
	before := personFrom(&r.Record)
	if refused = b.allowsPerson(before, e); refused != nil {
		return p, refused, nil
	}
	if refused, err = b.writeShop(r, e); refused != nil || err != nil {
		return p, refused, err
	}
	p = before.Apply(e)
	b.staff[p.ID] = !p.Left
	return p, nil, nil
}

// allowsPerson refuses an event that cannot happen to the person.
func (b *batch) allowsPerson(p pos.Person, e pos.Event) error {
	act := e.Staff
	if act == nil {
		act = &pos.StaffAct{}
	}
	named := e.Kind == pos.EventStaffAdded || e.Kind == pos.EventRoleSet
	switch {
	case p.Left && e.Kind != pos.EventSignedOut: // which a till writes that finds out
		return pos.ErrLeft
	case named && (act.Role < pos.Cashier || act.Role > pos.Owner):
		return pos.ErrRole
	case e.Kind != pos.EventStaffAdded:
		return nil
	case strings.TrimSpace(act.Name) == "":
		return pos.ErrName
	}
	people, err := b.people()
	if err != nil {
		return err
	}
	if len(people) == 0 && act.Role != pos.Owner {
		return pos.ErrFirstOwner
	}
	if len(people) > 0 && e.By.Staff == "" {
		return pos.ErrAdder
	}
	for _, other := range people {
		if !other.Left && strings.EqualFold(strings.TrimSpace(other.Name), strings.TrimSpace(act.Name)) {
			return pos.ErrName
		}
	}
	return nil
}

// writeShop adds the event to the record, as batch.write does for payments: refused is why that
// cannot be, and then nothing is written; err leaves the transaction unusable.
func (b *batch) writeShop(r *Record, e pos.Event) (refused, err error) {
	var before []Row
	if len(r.Events) > 0 {
		if before, refused = shopEntries(&r.Record); refused != nil {
			return damaged(ShopBucket, r.Key[:], refused), nil
		}
	}
	if refused = b.coder.Add(&r.Record, e); refused != nil {
		return fmt.Errorf("store: event of record %s: %w", e.Attempt, refused), nil
	}
	after, refused := shopEntries(&r.Record)
	if refused != nil {
		return refused, nil
	}
	b.dirty = true
	if err := b.chain(r, len(r.Events)-1); err != nil {
		return nil, err
	}
	if r.Key.MS() < b.until && over(&r.Record) && r.Remembers() {
		b.coder.Forget(&r.Record)
	}
	if err := (Row{ShopBucket, r.Key[:], b.coder.Value(&r.Record)}).put(b.tx); err != nil {
		return nil, err
	}
	return nil, b.reindex(before, after)
}

package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"kaunta/pos"
	"kaunta/store/format"
)

// Every read is one short transaction: what it returns is copied out, since a transaction that
// stays open makes the file grow and, on some machines, the writer wait.
//
// The reads that return a list leave out a record that is damaged, and return the others with an
// error that names it.

// Attempt implements [pos.Ledger].
func (l *Ledger) Attempt(id pos.AttemptID) (pos.Attempt, error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return pos.Attempt{}, fmt.Errorf("store: attempt %q: %w", id, pos.ErrNotFound)
	}
	var a pos.Attempt
	err := l.view(func(rd reader) (err error) {
		a, err = rd.attempt(k)
		return err
	})
	return a, err
}

// ByAddress implements [pos.Ledger].
func (l *Ledger) ByAddress(address string) (pos.AttemptID, error) {
	if address == "" || len(address) > longest {
		return "", pos.ErrNotFound
	}
	var id pos.AttemptID
	err := l.view(func(rd reader) error {
		k, err := rd.byAddress(address)
		if err == nil {
			id = attemptOf(k)
		}
		return err
	})
	return id, err
}

// ByOnce implements [pos.Ledger].
func (l *Ledger) ByOnce(mark string) (pos.AttemptID, error) {
	if mark == "" || len(mark) > longest {
		return "", pos.ErrNotFound
	}
	var id pos.AttemptID
	err := l.view(func(rd reader) error {
		k, err := named(rd.tx, onceBucket, mark)
		if err == nil {
			id = attemptOf(k)
		}
		return err
	})
	return id, err
}

// Open lists what has no end, oldest first. With a pos.ErrRefused, there are others, which cannot
// be read.
func (l *Ledger) Open() ([]pos.Attempt, error) { return l.remembered(pos.Attempt.Open) }

// Followed implements [pos.Ledger].
func (l *Ledger) Followed() ([]pos.Attempt, error) { return l.remembered(pos.Attempt.Followed) }

// Unsettled lists what has no end, does not match, may be paid twice or is owed back, oldest first.
// With a pos.ErrRefused, there are others, which cannot be read.
func (l *Ledger) Unsettled() ([]pos.Attempt, error) { return l.remembered(pos.Attempt.Unsettled) }

// remembered lists those attempts of the unsettled bucket that are wanted.
func (l *Ledger) remembered(wanted func(pos.Attempt) bool) ([]pos.Attempt, error) {
	var list []pos.Attempt
	err := l.view(func(rd reader) error {
		var keys []key
		err := scan(rd.tx, unsettledBucket, nil, func(k, _ []byte) error {
			if len(k) != idSize {
				return damaged(unsettledBucket, k, errShape)
			}
			keys = append(keys, key(k))
			return nil
		})
		var missing error
		list, missing = rd.attempts(keys)
		return refused(errors.Join(err, missing))
	})
	return slices.DeleteFunc(list, func(a pos.Attempt) bool { return !wanted(a) }), err
}

// Sale implements [pos.Ledger].
func (l *Ledger) Sale(id pos.SaleID) (pos.Sale, error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return nil, nil
	}
	var sale pos.Sale
	err := l.view(func(rd reader) (err error) {
		sale, err = rd.sale(k)
		return err
	})
	return sale, err
}

// Events lists the evidence of an attempt in the order it was written, bodies included, or returns
// pos.ErrNotFound.
func (l *Ledger) Events(id pos.AttemptID) ([]pos.Event, error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return nil, fmt.Errorf("store: attempt %q: %w", id, pos.ErrNotFound)
	}
	var events []pos.Event
	err := l.view(func(rd reader) error {
		rd.bodies = true
		r, err := rd.record(k)
		if err != nil {
			return err
		}
		for _, e := range r.Events {
			events = append(events, e.Event)
		}
		return nil
	})
	return events, err
}

// DayPage lists up to n attempts of a day, newest first: those before the attempt before, or the
// day's last if it is "". It reads no more records than it returns, however big the ledger.
func (l *Ledger) DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error) {
	from, to := dayKeys(day)
	if before != "" {
		k, ok := format.ParseKey(before)
		if !ok {
			return nil, fmt.Errorf("store: attempt %q: %w", before, pos.ErrNotFound)
		}
		if bytes.Compare(k[:], to[:]) < 0 {
			to = k
		}
	}
	var page []pos.Attempt
	err := l.view(func(rd reader) error {
		var errs []error
		c := rd.tx.Bucket([]byte(RecordsBucket)).Cursor()
		k, value := below(c, to[:])
		for ; n > 0 && k != nil && bytes.Compare(k, from[:]) >= 0; n-- {
			a, err := rd.page(k, value)
			if err != nil {
				errs = append(errs, err)
			} else {
				page = append(page, a)
			}
			k, value = c.Prev()
		}
		return errors.Join(errs...)
	})
	return page, err
}

// ByReceipt implements [pos.Ledger].
func (l *Ledger) ByReceipt(receipt string) (pos.AttemptID, error) {
	var id pos.AttemptID
	err := l.view(func(rd reader) (err error) {
		id, err = rd.holder(receiptText(receipt), key{})
		if err == nil && id == "" {
			err = pos.ErrNotFound
		}
		return err
	})
	return id, err
}

// Totals is what a day came to: the sum of the attempts that [Ledger.DayPage] shows for it, kept as
// they change.
func (l *Ledger) Totals(day pos.Day) (pos.Totals, error) {
	var t pos.Totals
	err := l.view(func(rd reader) (err error) {
		t, err = getTotals(rd.tx, day)
		return err
	})
	return t, err
}

// Month is what a month came to.
func (l *Ledger) Month(m pos.Month) (pos.Totals, error) { return l.Totals(monthKey(m)) }

// Days returns what each day from the first to the last came to, oldest first, without those on
// which nothing was asked.
func (l *Ledger) Days(first, last pos.Day) ([]pos.DayTotals, error) {
	var days []pos.DayTotals
	err := l.view(func(rd reader) error {
		c := rd.tx.Bucket([]byte(TotalsBucket)).Cursor()
		end := dayKey(last)
		for k, value := c.Seek(dayKey(first)); k != nil && bytes.Compare(k, end) <= 0; k, value = c.Next() {
			if len(k) != 4 {
				return damaged(TotalsBucket, k, errShape)
			}
			if binary.BigEndian.Uint32(k)%100 == 0 {
				continue // a month
			}
			body, err := Row{TotalsBucket, k, value}.Body()
			if err != nil {
				return err
			}
			d := pos.DayTotals{Day: pos.Day(binary.BigEndian.Uint32(k))}
			if d.Totals, err = decodeTotals(body); err != nil {
				return damaged(TotalsBucket, k, err)
			}
			days = append(days, d)
		}
		return nil
	})
	return days, err
}

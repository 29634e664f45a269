package store

import (
	"bytes"
	"encoding/binary"
	"errors"
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
	return read(l, func(rd reader) (a pos.Attempt, err error) {
		k, err := keyOf(id)
		if err != nil {
			return a, err
		}
		return rd.attempt(k)
	})
}

// ByAddress implements [pos.Ledger].
func (l *Ledger) ByAddress(address string) (pos.AttemptID, error) {
	return l.byName(address, reader.byAddress)
}

// ByOnce implements [pos.Ledger].
func (l *Ledger) ByOnce(mark string) (pos.AttemptID, error) {
	return l.byName(mark, func(rd reader, mark string) (key, error) { return named(rd.tx, onceBucket, mark) })
}

func (l *Ledger) byName(name string, find func(reader, string) (key, error)) (pos.AttemptID, error) {
	if name == "" || len(name) > longest {
		return "", pos.ErrNotFound
	}
	return read(l, func(rd reader) (pos.AttemptID, error) {
		k, err := find(rd, name)
		if err != nil {
			return "", err
		}
		return attemptOf(k), nil
	})
}

// ByReceipt implements [pos.Ledger].
func (l *Ledger) ByReceipt(receipt string) (pos.AttemptID, error) {
	return read(l, func(rd reader) (pos.AttemptID, error) {
		id, err := rd.holder(receiptText(receipt), key{})
		if err == nil && id == "" {
			err = pos.ErrNotFound
		}
		return id, err
	})
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
	list, err := read(l, func(rd reader) ([]pos.Attempt, error) {
		var keys []key
		err := scan(rd.tx, unsettledBucket, nil, func(k, _ []byte) error {
			if len(k) != idSize {
				return damaged(unsettledBucket, k, errShape)
			}
			keys = append(keys, key(k))
			return nil
		})
		list, missing := rd.attempts(keys)
		return list, refused(errors.Join(err, missing))
	})
	return slices.DeleteFunc(list, func(a pos.Attempt) bool { return !wanted(a) }), err
}

// Sale implements [pos.Ledger].
func (l *Ledger) Sale(id pos.SaleID) (pos.Sale, error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return nil, nil
	}
	return read(l, func(rd reader) (pos.Sale, error) { return rd.sale(k) })
}

// Events lists the evidence of an attempt in the order it was written, bodies included, or returns
// pos.ErrNotFound.
func (l *Ledger) Events(id pos.AttemptID) ([]pos.Event, error) {
	return read(l, func(rd reader) ([]pos.Event, error) {
		k, err := keyOf(id)
		if err != nil {
			return nil, err
		}
		r, err := rd.record(k)
		if err != nil {
			return nil, err
		}
		events, err := r.Bodies()
		if err != nil {
			err = damaged(RecordsBucket, k[:], err)
		}
		return events, err
	})
}

// DayPage lists up to n attempts of a day, newest first: those before the attempt before, or the
// day's last if it is "". It reads no more records than it returns, however big the ledger.
func (l *Ledger) DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error) {
	from, to := dayKeys(day)
	return read(l, func(rd reader) (page []pos.Attempt, err error) {
		if before != "" {
			k, err := keyOf(before)
			if err != nil {
				return nil, err
			}
			if bytes.Compare(k[:], to[:]) < 0 {
				to = k
			}
		}
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
		return page, errors.Join(errs...)
	})
}

// Totals is what a day came to: the sum of the attempts that [Ledger.DayPage] shows for it, kept as
// they change.
func (l *Ledger) Totals(day pos.Day) (pos.Totals, error) {
	return read(l, func(rd reader) (pos.Totals, error) { return getTotals(rd.tx, day) })
}

// Month is what a month came to.
func (l *Ledger) Month(m pos.Month) (pos.Totals, error) { return l.Totals(monthKey(m)) }

// Days returns what each day from the first to the last came to, oldest first, without those on
// which nothing was asked.
func (l *Ledger) Days(first, last pos.Day) ([]pos.DayTotals, error) {
	return read(l, func(rd reader) (days []pos.DayTotals, err error) {
		c := rd.tx.Bucket([]byte(TotalsBucket)).Cursor()
		end := dayKey(last)
		for k, _ := c.Seek(dayKey(first)); k != nil && bytes.Compare(k, end) <= 0; k, _ = c.Next() {
			if len(k) != 4 {
				return days, damaged(TotalsBucket, k, errShape)
			}
			d := pos.DayTotals{Day: pos.Day(binary.BigEndian.Uint32(k))}
			if d.Day%100 == 0 {
				continue // a month
			}
			if d.Totals, err = getTotals(rd.tx, d.Day); err != nil {
				return days, err
			}
			days = append(days, d)
		}
		return days, nil
	})
}

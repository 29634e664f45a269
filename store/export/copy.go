package export

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kaunta/pos"
)

// Book is what an export reads of the ledger. Rows come newest first.
type Book interface {
	DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error)
	Totals(day pos.Day) (pos.Totals, error)
	Days(first, last pos.Day) ([]pos.DayTotals, error)
}

// Writer takes the rows of an export, one by one, and then what each day came to.
type Writer interface {
	// Fits is nil if so many rows can be written, and otherwise says why not.
	Fits(rows int) error

	Row(Row) error

	// Close writes the totals, by day, and whatever is not written yet.
	Close(days []pos.DayTotals) error
}

const (
	pageSize = 500

	// maxReadings is how often a day is read again because payments landed meanwhile.
	maxReadings = 30
)

// DisagreeError says that the ledger's totals of a day are not what its rows come to: one of the
// two is damaged.
type DisagreeError struct {
	Day          pos.Day
	Ledger, Rows pos.Totals
}

// Error is one plain sentence.
func (e *DisagreeError) Error() string {
	return fmt.Sprintf("the ledger contradicts itself about %v: its totals say %s, and its payments come to %s: "+
		"run kaunta verify, or restore a backup", e.Day, sums(e.Ledger), sums(e.Rows))
}

func sums(t pos.Totals) string {
	return fmt.Sprintf("KES %v paid by %d, %d not paid, %d still checking, %d owed back, %d given back, %d cleared up, %d possibly paid twice",
		t.Paid.KES, t.Paid.Count, t.NotPaid.Count, t.Checking.Count, t.OwedBack.Count, t.Refunded.Count, t.Resolved.Count, t.Doubtful.Count)
}

// Day reads a day as it was at one moment, newest first, and returns what it came to. It calls
// begin before the first row, and again if the day changed while it was being read: then the rows
// given since the last begin do not count.
func Day(ctx context.Context, book Book, day pos.Day, begin func(), row func(pos.Attempt) error) (pos.Totals, error) {
	before, err := book.Totals(day)
	if err != nil {
		return before, err
	}
	for range maxReadings {
		begin()
		var rows pos.Totals
		err := Rows(ctx, book, day, func(a pos.Attempt) error {
			rows.Add(a, 1)
			return row(a)
		})
		if err != nil {
			return rows, err
		}
		after, err := book.Totals(day)
		switch {
		case err != nil:
			return rows, err
		case rows == before && rows == after:
			return rows, nil
		case before == after: // a payment never goes back to what it was, so nothing has changed meanwhile
			return rows, &DisagreeError{day, after, rows}
		}
		before = after
	}
	return before, fmt.Errorf("payments land faster than %v can be read: try again at a quieter moment", day)
}

// Rows reads the rows of a day, newest first, a page at a time. Those that the book leaves out
// because they are damaged are in its error, after the others.
func Rows(ctx context.Context, book Book, day pos.Day, row func(pos.Attempt) error) error {
	var damaged error
	for before := pos.AttemptID(""); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, err := book.DayPage(day, before, pageSize)
		damaged = errors.Join(damaged, err)
		if len(page) == 0 {
			return damaged
		}
		for _, a := range page {
			if err := row(a); err != nil {
				return err
			}
		}
		before = page[len(page)-1].ID
	}
}

// Copy writes the days from the first to the last, oldest first, each attempt as the row that rowOf
// makes of it. It tells progress, which may be nil, how many rows of how many are written. It
// does not close to, and returns what the days came to.
//
// Errors: ctx's, the book's, to's, [DisagreeError].
func Copy(ctx context.Context, to Writer, book Book, first, last pos.Day, rowOf func(pos.Attempt) Row, progress func(done, of int)) ([]pos.DayTotals, error) {
	days, err := book.Days(first, last)
	if err != nil {
		return nil, err
	}
	of := Count(days)
	if err := to.Fits(of); err != nil { // at once, and not after the rows that fit
		return nil, err
	}
	done := 0
	var attempts []pos.Attempt // of one day
	for i := range days {
		days[i].Totals, err = Day(ctx, book, days[i].Day,
			func() { attempts = attempts[:0] },
			func(a pos.Attempt) error { attempts = append(attempts, a); return nil })
		if err != nil {
			return nil, err
		}
		for _, a := range slices.Backward(attempts) {
			if err := to.Row(rowOf(a)); err != nil {
				return nil, err
			}
			done++
			if progress != nil {
				progress(done, max(done, of))
			}
		}
	}
	return days, nil
}

// Count is how many attempts were made on the days.
func Count(days []pos.DayTotals) (n int) {
	for _, d := range days {
		n += d.Attempts()
	}
	return n
}

package cli

import (
	"errors"

	"kaunta/pos"
)

// briefBook reads a ledger without keeping it: it is opened for each reading, since a ledger that
// is being read cannot take payments, and a pager may stay open for long. Between two readings a
// till can start; the next then goes through that one.
type briefBook struct{ open func() (Book, error) }

func reading[T any](b briefBook, read func(Book) (T, error)) (result T, err error) {
	book, err := b.open()
	if err != nil {
		return result, err
	}
	result, err = read(book)
	return result, errors.Join(err, book.Close())
}

func (b briefBook) DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error) {
	return reading(b, func(book Book) ([]pos.Attempt, error) { return book.DayPage(day, before, n) })
}

func (b briefBook) Totals(day pos.Day) (pos.Totals, error) {
	return reading(b, func(book Book) (pos.Totals, error) { return book.Totals(day) })
}

func (b briefBook) Days(first, last pos.Day) ([]pos.DayTotals, error) {
	return reading(b, func(book Book) ([]pos.DayTotals, error) { return book.Days(first, last) })
}

func (b briefBook) Find(text string, n int) ([]pos.Attempt, error) {
	return reading(b, func(book Book) ([]pos.Attempt, error) { return book.Find(text, n) })
}

func (c *commands) briefly() (briefBook, error) {
	s, err := c.settings()
	return briefBook{func() (Book, error) { return c.OpenBook(s) }}, err
}

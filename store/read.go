package store

import (
	"bytes"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"kaunta/pos"
)

// Every read is one short transaction: what it returns is copied out, since a transaction that stays open makes the
// file grow and, on some machines, the writer wait.
//
// The reads that return a list leave out a record that is damaged, and return the others with an error that names it.

// view runs read in a transaction.
func (l *Ledger) view(read func(*bolt.Tx) error) error {
	err := guard(func() error { return l.db.View(read) })
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

// Attempt implements [pos.Ledger].
func (l *Ledger) Attempt(id pos.AttemptID) (pos.Attempt, error) {
	k, ok := parseKey(id)
	if !ok {
		return pos.Attempt{}, fmt.Errorf("store: attempt %q: %w", id, pos.ErrNotFound)
	}
	var a pos.Attempt
	err := l.view(func(tx *bolt.Tx) (err error) {
		a, err = getAttempt(tx, k)
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
	err := l.view(func(tx *bolt.Tx) error {
		k, err := pointer(tx, addressesBucket, []byte(address))
		if err == nil {
			id = k.attempt()
		}
		return err
	})
	return id, err
}

// Open implements [pos.Ledger].
func (l *Ledger) Open() ([]pos.Attempt, error) { return l.all(openBucket) }

// Owed lists the second payments of sales that were paid already, oldest first: money to be given back.
func (l *Ledger) Owed() ([]pos.Attempt, error) { return l.all(owedBucket) }

// all reads the attempts in one of the sets, oldest first.
func (l *Ledger) all(set bucket) ([]pos.Attempt, error) {
	var list []pos.Attempt
	err := l.view(func(tx *bolt.Tx) error {
		var keys []key
		err := scan(tx, set, nil, func(k, _ []byte) error {
			if len(k) != idSize {
				return damaged(set, k, errShape)
			}
			keys = append(keys, key(k))
			return nil
		})
		var missing error
		list, missing = getAttempts(tx, keys)
		return errors.Join(err, missing)
	})
	return list, err
}

// Sale implements [pos.Ledger].
func (l *Ledger) Sale(id pos.SaleID) (pos.Sale, error) {
	k, ok := parseKey(id)
	if !ok {
		return nil, nil
	}
	var sale pos.Sale
	err := l.view(func(tx *bolt.Tx) (err error) {
		sale, err = getSale(tx, k)
		return err
	})
	return sale, err
}

// Events lists the evidence of an attempt in the order it was written, bodies included, or returns pos.ErrNotFound.
func (l *Ledger) Events(id pos.AttemptID) ([]pos.Event, error) {
	k, ok := parseKey(id)
	if !ok {
		return nil, fmt.Errorf("store: attempt %q: %w", id, pos.ErrNotFound)
	}
	var events []pos.Event
	err := l.view(func(tx *bolt.Tx) error {
		if !has(tx, attemptsBucket, k[:]) {
			return fmt.Errorf("store: attempt %s: %w", id, pos.ErrNotFound)
		}
		return scan(tx, eventsBucket, k[:], func(at, body []byte) error {
			e, err := readEvent(at, body)
			if err == nil {
				events = append(events, e)
			}
			return err
		})
	})
	return events, err
}

// DayPage lists up to n attempts of a day, newest first: those before the attempt before, or the day's last if it is "".
// It reads no more records than it returns, however big the ledger.
func (l *Ledger) DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error) {
	from, to := dayKeys(day)
	if before != "" {
		k, ok := parseKey(before)
		if !ok {
			return nil, fmt.Errorf("store: attempt %q: %w", before, pos.ErrNotFound)
		}
		if bytes.Compare(k[:], to[:]) < 0 {
			to = k
		}
	}
	var page []pos.Attempt
	err := l.view(func(tx *bolt.Tx) error {
		var errs []error
		c := tx.Bucket([]byte(attemptsBucket)).Cursor()
		k, value := below(c, to[:])
		for ; n > 0 && k != nil && bytes.Compare(k, from[:]) >= 0; n-- {
			a, err := readAttempt(k, value)
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

// below moves the cursor to the last key before limit; nil where there is none.
func below(c *bolt.Cursor, limit []byte) (k, value []byte) {
	if k, _ := c.Seek(limit); k == nil {
		return c.Last()
	}
	return c.Prev()
}

// getAttempts reads attempts in the order of their keys.
func getAttempts(tx *bolt.Tx, keys []key) ([]pos.Attempt, error) {
	var list []pos.Attempt
	var errs []error
	for _, k := range keys {
		a, err := getAttempt(tx, k)
		if errors.Is(err, pos.ErrNotFound) {
			err = damaged(attemptsBucket, k[:], errors.New("an index names it, and it is not there"))
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		list = append(list, a)
	}
	return list, errors.Join(errs...)
}

func getAttempt(tx *bolt.Tx, k key) (pos.Attempt, error) {
	value := tx.Bucket([]byte(attemptsBucket)).Get(k[:])
	if value == nil {
		return pos.Attempt{}, fmt.Errorf("store: attempt %s: %w", k, pos.ErrNotFound)
	}
	return readAttempt(k[:], value)
}

// readAttempt checks and decodes the attempt with the key at.
func readAttempt(at, value []byte) (pos.Attempt, error) {
	body, err := unseal(attemptsBucket, at, value)
	if err != nil {
		return pos.Attempt{}, err
	}
	if len(at) != idSize {
		return pos.Attempt{}, damaged(attemptsBucket, at, errShape)
	}
	a := pos.Attempt{ID: key(at).attempt()}
	if err := decode(body, &a, attemptFields); err != nil {
		return pos.Attempt{}, damaged(attemptsBucket, at, err)
	}
	return a, nil
}

// getSale reads the attempts of a sale, oldest first.
func getSale(tx *bolt.Tx, sale key) (pos.Sale, error) {
	var keys []key
	err := scan(tx, salesBucket, sale[:], func(k, _ []byte) error {
		attempt, ok := tail(k)
		if !ok {
			return damaged(salesBucket, k, errShape)
		}
		keys = append(keys, attempt)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return getAttempts(tx, keys)
}

// readEvent decodes the event with the key at.
func readEvent(at, body []byte) (pos.Event, error) {
	if len(at) < idSize {
		return pos.Event{}, damaged(eventsBucket, at, errShape)
	}
	e := pos.Event{Attempt: key(at[:idSize]).attempt()}
	if err := decode(body, &e, eventFields); err != nil {
		return pos.Event{}, damaged(eventsBucket, at, err)
	}
	return e, nil
}

// pointer reads the attempt that an index entry names, or returns pos.ErrNotFound.
func pointer(tx *bolt.Tx, b bucket, k []byte) (key, error) {
	body, err := get(tx, b, k)
	switch {
	case err != nil:
		return key{}, err
	case body == nil:
		return key{}, pos.ErrNotFound
	case len(body) != idSize:
		return key{}, damaged(b, k, errShape)
	}
	return key(body), nil
}

// get reads one value, without its checksum; nil where there is none. It shares the file's memory.
func get(tx *bolt.Tx, b bucket, k []byte) ([]byte, error) {
	value := tx.Bucket([]byte(b)).Get(k)
	if value == nil {
		return nil, nil
	}
	return unseal(b, k, value)
}

func has(tx *bolt.Tx, b bucket, k []byte) bool { return tx.Bucket([]byte(b)).Get(k) != nil }

// scan calls visit for every entry whose key begins with prefix, in order. It goes on past what is damaged, and
// returns all errors together.
func scan(tx *bolt.Tx, b bucket, prefix []byte, visit func(k, body []byte) error) error {
	var errs []error
	c := tx.Bucket([]byte(b)).Cursor()
	for k, value := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, value = c.Next() {
		body, err := unseal(b, k, value)
		if err == nil {
			err = visit(k, body)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// put writes one value with its checksum.
func put(tx *bolt.Tx, b bucket, k, body []byte) error {
	to := tx.Bucket([]byte(b))
	to.FillPercent = b.fill()
	return to.Put(k, seal(k, body))
}

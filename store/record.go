package store

import (
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// rec is the record of an attempt.
type rec struct {
	format.Record
	sealed []byte // as it stands in the file; nil where it was not written by this program
}

// reader reads records in a transaction.
type reader struct {
	tx     *bolt.Tx
	coder  *format.Coder
	bodies bool         // raw bodies too
	recent map[key]*rec // for one who writes: records that need not be decoded again; see tip
}

var (
	errMissing = errors.New("it is not there")
	errShape   = format.ErrShape
)

// read decodes the record with the key at.
func (rd reader) read(at, sealed []byte) (*rec, error) {
	r, err := rd.coder.Read(at, sealed, rd.bodies)
	if err == nil && (r.Events[0].Kind != pos.EventAsked || r.Events[0].Asked == nil) {
		err = errShape
	}
	if err != nil {
		return nil, damaged(attemptsBucket, at, err)
	}
	return &rec{Record: *r}, nil
}

// damaged names the record that cannot be trusted, or cannot be understood.
func damaged(b bucket, k []byte, cause error) error {
	if errors.Is(cause, format.ErrNewer) {
		return fmt.Errorf("%w: record %s/%x", ErrNewer, b, k)
	}
	return fmt.Errorf("%w: record %s/%x: %w", ErrDamaged, b, k, cause)
}

// unseal checks and strips the checksum of a value.
func unseal(b bucket, k, value []byte) ([]byte, error) {
	body, err := format.Unseal(k, value)
	if err != nil {
		return nil, damaged(b, k, err)
	}
	return body, nil
}

// refused makes of a record that cannot be read a pos.ErrRefused too: it concerns one attempt, and
// the ledger takes others.
func refused(err error) error {
	if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
		return err
	}
	return refusedError{err}
}

// refusedEvent makes of whatever is wrong with one event a pos.ErrRefused too.
func refusedEvent(err error) error {
	if errors.Is(err, pos.ErrNotFound) {
		return err
	}
	return refusedError{err}
}

type refusedError struct{ error }

func (e refusedError) Unwrap() error      { return e.error }
func (refusedError) Is(target error) bool { return target == pos.ErrRefused }

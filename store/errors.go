package store

import (
	"errors"
	"fmt"
	"io/fs"

	berrors "go.etcd.io/bbolt/errors"

	"kaunta/pos"
	"kaunta/store/format"
)

// The errors a caller may want to tell apart, with [*LockedError] and pos.ErrNotFound.
var (
	// ErrFailed: a commit failed, so that it is not known what is on disk, and this file is never
	// written again. Reads go on. The next Open goes on with a copy of what can be read (see
	// renew.go). It is not what a commit is that wrote nothing for want of room: that is a
	// pos.ErrNoRoom, and may be tried again (see ahead.go).
	ErrFailed error = &pos.LocalizedError{
		EN: "The ledger could not be written and takes no more: see that the disk is well and has room, then start Kaunta again.",
		SW: "Daftari halikuandikika, na halipokei zaidi: hakikisha diski ni nzima na ina nafasi, kisha anzisha Kaunta upya.",
	}

	// ErrFull: there is no room to ask for another payment. What is open can still be resolved.
	ErrFull error = &pos.LocalizedError{EN: "The disk is full: no payment was asked. Call the owner.", SW: "Diski imejaa: hakuna malipo yaliyoombwa. Mpigie mwenye duka."}

	// ErrDamaged: a record or a page of the file is not what was written.
	ErrDamaged = errors.New("store: the ledger is damaged: restore a backup")

	// ErrLocked is what a [*LockedError] is.
	ErrLocked = errors.New("store: the ledger is in use")

	// ErrOlder: the ledger has the format of an earlier version. Package maintain brings it up.
	ErrOlder = errors.New("it is of an older format: open it once with the till or, if it is a backup, restore it; either brings it up to date")

	// ErrNewer: there is evidence that this program does not know. Such a ledger is read, and not
	// written.
	ErrNewer = errors.New("store: the ledger was made by a newer kaunta: install that again")

	ErrClosed   = errors.New("store: the ledger is closed")
	ErrReadOnly = errors.New("store: the ledger was opened for reading only")
)

// ErrMoved: the ledger's file is no longer the one at its path: it was moved or deleted, its folder
// was, or another file was put in its place. What is written would not be found again by the next
// till.
var ErrMoved error = &pos.LocalizedError{
	EN: "The ledger's file is not at its place: no new payments. Call the owner.",
	SW: "Faili ya daftari haipo mahali pake: hakuna malipo mapya. Mpigie mwenye duka.",
}

// explain says in a sentence why path cannot be opened.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return absentError{path}
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("store: this user may not open %s: give it to the user who runs the till: %w", path, err)
	case errors.Is(err, berrors.ErrTimeout):
		return Locked(path)
	case errors.Is(err, ErrDamaged):
		return fmt.Errorf("%w (%s)", err, path)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum):
		return fmt.Errorf("store: %s is not a ledger, or its beginning is damaged: "+
			"name another file, or restore a backup: %w", path, err)
	default:
		return fmt.Errorf("store: %s cannot be opened as a ledger: %w", path, err)
	}
}

// absentError is a ledger that was not made yet. It is an fs.ErrNotExist.
type absentError struct{ path string }

func (e absentError) Error() string {
	return "there is no ledger at " + e.path + " yet: open the till once, or name another with --ledger"
}

func (e absentError) Is(target error) bool { return target == fs.ErrNotExist }

// damaged names the record that cannot be trusted, or cannot be understood.
func damaged(b Bucket, k []byte, cause error) error {
	if errors.Is(cause, format.ErrNewer) {
		return fmt.Errorf("%w: record %s/%x", ErrNewer, b, k)
	}
	return fmt.Errorf("%w: record %s/%x: %w", ErrDamaged, b, k, cause)
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

var (
	errMissing = errors.New("it is not there")
	errNamed   = errors.New("an index names it, and it is not there")
	errOrder   = errors.New("it is not in its order")
	errShape   = format.ErrShape
)

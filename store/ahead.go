package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	berrors "go.etcd.io/bbolt/errors"

	"kaunta/pos"
	"kaunta/store/disk"
)

// The file grows before it has to. Behind its pages there is room that the disk has given for good,
// enough for what becomes of everything that is unsettled:
//
//	pages in use, and free ones │ room ahead │
//	                           used        given
//
// bbolt may use it and never grows the file itself: it would make the file longer without any room
// behind it, and find out while it writes. What does not fit is refused by bbolt before it writes
// anything, is a pos.ErrNoRoom, and may be tried again.
//
// Where the disk refuses to take a page all the same, as one that writes nothing twice in one place
// can, the pages that were written are free ones: nothing has happened as long as no flush has
// failed, and the first pages are those of the commit before.
const (
	growth      = 1 << 20  // how much the file grows at a time: each costs a flush
	aheadAlways = 1 << 20  // the room ahead,
	aheadEach   = 64 << 10 // and more for each attempt that is unsettled: a commit while a reader keeps all free pages from being used
	aheadMost   = 512      // of which this many are counted
)

// ahead is the room ahead. It is the committing goroutine's.
type ahead struct {
	given int64 // where it ends; 0: not known yet
	lacks error // why there is too little of it; nil: there is enough
	limit int64 // how big the file may grow; 0: no limit
	allot func(f *os.File, from, to int64) error
}

// errLacks is what an error is where the disk, or the machine, gives no more room.
var errLacks = errors.New("make room on it")

func (l *Ledger) lacks() error {
	if a := l.ahead; a.limit > 0 && a.given >= a.limit {
		return fmt.Errorf("the ledger has reached %d MiB, the most that a 32-bit machine can keep: move it to a 64-bit machine", a.limit>>20)
	}
	if free, err := l.room(); err == nil {
		return fmt.Errorf("the disk of %s has %d MiB left: %w", l.path, free>>20, errLacks)
	}
	return fmt.Errorf("the disk of %s is full: %w", l.path, errLacks)
}

// lookAhead sees to the room ahead of a file of which so many bytes are used. The error is not one
// of room, and the file's last.
func (l *Ledger) lookAhead(used int64, unsettled int) error {
	a := &l.ahead
	if a.given == 0 {
		info, err := l.db.file.Stat()
		if err != nil {
			return err
		}
		a.given = used
		if size := info.Size(); size > used { // an earlier process may have been given that
			switch err := a.allot(l.db.file, used, size); {
			case err == nil:
				a.given = size
			case !disk.NoRoom(err):
				return err
			}
		}
	}
	a.lacks = nil
	need := used + aheadAlways + aheadEach*int64(min(unsettled, aheadMost))
	if a.given < need {
		full, err := l.grow(need + growth)
		if err == nil && full {
			_, err = l.grow(need)
		}
		if err != nil {
			return err
		}
		if a.given < need {
			a.lacks = l.lacks()
		}
	}
	l.db.AllocSize, l.db.MaxSize = 0, int(a.given)
	return nil
}

// grow makes the file so big, and reports whether there is no room for it. The error is not one of
// room, and the file's last.
func (l *Ledger) grow(to int64) (full bool, err error) {
	a := &l.ahead
	if runtime.GOOS == "windows" {
		to = mapSize(to)
	}
	if a.limit > 0 {
		to = min(to, a.limit)
	}
	if to <= a.given {
		return true, nil
	}
	if free, err := l.room(); err == nil && free < uint64(to-a.given) {
		return true, nil // to fail would take the last of it
	}
	if err := a.allot(l.db.file, a.given, to); err != nil {
		if disk.NoRoom(err) {
			return true, nil
		}
		return false, fmt.Errorf("growing the file: %w", err)
	}
	if !l.db.NoSync {
		if err := l.db.file.Sync(); err != nil {
			return false, fmt.Errorf("growing the file: %w", err)
		}
	}
	a.given = to
	return false, nil
}

// mapSize is how big bbolt makes a file on Windows that is to have so many bytes: it is as big as
// its map there, and grows with it.
func mapSize(to int64) int64 {
	const step = 1 << 30
	for size := int64(32 << 10); size <= step; size *= 2 {
		if to <= size {
			return size
		}
	}
	return (to + step - 1) / step * step
}

// fullError is what a commit comes to that wrote nothing for want of room.
type fullError struct {
	cause error
	ahead bool // it was not even begun: with more room ahead it would fit
}

func (e *fullError) Error() string { return e.cause.Error() }

// full makes a fullError of what the commit with the number came to, if it wrote nothing for want
// of room; nil otherwise.
func (l *Ledger) full(err error, commit uint64) *fullError {
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return &fullError{cause: l.lacks(), ahead: true}
	}
	var write *fs.PathError // bbolt flushes past the os package, so that a flush's error is none
	if !errors.As(err, &write) || write.Op != "write" || !disk.NoRoom(write.Err) {
		return nil
	}
	for n := range int64(2) {
		if p, err := readFirst(l.db.file, n); err != nil || !p.whole || p.commit >= commit {
			return nil
		}
	}
	return &fullError{cause: l.lacks()}
}

// of is the error for the one who wanted the event written, or other work done.
func (e *fullError) of(r *request) error {
	if r.work == nil && begins(r.event.Kind) {
		return fmt.Errorf("%w: %w", ErrFull, e)
	}
	return fmt.Errorf("%w: %w", pos.ErrNoRoom, e)
}

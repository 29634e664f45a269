package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
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
		EN: "The ledger could not be written and takes no more: see that the disk is well and has room, then start the till again.",
		SW: "Daftari halikuandikika, na halipokei zaidi: hakikisha diski ni nzima na ina nafasi, kisha anzisha till upya.",
	}

	// ErrFull: there is no room to ask for another payment. What is open can still be resolved.
	ErrFull error = &pos.LocalizedError{EN: "The disk is full: no payment was asked. Call the owner.", SW: "Diski imejaa: hakuna malipo yaliyoombwa. Mpigie mwenye duka."}

	// ErrDamaged: a record or a page of the file is not what was written.
	ErrDamaged = errors.New("store: the ledger is damaged: restore a backup")

	// ErrLocked is what a [*LockedError] is.
	ErrLocked = errors.New("store: the ledger is in use")

	// ErrNewer: there is evidence that this program does not know. Such a ledger is read, and not
	// written.
	ErrNewer = errors.New("store: the ledger was made by a newer kaunta: install that again")

	ErrClosed   = errors.New("store: the ledger is closed")
	ErrReadOnly = errors.New("store: the ledger was opened for reading only")
)

// Options are the ways to open a ledger.
type Options struct {
	// Environment is "training", "sandbox" or "production". A ledger is made for one of them, and
	// is refused when it is opened for another. Empty: whichever it is for, but none is made.
	Environment string

	// ShortCode is written into a new ledger.
	ShortCode string

	// ReadOnly opens a ledger that exists, beside other readers, and never writes.
	ReadOnly bool

	// Now tells when a ledger was made or opened; nil is time.Now.
	Now func() time.Time

	// UnsafeNoSync leaves every flush out, for simulations in virtual time: a power cut destroys
	// the ledger. It is refused unless the environment is "training".
	UnsafeNoSync bool

	// Progress is told how far the work has come that brings a ledger of an older version up to
	// date, or makes one anew: so many attempts of so many. nil: nobody asks.
	Progress func(done, total int)
}

// Origin is what a ledger was made for.
type Origin struct {
	Environment string
	ShortCode   string
	Created     time.Time
}

// Ledger is the till's ledger in one file. All methods may be called from any goroutine.
type Ledger struct {
	db       *database
	name     string // by which the ledger was opened
	path     string // where that name led
	readOnly bool
	origin   Origin
	coder    *format.Coder
	tip      *tip // of the committing goroutine

	reads   readings
	queue   chan *request // taken by the committing goroutine
	quit    chan struct{} // closed by Close
	stopped chan struct{} // closed when the committing goroutine has ended
	close   func() error

	room    func() (uint64, error) // free bytes on the ledger's disk
	failure atomic.Pointer[error]  // why nothing is written any more
	ahead   ahead                  // of the committing goroutine
}

var _ pos.Ledger = (*Ledger)(nil)

// lockTimeout is how long Open waits for another process to let go of the file.
const lockTimeout = time.Second

const (
	// mapped is how much address space is reserved for the file, 0 where that is scarce. While the
	// file fits in it, growing does not have to wait for readers. bbolt would make the file that
	// big on Windows.
	mapped = (32 << 30) * (strconv.IntSize / 64)

	// maxSize is how big the file may grow, 0 for no limit: on 32 bits, mapping fails near 1 GiB.
	maxSize = (512 << 20) * (1 - strconv.IntSize/64)
)

// Open opens the ledger at path, or makes one there with mode 0600, its folder included. Errors,
// each one sentence: a [*LockedError] where another process has it, [ErrDamaged], or why the file
// is none that this program can use, for this environment. A file that is refused is left as it
// was.
//
// Under testing/synctest, a ledger belongs to the bubble in which it was opened.
func Open(path string, o Options) (*Ledger, error) {
	if o.UnsafeNoSync && o.Environment != "training" {
		return nil, errors.New("store: a ledger that is not synced is for training only")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	name := path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // the pid file stands beside the file itself, whatever it was called by
	}

	err = usable(path)
	if errors.Is(err, fs.ErrNotExist) && !o.ReadOnly {
		if err := create(path, o); err != nil {
			return nil, err
		}
		err = usable(path)
	}
	if err == nil && !o.ReadOnly {
		err = private(path)
	}
	if err != nil {
		return nil, err
	}

	// A foreign file must not be touched, and bbolt may write as it opens: so look first.
	db, origin, err := inspect(path, o)
	if err != nil {
		return nil, err
	}
	if o.ReadOnly {
		return start(&Ledger{db: db, name: name, path: path, readOnly: true, origin: origin})
	}
	if err := db.Close(); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}

	db, err = openToWrite(path, o)
	if err != nil {
		return nil, err
	}
	return start(&Ledger{db: db, name: name, path: path, origin: origin})
}

// unwritable says that a ledger can be read and not written: beyond what a reader needs, a writer
// reads the list of free pages, which Compact makes anew. It is an [ErrDamaged].
type unwritable struct {
	path  string
	cause error
}

func (e *unwritable) Error() string {
	return fmt.Sprintf("store: the ledger %s can be read, but not written, since its list of free pages is damaged: "+
		"run kaunta compact, which makes it anew from its payments", e.path)
}

func (e *unwritable) Unwrap() error { return e.cause }

// openWriter opens a file that has been inspected, to be written.
func openWriter(path string, o bolt.Options) (*database, error) {
	db, err := openFile(path, o)
	if errors.Is(err, ErrDamaged) {
		err = &unwritable{path, err}
	}
	return db, err
}

// Writable opens the ledger at path as a till does, up to the first write, and says why that cannot
// be; it writes nothing. It is for a process that nobody needs: see [ServeTry].
func Writable(path string) error {
	db, _, err := inspect(path, Options{})
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if db, err = openWriter(path, bolt.Options{}); err != nil {
		return err
	}
	err = guard(func() error {
		tx, err := db.Begin(true)
		if err != nil {
			return err
		}
		return tx.Rollback()
	})
	return errors.Join(err, db.Close())
}

// usable refuses what cannot be a ledger, without opening it: to open a pipe waits for ever. The
// error is fs.ErrNotExist where there is nothing.
func usable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return explain(path, err)
	case info.IsDir():
		return fmt.Errorf("store: %s is a folder: name a file for the ledger", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("store: %s is not an ordinary file: name a file for the ledger", path)
	case info.Size() == 0:
		return fmt.Errorf("store: %s is empty: it was not made by this program, or has lost its content; "+
			"restore a backup, or move it away and a new ledger is made", path)
	}
	return nil
}

// explain says in a sentence why path cannot be opened.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return absentError{path}
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("store: this user may not open %s: give it to the user who runs the till: %w", path, err)
	case errors.Is(err, berrors.ErrTimeout):
		return locked(path)
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

// openFile opens the file with bbolt. Whatever a damaged file makes of that, it comes back as an
// error, and the file's lock is given back.
func openFile(path string, o bolt.Options) (*database, error) {
	open := o.OpenFile
	if open == nil {
		open = os.OpenFile
	}
	var file *os.File
	o.Timeout = lockTimeout
	o.FreelistType = bolt.FreelistMapType
	o.NoStatistics = true
	o.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		// Not os.O_CREATE, which bbolt wants: a ledger that vanished this moment is not made anew.
		f, err := open(name, flag&^os.O_CREATE, mode)
		file = f
		return f, err
	}
	db := &database{}
	err := guard(func() (err error) {
		if db.DB, err = bolt.Open(path, 0o600, &o); err != nil {
			return err
		}
		db.file = file
		return db.View(func(tx *bolt.Tx) error {
			db.last.Store(uint64(tx.ID()))
			return nil
		})
	})
	if errors.Is(err, ErrDamaged) && file != nil {
		unlock(file) // the pages stay mapped, and with them the lock
		_ = file.Close()
	}
	if err != nil {
		return nil, explain(path, err)
	}
	if replaced(path, file) {
		if err := db.Close(); err != nil {
			return nil, explain(path, err)
		}
		o.OpenFile = open
		return openFile(path, o)
	}
	return db, nil
}

// replaced reports whether path is no longer the file that was opened: another till may have
// renewed it while this one waited for the lock. To write to a file that has lost its name would be
// to lose it.
func replaced(path string, f *os.File) bool {
	was, err := f.Stat()
	if err != nil {
		return true
	}
	is, err := os.Stat(path)
	return err != nil || !os.SameFile(was, is)
}

// openToWrite opens a ledger that has been inspected, brings it to this program's version and
// leaves word of who has it.
func openToWrite(path string, o Options) (*database, error) {
	options := bolt.Options{MaxSize: maxSize, NoSync: o.UnsafeNoSync}
	if runtime.GOOS != "windows" {
		options.InitialMmapSize = mapped
	}
	db, err := openWriter(path, options)
	if err != nil {
		return nil, err
	}
	if failedBefore(path) {
		if db, err = renew(db, path, options); err != nil {
			return nil, err
		}
	}
	if db, err = migrate(db, path, o, options); err != nil {
		return nil, err
	}
	sweep(path)
	writePID(path, o.Now())
	return db, nil
}

// start sets the ledger's goroutine going.
func start(l *Ledger) (*Ledger, error) {
	err := l.view(func(tx *bolt.Tx) error {
		secret, err := getSecret(tx, phonesKey)
		l.coder = format.NewCoder(secret)
		return err
	})
	if err != nil {
		_ = l.db.Close()
		return nil, explain(l.path, err)
	}
	l.room = func() (uint64, error) { return freeBytes(filepath.Dir(l.path)) }
	l.queue = make(chan *request)
	l.quit = make(chan struct{})
	l.stopped = make(chan struct{})
	l.close = sync.OnceValue(l.shut)
	l.ahead = ahead{limit: maxSize, allot: allot}
	if l.readOnly {
		close(l.stopped)
	} else {
		go l.run()
	}
	return l, nil
}

// Close lets what is being written be finished, waits for readers and gives the file back.
func (l *Ledger) Close() error { return l.close() }

func (l *Ledger) shut() error {
	close(l.quit)
	<-l.stopped
	if !l.readOnly && l.AtItsPath() == nil { // else the note is another's by now
		removePID(l.path) // before the lock is let go: afterwards it may be another's
	}
	if err := l.db.Close(); err != nil {
		return fmt.Errorf("store: closing the ledger: %w", err)
	}
	return nil
}

// Path is where the ledger is.
func (l *Ledger) Path() string { return l.path }

// Name is the path by which the ledger was opened: it may lead to another file by now.
func (l *Ledger) Name() string { return l.name }

// Origin tells what the ledger was made for.
func (l *Ledger) Origin() Origin { return l.origin }

// Health is nil while the ledger takes what is written, and otherwise why it does not: an
// [ErrFailed].
func (l *Ledger) Health() error {
	if p := l.failure.Load(); p != nil {
		return *p
	}
	return nil
}

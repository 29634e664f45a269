package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/disk"
	"kaunta/store/format"
)

// Ledger is the till's ledger in one file. All methods may be called from any goroutine.
type Ledger struct {
	db       *database
	name     string // by which the ledger was opened
	path     string // where that name led
	readOnly bool
	origin   Origin
	coder    *format.Coder
	tip      *tip // of the committing goroutine

	reads   openReads
	queue   chan *request // taken by the committing goroutine
	quit    chan struct{} // closed by Close
	stopped chan struct{} // closed when the committing goroutine has ended
	close   func() error

	room    func() (uint64, error) // free bytes on the ledger's disk
	failure atomic.Pointer[error]  // why nothing is written any more
	ahead   ahead                  // of the committing goroutine
}

var _ pos.Ledger = (*Ledger)(nil)

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
		path = real // the pid file stands next to the file itself, whatever it was called by
	}

	err = Usable(path)
	if errors.Is(err, fs.ErrNotExist) && !o.ReadOnly {
		if err := create(path, o); err != nil {
			return nil, err
		}
		err = Usable(path)
	}
	if err == nil && !o.ReadOnly {
		err = disk.Private(path)
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

// openToWrite opens a ledger that has been inspected, and leaves word of who has it.
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
	disk.Sweep(path)
	writePID(path, o.Now())
	return db, nil
}

// start sets the ledger's goroutine going.
func start(l *Ledger) (*Ledger, error) {
	err := l.view(func(rd reader) error {
		secret, err := getSecret(rd.tx, phonesKey)
		l.coder = format.NewCoder(secret)
		return err
	})
	if err != nil {
		_ = l.db.Close()
		return nil, explain(l.path, err)
	}
	l.room = func() (uint64, error) { return disk.Free(filepath.Dir(l.path)) }
	l.queue = make(chan *request)
	l.quit = make(chan struct{})
	l.stopped = make(chan struct{})
	l.close = sync.OnceValue(l.shut)
	l.ahead = ahead{limit: maxSize, allot: disk.Allot}
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

// AtItsPath implements [pos.Ledger]: it is an [ErrMoved] while the file that is written is not the
// one that the ledger's name leads to. A ledger that was opened for reading only is not looked for.
func (l *Ledger) AtItsPath() error {
	if l.readOnly {
		return nil
	}
	if replaced(l.name, l.db.file) || replaced(l.path, l.db.file) {
		return ErrMoved
	}
	return nil
}

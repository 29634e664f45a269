package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
)

// database is an open bbolt file.
type database struct {
	*bolt.DB
	file *os.File
	last atomic.Uint64 // the number of the last commit
}

// bbolt has two first pages, and each commit writes the other one. It opens a file that has lost
// one of them by the one that is left, which may be that of the commit before: then the last
// payment has vanished, and all that is left agrees. So both must be well. A power cut does not
// spoil one: what counts of it lies in one sector.
const (
	metaOffset = 16                 // after the page's header
	metaSum    = 4*4 + 2*8 + 3*8    // where the checksum is: after magic, version, page size, flags, root, freelist, high water mark, number
	metaList   = 4*4 + 2*8          // the page of the list of free pages
	metaNumber = metaSum - 8        // of the commit that wrote it
	metaMagic  = uint32(0xED0CDAED) // of bbolt
)

// firstPage is the number of the commit that wrote the first page n, 0 or 1; ok is false where it
// is not as bbolt wrote it.
func firstPage(f io.ReaderAt, n int64) (commit uint64, ok bool, err error) {
	var meta [metaSum + 8]byte
	if _, err := f.ReadAt(meta[:], n*pageSize+metaOffset); err != nil {
		return 0, false, err
	}
	h := fnv.New64a()
	_, _ = h.Write(meta[:metaSum])
	ok = binary.NativeEndian.Uint32(meta[:]) == metaMagic && binary.NativeEndian.Uint64(meta[metaSum:]) == h.Sum64()
	return binary.NativeEndian.Uint64(meta[metaNumber:]), ok, nil
}

// checkFirstPages names a first page that is not as bbolt wrote it.
func checkFirstPages(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for n := range int64(2) {
		_, ok, err := firstPage(f, n)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("the first page %d of 2 is damaged, and the last payment may be missing", n+1)
		}
	}
	return nil
}

// newest is the number of the last commit that the file knows of; 0 where both of its first pages
// are damaged.
func (db *database) newest() (commit uint64, err error) {
	for n := range int64(2) {
		number, ok, err := firstPage(db.file, n)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if ok {
			commit = max(commit, number)
		}
	}
	return commit, nil
}

// lostFreeList reports whether the page of the last commit that lists the free pages is not one:
// bbolt cannot write without it, and has left zeros there (bbolt#135). Nothing else depends on it.
func lostFreeList(f io.ReaderAt) (bool, error) {
	var last, list uint64
	for n := range int64(2) {
		commit, ok, err := firstPage(f, n)
		if err != nil {
			return false, err
		}
		if ok && commit >= last {
			var b [8]byte
			if _, err := f.ReadAt(b[:], n*pageSize+metaOffset+metaList); err != nil {
				return false, err
			}
			last, list = commit, binary.NativeEndian.Uint64(b[:])
		}
	}
	if list == math.MaxUint64 || last == 0 { // none was written, or nothing is known
		return false, nil
	}
	const header, kind = 10, 0x10 // the page's number (8) and what it is (2)
	var page [header]byte
	if _, err := f.ReadAt(page[:], int64(list)*pageSize); err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return binary.NativeEndian.Uint64(page[:]) != list || binary.NativeEndian.Uint16(page[8:]) != kind, nil
}

// current refuses a file that has lost the first page of its last commit while it was open: bbolt
// would go on from the commit before, and without both pages it panics with its locks held.
func (db *database) current() error {
	last := db.last.Load() // before the file is read: what is written meanwhile is newer
	switch commit, err := db.newest(); {
	case errors.Is(err, fs.ErrClosed): // bbolt says so
		return nil
	case err != nil:
		return err
	case commit < last:
		return fmt.Errorf("%w: its first pages were overwritten while it was open", ErrDamaged)
	}
	return nil
}

// guard runs f, which reads pages of the file straight from memory. A damaged page can make bbolt
// panic, and one that is not there is a fault of the machine: both come back as [ErrDamaged]. Any
// other panic is a mistake in this program, and goes on.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if !isFault(p) && !fromBolt() {
			panic(p)
		}
		err = fmt.Errorf("%w: %v", ErrDamaged, p)
	}()
	return f()
}

// isFault reports whether a panic is that of an address which could not be read.
func isFault(p any) bool {
	_, is := p.(interface {
		runtime.Error
		Addr() uintptr
	})
	return is
}

// fromBolt reports whether bbolt's code is what panicked, rather than code of this program that it
// called. It is for a function that was deferred.
func fromBolt() bool {
	var at [64]uintptr
	frames := runtime.CallersFrames(at[:runtime.Callers(2, at[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			panicking = true
		case panicking && strings.HasPrefix(frame.Function, "go.etcd.io/bbolt"):
			return true
		case panicking && strings.HasPrefix(frame.Function, "kaunta/"), !more:
			return false
		}
	}
}

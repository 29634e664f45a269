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

// pageSize is bbolt's page in every ledger, whatever the machine's, so that a ledger behaves the
// same on all.
const pageSize = 4096

// bbolt has two first pages, and each commit writes the other one. It opens a file that has lost
// one of them by the one that is left, which may be that of the commit before: then the last
// payment has vanished, and all that is left agrees. So both must be well. A power cut does not
// spoil one: what counts of it lies in one sector.

// firstPage is what a first page says.
type firstPage struct {
	whole  bool   // it is as bbolt wrote it
	commit uint64 // which wrote it
	list   uint64 // the page of the list of free pages
	end    uint64 // how many pages there are
}

// readFirst reads the first page n, 0 or 1.
func readFirst(f io.ReaderAt, n int64) (p firstPage, err error) {
	const offset, magic = 16, uint32(0xED0CDAED)
	const list, end, commit, sum = 32, 40, 48, 56 // after magic, version, page size, flags and root
	var b [sum + 8]byte
	if _, err := f.ReadAt(b[:], n*pageSize+offset); err != nil && !errors.Is(err, io.EOF) {
		return p, err
	}
	h := fnv.New64a()
	_, _ = h.Write(b[:sum])
	number := func(at int) uint64 { return binary.NativeEndian.Uint64(b[at:]) }
	return firstPage{
		whole:  binary.NativeEndian.Uint32(b[:]) == magic && number(sum) == h.Sum64(),
		commit: number(commit), list: number(list), end: number(end),
	}, nil
}

// lastFirst is the first page of the last commit; the zero value where both are damaged.
func lastFirst(f io.ReaderAt) (last firstPage, err error) {
	for n := range int64(2) {
		p, err := readFirst(f, n)
		if err != nil {
			return last, err
		}
		if p.whole && p.commit >= last.commit {
			last = p
		}
	}
	return last, nil
}

// checkFirstPages names a first page that is not as bbolt wrote it.
func checkFirstPages(f io.ReaderAt) error {
	for n := range int64(2) {
		p, err := readFirst(f, n)
		if err != nil {
			return err
		}
		if !p.whole {
			return fmt.Errorf("the first page %d of 2 is damaged, and the last payment may be missing", n+1)
		}
	}
	return nil
}

// freePages is how many pages the list of free pages names. lost reports whether the page that
// should be the list is none: bbolt cannot write without it, and has left zeros there (bbolt#135).
// Nothing else depends on it.
func freePages(f io.ReaderAt) (free uint64, lost bool, err error) {
	last, err := lastFirst(f)
	if err != nil || last.list == math.MaxUint64 || last.commit == 0 { // none was written, or nothing is known
		return 0, false, err
	}
	var page [24]byte // its number, kind, count and overflow; the count itself where it is too big for that
	if _, err := f.ReadAt(page[:], int64(last.list)*pageSize); err != nil && !errors.Is(err, io.EOF) {
		return 0, false, err
	}
	const isList, many = 0x10, 0xFFFF
	free = uint64(binary.NativeEndian.Uint16(page[10:]))
	if free == many {
		free = binary.NativeEndian.Uint64(page[16:])
	}
	return free, binary.NativeEndian.Uint64(page[:]) != last.list || binary.NativeEndian.Uint16(page[8:]) != isList, nil
}

// Unused is how many bytes of the ledger's file at path are pages that hold nothing, and how many
// bytes the file has. It reads the pages in which bbolt keeps account of that, and no others, so
// the ledger must not be written meanwhile. What is unused is filled before the file grows.
func Unused(path string) (unused, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	free, lost, err := freePages(f)
	if err != nil {
		return 0, 0, err
	}
	last, err := lastFirst(f)
	if err != nil || lost || !last.whole {
		return 0, 0, errors.Join(ErrDamaged, err)
	}
	return int64(free)*pageSize + max(0, info.Size()-int64(last.end)*pageSize), info.Size(), nil
}

// current refuses a file that has lost the first page of its last commit while it was open: bbolt
// would go on from the commit before, and without both pages it panics with its locks held.
func (db *database) current() error {
	last := db.last.Load() // before the file is read: what is written meanwhile is newer
	switch p, err := lastFirst(db.file); {
	case errors.Is(err, fs.ErrClosed): // bbolt says so
		return nil
	case err != nil:
		return err
	case p.commit < last:
		return fmt.Errorf("%w: its first pages were overwritten while it was open", ErrDamaged)
	}
	return nil
}

// Guard runs f, which reads pages of the file straight from memory. A damaged page can make bbolt
// panic, and one that is not there is a fault of the machine: both come back as [ErrDamaged]. Any
// other panic is a mistake in this program, and goes on. Each goroutine that reads needs its own.
func Guard(f func() error) (err error) {
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

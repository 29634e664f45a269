package powercut

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"path"
	"strings"
	"sync"
)

// ErrUnavailable is why there is no [Disk]: the system has no FUSE, or this user may not mount.
var ErrUnavailable = errors.New("a file system in user space cannot be mounted here (it needs Linux on 64 bits, /dev/fuse and root)")

// Sector is what a disk writes whole or not at all, in bytes.
const Sector = 512

// Acks is the name of a file in the mount that holds what the program acknowledges: what is written
// to it is in the recording, in its place among the operations, and on no disk.
const Acks = "acks"

// Troubles is the name of a file in the mount by which a program asks for trouble: its content is
// one of the words below, and holds until there is another.
const Troubles = "troubles"

// What can be wrong with a disk.
const (
	Well         = "well"
	Full         = "full"         // nothing can be written
	FlushesFail  = "flushes-fail" // what is written cannot be flushed
	ReadOnlyDisk = "read-only"    // the system has given up on it
)

// Recording is what a program did to the files of a disk. Names are slash-separated paths under the
// mount.
type Recording struct {
	mu    sync.Mutex
	first map[string][]byte // the files that were there before, flushed
	ops   []op
	names map[string]int // where each file is now
	files int
}

// op is one operation.
type op struct {
	kind     kind
	file     int
	name, to string // of the file; to is the new name
	off      int64  // of a write; the new size of a truncation
	data     []byte
}

type kind int

const (
	opWrite kind = iota
	opTruncate
	opFlush       // a file
	opFlushFailed // of a file: some of it is on the disk, and the system has forgotten that the rest is not
	opName        // a file got a name
	opUnname      // and lost it
	opRename      // or has another
	opFlushFolder // name
	opAck
)

// NewRecording begins with files that are on the disk already.
func NewRecording(first map[string][]byte) *Recording {
	r := &Recording{first: maps.Clone(first), names: map[string]int{}}
	for _, name := range sortedKeys(first) { // their numbers are their places
		r.names[name] = r.files
		r.files++
	}
	return r
}

func (r *Recording) add(o op) {
	r.ops = append(r.ops, o)
}

// file is the number of the file with the name, which is new if the name is.
func (r *Recording) file(name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	id, ok := r.names[name]
	if !ok {
		id = r.files
		r.files++
		r.names[name] = id
		r.add(op{kind: opName, file: id, name: name})
	}
	return id
}

func (r *Recording) write(file int, name string, data []byte, off int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if name == Acks {
		r.add(op{kind: opAck, data: bytes.Clone(data)})
		return
	}
	r.add(op{kind: opWrite, file: file, data: bytes.Clone(data), off: off})
}

func (r *Recording) truncate(file int, size int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(op{kind: opTruncate, file: file, off: size})
}

func (r *Recording) flush(file int, succeeds bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := op{kind: opFlush, file: file}
	if !succeeds {
		o.kind = opFlushFailed
	}
	r.add(o)
}

func (r *Recording) flushFolder(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(op{kind: opFlushFolder, name: name})
}

func (r *Recording) link(name, to string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names[to] = r.names[name]
	r.add(op{kind: opName, file: r.names[name], name: to})
}

func (r *Recording) unlink(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.names, name)
	r.add(op{kind: opUnname, name: name})
}

func (r *Recording) rename(name, to string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names[to] = r.names[name]
	delete(r.names, name)
	r.add(op{kind: opRename, file: r.names[to], name: name, to: to})
}

// Len is how many operations there were so far.
func (r *Recording) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.ops)
}

// content is what the disk has of a file, and what it was given since the last flush.
type content struct {
	disk  []byte
	since []op
}

// Cut returns the files that may be found after a power cut that followed the first n operations,
// and what had been acknowledged by then. lying is a disk that says that it has flushed what it has
// not.
func (r *Recording) Cut(n int, chance *rand.Rand, lying bool) (files map[string][]byte, acked string) {
	r.mu.Lock()
	ops := r.ops[:min(n, len(r.ops))]
	r.mu.Unlock()
	all := map[int]*content{}
	of := func(file int) *content {
		if all[file] == nil {
			all[file] = &content{}
		}
		return all[file]
	}
	names, folders := map[string]int{}, map[string][]op{} // on disk; and done since the last flush
	for id, name := range sortedKeys(r.first) {
		names[name] = id
		of(id).disk = bytes.Clone(r.first[name])
	}
	var acks strings.Builder
	for _, o := range ops {
		switch o.kind {
		case opWrite, opTruncate:
			c := of(o.file)
			c.since = append(c.since, o)
		case opFlush:
			if !lying {
				c := of(o.file)
				for _, s := range c.since {
					c.apply(s, func() bool { return true })
				}
				c.since = nil
			}
		case opFlushFailed:
			c := of(o.file)
			for _, s := range c.since {
				c.apply(s, func() bool { return chance.IntN(2) == 0 })
			}
			c.since = nil
		case opName, opUnname, opRename:
			folder := path.Dir(o.name)
			folders[folder] = append(folders[folder], o)
		case opFlushFolder:
			if !lying {
				for _, s := range folders[o.name] {
					rename(names, s)
				}
				folders[o.name] = nil
			}
		case opAck:
			acks.Write(o.data)
		}
	}
	for _, since := range sortedByKey(folders) {
		for _, s := range since[:chance.IntN(len(since)+1)] {
			rename(names, s)
		}
	}
	files = map[string][]byte{}
	done := map[int]bool{}
	for _, name := range sortedKeys(names) {
		c := of(names[name])
		if !done[names[name]] {
			done[names[name]] = true
			kept := []float64{0, 0.1, 0.5, 0.9, 1}[chance.IntN(5)] // how much of it the disk had come to
			for _, s := range c.since {
				c.apply(s, func() bool { return chance.Float64() < kept })
			}
		}
		files[name] = c.disk
	}
	return files, acks.String()
}

// apply does to the disk what o did, sector by sector as kept says.
func (c *content) apply(o op, kept func() bool) {
	if o.kind == opTruncate {
		if kept() {
			c.resize(o.off)
		}
		return
	}
	for at := o.off; at < o.off+int64(len(o.data)); {
		end := min(o.off+int64(len(o.data)), (at/Sector+1)*Sector)
		if kept() {
			if end > int64(len(c.disk)) {
				c.resize(end)
			}
			copy(c.disk[at:end], o.data[at-o.off:])
		}
		at = end
	}
}

func (c *content) resize(size int64) {
	if size <= int64(len(c.disk)) {
		c.disk = c.disk[:size]
		return
	}
	c.disk = append(c.disk, make([]byte, size-int64(len(c.disk)))...)
}

// rename does to the names of a disk what o did.
func rename(names map[string]int, o op) {
	switch o.kind {
	case opName:
		names[o.name] = o.file
	case opUnname:
		delete(names, o.name)
	case opRename:
		delete(names, o.name)
		names[o.to] = o.file
	}
}

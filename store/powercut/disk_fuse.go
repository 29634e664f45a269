//go:build linux && (amd64 || arm64)

package powercut

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Disk is a mounted folder whose operations are recorded.
type Disk struct {
	*Recording
	Mount   string // where programs work on it
	server  *fuse.Server
	trouble atomic.Value // one of the words
}

// NewDisk mounts a disk in two folders under the given one, which must be empty: with the files
// that are first on it. Errors: [ErrUnavailable], or why they cannot be written.
func NewDisk(folder string, first map[string][]byte) (*Disk, error) {
	behind := filepath.Join(folder, "behind")
	d := &Disk{Recording: NewRecording(first), Mount: filepath.Join(folder, "disk")}
	for _, f := range []string{behind, d.Mount} {
		if err := os.Mkdir(f, 0o700); err != nil {
			return nil, err
		}
	}
	if err := Write(behind, first); err != nil {
		return nil, err
	}
	root := &fs.LoopbackRoot{Path: behind}
	top := &node{LoopbackNode: fs.LoopbackNode{RootData: root}, disk: d}
	root.RootNode = top
	server, err := fs.Mount(d.Mount, top, &fs.Options{MountOptions: fuse.MountOptions{DirectMount: true, FsName: "powercut", Name: "powercut"}})
	if err != nil {
		return nil, errors.Join(ErrUnavailable, err)
	}
	d.server = server
	return d, nil
}

// Close takes the disk away. No program may be working on it.
func (d *Disk) Close() error { return d.server.Unmount() }

// node is a file or a folder.
type node struct {
	fs.LoopbackNode
	disk *Disk
}

// WrapChild makes what is in a folder of the disk too.
func (n *node) WrapChild(_ context.Context, child fs.InodeEmbedder) fs.InodeEmbedder {
	return &node{LoopbackNode: fs.LoopbackNode{RootData: child.(*fs.LoopbackNode).RootData}, disk: n.disk}
}

// name is the path of something in the folder n, under the mount.
func (n *node) name(of string) string { return filepath.Join(n.Path(n.Root()), of) }

func (n *node) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	inode, h, fuseFlags, errno := n.LoopbackNode.Create(ctx, name, flags, mode, out)
	if errno != 0 {
		return nil, nil, 0, errno
	}
	f := &file{back: h.(back), disk: n.disk, name: n.name(name)}
	f.id = n.disk.file(f.name)
	return inode, f, fuseFlags, 0
}

func (n *node) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	h, fuseFlags, errno := n.LoopbackNode.Open(ctx, flags)
	if errno != 0 {
		return nil, 0, errno
	}
	f := &file{back: h.(back), disk: n.disk, name: n.name("")}
	f.id = n.disk.file(f.name)
	if flags&syscall.O_TRUNC != 0 {
		n.disk.truncate(f.id, 0)
	}
	return f, fuseFlags, 0
}

func (n *node) OpendirHandle(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	h, fuseFlags, errno := n.LoopbackNode.OpendirHandle(ctx, flags)
	if errno != 0 {
		return nil, 0, errno
	}
	return &folder{listing: h.(listing), disk: n.disk, name: n.name("")}, fuseFlags, 0
}

func (n *node) Unlink(ctx context.Context, name string) syscall.Errno {
	errno := n.LoopbackNode.Unlink(ctx, name)
	if errno == 0 {
		n.disk.unlink(n.name(name))
	}
	return errno
}

func (n *node) Rename(ctx context.Context, name string, to fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	errno := n.LoopbackNode.Rename(ctx, name, to, newName, flags)
	if errno == 0 {
		n.disk.rename(n.name(name), to.(*node).name(newName))
	}
	return errno
}

func (n *node) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	was := target.(*node).name("")
	inode, errno := n.LoopbackNode.Link(ctx, target, name, out)
	if errno == 0 {
		n.disk.link(was, n.name(name))
	}
	return inode, errno
}

func (n *node) Setattr(ctx context.Context, h fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	errno := n.LoopbackNode.Setattr(ctx, h, in, out)
	if size, ok := in.GetSize(); ok && errno == 0 {
		id := 0
		if f, ok := h.(*file); ok {
			id = f.id // it may have lost its name
		} else {
			id = n.disk.file(n.name(""))
		}
		n.disk.truncate(id, int64(size))
	}
	return errno
}

// CopyFileRange is not offered: what it copies would not be in the recording.
func (n *node) CopyFileRange(context.Context, fs.FileHandle, uint64, *fs.Inode, fs.FileHandle, uint64, uint64, uint64) (uint32, syscall.Errno) {
	return 0, syscall.ENOSYS
}

// Tmpfile is not offered either.
func (n *node) Tmpfile(context.Context, uint32, uint32, *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	return nil, nil, 0, syscall.EOPNOTSUPP
}

// back is the file behind a file of the disk.
type back interface {
	fs.FileReader
	fs.FileWriter
	fs.FileFlusher
	fs.FileReleaser
	fs.FileGetattrer
	fs.FileSetattrer
}

// file is an open file. What it does not offer, such as to reserve room, the kernel does without.
type file struct {
	back
	disk *Disk
	id   int
	name string
}

func (f *file) Write(ctx context.Context, data []byte, off int64) (uint32, syscall.Errno) {
	if f.name == Troubles {
		f.disk.trouble.Store(string(data))
		return uint32(len(data)), 0
	}
	switch f.disk.trouble.Load() {
	case Full:
		return 0, syscall.ENOSPC
	case ReadOnlyDisk:
		return 0, syscall.EROFS
	}
	n, errno := f.back.Write(ctx, data, off)
	if errno == 0 {
		f.disk.write(f.id, f.name, data[:n], off)
	}
	return n, errno
}

// Fsync flushes nothing: the disk is only played.
func (f *file) Fsync(context.Context, uint32) syscall.Errno {
	fails := f.disk.trouble.Load() == FlushesFail
	f.disk.flush(f.id, !fails)
	if fails {
		return syscall.EIO
	}
	return 0
}

// listing is what a folder's handle can do.
type listing interface {
	fs.FileReaddirenter
	fs.FileSeekdirer
	fs.FileReleasedirer
}

// folder is an open folder.
type folder struct {
	listing
	disk *Disk
	name string
}

// Fsyncdir flushes the names in the folder.
func (f *folder) Fsyncdir(context.Context, uint32) syscall.Errno {
	name := f.name
	if name == "" {
		name = "."
	}
	f.disk.flushFolder(name)
	return 0
}

// Package disk is what a ledger asks of folders, names and disks: files that get their name only
// when they are whole and flushed, room that the disk has given for good, who may write a file.
// What knows that a file is a ledger belongs in package store; nothing here reads or writes one.
//
//	Temp ─► (the caller fills and flushes it) ─► Publish: its name, flushed too
package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// Temp makes an empty file with mode 0600 next to path, under a name that nobody asks for.
func Temp(path string) (*os.File, error) {
	return os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".new-*")
}

// Publish gives a finished file its name for good, and refuses with fs.ErrExist where there is a
// file by that name, unless replace is set. Where the file system knows no links, a file that came
// to have the name in the last instant is replaced.
func Publish(temporary, path string, replace bool) error {
	err := errors.ErrUnsupported
	if !replace {
		if err = os.Link(temporary, path); errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if err == nil {
		err = os.Remove(temporary)
	} else {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// Copy copies from next to path, under another name, and flushes it.
func Copy(ctx context.Context, from, path string) (temporary string, err error) {
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := Temp(path)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, &breakable{ctx, in})
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		_ = os.Remove(out.Name())
		return "", err
	}
	return out.Name(), nil
}

// breakable reads until ctx ends.
type breakable struct {
	ctx context.Context
	r   io.Reader
}

func (c *breakable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Same reports whether two paths lead to one file.
func Same(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// MakeFolder makes a folder that only its owner may enter, with those above it, and syncs the
// folders they are made in.
func MakeFolder(folder string) error {
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(folder)
	if parent != folder {
		if err := MakeFolder(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) { // another till may be making it
		return err
	}
	return SyncFolder(parent)
}

// SyncFile flushes a file.
func SyncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// SyncFolder makes names in a folder durable, where the system can: Windows cannot, nor can every
// file system.
func SyncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// leftover is how old a half-made file must be to be nobody's: no copy takes that long.
const leftover = 24 * time.Hour

// Sweep removes what programs that were killed have left next to the file at path: copies that
// never got their name, which hold customers' numbers and fill the disk.
func Sweep(path string) {
	for _, name := range []string{".%s.new-*", ".%s.check-*", "..%s.new-*"} { // the last: a copy that was being brought up
		stale, _ := filepath.Glob(filepath.Join(filepath.Dir(path), fmt.Sprintf(name, filepath.Base(path))))
		for _, name := range stale {
			if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > leftover {
				_ = os.Remove(name) // where it cannot be removed, nothing depends on it
			}
		}
	}
}

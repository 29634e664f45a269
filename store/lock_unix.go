//go:build !windows

package store

import (
	"os"
	"syscall"
)

// unlock gives back the lock of a file that bbolt could not close. Closing it would not do: the
// lock lasts as long as the file's pages are mapped.
func unlock(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

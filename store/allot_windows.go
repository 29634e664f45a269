package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// allot makes the file at least so long: Windows gives room for all of a file that is not sparse.
func allot(f *os.File, _, to int64) error {
	info, err := f.Stat()
	if err == nil && info.Size() < to {
		err = f.Truncate(to)
	}
	return err
}

// noRoom reports whether an error of the system says that the disk is full.
func noRoom(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

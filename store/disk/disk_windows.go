package disk

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Allot makes the file at least so long: Windows gives room for all of a file that is not sparse.
func Allot(f *os.File, _, to int64) error {
	info, err := f.Stat()
	if err == nil && info.Size() < to {
		err = f.Truncate(to)
	}
	return err
}

// NoRoom reports whether an error of the system says that the disk is full.
func NoRoom(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

// Private accepts every ledger: who may do what with a file is not in its mode on Windows.
func Private(string) error { return nil }

// Unlock does nothing: on Windows the lock ends as the file is closed.
func Unlock(*os.File) {}

// Free is the room that is left to this user on the disk that holds dir.
func Free(dir string) (uint64, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(name, &free, nil, nil)
	return free, err
}

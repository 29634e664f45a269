package disk

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Allot makes the disk give room for the part of a file that nothing is in, and the file at least
// so long.
func Allot(f *os.File, from, to int64) error {
	for {
		err := unix.Fallocate(int(f.Fd()), 0, from, to-from)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS): // not every file system can
			return writeZeros(f, from, to)
		default:
			return os.NewSyscallError("fallocate", err)
		}
	}
}

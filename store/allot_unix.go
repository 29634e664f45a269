//go:build !windows

package store

import (
	"errors"
	"os"
	"syscall"
)

// noRoom reports whether an error of the system says that the disk is full, or that this user or
// process may use no more of it.
func noRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// writeZeros fills a part of a file with zeros.
func writeZeros(f *os.File, from, to int64) error {
	zeros := make([]byte, min(to-from, 256<<10))
	for from < to {
		n, err := f.WriteAt(zeros[:min(to-from, int64(len(zeros)))], from)
		if err != nil {
			return err
		}
		from += int64(n)
	}
	return nil
}

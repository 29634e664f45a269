//go:build !windows

package disk

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// NoRoom reports whether an error of the system says that the disk is full, or that this user or
// process may use no more of it.
func NoRoom(err error) bool {
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

// Private refuses to write a ledger that others can write too, and one of another user: what the
// till makes next to it would be this user's, and the other's till could not go on.
func Private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 {
		return fmt.Errorf("store: the ledger %s can be written by other users (mode %04o), and so by anybody who would change payments: "+
			"see that it is as it should be (kaunta verify), then run chmod 600 %s", path, mode, path)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; int(owner) != os.Geteuid() {
		return fmt.Errorf("store: the ledger %s belongs to %s: run this as that user, or give the ledger to the user who runs the till (chown)",
			path, userName(owner))
	}
	return nil
}

// userName is a user's name, or number where it has none.
func userName(id uint32) string {
	number := strconv.FormatUint(uint64(id), 10)
	if u, err := user.LookupId(number); err == nil {
		return u.Username
	}
	return "user " + number
}

// Unlock gives back the lock of a file that bbolt could not close. Closing it would not do: the
// lock lasts as long as the file's pages are mapped.
func Unlock(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

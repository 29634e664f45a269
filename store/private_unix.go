//go:build !windows

package store

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// private refuses to write a ledger that others can write too, and one of another user: what the
// till makes beside it would be this user's, and the other's till could not go on.
func private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return explain(path, err)
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

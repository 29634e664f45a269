//go:build linux || darwin || freebsd

package disk

import "golang.org/x/sys/unix"

// Free is the room that is left to this user on the disk that holds dir.
func Free(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}

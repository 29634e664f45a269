//go:build unix

package localapi

import (
	"io/fs"
	"os"
	"syscall"
)

// ours reports whether the file belongs to this user.
func ours(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

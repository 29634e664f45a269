//go:build unix

package store

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// To open a pipe would wait for ever.
func TestAPipeIsNoLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no pipes here: ", err)
	}
	if _, err := Open(path, training); err == nil || !strings.Contains(err.Error(), "not an ordinary file") {
		t.Error(err)
	}
}

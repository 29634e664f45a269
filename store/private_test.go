//go:build unix

package store

import (
	"os"
	"strings"
	"testing"
)

// TestALedgerOfOthers: what others can write, or belongs to another user, can be read, and is not
// written.
func TestALedgerOfOthers(t *testing.T) {
	path := newPath(t)
	l := open(t, path, training)
	sell(t, l, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	refused := func(what, want string) {
		t.Helper()
		if _, err := Open(path, training); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", what, err)
		}
		reader, err := Open(path, Options{ReadOnly: true})
		if err != nil {
			t.Fatalf("%s, to read: %v", what, err)
		}
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, mode := range []os.FileMode{0o620, 0o602, 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		refused(mode.String(), "chmod 600")
	}
	if err := os.Chmod(path, 0o640); err != nil { // whom its owner lets read it
		t.Fatal(err)
	}
	l = open(t, path, training)
	verify(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	if err := os.Chown(path, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	refused("another's", "belongs to")
}

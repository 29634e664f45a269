//go:build unix

package localapi

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSocket: nobody else may connect, nothing is left of how the socket was made, and nothing of
// it when the till closes.
func TestSocket(t *testing.T) {
	path := newLedger(t)
	s := openShop(t, path)
	info, err := os.Lstat(path + ".sock")
	if err != nil || info.Mode().Type() != fs.ModeSocket || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	s.stop()
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 || left[0].Name() != filepath.Base(path) {
		t.Errorf("left behind: %v", left)
	}
}

// TestStaleSocket: the socket of a till that was killed is nobody, and the next till takes its
// place.
func TestStaleSocket(t *testing.T) {
	path := newLedger(t)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path + ".sock", Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	if _, err := Dial(t.Context(), path); !errors.Is(err, ErrNobody) {
		t.Error(err)
	}
	if err := openShop(t, path).dial().Close(); err != nil {
		t.Error(err)
	}
}

// TestLongPath: where the path of the socket would be too long, it is elsewhere, and a note says
// where.
func TestLongPath(t *testing.T) {
	runtimeDir(t)
	path := filepath.Join(t.TempDir(), strings.Repeat("long", 30), "shop.ledger")
	s := openShop(t, path)
	if _, err := s.dial().DayPage(1, "", 10); err != nil {
		t.Error(err)
	}
	socket, err := readNote(path + ".sock")
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.Stat(filepath.Dir(socket))
	if err != nil || folder.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", folder, err)
	}

	// Who copies the folder of a ledger copies the note: it must not lead to the original.
	copied := filepath.Join(t.TempDir(), "shop.ledger")
	for _, end := range []string{"", ".sock"} {
		text, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied+end, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Dial(t.Context(), copied); !errors.Is(err, ErrNobody) {
		t.Errorf("the copy's till: %v", err)
	}

	s.stop()
	for _, gone := range []string{socket, path + ".sock"} {
		if _, err := os.Lstat(gone); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left behind: %v", gone, err)
		}
	}
	openShop(t, copied).dial() // and the copy's own till takes the note's place
}

// runtimeDir gives the test a short folder of its own for sockets that cannot be next to their
// ledger.
func runtimeDir(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "k")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	t.Setenv("XDG_RUNTIME_DIR", folder)
	return folder
}

// TestOpenFolder: a folder that others can enter is no place for a socket.
func TestOpenFolder(t *testing.T) {
	folder := filepath.Join(runtimeDir(t), "kaunta")
	path := filepath.Join(t.TempDir(), strings.Repeat("long", 30), "shop.ledger")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	refuse := func(what string) {
		t.Helper()
		if l, err := Listen(path); err == nil {
			l.Close()
			t.Errorf("a socket was made in %s", what)
		} else if !strings.Contains(err.Error(), "chmod 700") {
			t.Error(err)
		}
	}
	t.Setenv("TMPDIR", runtimeDir(t)) // neither of the two folders
	t.Setenv("XDG_RUNTIME_DIR", filepath.Dir(folder))
	for _, folder := range runtimeFolders() {
		if err := os.Mkdir(folder, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(folder, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	refuse("an open folder")
	for _, folder := range runtimeFolders() {
		if err := os.Remove(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(t.TempDir(), folder); err != nil {
			t.Fatal(err)
		}
	}
	refuse("what a link leads to")
}

// TestInTheWay: a file or a folder that no till has made is left alone.
func TestInTheWay(t *testing.T) {
	path := newLedger(t)
	if err := os.WriteFile(path+".sock", []byte("accounts of 2025"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(path); err == nil || !strings.Contains(err.Error(), "in the way") {
		t.Error(err)
	}
	if text, _ := os.ReadFile(path + ".sock"); string(text) != "accounts of 2025" {
		t.Errorf("it now says %q", text)
	}
	if _, err := Dial(t.Context(), path); err == nil {
		t.Error("accounts are a till")
	}
}

// TestHungTill: a till that takes connections and says nothing is told from one that is not there.
func TestHungTill(t *testing.T) {
	path := newLedger(t)
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Dial(ctx, path); err == nil || !strings.Contains(err.Error(), "hangs") {
		t.Error(err)
	}
}

// TestOtherNames: a ledger that is reached through a link has the socket of the file itself.
func TestOtherNames(t *testing.T) {
	s := openShop(t, newLedger(t))
	link := filepath.Join(t.TempDir(), "link.ledger")
	if err := os.Symlink(s.path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Dial(t.Context(), link); err != nil {
		t.Error(err)
	}
}

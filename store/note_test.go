package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestNotesAreNotWrittenThroughLinks: who can put a link beside the ledger cannot have another file
// written.
func TestNotesAreNotWrittenThroughLinks(t *testing.T) {
	path := newPath(t)
	l := open(t, path, training)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("precious\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{victim, filepath.Join(filepath.Dir(victim), "made")} {
		for name, write := range map[string]func(){
			pidPath(path):     func() { writePID(path, time.Now()) },
			failurePath(path): func() { noteFailure(path, errors.New("the disk is not well")) },
		} {
			_ = os.Remove(name)
			if err := os.Symlink(target, name); err != nil {
				t.Skipf("no links here: %v", err)
			}
			write()
			info := must[os.FileInfo](t)(os.Lstat(name))
			if !info.Mode().IsRegular() || info.Size() == 0 {
				t.Errorf("%s is %v", name, info.Mode())
			}
			if got := string(contents(t, victim)); got != "precious\n" {
				t.Errorf("the file behind the link now holds %q", got)
			}
			if _, err := os.Lstat(filepath.Join(filepath.Dir(victim), "made")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a file was made behind the link: %v", err)
			}
		}
	}
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path))) {
		if strings.Contains(e.Name(), ".new-") {
			t.Errorf("%s is left over", e.Name())
		}
	}
}

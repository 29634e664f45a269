package logfile

import (
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"kaunta/daraja"
)

// TestMain fails where a log has left a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens a log at path until the test ends.
func open(t *testing.T, path string, secrets ...daraja.Secret) *slog.Logger {
	t.Helper()
	log, file, err := Open(Config{Path: path, Level: slog.LevelDebug, Secrets: secrets})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	})
	return log
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "kaunta", "kaunta.log")
	log, file, err := Open(Config{Path: path, Level: slog.LevelInfo})
	if err != nil {
		t.Fatal(err)
	}
	log.Debug("too small a thing")
	log.Info("the till opens", "environment", "sandbox")
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	log.Info("after the end")
	open(t, path).Info("again")
	got := read(t, path)
	if strings.Contains(got, "small") || !strings.Contains(got, `level=INFO msg="the till opens" environment=sandbox`) || strings.Count(got, "\n") != 3 {
		t.Errorf("the log is:\n%s", got)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s is %v, want %v (%v)", p, info.Mode(), want, err)
		}
	}
}

// TestAnotherFile: a log that others could read is no longer theirs to read.
func TestAnotherFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kaunta.log")
	if err := os.WriteFile(path, []byte("old\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, path).Info("new")
	if got := read(t, path); !strings.HasPrefix(got, "old\n") || !strings.Contains(got, "msg=new") {
		t.Errorf("the log is:\n%s", got)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestCannotBeWritten: the error is one sentence with the path in it once, and nothing hangs.
func TestCannotBeWritten(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"a folder": folder, "a device": os.DevNull, "below a file": filepath.Join(folder, "file", "kaunta.log"), "no path": "",
		"a name too long": filepath.Join(folder, strings.Repeat("k", 300)),
	} {
		log, file, err := Open(Config{Path: path})
		if err == nil || log != nil || file != nil {
			t.Errorf("%s: a log", name)
			continue
		}
		text := err.Error()
		if strings.Contains(text, "\n") || !strings.Contains(text, "[log]") || path != "" && strings.Count(text, path) != 1 {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestRotation: a full file is put aside, and of those that were put aside five stay.
func TestRotation(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "kaunta.log")
	for _, at := range []string{"01", "02", "03", "04", "05", "06"} {
		if err := os.WriteFile(filepath.Join(folder, "kaunta-2026-01-"+at+"T08-00-00.000-size.log"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, make([]byte, maxSize<<20-10), 0o600); err != nil {
		t.Fatal(err)
	}
	log, file, err := Open(Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	log.Info("the first of a new file")
	if err := file.Close(); err != nil { // waits for what is removed
		t.Fatal(err)
	}
	if got := read(t, path); strings.Count(got, "\n") != 1 || !strings.Contains(got, "the first of a new file") {
		t.Errorf("the new file is:\n%s", got)
	}
	old, err := filepath.Glob(filepath.Join(folder, "kaunta-*-size.log"))
	if err != nil || len(old) != maxFiles {
		t.Errorf("%d old files: %v", len(old), old)
	}
	for _, p := range append(old, path) {
		if info, err := os.Stat(p); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v, %v", p, info.Mode(), err)
		}
	}
}

// TestTwoTills write whole lines into one file.
func TestTwoTills(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kaunta.log")
	var work sync.WaitGroup
	for range 2 {
		log := open(t, path)
		for range 4 {
			work.Go(func() {
				for range 100 {
					log.Info("a line", "of", strings.Repeat("x", 300))
				}
			})
		}
	}
	work.Wait()
	got := read(t, path)
	if n := strings.Count(got, ` msg="a line" of=`+strings.Repeat("x", 300)+"\n"); n != 800 || strings.Count(got, "\n") != 800 {
		t.Errorf("%d whole lines of %d, want 800", n, strings.Count(got, "\n"))
	}
}

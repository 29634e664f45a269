package logfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"github.com/DeRuina/timberjack"

	"kaunta/daraja"
)

// The room that a log may take: with the file itself, 60 MiB.
const (
	maxSize  = 10 // MiB, of one file
	maxFiles = 5  // old ones that are kept
)

type Config struct {
	Path    string          // of the file; its folder is made
	Level   slog.Level      // lines below it are left out
	Secrets []daraja.Secret // of the configuration; they are hidden wherever they turn up
}

// Open opens the log file for appending, and makes it where it is absent. A file or folder that it
// makes is the user's alone, and so is made a file that was there. Close ends every goroutine of
// the log; a line that is logged later is still written.
//
// The error is one sentence that names the file.
func Open(cfg Config) (*slog.Logger, io.Closer, error) {
	if err := prepare(cfg.Path); err != nil {
		var at *fs.PathError
		if errors.As(err, &at) { // the path is in the sentence already
			err = at.Err
		}
		return nil, nil, fmt.Errorf("the log file %s cannot be written: %w; name another with file in [log] of the configuration", cfg.Path, err)
	}
	// No compression: it would bring a second form of file, and complaints that go to standard
	// error, which is the cashier's screen.
	file := &timberjack.Logger{Filename: cfg.Path, MaxSize: maxSize, MaxBackups: maxFiles, LocalTime: true, FileMode: 0o600}
	mask := newMasker(cfg.Secrets)
	return slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{Level: cfg.Level, ReplaceAttr: mask.attr})), file, nil
}

// prepare leaves an ordinary file at path that can be written, and that nobody else can read. The
// library would open whatever stands there: a pipe that nobody reads would hold up the till.
func prepare(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is not an ordinary file")
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		return f.Chmod(0o600)
	}
	return nil
}

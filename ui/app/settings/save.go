package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Save writes a configuration file that only this user can read. A file that is there already is
// kept next to it with .bak at the end. Whatever happens on the way, path holds either the old text
// or the new one, whole.
func Save(path, text string) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // the link stays, and what it leads to is exchanged
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("the folder for the configuration cannot be made: %w", err)
	}
	switch old, err := os.ReadFile(path); {
	case err == nil:
		if err := replace(path+".bak", old); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the configuration file that is there cannot be kept: %w", err)
	}
	return replace(path, []byte(text))
}

// replace writes a file under another name, flushes it, and gives it its own.
func replace(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".kaunta-*") // mode 0600
	if err != nil {
		return fmt.Errorf("the configuration cannot be written: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
			err = fmt.Errorf("the configuration cannot be written: %w", err)
		}
	}()
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// File is a file that gets its name when it is whole.
type File struct {
	*os.File
	path  string
	force bool
}

// Create begins a file that is to be called path, with mode 0600. A file of that name is refused
// now and at the end, unless force is true.
func Create(path string, force bool) (*File, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("export: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("export: %s is not an ordinary file: choose another name", path)
	case !force:
		return nil, exists(path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".new-*")
	if err != nil {
		return nil, fmt.Errorf("export: no file can be made there: %w", err)
	}
	return &File{f, path, force}, nil
}

func exists(path string) error {
	return fmt.Errorf("export: %s exists already: choose another name, or say --force", path)
}

// Commit syncs the file and gives it its name. After an error there is no file.
func (f *File) Commit() error {
	err := errors.Join(f.Sync(), f.File.Close())
	if err == nil {
		err = f.publish()
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("export: %s could not be written: %w", f.path, err)
	}
	return syncFolder(filepath.Dir(f.path))
}

// publish gives the file its name. Where the file system knows no links, a file that another
// program makes by that name in the same instant is replaced.
func (f *File) publish() error {
	if f.force {
		return os.Rename(f.Name(), f.path)
	}
	err := os.Link(f.Name(), f.path)
	switch {
	case err == nil:
		return os.Remove(f.Name())
	case errors.Is(err, fs.ErrExist):
		return exists(f.path)
	default:
		return os.Rename(f.Name(), f.path)
	}
}

// Abandon leaves nothing of the file. It may follow Commit.
func (f *File) Abandon() {
	_ = f.File.Close()
	_ = os.Remove(f.Name())
}

// syncFolder makes the names in a folder durable, where the system can.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	err = f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

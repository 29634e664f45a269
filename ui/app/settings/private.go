package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// readPrivate reads a file that holds secrets, of at most limit bytes. It is refused where it is no
// ordinary file, or where anybody but this user can read it. what names it in errors, which wrap
// fs.ErrNotExist where it is absent.
func readPrivate(path, what string, limit int64) (string, error) {
	info, err := os.Stat(path) // before it is opened: to open a pipe waits for ever
	if err == nil {
		err = checkPrivate(path, what, info)
	}
	if err != nil {
		return "", unreadable(what, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", unreadable(what, err)
	}
	defer f.Close()
	if info, err = f.Stat(); err == nil { // it may have been exchanged meanwhile
		err = checkPrivate(path, what, info)
	}
	if err != nil {
		return "", unreadable(what, err)
	}
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return "", unreadable(what, err)
	}
	if int64(len(text)) > limit {
		return "", fmt.Errorf("%s, %s, is longer than %d bytes: name the right file", what, path, limit)
	}
	return string(text), nil
}

// privacyError is why a file is not private enough, in a whole sentence.
type privacyError string

func (e privacyError) Error() string { return string(e) }

func unreadable(what string, err error) error {
	var privacy privacyError
	if errors.As(err, &privacy) {
		return err
	}
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return fmt.Errorf("%s %s cannot be read: %w", what, failed.Path, failed.Err)
	}
	return fmt.Errorf("%s cannot be read: %w", what, err)
}

func checkPrivate(path, what string, info fs.FileInfo) error {
	refuse := func(why string) error { return privacyError(fmt.Sprintf("%s, %s, %s", what, path, why)) }
	switch {
	case info.IsDir():
		return refuse("is a folder: name a file")
	case !info.Mode().IsRegular():
		return refuse("is not an ordinary file: name a file")
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return refuse("can be read by others: run chmod 600 on it")
	case !ours(info):
		return refuse("belongs to another user of this machine: run chown on it, so that it is yours")
	}
	return nil
}

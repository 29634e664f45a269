package store

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"kaunta/pos"
	"kaunta/store/disk"
)

// The lock itself is bbolt's, on the file, and ends with the process that has it. A line next to
// the file only says who that is: without it, or with one left by a process that was killed, a
// ledger opens all the same.

// LockedError says that another process has the ledger. It is an [ErrLocked].
type LockedError struct {
	Path string

	// Who has it, as far as is known: PID is 0 for a reader, and where the note next to the ledger
	// is gone.
	PID   int
	Host  string
	Since time.Time // zero where it is not known
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("store: the ledger %s is in use by another program: close that one first", e.Path)
	}
	since := ""
	if !e.Since.IsZero() {
		since = ", since " + pos.DateTime(e.Since)
	}
	return fmt.Sprintf("store: the ledger %s is in use by another till (process %d on %s%s): go on there, or close it first",
		e.Path, e.PID, e.Host, since)
}

// Is makes a LockedError an [ErrLocked].
func (e *LockedError) Is(target error) bool { return target == ErrLocked }

func pidPath(path string) string { return path + ".pid" }

// writePID notes who has the ledger: process, machine and time, in a line each. It helps
// the one who is refused, and is not worth failing for.
func writePID(path string, now time.Time) {
	host, _ := os.Hostname()
	note := fmt.Sprintf("%d\n%s\n%s\n", os.Getpid(), host, now.In(pos.EAT).Format(time.RFC3339))
	_ = leaveNote(path, pidPath(path), note)
}

// leaveNote writes a file next to the ledger, in the place of whatever has its name: it is never
// written through a link that somebody has put there.
func leaveNote(path, as, note string) error {
	f, err := disk.Temp(path)
	if err != nil {
		return err
	}
	_, err = f.WriteString(note)
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), as); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func removePID(path string) { _ = os.Remove(pidPath(path)) }

// Locked is the error for the ledger at path that another process has: a [LockedError], with what
// is known of who that is.
func Locked(path string) error {
	e := &LockedError{Path: path}
	if info, err := os.Lstat(pidPath(path)); err != nil || !info.Mode().IsRegular() {
		return e
	}
	note, err := os.ReadFile(pidPath(path))
	if err != nil {
		return e
	}
	lines := strings.Split(string(note), "\n")
	if len(lines) < 3 {
		return e
	}
	pid, errPID := strconv.Atoi(lines[0])
	since, errSince := time.Parse(time.RFC3339, lines[2])
	if errPID != nil || errSince != nil || pid <= 0 || gone(pid, lines[1]) {
		return e
	}
	e.PID, e.Host, e.Since = pid, lines[1], since.In(pos.EAT)
	return e
}

// gone reports whether the process is known to have ended: then its note is old, and somebody else
// has the ledger.
func gone(pid int, host string) bool {
	if here, err := os.Hostname(); err != nil || here != host {
		return false
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return true
	}
	err = p.Signal(syscall.Signal(0)) // asks, and sends nothing
	_ = p.Release()
	return errors.Is(err, os.ErrProcessDone)
}

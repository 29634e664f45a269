//go:build linux || darwin || freebsd

package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"kaunta/pos"
)

// A disk that fails is played by the limit on the size of files that a process may set itself (RLIMIT_FSIZE): writes and
// growth beyond it are refused by the system, for any user and on any file system. A child sets it, so that it
// hinders no other test.

// childFails sells until the system refuses, and looks at what becomes of the ledger. With "writes" the pages
// cannot be written, with "grows" the file cannot grow.
func childFails(l *Ledger, how string) error {
	l.db.AllocSize = 32 << 10 // bbolt's 16 MiB would take long to fill
	n := 0
	for ; n < 40; n++ {
		if err := childSell(l, n); err != nil {
			return err
		}
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	info, err := os.Stat(l.Path())
	if err != nil {
		return err
	}
	limit.Cur = uint64(info.Size())
	if how == "writes" {
		limit.Cur = 10 * pageSize
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	for ; err == nil && n < 1000; n++ {
		err = childSell(l, n)
	}
	if !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), "file too large") || strings.Contains(err.Error(), "\n") {
		return fmt.Errorf("on a disk that fails: %w", err)
	}

	before, err := os.ReadFile(l.Path())
	if err != nil {
		return err
	}
	for _, e := range []pos.Event{asked(n), pushed(asked(1))} {
		if _, _, err := l.Append(context.Background(), e); !errors.Is(err, ErrFailed) {
			return fmt.Errorf("after the failure: %w", err)
		}
	}
	if err := l.Health(); !errors.Is(err, ErrFailed) {
		return fmt.Errorf("health: %w", err)
	}
	if err := whole(l); err != nil {
		return fmt.Errorf("reading on: %w", err)
	}
	if _, err := l.Attempt(asked(0).Attempt); err != nil {
		return fmt.Errorf("reading on: %w", err)
	}
	if err := l.Close(); err != nil {
		return err
	}
	if after, err := os.ReadFile(l.Path()); err != nil || !bytes.Equal(before, after) {
		return fmt.Errorf("the file was written after it had failed: %w", err)
	}
	fmt.Println("done")
	return nil
}

func childSell(l *Ledger, n int) error {
	e := asked(n)
	for i, e := range []pos.Event{e, pushed(e), paid(e, receiptOf(n))} {
		if _, _, err := l.Append(context.Background(), e); err != nil {
			return err
		}
		fmt.Printf("ack %d %d\n", n, i+1)
	}
	return nil
}

func TestAFailedCommitIsFinal(t *testing.T) {
	for _, how := range []string{"writes", "grows"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			path := newPath(t)
			p := spawn(t, how, path)
			acked := map[int]int{}
			for p.lines.Scan() && p.lines.Text() != "done" {
				var n, events int
				if _, err := fmt.Sscanf(p.lines.Text(), "ack %d %d", &n, &events); err != nil {
					t.Fatalf("the child says %q", p.lines.Text())
				}
				acked[n] = events
			}
			if err := p.Wait(); err != nil || len(acked) < 40 {
				t.Fatalf("the child, after %d attempts: %v", len(acked), err)
			}

			// Readers take the file as it is; the next writer leaves it and goes on in a copy.
			reader := open(t, path, Options{ReadOnly: true})
			verify(t, reader)
			if err := reader.Close(); err != nil {
				t.Fatal(err)
			}
			failed := must[os.FileInfo](t)(os.Stat(path))
			l := open(t, path, training)
			if now := must[os.FileInfo](t)(os.Stat(path)); os.SameFile(failed, now) || now.Mode() != 0o600 {
				t.Errorf("the file that failed is written again, or its copy has mode %v", now.Mode())
			}
			for n, events := range acked {
				if a := attempt(t, l, asked(n).Attempt); a.Events < events {
					t.Errorf("attempt %d was acknowledged with %d events and has %d", n, events, a.Events)
				}
			}
			sell(t, l, 10_001)
			verify(t, l)

			renewed := must[os.FileInfo](t)(os.Stat(path))
			l = reopen(t, l)
			if now := must[os.FileInfo](t)(os.Stat(path)); !os.SameFile(renewed, now) {
				t.Error("a ledger that is well was copied")
			}
			attempt(t, l, asked(10_001).Attempt)
		})
	}
}

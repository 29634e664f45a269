//go:build linux || darwin || freebsd

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"kaunta/pos"
)

// A disk that is full is played by the limit on the size of files that a process may set itself
// (RLIMIT_FSIZE): writes and growth beyond it are refused by the system, for any user and on any
// file system. A child sets it, so that it hinders no other test.

// childFills sells until the system refuses, sees that nothing is broken by it, and goes on when
// there is room again. With "writes" the pages cannot be written, with "grows" the file cannot
// grow.
func childFills(l *Ledger, how string) error {
	for n := range 40 {
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
	unlimited := limit.Cur
	setTo(&limit.Cur, info.Size())
	if how == "writes" {
		limit.Cur = 10 * pageSize
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	for n := 40; err == nil; n++ {
		if n == 20_000 {
			return errors.New("the limit is not felt")
		}
		err = childSell(l, n)
	}
	if !errors.Is(err, ErrFull) {
		return fmt.Errorf("asking on a full disk: %w", err)
	}
	if how == "writes" {
		if _, _, err := l.Append(context.Background(), wrongAmount(asked(1), "UKNOTHER01")); !errors.Is(err, pos.ErrNoRoom) {
			return fmt.Errorf("an outcome on a full disk: %w", err)
		}
	}
	if err := l.Health(); err != nil {
		return err
	}
	if err := Whole(l); err != nil {
		return err
	}
	limit.Cur = unlimited
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	for n := 30_000; n < 30_040; n++ {
		if err := childSell(l, n); err != nil {
			return fmt.Errorf("when there is room again: %w", err)
		}
	}
	if err := Whole(l); err != nil {
		return err
	}
	fmt.Println("done")
	return nil
}

// setTo is there since a limit has a sign on some systems.
func setTo[T int64 | uint64](limit *T, to int64) { *limit = T(to) }

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

// TestAFullDiskIsNotTheEnd: what a limit of the system refuses is not written, and when the limit
// is gone the ledger goes on, in the same process and the same file.
func TestAFullDiskIsNotTheEnd(t *testing.T) {
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
			if err := p.Wait(); err != nil || len(acked) < 80 {
				t.Fatalf("the child, after %d attempts: %v", len(acked), err)
			}
			file := must[os.FileInfo](t)(os.Stat(path))
			l := open(t, path, training)
			if now := must[os.FileInfo](t)(os.Stat(path)); !os.SameFile(file, now) {
				t.Error("a ledger that is well was copied")
			}
			for n, events := range acked {
				if a := attempt(t, l, asked(n).Attempt); a.Events < events {
					t.Errorf("attempt %d was acknowledged with %d events and has %d", n, events, a.Events)
				}
			}
			verify(t, l)
			t.Logf("%d attempts", len(acked))
		})
	}
}

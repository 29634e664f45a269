package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store/disk"
)

// outcomes are all that usually becomes of a payment, with bodies that have nothing in common with
// others.
func outcomes(e pos.Event, n int) []pos.Event {
	body := func(what string) []byte {
		return fmt.Appendf(nil, `{"what":%q,"noise":%q}`, what, noise(n, 1800))
	}
	callback := paid(e, receiptOf(n))
	callback.Answer.Raw = body("callback")
	return []pos.Event{
		pushed(e),
		answered(e, pos.EventQueried, 30*time.Second, daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPending, Raw: body("pending")}),
		{Attempt: e.Attempt, Kind: pos.EventGaveUp, At: e.At.Add(3 * time.Minute)},
		{Attempt: e.Attempt, Kind: pos.EventTyped, At: e.At.Add(4 * time.Minute), Typed: receiptOf(n)},
		callback,
		answered(e, pos.EventQueried, 5*time.Minute, daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPaid, ResultCode: "0", Raw: body("paid")}),
	}
}

// noise is text that no compression makes much shorter.
func noise(seed, size int) []byte {
	b := make([]byte, size)
	chance := seeded(uint64(seed))
	for i := range b {
		b[i] = byte('!' + chance.IntN('~'-'!'))
	}
	return b
}

// fillUp appends what changes nothing to attempts of no consequence until there is no room, and
// returns what was refused.
func fillUp(t *testing.T, l *Ledger, unended int) pos.Event {
	t.Helper()
	for n := range 100_000 {
		next := answered(asked(n%unended), pos.EventQueried, time.Hour+time.Duration(n)*time.Second, daraja.Answer{
			Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPending, Raw: noise(n, 12_000),
		})
		_, _, err := l.Append(context.Background(), next)
		if err != nil {
			if !errors.Is(err, pos.ErrNoRoom) || errors.Is(err, ErrFailed) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("an outcome without room: %v", err)
			}
			return next
		}
	}
	t.Fatal("the disk does not get full")
	return pos.Event{}
}

// TestRoomAhead: on a full disk, everything that is open gets its outcome, however many there are,
// and of a few though a reader keeps every free page from being used. What does not fit any more is
// refused and nothing else, and goes in when there is room.
func TestRoomAhead(t *testing.T) {
	for _, unended := range []int{1, 8, 141} {
		t.Run(fmt.Sprint(unended), func(t *testing.T) {
			l := open(t, newPath(t), training)
			for n := range unended {
				add(t, l, asked(n))
			}
			var free uint64
			l.room = func() (uint64, error) { return free, nil }
			reader, err := l.db.Begin(false)
			if err != nil {
				t.Fatal(err)
			}
			defer reader.Rollback() // of a test that failed
			if unended > 8 {
				_ = reader.Rollback()
			}
			for n := range unended {
				for _, e := range outcomes(asked(n), n) {
					add(t, l, e)
				}
				if a := attempt(t, l, asked(n).Attempt); a.State != pos.Paid || a.Receipt != receiptOf(n) {
					t.Fatalf("attempt %d of %d is %v", n, unended, a.State)
				}
			}
			late := fillUp(t, l, unended)
			_ = reader.Rollback()
			if _, _, err := l.Append(context.Background(), asked(1000)); !errors.Is(err, ErrFull) {
				t.Errorf("asking on a full disk: %v", err)
			}
			if err := l.Health(); err != nil {
				t.Errorf("a full disk has broken the ledger: %v", err)
			}
			free = math.MaxInt64
			add(t, l, late)
			sell(t, l, 1000)
			verify(t, l)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if err := WholeFile(l.Path()); err != nil {
				t.Error(err)
			}
		})
	}
}

// A batch for which there is no room together is written as far as it fits, and more than the room
// ahead is no hindrance where the disk has it.
func TestABatchLargerThanTheRoomAhead(t *testing.T) {
	l := open(t, newPath(t), training)
	big := func(n, size int) (all []pos.Event) {
		for i := range 700 {
			e := asked(n + i)
			p := pushed(e)
			p.Answer.Raw = noise(i*n, size)
			all = append(all, e, p)
		}
		return all
	}
	if err := l.AppendAll(t.Context(), big(1, 9_000)); err != nil {
		t.Fatal(err)
	}
	verify(t, l)
	l.room = func() (uint64, error) { return 0, nil }
	if err := l.AppendAll(t.Context(), big(10_000, 90_000)); !errors.Is(err, pos.ErrNoRoom) {
		t.Errorf("without room: %v", err)
	}
	var batch []*request
	for i := range 700 {
		p := paid(asked(1+i), receiptOf(i))
		p.Answer.Raw = noise(i*3, 60_000)
		batch = append(batch, &request{event: p, done: make(chan struct{})})
	}
	// The committing goroutine takes this for work of one request; nobody else writes meanwhile.
	if err := l.write(batch); err != nil {
		t.Fatal(err)
	}
	written := 0
	for i, r := range batch {
		switch a := attempt(t, l, asked(1+i).Attempt); {
		case r.err == nil && a.State == pos.Paid:
			written++
		case errors.Is(r.err, pos.ErrNoRoom) && a.State != pos.Paid:
		default:
			t.Fatalf("%v, %v", r.err, a.State)
		}
	}
	if written == 0 || written == len(batch) {
		t.Errorf("%d of %d were written", written, len(batch))
	}
	verify(t, l)
}

// TestAFullFileSystem fills a real one. What is open gets its outcome, and when there is room the
// ledger goes on.
func TestAFullFileSystem(t *testing.T) {
	folder := smallDisk(t, 8<<20)
	l, err := Open(filepath.Join(folder, "ledger.db"), Options{Environment: "training", ShortCode: "174379"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	real := l.room
	l.room = func() (uint64, error) { // a disk that small is almost full at all times
		free, err := real()
		return free + spare, err
	}
	for n := range 8 {
		add(t, l, asked(n))
	}
	filler := filepath.Join(folder, "filler")
	f, err := os.Create(filler)
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !disk.NoRoom(err) {
		t.Fatal(err)
	}
	_ = f.Close()
	for n := range 8 {
		for _, e := range outcomes(asked(n), n) {
			add(t, l, e)
		}
	}
	late := fillUp(t, l, 8)
	if _, _, err := l.Append(context.Background(), asked(9)); !errors.Is(err, ErrFull) {
		t.Errorf("asking on a full disk: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	add(t, l, late)
	sell(t, l, 9)
	for n := range 8 {
		if a := attempt(t, l, asked(n).Attempt); a.State != pos.Paid || a.Receipt != receiptOf(n) {
			t.Errorf("attempt %d is %v", n, a.State)
		}
	}
	verify(t, l)
}

// TestAFailedCommitIsFinal: what the system refuses for any other reason ends the file's life, and
// the next writer goes on in a copy.
func TestAFailedCommitIsFinal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("nobody replaces a file that is open there, and nothing is claimed for a loss of power")
	}
	path := newPath(t)
	l := open(t, path, training)
	for n := range 40 {
		sell(t, l, n)
	}
	broken := errors.New("the disk is not well")
	l.ahead.given, l.ahead.allot = 0, func(*os.File, int64, int64) error { return broken }
	before := contents(t, path)
	for _, e := range []pos.Event{asked(41), wrongAmount(asked(1), "UKNOTHER01")} {
		if _, _, err := l.Append(t.Context(), e); !errors.Is(err, ErrFailed) || !errors.Is(err, broken) || strings.Contains(err.Error(), "\n") {
			t.Errorf("after the failure: %v", err)
		}
	}
	l.ahead.allot = disk.Allot
	if _, _, err := l.Append(t.Context(), asked(42)); !errors.Is(err, ErrFailed) || !errors.Is(l.Health(), ErrFailed) {
		t.Errorf("when the disk is well again: %v", err)
	}
	verify(t, l)
	failed := must[os.FileInfo](t)(os.Stat(path))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, contents(t, path)) {
		t.Error("the file was written after it had failed")
	}

	// Readers take the file as it is; the next writer leaves it and goes on in a copy.
	reader := open(t, path, Options{ReadOnly: true})
	verify(t, reader)
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, path, training)
	renewed := must[os.FileInfo](t)(os.Stat(path))
	if os.SameFile(failed, renewed) || renewed.Mode() != 0o600 {
		t.Errorf("the file that failed is written again, or its copy has mode %v", renewed.Mode())
	}
	for n := range 40 {
		if a := attempt(t, l, asked(n).Attempt); a.Receipt != receiptOf(n) {
			t.Errorf("attempt %d: %+v", n, a)
		}
	}
	sell(t, l, 10_001)
	verify(t, l)
	l = reopen(t, l)
	if now := must[os.FileInfo](t)(os.Stat(path)); !os.SameFile(renewed, now) {
		t.Error("a ledger that is well was copied")
	}
	attempt(t, l, asked(10_001).Attempt)
}

// A file that an older version made longer without room behind it is given that at the first
// commit.
func TestRoomBehindTheFile(t *testing.T) {
	l := open(t, newPath(t), training)
	sell(t, l, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var used int64
	if err := l.db.file.Close(); err == nil {
		t.Fatal("a closed ledger has its file open")
	}
	db, err := openFile(l.Path(), bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.View(func(tx *bolt.Tx) error { used = tx.Size(); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Close(), os.Truncate(l.Path(), used), os.Truncate(l.Path(), used+aheadAlways+aheadEach)); err != nil {
		t.Fatal(err)
	}
	l = open(t, l.Path(), training)
	type span struct{ from, to int64 }
	var wanted []span
	l.ahead.allot = func(f *os.File, from, to int64) error {
		wanted = append(wanted, span{from, to})
		return disk.Allot(f, from, to)
	}
	sell(t, l, 2)
	if len(wanted) == 0 || wanted[0] != (span{used, used + aheadAlways + aheadEach}) {
		t.Errorf("room was asked for in %v, want first behind %d", wanted, used)
	}
}

package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"kaunta/pos"
	"kaunta/store/trade"
)

// Some tests need another process: one that is killed, holds a lock, or may not write. It is this
// test binary, started again with a role; what it has to say comes on its standard output, a line
// each.

// child plays a role and returns the exit status.
func child(role string) int {
	path := os.Getenv("KAUNTA_STORE_LEDGER")
	o := Options{Environment: "training", ReadOnly: role == "reads"}
	l, err := Open(path, o)
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("open", os.Getpid())
	switch role {
	case "holds", "reads":
		_, _ = io.Copy(io.Discard, os.Stdin) // until the test lets go
	case "sells":
		childSells(l)
	case "closes":
		if err := childCloses(l); err != nil {
			fmt.Println("error", err)
			return 1
		}
	case "writes", "grows":
		if err := childFills(l, role); err != nil {
			fmt.Println("error", err)
			return 1
		}
	}
	if err := l.Close(); err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

// childSells sells with eight hands until it is killed, and acknowledges every event that was
// appended by printing the attempt's number and how many of its events are on disk.
func childSells(l *Ledger) {
	var wg sync.WaitGroup
	for hand := range 8 {
		wg.Go(func() {
			for n := hand; ; n += 8 {
				e := asked(n)
				for i, e := range []pos.Event{e, pushed(e), paid(e, receiptOf(n))} {
					if _, _, err := l.Append(context.Background(), e); err != nil {
						fmt.Println("error", err)
						return
					}
					fmt.Printf("ack %d %d\n", n, i+1)
				}
			}
		})
	}
	wg.Wait()
}

// childCloses opens and closes shifts until it is killed, and acknowledges every close with the
// number of its Z. It goes on with what an earlier one has left.
func childCloses(l *Ledger) error {
	ctx := context.Background()
	before, err := l.Shifts(1000)
	if err != nil {
		return err
	}
	for n := 1000 * (1 + len(before)); ; n += 10 {
		s, err := l.ShiftOf("")
		if errors.Is(err, pos.ErrNotFound) {
			s, err = l.AppendShift(ctx, trade.ShiftOpened(n, 1237))
		}
		if err == nil && s.State == pos.ShiftOpen {
			_, _, err = l.Append(ctx, trade.CashTaken(n+1, 307, 400))
		}
		for i, e := range closing(s.ID, n+2, 1544) {
			if err == nil && i >= int(s.State-pos.ShiftOpen) {
				s, err = l.AppendShift(ctx, e)
			}
		}
		if err != nil {
			return err
		}
		fmt.Printf("ack %d 1\n", s.Close.Z)
	}
}

// process is a child and what it says.
type process struct {
	*exec.Cmd
	stdin io.Closer
	lines *bufio.Scanner
}

// spawn starts a child on the ledger at path, and waits until it has opened it.
func spawn(t *testing.T, role, path string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(exe)}
	p.Env = append(os.Environ(), "KAUNTA_STORE_CHILD="+role, "KAUNTA_STORE_LEDGER="+path)
	p.Stderr = os.Stderr
	stdin, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdin, p.lines = stdin, bufio.NewScanner(stdout)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // for a test that failed half-way; otherwise it has ended
		_ = p.Process.Kill()
		_ = p.Wait()
	})
	if line := p.next(t); line != "open "+strconv.Itoa(p.Process.Pid) {
		t.Fatalf("the child says %q", line)
	}
	return p
}

func (p *process) next(t *testing.T) string {
	t.Helper()
	if !p.lines.Scan() {
		t.Fatalf("the child ended early: %v", p.lines.Err())
	}
	return p.lines.Text()
}

// acks collects what the child acknowledges from now on: events by attempt number.
func (p *process) acks(t *testing.T, into map[int]int, enough func(total int) bool) {
	t.Helper()
	for total := 0; !enough(total) && p.lines.Scan(); total++ {
		var n, events int
		if _, err := fmt.Sscanf(p.lines.Text(), "ack %d %d", &n, &events); err != nil {
			t.Fatalf("the child says %q", p.lines.Text())
		}
		into[n] = max(into[n], events)
	}
}

// TestKilledUnderLoad kills a till that is selling, three times over on one ledger: what it
// acknowledged is there.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	for round := range 3 {
		p := spawn(t, "sells", path)
		acked := map[int]int{}
		p.acks(t, acked, func(total int) bool { return total == 100+50*round })
		if err := p.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		p.acks(t, acked, func(int) bool { return false }) // what it had said before it died
		if err := p.Wait(); err == nil {
			t.Fatal("the child was not killed")
		}

		l := open(t, path, Options{Environment: "training"})
		for n, events := range acked {
			a := attempt(t, l, asked(n).Attempt)
			if a.Events < events || events == 3 && a.Receipt != receiptOf(n) {
				t.Errorf("attempt %d was acknowledged with %d events and has %d, receipt %q", n, events, a.Events, a.Receipt)
			}
		}
		verify(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil { // the next child begins with attempt 0 again
			t.Fatal(err)
		}
	}
}

// TestKilledWhileClosing kills a till that closes shifts, over and over on one ledger: a Z that was
// acknowledged is there, and their numbers go on without a gap.
func TestKilledWhileClosing(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	for round := range 4 {
		p := spawn(t, "closes", path)
		acked := map[int]int{}
		p.acks(t, acked, func(total int) bool { return total == 5+3*round })
		if err := p.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		p.acks(t, acked, func(int) bool { return false })
		if err := p.Wait(); err == nil {
			t.Fatal("the child was not killed")
		}
		l := open(t, path, Options{Environment: "training"})
		last := must[int](t)(read(l, reader.lastZ))
		for z := 1; z <= last; z++ {
			if s := must[pos.Shift](t)(l.ByZ(z)); s.Close.Z != z || s.Close.Figures.Expected < 1237 {
				t.Errorf("Z %d is %+v", z, s.Close)
			}
		}
		for z := range acked {
			if z > last {
				t.Errorf("Z %d was acknowledged, and the last is %d", z, last)
			}
		}
		verify(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnotherProcessHasTheLedger(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	p := spawn(t, "holds", path)
	for _, o := range []Options{training, {ReadOnly: true}} {
		_, err := Open(path, o)
		var locked *LockedError
		if !asLocked(err, &locked) {
			t.Fatalf("a ledger in use: %v", err)
		}
		if locked.PID != p.Process.Pid || locked.Since.IsZero() || !strings.Contains(err.Error(), strconv.Itoa(p.Process.Pid)) {
			t.Errorf("held by process %d, not by %+v: %v", p.Process.Pid, locked, err)
		}
	}

	// Killed, it leaves its note behind, which is in nobody's way, and names nobody else's process.
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
	if _, err := os.Stat(pidPath(path)); err != nil {
		t.Fatalf("the note of the killed process: %v", err)
	}
	reader := spawn(t, "reads", path)
	_, err := Open(path, training)
	var locked *LockedError
	if !asLocked(err, &locked) || locked.PID != 0 {
		t.Errorf("held by a reader, beside an old note: %v", err)
	}
	if l, err := Open(path, Options{ReadOnly: true}); err != nil {
		t.Errorf("a second reader: %v", err)
	} else if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := reader.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := reader.Wait(); err != nil {
		t.Errorf("the reader: %v", err)
	}

	l := open(t, path, training)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(pidPath(path)); !os.IsNotExist(err) {
		t.Errorf("the note after Close: %v", err)
	}
}

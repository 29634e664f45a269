package maintain

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/disk"
	"kaunta/store/powercut"
)

var cuts = flag.Int("cuts", 240, "how many power cuts TestPowerCut makes in all")

// The child that works on the disk acknowledges what it was promised, by lines in the disk's file
// of that name.

// childOnDisk plays a part on the mount, whose ledger is till/ledger.db.
func childOnDisk(part, mount string) error {
	acks, err := os.OpenFile(filepath.Join(mount, powercut.Acks), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer acks.Close()
	ledger := filepath.Join(mount, "till", "ledger.db")
	backup := filepath.Join(mount, "backups", "copy.ledger")
	if part == "compacts" {
		if _, _, err := Compact(context.Background(), ledger, store.Options{}, nil, nil); err != nil {
			return err
		}
	}
	trouble := func(word string) error {
		return os.WriteFile(filepath.Join(mount, powercut.Troubles), []byte(word), 0o600)
	}
	if word, ok := strings.CutPrefix(part, "trouble: "); ok {
		if err := meets(ledger, acks, word, trouble); err != nil {
			return err
		}
	}
	next := 0
	if part != "sells" && part != "backs-up" {
		next = 1000
	}
	for range 2 { // opened, closed and opened again
		l, err := Open(ledger, store.Options{Environment: "training", ShortCode: "174379"})
		if err != nil {
			return err
		}
		for n := next; n < next+6; n++ {
			e := asked(n)
			for i, e := range []pos.Event{e, pushed(e), paid(e, receiptOf(n))} {
				if _, _, err := l.Append(context.Background(), e); err != nil {
					return err
				}
				if _, err := fmt.Fprintf(acks, "sold %d %d\n", n, i+1); err != nil {
					return err
				}
			}
			if part == "backs-up" && n%3 == 1 {
				if err := disk.MakeFolder(filepath.Dir(backup)); err != nil {
					return err
				}
				report, err := Backup(context.Background(), l, backup, BackupOptions{Replace: true})
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintf(acks, "backup %d\n", report.Events); err != nil {
					return err
				}
			}
		}
		next += 6
		if err := l.Close(); err != nil {
			return err
		}
	}
	return nil
}

// meets sells on a disk that comes to be in trouble. The ledger takes no more then, says why in a
// sentence, and can still be read. From a full disk it recovers by itself.
func meets(ledger string, acks *os.File, word string, trouble func(string) error) error {
	l, err := store.Open(ledger, store.Options{Environment: "training", ShortCode: "174379"})
	if err != nil {
		return err
	}
	defer l.Close()
	for n := 2000; ; n++ {
		if n == 2004 {
			if err := trouble(word); err != nil {
				return err
			}
		}
		e := asked(n)
		_, _, err := l.Append(context.Background(), e)
		if n < 2004 && err == nil {
			_, err = fmt.Fprintf(acks, "sold %d 1\n", n)
		}
		if n < 2004 && err != nil {
			return err
		}
		if n >= 2004 {
			const want = "see that the disk is well and has room, then start Kaunta again"
			full := word == powercut.Full && errors.Is(err, store.ErrFull) && l.Health() == nil
			failed := word != powercut.Full && errors.Is(err, store.ErrFailed) && strings.Contains(err.Error(), want)
			if !full && !failed || strings.Contains(err.Error(), "\n") {
				return fmt.Errorf("on a disk that is %s: %v", word, err)
			}
		}
		if n == 2006 {
			break
		}
	}
	if a, err := l.Attempt(asked(2001).Attempt); err != nil || a.Events != 1 {
		return fmt.Errorf("reading on: %+v, %v", a, err)
	}
	if word == powercut.Full {
		if err := trouble(powercut.Well); err != nil {
			return err
		}
		for n := 2004; n < 2010; n++ {
			if _, _, err := l.Append(context.Background(), asked(n)); err != nil {
				return fmt.Errorf("when there is room again: %w", err)
			}
			if _, err := fmt.Fprintf(acks, "sold %d 1\n", n); err != nil {
				return err
			}
		}
	}
	if err := l.Close(); err != nil {
		return err
	}
	// While the trouble lasts, the till does not open either, or does and says so at the first
	// payment; the disk has to be well.
	return trouble(powercut.Well)
}

// aftermath is what a child is to look at after a power cut.
type aftermath struct {
	Folder string
	Acked  string
	Before int // attempts that were in the ledger before the part began
}

// look opens what a power cut has left, as the next till does, and returns what is wrong with it.
func (a aftermath) look() error {
	path := filepath.Join(a.Folder, "till", "ledger.db")
	if _, err := os.Stat(path); err != nil {
		if a.Acked != "" || a.Before > 0 {
			return fmt.Errorf("the ledger is gone: %w", err)
		}
	}
	l, err := Open(path, training)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := whole(l); err != nil {
		return err
	}
	backup := 0
	for line := range strings.Lines(a.Acked) {
		var n, events int
		if _, err := fmt.Sscanf(line, "backup %d\n", &events); err == nil {
			backup = events
			continue
		}
		if _, err := fmt.Sscanf(line, "sold %d %d\n", &n, &events); err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		at, err := l.Attempt(asked(n).Attempt)
		if err != nil || at.Events < events || events == 3 && at.Receipt != receiptOf(n) {
			return fmt.Errorf("attempt %d was acknowledged with %d events, and there is %+v, %v", n, events, at, err)
		}
	}
	// It goes on, and is well as a file too.
	e := asked(500_000)
	if _, _, err := l.Append(context.Background(), e); err != nil {
		return err
	}
	if err := l.Close(); err != nil {
		return err
	}
	report, err := VerifyFile(context.Background(), path, nil)
	if err == nil && report.First != nil {
		err = report.First
	}
	if err == nil && report.Attempts < a.Before {
		err = fmt.Errorf("%d attempts are left of %d", report.Attempts, a.Before)
	}
	if err != nil {
		return err
	}

	// A backup by its name is whole.
	path = filepath.Join(a.Folder, "backups", "copy.ledger")
	if _, err := os.Stat(path); err != nil {
		if backup > 0 {
			return errors.New("the backup is gone")
		}
		return nil
	}
	report, err = VerifyFile(context.Background(), path, nil)
	if err == nil && report.First != nil {
		err = report.First
	}
	if err == nil && report.Events < backup {
		err = fmt.Errorf("the backup has %d events and was said to have %d", report.Events, backup)
	}
	return err
}

// childLooks looks at what it is told of, a line of JSON each, and says what is wrong.
func childLooks() int {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var a aftermath
		if in.Decode(&a) != nil {
			return 0
		}
		said := ""
		if err := a.look(); err != nil {
			said = err.Error()
		}
		if out.Encode(said) != nil {
			return 1
		}
	}
}

// onDisk records a part that a child plays on a disk with the files that are first on it.
func onDisk(t *testing.T, part string, first map[string][]byte) *powercut.Recording {
	t.Helper()
	disk, err := powercut.NewDisk(t.TempDir(), first)
	if errors.Is(err, powercut.ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := another(t, "on-disk", disk.Mount, "KAUNTA_MAINTAIN_PART="+part)
	out, err := cmd.CombinedOutput()
	if err := errors.Join(err, disk.Close()); err != nil {
		t.Fatalf("%s: %v %s", part, err, out)
	}
	return disk.Recording
}

// looks is a child that looks at what power cuts left, and is replaced when that kills it.
type looks struct {
	t   testing.TB
	cmd *exec.Cmd
	in  *json.Encoder
	out *json.Decoder
	end func() error
}

func (k *looks) at(a aftermath) (wrong string) {
	if k.cmd == nil {
		k.cmd = another(k.t, "looks", "")
		in, err := k.cmd.StdinPipe()
		if err != nil {
			k.t.Fatal(err)
		}
		out, err := k.cmd.StdoutPipe()
		if err == nil {
			err = k.cmd.Start()
		}
		if err != nil {
			k.t.Fatal(err)
		}
		k.in, k.out, k.end = json.NewEncoder(in), json.NewDecoder(out), in.Close
	}
	if err := errors.Join(k.in.Encode(a), k.out.Decode(&wrong)); err != nil {
		k.close()
		return "it killed the process that looked"
	}
	return wrong
}

func (k *looks) close() {
	if k.cmd != nil {
		_ = k.end()
		_ = k.cmd.Wait()
		k.cmd = nil
	}
}

// TestPowerCut takes the power away at any operation on files, while a ledger is made, sold on,
// backed up, made anew after a failure, compacted, or brought from an older version. What was
// acknowledged is there afterwards, and the ledger opens, is whole and goes on. With a disk that
// lies about what it has flushed the same test fails, which shows that it can.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	first := func(change func(*bolt.Tx) error, also ...string) map[string][]byte {
		files := map[string][]byte{"till/ledger.db": contents(t, someLedger(t, change))}
		for _, name := range also {
			files[name] = []byte("the last commit failed\n")
		}
		return files
	}
	parts := []struct {
		name   string
		first  map[string][]byte
		before int
	}{
		{"sells", map[string][]byte{}, 0},
		{"backs-up", map[string][]byte{}, 0},
		{"migrates", first(older), 4},
		{"renews", first(unchanged, "till/ledger.db.failed"), 4},
		{"compacts", first(unchanged), 4},
		{"trouble: " + powercut.Full, first(unchanged), 4},
		{"trouble: " + powercut.FlushesFail, first(unchanged), 4},
		{"trouble: " + powercut.ReadOnlyDisk, first(unchanged), 4},
	}
	k := &looks{t: t}
	defer k.close()
	folder := t.TempDir()
	for i, part := range parts {
		t.Run(part.name, func(t *testing.T) {
			r := onDisk(t, part.name, part.first)
			if r.Len() < 100 {
				t.Fatalf("there were %d operations", r.Len())
			}
			cut := func(n uint64, lying bool) string {
				chance := rand.New(rand.NewPCG(n, 1))
				at := chance.IntN(r.Len() + 1)
				files, acked := r.Cut(at, chance, lying)
				here := path.Join(folder, fmt.Sprintf("%d-%d-%v", i, n, lying))
				if err := powercut.Write(here, files); err != nil {
					t.Fatal(err)
				}
				defer os.RemoveAll(here)
				wrong := k.at(aftermath{Folder: here, Acked: acked, Before: part.before})
				if wrong != "" {
					wrong = fmt.Sprintf("cut %d, after %d of %d operations: %s", n, at, r.Len(), wrong)
				}
				return wrong
			}
			total := max(1, *cuts/len(parts))
			for n := range uint64(total) {
				if wrong := cut(n, false); wrong != "" {
					t.Error(wrong)
				}
			}
			bad := 0
			for n := range uint64(10) {
				if cut(n, true) != "" {
					bad++
				}
			}
			t.Logf("%d cuts at any of %d operations; of 10 on a disk that lies, %d are noticed", total, r.Len(), bad)
			if bad == 0 {
				t.Error("a disk that lies about its flushes does as well: this test shows nothing")
			}
		})
	}
}

package maintain

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/format"
	"kaunta/store/trade"
)

func TestMain(m *testing.M) {
	if role := os.Getenv("KAUNTA_MAINTAIN_CHILD"); role != "" {
		os.Exit(child(role))
	}
	goleak.VerifyTestMain(m)
}

// Some tests need another process: one that checks a file, holds a lock, or dies. It is this test
// binary, started again with a role.

// child plays a role and returns the exit status.
func child(role string) int {
	path := os.Getenv("KAUNTA_MAINTAIN_LEDGER")
	var err error
	switch ctx := context.Background(); role {
	case "checks":
		err = ServeCheck(ctx, os.Stdout, path)
	case "checks-copy":
		err = ServeCheckCopy(ctx, os.Stdout, path)
	case "compares":
		err = ServeCompare(ctx, os.Stdout, os.Getenv("KAUNTA_MAINTAIN_BACKUP"), path)
	case "tries":
		err = ServeTry(ctx, os.Stdout, path)
	case "judges":
		return childJudges()
	case "on-disk":
		err = childOnDisk(os.Getenv("KAUNTA_MAINTAIN_PART"), path)
	case "looks":
		return childLooks()
	case "holds":
		err = childHolds(path)
	case "dies":
		fmt.Fprintln(os.Stderr, "fatal: in the middle of it")
		return 2
	case "overflows":
		return overflows(1)
	}
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

// childHolds has the ledger open until the test lets go.
func childHolds(path string) error {
	l, err := store.Open(path, store.Options{Environment: "training"})
	if err != nil {
		return err
	}
	fmt.Println("open")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return l.Close()
}

// overflows ends the process as a page does that leads back to itself.
func overflows(n int) int {
	debug.SetMaxStack(1 << 20)
	if n == 0 {
		return 0 // never
	}
	return 1 + overflows(n+1)
}

// another is a child of this test binary in a role.
func another(t testing.TB, role, path string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(must[string](t)(os.Executable()))
	cmd.Env = append(append(os.Environ(), "KAUNTA_MAINTAIN_CHILD="+role, "KAUNTA_MAINTAIN_LEDGER="+path), env...)
	return cmd
}

// heldElsewhere has another process hold the ledger until release is called.
func heldElsewhere(t *testing.T, path string) (release func()) {
	t.Helper()
	cmd := another(t, "holds", path)
	stdin, stdout := must[io.WriteCloser](t)(cmd.StdinPipe()), must[io.ReadCloser](t)(cmd.StdoutPipe())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	release = func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	}
	t.Cleanup(release)
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "open\n" {
		t.Fatalf("the child says %q", line)
	}
	return release
}

// training are the options of most tests: real files, without the flushes.
var training = store.Options{Environment: "training", ShortCode: "174379", UnsafeNoSync: true}

// What happens to single payments is made by package trade.
var (
	opening   = trade.Opening
	attemptID = trade.AttemptID
	saleID    = trade.SaleID
	addressOf = trade.AddressOf
	asked     = trade.Asked
	again     = trade.Again
	receiptOf = trade.ReceiptOf
	pushed    = trade.Pushed
	paid      = trade.Paid
	cancelled = trade.Cancelled
	cash      = trade.CashTaken
)

// openedShift opens the shift n of the shop's drawer.
func openedShift(t testing.TB, l *store.Ledger, n int, float pos.Shillings) pos.ShiftID {
	t.Helper()
	return must[pos.Shift](t)(l.AppendShift(context.Background(), trade.ShiftOpened(n, float))).ID
}

// closeShift ends, counts and closes a shift.
func closeShift(t testing.TB, l *store.Ledger, id pos.ShiftID, n int, counted pos.Shillings) pos.Shift {
	t.Helper()
	var s pos.Shift
	for _, e := range []pos.Event{
		trade.InShift(id, pos.EventShiftEnded, n, pos.ShiftAct{}),
		trade.InShift(id, pos.EventCounted, n, pos.ShiftAct{Amount: counted, Blind: true}),
		trade.InShift(id, pos.EventShiftClosed, n, pos.ShiftAct{}),
	} {
		s = must[pos.Shift](t)(l.AppendShift(context.Background(), e))
	}
	return s
}

func person(t testing.TB, l *store.Ledger, n int, name string, role pos.Role) pos.Person {
	t.Helper()
	return must[pos.Person](t)(l.AppendPerson(context.Background(), trade.StaffAdded(n, name, role, "")))
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "till", "ledger.db") }

// open opens a ledger and closes it with the test.
func open(t testing.TB, path string, o store.Options) *store.Ledger {
	t.Helper()
	l, err := store.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// closed closes the ledger, and is its path.
func closed(t testing.TB, l *store.Ledger) string {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Path()
}

// edit changes the file of a closed ledger behind its back.
func edit(t testing.TB, path string, change func(*bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(change); err != nil {
		t.Fatal(err)
	}
}

// row is the row with a value that has no checksum yet, in a bucket whose values have one.
func row(b store.Bucket, k, body []byte) store.Row {
	return store.Row{Bucket: b, Key: k, Value: format.Seal(k, body)}
}

func put(tx *bolt.Tx, r store.Row) error {
	return tx.Bucket([]byte(r.Bucket)).Put(bytes.Clone(r.Key), bytes.Clone(r.Value))
}

// body is the value of a row without its checksum.
func body(t testing.TB, tx *bolt.Tx, b store.Bucket, k []byte) []byte {
	t.Helper()
	return bytes.Clone(must[[]byte](t)(store.Row{Bucket: b, Key: k, Value: tx.Bucket([]byte(b)).Get(k)}.Body()))
}

// view reads a ledger.
func view(t testing.TB, l *store.Ledger, read func(*store.View)) {
	t.Helper()
	if err := l.Views(1, func(v []*store.View) error { read(v[0]); return nil }); err != nil {
		t.Fatal(err)
	}
}

// dayKey is the key of a day's totals and anchor.
func dayKey(day pos.Day) []byte { return binary.BigEndian.AppendUint32(nil, uint32(day)) }

// spoil damages the stored value of a key: bbolt does not notice.
func spoil(t testing.TB, path string, b store.Bucket, k []byte) {
	t.Helper()
	edit(t, path, func(tx *bolt.Tx) error {
		value := bytes.Clone(tx.Bucket([]byte(b)).Get(k))
		value[len(value)/2] ^= 0x04
		return tx.Bucket([]byte(b)).Put(k, value)
	})
}

// askedAt is asked, at a moment.
func askedAt(n int, at time.Time) pos.Event {
	e := asked(n)
	e.Attempt, e.At = attemptID(at, uint64(n)), at
	e.Asked.Sale, e.Asked.Address = saleID(at, uint64(n)), addressOf(at, n)
	return e
}

// add appends the events and returns the last one's attempt.
func add(t testing.TB, l *store.Ledger, events ...pos.Event) pos.Attempt {
	t.Helper()
	var a pos.Attempt
	for _, e := range events {
		var err error
		if a, _, err = l.Append(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// sell makes a paid sale of attempt n.
func sell(t testing.TB, l *store.Ledger, n int) pos.Attempt {
	t.Helper()
	e := asked(n)
	return add(t, l, e, pushed(e), paid(e, receiptOf(n)))
}

func attempt(t testing.TB, l *store.Ledger, id pos.AttemptID) pos.Attempt {
	t.Helper()
	return must[pos.Attempt](t)(l.Attempt(id))
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("%s: (-want +got)\n%s", what, d)
	}
}

func ids(list []pos.Attempt) []pos.AttemptID {
	out := []pos.AttemptID{}
	for _, a := range list {
		out = append(out, a.ID)
	}
	return out
}

// must unwraps what a read returns.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// verify holds the whole ledger against itself.
func verify(t testing.TB, l *store.Ledger) {
	t.Helper()
	if err := whole(l); err != nil {
		t.Fatal(err)
	}
}

// whole is the first thing that is wrong with a ledger, or nil.
func whole(l *store.Ledger) error {
	r, err := Verify(context.Background(), l, nil)
	if err == nil && r.First != nil {
		err = r.First
	}
	return err
}

// seeded is a source of chance that a failing test can repeat.
func seeded(n uint64) *rand.Rand { return rand.New(rand.NewPCG(n, 0)) }

func writeFile(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func contents(t testing.TB, path string) []byte {
	t.Helper()
	return must[[]byte](t)(os.ReadFile(path))
}

// hidden lists what was left in a folder under names that nobody asks for.
func hidden(t testing.TB, folder string) (names []string) {
	t.Helper()
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir(folder)) {
		if strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

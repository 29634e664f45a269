package maintain

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store"
)

// restoring are the options of a restore whose files are read by children, and that is allowed
// whatever is missing; what it was told comes in gap and unread.
func restoring(t testing.TB, gap *Gap, unread *error) RestoreOptions {
	return RestoreOptions{
		Environment: "training",
		Check: func(ctx context.Context, copy string) (Report, error) {
			return Check(ctx, another(t, "checks-copy", copy), nil)
		},
		Compare: func(ctx context.Context, copy, path string) (Gap, error) {
			return Compare(ctx, another(t, "compares", path, "KAUNTA_MAINTAIN_BACKUP="+copy))
		},
		Allow: func(g Gap, err error) error {
			*gap, *unread = g, err
			return nil
		},
		Now: func() time.Time { return opening },
	}
}

// backedUp is a ledger, closed, with two payments more than its backup, and a third of which that
// knows less.
func backedUp(t testing.TB) (path, backup string) {
	t.Helper()
	path, backup = newPath(t), filepath.Join(t.TempDir(), "backup.ledger")
	l := open(t, path, training)
	for n := range 5 {
		sell(t, l, n)
	}
	add(t, l, asked(5))
	if _, err := Backup(context.Background(), l, backup, BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	add(t, l, pushed(asked(5)), paid(asked(5), receiptOf(5)))
	sell(t, l, 6)
	add(t, l, asked(7))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return path, backup
}

func TestRestore(t *testing.T) {
	path, backup := backedUp(t)
	was := contents(t, path)
	writeFile(t, path+".failed", []byte("it failed\n"))
	var gap Gap
	var unread error
	o := restoring(t, &gap, &unread)
	report, aside, err := Restore(context.Background(), backup, path, o)
	if err != nil || report.First != nil || report.Attempts != 6 || unread != nil {
		t.Fatalf("%+v, %v, %v", report, err, unread)
	}
	want := Gap{Same: true, Attempts: 3, Paid: pos.Sum{Count: 2, KES: asked(5).Asked.Amount + asked(6).Asked.Amount}, First: asked(5).At.Truncate(time.Millisecond)}
	equal(t, "what is missing", gap, want)
	if aside != path+".replaced-2026-11-23-080000" || !bytes.Equal(was, contents(t, aside)) {
		t.Errorf("the ledger that was there is %s", aside)
	}
	if _, err := os.Lstat(path + ".failed"); err == nil {
		t.Error("what failed was the file before it")
	}
	l := open(t, path, training)
	verify(t, l)
	sell(t, l, 9)
	verify(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	// Again, in the same second: nothing that was kept is lost.
	_, again, err := Restore(context.Background(), backup, path, o)
	if err != nil || again == aside || !bytes.Equal(was, contents(t, aside)) {
		t.Errorf("the second time: %s, %v", again, err)
	}
	if gap.Attempts != 1 {
		t.Errorf("missing: %+v", gap)
	}

	// Where there is none, nothing is asked.
	o.Allow = func(Gap, error) error { t.Error("asked"); return nil }
	fresh := newPath(t)
	if _, aside, err := Restore(context.Background(), backup, fresh, o); err != nil || aside != "" {
		t.Errorf("%s, %v", aside, err)
	}
	verify(t, open(t, fresh, training))
}

func TestRestoreRefuses(t *testing.T) {
	path, backup := backedUp(t)
	was := contents(t, path)
	good := contents(t, backup)
	bad := filepath.Join(t.TempDir(), "bad.ledger")
	writeFile(t, bad, good)
	edit(t, bad, func(tx *bolt.Tx) error {
		return put(tx, row(store.AboutBucket, []byte("kinds"), []byte(`["asked","reversed"]`)))
	})
	newer := contents(t, bad)
	var gap Gap
	var unread error
	for _, tt := range []struct {
		name  string
		bytes []byte
		o     func(o *RestoreOptions)
		want  string
	}{
		{"a backup that is cut short", good[:len(good)-2*4096], nil, "damaged"},
		{"a kind of event that is not known", newer, nil, "(reversed)"},
		{"no backup", []byte("nothing that anybody knows"), nil, "not a ledger"},
		{"another environment", good, func(o *RestoreOptions) { o.Environment = "production" }, "is for training"},
		{"a child that dies", good, func(o *RestoreOptions) {
			o.Check = func(ctx context.Context, copy string) (Report, error) {
				return Check(ctx, another(t, "overflows", copy), nil)
			}
		}, "did not survive"},
		{"no permission", good, func(o *RestoreOptions) { o.Allow = func(Gap, error) error { return errors.New("not allowed") } }, "not allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			writeFile(t, bad, tt.bytes)
			o := restoring(t, &gap, &unread)
			if tt.o != nil {
				tt.o(&o)
			}
			_, _, err := Restore(context.Background(), bad, path, o)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v", err)
			}
			if !bytes.Equal(was, contents(t, path)) || len(hidden(t, filepath.Dir(path))) > 0 {
				t.Error("the ledger has changed")
			}
		})
	}
	o := restoring(t, &gap, &unread)
	if _, _, err := Restore(context.Background(), path, path, o); err == nil {
		t.Error("a ledger was restored from itself")
	}
	release := heldElsewhere(t, path)
	if _, _, err := Restore(context.Background(), backup, path, o); !errors.Is(err, store.ErrLocked) {
		t.Errorf("while a till holds it: %v", err)
	}
	release()
}

// TestRestoreOverDamage: a ledger that cannot be read is put aside as it is, by whoever says so.
func TestRestoreOverDamage(t *testing.T) {
	for name, b := range map[string][]byte{"no ledger": bytes.Repeat([]byte("x"), 3*4096), "empty": {}} {
		t.Run(name, func(t *testing.T) {
			path, backup := backedUp(t)
			writeFile(t, path, b)
			var gap Gap
			var unread error
			_, aside, err := Restore(context.Background(), backup, path, restoring(t, &gap, &unread))
			if err != nil || unread == nil || !bytes.Equal(b, contents(t, aside)) {
				t.Fatalf("%v, unread: %v", err, unread)
			}
			verify(t, open(t, path, training))
		})
	}
}

// TestRestoreOlder: a backup that an earlier version of this program made is brought up on the way,
// and itself stays as it is.
func TestRestoreOlder(t *testing.T) {
	for name, change := range map[string]func(*bolt.Tx) error{"older": older} {
		t.Run(name, func(t *testing.T) {
			path, _ := backedUp(t)
			backup := someLedger(t, change)
			was := contents(t, backup)
			var gap Gap
			var unread error
			report, aside, err := Restore(context.Background(), backup, path, restoring(t, &gap, &unread))
			if err != nil || unread != nil || report.First != nil || report.Attempts < 4 || aside == "" {
				t.Fatalf("%+v, %q, %v, unread: %v", report, aside, err, unread)
			}
			if gap.Same || gap.Attempts == 0 {
				t.Errorf("missing: %+v", gap)
			}
			if !bytes.Equal(was, contents(t, backup)) {
				t.Error("the backup was changed")
			}
			l := open(t, path, training)
			equal(t, "paid", attempt(t, l, asked(2).Attempt).Receipt, receiptOf(2))
			verify(t, l)
			if left := hidden(t, filepath.Dir(path)); len(left) > 0 {
				t.Errorf("files left behind: %v", left)
			}
		})
	}
}

// TestRestoreHoldsOlder: while a backup takes its place, no till opens the ledger that is there, of
// whatever version it is.
func TestRestoreHoldsOlder(t *testing.T) {
	for version, change := range map[string]func(*bolt.Tx) error{"older": older, "today's": unchanged} {
		path := someLedger(t, change)
		release, present, environment, err := store.Hold(path)
		if err != nil || !present || environment != "training" {
			t.Fatalf("%s: present %t, for %q, %v", version, present, environment, err)
		}
		if l, err := Open(path, training); !errors.Is(err, store.ErrLocked) {
			t.Errorf("%s: a till has opened it: %v, %v", version, l, err)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
		l := must[*store.Ledger](t)(Open(path, training))
		verify(t, l)
		closed(t, l)
	}
}

func TestCheckInAChild(t *testing.T) {
	path, _ := backedUp(t)
	ctx := context.Background()
	told := 0
	report, err := Check(ctx, another(t, "checks", path), func(done, total int) { told = done })
	if err != nil || report.Attempts != 8 || told != 8 || report.Last.Hash == [32]byte{} {
		t.Errorf("%+v, %v, told %d", report, err, told)
	}
	for _, role := range []string{"dies", "overflows"} {
		if _, err := Check(ctx, another(t, role, path), nil); !errors.Is(err, store.ErrDamaged) || strings.Contains(err.Error(), "\n") {
			t.Errorf("a child that %s: %v", role, err)
		}
	}
	if _, err := Check(ctx, exec.Command(filepath.Join(t.TempDir(), "none")), nil); err == nil || errors.Is(err, store.ErrDamaged) {
		t.Errorf("without a child: %v", err)
	}
	release := heldElsewhere(t, path)
	if _, err := Check(ctx, another(t, "checks", path), nil); !errors.Is(err, store.ErrLocked) {
		t.Errorf("while a till holds it: %v", err)
	}
	release()
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Check(ctx, another(t, "checks", path), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("broken off: %v", err)
	}
}

func TestCompact(t *testing.T) {
	path := newPath(t)
	l := open(t, path, training)
	for n := range 300 {
		sell(t, l, n)
	}
	if _, err := l.Forget(context.Background(), opening.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	want := everything(t, l)
	if _, _, err := Compact(context.Background(), path, store.Options{}, nil, nil); !errors.Is(err, store.ErrLocked) {
		t.Errorf("while a till holds it: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	was := contents(t, path)
	before, after, err := Compact(context.Background(), path, store.Options{}, nil, nil)
	if err != nil || before != int64(len(was)) || after >= before {
		t.Errorf("%d, %d, %v", before, after, err)
	}
	if _, err := os.Stat(path + ".bak"); err == nil {
		t.Error("the old file is still there")
	}
	l = open(t, path, training)
	equal(t, "rows", everything(t, l), want)
	verify(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	// What is not well keeps the old file; and that one is in nobody's way but the next compaction's.
	was = contents(t, path)
	unwell := func(context.Context, string) (Report, error) {
		return Report{First: &Problem{What: "it is not well"}}, nil
	}
	if _, _, err := Compact(context.Background(), path, store.Options{}, nil, unwell); !errors.Is(err, store.ErrDamaged) || !bytes.Equal(was, contents(t, path+".bak")) {
		t.Errorf("%v", err)
	}
	if _, _, err := Compact(context.Background(), path, store.Options{}, nil, nil); err == nil || !strings.Contains(err.Error(), ".bak") {
		t.Errorf("%v", err)
	}
}

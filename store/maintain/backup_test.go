package maintain

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kaunta/pos"
	"kaunta/store"
)

// everything are all rows of a ledger.
func everything(t testing.TB, l *store.Ledger) map[string]string {
	t.Helper()
	rows := map[string]string{}
	view(t, l, func(v *store.View) {
		for row, err := range v.All(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			rows[string(row.Bucket)+"/"+string(row.Key)] = string(row.Value)
		}
	})
	return rows
}

func TestBackup(t *testing.T) {
	l := traded(t, newPath(t))
	for name, make := range map[string]func(ctx context.Context, path string, o BackupOptions) (Report, error){
		"here": func(ctx context.Context, path string, o BackupOptions) (Report, error) {
			return Backup(ctx, l, path, o)
		},
		"through a stream": func(ctx context.Context, path string, o BackupOptions) (Report, error) {
			r, w := io.Pipe()
			go func() { _ = w.CloseWithError(Stream(ctx, l, w)) }()
			defer r.Close()
			return SaveBackup(ctx, r, path, o)
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, folder := context.Background(), t.TempDir()
			path := filepath.Join(folder, "copy.ledger")
			last := 0
			report, err := make(ctx, path, BackupOptions{Progress: func(done, total int) {
				if done < last || done > total {
					t.Errorf("%d after %d of %d", done, last, total)
				}
				last = done
			}})
			if err != nil || report.First != nil || report.Attempts < 200 || last == 0 {
				t.Fatalf("%+v, %v", report, err)
			}
			if info := must[os.FileInfo](t)(os.Stat(path)); info.Mode() != 0o600 {
				t.Errorf("mode %v", info.Mode())
			}
			copy := open(t, path, store.Options{ReadOnly: true})
			equal(t, "rows of the copy", everything(t, copy), everything(t, l))
			if err := copy.Close(); err != nil {
				t.Fatal(err)
			}

			good := contents(t, path)
			if _, err := make(ctx, path, BackupOptions{}); !errors.Is(err, fs.ErrExist) {
				t.Errorf("where a file is: %v", err)
			}
			broken, cancel := context.WithCancel(ctx)
			cancel()
			if _, err := make(broken, path, BackupOptions{Replace: true}); !errors.Is(err, context.Canceled) {
				t.Errorf("broken off: %v", err)
			}
			if !bytes.Equal(good, contents(t, path)) {
				t.Error("a backup that came to nothing has changed the one before")
			}
			if _, err := make(ctx, path, BackupOptions{Replace: true}); err != nil {
				t.Errorf("to replace one: %v", err)
			}
			if _, err := make(ctx, folder, BackupOptions{Replace: true}); err == nil {
				t.Error("a folder was replaced")
			}
			if _, err := make(ctx, filepath.Join(folder, "none", "copy"), BackupOptions{}); err == nil {
				t.Error("a folder that is not there took a backup")
			}
			if left := hidden(t, folder); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	if _, err := Backup(context.Background(), l, l.Path(), BackupOptions{Replace: true}); err == nil {
		t.Error("the ledger was replaced by its own backup")
	}
}

// TestBackupWhileSelling: a backup is the ledger at one moment, whatever is sold meanwhile.
func TestBackupWhileSelling(t *testing.T) {
	l := traded(t, newPath(t))
	path := filepath.Join(t.TempDir(), "copy.ledger")
	stop, sold := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for ; ; n++ {
			select {
			case <-stop:
				sold <- n
				return
			default:
			}
			e := asked(2_000_000 + n)
			for _, e := range []pos.Event{e, pushed(e), paid(e, receiptOf(2_000_000+n))} {
				if _, _, err := l.Append(context.Background(), e); err != nil {
					t.Error(err)
				}
			}
		}
	}()
	for range 5 {
		if _, err := Backup(context.Background(), l, path, BackupOptions{Replace: true}); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	if n := <-sold; n == 0 {
		t.Error("nothing was sold meanwhile")
	}
	verify(t, open(t, path, store.Options{ReadOnly: true}))
	verify(t, l)
}

// TestBackupEndsWithTheLedger: a backup whose reader is slow does not keep a till from closing.
func TestBackupEndsWithTheLedger(t *testing.T) {
	l := traded(t, newPath(t))
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := Stream(context.Background(), l, w)
		_ = w.CloseWithError(err)
		ended <- err
	}()
	if _, err := io.ReadFull(r, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	go func() { closed <- l.Close() }()
	for n := 0; ; n++ { // until it has begun to close
		if _, _, err := l.Append(context.Background(), asked(3_000_000+n)); errors.Is(err, store.ErrClosed) {
			break
		}
	}
	_ = r.CloseWithError(errors.New("gone"))
	if err := <-ended; err == nil {
		t.Error("the stream of a closed ledger is whole")
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := Stream(context.Background(), l, io.Discard); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestBackupStreamIsBroken: no bit of the stream can be changed, and no byte of it be missing,
// without its being noticed.
func TestBackupStreamIsBroken(t *testing.T) {
	l := open(t, newPath(t), training)
	for n := range 3 {
		sell(t, l, n)
	}
	var stream bytes.Buffer
	if err := Stream(context.Background(), l, &stream); err != nil {
		t.Fatal(err)
	}
	good := stream.Bytes()
	path := filepath.Join(t.TempDir(), "copy.ledger")
	chance := seeded(5)
	try := func(b []byte) {
		t.Helper()
		if _, err := SaveBackup(context.Background(), bytes.NewReader(b), path, BackupOptions{Replace: true}); err == nil {
			t.Errorf("a stream of %d bytes of %d, not as it was sent, became a backup", len(b), len(good))
		}
	}
	for range 40 {
		try(good[:chance.IntN(len(good))])
		b := bytes.Clone(good)
		at := len(rowMagic) + 16 + chance.IntN(len(b)-len(rowMagic)-16) // but for the counts, which are for progress
		b[at] ^= 1 << chance.IntN(8)
		try(b)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a file")
	}
	if _, err := SaveBackup(context.Background(), bytes.NewReader(good), path, BackupOptions{}); err != nil {
		t.Error(err)
	}
}

// TestBackupOfADamagedLedger: what is not well is not copied over what is.
func TestBackupOfADamagedLedger(t *testing.T) {
	path := newPath(t)
	l := traded(t, path)
	copy := filepath.Join(t.TempDir(), "copy.ledger")
	if _, err := Backup(context.Background(), l, copy, BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	good := contents(t, copy)
	var first []byte
	view(t, l, func(v *store.View) {
		for row := range v.Rows(store.RecordsBucket, nil) {
			first = bytes.Clone(row.Key)
			break
		}
	})
	spoil(t, closed(t, l), store.RecordsBucket, first)
	l = open(t, path, training)
	_, err := Backup(context.Background(), l, copy, BackupOptions{Replace: true})
	if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "no backup was made") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
	if !bytes.Equal(good, contents(t, copy)) || len(hidden(t, filepath.Dir(copy))) > 0 {
		t.Error("the backup before it has changed")
	}
}

// TestBackupHasNothingForgotten: the ledger's free pages still say what was forgotten, and its
// backup does not.
func TestBackupHasNothingForgotten(t *testing.T) {
	l := open(t, newPath(t), training)
	for n := range 200 {
		sell(t, l, n)
	}
	if _, err := l.Forget(context.Background(), opening.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	// As it stands in the index of phones: 712300003 backwards, with the mark of one that is known and
	// the era.
	packed := []byte{0x30, 0x0f, byte(opening.UnixMilli() >> 34), 0x00, 0x32, 0x17}
	copy := filepath.Join(t.TempDir(), "copy.ledger")
	if _, err := Backup(context.Background(), l, copy, BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	if b := contents(t, l.Path()); !bytes.Contains(b, packed) {
		t.Error("the ledger's free pages were used again: this test has nothing to compare with")
	}
	if b := contents(t, copy); bytes.Contains(b, packed) {
		t.Error("the backup has the number")
	}
}

func TestSnapshot(t *testing.T) {
	l := traded(t, newPath(t))
	var pages bytes.Buffer
	if err := l.Snapshot(context.Background(), &pages); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pages")
	writeFile(t, path, pages.Bytes())
	report, err := VerifyFile(context.Background(), path, nil)
	if err != nil || report.First != nil || report.Attempts < 200 {
		t.Errorf("%+v, %v", report, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := l.Snapshot(ctx, io.Discard); err == nil && pages.Len() > 2*backupStep {
		t.Error("it was not broken off")
	}
}

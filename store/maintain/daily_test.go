package maintain

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/pos"
	"kaunta/store"
)

// kept lists the names in the folder of backups.
func kept(t testing.TB, folder string) string {
	t.Helper()
	var names []string
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir(folder)) {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(e.Name(), "kaunta-training-"), ".ledger"))
	}
	return strings.Join(names, " ")
}

// daily runs d on a ledger in virtual time, which begins at midnight UTC, three in the morning of 1
// January 2000 in East Africa, until the test is over.
func daily(t *testing.T, d Daily, l *store.Ledger) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Run(ctx, l)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}

// heard keeps what Daily tells.
type heard struct {
	mu   sync.Mutex
	list []error
}

func (h *heard) tell(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, err)
}

func (h *heard) all() []error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.list)
}

// pass lets virtual time go on.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestDailyBackup(t *testing.T) {
	path, folder := newPath(t), filepath.Join(t.TempDir(), "backups")
	synctest.Test(t, func(t *testing.T) {
		l := open(t, path, training)
		sell(t, l, 1)
		var h heard
		daily(t, Daily{Folder: folder, Keep: 3, Tell: h.tell}, l)
		pass(time.Second)
		equal(t, "at the start", kept(t, folder), "2000-01-01")
		pass(20 * time.Hour) // 23:00
		equal(t, "before midnight", kept(t, folder), "2000-01-01")

		// Files of others, by names like ours, are nobody's to remove.
		other := open(t, newPath(t), training)
		if _, err := Backup(context.Background(), other, filepath.Join(folder, "kaunta-training-1999-01-01.ledger"), BackupOptions{}); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(folder, "kaunta-training-1999-01-02.ledger"), []byte("a letter"))
		writeFile(t, filepath.Join(folder, "notes.txt"), []byte("a letter"))
		left := filepath.Join(folder, ".kaunta-training-1999-01-03.ledger.new-1")
		writeFile(t, left, nil)
		past := time.Now().Add(-48 * time.Hour)
		if err := os.Chtimes(left, past, past); err != nil {
			t.Fatal(err)
		}

		// The shop sells past midnight: the backup waits for a minute without payments.
		for n := range 90 { // until 00:30
			sell(t, l, 100+n)
			pass(time.Minute)
		}
		if strings.Contains(kept(t, folder), "2000-01-02") {
			t.Error("the backup did not wait for the shop")
		}
		pass(2 * time.Minute)
		if !strings.Contains(kept(t, folder), "2000-01-02") {
			t.Errorf("at a quiet moment: %s", kept(t, folder))
		}
		pass(4 * 24 * time.Hour)
		equal(t, "after days", kept(t, folder), "1999-01-01 1999-01-02 2000-01-04 2000-01-05 2000-01-06 notes.txt")
		told := h.all()
		for _, err := range told {
			if err != nil {
				t.Error(err)
			}
		}
		if len(told) != 6 {
			t.Errorf("told %d times", len(told))
		}
		backup := open(t, filepath.Join(folder, "kaunta-training-2000-01-06.ledger"), store.Options{ReadOnly: true})
		verify(t, backup)
		attempt(t, backup, asked(189).Attempt)
	})
}

// TestDailyBackupOfABusyShop: a shop that never rests has its backup all the same.
func TestDailyBackupOfABusyShop(t *testing.T) {
	path, folder := newPath(t), filepath.Join(t.TempDir(), "backups")
	synctest.Test(t, func(t *testing.T) {
		l := open(t, path, training)
		daily(t, Daily{Folder: folder, Keep: 1}, l)
		for n := range 28 * 60 {
			sell(t, l, n)
			pass(time.Minute)
		}
		equal(t, "backups", kept(t, folder), "2000-01-02")
	})
}

// TestDailyBackupFails: it is told, tried again, and told when it has succeeded.
func TestDailyBackupFails(t *testing.T) {
	path, folder := newPath(t), filepath.Join(t.TempDir(), "backups")
	writeFile(t, folder, []byte("a file where the folder should be"))
	synctest.Test(t, func(t *testing.T) {
		l := open(t, path, training)
		var h heard
		daily(t, Daily{Folder: folder, Keep: 1, Tell: h.tell}, l)
		pass(150 * time.Minute)
		told := h.all()
		if len(told) != 3 || told[2] == nil || !strings.Contains(told[2].Error(), "the daily backup was not made") || strings.Contains(told[2].Error(), "\n") {
			t.Fatalf("%v", told)
		}
		if err := os.Remove(folder); err != nil {
			t.Fatal(err)
		}
		pass(time.Hour)
		told = h.all()
		if len(told) != 4 || told[3] != nil {
			t.Errorf("%v", told)
		}
		equal(t, "backups", kept(t, folder), "2000-01-01")
	})
	synctest.Test(t, func(t *testing.T) { // another till that writes to the same folder
		l := open(t, newPath(t), training)
		var h heard
		daily(t, Daily{Folder: folder, Keep: 1, Tell: h.tell}, l)
		pass(time.Minute)
		told := h.all()
		if len(told) != 1 || told[0] == nil || !strings.Contains(told[0].Error(), "is not a backup of this ledger") {
			t.Errorf("%v", told)
		}
		equal(t, "backups", kept(t, folder), "2000-01-01")
	})
}

// TestDailyForgets: numbers are forgotten by their age, with the clock that jumps back forgetting
// no more for it.
func TestDailyForgets(t *testing.T) {
	path := newPath(t)
	synctest.Test(t, func(t *testing.T) {
		l := open(t, path, training)
		old, young := asked(1), asked(2)
		at := time.Now()
		old.At, young.At = at.Add(-100*24*time.Hour), at.Add(-80*24*time.Hour)
		old.Attempt, young.Attempt = attemptID(old.At, 1), attemptID(young.At, 2)
		old.Asked.Address, young.Asked.Address = addressOf(old.At, 1), addressOf(young.At, 2)
		add(t, l, old, paid(old, receiptOf(1)), young, paid(young, receiptOf(2)))
		whole := func(e pos.Event) bool { return attempt(t, l, e.Attempt).Phone == e.Asked.Phone }
		daily(t, Daily{ForgetAfter: 90 * 24 * time.Hour}, l)
		pass(time.Second)
		if whole(old) || !whole(young) {
			t.Errorf("at the start: %v, %v", whole(old), whole(young))
		}
		pass(11 * 24 * time.Hour)
		if whole(young) {
			t.Error("after ninety days the number is still there")
		}
		verify(t, l)
	})
}

// TestDailyWhenTheClockJumpsBack: a backup that is there is not made again, and none is lost.
func TestDailyWhenTheClockJumpsBack(t *testing.T) {
	path, folder := newPath(t), filepath.Join(t.TempDir(), "backups")
	synctest.Test(t, func(t *testing.T) {
		l := open(t, path, training)
		var shift atomic.Int64
		daily(t, Daily{Folder: folder, Keep: 2, Now: func() time.Time { return time.Now().Add(time.Duration(shift.Load())) }, Tell: func(err error) {
			if err != nil {
				t.Error(err)
			}
		}}, l)
		pass(25 * time.Hour)
		equal(t, "backups", kept(t, folder), "2000-01-01 2000-01-02")
		shift.Store(int64(-48 * time.Hour))
		pass(2 * time.Hour)
		if !strings.Contains(kept(t, folder), "2000-01-01 2000-01-02") {
			t.Errorf("the clock jumped back: %s", kept(t, folder))
		}
	})
}

const aDay = 24 * time.Hour

// sellAt has a sale paid that was asked for at the moment.
func sellAt(t testing.TB, l *store.Ledger, n int, at time.Time) pos.Event {
	t.Helper()
	e := asked(n)
	e.At, e.Attempt = at, attemptID(at, uint64(n))
	e.Asked.Sale, e.Asked.Address = saleID(at, uint64(n)), addressOf(at, n)
	add(t, l, e, paid(e, receiptOf(n)))
	return e
}

// TestForgettingWaitsForTheClock: a clock that jumps years ahead makes no number forgotten, also
// when the shop sells by it; a rest of three months does not stop it, and one of half a year only
// until sales have shown that the clock is right.
func TestForgettingWaitsForTheClock(t *testing.T) {
	for name, test := range map[string]struct {
		rest  time.Duration // with the till off, or by the clock only
		trade time.Duration // after it, a sale a day
		want  bool          // that the numbers are forgotten
	}{
		"at once by a clock twelve years ahead":       {12 * 365 * aDay, 0, false},
		"sales by a clock twelve years ahead":         {12 * 365 * aDay, 10 * aDay, false},
		"a year ahead":                                {365 * aDay, 3 * aDay, false},
		"closed for three months":                     {pos.LongestRest, 0, true},
		"closed for half a year":                      {182 * aDay, 0, false},
		"closed for half a year, and open for a week": {182 * aDay, 7 * aDay, false},
		"closed for half a year, and open for weeks":  {182 * aDay, 16 * aDay, true},
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			synctest.Test(t, func(t *testing.T) {
				l := open(t, path, training)
				e := sellAt(t, l, 1, time.Now())
				var skew atomic.Int64
				skew.Store(int64(test.rest))
				now := func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }
				daily(t, Daily{ForgetAfter: 30 * aDay, Now: now, Tell: func(err error) {
					if err != nil {
						t.Error(err)
					}
				}}, l)
				pass(time.Minute)
				for n := range int(test.trade / aDay) {
					sellAt(t, l, 2+n, now())
					pass(aDay)
				}
				if forgotten := attempt(t, l, e.Attempt).Phone != e.Asked.Phone; forgotten != test.want {
					t.Errorf("forgotten: %v, want %v", forgotten, test.want)
				}
			})
		})
	}
}

// TestBackupsWhileTheClockIsWrong: by a clock that is ahead or behind, and when it is right again,
// each day's backup is kept that was made last.
func TestBackupsWhileTheClockIsWrong(t *testing.T) {
	for name, test := range map[string]struct {
		skew        time.Duration
		while, then string
	}{
		"ahead":  {38 * 365 * aDay, "2037-12-24 2037-12-25 2037-12-26", "2000-01-05 2000-01-06 2000-01-07 2037-12-24 2037-12-25 2037-12-26"},
		"behind": {-10 * 365 * aDay, "1990-01-05 1990-01-06 1990-01-07 2000-01-01 2000-01-02 2000-01-03", "2000-01-05 2000-01-06 2000-01-07"},
	} {
		t.Run(name, func(t *testing.T) {
			path, folder := newPath(t), filepath.Join(t.TempDir(), "backups")
			synctest.Test(t, func(t *testing.T) {
				l := open(t, path, training)
				var skew atomic.Int64
				daily(t, Daily{Folder: folder, Keep: 3, Now: func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }, Tell: func(err error) {
					if err != nil {
						t.Error(err)
					}
				}}, l)
				pass(2*aDay + time.Minute)
				skew.Store(int64(test.skew))
				pass(2*aDay + time.Minute)
				equal(t, "while the clock is wrong", kept(t, folder), test.while)
				skew.Store(0)
				pass(2*aDay + time.Minute)
				equal(t, "when it is right", kept(t, folder), test.then)
			})
		})
	}
}

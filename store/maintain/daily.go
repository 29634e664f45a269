package maintain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/disk"
)

// Daily is what is done once a day for a ledger that is open: a backup into a folder, the removal
// of backups that are older than those to keep, and the forgetting of old phone numbers. Days begin
// at midnight in East Africa.
type Daily struct {
	Folder      string        // where backups go; "": none are made
	Keep        int           // how many of them are kept, at least 1
	ForgetAfter time.Duration // age at which phone numbers are forgotten; 0: never

	// Tell is told in a sentence when something did not succeed, and with nil when all has
	// succeeded again. It is called by the goroutine of Run, also when nothing has changed. nil:
	// nobody asks.
	Tell func(error)

	// Now is the time; nil is time.Now.
	Now func() time.Time
}

const (
	dailyLook  = time.Minute   // how often it is looked whether a day's work is due
	dailyRetry = time.Hour     // how long after a failure it is tried again
	dailyWait  = 6 * time.Hour // how long a day's work waits for a moment without payments
)

// Run does each day's work at the first minute in which nothing was written, until ctx ends. What
// has no backup of today yet is due at once.
func (d Daily) Run(ctx context.Context, l *store.Ledger) {
	if d.Now == nil {
		d.Now = time.Now
	}
	ticks := time.NewTicker(dailyLook)
	defer ticks.Stop()
	var done pos.Day           // for which all is done
	var since, retry time.Time // when the work became due; before when it is not tried again
	last, _ := written(l)      // the number of the last event
	quiet := true              // a till that starts has written nothing
	for {
		now := d.Now()
		today := pos.DayOf(now)
		if since.IsZero() && today != done {
			since = now
		}
		if today != done && !now.Before(retry) && (quiet || now.Sub(since) >= dailyWait) {
			err := d.once(ctx, l, now)
			if ctx.Err() != nil || errors.Is(err, store.ErrClosed) {
				return
			}
			if d.Tell != nil {
				d.Tell(err)
			}
			if err != nil {
				retry = d.Now().Add(dailyRetry)
			} else {
				done, since, retry = today, time.Time{}, time.Time{}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		n, _ := written(l)
		quiet, last = n == last, n
	}
}

// written is the number of the ledger's last event.
func written(l *store.Ledger) (n uint64, err error) {
	err = l.Views(1, func(v []*store.View) error {
		end, err := v[0].End()
		n = end.Events
		return err
	})
	return n, err
}

// once does the work of the day that now is in.
func (d Daily) once(ctx context.Context, l *store.Ledger, now time.Time) error {
	var forgotten, saved error
	if d.ForgetAfter > 0 {
		plausible, err := l.Plausible(now)
		if forgotten = err; plausible { // else it waits: what is forgotten for a clock that is years ahead does not come back
			_, forgotten = l.Forget(ctx, now.Add(-d.ForgetAfter))
		}
		if forgotten != nil {
			forgotten = fmt.Errorf("old phone numbers could not all be forgotten: %w", forgotten)
		}
	}
	if d.Folder != "" { // after it, so that the backup has forgotten too
		if saved = d.backup(ctx, l, pos.DayOf(now)); saved != nil {
			saved = fmt.Errorf("the daily backup was not made: %w", saved)
		}
	}
	return errors.Join(saved, forgotten)
}

// backup makes the backup of a day, unless it is there, and removes those that are not to be kept.
func (d Daily) backup(ctx context.Context, l *store.Ledger, day pos.Day) error {
	if err := disk.MakeFolder(d.Folder); err != nil {
		return err
	}
	path := filepath.Join(d.Folder, d.prefix(l)+day.String()+backupSuffix)
	_, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if _, err := Backup(ctx, l, path, BackupOptions{}); err != nil {
			return err
		}
	case err != nil:
		return err
	case !isOwn(l, path):
		return fmt.Errorf("%s is not a backup of this ledger: give each till a folder of its own", path)
	}
	return d.prune(l, day)
}

const backupSuffix = ".ledger"

// prefix begins the names of a ledger's backups: kaunta-production-2026-11-24.ledger.
func (d Daily) prefix(l *store.Ledger) string { return "kaunta-" + l.Origin().Environment + "-" }

// prune removes what is beyond those to keep up to today: backups that have the name of one and are
// of this ledger, and nothing else. Those of later days were made while the clock was ahead, and do
// not count. What a backup that was killed has left behind goes too.
func (d Daily) prune(l *store.Ledger, today pos.Day) error {
	entries, err := os.ReadDir(d.Folder)
	if err != nil {
		return err
	}
	var own []string
	var failed error
	for _, e := range entries {
		path := filepath.Join(d.Folder, e.Name())
		if !e.Type().IsRegular() {
			continue
		}
		if d.isLeft(l, e.Name()) {
			if info, err := e.Info(); err == nil && d.Now().Sub(info.ModTime()) > 24*time.Hour {
				failed = errors.Join(failed, os.Remove(path))
			}
			continue
		}
		day, ok := strings.CutPrefix(e.Name(), d.prefix(l))
		day, dated := strings.CutSuffix(day, backupSuffix)
		if _, err := time.Parse(time.DateOnly, day); ok && dated && err == nil && day <= today.String() {
			own = append(own, path)
		}
	}
	slices.Sort(own)
	for len(own) > max(1, cmp.Or(d.Keep, 1)) {
		if isOwn(l, own[0]) {
			failed = errors.Join(failed, os.Remove(own[0]))
		}
		own = own[1:]
	}
	return failed
}

// isLeft reports whether the name is that of a backup that was never finished.
func (d Daily) isLeft(l *store.Ledger, name string) bool {
	of, random, ok := strings.Cut(strings.TrimPrefix(name, "."), ".new-")
	return ok && random != "" && strings.HasPrefix(name, ".") && strings.HasPrefix(of, d.prefix(l)) && strings.HasSuffix(of, backupSuffix)
}

// isOwn reports whether the file at path is a backup of this ledger.
func isOwn(l *store.Ledger, path string) bool {
	other, err := store.Open(path, store.Options{ReadOnly: true})
	if err != nil {
		return false
	}
	same, err := SameLedger(l, other)
	return errors.Join(err, other.Close()) == nil && same
}

package simtest

import (
	"context"
	"errors"
	"time"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/maintain"
)

// read reads the ledger from the disk while no process has it.
func (w *world) read(last bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return
	}
	x, closeLedger, err := w.readLedger(last)
	if err != nil {
		w.breach("theLedgerIsReadable", err.Error(), nil)
		return
	}
	laws := whenRead
	if last {
		laws = append(laws[:len(laws):len(laws)], whenOver...)
	}
	for _, l := range laws {
		if wrong := l(w, &x); wrong != "" {
			w.breach(lawName(l), wrong, x.about)
		}
	}
	if last {
		for _, a := range x.rows {
			w.count("ends " + a.State.String())
			for _, notice := range a.Notices.Names() {
				w.count("ends with " + notice)
			}
		}
	}
	if err := closeLedger(); err != nil {
		w.breach("theLedgerCloses", err.Error(), nil)
	}
}

func (w *world) readLedger(last bool) (x reading, closeLedger func() error, err error) {
	ledger, err := store.Open(w.path, store.Options{Environment: "training", ReadOnly: true})
	if err != nil {
		return x, nil, err
	}
	var errs []error
	fetch := func(list []pos.Attempt, err error) []pos.Attempt {
		errs = append(errs, err)
		return list
	}
	x.totals = map[pos.Day]pos.Totals{}
	x.open, x.unsettled, x.find = fetch(ledger.Open()), fetch(ledger.Unsettled()), ledger.Find
	for day := pos.DayOf(w.began).Add(-2); day <= pos.DayOf(time.Now().Add(time.Hour)); day = day.Add(1) {
		x.rows = append(x.rows, fetch(ledger.DayPage(day, "", 1<<20))...)
		totals, err := ledger.Totals(day)
		errs = append(errs, err)
		x.totals[day] = totals
	}
	if last {
		x.events = ledger.Events
		if share := one(w.roll("verified", 0), 1, 2, 3, 4); share == 1 || share == 2 && w.climate.forgetAfter > 0 {
			w.count("ledgers verified")
			x.verify = func(ctx context.Context, progress func(done, total int)) (maintain.Report, error) {
				return maintain.Verify(ctx, ledger, progress)
			}
		}
	}
	return x, ledger.Close, errors.Join(errs...)
}

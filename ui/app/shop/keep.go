package shop

import (
	"context"
	"sync/atomic"
	"time"

	"kaunta/store/maintain"
	"kaunta/ui/app/settings"
)

// keeping is the goroutine that does each day's work on the ledger. The zero value does none.
type keeping struct {
	stop    context.CancelFunc
	done    chan struct{}
	trouble atomic.Pointer[error] // why the last day's work did not succeed
}

// KeepDaily does each day's work on the ledger, as r wishes, until the shop is closed: see
// [maintain.Daily]. It is for a till that stays open, and is called once.
func (sh *Shop) KeepDaily(r settings.Records) {
	d := maintain.Daily{Folder: r.BackupFolder, Keep: r.BackupKeep, ForgetAfter: time.Duration(r.ForgetAfter), Tell: func(err error) {
		sh.keep.tell(err)
		if err != nil {
			sh.Log.Warn("the day's work on the ledger did not succeed", "err", err)
		}
	}}
	if d.Folder == "" && d.ForgetAfter == 0 {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	sh.keep.stop, sh.keep.done = stop, make(chan struct{})
	go func() {
		defer close(sh.keep.done)
		d.Run(ctx, sh.Ledger)
	}()
}

// Keeping is why the last day's work on the ledger did not succeed, in a sentence; nil where it
// did, or there is none.
func (sh *Shop) Keeping() error {
	if p := sh.keep.trouble.Load(); p != nil {
		return *p
	}
	return nil
}

func (k *keeping) tell(err error) {
	if err == nil {
		k.trouble.Store(nil)
	} else {
		k.trouble.Store(&err)
	}
}

func (k *keeping) end() {
	if k.stop != nil {
		k.stop()
		<-k.done
	}
}

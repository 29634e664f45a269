package practice

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/trade"
	"kaunta/ui/app/settings"
	"kaunta/ui/app/shop"
)

// The trade of a new practice ledger: so many days up to yesterday, of a small shop.
const (
	days   = 21
	perDay = 24
)

// customers are those of the practice phones, so that each number shown can be tried.
func customers() []pos.MSISDN {
	var list []pos.MSISDN
	for n := range 60 {
		list = append(list, pos.MSISDN(fmt.Sprintf("254700000%03d", n)))
	}
	return list
}

// Trade fills the ledger with made-up payments of the three weeks before now, if nothing is in it
// yet. Each has its end: what M-PESA never told is cleared up, and what was paid twice given back.
func Trade(ctx context.Context, ledger *store.Ledger, now time.Time) error {
	last, err := ledger.Last(now)
	if err != nil || !last.IsZero() {
		return err
	}
	today := pos.DayOf(now)
	closing := today.Start().Add(-2 * time.Hour)
	var events []pos.Event
	err = trade.Fill(func(e pos.Event) error {
		if e.At.Before(closing) {
			events = append(events, e)
		}
		return nil
	}, trade.Options{Seed: uint64(today.Start().Unix()), From: today.Add(-days), Days: days, PerDay: perDay, Customers: customers()})
	if err != nil {
		return err
	}
	if err := ledger.AppendAll(ctx, events); err != nil {
		return err
	}
	unsettled, err := ledger.Unsettled()
	if err != nil {
		return err
	}
	events = nil
	for _, a := range unsettled {
		events = append(events, pos.Event{Attempt: a.ID, Kind: a.Answers()[0], At: closing})
	}
	return ledger.AppendAll(ctx, events)
}

// Renew puts the practice ledger at path aside, as path.old, so that the next practice begins with
// a new one. Where there is none, it does nothing. It refuses a ledger that is not for training or
// that a till has open.
func Renew(ctx context.Context, path string) error {
	if err := shop.Held(ctx, path); err != nil {
		return err
	}
	ledger, err := store.Open(path, store.Options{ReadOnly: true})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	environment := ledger.Origin().Environment
	if err := ledger.Close(); err != nil {
		return err
	}
	if environment != settings.Training {
		return fmt.Errorf("%s is a ledger of %s: only a practice ledger can be replaced", path, environment)
	}
	return os.Rename(path, path+".old")
}

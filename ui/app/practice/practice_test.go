package practice

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/ui/app/settings"
)

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, pos.EAT)

func open(t *testing.T, path, environment string) *store.Ledger {
	t.Helper()
	ledger, err := store.Open(path, store.Options{Environment: environment, ShortCode: "174379"})
	if err != nil {
		t.Fatal(err)
	}
	return ledger
}

// TestTrade: each of the three weeks' days has payments, all of them have their end, and there is
// nothing of today. A ledger that has something in it stays as it is.
func TestTrade(t *testing.T) {
	ledger := open(t, filepath.Join(t.TempDir(), "training.ledger"), settings.Training)
	defer func() { _ = ledger.Close() }()
	for range 2 {
		if err := Trade(context.Background(), ledger, now); err != nil {
			t.Fatal(err)
		}
	}
	today := pos.DayOf(now)
	list, err := ledger.Days(today.Add(-days-1), today)
	if err != nil {
		t.Fatal(err)
	}
	traded, count := 0, 0
	for _, d := range list {
		if d.Paid.Count > 0 {
			traded++
		}
		count += d.Attempts()
		if d.Day == today && d.Attempts() > 0 {
			t.Errorf("%d payments today", d.Attempts())
		}
	}
	if traded != days || count < days*perDay/2 || count > 2*days*perDay {
		t.Errorf("%d payments on %d days", count, traded)
	}
	if unsettled, err := ledger.Unsettled(); err != nil || len(unsettled) > 0 {
		t.Errorf("%d are unsettled, %v", len(unsettled), err)
	}
}

func TestRenew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "training.ledger")
	if err := Renew(context.Background(), path); err != nil {
		t.Errorf("without a ledger: %v", err)
	}
	if err := open(t, path, settings.Training).Close(); err != nil {
		t.Fatal(err)
	}
	if err := Renew(context.Background(), path); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("it is there still: %v", err)
	}
	if _, err := os.Stat(path + ".old"); err != nil {
		t.Error(err)
	}
	if err := open(t, path, settings.Production).Close(); err != nil {
		t.Fatal(err)
	}
	if err := Renew(context.Background(), path); err == nil {
		t.Error("a ledger with real money was put aside")
	}
	ledger := open(t, filepath.Join(t.TempDir(), "open.ledger"), settings.Training)
	defer func() { _ = ledger.Close() }()
	if err := Renew(context.Background(), ledger.Path()); err == nil {
		t.Error("a ledger that is open was put aside")
	}
}

package shop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store"
	"kaunta/tunnel"
)

// nobody answers no push.
type nobody struct{}

func (nobody) STKPush(context.Context, daraja.PushRequest) (daraja.Answer, error) {
	return daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictUnknown, NotSent: true}, nil
}

func (nobody) STKQuery(context.Context, string) (daraja.Answer, error) {
	return daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPending}, nil
}

// TestCallbackForAReplacedLedger: what comes for a payment that only the replaced ledger knows is
// counted, and not among the forged; what was asked for after the replacing, or days before, or
// cannot be an address, is.
func TestCallbackForAReplacedLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.ledger")
	ledger, err := store.Open(path, store.Options{Environment: "training", UnsafeNoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	sh := &Shop{Ledger: ledger, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	sh.Till, err = pos.Start(t.Context(), pos.Config{
		Gateway: nobody{}, Ledger: ledger, CallBackURL: func(string) (string, bool) { return "https://shop.example/cb/x", true },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer sh.Till.Close(t.Context())
	sh.server = tunnel.NewServer(tunnel.ServerConfig{Deliver: sh.deliver})
	replaced := time.Now().Add(-time.Minute).Truncate(time.Second)
	address := func(at time.Time) string { return fmt.Sprintf("%012x%032x", at.UnixMilli(), 7) }
	comes := func(address string, want int64) {
		t.Helper()
		if err := sh.deliver(t.Context(), address, []byte("{}")); !errors.Is(err, tunnel.ErrUnknownAddress) {
			t.Errorf("delivering to an unknown address: %v", err)
		}
		if n := sh.Replaced(); n != want {
			t.Errorf("after %s, %d are for the replaced ledger, want %d", address, n, want)
		}
	}
	comes(address(replaced.Add(-time.Minute)), 0) // nothing was replaced yet
	for _, at := range []time.Time{replaced.Add(-240 * time.Hour), replaced} {
		if err := os.WriteFile(path+".replaced-"+at.In(pos.EAT).Format("2006-01-02-150405"), []byte("a ledger"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	comes(address(replaced.Add(-time.Minute)), 1)
	comes(address(replaced.Add(time.Second)), 1)
	comes(address(replaced.Add(-4*24*time.Hour)), 1)
	comes("00ff", 1)
	comes(address(replaced.Add(-2*24*time.Hour)), 2)
	if n := sh.Forged(); n != 0 {
		t.Errorf("%d forged", n)
	}
}

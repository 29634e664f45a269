//go:build unix

package shop

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kaunta/store"
	"kaunta/ui/app/localapi"
)

// TestAttachToTheNext: where a till is killed while it is asked who it is, and another has the
// ledger by then, that one is found.
func TestAttachToTheNext(t *testing.T) {
	ledger := filepath.Join(t.TempDir(), "shop.ledger")
	if err := os.WriteFile(ledger, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", ledger+".sock")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil && n > 0 {
				_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+`{"item":{"Ledger":%q,"Environment":"training"}}`+"\n"+`{"end":{}}`, ledger)
			}
			_ = c.Close()
		}
	}()
	owner, err := Attach(t.Context(), ledger, func() error { return &store.LockedError{Path: ledger} })
	l.Close()
	<-served
	if err != nil || owner == nil {
		t.Fatalf("%v, %v", owner, err)
	}
	_ = owner.Close()
}

// TestHeldBySilence: a till that hangs holds its ledger, also where another file has the ledger's
// name and no lock says so.
func TestHeldBySilence(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.ledger")
	l, err := net.Listen("unix", path+".sock")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ledger, err := store.Open(path, store.Options{Environment: "training"})
	if err != nil {
		t.Fatal(err)
	}
	if err := ledger.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := Held(ctx, path); !errors.Is(err, store.ErrLocked) || !errors.Is(err, localapi.ErrSilent) {
		t.Errorf("a till that says nothing: %v", err)
	}
}

package store

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"kaunta/pos"
	"kaunta/store/format"
	"kaunta/store/trade"
)

func TestMain(m *testing.M) {
	if role := os.Getenv("KAUNTA_STORE_CHILD"); role != "" {
		os.Exit(child(role))
	}
	goleak.VerifyTestMain(tests{m})
}

// tests are the tests, and the benchmarks with the ledgers that they share.
type tests struct{ *testing.M }

func (m tests) Run() int {
	defer func() {
		for _, l := range ledgers {
			_ = l.Close()
			_ = os.RemoveAll(filepath.Dir(l.Path()))
		}
	}()
	return m.M.Run()
}

// What happens to single payments is made by package trade.
var (
	opening     = trade.Opening
	attemptID   = trade.AttemptID
	saleID      = trade.SaleID
	addressOf   = trade.AddressOf
	asked       = trade.Asked
	onceAsked   = trade.OnceAsked
	again       = trade.Again
	checkoutOf  = trade.CheckoutOf
	merchantOf  = trade.MerchantOf
	receiptOf   = trade.ReceiptOf
	answered    = trade.Answered
	pushed      = trade.Pushed
	paid        = trade.Paid
	queried     = trade.Queried
	clearedUp   = trade.ClearedUp
	wrongAmount = trade.WrongAmount
	cancelled   = trade.Cancelled
)

// training are the options of most tests: real files, without the flushes.
var training = Options{Environment: "training", ShortCode: "174379", UnsafeNoSync: true}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "till", "ledger.db") }

// open opens a ledger and closes it with the test.
func open(t testing.TB, path string, o Options) *Ledger {
	t.Helper()
	l, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// reopen closes l and opens its file again.
func reopen(t testing.TB, l *Ledger) *Ledger {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, l.Path(), training)
}

// add appends the events and returns the last one's attempt.
func add(t testing.TB, l *Ledger, events ...pos.Event) pos.Attempt {
	t.Helper()
	var a pos.Attempt
	for _, e := range events {
		var err error
		if a, _, err = l.Append(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// sell makes a paid sale of attempt n.
func sell(t testing.TB, l *Ledger, n int) pos.Attempt {
	t.Helper()
	e := asked(n)
	return add(t, l, e, pushed(e), paid(e, receiptOf(n)))
}

func attempt(t testing.TB, l *Ledger, id pos.AttemptID) pos.Attempt {
	t.Helper()
	a, err := l.Attempt(id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("%s: (-want +got)\n%s", what, d)
	}
}

func ids(list []pos.Attempt) []pos.AttemptID {
	out := []pos.AttemptID{}
	for _, a := range list {
		out = append(out, a.ID)
	}
	return out
}

// must unwraps what a read returns.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// txID is the number of the file's last commit.
func txID(t testing.TB, l *Ledger) (id int) {
	t.Helper()
	if err := l.db.View(func(tx *bolt.Tx) error { id = tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return id
}

// verify holds the whole ledger against itself.
func verify(t testing.TB, l *Ledger) {
	t.Helper()
	if err := Whole(l); err != nil {
		t.Fatal(err)
	}
}

// What package maintain does: see hook_test.go.
var (
	Whole     func(*Ledger) error // the first thing that is wrong with a ledger, or nil
	WholeFile func(path string) error
	Rebuild   func(path string) (left int, err error)
)

func (l *Ledger) reader(tx *bolt.Tx) reader { return reader{tx: tx, coder: l.coder} }

// seeded is a source of chance that a failing test can repeat.
func seeded(n uint64) *rand.Rand { return rand.New(rand.NewPCG(n, 0)) }

// coderOf makes the coder of a ledger.
func coderOf(t testing.TB, tx *bolt.Tx) *format.Coder {
	t.Helper()
	return format.NewCoder(must[[]byte](t)(getSecret(tx, phonesKey)))
}

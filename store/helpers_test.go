package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store/format"
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

// opening is 23 November 2026, eight in the morning, when the shop of these tests opens.
var opening = time.Date(2026, 11, 23, 8, 0, 0, 0, pos.EAT)

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

// newULID makes the ULID of a moment, with n in the place of chance.
func newULID(at time.Time, n uint64) string {
	var u ulid.ULID
	if err := u.SetTime(ulid.Timestamp(at)); err != nil {
		panic(err)
	}
	binary.BigEndian.PutUint64(u[8:], n)
	return u.String()
}

func attemptID(at time.Time, n uint64) pos.AttemptID { return pos.AttemptID(newULID(at, n)) }
func saleID(at time.Time, n uint64) pos.SaleID       { return pos.SaleID(newULID(at, n)) }

// addressOf is the address that a till draws at the moment at, with n in the place of chance.
func addressOf(at time.Time, n int) string {
	return fmt.Sprintf("%012x%032x", at.UnixMilli(), n)
}

// asked is the event that makes attempt n, of the sale of that name, n seconds after opening.
func asked(n int) pos.Event {
	at := opening.Add(time.Duration(n) * time.Second)
	return pos.Event{
		Attempt: attemptID(at, uint64(n)), Kind: pos.EventAsked, At: at,
		Asked: &pos.Asked{
			Sale: saleID(at, uint64(n)), Phone: pos.MSISDN(fmt.Sprintf("2547123%05d", n%100_000)),
			Amount: pos.Shillings(10 + n%1000), Reference: fmt.Sprintf("Table %d", n%40), Description: "Lunch",
			Address: addressOf(at, n), CallBackURL: "https://till.example/cb/" + addressOf(at, n), Reachable: true,
		},
	}
}

// onceAsked is asked with the mark of a key.
func onceAsked(n int, mark string) pos.Event {
	e := asked(n)
	e.Asked.Once = mark
	return e
}

// again asks for the sale of e once more, as attempt n.
func again(e pos.Event, n int) pos.Event {
	next := asked(n)
	next.Asked.Sale, next.Asked.Amount, next.Asked.Phone = e.Asked.Sale, e.Asked.Amount, e.Asked.Phone
	return next
}

func checkoutOf(e pos.Event) string { return "ws_CO_" + string(e.Attempt) }
func merchantOf(e pos.Event) string { return "29115-" + string(e.Attempt) + "-1" }
func receiptOf(n int) string        { return fmt.Sprintf("UKN%07d", n) }

// answered is an event that brings an answer about the attempt of e, some seconds later.
func answered(e pos.Event, kind pos.EventKind, after time.Duration, ans daraja.Answer) pos.Event {
	ans.MerchantRequestID, ans.CheckoutRequestID = merchantOf(e), checkoutOf(e)
	if ans.Raw == nil {
		ans.Raw = fmt.Appendf(nil, `{"for":%q,"verdict":%q,"receipt":%q}`, ans.CheckoutRequestID, ans.Verdict, ans.Receipt)
	}
	return pos.Event{Attempt: e.Attempt, Kind: kind, At: e.At.Add(after), Answer: &ans}
}

func pushed(e pos.Event) pos.Event {
	return answered(e, pos.EventPushed, time.Second, daraja.Answer{
		Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictAccepted, HTTPStatus: 200,
	})
}

func paid(e pos.Event, receipt string) pos.Event {
	return answered(e, pos.EventCalledBack, 12*time.Second, daraja.Answer{
		Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictPaid, ResultCode: "0", Receipt: receipt,
		Amount: int64(e.Asked.Amount), HasAmount: true, TransactionDate: e.At.Add(10 * time.Second).Format("20060102150405"),
	})
}

func queried(e pos.Event, verdict daraja.Verdict, code string) pos.Event {
	return answered(e, pos.EventQueried, 20*time.Second, daraja.Answer{
		Endpoint: daraja.EndpointQuery, Verdict: verdict, ResultCode: code,
	})
}

// clearedUp is a person's word that nothing is left to do.
func clearedUp(e pos.Event) pos.Event {
	return pos.Event{Attempt: e.Attempt, Kind: pos.EventResolved, At: e.At.Add(time.Hour)}
}

// wrongAmount is a callback of a payment of another amount.
func wrongAmount(e pos.Event, receipt string) pos.Event {
	other := e
	asked := *e.Asked
	asked.Amount++
	other.Asked = &asked
	return paid(other, receipt)
}

func cancelled(e pos.Event) pos.Event {
	return answered(e, pos.EventCalledBack, 9*time.Second, daraja.Answer{
		Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictFailed, ResultCode: "1032", ResultDesc: "Request cancelled by user",
	})
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
	if err := whole(l); err != nil {
		t.Fatal(err)
	}
}

// whole is the first thing that is wrong with a ledger, or nil.
func whole(l *Ledger) error {
	r, err := l.Verify(context.Background(), nil)
	if err == nil && r.First != nil {
		err = r.First
	}
	return err
}

// seeded is a source of chance that a failing test can repeat.
func seeded(n uint64) *rand.Rand { return rand.New(rand.NewPCG(n, 0)) }

func writeFile(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func keyOf(id pos.AttemptID) (key, error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return k, fmt.Errorf("%q is not a ULID", id)
	}
	return k, nil
}

// coderOf makes the coder of a ledger.
func coderOf(t testing.TB, tx *bolt.Tx) *format.Coder {
	t.Helper()
	return format.NewCoder(must[[]byte](t)(getSecret(tx, phonesKey)))
}

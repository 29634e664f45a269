package store

import (
	"context"
	"encoding/binary"
	"errors"
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
)

func TestMain(m *testing.M) {
	if role := os.Getenv("KAUNTA_STORE_CHILD"); role != "" {
		os.Exit(child(role))
	}
	goleak.VerifyTestMain(m)
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

// asked is the event that makes attempt n, of sale n, n seconds after opening.
func asked(n int) pos.Event {
	at := opening.Add(time.Duration(n) * time.Second)
	return pos.Event{
		Attempt: attemptID(at, uint64(n)), Kind: pos.EventAsked, At: at,
		Asked: &pos.Asked{
			Sale: saleID(at, uint64(n)), Phone: pos.MSISDN(fmt.Sprintf("2547123%05d", n%100_000)),
			Amount: pos.Shillings(10 + n%1000), Reference: fmt.Sprintf("Table %d", n%40), Description: "Lunch",
			Address: fmt.Sprintf("%032x", n), CallBackURL: fmt.Sprintf("https://till.example/c/%032x", n), Reachable: true,
		},
	}
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

// verify walks the whole ledger: every checksum, every index entry against the attempts and the other way round, the
// totals against the sum of the rows, and every attempt against the replay of its sale's events.
func verify(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.view(func(tx *bolt.Tx) error { return verifyTx(tx) }); err != nil {
		t.Fatal(err)
	}
}

func verifyTx(tx *bolt.Tx) error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	want := map[bucket]map[string]string{} // the indexes, made anew
	for _, b := range []bucket{
		salesBucket, openBucket, owedBucket, addressesBucket, checkoutsBucket, phonesBucket, amountsBucket, referencesBucket,
	} {
		want[b] = map[string]string{}
	}
	totals := map[pos.Day]pos.Totals{}
	sales := map[pos.SaleID]bool{}
	holders := map[string]pos.AttemptID{}

	errs = append(errs, scan(tx, attemptsBucket, nil, func(at, _ []byte) error {
		k := key(at)
		a, err := getAttempt(tx, k)
		if err != nil {
			return err
		}
		s, _ := parseKey(a.Sale)
		sales[a.Sale] = true
		want[salesBucket][string(saleKey(s, k))] = ""
		want[phonesBucket][string(phonePrefix(string(a.Phone)))+string(at)] = ""
		want[amountsBucket][string(amountPrefix(a.Amount))+string(at)] = ""
		if a.Reference != "" {
			want[referencesBucket][string(referencePrefix(a.Reference))+string(at)] = ""
		}
		if a.Address != "" {
			want[addressesBucket][a.Address] = string(at)
		}
		if a.CheckoutRequestID != "" {
			want[checkoutsBucket][a.CheckoutRequestID] = string(at)
		}
		if a.Open() {
			want[openBucket][string(at)] = ""
		}
		if a.Notices.Has(pos.PaidTwice) {
			want[owedBucket][string(at)] = ""
		}
		if a.Receipt != "" {
			if other := holders[a.Receipt]; other != "" {
				wrong("%s and %s both hold receipt %s", other, a.ID, a.Receipt)
			}
			holders[a.Receipt] = a.ID
		}
		sum := totals[k.day()]
		sum.Add(a, 1)
		totals[k.day()] = sum
		return nil
	}))
	for b, entries := range want {
		got := map[string]string{}
		errs = append(errs, scan(tx, b, nil, func(k, body []byte) error { got[string(k)] = string(body); return nil }))
		if d := cmp.Diff(entries, got); d != "" {
			wrong("bucket %s: (-want +got)\n%s", b, d)
		}
	}
	held := map[string]pos.AttemptID{}
	errs = append(errs, scan(tx, receiptsBucket, nil, func(k, body []byte) error {
		if body[0] == holds {
			attempt, _ := tail(k)
			held[string(k[:len(k)-idSize-1])] = attempt.attempt()
		}
		return nil
	}))
	if d := cmp.Diff(holders, held); d != "" {
		wrong("receipts: (-want +got)\n%s", d)
	}
	errs = append(errs, scan(tx, totalsBucket, nil, func(k, _ []byte) error {
		day := pos.Day(binary.BigEndian.Uint32(k))
		got, err := getTotals(tx, day)
		if d := cmp.Diff(totals[day], got); d != "" {
			wrong("totals of %s: (-sum of rows +got)\n%s", day, d)
		}
		delete(totals, day)
		return err
	}))
	if len(totals) > 0 {
		wrong("no totals for %v", totals)
	}
	for s := range sales {
		errs = append(errs, replay(tx, s))
	}
	return errors.Join(errs...)
}

// replay applies the events of a sale in the order they were written, and compares the outcome with what is stored.
func replay(tx *bolt.Tx, id pos.SaleID) error {
	s, _ := parseKey(id)
	stored, err := getSale(tx, s)
	if err != nil {
		return err
	}
	var order []pos.Event
	counts := map[pos.AttemptID]int{}
	for _, a := range stored {
		k, _ := parseKey(a.ID)
		err := scan(tx, eventsBucket, k[:], func(at, body []byte) error {
			seq := int(binary.BigEndian.Uint32(at[idSize:]))
			for len(order) <= seq {
				order = append(order, pos.Event{})
			}
			order[seq], err = readEvent(at, body)
			counts[a.ID]++
			return err
		})
		if err != nil {
			return err
		}
	}
	var again pos.Sale
	for _, e := range order {
		again, _, _ = again.Apply(e)
	}
	if len(again) != len(stored) {
		return fmt.Errorf("sale %s has %d attempts, and %d by its events", id, len(stored), len(again))
	}
	for _, a := range again {
		a.Events = counts[a.ID]
		k, _ := parseKey(a.ID)
		if was, err := getAttempt(tx, k); err != nil || was != a {
			return errors.Join(err, fmt.Errorf("attempt %s: (-stored +replayed)\n%s", a.ID, cmp.Diff(was, a)))
		}
	}
	return nil
}

// seeded is a source of chance that a failing test can repeat.
func seeded(n uint64) *rand.Rand { return rand.New(rand.NewPCG(n, 0)) }

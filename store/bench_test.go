package store

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/daraja"
	"kaunta/pos"
	made "kaunta/store/trade"
)

// BenchmarkAppend writes events with every flush. Beside it, in the same run and on the same disk,
// it measures what cannot be avoided: a bbolt commit of one key, and one flush of one page; the
// ratios to them hold on any disk.
func BenchmarkAppend(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			dir := b.TempDir()
			commit, flush := bareCommit(b, dir), bareFlush(b, dir)
			l := open(b, filepath.Join(dir, "ledger.db"), Options{Environment: "training"})
			var left, next atomic.Int64
			left.Store(int64(b.N))
			begun := txID(b, l)
			b.ResetTimer()
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					var events []pos.Event
					for left.Add(-1) >= 0 {
						if len(events) == 0 {
							events = bodied(int(next.Add(1)))
						}
						if _, _, err := l.Append(context.Background(), events[0]); err != nil {
							b.Error(err)
							return
						}
						events = events[1:]
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			each := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(float64(each)/float64(commit), "×commit")
			b.ReportMetric(float64(each)/float64(flush), "×flush")
			b.ReportMetric(float64(b.N)/float64(max(1, txID(b, l)-begun)), "events/commit")
		})
	}
}

// floor is how often the bare operations are measured.
const floor = 200

// bareCommit is the time of a bbolt commit that changes one key.
func bareCommit(b *testing.B, dir string) time.Duration {
	b.Helper()
	commit, closeFile := bareFile(b, dir)
	defer closeFile()
	begun := time.Now()
	for range floor {
		if err := commit(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(begun) / floor
}

// bareFile opens a bbolt file, whose commit changes one key.
func bareFile(b *testing.B, dir string) (commit func() error, closeFile func()) {
	b.Helper()
	db, err := bolt.Open(filepath.Join(dir, "bare.db"), 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType})
	if err != nil {
		b.Fatal(err)
	}
	commit = func() error {
		return db.Update(func(tx *bolt.Tx) error {
			to, err := tx.CreateBucketIfNotExists([]byte("b"))
			if err != nil {
				return err
			}
			return to.Put([]byte("k"), []byte(time.Now().String()))
		})
	}
	return commit, func() { _ = db.Close() }
}

// bareFlush is the time of writing a page in place and flushing it.
func bareFlush(b *testing.B, dir string) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, pageSize)
	begun := time.Now()
	for n := range floor {
		page[0] = byte(n)
		if _, err := f.WriteAt(page, 0); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(begun) / floor
}

// bodied are the events of a paid sale, four as in life, with bodies of the usual size.
func bodied(n int) []pos.Event {
	e := asked(n)
	e.Asked.Address = addressOf(e.At, 0)[:12] + fmt.Sprintf("%016x%016x", uint64(n)*0x9e3779b97f4a7c15, n)
	push, call := pushed(e), paid(e, receiptOf(n))
	query := answered(e, pos.EventQueried, 15*time.Second, daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPaid, ResultCode: "0"})
	for ev, size := range map[*pos.Event]int{&push: 250, &call: 600, &query: 280} {
		raw := make([]byte, size)
		copy(raw, ev.Answer.Raw)
		ev.Answer.Raw = raw
	}
	return []pos.Event{e, push, call, query}
}

// big lets the benchmarks of reading try five million sales too. To fill such a ledger takes some
// minutes and 2 GB.
var big = flag.Bool("store.big", false, "measure reads in a ledger of five million sales too")

// ledgers are the ledgers that reads are measured in, with their sizes; each is made once.
var ledgers = map[string]*soldLedger{}

// soldLedger is a ledger after some years of trade.
type soldLedger struct {
	*Ledger
	attempts int
	bytes    int64     // of the file, but for what it has grown ahead
	last     pos.Event // an attempt half-way, which was paid, of a phone and with a reference that came once, and its callback
	call     pos.Event
	day      pos.Day       // of that attempt
	common   pos.Shillings // what is asked for most often
}

// rows is how many attempts a page or a search lists in the benchmarks: a screen, and the same in
// every ledger. The smallest has not so many of one phone's last three digits.
const rows, tails = 30, 8

// firstDay is where the trade of the benchmarks begins.
const firstDay pos.Day = 20260105

// sold makes a ledger of about n sales, some thousands a day.
func sold(b testing.TB, n int) *soldLedger {
	b.Helper()
	const perDay = 2740 // five million in five years
	days := max(1, n/perDay)
	dir, err := os.MkdirTemp("", "kaunta-bench-")
	if err != nil {
		b.Fatal(err)
	}
	l, err := Open(filepath.Join(dir, "ledger.db"), training)
	if err != nil {
		b.Fatal(err)
	}
	s := &soldLedger{Ledger: l}
	var some []pos.Event
	asks, calls := map[pos.AttemptID]pos.Event{}, map[pos.AttemptID]pos.Event{}
	amounts := map[pos.Shillings]int{}
	err = made.Fill(func(e pos.Event) error {
		if e.Kind == pos.EventAsked {
			if amounts[e.Asked.Amount]++; amounts[e.Asked.Amount] > amounts[s.common] {
				s.common = e.Asked.Amount
			}
			if s.attempts++; s.attempts >= n/2 && len(asks) < 1000 {
				asks[e.Attempt] = e
			}
		}
		if _, ok := asks[e.Attempt]; ok && e.Kind == pos.EventCalledBack && e.Answer.Verdict == daraja.VerdictPaid {
			calls[e.Attempt] = e
		}
		if some = append(some, e); len(some) < 4*maxBatch {
			return nil
		}
		err := l.AppendAll(context.Background(), some)
		some = some[:0]
		return err
	}, made.Options{Seed: 1, From: firstDay, Days: days, PerDay: n / days})
	if err == nil {
		err = l.AppendAll(context.Background(), some)
	}
	if err != nil {
		b.Fatal(err)
	}
	if err := l.db.View(func(tx *bolt.Tx) error { s.bytes = tx.Size(); return nil }); err != nil {
		b.Fatal(err)
	}
	for _, call := range calls {
		ask := asks[call.Attempt]
		count := func(text string) int { return len(must[[]pos.Attempt](b)(l.Find(text, tails))) }
		phone := string(ask.Asked.Phone)
		if strings.HasPrefix(ask.Asked.Reference, "INV-") && count(ask.Asked.Reference) == 1 && count(phone) == 1 && count(phone[9:]) == tails {
			s.last, s.call, s.day = ask, call, pos.DayOf(ask.At)
			return s
		}
	}
	b.Fatal("no payment is the only one of its phone and reference")
	return nil
}

// reads measures a read in ledgers of several sizes. Its time should hardly grow with the ledger.
func reads(b *testing.B, read func(*soldLedger) error) {
	b.Helper()
	sizes := []struct {
		name  string
		sales int
	}{{"10k", 10_000}, {"1M", 1_000_000}, {"5M", 5_000_000}}
	if !*big {
		sizes = sizes[:2]
	}
	for _, size := range sizes {
		b.Run("sales="+size.name, func(b *testing.B) {
			l := ledgers[size.name]
			if l == nil {
				l = sold(b, size.sales)
				ledgers[size.name] = l
			}
			for b.Loop() {
				if err := read(l); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(l.bytes)/float64(l.attempts), "bytes/attempt")
		})
	}
}

// find measures a search for something of which there are n, or the newest n of more: to list
// thirty payments takes longer than to list three, in a ledger of any size.
func find(b *testing.B, n int, text func(*soldLedger) string) {
	b.Helper()
	reads(b, func(l *soldLedger) error {
		found, err := l.Find(text(l), n)
		if err == nil && len(found) != n {
			return fmt.Errorf("%d payments are found for %q", len(found), text(l))
		}
		return err
	})
}

func BenchmarkDayPage(b *testing.B) {
	reads(b, func(l *soldLedger) error { _, err := l.DayPage(l.day, "", rows); return err })
}

func BenchmarkFindReceipt(b *testing.B) {
	find(b, 1, func(l *soldLedger) string { return l.call.Answer.Receipt })
}

func BenchmarkFindPhone(b *testing.B) {
	find(b, 1, func(l *soldLedger) string { return string(l.last.Asked.Phone) })
}

// BenchmarkFindTail looks for the last three digits, which is what the screens show of a phone. One
// number in a thousand has them.
func BenchmarkFindTail(b *testing.B) {
	find(b, tails, func(l *soldLedger) string { return string(l.last.Asked.Phone[9:]) })
}

func BenchmarkFindAmount(b *testing.B) {
	find(b, rows, func(l *soldLedger) string { return fmt.Sprint("KES ", int(l.common)) })
}

func BenchmarkFindReference(b *testing.B) {
	find(b, 1, func(l *soldLedger) string { return l.last.Asked.Reference })
}

func BenchmarkFindID(b *testing.B) {
	find(b, 1, func(l *soldLedger) string { return l.call.Answer.CheckoutRequestID })
}

func BenchmarkTotals(b *testing.B) {
	reads(b, func(l *soldLedger) error {
		if _, err := l.Totals(l.day); err != nil {
			return err
		}
		_, err := l.Month(l.day.Month())
		return err
	})
}

func BenchmarkByAddress(b *testing.B) {
	reads(b, func(l *soldLedger) error { _, err := l.ByAddress(l.last.Asked.Address); return err })
}

func BenchmarkVerify(b *testing.B) {
	reads(b, func(l *soldLedger) error { return Whole(l.Ledger) })
}

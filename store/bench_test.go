package store

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/daraja"
	"kaunta/pos"
)

var million = flag.Bool("million", false, "measure pages and searches in a ledger of a million attempts too")

// BenchmarkAppend writes events with every flush. Beside it, in the same run and on the same disk, it measures what cannot be avoided: a
// bbolt commit of one key, and one flush of one page; the ratios to them hold on any disk.
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
	db, err := bolt.Open(filepath.Join(dir, "bare.db"), 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	begun := time.Now()
	for range floor {
		err := db.Update(func(tx *bolt.Tx) error {
			to, err := tx.CreateBucketIfNotExists([]byte("b"))
			if err != nil {
				return err
			}
			return to.Put([]byte("k"), []byte(time.Now().String()))
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(begun) / floor
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
	e.Asked.Address = fmt.Sprintf("%016x%016x", uint64(n)*0x9e3779b97f4a7c15, n) // spread, as random ones are
	push, call := pushed(e), paid(e, receiptOf(n))
	query := answered(e, pos.EventQueried, 15*time.Second, daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPaid, ResultCode: "0"})
	for ev, size := range map[*pos.Event]int{&push: 250, &call: 600, &query: 280} {
		raw := make([]byte, size)
		copy(raw, ev.Answer.Raw)
		ev.Answer.Raw = raw
	}
	return []pos.Event{e, push, call, query}
}

// full makes a ledger of n paid sales, some thousands a day, ended a day before tomorrow.
func full(b *testing.B, n int) *Ledger {
	b.Helper()
	l := open(b, filepath.Join(b.TempDir(), "ledger.db"), training)
	done := make(chan error, 64)
	var next atomic.Int64
	for range cap(done) {
		go func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					done <- nil
					return
				}
				for _, e := range bodied(i) {
					if _, _, err := l.Append(context.Background(), e); err != nil {
						done <- err
						return
					}
				}
			}
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	var size int64
	if err := l.view(func(tx *bolt.Tx) error { size = tx.Size(); return nil }); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(size)/float64(n), "bytes/sale")
	return l
}

func sizes() []int {
	if *million {
		return []int{10_000, 100_000, 1_000_000}
	}
	return []int{10_000, 100_000}
}

// BenchmarkReads measures what a screen waits for. Its times should hardly grow with the ledger.
func BenchmarkReads(b *testing.B) {
	for _, n := range sizes() {
		l := full(b, n)
		last := asked(n / 2)
		for _, read := range []struct {
			name string
			run  func() error
		}{
			{"DayPage", func() error { _, err := l.DayPage(pos.DayOf(last.At), "", 30); return err }},
			{"Totals", func() error { _, err := l.Totals(pos.DayOf(last.At)); return err }},
			{"Events", func() error { _, err := l.Events(last.Attempt); return err }},
			{"Open", func() error { _, err := l.Open(); return err }},
			{"ByAddress", func() error { _, err := l.ByAddress(bodied(n / 2)[0].Asked.Address); return err }},
			{"FindReceipt", func() error { _, err := l.Find(receiptOf(n/2), 30); return err }},
			{"FindPhone", func() error { _, err := l.Find(string(last.Asked.Phone), 30); return err }},
			{"FindLastDigits", func() error { _, err := l.Find("678", 30); return err }},
			{"FindAmount", func() error { _, err := l.Find("450", 30); return err }},
			{"FindReference", func() error { _, err := l.Find("table 7", 30); return err }},
			{"FindOneLetter", func() error { _, err := l.Find("u", 30); return err }},
		} {
			b.Run(fmt.Sprintf("%s/sales=%d", read.name, n), func(b *testing.B) {
				for b.Loop() {
					if err := read.run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	a, _ := pos.Attempt{}.Apply(asked(1))
	a.CheckoutRequestID, a.MerchantRequestID, a.Receipt, a.PaidAt = checkoutOf(asked(1)), merchantOf(asked(1)), receiptOf(1), opening
	body, err := encode(&a, attemptFields)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(body)+sumSize), "bytes")
	b.ReportAllocs()
	for b.Loop() {
		var back pos.Attempt
		if err := decode(body, &back, attemptFields); err != nil {
			b.Fatal(err)
		}
	}
}

//go:build unix

package pos_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store"
)

// payers is M-PESA with customers who all pay: the callback comes after five seconds, and whoever
// asks later is told the same.
type payers struct {
	till    *pos.Till
	pushes  atomic.Int64
	queries atomic.Int64
	failed  chan error
}

func (p *payers) STKPush(_ context.Context, r daraja.PushRequest) (daraja.Answer, error) {
	n := int(p.pushes.Add(1))
	elapse(500 * time.Millisecond)
	time.AfterFunc(5*time.Second, func() {
		address := r.CallBackURL[strings.LastIndexByte(r.CallBackURL, '/')+1:]
		if err := p.till.Callback(context.Background(), address, paidBody(n, pos.Shillings(r.Amount), fmt.Sprintf("UKN%07d", n))); err != nil {
			select {
			case p.failed <- err:
			default:
			}
		}
	})
	return accepted(n), nil
}

func (p *payers) STKQuery(_ context.Context, id string) (daraja.Answer, error) {
	p.queries.Add(1)
	elapse(300 * time.Millisecond)
	return daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPaid, ResultCode: "0", MerchantRequestID: "m-1", CheckoutRequestID: id}, nil
}

// load is what a till costs at a moment.
type load struct {
	watched, planned, goroutines int
	heap                         uint64
	cpu                          time.Duration // of the process, so far
}

func (p *payers) load(t *testing.T) (l load) {
	synctest.Wait()
	l.watched, l.planned = p.till.Watching()
	l.goroutines = runtime.NumGoroutine()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	l.heap = m.HeapAlloc
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	l.cpu = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	return l
}

var long = flag.Bool("long", false, "make the long day one of 20,000 sales")

// TestLongDay: after 4,000 sales in one process, and with -long after 20,000, two in a second with
// a query in each, a till keeps no more than after the first thousand. What could not be asked
// about while that was worth it is not asked about any more.
func TestLongDay(t *testing.T) {
	sales := 4_000
	if *long {
		sales = 20_000
	}
	const first = 1_000
	synctest.Test(t, func(t *testing.T) {
		p := &payers{failed: make(chan error, 1)}
		ledger, err := store.Open(filepath.Join(t.TempDir(), "shop.ledger"), store.Options{Environment: "training", UnsafeNoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		p.till, err = pos.Start(t.Context(), pos.Config{
			Gateway: p, Ledger: ledger, QueryEvery: time.Second,
			CallBackURL: func(address string) (string, bool) { return "https://shop.example/cb/" + address, true },
		})
		if err != nil {
			t.Fatal(err)
		}
		heard := 0
		screen := p.till.Subscribe()
		go func() {
			for _, err := screen.Next(t.Context()); err == nil; _, err = screen.Next(t.Context()) {
				heard++
			}
		}()
		var early, late load
		before := p.load(t)
		for n := 1; n <= sales; n++ {
			phone := pos.MSISDN("2547000000" + strconv.Itoa(10+n%90))
			if _, err := p.till.Charge(t.Context(), pos.Request{Phone: phone, Amount: 450}); err != nil {
				t.Fatalf("sale %d: %v", n, err)
			}
			elapse(500 * time.Millisecond)
			switch n {
			case first:
				early = p.load(t)
			case sales - first:
				late = p.load(t)
			}
		}
		end := p.load(t)
		sale := func(from, to load) time.Duration { return (to.cpu - from.cpu) / first }
		t.Logf("after %d sales: %d attempts watched, %d queries planned, %d goroutines, heap %.1f MB, %v of CPU a sale", first,
			early.watched, early.planned, early.goroutines, float64(early.heap)/1e6, sale(before, early))
		t.Logf("after %d sales: %d attempts watched, %d queries planned, %d goroutines, heap %.1f MB, %v of CPU a sale", sales,
			end.watched, end.planned, end.goroutines, float64(end.heap)/1e6, sale(late, end))
		if end.watched > early.watched+early.watched/10 || end.planned > early.planned+early.planned/10 ||
			end.goroutines > early.goroutines+10 || end.heap > 2*early.heap {
			t.Errorf("a till keeps more as the day goes on: %+v after %d sales, %+v after %d", early, first, end, sales)
		}
		elapse(time.Hour)
		synctest.Wait()
		if watched, planned := p.till.Watching(); watched+planned != 0 {
			t.Errorf("an hour after the last sale %d attempts are watched and %d queries planned", watched, planned)
		}
		if asked := int(p.queries.Load()); asked > sales {
			t.Errorf("%d queries for %d sales", asked, sales)
		}
		select {
		case err := <-p.failed:
			t.Error(err)
		default:
		}
		totals, err := ledger.Days(0, 99991231)
		paid := 0
		for _, d := range totals {
			paid += d.Paid.Count
		}
		if err != nil || paid != sales || heard < 3*sales {
			t.Errorf("%d of %d sales are paid (%v), and a screen heard %d things", paid, sales, err, heard)
		}
		if err := errors.Join(p.till.Close(t.Context()), ledger.Close()); err != nil {
			t.Error(err)
		}
	})
}

package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/tunnel"
)

// BenchmarkCallbackDurable is what Safaricom waits for: a callback comes by HTTP, is on the disk, and is answered with 200. Beside it, in the
// same run, it measures what cannot be avoided: the same server that takes callbacks and keeps nothing, and a bare commit of bbolt (their sum
// is the floor); and, for one connection, that server with that commit in it, which is more than the sum: whoever sleeps while the disk
// flushes takes time to wake, and finds its caches cold.
func BenchmarkCallbackDurable(b *testing.B) {
	for _, conns := range []int{1, 64} {
		b.Run(fmt.Sprintf("conns=%d", conns), func(b *testing.B) {
			folder := b.TempDir()
			commit := bareCommit(b, folder)
			served := func(context.Context, string, []byte) error { return nil }
			const some = 4000
			bare := callbacks(b, served, conns, some) / some
			var together time.Duration
			if conns == 1 {
				one, closeFile := bareFile(b, b.TempDir())
				together = callbacks(b, func(context.Context, string, []byte) error { return one() }, conns, floor) / floor
				closeFile()
			}

			l := open(b, filepath.Join(folder, "ledger.db"), Options{Environment: "training"})
			till, err := pos.Start(context.Background(), pos.Config{
				Gateway: silent{}, Ledger: l, QueryEvery: time.Hour,
				CallBackURL: func(address string) (string, bool) { return "https://till.example/cb/" + address, true },
			})
			if err != nil {
				b.Fatal(err)
			}
			events := make([]pos.Event, 0, 2*b.N)
			for n := range b.N {
				events = append(events, asked(n), pushed(asked(n)))
			}
			if err := l.AppendAll(context.Background(), events); err != nil {
				b.Fatal(err)
			}
			begun := txID(b, l)
			b.ResetTimer()
			took := callbacks(b, till.Callback, conns, b.N)
			b.StopTimer()
			if a := attempt(b, l, asked(b.N-1).Attempt); a.State != pos.Paid {
				b.Fatalf("the last one is %s", a.State)
			}
			commit = (commit + bareCommit(b, b.TempDir())) / 2 // before and after: disks have moods
			each := took / time.Duration(b.N)
			b.ReportMetric(float64(each.Nanoseconds()), "ns/op") // without what it takes to begin
			b.ReportMetric(float64(time.Second)/float64(each), "callbacks/s")
			b.ReportMetric(float64(bare.Nanoseconds()), "ns-without-ledger")
			b.ReportMetric(float64(commit.Nanoseconds()), "ns-bare-commit")
			shared := float64(b.N) / float64(max(1, txID(b, l)-begun))
			b.ReportMetric(shared, "events/commit")
			b.ReportMetric(float64(each)/(float64(bare)+float64(commit)/shared), "×floor")
			if together > 0 {
				b.ReportMetric(float64(each)/float64(together), "×together")
			}
			if err := till.Close(context.Background()); err != nil {
				b.Error(err)
			}
		})
	}
}

// silent is a gateway that nobody reaches.
type silent struct{}

func (silent) STKPush(ctx context.Context, _ daraja.PushRequest) (daraja.Answer, error) {
	return daraja.Answer{}, context.Canceled
}

func (silent) STKQuery(ctx context.Context, _ string) (daraja.Answer, error) {
	return daraja.Answer{}, context.Canceled
}

// callbacks sends n callbacks over as many connections to a server that delivers them, and returns how long that took.
func callbacks(b *testing.B, deliver func(context.Context, string, []byte) error, conns, n int) time.Duration {
	b.Helper()
	server := tunnel.NewServer(tunnel.ServerConfig{Deliver: deliver})
	if err := server.Listen("127.0.0.1:0"); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	requests := make([][]byte, n)
	for i := range requests {
		requests[i] = callbackOf(asked(i), receiptOf(i))
	}
	var next atomic.Int64
	var all sync.WaitGroup
	begin := make(chan struct{})
	for range conns {
		c, err := net.Dial("tcp", server.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		all.Go(func() {
			defer c.Close()
			in := bufio.NewReader(c)
			<-begin
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if _, err := c.Write(requests[i]); err != nil {
					b.Error(err)
					return
				}
				response, err := http.ReadResponse(in, nil)
				if err != nil || response.StatusCode != http.StatusOK {
					b.Errorf("%+v, %v", response, err)
					return
				}
				if _, err := io.Copy(io.Discard, response.Body); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	at := time.Now()
	close(begin)
	all.Wait()
	took := time.Since(at)
	stop()
	if err := <-served; err != nil {
		b.Error(err)
	}
	return took
}

// callbackOf is the request by which Safaricom says that the attempt of e was paid.
func callbackOf(e pos.Event, receipt string) []byte {
	body := fmt.Sprintf(`{"Body":{"stkCallback":{"MerchantRequestID":%q,"CheckoutRequestID":%q,"ResultCode":0,`+
		`"ResultDesc":"The service request is processed successfully.","CallbackMetadata":{"Item":[{"Name":"Amount","Value":%d},`+
		`{"Name":"MpesaReceiptNumber","Value":%q},{"Name":"TransactionDate","Value":%s},{"Name":"PhoneNumber","Value":%s}]}}}}`,
		merchantOf(e), checkoutOf(e), int64(e.Asked.Amount), receipt, e.At.Add(10*time.Second).Format("20060102150405"), string(e.Asked.Phone))
	return []byte(strings.Join([]string{
		"POST /cb/" + e.Asked.Address + " HTTP/1.1", "Host: till.example", "Content-Type: application/json",
		fmt.Sprintf("Content-Length: %d", len(body)), "", body,
	}, "\r\n"))
}

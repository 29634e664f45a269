package store

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/tunnel"
)

// BenchmarkCallbackDurable is what Safaricom waits for: a callback comes by HTTP, is on the disk,
// and is answered with 200. Beside it, in the same run, it measures what cannot be avoided: the
// same server that takes callbacks and keeps nothing, and a bare commit of bbolt (their sum is the
// floor); and, for one connection, that server with that commit in it, which is more than the sum:
// whoever sleeps while the disk flushes takes time to wake, and finds its caches cold. As in a
// shop, few payments are open at a time: sixteen a connection.
func BenchmarkCallbackDurable(b *testing.B) {
	for _, conns := range []int{1, 64} {
		b.Run(fmt.Sprintf("conns=%d", conns), func(b *testing.B) {
			folder := b.TempDir()
			commit := bareCommit(b, folder)
			const some = 4000
			bare := send(b, conns, func(context.Context, string, []byte) error { return nil }, some, nil) / some
			var together time.Duration
			if conns == 1 {
				one, closeFile := bareFile(b, b.TempDir())
				together = send(b, conns, func(context.Context, string, []byte) error { return one() }, floor, nil) / floor
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
			asking := 0 // commits that are not of callbacks
			begun := txID(b, l)
			b.ResetTimer()
			took := send(b, conns, till.Callback, b.N, func(from, to int) {
				b.StopTimer()
				defer b.StartTimer()
				var events []pos.Event
				for n := from; n < to; n++ {
					events = append(events, asked(n), pushed(asked(n)))
				}
				before := txID(b, l)
				if err := l.AppendAll(context.Background(), events); err != nil {
					b.Fatal(err)
				}
				asking += txID(b, l) - before
			})
			b.StopTimer()
			for _, n := range []int{0, b.N / 2, b.N - 1} {
				if a := attempt(b, l, asked(n).Attempt); a.State != pos.Paid {
					b.Fatalf("payment %d is %s", n, a.State)
				}
			}
			commit = (commit + bareCommit(b, b.TempDir())) / 2 // before and after: disks have moods
			each := took / time.Duration(b.N)
			b.ReportMetric(float64(each.Nanoseconds()), "ns/op") // without what it takes to begin
			b.ReportMetric(float64(time.Second)/float64(each), "callbacks/s")
			b.ReportMetric(float64(bare.Nanoseconds()), "ns-without-ledger")
			b.ReportMetric(float64(commit.Nanoseconds()), "ns-bare-commit")
			shared := float64(b.N) / float64(max(1, txID(b, l)-begun-asking))
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

// send sends n callbacks over as many connections to a server that delivers them, and returns how
// long that took. They go in rounds, and before each its payments are made ready, which does not
// count.
func send(b *testing.B, conns int, deliver func(context.Context, string, []byte) error, n int, ready func(from, to int)) (took time.Duration) {
	b.Helper()
	server := tunnel.NewServer(tunnel.ServerConfig{Deliver: deliver})
	if err := server.Listen("127.0.0.1:0"); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	lines := make([]line, conns)
	for i := range lines {
		c, err := net.Dial("tcp", server.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		lines[i] = line{c, bufio.NewReader(c)}
	}
	round := 16 * conns
	for from := 0; from < n; from += round {
		to := min(from+round, n)
		if ready != nil {
			ready(from, to)
		}
		requests := make([][]byte, 0, round)
		for i := from; i < to; i++ {
			requests = append(requests, callbackOf(asked(i), receiptOf(i)))
		}
		var next atomic.Int64
		var all sync.WaitGroup
		at := time.Now()
		for _, l := range lines {
			all.Go(func() {
				for i := next.Add(1) - 1; i < int64(len(requests)); i = next.Add(1) - 1 {
					if err := l.ask(requests[i]); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		took += time.Since(at)
	}
	stop()
	if err := <-served; err != nil {
		b.Error(err)
	}
	return took
}

// line is a connection of a caller that does as little as it can: it shares the cores with what is
// measured.
type line struct {
	net.Conn
	in *bufio.Reader
}

// ask sends a request and reads the answer to it: a head whose first line is of 200, and as many
// bytes as it says.
func (l line) ask(request []byte) error {
	if _, err := l.Write(request); err != nil {
		return err
	}
	status, err := l.in.ReadSlice('\n')
	if err != nil || !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("answered with %q, %v", status, err)
	}
	length := 0
	for {
		header, err := l.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if header = bytes.TrimSpace(header); len(header) == 0 {
			break
		}
		if digits, ok := bytes.CutPrefix(header, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(digits)); err != nil {
				return err
			}
		}
	}
	_, err = l.in.Discard(length)
	return err
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

package tunnel

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
)

// BenchmarkCallback measures the round trip of one callback over loopback on
// kept connections, with a Deliver that does nothing: the cost to set a
// ledger's commit beside.
func BenchmarkCallback(b *testing.B) {
	for _, conns := range []int{1, 64} {
		b.Run(fmt.Sprintf("conns=%d", conns), func(b *testing.B) {
			s := start(b, ServerConfig{Deliver: func(context.Context, string, []byte) error { return nil }})
			request := []byte(post(known, cancelled))
			next := make(chan struct{}, conns)
			var callers sync.WaitGroup
			for range conns {
				c, err := net.Dial("tcp", s.Addr().String())
				if err != nil {
					b.Fatal(err)
				}
				callers.Go(func() {
					defer c.Close()
					r := bufio.NewReader(c)
					for range next {
						if err := roundTrip(c, r, request); err != nil {
							b.Error(err)
						}
					}
				})
			}
			b.ReportAllocs()
			for b.Loop() {
				next <- struct{}{}
			}
			close(next)
			callers.Wait()
		})
	}
}

func roundTrip(c net.Conn, r *bufio.Reader, request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

//go:build linux

package sshtest

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"testing"
	"time"
)

const (
	holdFor   = 20 * time.Second      // lb_try_duration
	holdEvery = 10 * time.Millisecond // lb_try_interval; shorter than the recipe's
)

// A proxy stands in for Caddy, which is not at hand, in what the recipe makes
// of Caddy: each request has a connection of its own to the socket, and waits up
// to 20 s for one.
type proxy struct {
	*httptest.Server
	held chan struct{}
}

func startProxy(t testing.TB, socket string) *proxy {
	p := &proxy{held: make(chan struct{}, 1000)}
	reverse := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", r.In.Host
		},
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return p.dial(ctx, socket) },
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	p.Server = httptest.NewServer(reverse)
	t.Cleanup(p.Close)
	return p
}

// dial connects to the socket, as often as it takes.
func (p *proxy) dial(ctx context.Context, socket string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, holdFor)
	defer cancel()
	again := time.NewTicker(holdEvery)
	defer again.Stop()
	for first := true; ; first = false {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
		if err == nil {
			return conn, nil
		}
		if first {
			select {
			case p.held <- struct{}{}:
			default: // nobody counts
			}
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-again.C:
		}
	}
}

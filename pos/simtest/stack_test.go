package simtest

import (
	"context"
	"time"

	"kaunta/daraja"
)

// deepen makes the goroutine's stack as big as most here become, at once. It would be copied three
// times instead, each time with more on it, and a world has many goroutines that live short.
//
//go:noinline
func deepen(deeper bool) byte {
	if !deeper { // the room is made on the way in
		return 0
	}
	var room [8 << 10]byte
	deepen(false)
	return room[len(room)-1]
}

// gateway is the till's client, which each push and each query calls first.
type gateway struct {
	*daraja.Client
	w *world
}

// STKPush implements pos.Gateway.
func (g gateway) STKPush(ctx context.Context, r daraja.PushRequest) (daraja.Answer, error) {
	deepen(false)
	return g.Client.STKPush(ctx, r)
}

// STKQuery implements pos.Gateway.
func (g gateway) STKQuery(ctx context.Context, checkoutRequestID string) (daraja.Answer, error) {
	deepen(false)
	g.w.mu.Lock()
	if r := g.w.byCheckout[checkoutRequestID]; r != nil {
		r.asked = time.Now()
	}
	g.w.mu.Unlock()
	return g.Client.STKQuery(ctx, checkoutRequestID)
}

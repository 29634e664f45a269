package pos

import (
	"context"
	"slices"
)

// hold keeps a phone, a sale and a key for one request from the look at what is open until the new
// attempt is on disk, so that two cashiers cannot push to one phone at once, and for one person
// from the look at what is to be settled until the answer is. Requests with none of these in common
// do not wait for each other.
type hold struct {
	phone    MSISDN
	sale     SaleID        // "" for a new one, which nobody else can name yet
	once     string        // "" for none
	released chan struct{} // closed when the attempt is on disk, or is known not to be
}

// hold waits until nothing that the request needs is held by another. Call release in the end. The
// error is ctx's.
func (t *Till) hold(ctx context.Context, r Request) (*hold, error) {
	h := &hold{phone: r.Phone, sale: r.Sale, once: r.Once, released: make(chan struct{})}
	for {
		other := t.tryHold(h)
		if other == nil {
			return h, nil
		}
		select {
		case <-other.released:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// tryHold is hold, or returns another that is in the way.
func (t *Till) tryHold(h *hold) (other *hold) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range t.holds {
		if o.phone == h.phone || o.sale == h.sale && h.sale != "" || o.once == h.once && h.once != "" {
			return o
		}
	}
	t.holds = append(t.holds, h)
	return nil
}

// release lets go of what was held.
func (t *Till) release(h *hold) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.holds = slices.DeleteFunc(t.holds, func(o *hold) bool { return o == h })
	close(h.released)
}

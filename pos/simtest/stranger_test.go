package simtest

import (
	"fmt"
	"time"
)

// stranger forges callbacks: everything in them is right, since all of it can be guessed or seen,
// but for the address.
func (w *world) stranger(day time.Duration) {
	d := w.roll("stranger", 0)
	for range 1 + w.sales/4 {
		if !w.wait(d.within(0, 8*day/time.Duration(w.sales+1)+time.Second)) {
			return
		}
		w.mu.Lock()
		body, base := "", ""
		if n := len(w.mpesa.pushes); n > 0 {
			p := w.mpesa.pushes[n-1-d.IntN(min(n, 8))]
			body, base = paidBody(p, fmt.Sprint(p.amount), fmt.Sprintf("TAX%07d", d.IntN(10_000_000)), ""), p.base
			if d.IntN(3) == 0 {
				body = failedBody(p, "1032")
			}
		}
		w.mu.Unlock()
		if body == "" || !w.plays(d, "forged callback", 0.7) {
			continue
		}
		address := one(d, fmt.Sprintf("%016x%016x", d.Uint64(), d.Uint64()), "", "x", "00000000000000000000000000000000")
		if !w.post(base, address, body) {
			w.count("forged callback: nobody there")
		}
	}
}

package simtest

import (
	"fmt"
	"time"
)

// live runs one process after another until the last word about the last sale can have been heard,
// then once more in fair weather, and reads the ledger whenever no process has it.
func (w *world) live(evening <-chan struct{}) error {
	for n := 0; ; n++ {
		d := w.roll("process", n)
		p, err := w.start(n, d)
		if err != nil {
			return err
		}
		var end, stop <-chan time.Time
		if n < w.climate.deaths {
			switch d.IntN(6) {
			case 0:
				end = time.After(d.stretch(time.Second, 24*time.Hour))
			case 1:
				stop = time.After(d.stretch(time.Second, 24*time.Hour))
			default:
				p.doom(1+int(d.ExpFloat64()*w.climate.lifetime), d.IntN(4) == 0)
			}
		}
		last := false
		select {
		case <-p.dead:
		case <-end:
			w.mu.Lock()
			p.die("at a moment")
			w.mu.Unlock()
		case <-stop:
			w.count("till: stopped")
		case <-p.unwell:
			w.count("till: stopped for its disk")
			p.pause(d.within(100*time.Millisecond, time.Minute)) // until somebody looks
		case <-evening:
			last = true
		case <-w.over:
			last = true
		}
		p.stop()
		if last {
			break
		}
		w.read(false)
		downtime := d.stretch(500*time.Millisecond, 30*time.Second+w.climate.gap)
		if w.plays(d, "till: off for hours", 0.1) {
			downtime = d.within(10*time.Minute, 8*time.Hour)
		}
		if !w.wait(downtime) {
			return nil
		}
	}
	return w.settle()
}

// settle starts the till a last time, in fair weather, gives it the time that its rate needs, and
// then looks at what it made of it all.
func (w *world) settle() error {
	w.fair.Store(true)
	p, err := w.start(-1, w.roll("last process", 0))
	if err != nil {
		return err
	}
	open := len(p.till.Resumed())
	w.wait(time.Duration(open+1)*(w.climate.queryEvery+time.Second) + 10*time.Minute)
	if w.climate.forgetAfter > 0 {
		(&disk{p}).forget(w.roll("forgetting at last", 0))
	}
	p.stop()
	w.read(true)
	return nil
}

// start starts the till on its ledger. A process that is killed while it starts is started again.
func (w *world) start(n int, d dice) (*process, error) {
	for try := 0; ; try++ {
		p := &process{w: w, n: n, base: "https://duka.example.co.ke", dead: make(chan struct{}), unwell: make(chan struct{}), leaving: make(chan struct{})}
		if w.climate.road == renewed {
			p.base = fmt.Sprintf("https://name-%d-%d.example.net", n+1, try)
		}
		if try < 3 && w.plays(d, "till: killed while starting", 0.05) {
			p.last = 1 + d.IntN(6)
		}
		err := p.open()
		if err == nil {
			return p, nil
		}
		if !p.killed {
			return nil, err
		}
		w.wait(d.within(time.Second, time.Minute))
	}
}

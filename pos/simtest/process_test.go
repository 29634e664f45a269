package simtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store"
	"kaunta/tunnel"
)

// process is one run of the till's program: everything that package main wires together, from start
// to end. What goes out of it and what it writes passes step, and after its death nothing does.
type process struct {
	w    *world
	n    int
	base string // where callbacks reach it, without the path

	ledger *store.Ledger
	client *daraja.Client
	server *tunnel.Server
	till   *pos.Till

	callbacks sync.WaitGroup // being taken
	calls     sync.WaitGroup // of the cashier
	screen    sync.WaitGroup // until it has shown everything
	chores    sync.WaitGroup // what it does besides the sales
	dead      chan struct{}  // closed when it is killed
	unwell    chan struct{}  // closed when its disk takes no more
	leaving   chan struct{}  // closed when it is stopped

	// Under w.mu.
	closing bool
	killed  bool
	steps   int
	last    int // the step at which it is killed; 0: none
	refuse  int // the step from which its disk takes no more; 0: none

	began           time.Time
	full, roomAgain time.Time       // when its disk is full, and when no longer
	late            []acknowledging // callbacks that it had no room for

	failed bool
	tokens int // that it asked for
}

// errCut is what a dead process gets for whatever it still tries.
var errCut = errors.New("the process is dead")

// step is a moment at which the process can be killed: before and after each write to its disk, and
// before and after each write to and each read from the network. It reports whether the process
// lives on.
func (p *process) step() bool {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if p.killed {
		return false
	}
	p.steps++
	if p.steps == p.last {
		p.die("at a step")
	}
	return !p.killed
}

// die kills the process; w.mu is held.
func (p *process) die(how string) {
	if !p.killed {
		p.killed = true
		close(p.dead)
		p.w.count("till: killed " + how)
		p.w.note(nil, "killed", how)
	}
}

// pause lets time pass in the process. It reports false when the process died meanwhile.
func (p *process) pause(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-p.dead:
		return false
	}
}

func (p *process) open() (err error) {
	w := p.w
	p.began = time.Now()
	if d := w.roll("full disk", p.n); w.plays(d, "disk: full for a while", 0.3) {
		p.full = p.began.Add(d.stretch(time.Minute, 24*time.Hour))
		p.roomAgain = p.full.Add(d.stretch(10*time.Second, 2*time.Hour))
	}
	if p.ledger, err = store.Open(w.path, store.Options{Environment: "training", UnsafeNoSync: true}); err != nil {
		return err
	}
	p.client, err = daraja.New(daraja.Config{
		BaseURL: daraja.SandboxURL, ConsumerKey: "key", ConsumerSecret: "secret", Passkey: "passkey", ShortCode: "174379",
	}, daraja.WithHTTPClient(&http.Client{Transport: &line{p}}))
	if err != nil {
		return err
	}
	p.server = tunnel.NewServer(tunnel.ServerConfig{Deliver: p.deliver})
	jitter := w.roll("jitter", p.n)
	p.till, err = pos.Start(context.Background(), pos.Config{
		Gateway: gateway{p.client, w}, Ledger: &disk{p}, CallBackURL: p.callBackURL,
		QueryEvery: w.climate.queryEvery, ConfirmAbove: w.climate.confirmAbove, Clock: w.clock,
		Jitter: func(limit time.Duration) time.Duration { return jitter.within(0, limit) },
	})
	if err != nil {
		p.client.Close()
		return errors.Join(err, p.ledger.Close())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.killed { // by the very last step of its start
		return nil
	}
	w.count("till: started")
	w.note(nil, "started", fmt.Sprintf("process %d", p.n))
	check(w, whenStarted, starting{p.till.Resumed()}, nil)
	for _, a := range p.till.Resumed() {
		w.byID[a.ID].told = true
		w.screen[a.ID] = a.State
	}
	w.till = p
	sub := p.till.Subscribe()
	p.screen.Go(func() { p.watch(sub) })
	p.chores.Go(p.byHandNowAndThen)
	if w.climate.unruly {
		p.chores.Go(p.machineNowAndThen)
	}
	if w.climate.forgetAfter > 0 {
		p.chores.Go(p.forgetNowAndThen)
	}
	return nil
}

// callBackURL is package main's.
func (p *process) callBackURL(address string) (string, bool) {
	if p.w.climate.road == none {
		return tunnel.CallbackURL("https://queries-only.invalid", address), false
	}
	return tunnel.CallbackURL(p.base, address), true
}

// deliver is package main's.
func (p *process) deliver(ctx context.Context, address string, body []byte) error {
	err := p.till.Callback(ctx, address, body)
	if errors.Is(err, pos.ErrNotFound) {
		return tunnel.ErrUnknownAddress
	}
	return err
}

// watch is the screen.
func (p *process) watch(sub *pos.Subscription) {
	w := p.w
	for {
		u, err := sub.Next(context.Background())
		if err != nil {
			return
		}
		w.mu.Lock()
		if !p.killed {
			r := w.byID[u.Attempt.ID]
			w.screen[u.Attempt.ID] = u.Attempt.State
			check(w, whenShown, showing{r, u}, r)
		}
		w.mu.Unlock()
	}
}

// lastAnswer is how long a till that is stopped waits for the answer to a push, as in package shop.
const lastAnswer = 8 * time.Second

// stop ends the process, or clears away what is left of a dead one.
func (p *process) stop() {
	w := p.w
	w.mu.Lock()
	p.closing = true
	close(p.leaving)
	if w.till == p {
		w.till = nil
	}
	patience := lastAnswer
	if p.killed {
		patience = 0
	}
	w.mu.Unlock()

	p.callbacks.Wait()
	p.chores.Wait() // and with it the machine is as it should be
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w.promptly("Close", lastAnswer+10*slowest, func() { _ = p.till.Close(ctx) })
	p.calls.Wait()
	p.screen.Wait()
	p.client.Close()
	if err := p.ledger.Close(); err != nil {
		w.fail("theLedgerCloses", err.Error())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	x := &stopping{process: p}
	for _, l := range whenStopped {
		if wrong := l(w, x); wrong != "" {
			w.breach(lawName(l), wrong, x.about)
		}
	}
}

// promptly calls f, which has so much time.
func (w *world) promptly(name string, limit time.Duration, f func()) {
	began := time.Now()
	f()
	took := time.Since(began)
	w.mu.Lock()
	defer w.mu.Unlock()
	check(w, whenCalled, calling{name, took, limit}, nil)
}

// doom kills the process after so many steps more, or lets its disk fail then.
func (p *process) doom(steps int, disk bool) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if disk {
		p.refuse = p.steps + steps
	} else {
		p.last = p.steps + steps
	}
}

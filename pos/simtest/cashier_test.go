package simtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"kaunta/pos"
	"kaunta/store"
)

// sell is one sale at the counter: the cashier asks, presses keys while waiting, and asks again as
// the screen allows, or as the mood takes them.
func (w *world) sell(i int) {
	d := w.roll("sale", i)
	w.count("sales")
	r := pos.Request{
		Phone:     phoneOf(d.IntN(w.climate.phones)),
		Amount:    pos.Shillings(d.stretch(1, 250_001)),
		Reference: one(d, "", "table 4", "INV 0042"),
	}
	if e := w.roll("reference", i); w.plays(e, "cashier: a phone number for the reference", 0.1) {
		r.Reference = one(e, "0"+string(r.Phone[3:]), string(r.Phone[3:]), string(r.Phone), "0733123"+string(r.Phone[9:11])+"9")
	}
	// of a program that asks with a key of its own until it hears of an attempt
	orders := w.roll("order", i)
	keyed, attempts := w.plays(orders, "program: asks with a key", 0.2), 0
	for range 5 {
		if keyed {
			r.Once = fmt.Sprintf("order %d, request %d", i, attempts)
		}
		a, err := w.ask(d, r)
		if keyed && err == nil {
			asked, later := r, w.roll(fmt.Sprintf("asks again %d", attempts), i)
			w.busy.Go(func() { w.askLater(later, asked) })
			attempts++
		}
		if err != nil {
			var open *pos.OpenError
			if errors.As(err, &open) && !open.Locked() && w.plays(d, "cashier: asks in spite of the warning", 0.5) {
				r.MayPayTwice = true
			} else if !w.wait(d.stretch(time.Second, 10*time.Minute)) || d.IntN(3) == 0 {
				return
			}
			continue
		}
		r.Sale, r.MayPayTwice = a.Sale, false
		asked := time.Now()
		state := w.attend(d, a.ID)

		switch again := d.Float64(); {
		case state == pos.Paid:
			if w.plays(d, "cashier: asks for a paid sale", 0.05) {
				_, _ = w.ask(d, r)
			}
			return
		case state == pos.NotPaid && again > 0.6, state != pos.NotPaid && again > 0.4:
			return
		case state != pos.NotPaid:
			r.MayPayTwice = true
			lock := pos.PhoneLock - time.Since(asked)
			if !w.plays(d, "cashier: does not wait out the lock", 0.2) && lock > 0 && !w.wait(lock+d.within(0, 20*time.Second)) {
				return
			}
		}
		if w.plays(d, "cashier: another amount", 0.1) {
			r.Amount = pos.Shillings(d.stretch(1, 250_001))
		}
		if w.plays(d, "cashier: another phone", 0.1) {
			r.Phone = phoneOf(d.IntN(w.climate.phones))
		}
	}
}

// askLater is a program that has lost the answer, or was started again, and asks once more with its
// key.
func (w *world) askLater(d dice, r pos.Request) {
	for range d.IntN(4) {
		if !w.wait(d.stretch(time.Second, 12*time.Hour)) {
			return
		}
		deepen(false)
		other := w.plays(d, "program: another amount with its key", 0.1)
		if r := r; other {
			r.Amount++
			var mismatch *pos.OnceError
			if _, err := w.ask(d, r); err == nil {
				w.fail("oneKeyOneAttempt", "a key was taken for another amount")
			} else if errors.As(err, &mismatch) {
				w.count("refused: a key for another amount")
			}
			continue
		}
		_, _ = w.ask(d, r)
	}
}

// phoneOf is the number of the nth customer. Many end alike.
func phoneOf(n int) pos.MSISDN { return pos.MSISDN(fmt.Sprintf("254712%03d%03d", n, 111*(n%5))) }

// ask presses Enter, at times twice.
func (w *world) ask(d dice, r pos.Request) (pos.Attempt, error) {
	if !w.wait(d.within(50*time.Millisecond, time.Second)) { // from one key to the next
		return pos.Attempt{}, errNoTill
	}
	said := context.WithValue(context.WithValue(context.Background(), warnedKey{}, r.MayPayTwice), onceKey{}, r.Once)
	ctx, cancel := context.WithCancel(said)
	defer cancel()
	if w.plays(d, "cashier: leaves while asking", 0.01) {
		cancel()
	}
	if !w.plays(d, "cashier: Enter twice", 0.05) {
		return w.charge(ctx, r)
	}
	var attempts [2]pos.Attempt
	var errs [2]error
	var both sync.WaitGroup
	for i := range attempts { // nobody can tell which is the first, and nothing hangs on it
		both.Go(func() { attempts[i], errs[i] = w.charge(ctx, r) })
	}
	both.Wait()
	if errs[0] == nil && errs[1] == nil && attempts[0].ID != attempts[1].ID {
		w.fail("oneEnterOnePush", "two Enters in the same moment made two attempts")
	}
	if errs[1] == nil {
		return attempts[1], nil
	}
	return attempts[0], errs[0]
}

// attend is what the cashier does until they have had enough, and the state that the screen then
// shows.
func (w *world) attend(d dice, id pos.AttemptID) pos.State {
	for {
		if !w.wait(d.within(time.Second, time.Minute)) {
			return 0
		}
		state := w.shows(id)
		if state.Final() && d.IntN(4) > 0 {
			return state
		}
		switch {
		case w.plays(d, "cashier: checks now", 0.2):
			_ = w.call("CheckNow", func(p *process) error { _, err := p.till.CheckNow(id); return err })
		case w.plays(d, "cashier: stops waiting", 0.07):
			_ = w.call("StopWaiting", func(p *process) error { return p.till.StopWaiting(context.Background(), id) })
		case w.plays(d, "cashier: starts a second till", 0.01) && !w.isAway():
			_ = w.call("a second till", func(*process) error { return w.openTwice() })
		case w.plays(d, "cashier: types a receipt", 0.05):
			receipt := w.customersSMS(d, id)
			_ = w.call("TypeReceipt", func(p *process) error {
				_, err := p.till.TypeReceipt(context.Background(), id, receipt)
				return err
			})
		}
		if state == pos.StillChecking && d.IntN(3) == 0 || d.IntN(12) == 0 {
			return state
		}
	}
}

// openTwice is a second till that is started on the ledger of the one that is running.
func (w *world) openTwice() error {
	ledger, err := store.Open(w.path, store.Options{Environment: "training", UnsafeNoSync: true})
	if errors.Is(err, store.ErrLocked) {
		return err
	}
	w.fail("secondTillIsRefused", fmt.Sprintf("a second till was started beside the first: %v", err))
	if err == nil {
		err = ledger.Close()
	}
	return err
}

// customersSMS is what a customer shows: the receipt of the payment, that of another, or an
// invention.
func (w *world) customersSMS(d dice, id pos.AttemptID) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	receipt := fmt.Sprintf("TAY%07d", d.IntN(1000))
	if r := w.byID[id]; r != nil && r.n%8 == 0 {
		receipt = "0" + string(r.phone[3:]) // which is on the SMS too
	} else if r != nil && r.paid() != nil && d.IntN(2) == 0 {
		receipt = r.paid().receipt
	} else if n := w.mpesa.payments; n > 0 && d.IntN(2) == 0 {
		receipt = fmt.Sprintf("TA1%07d", d.IntN(n))
	}
	return receipt
}

// byHandNowAndThen is an owner who goes through what is unsettled, and at times takes another
// payment for one of it.
func (p *process) byHandNowAndThen() {
	w, d := p.w, p.w.roll("owner", p.n)
	for {
		select {
		case <-time.After(d.stretch(10*time.Minute, 12*time.Hour)):
		case <-p.dead:
			return
		case <-p.leaving:
			return
		}
		byHand := func(seen pos.Attempt) {
			as := seen.Answers()
			if len(as) == 0 {
				return
			}
			_ = w.call("Resolve", func(p *process) error {
				return p.till.Resolve(context.Background(), seen, as[d.IntN(len(as))])
			})
		}
		list, err := p.ledger.Unsettled()
		for _, a := range list {
			if err == nil && w.plays(d, "owner: settles by hand", 0.3) {
				byHand(a)
			}
		}
		if id := w.someAttempt(d); id != "" {
			if a, err := p.ledger.Attempt(id); err == nil {
				byHand(a)
			}
		}
	}
}

// someAttempt is one of those so far; "" while there is none.
func (w *world) someAttempt(d dice) pos.AttemptID {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rows) == 0 {
		return ""
	}
	return w.rows[d.IntN(len(w.rows))].now.ID
}

// shows is what the screen shows of the attempt.
func (w *world) shows(id pos.AttemptID) pos.State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.screen[id]
}

// charge asks the till that is running for a payment.
func (w *world) charge(ctx context.Context, r pos.Request) (a pos.Attempt, err error) {
	err = w.call("Charge", func(p *process) (err error) {
		a, err = p.till.Charge(ctx, r)
		return err
	})
	var open *pos.OpenError
	switch {
	case err == nil && r.Once != "":
		w.count("requests with a key, answered")
		w.mu.Lock()
		check(w, whenAnswered, answering{r.Once, a}, w.byID[a.ID])
		w.mu.Unlock()
	case err == nil:
		w.count("attempts")
	case errors.As(err, &open):
		w.count("refused: an earlier one is open")
		w.mu.Lock()
		check(w, whenRefused, refusing{r, open}, w.byID[open.Earlier.ID])
		w.mu.Unlock()
	case errors.Is(err, pos.ErrSalePaid):
		w.count("refused: paid already")
	case outOfPlace(err) != "":
		w.count(outOfPlace(err))
	default:
		w.count("refused: no till or no disk")
	}
	return a, err
}

// errNoTill is what a cashier gets while the till is off.
var errNoTill = errors.New("the till is off")

// call does something with the till that is running, and nothing where none is.
func (w *world) call(name string, f func(*process) error) (err error) {
	w.mu.Lock()
	p := w.till
	if p == nil || p.killed {
		w.mu.Unlock()
		return errNoTill
	}
	p.calls.Add(1)
	w.mu.Unlock()
	defer p.calls.Done()
	w.promptly(name, 2*slowest, func() { err = f(p) })
	return err
}

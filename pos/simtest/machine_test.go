package simtest

import (
	"errors"
	"fmt"
	"os"
	"time"

	"kaunta/pos"
	"kaunta/store"
)

// machine is what is not the till's own but its computer's: a clock that is set, and files that
// somebody moves.
//
// While no payment is open to be asked by it, the clock falls back by days and years, as one
// without a battery does. It also runs ahead by minutes, and is set right again: but only while one
// process runs, since no till can know what a clock did while none did. And it is not ahead in a
// world that forgets, whose laws go by when something was asked.

// clock is what the machine's clock says.
func (w *world) clock() time.Time { return time.Now().Add(time.Duration(w.skew.Load())).Round(0) }

// setClock sets the machine's clock so far from the right time.
func (w *world) setClock(skew time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if before := time.Duration(w.skew.Swap(int64(skew))); before != skew {
		w.note(nil, "clock", fmt.Sprintf("set from %v to %v", before, skew))
	}
}

// machineNowAndThen plays mischief with the clock and with the ledger's name while the process
// runs.
func (p *process) machineNowAndThen() {
	w, d := p.w, p.w.roll("machine", p.n)
	rest := func(least, most time.Duration) bool {
		select {
		case <-time.After(d.stretch(least, most)):
			return true
		case <-p.dead:
		case <-p.leaving:
		}
		return false
	}
	for range 20 {
		if !rest(w.climate.gap, 100*w.climate.gap) {
			return
		}
		switch {
		case w.someAttempt(d) == "": // nothing says yet what day it is
			continue
		case w.plays(d, "machine: the clock falls back", 0.3):
			w.setClock(-d.stretch(25*time.Hour, 50*365*24*time.Hour))
		case w.climate.forgetAfter == 0 && w.plays(d, "machine: the clock runs ahead", 0.3):
			w.setClock(d.stretch(time.Second, 20*time.Minute))
		case w.plays(d, "machine: the ledger is moved away", 0.3):
			w.moveAway(d.IntN(2) == 0)
		default:
			continue
		}
		on := rest(time.Second, time.Hour)
		w.setClock(0)
		w.moveBack()
		if !on {
			return
		}
	}
}

// moveAway takes the ledger's name away, and puts another file in its place if replaced.
func (w *world) moveAway(replaced bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := os.Rename(w.path, w.path+".away")
	if err == nil && replaced {
		err = os.WriteFile(w.path, []byte("another file\n"), 0o600)
	}
	if err != nil {
		w.breach("theLedgerIsThere", err.Error(), nil)
		return
	}
	w.away = true
	w.note(nil, "moved", fmt.Sprintf("the ledger, and replaced: %t", replaced))
}

// moveBack gives the ledger its name back, where it has lost it.
func (w *world) moveBack() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.away {
		return
	}
	if err := os.Rename(w.path+".away", w.path); err != nil {
		w.breach("theLedgerIsThere", err.Error(), nil)
	}
	w.away = false
	w.note(nil, "moved", "the ledger, back")
}

// isAway reports whether the ledger has lost its name.
func (w *world) isAway() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.away
}

// moment is what a till can know that begins a payment. What happens while it writes, it cannot.
type moment struct {
	away bool      // the ledger has lost its name
	last time.Time // by its clock, of the last sale

	at         time.Time
	open, paid map[*row]bool // of those that the till was told of
}

// begins is the moment now.
func (w *world) begins() moment {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := moment{at: time.Now(), away: w.away, last: w.last(), open: map[*row]bool{}, paid: map[*row]bool{}}
	for _, r := range w.rows {
		m.open[r] = r.told && r.now.Open() && !r.now.Phone.Forgotten()
		m.paid[r] = r.told && r.now.State == pos.Paid
	}
	return m
}

// last is when the latest attempt was asked, by its clock; w.mu is held.
func (w *world) last() (last time.Time) {
	for _, r := range w.rows {
		if r.now.AskedAt.After(last) {
			last = r.now.AskedAt
		}
	}
	return last
}

// No customer is asked while the ledger's file is not the one at its path: the next till would know
// nothing of it.
func askedWhereItIsFound(_ *world, x writing) string {
	if x.event.Kind == pos.EventAsked && x.begun.away {
		return "asked while the ledger's file was not at its path"
	}
	return ""
}

// No customer is asked by a clock that is behind the last sale by more than a day: this one would
// stand on a day that is over.
func askedOnTheRightDay(_ *world, x writing) string {
	if behind := x.begun.last.Sub(x.event.At); x.event.Kind == pos.EventAsked && behind > 24*time.Hour {
		return fmt.Sprintf("asked %v before the last attempt, by the clock", behind)
	}
	return ""
}

// A lock holds for two minutes at most, wherever the clock is set.
func lockIsTwoMinutes(_ *world, x refusing) string {
	if x.Left > pos.PhoneLock {
		return fmt.Sprintf("the lock is to hold for %v", x.Left)
	}
	return ""
}

// outOfPlace names the refusal of a till that cannot sell at present.
func outOfPlace(err error) string {
	var clock *pos.ClockError
	switch {
	case errors.As(err, &clock):
		return "refused: the clock is behind"
	case errors.Is(err, store.ErrMoved):
		return "refused: the ledger is away"
	}
	return ""
}

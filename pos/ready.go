package pos

import (
	"cmp"
	"fmt"
	"time"
)

// LongestRest is how long a shop may be closed until its clock is doubted at the next opening:
// school holidays and a long repair are shorter. What would be lost for good by a clock that is
// ahead, such as customers' numbers, waits then until sales show that the clock is right. Sales do
// not wait.
const LongestRest = 12 * 7 * 24 * time.Hour

// mostBehind is how far the clock may be behind the newest attempt: a wrong zone or a wrong hour
// puts a sale at most on the day before.
const mostBehind = 24 * time.Hour

// ClockError says that the clock is far from the time of the ledger's newest request.
type ClockError struct {
	Says, Last time.Time
}

// Behind reports whether the clock is behind, so that sales would stand on a wrong day: none is
// begun. Else it is far ahead: the shop was closed for long, or the clock has jumped, and nobody
// knows.
func (e *ClockError) Behind() bool { return e.Says.Before(e.Last) }

func (e *ClockError) Error() string { return e.Say().EN }

func (e *ClockError) Say() Text {
	says, last := e.Says.In(EAT).Format("2 Jan 2006"), e.Last.In(EAT).Format("2 Jan 2006")
	if !e.Behind() {
		return Text{
			EN: fmt.Sprintf("The clock says %s, and the last payment was on %s: if that is wrong, set the clock.", says, last),
			SW: fmt.Sprintf("Saa inasema %s, na malipo ya mwisho yalikuwa %s: kama si sahihi, rekebisha saa.", says, last),
		}
	}
	return Text{
		EN: fmt.Sprintf("The clock says %s, the ledger %s: set it. No new payments.", says, last),
		SW: fmt.Sprintf("Saa inasema %s, daftari %s: irekebishe. Hakuna malipo mapya.", says, last),
	}
}

// Doubt compares the clock with the time of the newest request; nil where the clock can be
// right.
func Doubt(clock, last time.Time) *ClockError {
	if last.IsZero() || !clock.Before(last.Add(-mostBehind)) && clock.Sub(last) <= LongestRest {
		return nil
	}
	return &ClockError{Says: clock, Last: last}
}

func (t *Till) doubt() (*ClockError, error) {
	if t.cfg.ClockIsRight {
		return nil, nil
	}
	now := t.cfg.Clock()
	last, err := t.cfg.Ledger.Last(now)
	if err != nil {
		return nil, err
	}
	return Doubt(now, last), nil
}

// ready is why no payment can be begun at present, with any phone; nil where one can.
func (t *Till) ready() error {
	if err := t.cfg.Ledger.AtItsPath(); err != nil {
		return err
	}
	doubt, err := t.doubt()
	switch {
	case err != nil:
		return err
	case doubt != nil && doubt.Behind():
		return doubt
	}
	return nil
}

// Health tells how M-PESA has been answering, and what is wrong with the ledger and the clock.
func (t *Till) Health() Health {
	moved := t.cfg.Ledger.AtItsPath()
	doubt, err := t.doubt()
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.health
	h.Ledger, h.Clock = cmp.Or(t.broken, moved, t.noRoom, err), doubt
	return h
}

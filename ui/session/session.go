package session

import (
	"errors"
	"slices"
	"time"

	"kaunta/pos"
)

// Session is what one cashier has in front, and what was said to that cashier. It is used by one
// goroutine at a time. The forms are typed into from outside; all else changes by the methods.
type Session struct {
	Form      Form        // the sale that is typed
	Ahead     Form        // the one after it, typed while a payment is in front
	Front     *Payment    // nil while there is none
	Last      pos.Attempt // the last one that the till took
	News      []News      // that nobody has seen yet, the newest last
	Unsettled List        // what is to be settled

	// Resumed is how many payments were open at the start; 0 once that is known to all.
	Resumed int

	announced announced
	open      map[pos.AttemptID]bool      // without an end
	followed  map[pos.AttemptID]bool      // whose end is told although they are not in front
	atStart   map[pos.AttemptID]bool      // what was open at the start
	unheard   map[pos.AttemptID]pos.State // and has not been heard of since
	checks    map[pos.AttemptID]bool      // the cashier asked for a check that has not come back
	early     []pos.Update                // came while the till was still taking a request
}

// New is a session at its start.
func New(cfg Config) *Session {
	form := NewForm(cfg.MaxAmount, cfg.RetypeAbove)
	s := &Session{
		Form: form, Ahead: form, Resumed: len(cfg.Resumed),
		announced: make(announced), open: make(map[pos.AttemptID]bool), followed: make(map[pos.AttemptID]bool),
		atStart: make(map[pos.AttemptID]bool), unheard: make(map[pos.AttemptID]pos.State), checks: make(map[pos.AttemptID]bool),
	}
	for _, r := range cfg.Resumed {
		s.Follow(r)
		s.atStart[r.ID], s.unheard[r.ID], s.announced[r.ID] = true, r.State, r.Notices
	}
	return s
}

// Follow has the end of a payment told that is open, whoever asked for it.
func (s *Session) Follow(a pos.Attempt) { s.open[a.ID], s.followed[a.ID] = true, true }

// Know takes what the ledger says of a payment that is open.
func (s *Session) Know(a pos.Attempt) {
	s.open[a.ID] = true
	s.followed[a.ID] = s.followed[a.ID] || a.State == pos.StillChecking
}

// AtStart reports whether an attempt was open at the start.
func (s *Session) AtStart(id pos.AttemptID) bool { return s.atStart[id] }

// Left reports whether an attempt goes on that the cashier has left: its end is told, and it is not
// in front.
func (s *Session) Left(id pos.AttemptID) bool {
	return s.followed[id] && (s.Front == nil || s.Front.Attempt.ID != id)
}

// OpenCount is how many payments have no end, as far as the session knows.
func (s *Session) OpenCount() int {
	n := len(s.open)
	if s.Front.Phase() == Asking {
		n++
	}
	return n
}

// Act does an action, if it is offered. What it wants done comes back, nil where that is nothing.
func (s *Session) Act(a Action, now time.Time) Effect {
	p := s.Front
	if !slices.ContainsFunc(s.Offers(now), func(o Offer) bool { return o.Action == a }) {
		if a == Check && p.Phase() == Unclear {
			p.Problem = pos.ErrNothingToAsk
		}
		return nil
	}
	if p == nil {
		switch a {
		case Back:
			s.Form.back()
		case Next:
			s.Form.Clear()
			s.Ahead.Clear()
		}
		return nil
	}
	again := p.Request
	if p.Attempt.ID != "" {
		again.Sale = p.Attempt.Sale
	}
	switch a {
	case Check:
		return s.Check(p.About())
	case Stop:
		p.Stopped = true
		return StopWaiting{p.Attempt.ID}
	case Again:
		again.MayPayTwice = false
		return s.charge(again, p, now)
	case Anyway:
		again.MayPayTwice = true
		return s.charge(again, p.before, now)
	case Number:
		s.leave(nil, now)
		s.Form.anotherNumber(again)
	case Next:
		s.leave(nil, now)
		s.Form = s.Ahead
		s.Ahead.Clear()
	case Back:
		if p.Phase() == Unclear {
			s.leave(nil, now)
			s.Form.asItWas(again)
			break
		}
		s.back(nil, now)
	}
	return nil
}

// GiveUp takes a request that the till has refused back to where it came from, where it says why.
func (s *Session) GiveUp(now time.Time) {
	if s.Front.Phase() == NotTaken {
		s.back(s.Front.Problem, now)
	}
}

// Quiet takes away what was said of the last action.
func (s *Session) Quiet() {
	if s.Front.Phase() != NotTaken {
		s.Front.Problem = nil
	}
}

// TooSoon holds back the actions on what is in front: a key came that was meant for what stood
// there before, and until there is a pause the next one may be, too.
func (s *Session) TooSoon(now time.Time) { s.Front.Changed = now }

// Check has M-PESA asked about an attempt now. Where that is open, its end is told then.
func (s *Session) Check(a pos.Attempt) Effect {
	s.checks[a.ID] = true
	s.followed[a.ID] = s.followed[a.ID] || a.Open()
	if p := s.Front; p != nil && p.About().ID == a.ID {
		p.Checking = true
	}
	return CheckNow{a.ID}
}

// Ask asks the till for the payment of a form. Until the till has answered, nothing can be done to
// it.
func (s *Session) Ask(r pos.Request, now time.Time) Effect { return s.charge(r, nil, now) }

func (s *Session) charge(r pos.Request, before *Payment, now time.Time) Effect {
	s.Front = &Payment{Request: r, before: before, Changed: now}
	s.early = nil
	return Charge{r}
}

// back takes a request out of the front that was not sent. Where the till refused it, wrong is why,
// and is said where the request came from.
func (s *Session) back(wrong error, now time.Time) {
	before := s.Front.before
	if s.leave(before, now); before != nil {
		if wrong != nil {
			before.Problem = wrong
		}
		return
	}
	s.Ahead.Clear() // the form is what is typed into
	s.Form.Wrong, s.Form.Focus = wrong, Phone
	var amount *pos.AmountError
	if errors.As(wrong, &amount) {
		s.Form.Focus = Amount
	}
}

// leave puts what is in front away, and before in its place.
func (s *Session) leave(before *Payment, now time.Time) {
	if s.Front.Attempt.Open() {
		s.followed[s.Front.Attempt.ID] = true
	}
	if s.Front = before; before != nil {
		before.Changed = now // a key for what was in front is none for this
	}
}

// Take learns what came of an effect. What was heard meanwhile comes back.
func (s *Session) Take(f Fact, now time.Time) []Heard {
	p := s.Front
	switch f := f.(type) {
	case Charged:
		if p.Phase() != Asking {
			return nil
		}
		s.charged(f, now)
		early := s.early
		s.early = nil
		var heard []Heard
		for _, u := range early {
			heard = append(heard, s.Learn(u, now)...)
		}
		return heard
	case Checked:
		if f.Err != nil {
			delete(s.checks, f.ID)
		} else {
			s.Unsettled.planned(f.ID, f.At)
		}
		if p != nil && p.About().ID == f.ID {
			if p.Problem = f.Err; f.Err == nil {
				p.NextCheck = f.At
			} else {
				p.Checking = false
			}
		}
	case Stopped:
		if f.Err != nil && p != nil && p.Attempt.ID == f.ID {
			p.Problem, p.Stopped = f.Err, false
		}
	case ReceiptTyped:
		if a := f.Claim.Attempt; f.Err == nil && a.Open() {
			s.followed[a.ID] = true
		}
	case AgainRead:
		var heard []Heard
		for _, a := range f.Attempts {
			if was, unheard := s.unheard[a.ID]; unheard && was != a.State {
				heard = append(heard, s.Learn(pos.Update{Attempt: a, Changed: true}, now)...)
			}
		}
		return heard
	}
	return nil
}

// charged takes the till's answer to a request.
func (s *Session) charged(f Charged, now time.Time) {
	p := s.Front
	p.Changed = now
	var open *pos.OpenError
	var amount *pos.AmountError
	switch {
	case errors.As(f.Err, &open):
		p.Refused, p.Free = open, now.Add(max(0, open.Left))
		s.followed[open.Earlier.ID] = true
	case f.Err != nil:
		if p.Problem = f.Err; errors.As(f.Err, &amount) {
			s.GiveUp(now) // there is nothing to ask again
		}
	default:
		p.Attempt, p.Began, p.before = f.Attempt, now, nil
		p.Deadline = now.Add(pos.Patience)
		s.Last, s.Resumed, s.open[f.Attempt.ID] = f.Attempt, 0, true
		s.Form.Clear()
	}
}

// Heard is what there is to say of an update.
type Heard struct {
	pos.Update
	Front     bool       // it is about the payment in front
	Was       pos.State  // what that was before
	Ended     bool       // it has come to an end that somebody waits for
	PaysFront bool       // the sale in front is paid by it, an earlier request
	Fresh     pos.Notice // the notices that were not announced yet
	Checked   bool       // it answers a check that the cashier asked for
	Bells     int        // how often the bell rings: 0 where there is nothing that somebody must know
}

// Learn takes an update, wherever it belongs. While the till is taking a request, updates wait for
// its answer: one may be about the payment whose id is not known yet.
func (s *Session) Learn(u pos.Update, now time.Time) []Heard {
	if s.Front.Phase() == Asking {
		s.early = append(s.early, u)
		return nil
	}
	a, p := u.Attempt, s.Front
	if p != nil && p.Attempt.ID == a.ID && a.Events < p.Attempt.Events {
		return nil // it is known better
	}
	h := Heard{Update: u, Fresh: s.announced.news(a)}
	waited := s.followed[a.ID]
	h.Checked = u.Event == pos.EventQueried && s.checks[a.ID]
	s.keep(u)
	if p != nil && p.before != nil {
		p.before.learn(u, now)
	}
	switch {
	case p != nil && p.Attempt.ID == a.ID:
		h.Front, h.Was = true, p.Attempt.State
		p.learn(u, now)
		h.Ended = h.Was != a.State && a.State.Final()
		h.Bells = p.bells(h)
		return []Heard{h}
	case p != nil && p.Refused != nil && p.Refused.Earlier.ID == a.ID:
		p.learnEarlier(u)
		if h.Ended = a.State.Final(); h.Ended {
			s.back(nil, now) // nothing is in the way any more
		}
	default:
		h.PaysFront = p != nil && p.Attempt.ID != "" && p.Attempt.Sale == a.Sale && a.State == pos.Paid && p.Attempt.State != pos.Paid
		h.Ended = a.State.Final() && waited || h.PaysFront
		if h.PaysFront || p != nil && p.Attempt.Overrides == a.ID && a.ID != "" && a.State == pos.Paid {
			p.EarlierPaid = true
		}
	}
	switch {
	case h.Fresh == 0 && !h.Ended:
	case h.Fresh == 0 && a.State == pos.Paid:
		h.Bells = 1
	default:
		h.Bells = 2
	}
	return []Heard{h}
}

// Bring puts a payment in front in place of a later request for the same sale, which it has paid.
func (s *Session) Bring(a pos.Attempt, now time.Time) {
	r := pos.Request{Sale: a.Sale, Phone: a.Phone, Amount: a.Amount, Reference: a.Reference}
	s.Front = &Payment{Request: r, Attempt: a, Changed: now}
}

// keep brings up to date what is known of an attempt wherever it is.
func (s *Session) keep(u pos.Update) {
	a := u.Attempt
	delete(s.unheard, a.ID)
	if u.Event == pos.EventQueried || a.State.Final() {
		delete(s.checks, a.ID)
	}
	if s.open[a.ID] = true; !a.Open() {
		delete(s.open, a.ID)
	}
	switch {
	case a.State == pos.StillChecking:
		s.followed[a.ID] = true // also where a person has said what became of it
	case a.State.Final():
		delete(s.followed, a.ID)
	}
	if !a.Unsettled() {
		s.dropSettled(a.ID)
	}
	if s.Last.ID == a.ID {
		s.Last = a
	}
	s.Unsettled.heard(u)
}

// bells is how often the bell rings for news of the payment in front: once for good news, twice for
// all that must be looked at, and not at all for what the cashier's own action brought about.
func (p *Payment) bells(h Heard) int {
	a := h.Attempt
	switch {
	case h.Fresh != 0:
		return 2
	case h.Was == a.State, !a.State.Final() && a.State != pos.StillChecking:
		return 0
	case a.State == pos.StillChecking && p.Stopped:
		return 0
	case a.State == pos.Paid:
		return 1
	}
	return 2
}

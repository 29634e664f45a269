package session

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaunta/pos"
	"kaunta/ui/session/sessiontest"
)

var noon = sessiontest.Noon

// request is what the tests ask for.
var request = pos.Request{Phone: "254712345678", Amount: 450, Reference: "INV 7"}

// attempt is a new attempt for a request, as a till returns it.
func attempt(id string, r pos.Request) pos.Attempt {
	if r.Sale == "" {
		r.Sale = "sale"
	}
	return pos.Attempt{
		ID: pos.AttemptID(id), AskedAt: noon, State: pos.Sending, Events: 1,
		Asked: pos.Asked{Sale: r.Sale, Phone: r.Phone, Amount: r.Amount, Reference: r.Reference, Reachable: true},
	}
}

// asked is a session with a request in front that the till has taken, and the attempt.
func asked(t *testing.T) (*Session, pos.Attempt) {
	t.Helper()
	s := New(Config{})
	a := attempt("a", request)
	if e := s.Ask(request, noon); e != (Charge{request}) {
		t.Fatalf("wants %+v", e)
	}
	s.Take(Charged{Attempt: a}, noon)
	return s, a
}

// hear has the session learn what an attempt has become.
func hear(s *Session, a pos.Attempt, event pos.EventKind) Heard {
	var last Heard
	for _, h := range s.Learn(pos.Update{Attempt: a, Event: event, Changed: true}, noon) {
		last = h
	}
	return last
}

func actions(offers []Offer) []Action {
	var list []Action
	for _, o := range offers {
		list = append(list, o.Action)
	}
	return list
}

// scenes are sessions in each phase.
func scenes(t *testing.T) map[Phase]*Session {
	t.Helper()
	scenes := map[Phase]*Session{Typing: New(Config{})}
	scenes[Typing].Form.Focus = Phone

	scenes[Asking] = New(Config{})
	scenes[Asking].Ask(request, noon)

	scenes[NotTaken] = New(Config{})
	scenes[NotTaken].Ask(request, noon)
	scenes[NotTaken].Take(Charged{Err: errors.New("the disk is full")}, noon)

	scenes[InTheWay] = New(Config{})
	scenes[InTheWay].Ask(request, noon)
	earlier := sessiontest.Unclear(sessiontest.Accepted(attempt("earlier", request)))
	scenes[InTheWay].Take(Charged{Err: &pos.OpenError{Earlier: earlier, Left: time.Minute}}, noon)

	for phase, become := range map[Phase]func(pos.Attempt) pos.Attempt{
		UnderWay: sessiontest.Accepted,
		Unclear:  func(a pos.Attempt) pos.Attempt { return sessiontest.Unclear(sessiontest.Accepted(a)) },
		Failed:   func(a pos.Attempt) pos.Attempt { return sessiontest.Refused(a, "1032", "") },
		Done:     func(a pos.Attempt) pos.Attempt { return sessiontest.Paid(a, "SKN4T7W2QX") },
	} {
		s, a := asked(t)
		hear(s, become(a), pos.EventCalledBack)
		scenes[phase] = s
	}
	return scenes
}

// TestOffers holds the table, and that nothing outside it can be done: whoever shows a session need
// not guard the money.
func TestOffers(t *testing.T) {
	want := map[Phase][]Action{
		Typing: {Back, Next}, Asking: nil, NotTaken: {Again, Number, Next}, InTheWay: {Check, Back, Next}, UnderWay: {Check, Stop, Next},
		Unclear: {Check, Again, Back, Next}, Failed: {Again, Number, Next}, Done: {Next},
	}
	effects := map[Action]string{
		Check: "session.CheckNow", Stop: "session.StopWaiting", Again: "session.Charge", Anyway: "session.Charge",
	}
	for phase := range scenes(t) {
		for a := Nothing; a <= Resolve; a++ {
			s := scenes(t)[phase] // afresh
			if s.Front.Phase() != phase {
				t.Fatalf("phase %d, want %d", s.Front.Phase(), phase)
			}
			offered := actions(s.Offers(noon))
			if !slices.Equal(offered, want[phase]) {
				t.Errorf("phase %d offers %v, want %v", phase, offered, want[phase])
			}
			e := s.Act(a, noon)
			switch {
			case !slices.Contains(offered, a):
				if e != nil || s.Front.Phase() != phase {
					t.Errorf("phase %d: action %d is not offered, and does %+v", phase, a, e)
				}
			case effects[a] == "" && e != nil, effects[a] != "" && fmt.Sprintf("%T", e) != effects[a]:
				t.Errorf("phase %d: action %d wants %T, not %q", phase, a, e, effects[a])
			}
		}
	}
}

// TestWhatDoesNotMatchIsNotAskedAgain by Enter: the advice is to call the owner before.
func TestWhatDoesNotMatchIsNotAskedAgain(t *testing.T) {
	s := scenes(t)[Failed]
	a := s.Front.Attempt
	a.Events++
	a.Notices |= pos.DoesNotMatch
	hear(s, a, pos.EventCalledBack)
	if got := actions(s.Offers(noon)); !slices.Equal(got, []Action{Number, Next}) || s.Act(Again, noon) != nil {
		t.Errorf("offers %v", got)
	}
	a.Events++
	a.Notices |= pos.Resolved
	hear(s, a, pos.EventResolved)
	if got := actions(s.Offers(noon)); !slices.Equal(got, []Action{Again, Number, Next}) {
		t.Errorf("once it is cleared up it offers %v", got)
	}
}

// TestOffersUntil: what is locked is offered with the end of the lock.
func TestOffersUntil(t *testing.T) {
	s := scenes(t)[Unclear]
	again := s.Offers(noon)[1]
	if end := noon.Add(pos.PhoneLock); again.Action != Again || !again.Until.Equal(end) || !again.Locked(end.Add(-time.Second)) || again.Locked(end) {
		t.Errorf("%+v", again)
	}
	s = scenes(t)[InTheWay]
	if got := actions(s.Offers(noon.Add(time.Minute))); !slices.Equal(got, []Action{Check, Anyway, Back, Next}) {
		t.Errorf("after the lock: %v", got)
	}
	open := sessiontest.Unclear(sessiontest.Accepted(attempt("a", request)))
	if got := OffersOf(open); len(got) != 3 || !got[0].First || got[0].Action != Check || !got[1].Locked(noon) || !got[1].Until.Equal(open.ResolvableFrom()) {
		t.Errorf("of an open payment: %+v", got)
	}
	owed := sessiontest.Paid(open, "SKN4T7W2QX")
	owed.Notices = pos.PaidTwice
	if got := OffersOf(owed); !slices.Equal(got, []Offer{{Action: Resolve, First: true}}) {
		t.Errorf("of what is owed back: %+v", got)
	}
}

// TestAskingAgain: which sale is asked again, whether twice, and what comes back where the till
// refuses.
func TestAskingAgain(t *testing.T) {
	s := scenes(t)[Failed]
	s.Ahead.Text[Amount] = "70"
	again := request
	again.Sale = "sale"
	if e := s.Act(Again, noon); e != (Charge{again}) {
		t.Fatalf("wants %+v", e)
	}
	earlier := sessiontest.Unclear(attempt("earlier", request))
	s.Take(Charged{Err: &pos.OpenError{Earlier: earlier, Left: time.Minute}}, noon)
	if s.Act(Anyway, noon) != nil {
		t.Error("asked although the phone is locked")
	}
	again.MayPayTwice = true
	if e := s.Act(Anyway, noon.Add(time.Minute)); e != (Charge{again}) {
		t.Errorf("wants %+v", e)
	}
	full := errors.New("the disk is full")
	s.Learn(pos.Update{Attempt: attempt("a", request)}, noon) // older than what is known of the one that is asked again
	s.Take(Charged{Err: full}, noon)
	if s.GiveUp(noon); s.Front.Phase() != Failed || s.Front.Problem != full {
		t.Errorf("in front after a request that failed: %+v", s.Front)
	}
	s.Act(Next, noon)
	if s.Front != nil || s.Form.Text[Amount] != "70" || !s.Ahead.Empty() {
		t.Errorf("the next sale is %+v", s.Form)
	}
}

// TestFormAsItWas: back from what has no clear end is the form of the same sale; what is typed
// ahead stays, and the payment is one that was left.
func TestFormAsItWas(t *testing.T) {
	s := scenes(t)[Unclear]
	s.Ahead.Text[Amount] = "70"
	if e := s.Act(Back, noon); e != nil || s.Front != nil || !s.Left("a") || s.Ahead.Text[Amount] != "70" {
		t.Fatalf("wants %+v, in front %+v, left %v", e, s.Front, s.Left("a"))
	}
	again := request
	again.Sale = "sale"
	if got := s.Form.Enter(); got == nil || *got != again {
		t.Errorf("the form asks for %+v", got)
	}
	s, a := asked(t)
	if s.Left("a") {
		t.Error("what is in front was left")
	}
	s.Act(Next, noon)
	if !s.Left("a") {
		t.Error("what was left for the next sale is forgotten")
	}
	if hear(s, sessiontest.Paid(a, "SKN4T7W2QX"), pos.EventCalledBack); s.Left("a") {
		t.Error("what has ended is left")
	}
}

// TestRefusedForm: where the till refuses a request of the form, the form says why, in the field
// that is wrong.
func TestRefusedForm(t *testing.T) {
	for _, tc := range []struct {
		err error
		at  Field
	}{{errors.New("the disk is full"), Phone}, {&pos.AmountError{Reason: pos.AmountTooBig}, Amount}} {
		s := New(Config{})
		s.Form.Text[Amount], s.Form.Text[Phone], s.Form.Focus = "450", "0712345678", Reference
		s.Ask(*s.Form.Enter(), noon)
		s.Take(Charged{Err: tc.err}, noon)
		s.GiveUp(noon)
		if s.Front != nil || s.Form.Wrong != tc.err || s.Form.Focus != tc.at || s.Form.Text[Amount] != "450" {
			t.Errorf("%v: %+v, %+v", tc.err, s.Front, s.Form)
		}
	}
}

// TestEarlyUpdates: what the till says while it takes a request is heard after its answer, which
// says whom it is about.
func TestEarlyUpdates(t *testing.T) {
	s := New(Config{})
	s.Ask(request, noon)
	a := attempt("a", request)
	if heard := s.Learn(pos.Update{Attempt: sessiontest.Accepted(a)}, noon); heard != nil || s.OpenCount() != 1 {
		t.Fatalf("heard %+v of what is not known yet", heard)
	}
	heard := s.Take(Charged{Attempt: a}, noon)
	if len(heard) != 1 || !heard[0].Front || heard[0].Was != pos.Sending || s.Front.Attempt.State != pos.Waiting {
		t.Errorf("heard %+v, in front %+v", heard, s.Front)
	}
}

// TestHeard: of whom there is something to say, and how often the bell rings.
func TestHeard(t *testing.T) {
	s, a := asked(t)
	a = sessiontest.Accepted(a)
	hear(s, a, pos.EventPushed)
	s.Act(Stop, noon)
	a = sessiontest.Unclear(a)
	if h := hear(s, a, pos.EventStopped); !h.Front || h.Bells != 0 {
		t.Errorf("the cashier's own action: %+v", h)
	}
	s.Act(Check, noon)
	if h := hear(s, a, pos.EventQueried); !h.Checked || s.Front.Checking {
		t.Errorf("a check that came back: %+v", h)
	}
	s.Act(Next, noon)
	old := a
	a = sessiontest.Paid(a, "SKN4T7W2QX")
	a.Notices = pos.PaidLate
	if h := hear(s, a, pos.EventCalledBack); h.Front || !h.Ended || h.Fresh != pos.PaidLate || h.Bells != 2 {
		t.Errorf("the end of what was left: %+v", h)
	}
	if h := hear(s, a, pos.EventQueried); h.Ended || h.Fresh != 0 || h.Bells != 0 {
		t.Errorf("the same again: %+v", h)
	}
	strange := attempt("b", request)
	if h := hear(s, sessiontest.Refused(strange, "1", ""), pos.EventCalledBack); h.Ended || h.Bells != 0 {
		t.Errorf("nobody waits for it: %+v", h)
	}
	s, _ = asked(t)
	a = attempt("earlier", request)
	if h := hear(s, sessiontest.Paid(a, "SKN4T7W2QX"), pos.EventCalledBack); !h.PaysFront || h.Bells == 0 {
		t.Errorf("the sale in front is paid: %+v", h)
	}
	if s.Bring(a, noon); s.Front.Attempt.ID != "earlier" || s.Front.Request.Amount != 450 {
		t.Errorf("in front %+v", s.Front)
	}
	s, now := asked(t)
	hear(s, sessiontest.Paid(now, "SKN4T7W2QX"), pos.EventCalledBack)
	if heard := s.Learn(pos.Update{Attempt: now}, noon); heard != nil || s.Front.Attempt.State != pos.Paid {
		t.Errorf("what is older says %+v, of %v", heard, old.State)
	}
}

// TestOpenAtTheStart: what ended before anybody listened is told, and once.
func TestOpenAtTheStart(t *testing.T) {
	a := sessiontest.Unclear(attempt("a", request))
	s := New(Config{Resumed: []pos.Attempt{a}})
	if s.OpenCount() != 1 || !s.AtStart("a") || s.Resumed != 1 {
		t.Fatalf("%d open", s.OpenCount())
	}
	ended := AgainRead{Attempts: []pos.Attempt{sessiontest.Paid(a, "SKN4T7W2QX")}}
	if heard := s.Take(ended, noon); len(heard) != 1 || !heard[0].Ended || s.OpenCount() != 0 {
		t.Errorf("heard %+v", heard)
	}
	if heard := s.Take(ended, noon); heard != nil {
		t.Errorf("heard again %+v", heard)
	}
}

// TestNewsIsSeen: one payment has one place in the news, until it is seen or settled.
func TestNewsIsSeen(t *testing.T) {
	s, a := asked(t)
	b := attempt("b", request)
	for _, n := range []News{{Attempt: a}, {Attempt: b, Notices: pos.DoesNotMatch}, {Attempt: a, Notices: pos.PaidLate}} {
		s.Post(n)
	}
	if len(s.News) != 2 || s.News[1].Notices != pos.PaidLate {
		t.Fatalf("%+v", s.News)
	}
	s.SeenFront()
	hear(s, sessiontest.Refused(b, "1", ""), pos.EventResolved)
	if len(s.News) != 0 {
		t.Errorf("%+v", s.News)
	}
}

// TestSessionHoldsWhatIsOpen: after a long day a session keeps no more of it than at its beginning.
func TestSessionHoldsWhatIsOpen(t *testing.T) {
	s := New(Config{})
	for n := range 1000 {
		a := sessiontest.Accepted(attempt(fmt.Sprint("attempt-", n), request))
		next := noon.Add(15 * time.Second)
		s.Learn(pos.Update{Attempt: a, NextCheck: next}, noon)
		if !s.Unsettled.Plan[a.ID].Equal(next) {
			t.Fatal("when M-PESA is asked about an open payment is not known")
		}
		s.Check(a)
		s.Learn(pos.Update{Attempt: sessiontest.Paid(a, "SKN4T7W2QX"), Event: pos.EventCalledBack, NextCheck: next}, noon) // its second witness
	}
	if n := len(s.Unsettled.Plan) + len(s.open) + len(s.followed) + len(s.announced) + len(s.unheard) + len(s.checks) + len(s.News); n != 0 {
		t.Errorf("%d things are kept of payments that have ended", n)
	}
}

// TestSessionAnything: whatever a person does and M-PESA says, one request at a time is asked, none
// that a person did not ask for, and what is PAID in front stays so.
func TestSessionAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, now := New(Config{}), noon
		var known []pos.Attempt
		var asking *Charge
		carry := func(e Effect) {
			switch e := e.(type) {
			case Charge:
				if asking != nil {
					t.Fatal("two requests at a time")
				}
				asking = &e
			case CheckNow:
				s.Take(Checked{ID: e.ID, At: now}, now)
			case StopWaiting:
				s.Take(Stopped{ID: e.ID}, now)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"act": func(t *rapid.T) {
				a := Action(rapid.IntRange(0, int(Resolve)).Draw(t, "action"))
				before := s.Front.Phase()
				e := s.Act(a, now)
				if c, ok := e.(Charge); ok && (a != Again && a != Anyway || c.Request.MayPayTwice != (a == Anyway)) {
					t.Fatalf("action %d in phase %d asks %+v", a, before, c)
				}
				carry(e)
			},
			"ask": func(t *rapid.T) {
				if s.Front != nil {
					t.Skip("a payment is in front")
				}
				carry(s.Ask(request, now))
			},
			"answer": func(t *rapid.T) {
				if asking == nil {
					t.Skip("nothing is asked")
				}
				f := Charged{Attempt: attempt(fmt.Sprint(len(known)), asking.Request)}
				switch kind := rapid.IntRange(0, 2).Draw(t, "kind"); {
				case kind == 0:
					f = Charged{Err: errors.New("the disk is full")}
				case kind == 1 && len(known) > 0:
					f = Charged{Err: &pos.OpenError{Earlier: known[0], Left: time.Minute}}
				default:
					known = append(known, f.Attempt)
				}
				asking = nil
				s.Take(f, now)
			},
			"hear": func(t *rapid.T) {
				if len(known) == 0 {
					t.Skip("nothing is known")
				}
				i := rapid.IntRange(0, len(known)-1).Draw(t, "which")
				a := known[i]
				was := a.State
				a = rapid.SampledFrom([]func(pos.Attempt) pos.Attempt{
					sessiontest.Accepted, sessiontest.Unclear,
					func(a pos.Attempt) pos.Attempt { return sessiontest.Paid(a, "SKN4T7W2QX") },
					func(a pos.Attempt) pos.Attempt { return sessiontest.Refused(a, "1032", "") },
				}).Draw(t, "change")(a)
				if was == pos.Paid {
					a.State = pos.Paid // for ever
				}
				a.Notices |= pos.Notice(rapid.IntRange(0, 15).Draw(t, "notices"))
				known[i] = a
				for _, h := range s.Learn(pos.Update{Attempt: a, Event: pos.EventQueried, Changed: true}, now) {
					if h.Ended && !h.Attempt.State.Final() {
						t.Fatalf("an end that is none: %+v", h)
					}
				}
			},
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "seconds")) * time.Second)
			},
			"": func(t *rapid.T) {
				if (asking != nil) != (s.Front.Phase() == Asking) {
					t.Fatalf("asking %v, in phase %d", asking, s.Front.Phase())
				}
				for _, a := range known {
					if s.Front != nil && asking == nil && s.Front.Attempt.ID == a.ID && s.Front.Attempt.State != a.State {
						t.Fatalf("in front: %v, known: %v", s.Front.Attempt.State, a.State)
					}
				}
			},
		})
	})
}

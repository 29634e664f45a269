package session

import (
	"time"

	"kaunta/pos"
)

// Action is something that a person can do.
type Action uint8

// The actions. What each does is said of the payment in front; Next and Back are for a form, too.
const (
	Nothing  Action = iota
	Check           // ask M-PESA now
	Stop            // stop waiting
	Again           // ask the same phone again
	Anyway          // ask although the customer may pay twice
	Number          // ask another number
	Next            // the next sale, as far as it is typed
	Back            // what was in front before: the payment that is asked again, the form as it was, or its field before
	TypeCode        // type the code of the customer's SMS
	Resolve         // say what became of a payment that M-PESA does not tell of
)

// Debounce is how long a fresh result takes no Enter: a key meant for what stood there before must
// not dismiss an end that nobody has seen, nor ask again.
const Debounce = 700 * time.Millisecond

// Offer is an action that can be taken now.
type Offer struct {
	Action Action
	First  bool // the next right thing, which Enter does

	// Until is when the lock on the action ends; zero where there is none. It may be tried before:
	// then it is refused, with the reason.
	Until time.Time
}

// Locked reports whether the action would still be refused.
func (o Offer) Locked(now time.Time) bool { return now.Before(o.Until) }

// Offers is the table of what can be done about what is in front, the next right thing first.
func (s *Session) Offers(now time.Time) []Offer {
	p := s.Front
	var list []Offer
	first := func(a Action) { list = append(list, Offer{Action: a, First: true}) }
	also := func(actions ...Action) {
		for _, a := range actions {
			list = append(list, Offer{Action: a})
		}
	}
	check := func() {
		if p.About().Askable() { // else M-PESA has given nothing to ask with
			first(Check)
		}
	}
	switch p.Phase() {
	case Typing:
		if s.Form.Focus != Amount {
			also(Back)
		}
		also(Next)
	case NotTaken, Failed:
		if !p.Attempt.Unmatched() { // else the owner is called first
			first(Again)
		}
		also(Number, Next)
	case InTheWay:
		check()
		if !now.Before(p.Free) {
			also(Anyway)
		}
		also(Back, Next)
	case UnderWay:
		check()
		also(Stop, Next)
	case Unclear:
		check()
		if !p.Attempt.ForOwner() { // who is called first
			list = append(list, Offer{Action: Again, Until: p.Unlock()})
			also(Back)
		}
		also(Next)
	case PaidByAll:
		first(Next)
	case Done:
		first(Next)
		if p.CodeWanted() {
			also(TypeCode)
		}
	}
	return list
}

// OffersOf is the table of what can be done about a payment in the list of what is to be settled.
func OffersOf(a pos.Attempt) []Offer {
	var list []Offer
	if a.Open() && a.Askable() {
		list = append(list, Offer{Action: Check, First: true})
	}
	resolve := Offer{Action: Resolve, First: len(list) == 0}
	if a.Open() {
		resolve.Until = a.ResolvableFrom()
	}
	list = append(list, resolve)
	if a.Open() {
		list = append(list, Offer{Action: TypeCode})
	}
	return list
}

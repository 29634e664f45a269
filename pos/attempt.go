package pos

import (
	"strings"
	"time"

	"kaunta/daraja"
)

// State is the till's word about one attempt.
type State uint8

// The states. Only Paid and NotPaid are ends, and only Paid is for ever: evidence
// that money moved turns NotPaid into Paid, whenever it comes.
const (
	Sending       State = iota + 1 // the push is on its way
	Waiting                        // the customer is asked for the PIN
	Paid                           // M-PESA says so
	NotPaid                        // a definite refusal, with its reason
	StillChecking                  // money may have moved
)

var stateNames = [...]string{"none", "sending", "waiting", "paid", "not_paid", "still_checking"}

// String is the state's name in JSON.
func (s State) String() string { return nameAt(stateNames[:], int(s)) }

// nameAt is the name of a number, the first one for a number that has none.
func nameAt(names []string, n int) string {
	if n < 0 || n >= len(names) {
		n = 0
	}
	return names[n]
}

// Final reports whether the state is an end: PAID or NOT PAID.
func (s State) Final() bool { return s == Paid || s == NotPaid }

// Notice is a set of remarks on top of a state.
type Notice uint16

// The notices.
const (
	PaidLate      Notice = 1 << iota // paid after the till or the cashier gave up, or after a refusal
	PaidTwice                        // its sale was paid already: this money is owed back
	DoesNotMatch                     // evidence came with another amount, other ids or a used receipt
	Disagree                         // one witness says paid, another says not
	Refunded                         // what was owed back was given back: a person's word (L8)
	Resolved                         // cleared up by a person, until there is new evidence
	PossiblyTwice                    // a sale that replaced this one, or that it replaced, is paid too
	TwoSales                         // of those, this one is a sale of its own: a person's word (L8)
)

// Has reports whether all of want is in n.
func (n Notice) Has(want Notice) bool { return n&want == want }

// Names lists the notices by their names in JSON; empty, never nil.
func (n Notice) Names() []string {
	names := []string{}
	for _, known := range []struct {
		bit  Notice
		name string
	}{{PaidLate, "paid_late"}, {PaidTwice, "paid_twice"}, {DoesNotMatch, "does_not_match"}, {Disagree, "disagree"}, {Refunded, "given_back"},
		{Resolved, "cleared_up"}, {PossiblyTwice, "possibly_paid_twice"}, {TwoSales, "two_sales"}} {
		if n.Has(known.bit) {
			names = append(names, known.name)
		}
	}
	return names
}

// Facts is the set of everything that the evidence of an attempt has established. Events only ever
// add to it, and the state is a function of it: that is what makes the order of events unimportant.
type Facts uint32

// The facts.
const (
	PushAccepted    Facts = 1 << iota // Daraja took the push
	PushRefused                       // Daraja refused it, or it never left: no prompt from it
	PushLost                          // it left and no answer that means anything came back
	CallbackPaid                      // a callback that counts says paid
	CallbackFailed                    // … says a known refusal
	CallbackUnclear                   // … says something else
	QueryPaid                         // the same three, by query
	QueryFailed
	QueryUnclear
	Held             // a paid callback that does not match came before PAID was certain
	Waited           // the waiting time passed, or the cashier stopped waiting
	Resumed          // the till was started again with this attempt open
	CallbackHinted   // a callback speaks of a payment, but not so that it can count
	QueryFailedAgain // a second query says a known refusal
	CashVoided       // cash was mistyped, and taken out again
)

// Has reports whether any of the facts in want is established.
func (f Facts) Has(want Facts) bool { return f&want != 0 }

// Witness names who said PAID: see [Attempt.Witnesses].
const (
	WitnessCallback = "callback"
	WitnessQuery    = "query"
)

// Cause is the answer that decided a state, as far as words for it need to know.
type Cause struct {
	Endpoint     daraja.Endpoint
	Verdict      daraja.Verdict
	NotSent      bool
	ErrorCode    string
	ErrorMessage string
	ResultCode   string
	ResultDesc   string
}

// Attempt is one push to one phone, what was asked and what is known of it; or cash that was taken,
// which is paid from its first event on. It is a value; [Attempt.Apply] returns the next one.
type Attempt struct {
	ID AttemptID
	Asked
	AskedAt time.Time

	State   State
	Facts   Facts
	Notices Notice
	EndedAt time.Time // when State became what it is, if it is final

	MerchantRequestID string
	CheckoutRequestID string
	CustomerMessage   string // what M-PESA would have the customer told of the push; empty for none

	Receipt string    // M-PESA's receipt number; empty while it is not known
	PaidAt  time.Time // M-PESA's own time of the payment; zero while it is not known

	Tender Tender
	Given  Shillings // of cash: what the customer handed over
	For    AttemptID // of cash: the attempt whose Rest it is
	By     Actor     // who asked, or took it
	Refund Refund    // what went back, where Refunded says so and somebody said what

	Other AttemptID // the other payment of which PossiblyTwice speaks, the latest

	Cause   Cause  // why NOT PAID or STILL CHECKING; the zero Cause otherwise
	Claimed string // a receipt number that the cashier typed: a claim, not a proof (L8)

	Events int // how many events the ledger holds of it
}

// Open reports whether the attempt still needs an end, from M-PESA or from a person.
func (a Attempt) Open() bool { return a.ID != "" && !a.State.Final() && !a.Notices.Has(Resolved) }

// Owed reports whether the attempt's money is owed back: it came a second time, and nobody has said
// that it was given back.
func (a Attempt) Owed() bool { return a.Notices.Has(PaidTwice) && !a.Notices.Has(Refunded) }

// Unmatched reports whether the attempt has its end, but M-PESA has reported something that does
// not match it, and nobody has cleared that up.
func (a Attempt) Unmatched() bool {
	return a.State.Final() && a.Notices.Has(DoesNotMatch) && !a.Notices.Has(Resolved)
}

// Doubtful reports whether the attempt is paid, so is one that was asked in its place as another
// sale, and nobody has said whether these are two sales.
func (a Attempt) Doubtful() bool {
	return a.State == Paid && a.Notices.Has(PossiblyTwice) && a.Notices&(Refunded|TwoSales) == 0
}

// Unsettled reports whether the till or a person still has something to do with the attempt: F3
// lists these.
func (a Attempt) Unsettled() bool { return a.Open() || a.Owed() || a.Unmatched() || a.Doubtful() }

// Unconfirmed reports whether NOT PAID rests on one query alone. Queries have been wrong about
// payments, so the till goes on asking until a second witness says the same.
func (a Attempt) Unconfirmed() bool { return a.State == NotPaid && a.RefusedOnce() }

// RefusedOnce reports whether one query has said NOT PAID, and nothing else that or otherwise.
func (a Attempt) RefusedOnce() bool {
	return a.Facts.Has(QueryFailed) && !a.Facts.Has(CallbackFailed|PushRefused|QueryFailedAgain|
		CallbackPaid|QueryPaid|Held|CallbackHinted)
}

// Followed reports whether the till goes on finding out about the attempt, also after it is started
// again.
func (a Attempt) Followed() bool { return a.Open() || a.Unconfirmed() }

// Remembered reports whether the attempt's phone number is still needed, and so is not forgotten.
func (a Attempt) Remembered() bool { return a.Unsettled() || a.Unconfirmed() }

// Askable reports whether M-PESA can be asked about the attempt: it has an id of M-PESA's, of which
// nothing is forgotten.
func (a Attempt) Askable() bool {
	return a.CheckoutRequestID != "" && !strings.Contains(a.CheckoutRequestID, "*")
}

// WithoutReceipt reports whether the attempt is PAID and M-PESA has given no receipt number for it:
// where no callback can reach the till, none comes.
func (a Attempt) WithoutReceipt() bool {
	return a.State == Paid && a.Receipt == "" && a.Tender == TenderMPesa
}

// Witnesses lists who brought the attempt's end, "callback", "query", both or none; never nil.
func (a Attempt) Witnesses() []string {
	callback, query := CallbackPaid, QueryPaid
	if a.State == NotPaid {
		callback, query = CallbackFailed, QueryFailed
	}
	w := []string{}
	if a.Facts.Has(callback) {
		w = append(w, WitnessCallback)
	}
	if a.Facts.Has(query) {
		w = append(w, WitnessQuery)
	}
	return w
}

// ForOwner reports whether what M-PESA has said of an attempt without an end does not go together:
// then the owner, and not the passing of time, decides what comes next.
func (a Attempt) ForOwner() bool {
	switch {
	case a.State.Final():
		return false
	case a.Notices.Has(DoesNotMatch):
		return true
	case a.RefusedOnce():
		return false // the till asks again by itself
	}
	// A refusal decides nothing where something else says that money may have moved.
	return a.State == StillChecking && a.Cause.Endpoint != "" && !a.Cause.Answer().MayHaveMovedMoney()
}

// SaleWasPaid reports whether the attempt was not sent because an earlier one had paid the sale:
// NOT PAID, and yet goods are due.
func (a Attempt) SaleWasPaid() bool { return a.Cause.NotSent && a.Cause.ErrorMessage == saleWasPaid }

// Answer is the answer that the cause was taken from, as far as it is kept.
func (c Cause) Answer() daraja.Answer {
	return daraja.Answer{
		Endpoint: c.Endpoint, Verdict: c.Verdict, NotSent: c.NotSent,
		ErrorCode: c.ErrorCode, ErrorMessage: c.ErrorMessage, ResultCode: c.ResultCode, ResultDesc: c.ResultDesc,
	}
}

// ResultCode is M-PESA's code for the attempt's end: "0" where it is paid, and whatever refused it
// otherwise; empty where M-PESA has said none.
func (a Attempt) ResultCode() string {
	if a.State == Paid {
		return "0"
	}
	if a.Cause.ResultCode != "" {
		return a.Cause.ResultCode
	}
	return a.Cause.ErrorCode
}

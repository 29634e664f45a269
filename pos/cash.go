package pos

import "time"

// Tender is what a payment is made with. The zero Tender is M-PESA.
type Tender int8

// The tenders. Sales are paid by the first two; a refund may be given by any.
const (
	TenderMPesa Tender = iota
	TenderCash
	TenderOther
)

// String is the tender's name in JSON.
func (t Tender) String() string { return nameAt(tenderNames[:], int(t)) }

var tenderNames = [...]string{"mpesa", "cash", "other"}

// Cash is what an EventCash says: money that a cashier has taken. It never changes.
type Cash struct {
	Sale      SaleID
	Amount    Shillings
	Given     Shillings // what the customer handed over, at least Amount
	Reference string    // as Asked.Reference
	For       AttemptID // the attempt whose Rest this is; empty: the cash closes the sale
	Once      string    // as Asked.Once
}

// Change is what the customer gets back: derived, and never takings.
func (c Cash) Change() Shillings { return c.Given - c.Amount }

// Refund is what an EventRefunded says of the money that went back.
type Refund struct {
	Amount Shillings
	Tender Tender
	Reason string
}

// VoidWithin is how long after it was taken a mistyped cash payment can be taken out again; later
// it is refunded.
const VoidWithin = time.Minute

// Errors of the ledger for cash and refunds.
var (
	// ErrNoShift: the drawer's shift is not open, and cash would be in nobody's count.
	ErrNoShift error = &LocalizedError{"No shift is open: open one before you take cash.", "Hakuna zamu iliyo wazi: fungua zamu kabla ya kupokea pesa taslimu."}

	// ErrRest: cash was offered as the rest of a payment that has none, or has it already.
	ErrRest error = &LocalizedError{"No cash is due for this payment.", "Hakuna pesa taslimu inayodaiwa kwa malipo haya."}

	// ErrGiven: less was given than the amount.
	ErrGiven error = &LocalizedError{"The cash given is less than the amount.", "Pesa iliyotolewa ni pungufu ya kiasi."}

	// ErrVoid: the payment cannot be taken out.
	ErrVoid error = &LocalizedError{
		"Only cash can be voided, once, and within a minute: refund it instead.",
		"Pesa taslimu pekee hufutwa, mara moja, ndani ya dakika moja: rudisha pesa badala yake.",
	}

	// ErrRefund: the payment cannot be refunded.
	ErrRefund error = &LocalizedError{
		"Only a payment that is paid can be refunded, once, and up to its amount.",
		"Malipo yaliyolipwa pekee hurudishwa, mara moja, hadi kiasi chake.",
	}
)

// Allows refuses an event that must not happen to the sale: the ledger asks it in the transaction
// that writes the event, so that of two tills one is refused.
func (s Sale) Allows(e Event) error {
	a := s.attempt(e.Attempt)
	switch e.Kind {
	case EventCash:
		return s.allowsCash(e)
	case EventVoided:
		if a.Tender != TenderCash || a.State != Paid || a.Notices.Has(Refunded) || e.At.Sub(a.AskedAt) > VoidWithin {
			return ErrVoid
		}
	case EventRefunded:
		if r := e.Refund; r != nil && (a.State != Paid || a.Notices.Has(Refunded) || r.Amount < 1 || r.Amount > a.Amount) {
			return ErrRefund
		}
	}
	return nil
}

func (s Sale) allowsCash(e Event) error {
	c := e.Cash
	switch {
	case c == nil || c.Amount < 1:
		return &AmountError{Reason: AmountTooSmall}
	case c.Given < c.Amount:
		return ErrGiven
	case c.For == "" && s.Paid():
		return ErrSalePaid
	case c.For == "":
		return nil
	}
	of := s.attempt(c.For)
	if of.State != Paid || of.Rest == 0 || of.Rest != c.Amount || s.restTaken(c.For) {
		return ErrRest
	}
	return nil
}

// attempt is the attempt with the id; the zero Attempt where the sale has none.
func (s Sale) attempt(id AttemptID) Attempt {
	for _, a := range s {
		if a.ID == id {
			return a
		}
	}
	return Attempt{}
}

// restTaken reports whether the cash due beside the attempt has been taken.
func (s Sale) restTaken(of AttemptID) bool {
	for _, a := range s {
		if a.For == of && of != "" && a.State == Paid {
			return true
		}
	}
	return false
}

// RestDue is the cash that is still to be taken beside the paid attempt a of the sale; 0 for none.
func (s Sale) RestDue(a Attempt) Shillings {
	if a.State != Paid || a.Rest == 0 || s.restTaken(a.ID) {
		return 0
	}
	return a.Rest
}

// learnCash takes the cash of an EventCash.
func (a Attempt) learnCash(e Event) Attempt {
	if a.ID != "" || e.Cash == nil || e.Attempt == "" {
		return a
	}
	c := *e.Cash
	a.ID, a.AskedAt = e.Attempt, e.At
	a.Asked = Asked{Sale: c.Sale, Amount: c.Amount, Reference: c.Reference, Once: c.Once}
	a.Tender, a.Given, a.For, a.By = TenderCash, c.Given, c.For, e.By
	return a
}

package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Action is what a hand does on a customer's phone.
type Action string

const (
	ActionPay      Action = "pay"       // types the right PIN
	ActionCancel   Action = "cancel"    // ends as 1032
	ActionWrongPIN Action = "wrong_pin" // ends as 2001
	ActionIgnore   Action = "ignore"    // leaves the prompt to run out, which ends as 1037
)

// handMade is how a prompt ends by each action.
var handMade = map[Action]result{
	ActionPay: paid, ActionCancel: cancelled, ActionWrongPIN: wrongPIN, ActionIgnore: noAnswer,
}

// ErrNoPrompt is returned by [Simulator.Act] when the phone shows no prompt. A prompt appears with
// a push, and is gone when it was acted on or has run out.
var ErrNoPrompt = errors.New("simulator: this phone shows no prompt: send it a push first, and act before the prompt runs out")

// A Prompt is what a customer's phone shows while it asks for the PIN.
type Prompt struct {
	MSISDN            string    `json:"phone"`             // 254 and nine digits
	Amount            int       `json:"amount"`            // whole shillings
	AccountReference  string    `json:"account_reference"` // as sent, however long
	ShortCode         string    `json:"short_code"`        // PartyB, who is to be paid
	CheckoutRequestID string    `json:"checkout_request_id"`
	Since             time.Time `json:"since"`
}

// An attempt is one push that reached a phone, from its prompt to what Daraja says of it ever
// after.
type attempt struct {
	pushRequest
	ending            // its result is the plan, until the prompt ends: then it is the fact
	merchantRequestID string
	checkoutRequestID string
	since             time.Time
	number            uint64    // counts attempts, so that they sort by age
	ignored           bool      // a hand decided to let the prompt run out
	receipt           string    // M-PESA's receipt number, once paid
	paidAt            time.Time // zero until paid
	settled           bool      // Daraja tells the result
}

// prompt opens a prompt and starts its clock. The caller holds mu and has made sure that the phone
// is free.
func (s *Simulator) prompt(p pushRequest, e ending) *attempt {
	now := time.Now()
	a := &attempt{pushRequest: p, ending: e, since: now, merchantRequestID: s.ids.requestID(), number: s.ids.count}
	// Two pushes to one phone in the same millisecond would have one id.
	for t := now; a.checkoutRequestID == "" || s.attempts[a.checkoutRequestID] != nil; t = t.Add(time.Millisecond) {
		a.checkoutRequestID = checkoutRequestID(t, p.msisdn)
	}
	s.show(a)
	return a
}

// A Push is one that an earlier simulator took, as the till that sent it has kept it.
type Push struct {
	MSISDN            string // 254 and nine digits
	Amount            int    // whole shillings
	AccountReference  string
	ShortCode         string // PartyB, who is to be paid
	CallBackURL       string
	MerchantRequestID string
	CheckoutRequestID string // empty where its answer was lost
}

// Restore shows the prompt of a push from before this simulator was started, so that a practice
// till that was stopped with the simulator in it finds its customers where it left them. The
// customer then acts as if newly asked. It does nothing where the push is known, its phone shows
// another prompt, or its ending never has one.
func (s *Simulator) Restore(p Push) {
	e := endingOf(p.MSISDN)
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.push != nil && !e.prompts && !e.once || s.open[p.MSISDN] != nil || s.attempts[p.CheckoutRequestID] != nil {
		return
	}
	request := pushRequest{
		msisdn: p.MSISDN, amount: p.Amount, accountReference: p.AccountReference, partyB: p.ShortCode, callBackURL: p.CallBackURL,
	}
	if p.CheckoutRequestID == "" {
		s.prompt(request, e)
		return
	}
	s.show(&attempt{
		pushRequest: request, ending: e, since: time.Now(), number: s.ids.count,
		merchantRequestID: p.MerchantRequestID, checkoutRequestID: p.CheckoutRequestID,
	})
}

// show puts the prompt of a on its phone and starts its clock. The caller holds mu.
func (s *Simulator) show(a *attempt) {
	if len(s.order) == kept {
		delete(s.attempts, s.order[0])
	}
	s.order = keep(s.order, a.checkoutRequestID)
	s.attempts[a.checkoutRequestID] = a
	s.open[a.msisdn] = a
	s.announce()

	s.after(s.draw(a.after), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !a.ignored {
			s.end(a, a.result)
		}
	})
	s.after(promptLife, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		// else the customer has acted, or is about to on a busy machine
		if a.ignored {
			s.end(a, noAnswer)
		}
	})
}

// end closes a prompt with the customer's act. Only the first act counts: this is where money
// moves, once. The caller holds mu.
func (s *Simulator) end(a *attempt, r result) {
	if s.open[a.msisdn] != a {
		return
	}
	delete(s.open, a.msisdn)
	s.announce()
	a.result = r
	settle := a.settle
	if r == paid {
		a.paidAt = time.Now().In(eat)
		a.receipt = s.ids.receipt(a.paidAt)
		s.journal.pay(Payment{
			Time: a.paidAt, CheckoutRequestID: a.checkoutRequestID, MerchantRequestID: a.merchantRequestID,
			Phone: a.msisdn, Amount: a.amount, Receipt: a.receipt, ShortCode: a.partyB,
		})
		if settle == 0 {
			settle = settleTime
		}
	}
	s.log.Info("prompt ended", "phone", masked(a.msisdn), "result", r.code, "amount", a.amount, "receipt", a.receipt)
	if settle != never {
		s.after(settle, func() { s.settle(a) })
	}
}

// settle lets Daraja tell the result: by query from now on, and by the callbacks.
func (s *Simulator) settle(a *attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.settled = true
	body := a.callback()
	for _, delay := range a.callbacks {
		s.after(delay, func() { s.deliver(a, body) })
	}
}

// Prompts returns the open prompts of all phones, newest first.
func (s *Simulator) Prompts() []Prompt {
	s.mu.Lock()
	defer s.mu.Unlock()
	attempts := make([]*attempt, 0, len(s.open))
	for _, a := range s.open {
		attempts = append(attempts, a)
	}
	slices.SortFunc(attempts, func(a, b *attempt) int { return cmp.Compare(b.number, a.number) })
	prompts := make([]Prompt, 0, len(attempts))
	for _, a := range attempts {
		prompts = append(prompts, Prompt{
			MSISDN: a.msisdn, Amount: a.amount, AccountReference: a.accountReference, ShortCode: a.partyB,
			CheckoutRequestID: a.checkoutRequestID, Since: a.since.In(eat),
		})
	}
	return prompts
}

// LastPayment returns the latest payment of all phones, whose SMS the customer has; none has yet
// where its receipt is empty.
func (s *Simulator) LastPayment() Payment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.journal.Payments); n > 0 {
		return s.journal.Payments[n-1]
	}
	return Payment{}
}

// Changed returns a channel that is closed when a prompt next appears or goes. To miss nothing,
// take it before reading [Simulator.Prompts]. Close does not close it, so wait for your own end
// as well.
func (s *Simulator) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// announce tells those who wait that the open prompts have changed. The caller holds mu.
func (s *Simulator) announce() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Act does what the customer's hand does to the open prompt of a phone, instead of what its last
// digits say. The phone may be written 2547…, +2547… or 07…. An ignored prompt stays open, can
// still be acted on, and runs out 25 s after it appeared. What a hand did is known to Daraja
// without the delay of ending 52. Act returns [ErrNoPrompt] when the phone shows none, and another
// error when the phone or the action does not exist.
func (s *Simulator) Act(phone string, action Action) error {
	msisdn := strings.TrimPrefix(phone, "+")
	if strings.HasPrefix(msisdn, "0") {
		msisdn = "254" + msisdn[1:]
	}
	if !validMSISDN(msisdn) {
		return errors.New("simulator: this is no Kenyan mobile number: write it like 0712345678 or 254712345678")
	}
	end, known := handMade[action]
	if !known {
		return fmt.Errorf("simulator: there is no action %q: use pay, cancel, wrong_pin or ignore", action)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.open[msisdn]
	switch {
	case a == nil:
		return ErrNoPrompt
	case action == ActionIgnore:
		a.ignored = true // the end comes when the prompt runs out
	default:
		// a hand is no ending's: what it does is soon known, where the ending ever tells
		a.settle = min(a.settle, 0)
		s.end(a, end)
	}
	return nil
}

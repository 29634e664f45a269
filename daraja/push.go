package daraja

import (
	"context"
	"fmt"
)

// TransactionType says whose number PartyB is.
type TransactionType string

// The two kinds of M-PESA Express payment.
const (
	// CustomerPayBillOnline pays a Pay Bill number: BusinessShortCode and PartyB are the same.
	CustomerPayBillOnline TransactionType = "CustomerPayBillOnline"
	// CustomerBuyGoodsOnline pays a till: BusinessShortCode is the store or head-office number of
	// the go-live, PartyB the till.
	CustomerBuyGoodsOnline TransactionType = "CustomerBuyGoodsOnline"
)

// PushRequest is one payment to ask for.
type PushRequest struct {
	Amount int64  // whole shillings
	Phone  string // 254 and nine digits, as ParsePhone returns it

	// CallBackURL is where Daraja reports the end, once, several times or never. See
	// [CheckCallBackURL].
	CallBackURL string

	// TransactionType and PartyB say who is paid, where that is not the one of [Config]: for
	// CustomerBuyGoodsOnline PartyB is the till. Empty: as in Config.
	TransactionType TransactionType
	PartyB          string

	// AccountReference is shown in the customer's prompt. Both texts are cleaned by
	// [CleanReference] and [CleanDescription], and may be empty.
	AccountReference string
	TransactionDesc  string
}

// pushBody is the request as it is sent: numbers where Safaricom's sample has numbers.
type pushBody struct {
	BusinessShortCode int64
	Password          string
	Timestamp         string
	TransactionType   TransactionType
	Amount            int64
	PartyA            int64
	PartyB            int64
	PhoneNumber       int64
	CallBackURL       string
	AccountReference  string
	TransactionDesc   string
}

// STKPush asks the customer's phone for one payment, once. The error is nil only where Daraja
// accepted the request, which means accepted and not that the prompt was delivered; otherwise it is
// an [*Error]. The Answer is complete either way.
//
// It ends within 30 seconds of having a token. No error is a reason to call it again before asking
// [Answer.MayHaveMovedMoney]: an answer that was lost belongs to a push that may have gone out.
func (c *Client) STKPush(ctx context.Context, r PushRequest) (Answer, error) {
	if wrong := c.checkPush(r); wrong != "" {
		a := Answer{Endpoint: EndpointPush, Verdict: VerdictValidation, NotSent: true, ErrorMessage: wrong}
		return a, &Error{Answer: a}
	}
	phone := digits(r.Phone)
	kind, partyB := c.payee(r)
	password, timestamp := c.password()
	a, err := c.call(ctx, EndpointPush, pushBody{
		BusinessShortCode: c.shortCode,
		Password:          password.Reveal(),
		Timestamp:         timestamp,
		TransactionType:   kind,
		Amount:            r.Amount,
		PartyA:            phone,
		PartyB:            digits(partyB),
		PhoneNumber:       phone,
		CallBackURL:       r.CallBackURL,
		AccountReference:  CleanReference(r.AccountReference, ""),
		TransactionDesc:   CleanDescription(r.TransactionDesc, r.AccountReference),
	})
	if err == nil && a.Verdict == VerdictAccepted {
		return a, nil
	}
	return a, &Error{Answer: a, Err: err}
}

// payee is who a push pays: the type of the payment, and its PartyB; empty where r leaves it open.
func (c *Client) payee(r PushRequest) (kind TransactionType, partyB string) {
	kind, partyB = r.TransactionType, r.PartyB
	if kind == "" || kind == c.cfg.TransactionType {
		kind = c.cfg.TransactionType
		if partyB == "" {
			partyB = c.cfg.PartyB
		}
	}
	if partyB == "" && kind == CustomerPayBillOnline {
		partyB = c.cfg.ShortCode
	}
	return kind, partyB
}

// checkPush says what Daraja would refuse, by the names that Daraja uses, or "". Nothing leaves the
// machine for it.
func (c *Client) checkPush(r PushRequest) string {
	switch {
	case r.Amount < 1:
		return fmt.Sprintf("Invalid Amount: %d is less than 1 shilling", r.Amount)
	case r.Amount > c.cfg.MaxAmount:
		return fmt.Sprintf("Invalid Amount: %d is more than the %d shillings that M-PESA takes at once", r.Amount, c.cfg.MaxAmount)
	case !canonicalPhone.MatchString(r.Phone):
		return "Invalid PhoneNumber: not 254 and nine digits beginning with 7 or 1"
	}
	switch kind, partyB := c.payee(r); {
	case kind != CustomerPayBillOnline && kind != CustomerBuyGoodsOnline:
		return fmt.Sprintf("Invalid TransactionType: it is %s or %s", CustomerPayBillOnline, CustomerBuyGoodsOnline)
	case !IsShortCode(partyB):
		return "Invalid PartyB: a Pay Bill or till number has four to ten digits"
	}
	if err := CheckCallBackURL(r.CallBackURL); err != nil {
		return "Invalid CallBackURL: " + err.Error()
	}
	return ""
}

// readPush is the verdict on a push's answer with status 200. Only "0" together with an id means
// that it was accepted; with anything else the push may have gone out.
func readPush(a Answer, o object) Answer {
	a.CustomerMessage = message(o.text("CustomerMessage"))
	if code, _ := scalar(o["ResponseCode"]); code == "0" && a.CheckoutRequestID != "" {
		a.Verdict = VerdictAccepted
	}
	return a
}

package daraja

import (
	"context"
	"errors"
)

type queryBody struct {
	BusinessShortCode int64
	Password          string
	Timestamp         string
	CheckoutRequestID string
}

// STKQuery asks what became of an accepted push. The error is nil where the answer holds
// information: paid, failed, pending, or unknown with a ResultCode and the id asked for. Otherwise
// it is an [*Error], and the query said nothing about the payment: the sandbox refuses a quarter of
// queries for no fault of the asker (measured). The Answer is complete either way.
//
// A query never brings the receipt number or the amount. Its "failed" does not undo a "paid" from
// elsewhere: a query has been seen to report failed for a payment whose callback carried a receipt.
func (c *Client) STKQuery(ctx context.Context, checkoutRequestID string) (Answer, error) {
	if !validID(checkoutRequestID) {
		a := Answer{Endpoint: EndpointQuery, Verdict: VerdictValidation, NotSent: true,
			ErrorMessage: "Invalid CheckoutRequestID: not an id that Daraja gives out"}
		return a, &Error{Answer: a}
	}
	password, timestamp := c.password()
	a, err := c.call(ctx, EndpointQuery, queryBody{
		BusinessShortCode: c.shortCode,
		Password:          password.Reveal(),
		Timestamp:         timestamp,
		CheckoutRequestID: checkoutRequestID,
	})
	if a.CheckoutRequestID != "" && a.CheckoutRequestID != checkoutRequestID {
		a.Verdict, a.ErrorMessage = VerdictUnknown, "the answer is about another payment"
		return a, &Error{Answer: a, Err: errOtherPayment}
	}
	switch {
	case err == nil && (a.Verdict == VerdictPaid || a.Verdict == VerdictFailed || a.Verdict == VerdictPending),
		err == nil && a.Verdict == VerdictUnknown && a.ResultCode != "" && a.CheckoutRequestID != "":
		return a, nil
	}
	return a, &Error{Answer: a, Err: err}
}

// namesNoPayment is said of an answer to a query that lacks the CheckoutRequestID.
const namesNoPayment = "the answer does not say which payment it is about"

// NamesNoPayment reports whether an answer to a query lacks the CheckoutRequestID.
func (a Answer) NamesNoPayment() bool { return a.ErrorMessage == namesNoPayment }

var errOtherPayment = errors.New("answer to a query names another CheckoutRequestID")

// readQuery is the verdict on a query's answer with status 200. ResponseCode says whether the query
// worked, and ResultCode, a string and not always a number, what became of the payment. An answer
// that does not name its payment decides nothing: all of 73 measured results carry both ids, and
// {"ResultCode":0} alone is what a callback listener answers.
func readQuery(a Answer, o object) Answer {
	_, idOK := readID(o, "CheckoutRequestID")
	_, merchantOK := readID(o, "MerchantRequestID")
	code, ok := scalar(o["ResultCode"])
	if !ok || !idOK || !merchantOK {
		return a
	}
	desc := o.text("ResultDesc")
	a.ResultCode, a.ResultDesc = code, message(desc)
	if _, present := o["ResponseCode"]; present {
		if worked, _ := scalar(o["ResponseCode"]); worked != "0" {
			return a
		}
	}
	switch {
	case code == CodePending, processing(desc):
		a.Verdict = VerdictPending
	case a.CheckoutRequestID == "":
		a.ErrorMessage = namesNoPayment
	case code == CodePaid:
		a.Verdict = VerdictPaid
	case refuses(code):
		a.Verdict = VerdictFailed
	}
	return a
}

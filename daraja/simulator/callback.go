package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// The body of a callback, in the order of the wire.
type (
	callbackBody struct {
		Body struct {
			StkCallback stkCallback `json:"stkCallback"`
		}
	}
	stkCallback struct {
		MerchantRequestID string
		CheckoutRequestID string
		ResultCode        any // a JSON number, or a string for codes that are none
		ResultDesc        string
		CallbackMetadata  *callbackMetadata `json:",omitempty"` // only of a payment
	}
	callbackMetadata struct {
		Item []callbackItem
	}
	callbackItem struct {
		Name  string
		Value any `json:",omitempty"` // Balance comes without
	}
)

// callback returns the body that tells an attempt's result. Every delivery has the same bytes.
func (a *attempt) callback() []byte {
	told := a.result
	if a.inCallback != (result{}) {
		told = a.inCallback
	}
	var body callbackBody
	c := &body.Body.StkCallback
	c.MerchantRequestID, c.CheckoutRequestID, c.ResultDesc = a.merchantRequestID, a.checkoutRequestID, told.desc
	c.ResultCode = told.code
	if digits(told.code, 1, 9) {
		c.ResultCode = json.Number(told.code)
	}
	if told == paid {
		items := []callbackItem{{"Amount", a.amountForm()}, {"MpesaReceiptNumber", a.receipt}}
		items = append(items, a.balanceForm()...)
		c.CallbackMetadata = &callbackMetadata{append(items,
			callbackItem{"TransactionDate", json.Number(a.paidAt.Format("20060102150405"))},
			callbackItem{"PhoneNumber", json.Number(a.msisdn)},
		)}
	}
	return marshal(body)
}

// amountForm is the amount in one of the forms that M-PESA has written it in over the years.
func (a *attempt) amountForm() json.Number {
	return json.Number(strconv.Itoa(a.amount+a.extra) + [...]string{"", "", ".00", ".0"}[a.number%4])
}

// balanceForm is the item Balance: without a value as a rule, with a text, or left out.
func (a *attempt) balanceForm() []callbackItem {
	switch a.number % 5 {
	case 3:
		return []callbackItem{{"Balance", "KES 0.00"}}
	case 4:
		return nil
	}
	return []callbackItem{{"Balance", nil}}
}

// deliver posts a callback once and journals it. Daraja promises no second try, so there is none.
func (s *Simulator) deliver(a *attempt, body []byte) {
	at := time.Now().In(eat)
	status, err := s.post(a, body)
	s.mu.Lock()
	s.journal.callBack(Callback{Time: at, URL: a.callBackURL, Status: status, Body: string(body)})
	s.mu.Unlock()
	if err == nil {
		s.log.Info("callback delivered", "phone", masked(a.msisdn), "status", status)
		return
	}
	var inURL *url.Error // its text has the whole URL, which may hold a secret
	if errors.As(err, &inURL) {
		err = inURL.Err
	}
	s.log.Warn("callback not delivered", "phone", masked(a.msisdn), "error", err)
}

// post sends a callback with the headers of a genuine one and returns the listener's HTTP status.
func (s *Simulator) post(a *attempt, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, a.callBackURL, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json;charset=UTF-8")
	req.Header.Set("Accept", "*/*")
	req.Header.Set("User-Agent", "ReactorNetty/1.1.22")
	req.Header.Set("Businessshortcode", a.shortCode)
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxBody) // so that the connection can be used again
	return resp.StatusCode, nil
}

package simtest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"kaunta/pos"
)

// delivery is a callback that is sent to the address of a push.
type delivery struct {
	after time.Duration // since the push ended
	body  string
	means meaning
}

// report sends the callbacks about a push that has ended: as a rule one, a second later. w.mu is
// held.
func (p *push) report(w *world) {
	d := p.dice
	delay := d.within(300*time.Millisecond, 3*time.Second)
	var out []delivery
	send := func(after time.Duration, body string, means meaning) {
		out = append(out, delivery{after, body, means})
	}
	word := p.word()
	if p.paid {
		p.spoil(w, send)
	}
	switch {
	case w.plays(d, "callback: never", 0.12):
	case w.plays(d, "callback: late", 0.08):
		send(d.stretch(10*time.Second, 40*time.Hour), p.callback(d), word)
	case w.plays(d, "callback: several times", 0.08):
		body := p.callback(d)
		for range 2 + d.IntN(3) {
			send(d.stretch(300*time.Millisecond, 10*time.Hour), body, word)
		}
	case w.plays(d, "callback: twice in other words", 0.04):
		for range 2 {
			send(d.stretch(300*time.Millisecond, time.Hour), p.callback(d), word)
		}
	case p.paid && w.plays(d, "callback: a refusal first", 0.03):
		send(delay, failedBody(p, "1037"), refuses)
		send(d.stretch(5*time.Second, time.Hour), p.callback(d), word)
	case w.plays(d, "callback: unclear first", 0.03):
		send(delay, failedBody(p, "9999"), nothing)
		send(d.stretch(5*time.Second, time.Hour), p.callback(d), word)
	default:
		send(delay, p.callback(d), word)
	}
	if w.plays(d, "callback: nonsense first", 0.05) {
		send(d.within(100*time.Millisecond, 5*time.Second), one(d, "", " ", "{}", "<html>", "null", `{"Body":{"stkCallback":{}}}`,
			string(make([]byte, 70_000)), p.callback(d)+"{}"), nothing)
	}
	if !p.paid && w.plays(d, "callback: two result codes", 0.03) {
		// A reader that takes the last of two equal names takes this for a payment.
		send(d.within(100*time.Millisecond, 5*time.Second), fmt.Sprintf(`{"Body":{"stkCallback":{"MerchantRequestID":%q,"CheckoutRequestID":%q,"ResultCode":1032,"ResultDesc":"x","ResultCode":0,`+
			`"CallbackMetadata":{"Item":[{"Name":"Amount","Value":%d},{"Name":"MpesaReceiptNumber","Value":"TAX0000001"}]}}}}`, p.merchant, p.checkout, p.amount), nothing)
	}
	if w.plays(d, "callback: a flood", 0.002) {
		for code := range 80 { // more than the ledger keeps of what teaches nothing
			send(d.within(0, 10*time.Second), failedBody(p, fmt.Sprint(7000+code)), nothing)
		}
	}
	if w.plays(d, "callback: that of another payment", 0.04) {
		p.crossWire(w, d)
	}
	if e := w.roll("neighbour", p.n); w.plays(e, "callback: that of a number that ends alike", 0.04) {
		p.neighbour(w, e)
	}
	for _, o := range out {
		w.say(pos.EventCalledBack, p.address, o.body, o.means)
		w.later(o.after, func() { w.deliver(p, o.body) })
	}
}

// word is what an honest callback about the push means.
func (p *push) word() meaning {
	switch {
	case p.paid:
		return showsPayment
	case p.will.refuses:
		return refuses
	}
	return nothing
}

// spoil sends callbacks of the payment that are not right, after the right one or in its place.
func (p *push) spoil(w *world, send func(time.Duration, string, meaning)) {
	d := p.dice
	if w.plays(d, "callback: another amount", 0.03) {
		other := p.amount + int64(d.IntN(9)) - 4
		if other > 0 && other != p.amount {
			send(d.stretch(300*time.Millisecond, time.Hour), paidBody(p, fmt.Sprint(other), p.receipt, ""), doesNotMatch)
			if w.plays(d, "callback: and one more, later", 0.5) {
				send(d.stretch(time.Hour, 24*time.Hour), paidBody(p, fmt.Sprint(other+10), p.receipt, ""), doesNotMatch)
			}
		}
	}
	if w.plays(d, "callback: amount with cents", 0.02) {
		send(d.stretch(300*time.Millisecond, time.Hour), paidBody(p, fmt.Sprintf("%d.50", p.amount), p.receipt, ""), hints)
	}
}

// callback is the body of an honest callback, in one of the spellings that were seen.
func (p *push) callback(d dice) string {
	if !p.paid {
		return failedBody(p, p.code)
	}
	amount := fmt.Sprint(p.amount) + one(d, "", ".00", ".0")
	balance := one(d, "", `{"Name":"Balance"},`)
	phone := one(d, "", `,{"Name":"PhoneNumber","Value":`+p.phone+`}`, `,{"Name":"PhoneNumber","Value":"254708***430"}`,
		fmt.Sprintf(`,{"Name":"Payer","Value":"0%s %s-%s"}`, p.phone[3:6], p.phone[6:9], p.phone[9:]))
	return paidBody(p, amount, p.receipt, balance, fmt.Sprintf(`{"Name":"TransactionDate","Value":%s}`, p.paidAt.In(pos.EAT).Format("20060102150405"))+phone)
}

func paidBody(p *push, amount, receipt, balance string, rest ...string) string {
	items := ""
	for _, item := range rest {
		items += "," + item
	}
	return fmt.Sprintf(`{"Body":{"stkCallback":{"MerchantRequestID":%q,"CheckoutRequestID":%q,"ResultCode":0,"ResultDesc":"The service request is processed successfully.",`+
		`"CallbackMetadata":{"Item":[{"Name":"Amount","Value":%s},%s{"Name":"MpesaReceiptNumber","Value":%q}%s]}}}}`,
		p.merchant, p.checkout, amount, balance, receipt, items)
}

func failedBody(p *push, code string) string {
	if code[0] == 'E' {
		code = `"` + code + `"`
	}
	return fmt.Sprintf(`{"Body":{"stkCallback":{"MerchantRequestID":%q,"CheckoutRequestID":%q,"ResultCode":%s,"ResultDesc":"Request failed"}}}`, p.merchant, p.checkout, code)
}

// crossWire sends to the address of this push what is about another one: its callback whole, or its
// receipt with the ids and the amount of this one. It is sent only when the till knows better by
// what is on its disk (its own ids; the receipt in another row): before that, nobody could tell.
func (p *push) crossWire(w *world, d dice) {
	w.later(d.stretch(time.Second, 2*time.Hour), func() {
		w.mu.Lock()
		other := w.mpesa.pushes[d.IntN(len(w.mpesa.pushes))]
		body, means := "", nothing
		switch {
		case other == p || !other.paid || p.row.now.CheckoutRequestID == "":
		case d.IntN(2) == 0:
			body = other.callback(d)
		case other.row.now.Receipt == other.receipt:
			w.count("callback: used receipt")
			body, means = paidBody(p, fmt.Sprint(p.amount), other.receipt, ""), doesNotMatch
		}
		if body != "" {
			w.say(pos.EventCalledBack, p.address, body, means)
		}
		w.mu.Unlock()
		if body != "" {
			w.deliver(p, body)
		}
	})
}

// neighbour sends to the address of this push the payment of an id that differs from its own by the
// digits of the phone number that are forgotten one day, once the till has its own.
func (p *push) neighbour(w *world, d dice) {
	w.later(d.stretch(time.Second, 12*time.Hour), func() {
		w.mu.Lock()
		known := p.row.now.CheckoutRequestID != ""
		digits := fmt.Sprintf("733%03d%s", d.IntN(1000), p.phone[9:])
		other := *p
		other.checkout = p.checkout[:len(p.checkout)-len(digits)] + digits
		body := paidBody(&other, fmt.Sprint(p.amount), fmt.Sprintf("TAZ%07d", p.n), "")
		if known {
			p.row.others = append(p.row.others, digits)
			w.say(pos.EventCalledBack, p.address, body, nothing)
		}
		w.mu.Unlock()
		if known {
			w.deliver(p, body)
		}
	})
}

// deliver posts the body to the push's address, and posts it again later if nobody took it.
func (w *world) deliver(p *push, body string) {
	w.mu.Lock()
	d := w.roll("delivery", p.n)
	w.mu.Unlock()
	for range 1 + d.IntN(4) {
		if w.post(p.base, p.address, body) {
			return
		}
		w.count("callback: not taken")
		if !w.wait(d.stretch(time.Second, 3*time.Hour)) {
			return
		}
	}
}

// post makes one delivery, and reports whether it was acknowledged.
func (w *world) post(base, address, body string) bool {
	w.mu.Lock()
	p := w.till
	if p == nil || p.closing || p.killed || p.base != base {
		w.mu.Unlock()
		return false
	}
	p.callbacks.Add(1)
	r := w.byAddress[address]
	w.mu.Unlock()
	defer p.callbacks.Done()

	w.count("callbacks")
	req := &http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: "/cb/" + address}, Header: http.Header{},
		Body: io.NopCloser(bytes.NewReader([]byte(body))), ContentLength: int64(len(body)), RemoteAddr: "196.201.214.200:40000",
	}
	answer := httptest.NewRecorder()
	w.promptly("a callback", 10*time.Second, func() { p.server.ServeHTTP(answer, req) })

	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case p.killed:
		return false
	case answer.Code != http.StatusOK:
		w.note(r, "callback", fmt.Sprintf("answered %d", answer.Code))
		return false
	case r != nil && strings.TrimSpace(body) != "":
		w.note(r, "callback", "acknowledged")
		check(w, whenAcknowledged, acknowledging{r, body}, r)
	}
	return true
}

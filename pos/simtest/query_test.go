package simtest

import (
	"fmt"
	"time"

	"kaunta/pos"
)

// manner is how Daraja answers queries about one push.
type manner string

const (
	honest  manner = "honest"
	stuck   manner = "4999 for ever"
	slow    manner = "4999 for long"
	lying   manner = "1032 for what is paid"
	erring  manner = "1032 once for what is paid"
	unclear manner = "9999 for long"
)

// chooseManner draws how queries about the push will be answered; after is when it ends; w.mu is
// held.
func (p *push) chooseManner(w *world, after time.Duration) {
	p.manner = honest
	if !w.plays(p.dice, "queries: not honest", 0.08) {
		return
	}
	p.manner = one(p.dice, stuck, slow, slow, lying, erring, erring, unclear)
	if (p.manner == lying || p.manner == erring) && p.will.code != "0" {
		p.manner = honest // what is not paid is never said to be
		return
	}
	w.count("queries: " + string(p.manner))
	p.tellsAt = p.at.Add(after + p.dice.stretch(time.Minute, 12*time.Hour))
}

// tells reports whether a query is answered with the truth by now, and M-PESA has one that is an
// end.
func (p *push) tells() bool {
	if p == nil || !p.ended || p.code != "0" && !p.will.refuses {
		return false
	}
	if p.repeats { // a query by its id tells of another
		return false
	}
	switch p.manner {
	case stuck, lying:
		return false
	case slow, unclear:
		return !time.Now().Before(p.tellsAt)
	}
	return true
}

// askQuery takes a query.
func (m *mpesa) askQuery(auth string, body []byte) call {
	w := m.w
	checkout := field(body, "CheckoutRequestID")
	d := w.roll("query about nothing", 0)
	if p := m.byCheckout[checkout]; p != nil {
		p.queries++
		d = w.roll("query", 1000*p.n+p.queries)
	}
	c := call{begin: d.within(0, time.Millisecond), uplink: d.within(10*time.Millisecond, 400*time.Millisecond)}
	if w.plays(d, "query: no connection", 0.02) {
		c.unsent = true
		return c
	}
	c.left = func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		m.queryLeaves(checkout)
	}
	if w.plays(d, "query: lost on the way", 0.02) {
		return c
	}
	c.arrive = func() reply {
		w.mu.Lock()
		defer w.mu.Unlock()
		return m.takeQuery(d, auth, checkout)
	}
	return c
}

func (m *mpesa) queryLeaves(checkout string) {
	w := m.w
	w.count("queries")
	now := time.Now()
	var r *row
	if p := m.byCheckout[checkout]; p != nil {
		r = p.row
	}
	w.note(r, "query", "leaves")
	check(w, whenQueried, querying{id: checkout, gap: now.Sub(w.lastQuery), first: w.lastQuery.IsZero()}, r)
	w.lastQuery = now
}

// takeQuery is a query arriving.
func (m *mpesa) takeQuery(d dice, auth, checkout string) reply {
	w := m.w
	r := reply{status: 200, after: d.within(100*time.Millisecond, 2*time.Second)}
	if auth != "Bearer "+m.token {
		w.count("query: refused for its token")
		refused := m.refuseToken(d, auth)
		if !undescribed(refused.body) {
			w.lastQuery = time.Time{} // the one that is sent again for it follows at once
		}
		refused.after = r.after
		return refused
	}
	switch {
	case w.plays(d, "query: spike arrest", 0.06):
		r.status, r.body = 500, errorBody("500.003.02", "Error Occurred: Spike Arrest Violation")
		return r
	case w.plays(d, "query: 429", 0.03):
		r.status, r.body = 429, spikeFault
		return r
	case w.plays(d, "query: firewall", 0.03):
		r.status, r.body = 403, firewallPage
		return r
	case w.plays(d, "query: system busy", 0.02):
		r.status, r.body = 500, errorBody("500.003.02", "System is busy. Please try again in few minutes.")
		return r
	case w.plays(d, "query: unknown error", 0.02):
		r.status, r.body = 500, errorBody("500.003.1001", "Internal Server Error")
		return r
	case w.plays(d, "query: HTML with 200", 0.01):
		r.body = "<html><body>Welcome</body></html>"
		return r
	case w.plays(d, "query: answer lost", 0.02):
		r.lost = true
		return r
	}
	p := m.byCheckout[checkout]
	if p == nil {
		r.status, r.body = 400, errorBody("400.002.02", "Bad Request - Invalid CheckoutRequestID")
		return r
	}
	var means meaning
	r.status, r.body, means = p.answer(w, d)
	switch {
	case w.plays(d, "query: answered with two result codes", 0.01):
		r.status, means = 200, nothing
		r.body = fmt.Sprintf(`{"ResponseCode":"0","MerchantRequestID":%q,"CheckoutRequestID":%q,"ResultCode":"1032","ResultDesc":"x","ResultCode":"0"}`, p.merchant, p.checkout)
	case w.plays(d, "query: answered for another payment", 0.01):
		other := m.pushes[d.IntN(len(m.pushes))]
		if other.checkout != p.checkout { // one that repeats its ids is named alike
			r.status, means = 200, nothing
			r.body = resultBody(other, "0")
		}
	case w.plays(d, "query: answered without naming the payment", 0.01):
		r.status, means = 200, nothing
		r.body = one(d, `{"ResultCode":"0"}`, `{"ResultCode":0,"ResultDesc":"Accepted"}`, `{"ResponseCode":"0","ResultCode":"1032","ResultDesc":"x"}`)
	case w.plays(d, "query: answered for another merchant", 0.01):
		other := *p
		other.merchant = "29115-34620561-1"
		r.status, means = 200, nothing
		r.body = resultBody(&other, one(d, "0", "1032", "9999"))
	case w.plays(d, "query: answer cut", 0.01):
		r.cut, means = true, nothing
	case w.plays(d, "query: answered slowly", 0.03):
		r.after = d.within(2*time.Second, 20*time.Second) // the client waits 15
	}
	w.say(pos.EventQueried, p.address, r.body, means)
	return r
}

// answer is what Daraja says of a push at this moment.
func (p *push) answer(w *world, d dice) (status int, body string, means meaning) {
	pending := !p.ended || p.manner == stuck || p.manner == slow && !p.tells()
	switch {
	case p.manner == lying && time.Since(p.at) > 8*time.Second:
		return 200, resultBody(p, "1032"), refuses
	case p.manner == erring && !p.erred && time.Since(p.at) > 8*time.Second:
		p.erred = true
		return 200, resultBody(p, "1032"), refuses
	case p.manner == unclear && time.Now().Before(p.tellsAt):
		return 200, resultBody(p, "9999"), nothing
	case pending && time.Since(p.at) < 20*time.Second && d.IntN(3) == 0:
		return 400, errorBody("400.002.02", "Bad Request - Invalid CheckoutRequestID"), nothing
	case pending && w.seed%2 == 0:
		return 500, errorBody("500.001.1001", "The transaction is being processed"), nothing
	case pending:
		return 200, resultBody(p, "4999"), nothing
	case p.paid:
		return 200, resultBody(p, "0"), saysPaid
	case p.will.refuses:
		return 200, resultBody(p, p.code), refuses
	}
	return 200, resultBody(p, p.code), nothing
}

func resultBody(p *push, code string) string {
	desc := map[string]string{"0": "The service request is processed successfully.", "4999": "The transaction is still under processing"}[code]
	if desc == "" {
		desc = "Request failed"
	}
	return fmt.Sprintf(`{"ResponseCode":"0","ResponseDescription":"The service request has been accepted successsfully","MerchantRequestID":%q,"CheckoutRequestID":%q,"ResultCode":%q,"ResultDesc":%q}`,
		p.merchant, p.checkout, code, desc)
}

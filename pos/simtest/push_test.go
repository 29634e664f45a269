package simtest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kaunta/pos"
)

// push is a push that reached M-PESA.
type push struct {
	n       int
	dice    dice
	row     *row
	phone   string
	amount  int64
	base    string // where its callbacks go
	address string
	at      time.Time

	merchant, checkout string

	executed bool // the customer was asked, or M-PESA tried to
	will     ending
	ended    bool
	code     string // how it ended
	paid     bool
	receipt  string
	paidAt   time.Time
	queries  int
	manner   manner    // how queries about it are answered
	tellsAt  time.Time // when a slow one tells
	erred    bool      // a query was answered wrongly, once
	repeats  bool      // its ids are those of another
}

// askPush takes a push.
func (m *mpesa) askPush(p *process, auth string, body []byte) call {
	w := m.w
	base, address, _ := strings.Cut(field(body, "CallBackURL"), "/cb/")
	amount, _ := strconv.ParseInt(field(body, "Amount"), 10, 64)
	r := w.byAddress[address]
	sending := pushing{row: r, process: p, phone: field(body, "PhoneNumber"), amount: amount, base: base}
	if r == nil {
		check(w, whenPushed, sending, r)
		return call{unsent: true, begin: 1, uplink: 1}
	}
	r.tries++
	d := w.roll("push", 8*r.n+r.tries)
	c := call{begin: d.within(0, time.Millisecond), uplink: d.within(10*time.Millisecond, 400*time.Millisecond)}
	if w.plays(d, "push: no connection", 0.03) {
		check(w, whenPushed, sending, r)
		c.unsent = true
		return c
	}
	c.left = func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		check(w, whenPushed, sending, r)
		r.left++
		w.count("pushes")
		w.note(r, "push", "leaves")
	}
	if w.plays(d, "push: lost on the way", 0.015) {
		return c
	}
	c.arrive = func() reply {
		w.mu.Lock()
		defer w.mu.Unlock()
		return m.takePush(sending, d, auth)
	}
	return c
}

// takePush is a push arriving.
func (m *mpesa) takePush(sent pushing, d dice, auth string) reply {
	w, r := m.w, sent.row
	after := d.within(300*time.Millisecond, 2*time.Second)
	if auth != "Bearer "+m.token {
		w.count("push: refused for its token")
		refused := m.refuseToken(d, auth)
		refused.after = after
		if undescribed(refused.body) {
			return refused // and so the till cannot know that nothing was executed
		}
		w.say(pos.EventPushed, r.now.Address, refused.body, refuses)
		heard := refused.heard
		refused.heard = func() {
			heard()
			w.mu.Lock()
			defer w.mu.Unlock()
			r.left--
		}
		return refused
	}
	p := &push{
		n: len(m.pushes), dice: d, row: r, phone: sent.phone, amount: sent.amount,
		base: sent.base, address: r.now.Address, at: time.Now(),
	}
	p.merchant = fmt.Sprintf("%d-46a7-%d", 1000+p.n, r.n)
	// Its clock runs minutes off, and the milliseconds are not padded.
	skewed := p.at.Add(d.within(-4*time.Minute, 4*time.Minute)).In(pos.EAT)
	p.checkout = fmt.Sprintf("ws_CO_%s%d%s", skewed.Format("02012006150405"), p.n, p.phone[3:])
	m.pushes = append(m.pushes, p)
	r.pushes = append(r.pushes, p)

	f := m.fate(p)
	if f.means == refuses {
		f.executed = false
	}
	p.executed = f.executed
	w.note(r, "push", "arrives: "+f.name)
	if f.accepted && w.plays(d, "push: answered with the ids of another", 0.01) {
		m.repeat(p)
	}
	if p.executed {
		if !p.repeats {
			m.byCheckout[p.checkout] = p
		}
		p.execute(w)
	}
	body := f.body
	if f.accepted {
		body = fmt.Sprintf(`{"MerchantRequestID":%q,"CheckoutRequestID":%q,"ResponseCode":"0","ResponseDescription":"Success. Request accepted for processing","CustomerMessage":"Success. Request accepted for processing"}`, p.merchant, p.checkout)
	}
	w.say(pos.EventPushed, r.now.Address, body, f.means)
	answer := reply{status: f.status, body: body, after: after, lost: f.lost, cut: f.cut}
	if w.plays(d, "push: answered slowly", 0.05) {
		answer.after = d.within(2*time.Second, 35*time.Second) // the client waits 30
	}
	return answer
}

// repeat gives a push the ids of an earlier one, which the till's disk has.
func (m *mpesa) repeat(p *push) {
	other := m.pushes[p.dice.IntN(len(m.pushes))]
	if r := other.row; other == p || r == p.row || r.now.CheckoutRequestID != other.checkout {
		return
	}
	m.w.count("push: ids of another")
	p.merchant, p.checkout, p.repeats = other.merchant, other.checkout, true
	p.row.others = append(p.row.others, other.phone[3:])
}

// fate is what Daraja makes of a push.
type fate struct {
	name     string
	status   int
	body     string
	accepted bool // the body is an acceptance
	executed bool // the customer is asked
	means    meaning
	lost     bool
	cut      bool
}

// fates are the ways other than the plain one that a push can go. The first are definite refusals,
// after which nothing is executed.
var fates = []odds[fate]{
	{3, fate{name: "phone busy", status: 500, body: errorBody("500.001.1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber"), means: refuses}},
	{2, fate{name: "system busy", status: 500, body: errorBody("500.003.02", "System is busy. Please try again in few minutes."), means: refuses}},
	{2, fate{name: "spike arrest", status: 500, body: errorBody("500.003.02", "Error Occurred: Spike Arrest Violation"), means: refuses}},
	{1, fate{name: "quota", status: 500, body: errorBody("500.003.03", "Error Occurred: Quota Violation"), means: refuses}},
	{2, fate{name: "429", status: 429, body: spikeFault, means: refuses}},
	{1, fate{name: "invalid phone", status: 400, body: errorBody("400.002.02", "Bad Request - Invalid PhoneNumber"), means: refuses}},
	{1, fate{name: "wrong credentials", status: 500, body: errorBody("500.001.1001", "Wrong credentials"), means: refuses}},
	{1, fate{name: "wrong password", status: 500, body: errorBody("500.001.1001", "The Password parameter provided is invalid"), means: refuses}},
	{1, fate{name: "bad request", status: 400, body: errorBody("400.003.02", "Bad Request"), means: refuses}},
	{1, fate{name: "no such address", status: 404, body: noProxyFault, means: refuses}},
	{1, fate{name: "no such resource", status: 404, body: errorBody("404.003.01", "Resource not found"), means: refuses}},
	{1, fate{name: "no such product", status: 401, body: errorBody("401.001", "no apiproduct match found"), means: refuses}},

	{2, fate{name: "internal error, and out", status: 500, body: errorBody("500.003.1001", "Internal Server Error"), executed: true}},
	{1, fate{name: "internal error, not out", status: 500, body: errorBody("500.003.1001", "Internal Server Error")}},
	{1, fate{name: "firewall page", status: 403, body: firewallPage}},
	{1, fate{name: "firewall page, and out", status: 403, body: firewallPage, executed: true}},
	{1, fate{name: "firewall text", status: 503, body: "Request unsuccessful. Incapsula incident ID: 1-2"}},
	{1, fate{name: "HTML with 200, and out", status: 200, body: "<html><body>Welcome</body></html>", executed: true}},
	{1, fate{name: "empty 200, and out", status: 200, executed: true}},
	{1, fate{name: "bad gateway, and out", status: 502, body: "<html>502 Bad Gateway</html>", executed: true}},
	{1, fate{name: "accepted without an id", status: 200, body: `{"MerchantRequestID":"1-1-1","CheckoutRequestID":"","ResponseCode":"0"}`, executed: true}},
	{1, fate{name: "two response codes", status: 200, body: `{"MerchantRequestID":"1-1-1","CheckoutRequestID":"ws_CO_1","ResponseCode":"1","ResponseCode":"0"}`, executed: true}},
	{1, fate{name: "unknown error", status: 500, body: errorBody("500.009.77", "Something new"), executed: true}},
	{1, fate{name: "unknown refusal, and out", status: 400, body: errorBody("400.009.77", "Something new"), executed: true}},
	{1, fate{name: "redirect", status: 307}},
	{2, fate{name: "answer lost", accepted: true, executed: true, lost: true}},
	{2, fate{name: "answer cut", status: 200, accepted: true, executed: true, cut: true}},
}

var plainly = fate{name: "accepted", status: 200, accepted: true, executed: true}

// fate draws what becomes of a push.
func (m *mpesa) fate(p *push) fate {
	if m.prompts[p.phone] != nil && p.dice.IntN(2) == 0 {
		return fates[0].what
	}
	if !m.w.plays(p.dice, "push: goes wrong", 0.12) {
		return plainly
	}
	f := choose(p.dice, fates)
	m.w.count("push: " + f.name)
	return f
}

package simtest

import (
	"fmt"
	"time"
)

// askToken hands out a token, which makes the one before invalid.
func (m *mpesa) askToken(p *process) call {
	w := m.w
	p.tokens++
	n := 1000*p.n + p.tokens
	d := w.roll("token", n)
	c := call{begin: d.within(0, time.Millisecond), uplink: d.within(10*time.Millisecond, 300*time.Millisecond)}
	after := d.within(50*time.Millisecond, time.Second)
	answer := func(status int, body string) call {
		c.arrive = func() reply { return reply{status: status, body: body, after: after} }
		return c
	}
	switch {
	case w.plays(d, "token: no connection", 0.02):
		c.unsent = true
		return c
	case w.plays(d, "token: lost", 0.02):
		return c
	case w.plays(d, "token: firewall", 0.02):
		return answer(403, firewallPage)
	case w.plays(d, "token: 429", 0.02):
		return answer(429, spikeFault)
	case w.plays(d, "token: keys refused", 0.01):
		return answer(400, "")
	case w.plays(d, "token: echo instead", 0.01):
		return answer(200, "grant_type=client_credentials")
	}
	slow := w.plays(d, "token: slow", 0.05)
	if slow {
		after = d.within(time.Second, 14*time.Second)
	}
	c.arrive = func() reply {
		w.mu.Lock()
		defer w.mu.Unlock()
		m.token = fmt.Sprintf("token-%022d", n)
		life := 3599 * time.Second
		if w.plays(d, "token: ends early", 0.1) {
			life = d.stretch(time.Second, life)
		}
		w.later(life, func() { m.invalidate(n) })
		return reply{status: 200, after: after, body: fmt.Sprintf(`{"access_token":%q,"expires_in":"3599"}`, m.token)}
	}
	return c
}

// invalidate ends the nth token, if it is still the one.
func (m *mpesa) invalidate(n int) {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	if m.token == fmt.Sprintf("token-%022d", n) {
		m.token = ""
	}
}

// tokenRefusals are the spellings of Daraja's answer to a token that is no longer valid. The last
// is one that nobody has described.
var tokenRefusals = []fate{
	{name: "404.001.03", status: 404, body: errorBody("404.001.03", "Invalid Access Token")},
	{name: "404.001.04", status: 404, body: errorBody("404.001.04", "Invalid Access Token")},
	{name: "404.001.04, the header", status: 404, body: errorBody("404.001.04", "Invalid Authentication Header")},
	{name: "400.003.01", status: 400, body: errorBody("400.003.01", "Invalid Access Token")},
	{name: "401.002.01", status: 401, body: errorBody("401.002.01", "Error Occurred - Invalid Access Token")},
	{name: "the gateway", status: 401, body: `{"fault":{"faultstring":"Access Token expired","detail":{"errorcode":"keymanagement.service.access_token_expired"}}}`},
	{name: "401 and HTML", status: 401, body: "<html><body>401 Authorization Required</body></html>"},
	{name: "new words", status: 400, body: errorBody("400.009.78", "Your key has been retired")},
}

// undescribed reports whether body is the refusal of a token that nobody could know for one.
func undescribed(body string) bool { return body == tokenRefusals[len(tokenRefusals)-1].body }

// refuseToken is the answer to a request with a token that is no longer valid; w.mu is held.
func (m *mpesa) refuseToken(d dice, auth string) reply {
	f := one(d, tokenRefusals...)
	m.w.count("token: refused, " + f.name)
	return reply{status: f.status, body: f.body, heard: func() {
		m.w.mu.Lock()
		defer m.w.mu.Unlock()
		if m.ended[auth].IsZero() {
			m.ended[auth] = time.Now()
		}
	}}
}

// otherTill is another till of the same app, which asks for tokens of its own now and then.
func (w *world) otherTill() {
	d := w.roll("other till", 0)
	for w.wait(d.stretch(time.Minute, 6*time.Hour)) {
		if w.plays(d, "token: invalidated by another till", 0.8) {
			w.mu.Lock()
			w.mpesa.token = ""
			w.mu.Unlock()
		}
	}
}

package daraja

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A token lives an hour (Safaricom's page); it is renewed a minute before its end.
const (
	tokenLife = 3599 * time.Second
	tokenSkew = 60 * time.Second
)

// Authenticate obtains an access token unless a fresh one is at hand: to check the keys, or to have
// it ready before the first push. The error is an [*Error] unless the verdict is VerdictToken.
func (c *Client) Authenticate(ctx context.Context) (Answer, error) {
	if _, err := c.tokens.get(ctx); err != nil {
		var refused *Error
		if errors.As(err, &refused) {
			return refused.Answer, refused
		}
		// The caller's own context ended while the request was under way.
		a := Answer{Endpoint: EndpointOAuth, Verdict: VerdictUnknown, ErrorMessage: cause(err)}
		return a, &Error{Answer: a, Err: err}
	}
	return Answer{Endpoint: EndpointOAuth, Verdict: VerdictToken, HTTPStatus: http.StatusOK}, nil
}

// noToken is the answer to a request that was not made because there was no token for it.
func noToken(e Endpoint, err error) Answer {
	a := Answer{Endpoint: e, Verdict: VerdictUnknown, NotSent: true, ErrorMessage: "no access token: " + cause(err)}
	var refused *Error
	if !errors.As(err, &refused) {
		return a
	}
	a.ErrorCode = refused.ErrorCode
	switch {
	case refused.Verdict == VerdictCredentials:
		a.Verdict = VerdictAuth
		a.ErrorMessage = "no access token: the consumer key or secret was refused"
	case refused.HTTPStatus == http.StatusTooManyRequests:
		a.Verdict = VerdictRateLimited
		a.ErrorMessage = "no access token: asked for too often"
	case refused.Verdict == VerdictBlocked:
		a.Verdict = VerdictBlocked
		a.ErrorMessage = "no access token: the firewall refused the request"
	case refused.Err != nil, refused.FromElsewhere():
		a.ErrorMessage = "no access token: " + refused.ErrorMessage
	case strings.Contains(strings.ToLower(refused.ErrorMessage), "system is busy"):
		a.Verdict = VerdictSystemBusy
		a.ErrorMessage = "no access token: " + refused.ErrorMessage
	default:
		a.ErrorMessage = strings.TrimSpace(fmt.Sprintf("%s: HTTP %d %s", answerWithoutToken, refused.HTTPStatus, refused.ErrorMessage))
	}
	return a
}

// answerWithoutToken is said of an answer to the request for a token that has none, and no reason
// either.
const answerWithoutToken = "no access token in the answer"

// WithoutToken reports whether nothing was sent since Daraja's answer held no access token.
func (a Answer) WithoutToken() bool {
	return a.NotSent && strings.HasPrefix(a.ErrorMessage, answerWithoutToken)
}

// fetchToken asks Daraja for a token. The error is an [*Error].
func (c *Client) fetchToken(ctx context.Context) (Secret, time.Duration, error) {
	began := c.now()
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.cfg.BaseURL+"/oauth/v1/generate?grant_type=client_credentials", nil)
	if err != nil {
		a := Answer{Endpoint: EndpointOAuth, Verdict: VerdictUnknown, NotSent: true, ErrorMessage: cause(err)}
		return "", 0, &Error{Answer: a, Err: err}
	}
	req.SetBasicAuth(c.cfg.ConsumerKey.Reveal(), c.cfg.ConsumerSecret.Reveal())

	r := send(c.http, req)
	a, token, life := classifyToken(r.status, r.header, r.body)
	if r.err != nil {
		a = Answer{Endpoint: EndpointOAuth, Verdict: VerdictUnknown, HTTPStatus: r.status, NotSent: r.unsent, ErrorMessage: cause(r.err)}
	}
	c.logAnswer(ctx, a, began)
	if a.Verdict != VerdictToken {
		return "", 0, &Error{Answer: a, Err: r.err}
	}
	return token, life, nil
}

// classifyToken reads the answer to a request for a token. Status 200 is not enough: to a POST the
// sandbox answers 200 and echoes the request (measured). Raw is left out wherever the body names an
// access token.
func classifyToken(status int, header http.Header, body []byte) (a Answer, token Secret, life time.Duration) {
	a = Answer{Endpoint: EndpointOAuth, Verdict: VerdictMalformed, HTTPStatus: status}
	if !strings.Contains(strings.ToLower(string(body)), "access_token") {
		a.Raw = evidence(body)
	}
	at := func(known ...int) bool { return status == 0 || slices.Contains(known, status) }
	o, err := decodeObject(body)
	var isError bool
	a.ErrorCode, a.ErrorMessage, isError = readError(o)
	says := func(part string) bool { return strings.Contains(strings.ToLower(a.ErrorMessage), part) }

	switch empty := strings.TrimSpace(string(body)) == ""; {
	case status == http.StatusTooManyRequests, err != nil && fromFirewall(status, header, body):
		// Too many requests is a refusal by something before Daraja too, and says as little about
		// the keys.
		a.Verdict = VerdictBlocked
	case empty && (status == http.StatusBadRequest || status == http.StatusUnauthorized),
		isError && status == http.StatusUnauthorized,
		a.ErrorCode == "400.008.01" && says("invalid authentication") && at(400, 401),
		a.ErrorCode == "401.002.01" && says("access token") && at(400, 401):
		// A wrong key or secret is answered with 400 and no body at all (measured).
		a.Verdict = VerdictCredentials
	case err != nil && isElsewhere(status, body):
		a.ErrorMessage = notDaraja(status, err)
	case err != nil:
		a.ErrorMessage = err.Error()
	case isError || !at(http.StatusOK):
		// a refusal that says nothing about the keys
	case !validToken(o.text("access_token")):
		a.ErrorMessage = "there is no access_token in it"
	default:
		a.Verdict = VerdictToken
		return a, Secret(o.text("access_token")), lifeOf(o["expires_in"])
	}
	return a, "", 0
}

// validToken reports whether s can go into a header: today a token has 28 letters and digits.
func validToken(s string) bool {
	return s != "" && len(s) <= 4096 && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// lifeOf reads expires_in: seconds, a string on the wire (measured) and a number on Safaricom's
// page. What cannot be read is taken for the documented hour; if that is wrong, a refused token is
// renewed anyway.
func lifeOf(v any) time.Duration {
	s, _ := scalar(v)
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 24*3600 {
		return tokenLife
	}
	return time.Duration(n) * time.Second
}

// tokenCache holds the one token of a Client, and lets one request for a new one run at a time.
type tokenCache struct {
	fetch func(context.Context) (Secret, time.Duration, error)
	now   func() time.Time

	mu     sync.Mutex
	token  Secret
	until  time.Time
	flight *tokenFlight // the request under way, or nil
}

// tokenFlight is one request for a token and those who wait for it. token and err are set when done
// is closed.
type tokenFlight struct {
	done    chan struct{}
	waiting int // under tokenCache.mu
	cancel  context.CancelFunc
	token   Secret
	err     error
}

// get returns the token, waiting for a new one if need be. The request for it does not belong to
// the caller that happened to be first: it goes on while anyone waits, and is given up when the
// last has left.
func (t *tokenCache) get(ctx context.Context) (Secret, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	t.mu.Lock()
	if t.token != "" && t.now().Before(t.until) {
		defer t.mu.Unlock()
		return t.token, nil
	}
	f := t.flight
	if f == nil {
		f = t.start()
	}
	f.waiting++
	t.mu.Unlock()

	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
		if t.flight == f {
			t.flight = nil
		}
	}
	return "", ctx.Err()
}

// start begins a request for a token; t.mu is held.
func (t *tokenCache) start() *tokenFlight {
	ctx, cancel := context.WithCancel(context.Background())
	f := &tokenFlight{done: make(chan struct{}), cancel: cancel}
	t.flight = f
	go func() {
		defer cancel()
		token, life, err := t.fetch(ctx)
		t.mu.Lock()
		defer t.mu.Unlock()
		f.token, f.err = token, err
		if t.flight == f { // not given up
			t.flight = nil
			if err == nil {
				t.token, t.until = token, t.now().Add(life-tokenSkew)
			}
		}
		close(f.done)
	}()
	return f
}

// drop forgets a token that was refused, unless another has taken its place already.
func (t *tokenCache) drop(token Secret) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == token {
		t.token = ""
	}
}

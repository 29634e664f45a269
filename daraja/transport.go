package daraja

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"
)

// How long one request may take, its answer's body included. Of 130 pushes the slowest took 7 s
// (measured).
const (
	pushTimeout  = 30 * time.Second
	queryTimeout = 15 * time.Second
	tokenTimeout = 15 * time.Second
)

// userAgent is an ordinary one, since the firewall in front of Daraja looks at it.
const userAgent = "kaunta/1.0"

// httpClients makes of h the client for tokens and queries, and the one for pushes.
//
// A push must be on the wire at most once, and net/http sends some requests again by itself:
//
//   - HTTP/1: a request that fails on a reused connection is replayed if its method is idempotent,
//     or if nothing of it was written and its body can be had again. A POST without an
//     Idempotency-Key header is never the first, and without GetBody never the second. Hence send
//     clears GetBody, which http.NewRequest sets for a bytes.Reader.
//   - HTTP/2: a stream refused or cut by GOAWAY is sent again if GetBody gives the body again.
//     Without GetBody only a connection that was unusable before the body was touched is exchanged
//     for another.
//   - A redirect 307 or 308 repeats a POST, and 301 to 303 turn it into a GET. None is followed: a
//     3xx is an answer like any other that Daraja does not give, and so unknown.
//
// What is left is the kept-alive connection that the other end, or a router in between, has
// forgotten: the push is written into it and nothing comes back. That would not be sent twice, but
// it would leave a payment unknown for nothing. So each push has a connection of its own, for the
// price of one handshake, and a dead line shows as a failed dial: not sent. A Transport that is not
// net/http's own is used as it is.
func httpClients(h *http.Client) (kept, single *http.Client) {
	k := *h
	k.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if k.Transport == nil {
		k.Transport = http.DefaultTransport
	}
	s := k
	if t, ok := k.Transport.(*http.Transport); ok {
		t = t.Clone()
		t.DisableKeepAlives = true
		s.Transport = t
	}
	return &k, &s
}

// reply is what came back to one request, or that nothing did.
type reply struct {
	status int
	header http.Header
	body   []byte
	err    error // there was no complete answer
	unsent bool  // and the request never had a connection to go out on
}

// send makes one request. Its body is read to MaxBody and one byte more, which then is no document
// of Daraja's.
//
// unsent is claimed only on evidence: the trace says that a connection was asked for and that none
// was ever obtained (DNS, dial and TLS failures, a context that ended meanwhile), or the context
// had ended before. A Transport that does not report to the trace cannot claim it.
func send(h *http.Client, req *http.Request) reply {
	req.GetBody = nil
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept", "application/json")
	if err := req.Context().Err(); err != nil {
		return reply{err: err, unsent: true}
	}
	var asked, obtained atomic.Bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { obtained.Store(true) },
	}
	res, err := h.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		return reply{err: err, unsent: asked.Load() && !obtained.Load()}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxBody+1))
	return reply{status: res.StatusCode, header: res.Header, body: body, err: err}
}

// call makes one API request with an access token: the push or the query. The error is nil where
// Daraja answered, whatever it answered.
//
// A request refused for its token is sent once more with a new one. This is the only resend there
// is, and it is safe since a push refused for its token was never executed. A refusal that nobody
// has described yet may have been about the token too: then nothing is sent again, but the next
// request has a new one.
func (c *Client) call(ctx context.Context, e Endpoint, payload any) (Answer, error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return Answer{Endpoint: e, Verdict: VerdictValidation, NotSent: true, ErrorMessage: err.Error()}, err
	}
	var a Answer
	for again := false; ; again = true {
		token, err := c.tokens.get(ctx)
		switch {
		case err != nil && again:
			return a, err // the refusal stands, and nothing more was sent
		case err != nil:
			return noToken(e, err), err
		}
		a, err = c.post(ctx, e, body, token)
		if !renews(a) {
			return a, err
		}
		c.tokens.drop(token)
		if again || a.Verdict == VerdictUnknown {
			return a, err
		}
	}
}

// renews reports whether the token that was answered with a is not to be used again.
func renews(a Answer) bool {
	refused := 400 <= a.HTTPStatus && a.HTTPStatus < 500
	return a.Verdict == VerdictAuth || a.Verdict == VerdictUnknown && refused ||
		a.Verdict == VerdictConfiguration && refusesHeader(a.HTTPStatus, a.ErrorCode, strings.ToLower(a.ErrorMessage))
}

func (c *Client) post(ctx context.Context, e Endpoint, body []byte, token Secret) (Answer, error) {
	h, path, timeout := c.http, "/mpesa/stkpushquery/v1/query", queryTimeout
	if e == EndpointPush {
		h, path, timeout = c.pushes, "/mpesa/stkpush/v1/processrequest", pushTimeout
	}
	began := c.now()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return Answer{Endpoint: e, Verdict: VerdictValidation, NotSent: true, ErrorMessage: cause(err)}, err
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	req.Header.Set("Content-Type", "application/json")

	r := send(h, req)
	a := Answer{Endpoint: e, Verdict: VerdictUnknown, HTTPStatus: r.status, NotSent: r.unsent, Raw: evidence(r.body)}
	if r.err != nil {
		a.ErrorMessage = cause(r.err)
	} else {
		a = Classify(e, r.status, r.header, r.body)
	}
	c.logAnswer(ctx, a, began)
	return a, r.err
}

func (c *Client) logAnswer(ctx context.Context, a Answer, began time.Time) {
	c.log.LogAttrs(ctx, slog.LevelDebug, "daraja "+string(a.Endpoint),
		slog.String("verdict", string(a.Verdict)),
		slog.Bool("not_sent", a.NotSent),
		slog.Int("status", a.HTTPStatus),
		slog.String("error_code", a.ErrorCode),
		slog.String("error_message", a.ErrorMessage),
		slog.String("result_code", a.ResultCode),
		slog.Duration("took", c.now().Sub(began)))
}

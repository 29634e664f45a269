package daraja

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Classify reads what Daraja answered to a request: a pure function of its arguments, total, for
// any bytes.
//
// status is the HTTP status, or 0 where it is not known (a body stored in a file): then the body is
// judged alone, by the rules of the status that it would have come with. The header is asked only
// whether the firewall wrote it, and may be nil. A callback is a request and not an answer; for
// EndpointCallback Classify is [ParseCallback].
//
// The error code alone decides nothing, since 500.001.1001 stands for five different things. What
// counts is the endpoint, the status, the code and the message together, and whatever is not known
// in that combination is VerdictUnknown.
func Classify(endpoint Endpoint, status int, header http.Header, body []byte) Answer {
	switch endpoint {
	case EndpointCallback:
		return ParseCallback(body)
	case EndpointOAuth:
		a, _, _ := classifyToken(status, header, body)
		return a
	}

	a := Answer{Endpoint: endpoint, Verdict: VerdictUnknown, HTTPStatus: status, Raw: evidence(body)}
	o, err := decodeObject(body)
	var isError bool
	a.ErrorCode, a.ErrorMessage, isError = readError(o)
	a = withIDs(a, o)

	switch {
	case endpoint != EndpointPush && endpoint != EndpointQuery:
		// not a conversation of ours
	case (isError || status != 0 && status != http.StatusOK) && (o["ResponseCode"] != nil || o["ResultCode"] != nil):
		// a refusal and a result in one answer
	case status == http.StatusTooManyRequests:
		a.Verdict = VerdictRateLimited
	case err != nil && fromFirewall(status, header, body):
		a.Verdict = VerdictBlocked
	case err != nil && isElsewhere(status, body):
		a.ErrorMessage = notDaraja(status, err)
	case isError || status != 0 && status != http.StatusOK:
		a.Verdict = refusal(endpoint, status, a.ErrorCode, a.ErrorMessage)
	case err != nil:
		a.ErrorMessage = err.Error()
	case endpoint == EndpointPush:
		a = readPush(a, o)
	default:
		a = readQuery(a, o)
	}
	return a
}

// refusal is the verdict on an error envelope, or on a status that is not 200, for push and query.
func refusal(e Endpoint, status int, code, msg string) Verdict {
	msg = strings.ToLower(msg)
	says := func(parts ...string) bool { return saysOneOf(msg, parts...) }
	at := func(known ...int) bool { return status == 0 || slices.Contains(known, status) }
	push := e == EndpointPush

	switch {
	case processing(msg):
		// The query's "still pending" of the old platform (measured). A push is never answered so.
		if !push && code == "500.001.1001" && at(500) {
			return VerdictPending
		}
	case says("no apiproduct match") && at(401, 403, 404),
		strings.HasSuffix(code, ".ApplicationNotFound") && at(404):
		// The gateway has no such product for this app, or nothing at all under this address.
		return VerdictConfiguration
	case refusesToken(status, code, msg):
		return VerdictAuth
	case refusesHeader(status, code, msg):
		return VerdictConfiguration
	case status == http.StatusUnauthorized && refusedEarly(status, code):
		return VerdictAuth
	case (says("spike arrest") || says("quota violation")) && at(500, 503):
		return VerdictRateLimited
	case code == "500.003.02" && says("system is busy") && at(500, 503):
		return VerdictSystemBusy
	case code == "500.001.1001" && says("merchant does not exist", "wrong credentials", "password parameter provided is invalid") && at(500):
		return VerdictConfiguration
	case code == "500.001.1001" && says("unable to lock subscriber") && at(500) && push:
		return VerdictPhoneBusy
	case (code == "404.001.01" || code == "404.003.01") && says("not found") && at(404),
		code == "405.001" && says("not allowed") && at(405):
		return VerdictConfiguration
	case code == "400.002.02" && says("invalid checkoutrequestid") && at(400) && !push:
		// Asked too early for a push that was accepted (measured); an unknown id is answered in the
		// same words.
		return VerdictPending
	case (strings.HasPrefix(code, "400.002.") || code == "400.003.02") && says("invalid", "threat detected", "bad request") && at(400):
		return VerdictValidation
	}
	return VerdictUnknown
}

// refusesToken reports whether an answer is a refusal of the access token. It has many spellings:
// 404.001.03 on the wire, 404.001.04, 400.003.01, 401.002.01 and the gateway's in documents and
// code. What they share is a status of the 400s and a message about the token, and an error of the
// 400s was answered before anything was executed. A status or a code of another kind contradicts
// that, and proves nothing. msg is in lower case.
func refusesToken(status int, code, msg string) bool {
	return refusedEarly(status, code) && saysOneOf(msg, "access token", "accesstoken", "access_token", "bearer token", "apikey") && complains(msg)
}

// refusesHeader is [refusesToken] for the header that carries the token, which Daraja calls wrong
// in other words (404.001.04). A new token may help; if it does not, the header never arrives as it
// is sent.
func refusesHeader(status int, code, msg string) bool {
	return refusedEarly(status, code) && speaksOfHeader(msg) && complains(msg)
}

// AboutHeader reports whether Daraja calls the header wrong that carries the token.
func (a Answer) AboutHeader() bool { return speaksOfHeader(strings.ToLower(a.ErrorMessage)) }

func speaksOfHeader(msg string) bool {
	return saysOneOf(msg, "authentication header", "authorization header")
}

// complains reports whether a message calls wrong what it is about.
func complains(msg string) bool {
	return saysOneOf(msg, "invalid", "expired", "not valid", "revoked", "not approved", "missing")
}

func saysOneOf(msg string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(msg, part) })
}

// statusInCode is the HTTP status with which most of Daraja's codes begin.
var statusInCode = regexp.MustCompile(`^[0-9]{3}(?:\.|$)`)

// gatewayAuthCodes begin the codes of the gateway's own checks of a token, which it makes before it
// passes anything on.
var gatewayAuthCodes = []string{"keymanagement.", "oauth.v2."}

// refusedEarly reports whether status and code are those of a request that was refused as it stood.
// Where the status is not known, the code must say it.
func refusedEarly(status int, code string) bool {
	told := statusInCode.MatchString(code)
	switch {
	case told && code[0] != '4':
		return false
	case status == 0:
		return told || slices.ContainsFunc(gatewayAuthCodes, func(p string) bool { return strings.HasPrefix(code, p) })
	}
	return 400 <= status && status < 500
}

// processing reports whether a text says that M-PESA is still at it, in either platform's words.
func processing(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "being processed") || strings.Contains(text, "under processing")
}

// readError reads whichever of the three JSON error envelopes o is: Daraja's own, the gateway's,
// and the gateway's SOAP fault written as JSON (all measured).
func readError(o object) (code, msg string, found bool) {
	fault, soap := o.object("fault"), o.object("Envelope").object("Body").object("Fault")
	switch {
	case o["errorCode"] != nil || o["errorMessage"] != nil:
		code, _ = scalar(o["errorCode"])
		msg = o.text("errorMessage")
	case fault != nil:
		code, msg = fault.object("detail").text("errorcode"), fault.text("faultstring")
	case soap != nil:
		code, msg = soap.object("detail").object("source").text("errorcode"), soap.text("faultstring")
	default:
		return "", "", false
	}
	return printable(code, maxCode), message(msg), true
}

// fromFirewall reports whether the firewall in front of Daraja wrote an answer that is not JSON.
// Its page names Incapsula; its headers stand on every answer, and so count only with the statuses
// it refuses with.
func fromFirewall(status int, header http.Header, body []byte) bool {
	if bytes.Contains(bytes.ToLower(body), []byte("incapsula")) {
		return true
	}
	if status != http.StatusForbidden && status != http.StatusServiceUnavailable {
		return false
	}
	cdn := strings.ToLower(header.Get("X-CDN"))
	return header.Get("X-Iinfo") != "" || strings.Contains(cdn, "imperva") || strings.Contains(cdn, "incapsula")
}

// scalar is a code as Daraja sends it, as a string or as a number, in the characters it was written
// with; "" and false for anything else. It is not trimmed: " 0" is not "0".
func scalar(v any) (string, bool) {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case json.Number:
		s = v.String()
	}
	ok := s != "" && len(s) <= maxCode && strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
	if !ok {
		return "", false
	}
	return s, true
}

// readID is the id at name: "" where there is none, and false where something else stands in its
// place.
func readID(o object, name string) (string, bool) {
	v, present := o[name]
	if !present {
		return "", true
	}
	s, _ := v.(string)
	if !validID(s) {
		return "", false
	}
	return s, true
}

func withIDs(a Answer, o object) Answer {
	a.MerchantRequestID, _ = readID(o, "MerchantRequestID")
	a.CheckoutRequestID, _ = readID(o, "CheckoutRequestID")
	return a
}

// evidence is what is kept of a body: at most MaxBody bytes, a repeated access token cut out.
func evidence(body []byte) []byte {
	body = body[:min(len(body), MaxBody)]
	if !mentionsToken(body) {
		return bytes.Clone(body) // nearly always: the search proper is slow
	}
	return repeatedToken.ReplaceAll(body, []byte("${1}"+hidden))
}

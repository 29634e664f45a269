package daraja

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Explanation is what one of Daraja's answers, or a code of them, is. Its words are for the till to
// say.
type Explanation struct {
	// Kind is the endpoint of the Answer; [KindC2B] or [KindResult] for a message of Daraja's that
	// belongs to neither push nor query, whose Answer is unknown and has no endpoint.
	Kind   string
	Answer Answer

	Service  string // of a [KindResult]: the service that it is of, "" where it does not say
	CodeOnly bool   // it is about a code, and no body is at hand
}

// The messages of Daraja's other services, which are known by name only.
const (
	KindC2B    = "c2b"
	KindResult = "result"
)

// Explain classifies what data holds: JSON bodies, or what people have in their place: a log with
// text around the bodies, the output of curl -i, an HTTP library's error, a body in quotes, a file
// from Notepad or PowerShell. kind is the endpoint they came from, "" to tell it by their shape;
// status is the HTTP status, 0 where it is not known. It is lenient for the reader's sake: what
// counts for a payment is read by [Classify] and [ParseCallback] alone.
func Explain(kind Endpoint, status int, data []byte) []Explanation {
	var all []Explanation
	for _, p := range salvage(data) {
		if status != 0 {
			p.status = status
		}
		if e, other := explainOther(p.body); other && kind == "" {
			all = append(all, e)
			continue
		}
		endpoint := kind
		if endpoint == "" {
			endpoint = endpointOf(p.status, p.body)
		}
		all = append(all, explained(Classify(endpoint, p.status, p.header, p.body)))
	}
	return all
}

func explained(answer Answer) Explanation {
	return Explanation{Kind: string(answer.Endpoint), Answer: answer}
}

// aboutCheckout finds the refusal of a query, whose requestId is the CheckoutRequestID asked for.
var aboutCheckout = regexp.MustCompile(`"requestId"\s*:\s*"ws_CO_`)

// endpointOf tells by its field names, and its HTTP status where that is known, which endpoint a
// body came from.
func endpointOf(status int, body []byte) Endpoint {
	has := func(name string) bool { return bytes.Contains(body, []byte(`"`+name+`"`)) }
	switch {
	case has("stkCallback"):
		return EndpointCallback
	case has("access_token") || bytes.Contains(body, []byte("400.008")):
		return EndpointOAuth
	case has("ResultCode") || aboutCheckout.Match(body) || bytes.Contains(body, []byte("being processed")) || bytes.Contains(body, []byte("CheckoutRequestID")) && has("errorCode"):
		return EndpointQuery
	case len(bytes.TrimSpace(body)) == 0 && status == http.StatusBadRequest:
		return EndpointOAuth // which is how Daraja refuses wrong keys
	default:
		return EndpointPush
	}
}

// explainOther names a message of another of Daraja's services, and reports whether body is one.
func explainOther(body []byte) (Explanation, bool) {
	o, _ := decodeObject(body)
	e := Explanation{Answer: Answer{Verdict: VerdictUnknown, Raw: evidence(body)}}
	switch {
	case o["TransID"] != nil && o["TransAmount"] != nil && o["BusinessShortCode"] != nil:
		e.Kind = KindC2B
		if id := o.text("TransID"); receiptForm.MatchString(id) {
			e.Answer.Receipt = id
		}
		e.Answer.Amount, e.Answer.HasAmount = wholeShillings(o["TransAmount"])
	case o["Result"] != nil && o.object("Result")["ResultCode"] != nil:
		e.Kind = KindResult
		result := o.object("Result")
		e.Answer.ResultCode, _ = scalar(result["ResultCode"])
		e.Answer.ResultDesc = message(result.text("ResultDesc"))
		e.Service = serviceOf(body)
	default:
		return e, false
	}
	return e, true
}

// serviceOf is the service that a Result comes from, by the names in it; "" where they do not say.
func serviceOf(body []byte) string {
	for _, s := range []struct {
		parts []string
		name  string
	}{
		{[]string{`"TransactionStatus"`, "transactionstatus"}, "Transaction Status"},
		{[]string{"B2C", "b2cresults", "ReceiverPartyPublicName"}, "B2C"},
		{[]string{"reversalresults", `"OriginalTransactionID"`}, "Reversal"},
		{[]string{`"AccountBalance"`}, "Account Balance"},
	} {
		if slices.ContainsFunc(s.parts, func(part string) bool { return bytes.Contains(body, []byte(part)) }) {
			return s.name
		}
	}
	return ""
}

// codePattern is how Daraja's codes look: 1032, E3008, 500.001.1001, SFC_IC0003.
var codePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_.]{1,20}$`)
})

// IsCode reports whether s looks like one of Daraja's codes rather than the name of a file.
func IsCode(s string) bool {
	return codePattern().MatchString(s) && strings.ContainsAny(s, "0123456789") ||
		slices.ContainsFunc(knownErrors, func(k knownError) bool { return k.code == s })
}

// knownError is an error of Daraja's in one of the wordings that decide what its code means, and
// who is answered so.
type knownError struct {
	code, message string
	endpoints     []Endpoint
}

var (
	atPush  = []Endpoint{EndpointPush}
	atQuery = []Endpoint{EndpointQuery}
	atBoth  = []Endpoint{EndpointPush, EndpointQuery}
	atOAuth = []Endpoint{EndpointOAuth}
)

// knownErrors has the wordings only. What each means is for [Classify] to say.
var knownErrors = []knownError{
	{"400.002.02", "Bad Request - Invalid Amount", atPush},
	{"400.002.02", "Bad Request - Invalid PhoneNumber", atPush},
	{"400.002.02", "Bad Request - Invalid CallBackURL", atPush},
	{"400.002.02", "Bad Request - Invalid BusinessShortCode", atBoth},
	{"400.002.02", "Bad Request - Invalid Timestamp", atBoth},
	{"400.002.02", "Bad Request - Threat Detected", atPush},
	{"400.002.02", "Bad Request - Invalid CheckoutRequestID", atQuery},
	{"400.002.05", "Invalid Request Payload", atBoth},
	{"400.003.01", "Invalid Access Token", atBoth},
	{"400.003.02", "Bad Request", atBoth},
	{"400.008.01", "Invalid Authentication passed", atOAuth},
	{"400.008.02", "Invalid grant type passed", atOAuth},
	{"401.002.01", "Error Occurred - Invalid Access Token", atBoth},
	{"404.001.01", "Resource not found", atBoth},
	{"404.001.03", "Invalid Access Token", atBoth},
	{"404.001.04", "Invalid Access Token", atBoth},
	{"404.001.04", "Invalid Authentication Header", atBoth},
	{"404.003.01", "Resource not found", atBoth},
	{"405.001", "Method Not Allowed", atBoth},
	{"500.001.1001", "Merchant does not exist", atBoth},
	{"500.001.1001", "Wrong credentials", atBoth},
	{"500.001.1001", "The Password parameter provided is invalid", atBoth},
	{"500.001.1001", "Unable to lock subscriber", atPush},
	{"500.001.1001", "The transaction is being processed", atQuery},
	{"500.003.02", "System is busy", atBoth},
	{"500.003.02", "Spike Arrest Violation", atBoth},
	{"500.003.03", "Quota Violation", atBoth},
	{"500.003.1001", "Internal Server Error", atBoth},
	{"keymanagement.service.invalid_access_token", "Invalid Access Token", atBoth},
	{"keymanagement.service.access_token_expired", "Access Token expired", atBoth},
	{"keymanagement.service.InvalidAPICallAsNoApiProductMatchFound", "Invalid API call as no apiproduct match found", atBoth},
	{"oauth.v2.InvalidApiKeyForGivenResource", "Invalid ApiKey for given resource", atBoth},
	{"policies.ratelimit.SpikeArrestViolation", "Spike arrest violation", atBoth},
	{"policies.ratelimit.QuotaViolation", "Rate limit quota violation", atBoth},
	{"messaging.adaptors.http.flow.ApplicationNotFound", "Unable to identify proxy for host", atBoth},
	{"messaging.adaptors.http.flow.GatewayTimeout", "Gateway Timeout", atBoth},
}

// ExplainCode is what a bare code can mean, one explanation for each endpoint and wording, in the
// order push, query, callback. Where kind is given only that endpoint counts. There is always at
// least one; a code that nobody has documented is unknown.
func ExplainCode(kind Endpoint, status int, code string) []Explanation {
	if strings.Contains(code, ".") {
		return explainError(kind, status, code)
	}
	endpoints := []Endpoint{EndpointQuery, EndpointCallback}
	switch {
	case kind != "":
		endpoints = []Endpoint{kind}
	case code == CodePaid: // a push's ResponseCode
		endpoints = []Endpoint{EndpointPush, EndpointQuery, EndpointCallback}
	case code == CodePending: // which no callback carries
		endpoints = atQuery
	}
	var all []Explanation
	for _, e := range endpoints {
		means := explained(Answer{Endpoint: e, ResultCode: code, Verdict: verdictOf(e, code)})
		means.CodeOnly = true
		all = append(all, means)
	}
	return all
}

// verdictOf is what a code by itself means as the ResponseCode of a push, or the ResultCode of a
// query or callback.
func verdictOf(e Endpoint, code string) Verdict {
	switch {
	case e == EndpointOAuth: // whose answers have no such codes
		return VerdictMalformed
	case e == EndpointPush && code == CodePaid:
		return VerdictAccepted
	case e == EndpointPush:
		return VerdictUnknown
	case code == CodePaid:
		return VerdictPaid
	case code == CodePending && e == EndpointQuery:
		return VerdictPending
	case refuses(code):
		return VerdictFailed
	}
	return VerdictUnknown
}

func explainError(kind Endpoint, status int, code string) []Explanation {
	as := func(e Endpoint, message string) Explanation {
		body, _ := json.Marshal(map[string]string{"errorCode": code, "errorMessage": message})
		return explained(Classify(e, status, nil, body))
	}
	var all []Explanation
	for _, e := range []Endpoint{EndpointPush, EndpointQuery, EndpointOAuth} {
		for _, k := range knownErrors {
			if k.code == code && slices.Contains(k.endpoints, e) && (kind == "" || kind == e) {
				all = append(all, as(e, k.message))
			}
		}
	}
	if all == nil && kind == "" {
		kind = EndpointPush
	}
	if all == nil {
		all = append(all, as(kind, ""))
	}
	return all
}

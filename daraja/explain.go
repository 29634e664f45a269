package daraja

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
)

// Explanation is what one of Daraja's answers means, in words.
type Explanation struct {
	Answer Answer
	Text   Text
}

// Explain classifies what data holds: one JSON body, or several in a row as logs have them. kind is the
// endpoint they came from, "" to tell it by their shape; status is the HTTP status, 0 where it is not known.
func Explain(kind Endpoint, status int, data []byte) []Explanation {
	documents := SplitDocuments(data)
	if len(documents) < 2 {
		documents = [][]byte{data}
	}
	all := make([]Explanation, 0, len(documents))
	for _, body := range documents {
		endpoint := kind
		if endpoint == "" {
			endpoint = endpointOf(status, body)
		}
		answer := ParseCallback(body)
		if endpoint != EndpointCallback {
			answer = Classify(endpoint, status, nil, body)
		}
		all = append(all, explained(answer))
	}
	return all
}

// codePattern is how Daraja's codes look: 1032, E3008, 500.001.1001, SFC_IC0003.
var codePattern = regexp.MustCompile(`^[A-Za-z0-9_.]{1,20}$`)

// IsCode reports whether s looks like one of Daraja's codes rather than the name of a file.
func IsCode(s string) bool {
	return codePattern.MatchString(s) && strings.ContainsAny(s, "0123456789")
}

// ExplainCode explains a bare code: an error code, which has dots, as an answer to a push unless kind says
// otherwise; any other as the result of a callback.
func ExplainCode(kind Endpoint, status int, code string) Explanation {
	isError := strings.Contains(code, ".")
	if kind == "" {
		kind = EndpointCallback
		if isError {
			kind = EndpointPush
		}
		if strings.HasPrefix(code, "400.008") {
			kind = EndpointOAuth
		}
	}
	if isError {
		body, _ := json.Marshal(map[string]string{"requestId": "", "errorCode": code, "errorMessage": ""})
		return explained(Classify(kind, status, nil, body))
	}
	answer := Answer{Endpoint: kind, ResultCode: code, Verdict: VerdictUnknown}
	meaning, known := Meaning(code)
	switch {
	case kind == EndpointOAuth: // whose answers have no such codes
		answer.Verdict = VerdictMalformed
	case kind == EndpointPush && code == "0":
		answer.Verdict = VerdictAccepted
	case kind == EndpointPush:
	case code == "0":
		answer.Verdict = VerdictPaid
	case code == "4999" && kind == EndpointQuery:
		answer.Verdict = VerdictPending
	case known && meaning.Final:
		answer.Verdict = VerdictFailed
	}
	return explained(answer)
}

func explained(answer Answer) Explanation {
	what, do := Advice(answer)
	return Explanation{Answer: answer, Text: Text{
		EN: strings.TrimSpace(what.EN + " " + do.EN),
		SW: strings.TrimSpace(what.SW + " " + do.SW),
	}}
}

// endpointOf tells by its field names, and its HTTP status where that is known, which endpoint a body came from.
func endpointOf(status int, body []byte) Endpoint {
	has := func(name string) bool { return bytes.Contains(body, []byte(`"`+name+`"`)) }
	switch {
	case has("stkCallback"):
		return EndpointCallback
	case has("access_token") || bytes.Contains(body, []byte("400.008")):
		return EndpointOAuth
	case has("ResultCode") || bytes.Contains(body, []byte("being processed")) || bytes.Contains(body, []byte("CheckoutRequestID")) && has("errorCode"):
		return EndpointQuery
	case len(bytes.TrimSpace(body)) == 0 && status == http.StatusBadRequest:
		return EndpointOAuth // which is how Daraja refuses wrong keys
	default:
		return EndpointPush
	}
}

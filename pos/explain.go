package pos

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"kaunta/daraja"
)

// Explanation is what one of Daraja's answers means to a till, in words.
type Explanation struct {
	Answer daraja.Answer
	Text   Text
}

// Explain classifies what data holds: one JSON body, or several in a row as logs have them. kind is the
// endpoint they came from, "" to tell it by their shape; status is the HTTP status, 0 where it is not known.
func Explain(kind daraja.Endpoint, status int, data []byte) []Explanation {
	documents := daraja.SplitDocuments(data)
	if len(documents) < 2 {
		documents = [][]byte{data}
	}
	explained := make([]Explanation, 0, len(documents))
	for _, body := range documents {
		endpoint := kind
		if endpoint == "" {
			endpoint = endpointOf(body)
		}
		answer := daraja.ParseCallback(body)
		if endpoint != daraja.EndpointCallback {
			answer = daraja.Classify(endpoint, status, nil, body)
		}
		explained = append(explained, explanation(answer))
	}
	return explained
}

// codePattern is how Daraja's codes look: 1032, E3008, 500.001.1001, SFC_IC0003.
var codePattern = regexp.MustCompile(`^[A-Za-z0-9_.]{1,20}$`)

// IsCode reports whether s looks like one of Daraja's codes rather than the name of a file.
func IsCode(s string) bool {
	return codePattern.MatchString(s) && strings.ContainsAny(s, "0123456789")
}

// ExplainCode explains a bare code: an error code, which has dots, as an answer to a push unless kind says
// otherwise; any other as the result of a callback.
func ExplainCode(kind daraja.Endpoint, status int, code string) Explanation {
	isError := strings.Contains(code, ".")
	if kind == "" {
		kind = daraja.EndpointCallback
		if isError {
			kind = daraja.EndpointPush
		}
		if strings.HasPrefix(code, "400.008") {
			kind = daraja.EndpointOAuth
		}
	}
	if isError {
		body, _ := json.Marshal(map[string]string{"requestId": "", "errorCode": code, "errorMessage": ""})
		return explanation(daraja.Classify(kind, status, nil, body))
	}
	answer := daraja.Answer{Endpoint: kind, ResultCode: code, Verdict: daraja.VerdictUnknown}
	meaning, known := daraja.Meaning(code)
	switch {
	case code == "0":
		answer.Verdict = daraja.VerdictPaid
	case code == "4999" && kind == daraja.EndpointQuery:
		answer.Verdict = daraja.VerdictPending
	case known && meaning.Final:
		answer.Verdict = daraja.VerdictFailed
	}
	return explanation(answer)
}

func explanation(answer daraja.Answer) Explanation {
	what, do := daraja.Advice(answer)
	return Explanation{Answer: answer, Text: Text{
		EN: strings.TrimSpace(what.EN + " " + do.EN),
		SW: strings.TrimSpace(what.SW + " " + do.SW),
	}}
}

// endpointOf tells by its field names which endpoint a body came from.
func endpointOf(body []byte) daraja.Endpoint {
	has := func(name string) bool { return bytes.Contains(body, []byte(`"`+name+`"`)) }
	switch {
	case has("stkCallback"):
		return daraja.EndpointCallback
	case has("access_token") || bytes.Contains(body, []byte("400.008")):
		return daraja.EndpointOAuth
	case has("ResultCode") || bytes.Contains(body, []byte("being processed")) || bytes.Contains(body, []byte("CheckoutRequestID")) && has("errorCode"):
		return daraja.EndpointQuery
	case len(bytes.TrimSpace(body)) == 0:
		return daraja.EndpointOAuth // an empty body is how Daraja refuses wrong keys
	default:
		return daraja.EndpointPush
	}
}

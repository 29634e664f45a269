package simulator

import (
	"encoding/json"
	"mime"
	"net/http"
)

// An answer is what Daraja says to one request. The zero answer says nothing: it drops the
// connection.
type answer struct {
	status      int
	contentType string // "" is JSON
	body        any    // a string goes out as it is, anything else as JSON
}

// A failure is Daraja's ordinary error body. An empty RequestID is filled in on the way out.
type failure struct {
	RequestID    string `json:"requestId"`
	ErrorCode    string `json:"errorCode"`
	ErrorMessage string `json:"errorMessage"`
}

// refuse returns an answer with Daraja's ordinary error body.
func refuse(status int, code, message string) answer {
	return answer{status: status, body: failure{ErrorCode: code, ErrorMessage: message}}
}

// invalid returns the answer to a request whose named field is wrong or missing.
func invalid(field string) *answer {
	a := refuse(http.StatusBadRequest, "400.002.02", "Bad Request - Invalid "+field)
	return &a
}

// Answers that several calls or endings give. Their texts are Safaricom's, seen on the wire.
var (
	badPayload     = refuse(http.StatusBadRequest, "400.002.05", "Invalid Request Payload")
	badMethod      = refuse(http.StatusMethodNotAllowed, "405.001", "Method Not Allowed")
	badToken       = refuse(http.StatusNotFound, "404.001.03", "Invalid Access Token")
	badCredentials = refuse(http.StatusInternalServerError, "500.001.1001", "Wrong credentials")
	noMerchant     = refuse(http.StatusInternalServerError, "500.001.1001", "Merchant does not exist")
	threat         = refuse(http.StatusBadRequest, "400.002.02", "Bad Request - Threat Detected")
	systemBusy     = refuse(http.StatusInternalServerError, "500.003.02", "System is busy. Please try again in few minutes.")
	internalError  = refuse(http.StatusInternalServerError, "500.003.1001", "Internal Server Error")
	phoneBusy      = refuse(http.StatusInternalServerError, "500.001.1001",
		"Unable to lock subscriber, a transaction is already in process for the current subscriber")

	// rateLimited is the fault of the Apigee gateway in front of Daraja.
	rateLimited = answer{status: http.StatusTooManyRequests, body: json.RawMessage(
		`{"fault":{"faultstring":"Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=5, ` +
			`periodInMicroseconds=60000000, maxBurstMessageCount=1.0}",` +
			`"detail":{"errorcode":"policies.ratelimit.SpikeArrestViolation"}}}`)}

	// firewalled is a page in the manner of the firewall before the gateway.
	firewalled = answer{status: http.StatusForbidden, contentType: "text/html", body: "<html><head><title>403</title></head>" +
		"<body>Request unsuccessful. Incapsula incident ID: 100000000000000001-200000000000000002</body></html>\n"}

	dropped = answer{}
)

// write sends the answer, or drops the connection.
func (a answer) write(w http.ResponseWriter) {
	if a.status == 0 {
		panic(http.ErrAbortHandler)
	}
	text, plain := a.body.(string)
	if !plain {
		text = string(marshal(a.body))
	}
	contentType := a.contentType
	if contentType == "" {
		contentType = "application/json;charset=UTF-8"
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(a.status)
	_, _ = w.Write([]byte(text)) // a client that is gone cannot be told so
}

// marshal returns v as JSON. Its values are this package's own types, all of which have a JSON
// form.
func marshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

// fields is the JSON object of a request, by exact name. Unknown fields do no harm, as with Daraja.
type fields map[string]json.RawMessage

// readFields decodes the body of a push or query, or returns Daraja's refusal of it.
func readFields(r *http.Request, body []byte) (fields, *answer) {
	if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType != "application/json" {
		// Daraja does not read such a body, and misses the first field (seen on the wire).
		return nil, invalid("BusinessShortCode")
	}
	var f fields
	if err := json.Unmarshal(body, &f); err != nil || f == nil {
		return nil, &badPayload
	}
	return f, nil
}

// text returns a field as text: a JSON string's value, or a number as it is written, since
// Safaricom's sample sends numbers and most clients send strings. Any other value, or none, is "".
func (f fields) text(name string) string {
	var text string
	if json.Unmarshal(f[name], &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(f[name], &number) == nil {
		return number.String()
	}
	return ""
}

// digits reports whether text is ASCII digits only, at least shortest and at most longest of them.
func digits(text string, shortest, longest int) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return shortest <= len(text) && len(text) <= longest
}

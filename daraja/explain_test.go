package daraja

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
)

func utf16Of(s string, order binary.ByteOrder, mark bool) string {
	if mark {
		s = "\ufeff" + s
	}
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, 0, 0)
		order.PutUint16(b[len(b)-2:], u)
	}
	return string(b)
}

// Answers come to people in many wrappings, and mean what they mean without them.
func TestExplainFindsAnswers(t *testing.T) {
	busy := errorBody("500.001.1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber")
	token := errorBody("404.001.03", "Invalid Access Token")
	cancelled := `{"Body":{"stkCallback":{"MerchantRequestID":"m-1","CheckoutRequestID":"` + testCheckoutID + `","ResultCode":1032,"ResultDesc":"Request Cancelled by user."}}}`
	pending := string(queryBodyOf("4999", "The transaction is still under processing"))
	quoted := func(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) }
	axios := func(status int, data string) string {
		return fmt.Sprintf(`{"status":%d,"statusText":"x","headers":{"content-type":"application/json"},"config":{"method":"post","data":"{\"BusinessShortCode\":174379,\"Password\":\"x\"}"},"data":%s}`, status, data)
	}
	for name, tt := range map[string]struct {
		data string
		want string
	}{
		"as it is":                        {busy, "push phone_busy"},
		"a byte order mark":               {"\ufeff" + busy, "push phone_busy"},
		"UTF-16 of PowerShell":            {utf16Of(busy, binary.LittleEndian, true), "push phone_busy"},
		"UTF-16, the other way":           {utf16Of(busy, binary.BigEndian, true), "push phone_busy"},
		"UTF-16 without a mark":           {utf16Of(busy, binary.LittleEndian, false), "push phone_busy"},
		"lines of Windows":                {strings.ReplaceAll(busy, `",`, "\",\r\n") + "\r\n", "push phone_busy"},
		"a log line":                      {"[2026-11-20 10:02:11] production.ERROR: STK failed " + busy + "\n", "push phone_busy"},
		"a log with a brace before":       {"{main} handler {" + "\n" + cancelled + "\n", "callback failed"},
		"two in one line":                 {"push " + busy + " then " + cancelled, "push phone_busy, callback failed"},
		"lines with commas":               {busy + ",\n" + cancelled + ",\n", "push phone_busy, callback failed"},
		"a list":                          {"[" + busy + ",\n" + cancelled + ",]", "push phone_busy, callback failed"},
		"a comma too many inside":         {strings.Replace(cancelled, `"}}}`, `",},},}`, 1), "callback failed"},
		"a body in quotes":                {`"` + quoted(busy) + `"`, "push phone_busy"},
		"a body in quotes in a log":       {"error: " + quoted(busy) + " at line 7", "push phone_busy"},
		"a structured log":                {`{"level":"info","msg":"callback","body":"` + quoted(cancelled) + `"}`, "callback failed"},
		"a structured log of an object":   {`{"level":"info","payload":` + cancelled + `}` + "\n" + `{"level":"info"}`, "callback failed"},
		"curl -i":                         {"HTTP/1.1 404 Resource not found\r\nContent-Type: application/json\r\n\r\n" + token, "push auth"},
		"curl -i after a command":         {"$ curl -i -d '{\"Amount\":1}' https://sandbox\nHTTP/2 404\ncontent-type: application/json\n\n" + token, "push auth"},
		"curl -i through a proxy":         {"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 x\r\n\r\n" + token, "push auth"},
		"curl -i twice":                   {"HTTP/1.1 404 x\r\n\r\n" + token + "\nHTTP/1.1 200 OK\r\n\r\n" + pushAccepted, "push auth, push accepted"},
		"curl -i, another status":         {"HTTP/1.1 500 x\r\n\r\n" + token, "push unknown"},
		"curl -i, no body":                {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "oauth credentials"},
		"curl -i, the firewall's headers": {"HTTP/1.1 403 Forbidden\r\nX-CDN: Imperva\r\n\r\nno", "push blocked"},
		"curl -v":                         {"* Connected\n> POST /mpesa HTTP/1.1\n> Host: x\n>\n< HTTP/1.1 404 Not Found\n< Content-Type: application/json\n<\n{ [94 bytes data]\n" + token + "\n* Closing connection", "push auth"},
		"axios, an answer":                {axios(200, pending), "query pending"},
		"axios, an error":                 {`{"message":"Request failed with status code 404","name":"AxiosError","response":` + axios(404, token) + `}`, "push auth"},
		"axios, a body in a string":       {axios(404, `"`+quoted(token)+`"`), "push auth"},
		"axios, a page":                   {axios(403, `"<html>Request unsuccessful. Incapsula incident ID: 1-2</html>"`), "push blocked"},
		"axios, as node prints it": {`AxiosError: Request failed with status code 404 {
  code: 'ERR_BAD_REQUEST',
  request: <ref *1> ClientRequest { _events: [Object: null prototype] { error: [Function (anonymous)] } },
  response: { status: 404, config: { data: '{"Amount":1}' }, data: { requestId: '1-1-1', errorCode: '404.001.03', errorMessage: 'Invalid Access Token' } }
}`, "push auth"},
		"as node prints it":         {`{ Body: { stkCallback: { MerchantRequestID: 'm-1', CheckoutRequestID: 'ws_CO_1', ResultCode: 1032, ResultDesc: 'user\'s "choice"', CallbackMetadata: undefined } } }`, "callback failed"},
		"as Python prints it":       {`{'Body': {'stkCallback': {'CheckoutRequestID': 'ws_CO_1', 'ResultCode': 1032, 'ResultDesc': 'no', 'CallbackMetadata': None}}}`, "callback failed"},
		"a query's refusal":         {errorBodyFor("ws_CO_1", "400.003.01", "Invalid Access Token"), "query auth"},
		"another service":           {`{"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"ok","TransactionID":"UF10000000"}}`, "result unknown"},
		"a payment to the shop":     {`{"TransID":"UF1E26QWJZ","TransAmount":"450.00","BusinessShortCode":"600000"}`, "c2b unknown"},
		"a page":                    {firewallPage, "push blocked"},
		"nothing":                   {"", "push unknown"},
		"text":                      {"it did not work", "push unknown"},
		"braces":                    {strings.Repeat("{", 50_000), "push unknown"},
		"a stranger's answer":       {`{"status":true,"response":{"MerchantRequestID":"m","CheckoutRequestID":"ws_CO_1","ResultCode":0,"Status":"Success"},"forward_url":""}`, "query unknown"},
		"a stranger's, cut off":     {`{"status":true,"response":{"MerchantRequestID":"m","CheckoutRequestID":"ws_CO_1","ResponseCode":"0","ResultCode":"0"}`, "query unknown"},
		"a result told twice":       {`{"ResponseCode":"0","CheckoutRequestID":"ws_CO_1","ResultCode":"1032","ResultCode":"0"}`, "query unknown"},
		"a result told twice, in a": {"log " + strings.Replace(cancelled, `"ResultCode":1032`, `"ResultCode":1032,"resultCode":0`, 1), "callback malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, e := range Explain("", 0, []byte(tt.data)) {
				got = append(got, e.Kind+" "+string(e.Answer.Verdict))
				if TillExplain(e).EN == "" || TillExplain(e).SW == "" {
					t.Errorf("without words: %+v", e)
				}
			}
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("%s, want %s", s, tt.want)
			}
		})
	}
}

func errorBodyFor(id, code, message string) string {
	return fmt.Sprintf(`{"requestId":%q,"errorCode":%q,"errorMessage":%q}`, id, code, message)
}

// What people may wrap an answer in is for explain alone: at the till none of it is an answer.
func TestWrappedAnswersDecideNothing(t *testing.T) {
	paid, accepted := string(callbackBody(nil)), pushAccepted
	if ParseCallback([]byte(paid)).Verdict != VerdictPaid {
		t.Fatal("the callback is not one")
	}
	for _, wrap := range []func(string) string{
		func(s string) string { return "\ufeff" + s },
		func(s string) string { return utf16Of(s, binary.LittleEndian, true) },
		func(s string) string { return "log: " + s },
		func(s string) string { return s + "," },
		func(s string) string { return "[" + s + "]" },
		func(s string) string { return strings.TrimSuffix(s, "}") + ",}" },
		func(s string) string { return "HTTP/1.1 200 OK\r\n\r\n" + s },
		func(s string) string { return `{"status":200,"headers":{},"data":` + s + `}` },
	} {
		if a := ParseCallback([]byte(wrap(paid))); a.Verdict != VerdictMalformed {
			t.Errorf("%s: %s", wrap("…"), a.Verdict)
		}
		if a := Classify(EndpointPush, 200, nil, []byte(wrap(accepted))); a.Verdict != VerdictUnknown {
			t.Errorf("%s: %s", wrap("…"), a.Verdict)
		}
		if e := Explain("", 0, []byte(wrap(paid))); len(e) != 1 || e[0].Answer.Verdict != VerdictPaid {
			t.Errorf("%s is explained as %+v", wrap("…"), e)
		}
	}
}

func TestExplainCode(t *testing.T) {
	for _, tt := range []struct {
		kind Endpoint
		code string
		want string
	}{
		{"", "0", "push accepted, query paid, callback paid"},
		{EndpointPush, "0", "push accepted"},
		{EndpointQuery, "0", "query paid"},
		{EndpointOAuth, "0", "oauth malformed"},
		{"", "1032", "query failed, callback failed"},
		{"", "2007", "query failed, callback failed"},
		{"", "4999", "query pending"},
		{EndpointCallback, "4999", "callback unknown"},
		{"", "9999", "query unknown, callback unknown"},
		{"", "7777", "query unknown, callback unknown"},
		{"", "SFC_IC0003", "query failed, callback failed"},
		{EndpointPush, "1032", "push unknown"},
		{"", "404.001.03", "push auth, query auth"},
		{"", "404.001.04", "push auth, push configuration, query auth, query configuration"},
		{"", "400.003.01", "push auth, query auth"},
		{"", "400.008.01", "oauth credentials"},
		{"", "500.003.02", "push system_busy, push rate_limited, query system_busy, query rate_limited"},
		{"", "500.001.1001", "push configuration, push configuration, push configuration, push phone_busy, query configuration, query configuration, query configuration, query pending"},
		{EndpointQuery, "500.003.03", "query rate_limited"},
		{EndpointOAuth, "404.001.03", "oauth malformed"},
		{"", "999.9", "push unknown"},
	} {
		var got []string
		for _, e := range ExplainCode(tt.kind, 0, tt.code) {
			got = append(got, e.Kind+" "+string(e.Answer.Verdict))
			if hands := strings.Contains(TillExplain(e).EN, "Hand over"); hands != (e.Answer.Verdict == VerdictPaid) {
				t.Errorf("%s: %s", tt.code, TillExplain(e).EN)
			}
		}
		if s := strings.Join(got, ", "); s != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.kind, tt.code, s, tt.want)
		}
	}
	if e := ExplainCode("", 0, "2001")[0]; !strings.Contains(TillExplain(e).EN, "without M-PESA") || !strings.Contains(TillExplain(e).SW, "zisizo na M-PESA") {
		t.Errorf("2001: %+v", TillExplain(e))
	}
}

// Every wording that explain lists is one that Classify knows, but for the two that are known to
// say nothing.
func TestKnownErrors(t *testing.T) {
	for _, k := range knownErrors {
		for _, e := range k.endpoints {
			a := Classify(e, 0, nil, []byte(errorBody(k.code, k.message)))
			says := a.Verdict != VerdictUnknown && (a.Verdict != VerdictMalformed || k.code == "400.008.02")
			if nothing := k.code == "500.003.1001" || strings.HasSuffix(k.code, "GatewayTimeout"); says == nothing {
				t.Errorf("%s %s %q: %s", e, k.code, k.message, a.Verdict)
			}
		}
		if !IsCode(k.code) {
			t.Errorf("%s is taken for the name of a file", k.code)
		}
	}
}

// Whatever stands in a file, explain ends, has words for it, and does not make a payment of what is
// none on the wire.
func FuzzExplain(f *testing.F) {
	for _, s := range []string{
		pushAccepted, "HTTP/1.1 404 x\r\nA: b\r\n\r\n{}", "< HTTP/2 200\n<\n{}", `{'a': None, b: [1,,], "c": "\"x"}`, `"{\"a\":1}"`, `{\"a\":1}`, utf16Of(`{"a":1}`, binary.BigEndian, true),
		`{"status":404,"headers":{},"data":"{}"}`, "{{{", string(callbackBody(nil)), `{"Result":{"ResultCode":0}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all := Explain("", 0, data)
		if len(all) == 0 {
			t.Error("no word")
		}
		for _, e := range all {
			if TillExplain(e).EN == "" || TillExplain(e).SW == "" || e.Kind == "" {
				t.Errorf("%+v", e)
			}
			if e.Answer.Endpoint != "" {
				checkLaws(t, e.Answer)
				if a := Classify(e.Answer.Endpoint, e.Answer.HTTPStatus, nil, e.Answer.Raw); e.Answer.Verdict == VerdictPaid && a.Verdict != VerdictPaid {
					t.Errorf("paid, but as it stands on the wire %s: %s", a.Verdict, e.Answer.Raw)
				}
			}
		}
	})
}

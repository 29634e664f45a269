package daraja

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const (
	firewallPage = `<html><head></head><body><iframe src="/_Incapsula_Resource?CWUDNSAI=1">Request unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>`
	spikeFault   = `{"fault":{"faultstring":"Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=5, periodInMicroseconds=60000000, maxBurstMessageCount=1.0}","detail":{"errorcode":"policies.ratelimit.SpikeArrestViolation"}}}`
	quotaFault   = `{"fault":{"faultstring":"Rate limit quota violation. Quota limit exceeded.","detail":{"errorcode":"policies.ratelimit.QuotaViolation"}}}`
	productFault = `{"fault":{"faultstring":"Invalid API call as no apiproduct match found","detail":{"errorcode":"keymanagement.service.InvalidAPICallAsNoApiProductMatchFound"}}}`
	noProxyFault = `{"fault":{"faultstring":"Unable to identify proxy for host: secure and url: \/mpesa\/stkpush\/v1\/processrequest","detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}`
	tokenFault   = `{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"keymanagement.service.invalid_access_token"}}}`
	soapFault    = `{"Envelope":{"Body":{"Fault":{"faultcode":"soap:Server","faultstring":"Execution of ServiceCallout failed.","detail":{"source":{"errorcode":"steps.servicecallout.ExecutionFailed"}}}}}}`
)

func TestClassify(t *testing.T) {
	processing := errorBody("500.001.1001", "The transaction is being processed")
	locked := errorBody("500.001.1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber")
	tests := []struct {
		endpoint Endpoint
		status   int
		body     string
		want     Verdict
	}{
		// Pushes that Daraja took, or may have.
		{EndpointPush, 200, pushAccepted, VerdictAccepted},
		{EndpointPush, 200, `{"CheckoutRequestID":"ws_CO_1","ResponseCode":"0"}`, VerdictAccepted},
		{EndpointPush, 200, `{"CheckoutRequestID":"ws_CO_1","ResponseCode":0}`, VerdictAccepted},
		{EndpointPush, 201, pushAccepted, VerdictUnknown},
		{EndpointPush, 500, pushAccepted, VerdictUnknown},
		{EndpointPush, 302, pushAccepted, VerdictUnknown},
		{EndpointPush, 200, `{"CheckoutRequestID":"","ResponseCode":"0"}`, VerdictUnknown},
		{EndpointPush, 200, `{"CheckoutRequestID":"   ","ResponseCode":"0"}`, VerdictUnknown},
		{EndpointPush, 200, `{"CheckoutRequestID":"` + strings.Repeat("x", 65) + `","ResponseCode":"0"}`, VerdictUnknown},
		{EndpointPush, 200, `{"ResponseCode":"0"}`, VerdictUnknown},
		{EndpointPush, 200, `{"CheckoutRequestID":"ws_CO_1"}`, VerdictUnknown},
		{EndpointPush, 200, `{"CheckoutRequestID":"ws_CO_1","ResponseCode":"1"}`, VerdictUnknown},
		{EndpointPush, 200, `{"CheckoutRequestID":"ws_CO_1","ResponseCode":" 0"}`, VerdictUnknown},
		{EndpointPush, 200, `{"CheckoutRequestID":"ws_CO_1","ResponseCode":"1","ResponseCode":"0"}`, VerdictUnknown},
		{EndpointPush, 200, `{"checkoutRequestID":"ws_CO_1","responseCode":"0"}`, VerdictUnknown},
		{EndpointPush, 200, pushAccepted + "x", VerdictUnknown},
		{EndpointPush, 200, pushAccepted[:40], VerdictUnknown},
		{EndpointPush, 200, `[` + pushAccepted + `]`, VerdictUnknown},
		{EndpointPush, 200, ``, VerdictUnknown},
		{EndpointPush, 200, `<html>maintenance</html>`, VerdictUnknown},
		{EndpointPush, 200, firewallPage, VerdictBlocked},
		{EndpointPush, 200, errorBody("400.002.02", "Bad Request - Invalid Amount"), VerdictUnknown},
		{EndpointPush, 0, `{"CheckoutRequestID":"ws_CO_1","ResponseCode":"0","errorCode":"400.002.02","errorMessage":"Invalid Amount"}`, VerdictUnknown},
		{EndpointPush, 400, `{"CheckoutRequestID":"ws_CO_1","ResponseCode":"0","errorCode":"400.002.02","errorMessage":"Invalid Amount"}`, VerdictUnknown},

		// The table of refusals.
		{EndpointPush, 400, errorBody("400.002.02", "Bad Request - Invalid Amount"), VerdictValidation},
		{EndpointPush, 400, errorBody("400.002.02", "Bad Request - Invalid PhoneNumber"), VerdictValidation},
		{EndpointPush, 400, errorBody("400.002.02", "Bad Request - Invalid CheckoutRequestID"), VerdictValidation},
		{EndpointPush, 400, errorBody("400.002.02", "BAD REQUEST - INVALID AMOUNT"), VerdictValidation},
		{EndpointPush, 400, errorBody("400.002.02", "Bad Request - Threat Detected"), VerdictValidation},
		{EndpointPush, 400, errorBody("400.002.05", "Invalid Request Payload"), VerdictValidation},
		{EndpointPush, 0, errorBody("400.002.02", "Bad Request - Invalid Amount"), VerdictValidation},
		{EndpointPush, 500, errorBody("400.002.02", "Bad Request - Invalid Amount"), VerdictUnknown},
		{EndpointPush, 400, errorBody("400.002.02", "Something new"), VerdictUnknown},
		{EndpointPush, 400, errorBody("400.777", "Something new"), VerdictUnknown},
		{EndpointPush, 400, ``, VerdictUnknown},
		{EndpointPush, 404, errorBody("404.001.03", "Invalid Access Token"), VerdictAuth},
		{EndpointPush, 0, errorBody("404.001.03", "Invalid Access Token"), VerdictAuth},
		{EndpointPush, 500, errorBody("404.001.03", "Invalid Access Token"), VerdictUnknown},
		{EndpointPush, 200, errorBody("404.001.03", "Invalid Access Token"), VerdictUnknown},
		{EndpointPush, 401, tokenFault, VerdictAuth},
		{EndpointPush, 0, tokenFault, VerdictAuth},
		{EndpointPush, 401, ``, VerdictAuth},
		{EndpointPush, 401, `<html>sign in</html>`, VerdictAuth},
		{EndpointPush, 401, firewallPage, VerdictBlocked},
		{EndpointPush, 401, productFault, VerdictConfiguration},
		{EndpointPush, 401, errorBody("500.003.1001", "Internal Server Error"), VerdictUnknown},
		{EndpointPush, 401, errorBody("401.001", "Unauthorized"), VerdictAuth},
		{EndpointPush, 404, errorBody("404.001.03", "The service was not found"), VerdictUnknown},
		{EndpointPush, 404, errorBody("404.001.04", "Invalid Authentication Header"), VerdictConfiguration},
		{EndpointPush, 0, errorBody("404.001.04", "Invalid Authentication Header"), VerdictConfiguration},
		{EndpointPush, 500, errorBody("404.001.04", "Invalid Authentication Header"), VerdictUnknown},
		{EndpointPush, 404, noProxyFault, VerdictConfiguration},
		{EndpointPush, 0, noProxyFault, VerdictConfiguration},
		{EndpointPush, 500, noProxyFault, VerdictUnknown},
		{EndpointPush, 404, errorBody("404.003.01", "Resource not found"), VerdictConfiguration},
		{EndpointPush, 500, errorBody("404.003.01", "Resource not found"), VerdictUnknown},
		{EndpointPush, 400, errorBody("400.003.02", "Bad Request"), VerdictValidation},
		{EndpointPush, 400, errorBody("400.003.09", "Bad Request"), VerdictUnknown},
		{EndpointPush, 500, errorBody("500.001.1001", "The Password parameter provided is invalid"), VerdictConfiguration},
		{EndpointPush, 404, errorBody("404.001.01", "Resource not found"), VerdictConfiguration},
		{EndpointPush, 405, errorBody("405.001", "Method Not Allowed"), VerdictConfiguration},
		{EndpointPush, 404, `<html>no such page</html>`, VerdictUnknown},
		{EndpointPush, 500, errorBody("500.001.1001", "[MerchantValidate] - Wrong credentials"), VerdictConfiguration},
		{EndpointPush, 500, errorBody("500.001.1001", "Merchant does not exist"), VerdictConfiguration},
		{EndpointPush, 500, locked, VerdictPhoneBusy},
		{EndpointPush, 500, processing, VerdictUnknown},
		{EndpointPush, 500, errorBody("500.001.1001", "Wrong credentials; the transaction is being processed"), VerdictUnknown},
		{EndpointPush, 500, errorBody("500.001.1001", "Something new"), VerdictUnknown},
		{EndpointPush, 400, errorBody("500.001.1001", "Wrong credentials"), VerdictUnknown},
		{EndpointPush, 500, errorBody("500.003.02", "System is busy. Please try again in few minutes."), VerdictSystemBusy},
		{EndpointPush, 500, errorBody("500.003.02", "Error Occurred: Spike Arrest Violation"), VerdictRateLimited},
		{EndpointPush, 500, errorBody("500.003.03", "Error Occurred: Quota Violation"), VerdictRateLimited},
		{EndpointPush, 500, errorBody("500.003.02", "Something new"), VerdictUnknown},
		{EndpointPush, 500, errorBody("500.003.1001", "Internal Server Error"), VerdictUnknown},
		{EndpointPush, 500, spikeFault, VerdictRateLimited},
		{EndpointPush, 500, quotaFault, VerdictRateLimited},
		{EndpointPush, 200, spikeFault, VerdictUnknown},
		{EndpointPush, 429, spikeFault, VerdictRateLimited},
		{EndpointPush, 429, ``, VerdictRateLimited},
		{EndpointPush, 429, `<html></html>`, VerdictRateLimited},
		{EndpointPush, 429, firewallPage, VerdictRateLimited},
		{EndpointPush, 500, soapFault, VerdictUnknown},
		{EndpointPush, 500, ``, VerdictUnknown},
		{EndpointPush, 502, `<html>Bad Gateway</html>`, VerdictUnknown},
		{EndpointPush, 503, `upstream connect error`, VerdictUnknown},
		{EndpointPush, 503, `The requested URL was rejected. INCAPSULA incident 7`, VerdictBlocked},
		{EndpointPush, 403, firewallPage, VerdictBlocked},
		{EndpointPush, 0, firewallPage, VerdictBlocked},
		{EndpointPush, 403, `<html>forbidden</html>`, VerdictUnknown},
		{EndpointPush, 500, `{"errorCode":"500.001.1001","errorCode":"500.001.1001","errorMessage":"Wrong credentials"}`, VerdictUnknown},
		{EndpointPush, 500, `{"errorcode":"500.001.1001","errormessage":"Wrong credentials"}`, VerdictUnknown},

		// Queries.
		{EndpointQuery, 200, string(queryBodyOf("0", "The service request is processed successfully.")), VerdictPaid},
		{EndpointQuery, 0, string(queryBodyOf("0", "The service request is processed successfully.")), VerdictPaid},
		// An answer that does not name its payment says nothing about any; the second is what a callback
		// listener answers.
		{EndpointQuery, 200, `{"ResultCode":"0"}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResultCode":0,"ResultDesc":"Accepted"}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":"1032","MerchantRequestID":"1-2-3"}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":"0","CheckoutRequestID":""}`, VerdictUnknown},
		{EndpointQuery, 200, `{"CheckoutRequestID":"ws_CO_1","ResultCode":0}`, VerdictPaid},
		{EndpointQuery, 500, string(queryBodyOf("0", "")), VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"1","ResultCode":"0"}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":null,"ResultCode":"0"}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":"1032","ResultCode":"0"}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":"0","resultCode":"1032"}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":"0",}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":"0"}{}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":"0.0"}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":" 0"}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":""}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":null}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0"}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":"0","CheckoutRequestID":7}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":"0","MerchantRequestID":"<` + strings.Repeat("p", 80) + `>"}`, VerdictUnknown},
		{EndpointQuery, 200, `{"ResponseCode":"0","ResultCode":"0","errorCode":"500.001.1001","errorMessage":"being processed"}`, VerdictUnknown},
		{EndpointQuery, 200, string(queryBodyOf("1032", "[STK_CB - ]Request cancelled by user")), VerdictFailed},
		{EndpointQuery, 200, string(queryBodyOf("E3008", "Bad debt")), VerdictFailed},
		{EndpointQuery, 200, string(queryBodyOf("1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber")), VerdictFailed},
		{EndpointQuery, 200, string(queryBodyOf("4999", "The transaction is still under processing")), VerdictPending},
		{EndpointQuery, 200, string(queryBodyOf("4999", "")), VerdictPending},
		{EndpointQuery, 200, string(queryBodyOf("9999", "The transaction is being processed")), VerdictPending},
		{EndpointQuery, 200, string(queryBodyOf("1032", "The transaction is still under processing")), VerdictPending},
		{EndpointQuery, 200, string(queryBodyOf("9999", "Error")), VerdictUnknown},
		{EndpointQuery, 200, string(queryBodyOf("31415", "Something new")), VerdictUnknown},
		{EndpointQuery, 500, processing, VerdictPending},
		{EndpointQuery, 0, processing, VerdictPending},
		{EndpointQuery, 200, processing, VerdictUnknown},
		{EndpointQuery, 400, errorBody("400.002.02", "Bad Request - Invalid CheckoutRequestID"), VerdictPending},
		{EndpointQuery, 400, errorBody("400.002.02", "Bad Request - Invalid BusinessShortCode"), VerdictValidation},
		{EndpointQuery, 500, errorBody("500.001.1001", "Wrong credentials"), VerdictConfiguration},
		{EndpointQuery, 500, locked, VerdictUnknown},
		{EndpointQuery, 404, errorBody("404.001.03", "Invalid Access Token"), VerdictAuth},
		{EndpointQuery, 429, spikeFault, VerdictRateLimited},
		{EndpointQuery, 500, errorBody("500.003.02", "System is busy. Please try again in few minutes."), VerdictSystemBusy},
		{EndpointQuery, 403, firewallPage, VerdictBlocked},
		{EndpointQuery, 200, firewallPage, VerdictBlocked},
		{EndpointQuery, 200, `<html>maintenance</html>`, VerdictUnknown},
		{EndpointQuery, 500, errorBody("500.003.1001", "Internal Server Error"), VerdictUnknown},

		// Tokens.
		{EndpointOAuth, 200, `{"access_token":"SGWcJPtNtYNPGm6uSYR9yPYrAI3Bm","expires_in":"3599"}`, VerdictToken},
		{EndpointOAuth, 200, `{"access_token":"SGWcJPtNtYNPGm6uSYR9yPYrAI3Bm","expires_in":3599}`, VerdictToken},
		{EndpointOAuth, 200, `{"access_token":"SGWcJPtNtYNPGm6uSYR9yPYrAI3Bm"}`, VerdictToken},
		{EndpointOAuth, 500, `{"access_token":"SGWcJPtNtYNPGm6uSYR9yPYrAI3Bm","expires_in":"3599"}`, VerdictMalformed},
		{EndpointOAuth, 200, `{"access_token":"","expires_in":"3599"}`, VerdictMalformed},
		{EndpointOAuth, 200, `{"access_token":"a","access_token":"b"}`, VerdictMalformed},
		{EndpointOAuth, 200, `{"access_token":"a\r\nX-Other: b"}`, VerdictMalformed},
		{EndpointOAuth, 200, `{"Access_Token":"abc"}`, VerdictMalformed},
		{EndpointOAuth, 200, `grant_type=client_credentials`, VerdictMalformed},
		{EndpointOAuth, 200, ``, VerdictMalformed},
		{EndpointOAuth, 0, ``, VerdictMalformed},
		{EndpointOAuth, 400, ``, VerdictCredentials},
		{EndpointOAuth, 401, " \n", VerdictCredentials},
		{EndpointOAuth, 401, errorBody("401.003.01", "Something new"), VerdictCredentials},
		{EndpointOAuth, 400, errorBody("400.008.01", "Invalid Authentication passed"), VerdictCredentials},
		{EndpointOAuth, 400, errorBody("400.008.02", "Invalid grant type passed"), VerdictMalformed},
		{EndpointOAuth, 500, errorBody("400.008.01", "Invalid Authentication passed"), VerdictMalformed},
		{EndpointOAuth, 500, ``, VerdictMalformed},
		{EndpointOAuth, 503, `upstream connect error`, VerdictMalformed},
		{EndpointOAuth, 403, firewallPage, VerdictBlocked},
		{EndpointOAuth, 429, spikeFault, VerdictBlocked},

		{EndpointCallback, 0, string(callbackBody(nil)), VerdictPaid},
		{EndpointCallback, 500, `{}`, VerdictMalformed},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s %d %.60s", tt.endpoint, tt.status, tt.body), func(t *testing.T) {
			a := Classify(tt.endpoint, tt.status, nil, []byte(tt.body))
			if a.Verdict != tt.want {
				t.Errorf("%s, want %s\n%s", a.Verdict, tt.want, tt.body)
			}
			checkLaws(t, a)
		})
	}
}

// tokenRefusals are the spellings of a refused token, as seen on the wire, in documents and in
// other people's code.
var tokenRefusals = []struct {
	status int
	body   string
}{
	{404, errorBody("404.001.03", "Invalid Access Token")},
	{404, errorBody("404.001.04", "Invalid Access Token")},
	{400, errorBody("400.003.01", "Invalid Access Token")},
	{400, errorBody("400.003.01", "Access token has expired")},
	{401, errorBody("401.002.01", "Error Occurred - Invalid Access Token - Q2m8cANaRYtOkEnn0tAReAlTokEN")},
	{401, errorBody("401.003.01", "Error Occurred - Invalid Access Token")},
	{403, errorBody("403.001.01", "Expired access_token")},
	{401, tokenFault},
	{401, `{"fault":{"faultstring":"Access Token expired","detail":{"errorcode":"keymanagement.service.access_token_expired"}}}`},
	{401, `{"fault":{"faultstring":"Invalid ApiKey for given resource","detail":{"errorcode":"oauth.v2.InvalidApiKeyForGivenResource"}}}`},
}

// A refused token is known by its message and a status of the 400s, whatever its code. With another
// status, or a code of another kind, nothing is proved.
func TestClassifyRefusedToken(t *testing.T) {
	for _, refused := range tokenRefusals {
		for _, e := range []Endpoint{EndpointPush, EndpointQuery} {
			for status, want := range map[int]Verdict{
				refused.status: VerdictAuth, 0: VerdictAuth, 400: VerdictAuth, 200: VerdictUnknown, 500: VerdictUnknown, 502: VerdictUnknown,
			} {
				if a := Classify(e, status, nil, []byte(refused.body)); a.Verdict != want {
					t.Errorf("%s %d %s: %s, want %s", e, status, refused.body, a.Verdict, want)
				}
			}
		}
	}
	for _, body := range []string{
		errorBody("500.001.1001", "Invalid Access Token"), errorBody("200.001", "Invalid Access Token"),
		errorBody("404.001.03", "Access token accepted"), errorBody("404.001.03", ""),
		`{"CheckoutRequestID":"ws_CO_1","ResponseCode":"0","errorCode":"404.001.03","errorMessage":"Invalid Access Token"}`,
	} {
		for _, status := range []int{0, 404} {
			if a := Classify(EndpointPush, status, nil, []byte(body)); a.Verdict != VerdictUnknown {
				t.Errorf("%d %s: %s", status, body, a.Verdict)
			}
		}
	}
}

// A push that is not accepted and not on this list may have gone out.
func TestMayHaveMovedMoney(t *testing.T) {
	for _, tt := range []struct {
		a    Answer
		want bool
	}{
		{Answer{Endpoint: EndpointPush, Verdict: VerdictAccepted}, true},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictUnknown}, true},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictBlocked}, true},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictUnknown, NotSent: true}, false},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictBlocked, NotSent: true}, false},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictValidation}, false},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictConfiguration}, false},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictAuth}, false},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictPhoneBusy}, false},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictSystemBusy}, false},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictRateLimited}, false},
		{Answer{Endpoint: EndpointQuery, Verdict: VerdictRateLimited}, true},
		{Answer{Endpoint: EndpointQuery, Verdict: VerdictUnknown, NotSent: true}, true},
		{Answer{Endpoint: EndpointQuery, Verdict: VerdictFailed}, false},
		{Answer{Endpoint: EndpointCallback, Verdict: VerdictFailed}, false},
		{Answer{Endpoint: EndpointCallback, Verdict: VerdictMalformed}, true},
		{Answer{Endpoint: EndpointOAuth, Verdict: VerdictCredentials}, false},
	} {
		if got := tt.a.MayHaveMovedMoney(); got != tt.want {
			t.Errorf("%s %s NotSent=%v: %v", tt.a.Endpoint, tt.a.Verdict, tt.a.NotSent, got)
		}
	}
}

func TestClassifyReadsWhatIsShown(t *testing.T) {
	a := Classify(EndpointPush, 500, nil, []byte(errorBody("500.001.1001", "[MerchantValidate] - Wrong credentials")))
	if a.ErrorCode != "500.001.1001" || a.ErrorMessage != "Wrong credentials" || a.HTTPStatus != 500 {
		t.Errorf("got %+v", a)
	}
	a = Classify(EndpointPush, 429, nil, []byte(spikeFault))
	if a.ErrorCode != "policies.ratelimit.SpikeArrestViolation" || !strings.HasPrefix(a.ErrorMessage, "Spike arrest violation.") {
		t.Errorf("got %+v", a)
	}
	a = Classify(EndpointPush, 500, nil, []byte(soapFault))
	if a.ErrorCode != "steps.servicecallout.ExecutionFailed" || a.ErrorMessage == "" {
		t.Errorf("got %+v", a)
	}
	a = Classify(EndpointQuery, 200, nil, queryBodyOf("1032", "[STK_CB - ]Request cancelled by user"))
	if a.ResultDesc != "Request cancelled by user" || a.CheckoutRequestID != testCheckoutID || a.MerchantRequestID != testMerchantID {
		t.Errorf("got %+v", a)
	}
	if !bytes.Equal(a.Raw, queryBodyOf("1032", "[STK_CB - ]Request cancelled by user")) {
		t.Errorf("Raw %s", a.Raw)
	}
	// The id may already be in an answer that is otherwise of no use.
	a = Classify(EndpointPush, 200, nil, []byte(`{"ResponseCode":"9","CheckoutRequestID":"ws_CO_1"}`))
	if a.Verdict != VerdictUnknown || a.CheckoutRequestID != "ws_CO_1" {
		t.Errorf("got %+v", a)
	}
}

// The firewall is known by its page; its headers stand on every answer and count with its statuses
// only.
func TestClassifyFirewallHeaders(t *testing.T) {
	imperva := http.Header{"X-Cdn": {"Imperva"}}
	for _, tt := range []struct {
		status int
		header http.Header
		body   string
		want   Verdict
	}{
		{403, imperva, ``, VerdictBlocked},
		{503, http.Header{"X-Iinfo": {"10-1-2 NNNN"}}, `Service Unavailable`, VerdictBlocked},
		{403, nil, ``, VerdictUnknown},
		{200, imperva, ``, VerdictUnknown},
		{200, imperva, pushAccepted, VerdictAccepted},
		{500, imperva, `<html></html>`, VerdictUnknown},
		{500, imperva, errorBody("500.001.1001", "Wrong credentials"), VerdictConfiguration},
	} {
		if a := Classify(EndpointPush, tt.status, tt.header, []byte(tt.body)); a.Verdict != tt.want {
			t.Errorf("%d %v %q: %s, want %s", tt.status, tt.header, tt.body, a.Verdict, tt.want)
		}
	}
}

// 401.002.01 repeats the token that it refuses.
func TestClassifyHidesTokens(t *testing.T) {
	const token = "Q2m8cANaRYtOkEnn0tAReAlTokEN"
	bodies := []string{
		errorBody("401.002.01", "Error Occurred - Invalid Access Token - "+token),
		errorBody("404.001.03", "Invalid access token: "+token),
		`{"fault":{"faultstring":"Invalid Access Token ` + token + `","detail":{"errorcode":"x"}}}`,
		`{"access_token":"` + token + `","expires_in":"3599"}`,
		`{"access_token"    :     "` + token + `","access_token":"` + token + `"}`,
		"access_token=" + token,
	}
	for _, e := range []Endpoint{EndpointOAuth, EndpointPush, EndpointQuery} {
		for _, body := range bodies[:3] {
			a := Classify(e, 401, nil, []byte(body))
			if s := fmt.Sprintf("%+v %s", a, a.Raw); strings.Contains(s, token) {
				t.Errorf("%s shows the token: %s", e, s)
			}
		}
	}
	for _, body := range bodies {
		a := Classify(EndpointOAuth, 200, nil, []byte(body))
		if s := fmt.Sprintf("%+v %s", a, a.Raw); strings.Contains(s, token) {
			t.Errorf("shows the token: %s", s)
		}
	}
}

func TestClassifyLongBody(t *testing.T) {
	body := append([]byte(pushAccepted), bytes.Repeat([]byte(" "), MaxBody)...)
	a := Classify(EndpointPush, 200, nil, body)
	if a.Verdict != VerdictUnknown || len(a.Raw) != MaxBody {
		t.Errorf("%s with %d bytes", a.Verdict, len(a.Raw))
	}
}

// Raw must not change when the caller uses its buffer again.
func TestClassifyCopiesRaw(t *testing.T) {
	body := []byte(pushAccepted)
	a := Classify(EndpointPush, 200, nil, body)
	body[0] = 'x'
	if a.Raw[0] != '{' {
		t.Error("Raw is the caller's buffer")
	}
}

func FuzzClassify(f *testing.F) {
	for _, body := range []string{
		pushAccepted, firewallPage, spikeFault, quotaFault, productFault, tokenFault, soapFault, "",
		errorBody("400.002.02", "Bad Request - Invalid Amount"), errorBody("500.001.1001", "The transaction is being processed"),
		string(queryBodyOf("0", "")), string(queryBodyOf("4999", "")), string(callbackBody(nil)),
		`{"access_token":"abc","expires_in":"3599"}`, "grant_type=client_credentials",
	} {
		for i, status := range []int{0, 200, 400, 401, 403, 404, 429, 500} {
			f.Add(uint8(i%4), status, []byte(body))
		}
	}
	endpoints := []Endpoint{EndpointPush, EndpointQuery, EndpointOAuth, EndpointCallback}
	f.Fuzz(func(t *testing.T, e uint8, status int, body []byte) {
		a := Classify(endpoints[int(e)%len(endpoints)], status, nil, body)
		checkLaws(t, a)
		switch a.Verdict {
		case VerdictAccepted, VerdictToken, VerdictPaid, VerdictFailed:
			if a.Endpoint != EndpointCallback && status != 0 && status != 200 {
				t.Errorf("%s with status %d", a.Verdict, status)
			}
		case VerdictValidation:
			if status != 0 && status != 400 {
				t.Errorf("%s with status %d", a.Verdict, status)
			}
		}
	})
}

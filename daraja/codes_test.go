package daraja

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMeaning(t *testing.T) {
	codes := map[string]bool{}
	for _, row := range resultTable {
		for _, code := range row.codes {
			if codes[code] {
				t.Errorf("%s stands in two rows", code)
			}
			codes[code] = true
			m, ok := Meaning(code)
			if !ok || m.Code != code {
				t.Errorf("Meaning(%s) = %+v, %v", code, m, ok)
			}
			for _, title := range []string{m.Title.EN, m.Title.SW} {
				if n := utf8.RuneCountInString(title); n == 0 || n > 11 {
					t.Errorf("%s: title %q has %d characters", code, title, n)
				}
			}
			for _, s := range []string{m.What.EN, m.What.SW, m.Do.EN, m.Do.SW} {
				if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") {
					t.Errorf("%s: not a sentence: %q", code, s)
				}
			}
		}
	}
	final := "0 1 2 3 4 8 11 17 21 26 1001 1019 1025 1031 1032 1036 1037 1101 1102 2001 2006 2007 2026 2028 8006 E3008 SFC_IC0003"
	open := "4999 9999 2008 100000100"
	for _, code := range strings.Fields(final) {
		if m, ok := Meaning(code); !ok || !m.Final || refuses(code) != (code != "0") {
			t.Errorf("%s must be final", code)
		}
		delete(codes, code)
	}
	for _, code := range strings.Fields(open) {
		if m, ok := Meaning(code); !ok || m.Final || refuses(code) {
			t.Errorf("%s must be open", code)
		}
		delete(codes, code)
	}
	if len(codes) != 0 {
		t.Errorf("codes that are on neither list: %v", codes)
	}
	for _, code := range []string{"", " 0", "00", "0.0", "e3008", "12345", "-1"} {
		if m, ok := Meaning(code); ok || refuses(code) {
			t.Errorf("Meaning(%q) = %+v", code, m)
		}
	}
}

func TestAdvice(t *testing.T) {
	push := func(v Verdict, msg string) Answer {
		return Answer{Endpoint: EndpointPush, Verdict: v, ErrorMessage: msg}
	}
	for _, tt := range []struct {
		a        Answer
		what, do string // parts of the English sentences
	}{
		{push(VerdictAccepted, ""), "taken the request", "look at the phone"},
		{push(VerdictValidation, "Bad Request - Invalid Amount"), "amount", "Correct the amount"},
		{push(VerdictValidation, "Bad Request - Invalid PhoneNumber"), "phone number", "Check the number"},
		{push(VerdictValidation, "Bad Request - Invalid BusinessShortCode"), "short code", "owner"},
		{push(VerdictValidation, "Bad Request - Invalid CallBackURL"), "callback address", "owner"},
		{push(VerdictValidation, "Bad Request - Invalid TransactionType"), "Pay Bill and till", "owner"},
		{push(VerdictValidation, "Bad Request - Invalid Timestamp"), "clock", "Set the clock"},
		{push(VerdictValidation, "Bad Request - Invalid Remarks"), "description", "another reference"},
		{push(VerdictValidation, "Bad Request - Invalid PartyB"), "till number", "owner"},
		{push(VerdictValidation, "Bad Request - Threat Detected"), "forbidden word", "another reference"},
		{push(VerdictValidation, "Invalid Request Payload"), "nothing was sent", "owner"},
		{push(VerdictConfiguration, "Merchant does not exist"), "short code", "owner"},
		{push(VerdictConfiguration, "Wrong credentials"), "passkey", "owner"},
		{push(VerdictConfiguration, "no apiproduct match found"), "not enabled", "owner"},
		{push(VerdictConfiguration, "Method Not Allowed"), "set up wrongly", "owner"},
		{push(VerdictConfiguration, "The Password parameter provided is invalid"), "passkey", "owner"},
		{push(VerdictConfiguration, "Invalid Authentication Header"), "access token as it arrives", "owner"},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictConfiguration, ErrorCode: "messaging.adaptors.http.flow.ApplicationNotFound"}, "nothing at the address", "owner"},
		{push(VerdictAuth, "Invalid Access Token"), "may not be enabled", "owner"},
		{push(VerdictPhoneBusy, ""), "phone is busy", "Wait a minute"},
		{push(VerdictSystemBusy, ""), "was not sent", "Wait a minute"},
		{push(VerdictRateLimited, ""), "was not sent", "Wait a minute"},
		{push(VerdictBlocked, ""), "nobody knows", "Hold the goods until"},
		{push(VerdictUnknown, ""), "may have reached", "Hold the goods until"},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictUnknown, NotSent: true}, "Not sent", "internet"},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictBlocked, NotSent: true}, "Not sent", "few minutes"},
		{Answer{Endpoint: EndpointPush, Verdict: VerdictAuth, NotSent: true}, "consumer key", "owner"},
		{Answer{Endpoint: EndpointQuery, Verdict: VerdictPaid, ResultCode: "0"}, "has paid", "Hand over"},
		{Answer{Endpoint: EndpointQuery, Verdict: VerdictFailed, ResultCode: "2001"}, "wrong PIN", "Ask again"},
		{Answer{Endpoint: EndpointQuery, Verdict: VerdictPending}, "still working", "Hold the goods and wait"},
		{Answer{Endpoint: EndpointQuery, Verdict: VerdictUnknown, ResultCode: "31415", ResultDesc: "Something new."}, "(code 31415, Something new)", "Hold the goods until"},
		{Answer{Endpoint: EndpointQuery, Verdict: VerdictUnknown, ResultCode: "0", ErrorMessage: namesNoPayment}, "which payment", "Hold the goods until"},
		{Answer{Endpoint: EndpointQuery, Verdict: VerdictRateLimited}, "said nothing", "check again"},
		{Answer{Endpoint: EndpointQuery, Verdict: VerdictUnknown, NotSent: true}, "could not be reached", "internet"},
		{Answer{Endpoint: EndpointCallback, Verdict: VerdictPaid, ResultCode: "0"}, "has paid", "Hand over"},
		{Answer{Endpoint: EndpointCallback, Verdict: VerdictFailed, ResultCode: "1032"}, "Cancelled", "ask again"},
		{Answer{Endpoint: EndpointCallback, Verdict: VerdictUnknown, ResultCode: "0"}, "without a proper amount", "Hold the goods until"},
		{Answer{Endpoint: EndpointCallback, Verdict: VerdictMalformed}, "not a message", "changes nothing"},
		{Answer{Endpoint: EndpointOAuth, Verdict: VerdictCredentials}, "consumer key or secret", "Copy both"},
		{Answer{Endpoint: EndpointCallback, Verdict: VerdictFailed, ResultCode: "31415"}, "(code 31415)", "Hold the goods until"}, // of a ledger written with another table
		{Answer{Endpoint: EndpointOAuth, Verdict: VerdictToken}, "accepts", "Nothing"},
		{Answer{Endpoint: EndpointOAuth, Verdict: VerdictMalformed}, "no access token", "address"},
		{Answer{Endpoint: EndpointOAuth, Verdict: VerdictUnknown}, "could not be reached", "internet"},
		{Answer{Endpoint: EndpointOAuth, Verdict: VerdictBlocked}, "says nothing", "Wait"},
	} {
		what, do := Advice(tt.a)
		if !strings.Contains(what.EN, tt.what) || !strings.Contains(do.EN, tt.do) || what.SW == "" || do.SW == "" || what.SW == what.EN {
			t.Errorf("%+v: %+v, %+v", tt.a, what, do)
		}
	}
}

// While money may be on its way nobody is told to hand over, nor to ask again or not to: the till says when one may.
func TestAdviceNeverAsksAgainTooEarly(t *testing.T) {
	for _, e := range []Endpoint{EndpointPush, EndpointQuery, EndpointCallback} {
		for _, v := range []Verdict{VerdictAccepted, VerdictPending, VerdictBlocked, VerdictUnknown, VerdictAuth, VerdictRateLimited, VerdictSystemBusy, VerdictValidation, VerdictConfiguration, VerdictMalformed} {
			a := Answer{Endpoint: e, Verdict: v, ResultCode: "9999"}
			_, do := Advice(a)
			asks := strings.Contains(strings.ToLower(do.EN), "ask again") || strings.Contains(strings.ToLower(do.SW), "omb")
			if a.MayHaveMovedMoney() && (asks || strings.Contains(do.EN, "Hand over")) {
				t.Errorf("%s %s: %q", e, v, do.EN)
			}
		}
	}
}

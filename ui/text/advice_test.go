package text

import (
	"strings"
	"testing"
	"unicode/utf8"

	"kaunta/daraja"
)

// TestMeaning: every code that daraja knows has words, and no other has any.
func TestMeaning(t *testing.T) {
	codes := map[string]bool{}
	for _, row := range codeTable {
		for _, code := range row.codes {
			if codes[code] {
				t.Errorf("%s stands in two rows", code)
			}
			codes[code] = true
			m, ok := Meaning(code)
			if _, known := daraja.Final(code); !ok || !known {
				t.Errorf("Meaning(%s) = %+v, %v; known to daraja: %v", code, m, ok, known)
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
	for _, code := range daraja.ResultCodes() {
		if !codes[code] {
			t.Errorf("%s has no words", code)
		}
	}
	for _, code := range []string{"", " 0", "00", "0.0", "e3008", "12345", "-1"} {
		if m, ok := Meaning(code); ok {
			t.Errorf("Meaning(%q) = %+v", code, m)
		}
	}
}

func TestAdvice(t *testing.T) {
	push := func(v daraja.Verdict, msg string) daraja.Answer {
		return daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: v, ErrorMessage: msg}
	}
	for _, tt := range []struct {
		a        daraja.Answer
		what, do string // parts of the English sentences
	}{
		{push(daraja.VerdictAccepted, ""), "taken the request", "enter the PIN"},
		{push(daraja.VerdictValidation, "Bad Request - Invalid Amount"), "amount", "Correct the amount"},
		{push(daraja.VerdictValidation, "Bad Request - Invalid PhoneNumber"), "phone number", "Check the number"},
		{push(daraja.VerdictValidation, "Bad Request - Invalid BusinessShortCode"), "short code", "owner"},
		{push(daraja.VerdictValidation, "Bad Request - Invalid CallBackURL"), "callback address", "owner"},
		{push(daraja.VerdictValidation, "Bad Request - Invalid TransactionType"), "Pay Bill and till", "owner"},
		{push(daraja.VerdictValidation, "Bad Request - Invalid Timestamp"), "clock", "Set the clock"},
		{push(daraja.VerdictValidation, "Bad Request - Invalid Remarks"), "description", "another Ref"},
		{push(daraja.VerdictValidation, "Bad Request - Invalid PartyB"), "till number", "owner"},
		{push(daraja.VerdictValidation, "Bad Request - Threat Detected"), "forbidden word", "another Ref"},
		{push(daraja.VerdictValidation, "Invalid Request Payload"), "nothing was sent", "owner"},
		{push(daraja.VerdictConfiguration, "Merchant does not exist"), "short code", "owner"},
		{push(daraja.VerdictConfiguration, "Wrong credentials"), "passkey", "owner"},
		{push(daraja.VerdictConfiguration, "no apiproduct match found"), "not enabled", "owner"},
		{push(daraja.VerdictConfiguration, "Method Not Allowed"), "settings are wrong", "owner"},
		{push(daraja.VerdictConfiguration, "The Password parameter provided is invalid"), "passkey", "owner"},
		{push(daraja.VerdictConfiguration, "Invalid Authentication Header"), "access token as it arrives", "owner"},
		{daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictConfiguration, ErrorCode: "messaging.adaptors.http.flow.ApplicationNotFound"}, "nothing at the address", "owner"},
		{push(daraja.VerdictAuth, "Invalid Access Token"), "may not be enabled", "owner"},
		{push(daraja.VerdictPhoneBusy, ""), "phone is busy", "Wait a minute"},
		{push(daraja.VerdictSystemBusy, ""), "was not sent", "Wait a minute"},
		{push(daraja.VerdictRateLimited, ""), "was not sent", "Wait a minute"},
		{push(daraja.VerdictBlocked, ""), "nobody knows", "Keep the goods until"},
		{push(daraja.VerdictUnknown, ""), "may have reached", "Keep the goods until"},
		{daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictUnknown, NotSent: true}, "Not sent", "internet"},
		{daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictBlocked, NotSent: true}, "Not sent", "few minutes"},
		{daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictAuth, NotSent: true}, "settings are wrong", "owner"},
		{daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPaid, ResultCode: "0"}, "has paid", "Hand over"},
		{daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictFailed, ResultCode: "2001"}, "wrong PIN", "Ask again"},
		{daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictPending}, "still working", "Keep the goods and wait"},
		{daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictUnknown, ResultCode: "31415", ResultDesc: "Something new."}, "(31415, Something new)", "Keep the goods until"},
		{daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictUnknown, ResultCode: "0", ErrorMessage: "the answer does not say which payment it is about"}, "which payment", "Keep the goods until"},
		{daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictRateLimited}, "said nothing", "check again"},
		{daraja.Answer{Endpoint: daraja.EndpointQuery, Verdict: daraja.VerdictUnknown, NotSent: true}, "could not be reached", "internet"},
		{daraja.Answer{Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictPaid, ResultCode: "0"}, "has paid", "Hand over"},
		{daraja.Answer{Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictFailed, ResultCode: "1032"}, "Cancelled", "ask again"},
		{daraja.Answer{Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictUnknown, ResultCode: "0"}, "without a proper amount", "Keep the goods until"},
		{daraja.Answer{Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictMalformed}, "not a message", "changes nothing"},
		{daraja.Answer{Endpoint: daraja.EndpointOAuth, Verdict: daraja.VerdictCredentials}, "consumer key or secret", "Copy both"},
		{daraja.Answer{Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictFailed, ResultCode: "31415"}, "(31415)", "Keep the goods until"}, // of a ledger written with another table
		{daraja.Answer{Endpoint: daraja.EndpointOAuth, Verdict: daraja.VerdictToken}, "accepts", "Nothing"},
		{daraja.Answer{Endpoint: daraja.EndpointOAuth, Verdict: daraja.VerdictMalformed}, "no access token", "address"},
		{daraja.Answer{Endpoint: daraja.EndpointOAuth, Verdict: daraja.VerdictUnknown}, "could not be reached", "internet"},
		{daraja.Answer{Endpoint: daraja.EndpointOAuth, Verdict: daraja.VerdictBlocked}, "says nothing", "Wait"},
	} {
		what, do := Advice(tt.a)
		if !strings.Contains(what.EN, tt.what) || !strings.Contains(do.EN, tt.do) || what.SW == "" || do.SW == "" || what.SW == what.EN {
			t.Errorf("%+v: %+v, %+v", tt.a, what, do)
		}
	}
}

// While money may be on its way nobody is told to hand over, nor to ask again or not to: the till
// says when one may.
func TestAdviceNeverAsksAgainTooEarly(t *testing.T) {
	for _, e := range []daraja.Endpoint{daraja.EndpointPush, daraja.EndpointQuery, daraja.EndpointCallback} {
		for _, v := range []daraja.Verdict{daraja.VerdictAccepted, daraja.VerdictPending, daraja.VerdictBlocked, daraja.VerdictUnknown, daraja.VerdictAuth, daraja.VerdictRateLimited, daraja.VerdictSystemBusy, daraja.VerdictValidation, daraja.VerdictConfiguration, daraja.VerdictMalformed} {
			a := daraja.Answer{Endpoint: e, Verdict: v, ResultCode: "9999"}
			_, do := Advice(a)
			asks := strings.Contains(strings.ToLower(do.EN), "ask again") || strings.Contains(strings.ToLower(do.SW), "omb")
			if a.MayHaveMovedMoney() && (asks || strings.Contains(do.EN, "Hand over")) {
				t.Errorf("%s %s: %q", e, v, do.EN)
			}
		}
	}
}

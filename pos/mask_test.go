package pos

import (
	"strings"
	"testing"
	"time"

	"kaunta/daraja"
)

func TestMaskText(t *testing.T) {
	const phone = MSISDN("254712345678")
	for text, want := range map[string]string{
		"":                            "",
		"712345678":                   "712•••678",
		"99712345678":                 "99712•••678", // within digits that are otherwise no number
		"712345678712345678":          "712•••678712•••678",
		"712 345 678, 7-1-2345-678":   "712 ••• 678, 7-1-2•••-678",
		"7712345678":                  "7712•••678",
		"71234567":                    "71234567",
		"254712345678 and 0722000111": "254712•••678 and 0722•••111",
		"ws_CO_DMZ_1_712345678_2":     "ws_CO_DMZ_1_712•••678_2",
	} {
		if got := phone.MaskText(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
	// An id is masked by its own number wherever it stands, and nothing else of it is lost.
	if got := phone.MaskID("712345678-123456789-1"); got != "712•••678-123456789-1" {
		t.Errorf("the id is shown as %s", got)
	}
	if got := MSISDN("254******678").MaskID("ws_CO_191220261020363925******678"); got != "ws_CO_191220261020363925******678" {
		t.Errorf("what is forgotten is shown as %s", got)
	}
}

func FuzzMaskText(f *testing.F) {
	f.Add("712345678", "254712345678")
	f.Add("71712345678 712-345 678", "x")
	f.Add("7123456712345678", "")
	f.Fuzz(func(t *testing.T, before, after string) {
		const phone = MSISDN("254712345678")
		shown := phone.MaskText(before + string(phone[3:]) + after)
		if strings.Contains(strings.NewReplacer(" ", "", "-", "").Replace(shown), string(phone[3:])) {
			t.Errorf("the number is shown: %q", shown)
		}
	})
}

// TestWordsHideTheNumber: whatever of a payment is made into words is without the number that
// stands in it.
func TestWordsHideTheNumber(t *testing.T) {
	const digits = "712345678"
	a := Attempt{ID: "a", State: NotPaid, Cause: Cause{
		Endpoint: daraja.EndpointCallback, Verdict: daraja.VerdictFailed, ResultCode: "77" + digits, ResultDesc: "Customer " + digits + " is unknown",
	}}
	a.Phone, a.Claimed, a.Amount, a.AskedAt = "254"+digits, "0"+digits, 450, time.Now()
	what, do := TillReason(a)
	later := a
	later.State, later.Cause.Endpoint, later.Cause.Verdict = StillChecking, daraja.EndpointPush, daraja.VerdictValidation
	later.Cause.ErrorMessage = "Invalid PhoneNumber 0" + digits
	whatLater, doLater := TillReason(later)
	for _, said := range []Text{
		what, do, whatLater, doLater, Claim{Attempt: a}.Say(), Claim{Attempt: a, OddDate: true}.Say(), Claim{Attempt: a, Holder: a}.Say(),
		(&OpenError{Earlier: a}).Say(), (&OnceError{Earlier: a}).Say(),
	} {
		if strings.Contains(said.EN, digits) || strings.Contains(said.SW, digits) {
			t.Errorf("the number is said: %+v", said)
		}
	}
	told := daraja.Error{Answer: daraja.Answer{Endpoint: daraja.EndpointPush, Verdict: daraja.VerdictValidation, ErrorMessage: "Invalid PhoneNumber 0" + digits}}
	if strings.Contains(told.Error(), digits) || !strings.Contains(told.Error(), "0712•••678") {
		t.Errorf("the number is said: %v", told.Error())
	}
}

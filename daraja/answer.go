package daraja

// Endpoint says which of Daraja's four conversations an answer belongs to. The same
// errorCode means different things on different endpoints (500.001.1001 is "wrong
// credentials" on a push and "still pending" on a query), so nothing is classified without it.
type Endpoint string

// The endpoints a till talks to, and the one that talks to the till.
const (
	EndpointOAuth    Endpoint = "oauth"
	EndpointPush     Endpoint = "push"
	EndpointQuery    Endpoint = "query"
	EndpointCallback Endpoint = "callback"
)

// Verdict is what one answer means, in one word. What it means for money is
// [Answer.MayHaveMovedMoney].
type Verdict string

// The verdicts. Which of them an endpoint can give is written next to each.
const (
	// VerdictAccepted: the push was taken; a prompt may be on its way (push).
	VerdictAccepted Verdict = "accepted"
	// VerdictToken: an access token (oauth).
	VerdictToken Verdict = "token"
	// VerdictPaid: the customer's money moved (query, callback).
	VerdictPaid Verdict = "paid"
	// VerdictFailed: a final refusal with a known meaning (query, callback).
	VerdictFailed Verdict = "failed"
	// VerdictPending: M-PESA is still at it (query).
	VerdictPending Verdict = "pending"
	// VerdictValidation: our request was wrong and went no further (push, query).
	VerdictValidation Verdict = "validation"
	// VerdictConfiguration: short code, passkey or product are set up wrongly (push, query).
	VerdictConfiguration Verdict = "configuration"
	// VerdictAuth: the access token was refused (push, query).
	VerdictAuth Verdict = "auth"
	// VerdictCredentials: the consumer key or secret was refused (oauth).
	VerdictCredentials Verdict = "credentials"
	// VerdictPhoneBusy: another M-PESA prompt is open on the phone; this one did not go out (push).
	VerdictPhoneBusy Verdict = "phone_busy"
	// VerdictSystemBusy: Daraja is overloaded and did nothing (push, query).
	VerdictSystemBusy Verdict = "system_busy"
	// VerdictRateLimited: asked too often; Daraja did nothing (push, query).
	VerdictRateLimited Verdict = "rate_limited"
	// VerdictBlocked: the firewall in front of Daraja answered; nothing is known (push, query,
	// oauth, where it also stands for status 429).
	VerdictBlocked Verdict = "blocked"
	// VerdictMalformed: not the document it should be (callback, oauth).
	VerdictMalformed Verdict = "malformed"
	// VerdictUnknown: none of the above, and so never taken as paid or failed (push, query,
	// callback; oauth only where no answer came).
	VerdictUnknown Verdict = "unknown"
)

// Answer is one exchange with Daraja, or one callback, classified. It is plain data: the till
// writes it to its ledger as evidence.
type Answer struct {
	Endpoint Endpoint
	Verdict  Verdict

	// NotSent is true where no byte of the request left this machine: the address could
	// not be reached, no token could be had, or the request was refused by our own checks.
	NotSent bool

	HTTPStatus int // 0: no answer, a callback, or not known

	// ErrorCode and ErrorMessage are taken from whichever of Daraja's error envelopes came,
	// printable text only, the message without its bracketed prefix and without a token. Where none
	// came, ErrorMessage is our own word for what is wrong with the answer, or why there was none.
	ErrorCode    string
	ErrorMessage string

	MerchantRequestID string
	CheckoutRequestID string

	// CustomerMessage comes with an accepted push: what Daraja would have the customer told.
	CustomerMessage string

	// ResultCode is a string because Daraja's are: "0", "1032", "E3008". Empty: there was none.
	ResultCode string
	ResultDesc string

	// Receipt and Amount come only by callback: a query never carries them (73 of 73
	// measured). HasAmount tells an amount of 0 from none.
	Receipt   string
	Amount    int64 // whole shillings
	HasAmount bool

	// TransactionDate is M-PESA's own time of the payment, yyyyMMddHHmmss in EAT, or "".
	TransactionDate string

	// Raw is the body as it came, cut to MaxBody, an access token cut out.
	Raw []byte
}

// MaxBody is how much of a body is read and kept, in bytes.
const MaxBody = 64 << 10

// MayHaveMovedMoney reports whether, after this answer alone, the customer's money may be
// gone or may yet go. It is false only where Daraja or this machine ruled it out: a push that was
// refused or never left, and a final refusal by M-PESA. A query that was refused says nothing
// about the payment it asked for, so it stays true.
func (a Answer) MayHaveMovedMoney() bool {
	switch a.Endpoint {
	case EndpointOAuth:
		return false
	case EndpointPush:
		if a.NotSent {
			return false
		}
		switch a.Verdict {
		case VerdictValidation, VerdictConfiguration, VerdictAuth,
			VerdictPhoneBusy, VerdictSystemBusy, VerdictRateLimited:
			return false
		}
		return true
	default:
		return a.Verdict != VerdictFailed
	}
}

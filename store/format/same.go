package format

import (
	"bytes"

	"kaunta/daraja"
	"kaunta/pos"
)

// SameEvent reports whether two events say the same, byte for byte.
func SameEvent(a, b pos.Event) bool {
	if a.Attempt != b.Attempt || a.Kind != b.Kind || !a.At.Equal(b.At) || a.UsedBy != b.UsedBy || a.Typed != b.Typed ||
		a.IDUsedBy != b.IDUsedBy || a.Other != b.Other ||
		(a.Asked == nil) != (b.Asked == nil) || a.Asked != nil && *a.Asked != *b.Asked {
		return false
	}
	return sameAnswer(a.Answer, b.Answer)
}

func sameAnswer(a, b *daraja.Answer) bool {
	if a == nil || b == nil {
		return a == b
	}
	return bytes.Equal(a.Raw, b.Raw) && (a.Raw == nil) == (b.Raw == nil) && SameWords(a, b)
}

// SameWords compares what was read in two answers.
func SameWords(a, b *daraja.Answer) bool {
	return a.Endpoint == b.Endpoint && a.Verdict == b.Verdict && a.NotSent == b.NotSent && a.HTTPStatus == b.HTTPStatus &&
		a.ErrorCode == b.ErrorCode && a.ErrorMessage == b.ErrorMessage &&
		a.MerchantRequestID == b.MerchantRequestID && a.CheckoutRequestID == b.CheckoutRequestID && a.CustomerMessage == b.CustomerMessage &&
		a.ResultCode == b.ResultCode && a.ResultDesc == b.ResultDesc && a.Receipt == b.Receipt &&
		a.Amount == b.Amount && a.HasAmount == b.HasAmount && a.TransactionDate == b.TransactionDate
}

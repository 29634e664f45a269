package text

import (
	"slices"
	"strings"

	"kaunta/daraja"
	"kaunta/pos"
)

// Explain is what one of Daraja's answers, or a code of them, means.
func Explain(e daraja.Explanation) pos.Text {
	switch e.Kind {
	case daraja.KindC2B:
		return Both("This is a C2B message, a confirmation or a validation: M-PESA tells of a payment to the shop's number. It is not an answer to a push and decides nothing about one.",
			"Huu ni ujumbe wa C2B, confirmation au validation: M-PESA inaeleza malipo kwa namba ya duka. Si jibu la ombi la malipo na hauamui lolote kulihusu.")
	case daraja.KindResult:
		service := Both(e.Service, e.Service)
		if e.Service == "" {
			service = Both("which one it does not say", "haisemi ni ipi")
		}
		return Both("This is the Result of another service ("+service.EN+"). It is not the callback of a push and decides nothing about one.",
			"Hii ni Result ya huduma nyingine ("+service.SW+"). Si callback ya ombi la malipo na haiamui lolote kulihusu.")
	}
	what, do := Advice(e.Answer)
	meaning, _ := Meaning(e.Answer.ResultCode)
	t := Both(joined(what.EN, do.EN, meaning.Also.EN), joined(what.SW, do.SW, meaning.Also.SW))
	if e.CodeOnly && e.Answer.Endpoint == daraja.EndpointQuery && e.Answer.ResultCode == daraja.CodePaid {
		t.EN += " (As ResultCode. A query's ResponseCode 0 says only that the question was taken.)"
		t.SW += " (Kama ResultCode. ResponseCode 0 ya swali inasema tu kwamba swali limepokewa.)"
	}
	return t
}

func joined(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
}

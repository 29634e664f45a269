package pos

import "kaunta/daraja"

// Reason says why the attempt is NOT PAID or STILL CHECKING, and what the cashier can do; empty texts where there is
// nothing to add to the state itself.
func (a Attempt) Reason() (what, do Text) {
	switch {
	case a.Cause.NotSent && a.Cause.ErrorMessage == saleWasPaid:
		return Text{
				EN: "Not sent: an earlier request has paid this sale.",
				SW: "Ombi halikutumwa: ombi la awali limelipia mauzo haya.",
			}, Text{
				EN: "Hand over the goods, once, and start a new sale.",
				SW: "Mpe mteja bidhaa, mara moja, na anza mauzo mapya.",
			}
	case a.Notices.Has(DoesNotMatch) && !a.State.Final():
		return Text{
				EN: "M-PESA reports a payment that does not match this request.",
				SW: "M-PESA inaripoti malipo yasiyolingana na ombi hili.",
			}, Text{
				EN: "Hold the goods and call the owner.",
				SW: "Shikilia bidhaa na umwite mwenye duka.",
			}
	case a.State == StillChecking && a.refusedOnce():
		return Text{
			EN: "M-PESA has said once that this is not paid. One answer alone can be wrong: the till asks again.",
			SW: "M-PESA imesema mara moja kwamba hii haijalipwa. Jibu moja peke yake linaweza kukosea: till inauliza tena.",
		}, holdGoods
	case a.State == StillChecking && a.Cause.Endpoint != "" && !a.Cause.answer().MayHaveMovedMoney():
		// A refusal, but something else says that money may have moved: asking again is no advice then.
		return Text{
				EN: "M-PESA has given answers that contradict each other.",
				SW: "M-PESA imetoa majibu yanayopingana.",
			}, Text{
				EN: "Do not ask the customer to pay again. Hold the goods and call the owner.",
				SW: "Usimwombe mteja alipe tena. Shikilia bidhaa na umwite mwenye duka.",
			}
	case a.Cause.Endpoint != "":
		return daraja.Advice(a.Cause.answer())
	case a.State == StillChecking && a.ConfirmBoth && a.Facts.Has(CallbackPaid|QueryPaid):
		return Text{
			EN: "M-PESA has said once that it is paid. For this amount the till waits until it says so twice.",
			SW: "M-PESA imesema mara moja kwamba imelipwa. Kwa kiasi hiki till inasubiri iseme mara ya pili.",
		}, holdGoods
	case a.State == StillChecking:
		return Text{
			EN: "No answer from M-PESA yet.",
			SW: "Hakuna jibu kutoka M-PESA bado.",
		}, holdGoods
	}
	return Text{}, Text{}
}

var holdGoods = Text{
	EN: "Do not ask the customer to pay again. Hold the goods.",
	SW: "Usimwombe mteja alipe tena. Shikilia bidhaa.",
}

func (c Cause) answer() daraja.Answer {
	return daraja.Answer{
		Endpoint: c.Endpoint, Verdict: c.Verdict, NotSent: c.NotSent,
		ErrorCode: c.ErrorCode, ErrorMessage: c.ErrorMessage, ResultCode: c.ResultCode, ResultDesc: c.ResultDesc,
	}
}

// Title is M-PESA's reason for NOT PAID in a word or two, at most 11 characters; empty where its code is none that is known.
func (a Attempt) Title() Text {
	if a.State != NotPaid {
		return Text{}
	}
	meaning, _ := daraja.Meaning(a.Cause.ResultCode)
	return meaning.Title
}

// ResultCode is M-PESA's code for the attempt's end: "0" where it is paid, and whatever refused it
// otherwise; empty where M-PESA has said none.
func (a Attempt) ResultCode() string {
	if a.State == Paid {
		return "0"
	}
	if a.Cause.ResultCode != "" {
		return a.Cause.ResultCode
	}
	return a.Cause.ErrorCode
}

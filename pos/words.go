package pos

import "kaunta/daraja"

// Reason says why the attempt is NOT PAID or STILL CHECKING, and what the cashier can do; empty
// texts where there is nothing to add to the state itself.
func (a Attempt) Reason() (what, do Text) {
	what, do = a.reason()
	// it may repeat what Daraja said
	what.EN, what.SW = a.Phone.MaskText(what.EN), a.Phone.MaskText(what.SW)
	return what, do
}

func (a Attempt) reason() (what, do Text) {
	switch {
	case a.SaleWasPaid():
		return Text{
				EN: "Not sent: an earlier request has paid this sale.",
				SW: "Ombi halikutumwa: ombi la awali limelipia mauzo haya.",
			}, Text{
				EN: "Hand over the goods once only. Then start a new sale.",
				SW: "Mpe mteja bidhaa mara moja tu, kisha anza mauzo mapya.",
			}
	case a.Notices.Has(DoesNotMatch) && !a.State.Final():
		return Text{
			EN: "M-PESA reports a payment that does not match this request.",
			SW: "M-PESA inaripoti malipo yasiyolingana na ombi hili.",
		}, callOwner
	case a.State == StillChecking && a.refusedOnce():
		return Text{
			EN: "M-PESA has said once that this is not paid. One answer alone can be wrong: the till asks again.",
			SW: "M-PESA imesema mara moja kwamba hii haijalipwa. Jibu moja peke yake linaweza kukosea: till inauliza tena.",
		}, holdGoods
	case a.ForOwner():
		return Text{
			EN: "M-PESA has given two different answers.",
			SW: "M-PESA imetoa majibu mawili tofauti.",
		}, callOwner
	case a.State == NotPaid && a.Unmatched():
		what, _ = daraja.Advice(a.Cause.answer())
		return what, Text{
			EN: "But M-PESA also reports something that does not match. Call the owner before you ask again.",
			SW: "Lakini M-PESA pia inaripoti kisicholingana. Mpigie mwenye duka kabla ya kuomba tena.",
		}
	case a.Cause.Endpoint != "":
		return daraja.Advice(a.Cause.answer())
	case a.State == StillChecking && a.ConfirmBoth && a.Facts.Has(CallbackPaid|QueryPaid):
		return Text{
			EN: "A sum this big needs a second yes from M-PESA. The till is waiting for it.",
			SW: "Kiasi hiki kinahitaji M-PESA ithibitishe mara mbili. Bado mara ya pili.",
		}, holdGoods
	case a.State == StillChecking:
		return Text{
			EN: "M-PESA has not answered yet.",
			SW: "M-PESA bado haijajibu.",
		}, holdGoods
	}
	return Text{}, Text{}
}

// What to do while money may have moved: one of the two, and never whether to ask again, which
// changes when the lock of the phone is over.
var (
	holdGoods = Text{
		EN: "Hold the goods until it is clear.",
		SW: "Usitoe bidhaa hadi ijulikane.",
	}
	callOwner = Text{
		EN: "Hold the goods and call the owner.",
		SW: "Usitoe bidhaa bado. Mpigie mwenye duka.",
	}
)

// ForOwner reports whether what M-PESA has said of an attempt without an end does not go together:
// then the owner, and not the passing of time, decides what comes next.
func (a Attempt) ForOwner() bool {
	switch {
	case a.State.Final():
		return false
	case a.Notices.Has(DoesNotMatch):
		return true
	case a.refusedOnce():
		return false // the till asks again by itself
	}
	// A refusal decides nothing where something else says that money may have moved.
	return a.State == StillChecking && a.Cause.Endpoint != "" && !a.Cause.answer().MayHaveMovedMoney()
}

// SaleWasPaid reports whether the attempt was not sent because an earlier one had paid the sale:
// NOT PAID, and yet goods are due.
func (a Attempt) SaleWasPaid() bool { return a.Cause.NotSent && a.Cause.ErrorMessage == saleWasPaid }

func (c Cause) answer() daraja.Answer {
	return daraja.Answer{
		Endpoint: c.Endpoint, Verdict: c.Verdict, NotSent: c.NotSent,
		ErrorCode: c.ErrorCode, ErrorMessage: c.ErrorMessage, ResultCode: c.ResultCode, ResultDesc: c.ResultDesc,
	}
}

// Title is M-PESA's reason for NOT PAID in a word or two, at most 11 characters; empty where its
// code is none that is known.
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

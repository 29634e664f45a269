package text

import (
	"fmt"

	"kaunta/pos"
)

// Reason says why the attempt is NOT PAID or STILL CHECKING, and what the cashier can do; empty
// texts where there is nothing to add to the state itself.
func Reason(a pos.Attempt) (what, do pos.Text) {
	what, do = reason(a)
	// it may repeat what Daraja said
	what.EN, what.SW = a.Phone.MaskText(what.EN), a.Phone.MaskText(what.SW)
	return what, do
}

var notAnswered = Both("M-PESA has not answered yet.", "M-PESA bado haijajibu.")

func reason(a pos.Attempt) (what, do pos.Text) {
	switch {
	case a.SaleWasPaid():
		return Both("Not sent: an earlier request has paid this sale.", "Ombi halikutumwa: ombi la awali limelipia mauzo haya."),
			Both("Hand over the goods once only. Then start a new sale.", "Mpe mteja bidhaa mara moja tu, kisha anza mauzo mapya.")
	case a.Notices.Has(pos.DoesNotMatch) && !a.State.Final():
		return Both(
			"M-PESA reports a payment that does not match this request.",
			"M-PESA inaripoti malipo yasiyolingana na ombi hili.",
		), doOwnerHold
	case a.State == pos.StillChecking && a.RefusedOnce():
		return Both(
			"M-PESA has said once that this is not paid. One answer alone can be wrong: Kaunta asks again.",
			"M-PESA imesema mara moja tu kwamba pesa hazikuingia. Jibu moja peke yake linaweza kukosea: Kaunta inauliza tena.",
		), doHold
	case a.ForOwner():
		return Both(
			"M-PESA has given two different answers.",
			"M-PESA imetoa majibu mawili tofauti.",
		), doOwnerHold
	case a.State == pos.NotPaid && a.Unmatched():
		what, _ = Advice(a.Cause.Answer())
		return what, Both(
			"But M-PESA also reports something that does not match. Call the owner before you ask again.",
			"Lakini M-PESA pia inaripoti kisicholingana. Mpigie mwenye duka kabla ya kuomba tena.",
		)
	case a.Cause.Endpoint != "":
		return Advice(a.Cause.Answer())
	case a.State == pos.StillChecking && a.ConfirmBoth && a.Facts.Has(pos.CallbackPaid|pos.QueryPaid):
		return Both(
			"A sum this big needs a second yes from M-PESA. Kaunta is waiting for it.",
			"Kiasi hiki kinahitaji M-PESA ithibitishe mara mbili. Bado mara ya pili.",
		), doHold
	case a.State == pos.StillChecking:
		return notAnswered, doHold
	}
	return pos.Text{}, pos.Text{}
}

// WhyUnclear says in a sentence why the attempt is STILL CHECKING, as the sale's screen does:
// M-PESA's codes and words are on the screen of the payment's details.
func WhyUnclear(a pos.Attempt) pos.Text {
	if a.ResultCode() != "" && !a.ForOwner() && !a.RefusedOnce() {
		return Both("M-PESA gave no clear answer.", "M-PESA haikujibu wazi.")
	}
	what, _ := Reason(a)
	return what
}

// Title is M-PESA's reason for NOT PAID in a word or two, at most 11 characters; empty where its
// code is none that is known.
func Title(a pos.Attempt) pos.Text {
	if a.State != pos.NotPaid {
		return pos.Text{}
	}
	meaning, _ := Meaning(a.Cause.ResultCode)
	return meaning.Title
}

// Mismatch is the mismatch in one sentence.
func Mismatch(m pos.Mismatch) pos.Text {
	code := ""
	if m.Receipt != "" {
		code = ", code " + m.Receipt
	}
	switch m.How {
	case pos.IDsDiffer:
		return Both(
			"What came has other ids than this request: it may be about another payment.",
			"Ujumbe uliokuja una ids tofauti na za ombi hili: huenda ni wa malipo mengine.",
		)
	case pos.ReceiptUsed:
		en, sw := "", ""
		if h := m.Holder; h.ID != "" {
			when := pos.Moment(h.AskedAt)
			en, sw = fmt.Sprintf(" of KES %v, %s", h.Amount, when.EN), fmt.Sprintf(" ya KES %v, %s", h.Amount, when.SW)
		}
		return Both(
			fmt.Sprintf("Code %s has paid another sale already%s.", m.Receipt, en),
			fmt.Sprintf("Code %s tayari ililipia mauzo mengine%s.", m.Receipt, sw),
		)
	case pos.AmountMissing:
		return Both(
			"M-PESA reports a payment without an amount"+code+".",
			"M-PESA inaripoti malipo bila kiasi"+code+".",
		)
	case pos.AmountDiffers:
		return Both(
			fmt.Sprintf("Asked KES %v, paid KES %v%s.", m.Asked, m.Paid, code),
			fmt.Sprintf("Iliombwa KES %v, zimelipwa KES %v%s.", m.Asked, m.Paid, code),
		)
	case pos.ReceiptMissing:
		return Both(
			fmt.Sprintf("M-PESA reports a payment of KES %v without a code.", m.Paid),
			fmt.Sprintf("M-PESA inaripoti malipo ya KES %v bila code.", m.Paid),
		)
	case pos.ReceiptDiffers:
		return Both(
			fmt.Sprintf("M-PESA reports a second payment: KES %v%s.", m.Paid, code),
			fmt.Sprintf("M-PESA inaripoti malipo ya pili: KES %v%s.", m.Paid, code),
		)
	}
	return pos.Text{}
}

// MismatchTitle is the mismatch in at most 12 characters.
func MismatchTitle(m pos.Mismatch) pos.Text {
	switch m.How {
	case pos.IDsDiffer:
		return Both("other ids", "ids nyingine")
	case pos.ReceiptUsed:
		return Both("used code", "imetumika")
	case pos.AmountMissing:
		return Both("no amount", "bila kiasi")
	case pos.AmountDiffers:
		return Both(fmt.Sprintf("paid %v", m.Paid), fmt.Sprintf("pesa %v", m.Paid))
	case pos.ReceiptMissing:
		return Both("no code", "bila code")
	case pos.ReceiptDiffers:
		return Both("second code", "code ya pili")
	}
	return pos.Text{}
}

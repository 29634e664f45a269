package pos

import (
	"fmt"

	"kaunta/daraja"
)

// Mismatch is why an attempt has the notice DoesNotMatch: what came for it, and how that differs
// from what was asked. The zero Mismatch is none.
type Mismatch struct {
	how     mismatchHow
	Asked   Shillings
	Paid    Shillings // what M-PESA reports
	Receipt string    // of what M-PESA reports
	UsedBy  AttemptID // the attempt that the receipt had closed
	Holder  Attempt   // the same, where whoever has the ledger has looked it up
}

type mismatchHow uint8

const (
	idsDiffer mismatchHow = iota + 1
	receiptUsed
	amountMissing
	amountDiffers
	receiptMissing
	receiptDiffers
)

// MismatchOf finds in an attempt's evidence what did not match, the last of several.
func MismatchOf(events []Event) Mismatch {
	var m Mismatch
	var a Attempt
	for _, e := range events {
		before := a
		before.Notices &^= DoesNotMatch
		if after, _ := before.Apply(e); after.Notices.Has(DoesNotMatch) && e.Answer != nil {
			m = a.mismatchWith(*e.Answer, e)
		}
		a, _ = a.Apply(e)
	}
	return m
}

// mismatchWith is how an answer that does not match the attempt differs from it.
func (a Attempt) mismatchWith(ans daraja.Answer, e Event) Mismatch {
	m := Mismatch{Asked: a.Amount, Paid: Shillings(ans.Amount), Receipt: ans.Receipt, UsedBy: e.UsedBy}
	switch {
	case ans.Verdict != daraja.VerdictPaid, e.IDUsedBy != "", ans.CheckoutRequestID == "", a.CheckoutRequestID != "" && !a.sameIDs(ans):
		m.how = idsDiffer
	case e.UsedBy != "":
		m.how = receiptUsed
	case !ans.HasAmount:
		m.how = amountMissing
	case m.Paid != m.Asked:
		m.how = amountDiffers
	case ans.Receipt == "":
		m.how = receiptMissing
	default:
		m.how = receiptDiffers
	}
	return m
}

// Say is the mismatch in one sentence.
func (m Mismatch) Say() Text {
	code := ""
	if m.Receipt != "" {
		code = ", code " + m.Receipt
	}
	switch m.how {
	case idsDiffer:
		return Text{
			EN: "What came has other ids than this request: it may be about another payment.",
			SW: "Ujumbe uliokuja una ids tofauti na za ombi hili: huenda ni wa malipo mengine.",
		}
	case receiptUsed:
		en, sw := "", ""
		if h := m.Holder; h.ID != "" {
			when := Moment(h.AskedAt)
			en, sw = fmt.Sprintf(" of KES %v, %s", h.Amount, when.EN), fmt.Sprintf(" ya KES %v, %s", h.Amount, when.SW)
		}
		return Text{
			EN: fmt.Sprintf("Code %s has paid another sale already%s.", m.Receipt, en),
			SW: fmt.Sprintf("Code %s tayari ililipia mauzo mengine%s.", m.Receipt, sw),
		}
	case amountMissing:
		return Text{
			EN: "M-PESA reports a payment without an amount" + code + ".",
			SW: "M-PESA inaripoti malipo bila kiasi" + code + ".",
		}
	case amountDiffers:
		return Text{
			EN: fmt.Sprintf("Asked KES %v, paid KES %v%s.", m.Asked, m.Paid, code),
			SW: fmt.Sprintf("Iliombwa KES %v, zimelipwa KES %v%s.", m.Asked, m.Paid, code),
		}
	case receiptMissing:
		return Text{
			EN: fmt.Sprintf("M-PESA reports a payment of KES %v without a code.", m.Paid),
			SW: fmt.Sprintf("M-PESA inaripoti malipo ya KES %v bila code.", m.Paid),
		}
	case receiptDiffers:
		return Text{
			EN: fmt.Sprintf("M-PESA reports a second payment: KES %v%s.", m.Paid, code),
			SW: fmt.Sprintf("M-PESA inaripoti malipo ya pili: KES %v%s.", m.Paid, code),
		}
	}
	return Text{}
}

// Title is the mismatch in at most 12 characters.
func (m Mismatch) Title() Text {
	switch m.how {
	case idsDiffer:
		return Text{EN: "other ids", SW: "ids nyingine"}
	case receiptUsed:
		return Text{EN: "used code", SW: "imetumika"}
	case amountMissing:
		return Text{EN: "no amount", SW: "bila kiasi"}
	case amountDiffers:
		return Text{EN: fmt.Sprintf("paid %v", m.Paid), SW: fmt.Sprintf("pesa %v", m.Paid)}
	case receiptMissing:
		return Text{EN: "no code", SW: "bila code"}
	case receiptDiffers:
		return Text{EN: "second code", SW: "code ya pili"}
	}
	return Text{}
}

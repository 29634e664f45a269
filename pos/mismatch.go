package pos

import "kaunta/daraja"

// Mismatch is why an attempt has the notice DoesNotMatch: what came for it, and how that differs
// from what was asked. The zero Mismatch is none.
type Mismatch struct {
	How     MismatchHow
	Asked   Shillings
	Paid    Shillings // what M-PESA reports
	Receipt string    // of what M-PESA reports
	UsedBy  AttemptID // the attempt that the receipt had closed
	Holder  Attempt   // the same, where the ledger was looked up
}

// MismatchHow is how something does not match.
type MismatchHow uint8

// The ways.
const (
	IDsDiffer MismatchHow = iota + 1
	ReceiptUsed
	AmountMissing
	AmountDiffers
	ReceiptMissing
	ReceiptDiffers
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
		m.How = IDsDiffer
	case e.UsedBy != "":
		m.How = ReceiptUsed
	case !ans.HasAmount:
		m.How = AmountMissing
	case m.Paid != m.Asked:
		m.How = AmountDiffers
	case ans.Receipt == "":
		m.How = ReceiptMissing
	default:
		m.How = ReceiptDiffers
	}
	return m
}

package pos

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"kaunta/daraja"
)

// Claim is what the till can say of a receipt number that a cashier typed from a customer's phone.
// It is kept with the attempt as a person's word and proves nothing (L8): an SMS is easily made up.
// M-PESA is asked at once.
type Claim struct {
	Attempt Attempt // with the number in Claimed, unless it is PAID and another holds the number
	Typed   string  // the number
	Holder  Attempt // the other attempt that the receipt closed; else the zero Attempt
	OddDate bool    // the number looks like one of another day than the attempt's
}

// Say is the claim in words, in English and Kiswahili.
func (c Claim) Say() Text {
	// some type the number
	code, paid := c.Attempt.Phone.MaskText(c.Typed), c.Attempt.State == Paid
	switch {
	case c.Holder.ID != "":
		h := c.Holder
		when := Moment(h.AskedAt)
		no := Text{EN: "It cannot be used again.", SW: "Haiwezi kutumika tena."}
		if paid {
			no = Text{EN: "It is not the code of this payment.", SW: "Si code ya malipo haya."}
		}
		return Text{
			EN: fmt.Sprintf("%s has paid another sale: KES %v, %v, %s. %s", code, h.Amount, h.Phone, when.EN, no.EN),
			SW: fmt.Sprintf("%s imelipa mauzo mengine: KES %v, %v, %s. %s", code, h.Amount, h.Phone, when.SW, no.SW),
		}
	case c.OddDate && paid:
		return Text{
			EN: code + " looks like a code of another day. It is noted as the customer's word.",
			SW: code + " inaonekana ni ya siku nyingine. Imeandikwa kama neno la mteja.",
		}
	case c.OddDate:
		return Text{
			EN: code + " looks like a code of another day. Noted; it is not proof. Keep the goods.",
			SW: code + " inaonekana ni ya siku nyingine. Imeandikwa; si uthibitisho. Usitoe bidhaa bado.",
		}
	case paid:
		return Text{
			EN: code + " is noted as the customer's word, not as M-PESA's.",
			SW: code + " imeandikwa kama neno la mteja, si la M-PESA.",
		}
	default:
		return Text{
			EN: code + " is noted. It is not proof. Keep the goods until the screen says PAID.",
			SW: code + " imeandikwa, lakini si uthibitisho. Usitoe bidhaa hadi skrini iseme IMELIPWA.",
		}
	}
}

// receiptForm is the form of all 139 receipt numbers measured.
var receiptForm = regexp.MustCompile(`^[A-Z0-9]{10}$`)

// ErrReceipt refuses what was typed as a receipt number.
var ErrReceipt error = &LocalizedError{
	EN: "An M-PESA code has ten letters and digits: copy it from the customer's SMS.",
	SW: "Code ya M-PESA ina herufi na tarakimu kumi: inakili kutoka SMS ya mteja.",
}

// TypeReceipt records a receipt number that the cashier typed for an attempt, says what is known of
// it, and queries M-PESA about the attempt. What is PAID takes no number of another sale: in an
// export both would have it. Errors: ErrReceipt, ErrClosed, ErrNotFound, or the ledger's.
func (t *Till) TypeReceipt(ctx context.Context, id AttemptID, typed string) (Claim, error) {
	receipt := strings.ToUpper(strings.Join(strings.Fields(typed), ""))
	if !receiptForm.MatchString(receipt) {
		return Claim{}, ErrReceipt
	}
	if !t.begin() {
		return Claim{}, ErrClosed
	}
	defer t.work.Done()
	a, err := t.cfg.Ledger.Attempt(id)
	if err != nil {
		return Claim{}, err
	}
	claim := Claim{Attempt: a, Typed: receipt}
	switch holder, err := t.cfg.Ledger.ByReceipt(receipt); {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return Claim{}, err
	case holder != id:
		if claim.Holder, err = t.cfg.Ledger.Attempt(holder); err != nil {
			return Claim{}, err
		}
		if a.State == Paid {
			return claim, nil
		}
	}
	if a, err = t.record(ctx, Event{Attempt: id, Kind: EventTyped, At: t.cfg.Clock(), Typed: receipt}); err != nil {
		return Claim{}, err
	}
	claim.Attempt = a
	// A payment is made on the day of asking, or after it where it is made around midnight.
	day, ok := daraja.ReceiptDate(receipt, a.AskedAt)
	asked := DayOf(a.AskedAt)
	claim.OddDate = !ok || DayOf(day) < asked || DayOf(day) > asked.Add(1)
	if a.Open() {
		_, _ = t.CheckNow(id) // where there is nothing to ask with, the callback alone can tell
	}
	return claim, nil
}

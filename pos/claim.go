package pos

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"kaunta/daraja"
)

// Claim is what the till can say of a receipt number that a cashier typed from a customer's phone. It is kept with the
// attempt as a person's word and proves nothing (L8): an SMS is easily made up. M-PESA is asked at once.
type Claim struct {
	Attempt Attempt // with the number in Claimed
	Holder  Attempt // the attempt that the receipt closed, if it is another; the zero Attempt otherwise
	OddDate bool    // the number looks like one of another day than the attempt's
}

// Say is the claim in words, in English and Kiswahili.
func (c Claim) Say() Text {
	switch code := c.Attempt.Claimed; {
	case c.Holder.ID != "":
		h := c.Holder
		when := h.AskedAt.In(EAT).Format("2 Jan 15:04")
		return Text{
			EN: fmt.Sprintf("%s has paid another sale: KES %v, %v, %s. It pays nothing here.", code, h.Amount, h.Phone, when),
			SW: fmt.Sprintf("%s imelipa mauzo mengine: KES %v, %v, %s. Hailipi hapa.", code, h.Amount, h.Phone, when),
		}
	case c.OddDate:
		return Text{
			EN: code + " looks like a code of another day. Noted; it is no proof. Hold the goods.",
			SW: code + " inaonekana ni ya siku nyingine. Imeandikwa; si uthibitisho. Shikilia bidhaa.",
		}
	default:
		return Text{
			EN: code + " is noted as the customer's word; it is no proof. Hold the goods until M-PESA says PAID.",
			SW: code + " imeandikwa kama neno la mteja; si uthibitisho. Shikilia bidhaa hadi M-PESA iseme IMELIPWA.",
		}
	}
}

// receiptForm is the form of all 139 receipt numbers measured.
var receiptForm = regexp.MustCompile(`^[A-Z0-9]{10}$`)

// ErrReceipt refuses what was typed as a receipt number.
var ErrReceipt error = &Said{
	EN: "An M-PESA code has ten letters and digits: copy it from the customer's SMS.",
	SW: "Namba ya M-PESA ina herufi na tarakimu kumi: inakili kutoka kwenye SMS ya mteja.",
}

// TypeReceipt records a receipt number that the cashier typed for an attempt, says what is known of it, and has
// M-PESA asked about the attempt. Errors: ErrReceipt, ErrClosed, ErrNotFound, or the ledger's.
func (t *Till) TypeReceipt(ctx context.Context, id AttemptID, typed string) (Claim, error) {
	receipt := strings.ToUpper(strings.Join(strings.Fields(typed), ""))
	if !receiptForm.MatchString(receipt) {
		return Claim{}, ErrReceipt
	}
	if !t.begin() {
		return Claim{}, ErrClosed
	}
	defer t.work.Done()
	a, err := t.record(ctx, Event{Attempt: id, Kind: EventTyped, At: time.Now(), Typed: receipt})
	if err != nil {
		return Claim{}, err
	}
	claim := Claim{Attempt: a}
	switch holder, err := t.cfg.Ledger.ByReceipt(receipt); {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return Claim{}, err
	case holder != id:
		if claim.Holder, err = t.cfg.Ledger.Attempt(holder); err != nil {
			return Claim{}, err
		}
	}
	// A payment is made on the day of asking, or after it where it is made around midnight.
	day, ok := daraja.ReceiptDate(receipt, a.AskedAt)
	asked := DayOf(a.AskedAt)
	claim.OddDate = !ok || DayOf(day) < asked || DayOf(day) > asked.Add(1)
	if a.Open() {
		_, _ = t.CheckNow(id) // where there is nothing to ask with, the callback alone can tell
	}
	return claim, nil
}

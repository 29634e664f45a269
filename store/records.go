package store

import (
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// The fields of each record, with their tags. Tags are on disk: never change or reuse one, only add, and
// bring the ledger to a new version with it.

// attemptFields leaves out the attempt's id, which is its key.
func attemptFields(r *record, a *pos.Attempt) {
	groupField(r, 1, &a.Asked, askedFields)
	timeField(r, 2, &a.AskedAt)
	numberField(r, 3, &a.State)
	numberField(r, 4, &a.Facts)
	numberField(r, 5, &a.Notices)
	timeField(r, 6, &a.EndedAt)
	textField(r, 7, &a.MerchantRequestID)
	textField(r, 8, &a.CheckoutRequestID)
	textField(r, 9, &a.Receipt)
	timeField(r, 10, &a.PaidAt)
	groupField(r, 11, &a.Cause, causeFields)
	textField(r, 12, &a.Claimed)
	numberField(r, 13, &a.Events)
}

func askedFields(r *record, a *pos.Asked) {
	idField(r, 1, &a.Sale)
	textField(r, 2, &a.Phone)
	numberField(r, 3, &a.Amount)
	textField(r, 4, &a.Reference)
	textField(r, 5, &a.Description)
	textField(r, 6, &a.Address)
	textField(r, 7, &a.CallBackURL)
	flagField(r, 8, &a.Reachable)
	flagField(r, 9, &a.ConfirmBoth)
}

func causeFields(r *record, c *pos.Cause) {
	textField(r, 1, &c.Endpoint)
	textField(r, 2, &c.Verdict)
	flagField(r, 3, &c.NotSent)
	textField(r, 4, &c.ErrorCode)
	textField(r, 5, &c.ErrorMessage)
	textField(r, 6, &c.ResultCode)
	textField(r, 7, &c.ResultDesc)
}

// eventFields leaves out the event's attempt, which begins its key.
func eventFields(r *record, e *pos.Event) {
	numberField(r, 1, &e.Kind)
	timeField(r, 2, &e.At)
	optionalField(r, 3, &e.Asked, askedFields)
	optionalField(r, 4, &e.Answer, answerFields)
	idField(r, 5, &e.UsedBy)
	textField(r, 6, &e.Typed)
}

func answerFields(r *record, a *daraja.Answer) {
	textField(r, 1, &a.Endpoint)
	textField(r, 2, &a.Verdict)
	flagField(r, 3, &a.NotSent)
	numberField(r, 4, &a.HTTPStatus)
	textField(r, 5, &a.ErrorCode)
	textField(r, 6, &a.ErrorMessage)
	textField(r, 7, &a.MerchantRequestID)
	textField(r, 8, &a.CheckoutRequestID)
	textField(r, 9, &a.ResultCode)
	textField(r, 10, &a.ResultDesc)
	textField(r, 11, &a.Receipt)
	numberField(r, 12, &a.Amount)
	flagField(r, 13, &a.HasAmount)
	textField(r, 14, &a.TransactionDate)
	blobField(r, 15, &a.Raw)
}

func totalsFields(r *record, t *pos.Totals) {
	groupField(r, 1, &t.Paid, sumFields)
	groupField(r, 2, &t.NotPaid, sumFields)
	groupField(r, 3, &t.Checking, sumFields)
	groupField(r, 4, &t.OwedBack, sumFields)
	groupField(r, 5, &t.Hours, hoursFields)
}

func sumFields(r *record, s *pos.Sum) {
	numberField(r, 1, &s.Count)
	numberField(r, 2, &s.KES)
}

func hoursFields(r *record, hours *[24]pos.Shillings) {
	for h := range hours {
		numberField(r, h, &hours[h])
	}
}

func originFields(r *record, o *Origin) {
	textField(r, 1, &o.Environment)
	textField(r, 2, &o.ShortCode)
	timeField(r, 3, &o.Created)
}

// stored is e as it reads back from disk, so that an attempt made from it now is the same as one made from it later.
func stored(e pos.Event) pos.Event {
	if e.At.IsZero() {
		e.At = time.Time{}
	} else {
		e.At = e.At.Round(0).In(pos.EAT) // Round strips the monotonic clock
	}
	return e
}

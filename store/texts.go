package store

import (
	"bytes"
	"strconv"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// texts walks over the fields of an event, once for both directions, so that no field can be written and not read. The order is
// on disk: to change it is a new version of the ledger.
type texts struct {
	out *splitter // when writing

	in     *filler // when reading
	shape  items
	bodies bool // read raw bodies too

	err error
}

// eventTexts are the fields of an event but for its attempt, which is the record's key, and its time.
func eventTexts(t *texts, k key, e *pos.Event) {
	numberText(t, &e.Kind, words)
	hasAsked, hasAnswer := e.Asked != nil, e.Answer != nil
	t.flags(&hasAsked, &hasAnswer)
	if hasAsked {
		if e.Asked == nil {
			e.Asked = new(pos.Asked)
		}
		askedTexts(t, k, e.Asked)
	}
	if hasAnswer {
		if e.Answer == nil {
			e.Answer = new(daraja.Answer)
		}
		answerTexts(t, e.Answer)
	}
	text(t, &e.UsedBy, own)
	text(t, &e.Typed, value)
	laterTexts(t, e)
}

// laterTexts are the fields that version 5 brought. They are left out where all are empty, as they are
// in the events of older versions.
func laterTexts(t *texts, e *pos.Event) {
	asked, answer := e.Asked, e.Answer
	if asked == nil {
		asked = new(pos.Asked)
	}
	if answer == nil {
		answer = new(daraja.Answer)
	}
	if t.out != nil && e.IDUsedBy+e.Other+asked.Overrides == "" && asked.Once+asked.BuyGoods+answer.CustomerMessage == "" ||
		t.out == nil && t.shape.done() {
		return
	}
	text(t, &asked.Overrides, own)
	text(t, &e.IDUsedBy, own)
	text(t, &e.Other, own)
	text(t, &asked.Once, own)
	text(t, &asked.BuyGoods, own)
	text(t, &answer.CustomerMessage, words)
}

func askedTexts(t *texts, k key, a *pos.Asked) {
	first := string(a.Sale) == k.String() // of its sale
	t.flags(&first)
	if first {
		a.Sale = pos.SaleID(k.String())
	} else {
		text(t, &a.Sale, own)
	}
	text(t, &a.Phone, words)
	numberText(t, &a.Amount, value)
	text(t, &a.Reference, opaque)
	text(t, &a.Description, opaque)
	text(t, &a.Address, own)
	text(t, &a.CallBackURL, words)
	t.flags(&a.Reachable, &a.ConfirmBoth)
}

func answerTexts(t *texts, a *daraja.Answer) {
	text(t, &a.Endpoint, words)
	text(t, &a.Verdict, words)
	hasRaw := a.Raw != nil
	t.flags(&a.NotSent, &a.HasAmount, &hasRaw)
	numberText(t, &a.HTTPStatus, words)
	text(t, &a.ErrorCode, words)
	text(t, &a.ErrorMessage, words)
	text(t, &a.MerchantRequestID, value)
	text(t, &a.CheckoutRequestID, value)
	text(t, &a.ResultCode, words)
	text(t, &a.ResultDesc, words)
	text(t, &a.Receipt, value)
	numberText(t, &a.Amount, words)
	text(t, &a.TransactionDate, value)
	if t.out != nil {
		t.out.field(string(a.Raw), words)
		return
	}
	raw := t.next(words, t.bodies)
	if hasRaw && t.bodies {
		a.Raw = []byte(raw)
	}
}

// next reads the next field.
func (t *texts) next(how mode, wanted bool) string {
	return t.in.field(&t.shape, how, wanted)
}

func text[T ~string](t *texts, p *T, how mode) {
	if t.out != nil {
		t.out.field(string(*p), how)
		return
	}
	*p = T(t.next(how, true))
}

// numberText is a field for a whole number, empty for 0.
func numberText[T ~int | ~int64 | ~uint8](t *texts, p *T, how mode) {
	if t.out != nil {
		digits := ""
		if *p != 0 {
			digits = strconv.FormatInt(int64(*p), 10)
		}
		if len(digits) < nationalDigits {
			t.out.field(digits, how)
		} else {
			t.out.figures(digits, how)
		}
		return
	}
	digits := t.next(how, true)
	if digits == "" {
		return
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	*p = T(n)
	if (err != nil || int64(*p) != n) && t.err == nil {
		t.err = errShape
	}
}

// flags is a field for some bools: the letters a, b, c of those that are true.
func (t *texts) flags(flags ...*bool) {
	if t.out != nil {
		var letters []byte
		for i, f := range flags {
			if *f {
				letters = append(letters, byte('a'+i))
			}
		}
		t.out.field(string(letters), words)
		return
	}
	letters := t.next(words, true)
	for i := range len(letters) {
		n := int(letters[i]) - 'a'
		if n < 0 || n >= len(flags) {
			t.err = errShape
			return
		}
		*flags[n] = true
	}
}

// stored is e as it reads back from disk: its time in microseconds, in East Africa Time.
func stored(e pos.Event) pos.Event {
	e.At = moment(microseconds(e.At))
	return e
}

func microseconds(t time.Time) int64 { return t.Unix()*1e6 + int64(t.Nanosecond()/1e3) }

func moment(micro int64) time.Time {
	t := time.Unix(floorDiv(micro, 1e6), (micro-floorDiv(micro, 1e6)*1e6)*1e3)
	if t.IsZero() {
		return time.Time{}
	}
	return t.In(pos.EAT)
}

// sameEvent reports whether two events say the same, byte for byte.
func sameEvent(a, b pos.Event) bool {
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
	return bytes.Equal(a.Raw, b.Raw) && (a.Raw == nil) == (b.Raw == nil) && sameWords(a, b)
}

// sameWords compares what was read in two answers.
func sameWords(a, b *daraja.Answer) bool {
	return a.Endpoint == b.Endpoint && a.Verdict == b.Verdict && a.NotSent == b.NotSent && a.HTTPStatus == b.HTTPStatus &&
		a.ErrorCode == b.ErrorCode && a.ErrorMessage == b.ErrorMessage &&
		a.MerchantRequestID == b.MerchantRequestID && a.CheckoutRequestID == b.CheckoutRequestID && a.CustomerMessage == b.CustomerMessage &&
		a.ResultCode == b.ResultCode && a.ResultDesc == b.ResultDesc && a.Receipt == b.Receipt &&
		a.Amount == b.Amount && a.HasAmount == b.HasAmount && a.TransactionDate == b.TransactionDate
}

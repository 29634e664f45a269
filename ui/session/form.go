package session

import (
	"errors"
	"fmt"
	"strings"

	"kaunta/pos"
	"kaunta/ui/text"
)

// Field is one of the fields of a sale, from top to bottom.
type Field uint8

// The fields.
const (
	Amount Field = iota
	Retype       // the amount a second time, where it is large
	Phone
	Reference
	fields
)

// What a field takes, all of it ASCII. The amount's are the keys of a number pad.
const (
	Digits         = "0123456789"
	AmountChars    = Digits + ".,+-*/ "
	PhoneChars     = Digits + "+ "
	ReferenceChars = Digits + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -"
)

// Longest is how many characters each field takes. The reference's is Daraja's own limit.
var Longest = [fields]int{Amount: 32, Retype: 32, Phone: 20, Reference: 12}

// Form is a new payment as it is typed. It is a value: a copy is another form.
type Form struct {
	max, retypeAbove pos.Shillings

	Sale  pos.SaleID // the sale to ask again for; empty for a new one
	Text  [fields]string
	Focus Field
	Wrong error // why the form was not taken

	agreed pos.Shillings // the large amount that was typed twice

	// A sum that does not come out whole is asked about before it is rounded: the first Enter makes
	// the offer, the second takes it. Both are kept as the text that they are about, so that
	// another text is asked about anew.
	offered, rounded string
}

// NewForm is an empty form. A max of 0 is pos.MaxAmount; amounts above retypeAbove, where that is
// not 0, are typed twice.
func NewForm(max, retypeAbove pos.Shillings) Form {
	if max == 0 {
		max = pos.MaxAmount
	}
	return Form{max: max, retypeAbove: retypeAbove}
}

// Clear empties the form.
func (f *Form) Clear() { *f = NewForm(f.max, f.retypeAbove) }

// anotherNumber makes it the form of a sale that is to be asked of another phone.
func (f *Form) anotherNumber(r pos.Request) {
	f.Clear()
	f.Sale, f.agreed, f.Focus = r.Sale, r.Amount, Phone
	f.Text[Amount], f.Text[Reference] = r.Amount.String(), r.Reference
}

// asItWas makes it the form that a request came from.
func (f *Form) asItWas(r pos.Request) {
	f.anotherNumber(r)
	f.Text[Phone] = r.Phone.Local()
}

// Empty reports whether nothing has been typed.
func (f Form) Empty() bool {
	return f.Text[Amount] == "" && f.Text[Phone] == "" && f.Text[Reference] == ""
}

// RetypeAbove is the largest amount that is typed once.
func (f Form) RetypeAbove() pos.Shillings { return f.retypeAbove }

// Next is the field so many below the one in front, around the ends.
func (f Form) Next(step int) Field {
	at := f.Focus
	for {
		at = Field((int(at) + step + int(fields)) % int(fields))
		if at != Retype || f.Retypes() {
			return at
		}
	}
}

// back goes to the question before; the amount has none.
func (f *Form) back() {
	if f.Focus = f.Next(-1); f.Focus == Retype {
		f.Focus = Amount
	}
}

// Retypes reports whether the amount is typed a second time.
func (f Form) Retypes() bool {
	amount, err := f.Amount()
	return err == nil && f.retypeAbove > 0 && amount > f.retypeAbove && amount != f.agreed || f.Focus == Retype
}

// Amount is what would be asked for: whole shillings that were typed, or that the cashier has
// agreed to.
func (f Form) Amount() (pos.Shillings, error) {
	amount, err := pos.ParseAmount(f.Text[Amount], f.max)
	if part := Fraction(err); part != nil && f.Agreed() {
		return part.Whole, nil
	}
	return amount, err
}

// Fraction is the refusal of an amount that is not whole but can be rounded; nil for any other
// error.
func Fraction(err error) *pos.AmountError {
	var e *pos.AmountError
	if errors.As(err, &e) && e.Whole > 0 {
		return e
	}
	return nil
}

// Agreed reports whether the cashier has agreed to round the amount, and Offered whether it was
// offered to.
func (f Form) Agreed() bool  { return f.Text[Amount] == f.rounded }
func (f Form) Offered() bool { return f.offered != "" && f.Text[Amount] == f.offered }

// Withdraw takes the offer to round back: what was typed instead is no answer to it.
func (f *Form) Withdraw() { f.offered = "" }

// Enter takes the field in front and goes to the next; from the phone or the reference it returns
// the request for the payment.
func (f *Form) Enter() *pos.Request {
	refuse := func(at Field, err error) *pos.Request {
		f.Focus, f.Wrong = at, err
		return nil
	}
	amount, err := f.Amount()
	if part := Fraction(err); part != nil {
		typed := f.Text[Amount]
		if f.Focus != Amount || f.offered != typed {
			f.offered = typed
			return refuse(Amount, nil)
		}
		f.rounded = typed
		amount, err = part.Whole, nil
	}
	if err != nil {
		return refuse(Amount, err)
	}
	if f.Focus == Retype {
		again, err := pos.ParseAmount(f.Text[Retype], f.max)
		if part := Fraction(err); part != nil {
			again, err = part.Whole, nil // the same cents a second time
		}
		f.Text[Retype] = ""
		if err != nil || again != amount {
			return refuse(Retype, text.InBoth(func(w *text.Words) string { return fmt.Sprintf(w.NotTheSame, amount) }))
		}
		f.agreed, f.Focus = amount, Phone
		return nil
	}
	if f.Retypes() {
		return refuse(Retype, nil)
	}
	if f.Focus == Amount {
		return refuse(Phone, nil)
	}
	phone, err := pos.ParseMSISDN(f.Text[Phone])
	if err != nil {
		return refuse(Phone, err)
	}
	return &pos.Request{Sale: f.Sale, Phone: phone, Amount: amount, Reference: strings.TrimSpace(f.Text[Reference])}
}

// Paste puts a pasted line into the field in front, behind its first at characters, whole or not at
// all: leaving out what does not fit could make another amount of it. It returns how many
// characters stand before the cursor then.
func (f *Form) Paste(line string, at int) int {
	f.Wrong = nil
	typed := &f.Text[f.Focus]
	switch f.Focus {
	case Amount, Retype:
		line = pos.CleanAmount(line)
		if Only(line, AmountChars) != line || len(line) > Longest[f.Focus]-len(*typed) {
			f.Refuse()
			return at
		}
	case Phone:
		phone, err := pos.ParseMSISDN(line)
		if err != nil {
			f.Wrong = err
			return at
		}
		*typed = phone.Local()
		return len(*typed)
	case Reference:
		line = Only(line, ReferenceChars)
		line = line[:min(len(line), Longest[Reference]-len(*typed))]
	}
	*typed = (*typed)[:at] + line + (*typed)[at:]
	return at + len(line)
}

// Refuse says that something typed is nothing for the field in front.
func (f *Form) Refuse() {
	if f.Focus == Phone {
		_, f.Wrong = pos.ParseMSISDN("?")
	} else {
		_, f.Wrong = pos.ParseAmount("?", f.max)
	}
}

// Only keeps of s what stands in allowed.
func Only(s, allowed string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(allowed, r) {
			return r
		}
		return -1
	}, s)
}

// Running is what the amount comes to as far as it is typed, without an operator at its end. Where
// that is not whole but can be rounded, it is the rounded amount, and part says what it was rounded
// from.
func (f Form) Running() (amount pos.Shillings, part *pos.AmountError, isSum bool) {
	typed := f.Text[Amount]
	isSum = strings.ContainsAny(pos.CleanAmount(typed), "+-*/")
	amount, err := pos.ParseAmount(strings.TrimRight(typed, "+-*/. "), f.max)
	if part = Fraction(err); part != nil {
		return part.Whole, part, isSum
	}
	return amount, nil, isSum && err == nil
}

// Offers reports whether it is offered to round the amount, and what it is rounded from.
func (f Form) Offers() (part *pos.AmountError, offers bool) {
	_, part, _ = f.Running()
	return part, part != nil && f.offered == f.Text[Amount] && !f.Agreed()
}

// Refusal is why the amount cannot be asked, as soon as that is certain while it is typed: too big,
// or not whole. What can be rounded once the cashier has agreed is no refusal then.
func (f Form) Refusal() error {
	var e *pos.AmountError
	_, err := f.Amount()
	if errors.As(err, &e) && (e.Reason == pos.AmountTooBig || e.Reason == pos.AmountFraction) {
		return err
	}
	return nil
}

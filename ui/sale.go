package ui

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/ui/text"
)

// saleField is one of the fields of a sale, from top to bottom.
type saleField uint8

const (
	fieldAmount saleField = iota
	fieldAgain            // the amount a second time, where it is large
	fieldPhone
	fieldReference
)

// What a field takes. The amount's are the keys of a number pad.
const (
	digits           = "0123456789"
	amountChars      = digits + ".,+-*/ "
	phoneChars       = digits + "+ "
	referenceChars   = digits + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -"
	longestAmount    = 32
	longestPhone     = 20
	longestReference = 12 // Daraja's own limit
)

// sale is the form of a new payment.
type sale struct {
	max, retypeAbove pos.Shillings

	id     pos.SaleID // the sale to ask again for; empty for a new one
	fields [4]field
	focus  saleField
	agreed pos.Shillings // the large amount that was typed twice
	wrong  error         // why the form was not taken; shown until the next key

	// A sum that does not come out whole is asked about before it is rounded: the first Enter makes
	// the offer, the second takes it. Both are kept as the text that they are about, so that
	// another text is asked about anew.
	offered, rounded string
}

func newSale(max, retypeAbove pos.Shillings) sale {
	if max == 0 {
		max = pos.MaxAmount
	}
	s := sale{max: max, retypeAbove: retypeAbove}
	s.fields[fieldAmount] = newField(longestAmount)
	s.fields[fieldAgain] = newField(longestAmount)
	s.fields[fieldPhone] = newField(longestPhone)
	s.fields[fieldReference] = newField(longestReference)
	return s
}

// cleared is an empty form.
func (s sale) cleared() sale { return newSale(s.max, s.retypeAbove) }

// anotherNumber is the form of a sale that is to be asked of another phone.
func (s sale) anotherNumber(r pos.Request) sale {
	s = s.cleared()
	s.id, s.agreed, s.focus = r.Sale, r.Amount, fieldPhone
	s.fields[fieldAmount] = s.fields[fieldAmount].with(r.Amount.String())
	s.fields[fieldReference] = s.fields[fieldReference].with(r.Reference)
	return s
}

// empty reports whether nothing has been typed.
func (s sale) empty() bool {
	return s.fields[fieldAmount].empty() && s.fields[fieldPhone].empty() && s.fields[fieldReference].empty()
}

// errNumLock: the number pad sent arrows to a field that wants digits.
func errNumLock() error { return text.InBoth(func(w *text.Words) string { return w.NumLock }) }

// press answers a key. The request is not nil where the form is complete and the cashier asks for
// the payment.
func (s sale) press(k key) (sale, *pos.Request) {
	s.wrong = nil
	if s.focus != fieldReference {
		k = k.typed()
	}
	switch {
	case k.is("enter"):
		return s.enter()
	case k.is("esc"):
		return s.cleared(), nil
	case k.is("tab", "down"):
		s.focus = s.next(+1)
		return s, nil
	case k.is("shift+tab", "up"):
		s.focus = s.next(-1)
		return s, nil
	case k.is("insert", "begin", "pgup", "pgdown") && s.focus != fieldReference:
		s.wrong = errNumLock()
		return s, nil
	}
	f := s.fields[s.focus]
	if f.empty() && s.focus != fieldReference && k.is("left", "right", "home", "end", "delete") {
		s.wrong = errNumLock() // there is nothing to move in: these are digits
		return s, nil
	}
	if edited, ok := f.edit(k); ok {
		s.fields[s.focus] = edited
		return s, nil
	}
	switch s.focus {
	case fieldAmount, fieldAgain:
		f = typeAmount(f, k.text)
	case fieldPhone:
		switch {
		case k.text == "-" && f.empty():
			s.focus = s.next(-1)
			return s, nil
		case k.text == "-": // the number pad's way to correct
			f = f.cut(max(0, f.cursor()-1), f.cursor())
		case k.text == "/":
			s.focus = fieldAmount
			return s, nil
		case k.text == ".":
			s.focus = fieldReference
			return s, nil
		default:
			f = f.insert(only(k.text, phoneChars))
		}
	case fieldReference:
		f = f.insert(only(k.text, referenceChars))
	}
	s.fields[s.focus] = f
	return s, nil
}

// takes reports whether the field in front has a use for what the key types. A reference leaves out
// what it has not, as with a paste.
func (s sale) takes(k key) bool {
	switch s.focus {
	case fieldPhone:
		return only(k.text, phoneChars+"-/.") == k.text
	case fieldReference:
		return true
	}
	return only(k.text, amountChars+"=") == k.text
}

// burst is keys that come faster than a person types: of a scanner, of a terminal that pastes as if
// it typed, or what is left of a key that came in parts. As with a paste, a form takes them whole
// or not at all.
type burst struct {
	before sale // the form as it was
	last   time.Time
	keys   int
	bad    bool
}

// tooFast is the longest time between two keys of a burst. Nobody who looks for keys is faster, and
// a line of 9600 baud is.
const tooFast = 25 * time.Millisecond

// spoilt reports whether a key now would still belong to a burst that is taken in no part.
func (b burst) spoilt(now time.Time) bool { return b.bad && now.Sub(b.last) <= tooFast }

// press gives a key to the form.
func (b *burst) press(s sale, k key, now time.Time) (sale, *pos.Request) {
	if now.Sub(b.last) > tooFast {
		*b = burst{before: s}
	}
	b.last = now
	b.keys++
	b.bad = b.bad || !s.takes(k)
	if !b.bad || b.keys == 1 {
		return s.press(k)
	}
	s = b.before
	if s.focus == fieldPhone {
		_, s.wrong = pos.ParseMSISDN("?")
	} else {
		_, s.wrong = pos.ParseAmount("?", s.max)
	}
	return s, nil
}

// typeAmount types into a sum. No sum has two operators in a row: − takes away another operator,
// and a second − what is before the first as well, for number pads without a Backspace; any other
// takes the place of the first. People write 450/= too: there alone = means something.
func typeAmount(f field, text string) field {
	before := ""
	if f.cursor() > 0 {
		before = string([]rune(f.String())[f.cursor()-1])
	}
	if text != "=" || before != "/" {
		text = only(text, amountChars)
	}
	if len(text) == 1 && strings.Contains("+-*/", text) && strings.Contains("+-*/", before) {
		switch {
		case before == "":
			return f // a sum begins with a number
		case text == "-" && before == "-":
			return f.cut(max(0, f.cursor()-2), f.cursor())
		case text == "-":
			return f.cut(f.cursor()-1, f.cursor())
		}
		f = f.cut(f.cursor()-1, f.cursor())
	}
	return f.insert(text)
}

// next is the field so many below the one in front, around the ends.
func (s sale) next(step int) saleField {
	f := s.focus
	for {
		f = saleField((int(f) + step + len(s.fields)) % len(s.fields))
		if f != fieldAgain || s.showsAgain() {
			return f
		}
	}
}

// showsAgain reports whether the amount is typed a second time.
func (s sale) showsAgain() bool {
	amount, err := s.amount()
	return err == nil && s.retypeAbove > 0 && amount > s.retypeAbove && amount != s.agreed || s.focus == fieldAgain
}

// amount is what would be asked for: whole shillings that were typed, or that the cashier has
// agreed to.
func (s sale) amount() (pos.Shillings, error) {
	text := s.fields[fieldAmount].String()
	amount, err := pos.ParseAmount(text, s.max)
	if f := fraction(err); f != nil && s.agreedTo() {
		return f.Whole, nil
	}
	return amount, err
}

// fraction is the refusal of an amount that is not whole but can be rounded; nil for any other
// error.
func fraction(err error) *pos.AmountError {
	var e *pos.AmountError
	if errors.As(err, &e) && e.Whole > 0 {
		return e
	}
	return nil
}

// agreedTo reports whether the cashier has agreed to round the amount.
func (s sale) agreedTo() bool { return s.fields[fieldAmount].String() == s.rounded }

// enter takes the field in front and goes to the next; from the phone or the reference it asks for
// the payment.
func (s sale) enter() (sale, *pos.Request) {
	refuse := func(at saleField, err error) (sale, *pos.Request) {
		s.focus, s.wrong = at, err
		return s, nil
	}
	amount, err := s.amount()
	if f := fraction(err); f != nil {
		text := s.fields[fieldAmount].String()
		if s.focus != fieldAmount || s.offered != text {
			s.offered = text
			return refuse(fieldAmount, nil)
		}
		s.rounded = text
		amount, err = f.Whole, nil
	}
	if err != nil {
		return refuse(fieldAmount, err)
	}
	if s.focus == fieldAgain {
		again, err := pos.ParseAmount(s.fields[fieldAgain].String(), s.max)
		if f := fraction(err); f != nil {
			again, err = f.Whole, nil // the same cents a second time
		}
		s.fields[fieldAgain] = s.fields[fieldAgain].with("")
		if err != nil || again != amount {
			return refuse(fieldAgain, text.InBoth(func(w *text.Words) string { return fmt.Sprintf(w.NotTheSame, amount) }))
		}
		s.agreed, s.focus = amount, fieldPhone
		return s, nil
	}
	if s.showsAgain() {
		return refuse(fieldAgain, nil)
	}
	if s.focus == fieldAmount {
		return refuse(fieldPhone, nil)
	}
	phone, err := pos.ParseMSISDN(s.fields[fieldPhone].String())
	if err != nil {
		return refuse(fieldPhone, err)
	}
	return s, &pos.Request{
		Sale: s.id, Phone: phone, Amount: amount, Reference: strings.TrimSpace(s.fields[fieldReference].String()),
	}
}

// paste takes pasted text whole or not at all: leaving out what does not fit could make another
// amount of it.
func (s sale) paste(text string) sale {
	text = firstLine(text)
	s.wrong = nil
	f := &s.fields[s.focus]
	switch s.focus {
	case fieldAmount, fieldAgain:
		text = pos.CleanAmount(text)
		if only(text, amountChars) != text || len(text) > f.room() {
			_, s.wrong = pos.ParseAmount("?", s.max)
			return s
		}
	case fieldPhone:
		phone, err := pos.ParseMSISDN(text)
		if err != nil {
			s.wrong = err
			return s
		}
		*f = f.with(phone.Local())
		return s
	case fieldReference:
		text = only(text, referenceChars)
	}
	*f = f.insert(text)
	return s
}

// firstLine is the first line of what was pasted: some terminals send a line's end as a key would.
func firstLine(pasted string) string {
	pasted = strings.TrimSpace(pasted)
	if end := strings.IndexAny(pasted, "\r\n"); end >= 0 {
		pasted = pasted[:end]
	}
	return strings.TrimSpace(text.Printable(pasted))
}

// running is what the amount comes to as far as it is typed, without an operator at its end. Where
// that is not whole but can be rounded, it is the rounded amount, and part says what it was rounded
// from.
func (s sale) running() (amount pos.Shillings, part *pos.AmountError, isSum bool) {
	typed := s.fields[fieldAmount].String()
	isSum = strings.ContainsAny(pos.CleanAmount(typed), "+-*/")
	amount, err := pos.ParseAmount(strings.TrimRight(typed, "+-*/. "), s.max)
	if part = fraction(err); part != nil {
		return part.Whole, part, isSum
	}
	return amount, nil, isSum && err == nil
}

// offers reports whether it is offered to round the amount, and what it is rounded from.
func (s sale) offers() (part *pos.AmountError, offers bool) {
	_, part, _ = s.running()
	return part, part != nil && s.offered == s.fields[fieldAmount].String() && !s.agreedTo()
}

// refusal is why the amount cannot be asked, as soon as that is certain while it is typed: too big,
// or not whole. What can be rounded once the cashier has agreed is no refusal then.
func (s sale) refusal() error {
	var e *pos.AmountError
	_, err := s.amount()
	if errors.As(err, &e) && (e.Reason == pos.AmountTooBig || e.Reason == pos.AmountFraction) {
		return err
	}
	return nil
}

// hints are the keys of the form.
func (s sale) hints(w *text.Words) []hint {
	if part, offers := s.offers(); offers {
		return []hint{{"enter", fmt.Sprintf(w.KRounded, part.Whole)}, {"esc", w.KClear}}
	}
	clear := hint{"esc", w.KClear}
	switch {
	case s.empty():
		return []hint{{"enter", w.KNextField}, {"*", w.KLedger}, {"-", w.KOpen}, {"f9", w.KLanguage}}
	case s.focus == fieldPhone && s.fields[fieldPhone].empty():
		return []hint{{"enter", w.KAsk}, {"-", w.KBack}, {".", w.KReference}, clear}
	case s.focus == fieldPhone:
		return []hint{{"enter", w.KAsk}, {"-", w.KRubOut}, {".", w.KReference}, clear}
	case s.focus == fieldReference:
		return []hint{{"enter", w.KAsk}, {"tab", w.KNextField}, clear, {"f2", w.KLedger}}
	}
	return []hint{{"enter", w.KNextField}, {"--", w.KRubOut}, clear}
}

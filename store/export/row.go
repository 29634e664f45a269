package export

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kaunta/pos"
)

// Row is an attempt as a person or another program reads it.
type Row struct {
	Sale              pos.SaleID
	Attempt           pos.AttemptID
	Asked             time.Time // in East Africa Time
	Ended             time.Time // zero while it has no end
	PaidAt            time.Time // M-PESA's own time; zero while it is not known
	State             string    // as in JSON: "paid", "not_paid" …
	Amount            pos.Shillings
	Phone             string // "0712•••678", or "0712 345 678" unmasked
	Reference         string
	Receipt           string
	ResultCode        string
	Reason            string // why it is not paid, or not known to be, in English
	Witnesses         []string
	Notices           []string
	MerchantRequestID string
	CheckoutRequestID string // with the phone number in it masked, as Phone is
	CustomerMessage   string // what M-PESA would have the customer told of the push
	TypedReceipt      string // a receipt number that a person typed, who proves nothing by it
	WithoutReceipt    bool   // it is paid, and M-PESA has given no receipt number
}

// RowOf is the row of an attempt, and reason why it is not paid, or not known to be. The customer's
// number is masked wherever it stands in the attempt, unless unmask is true.
func RowOf(a pos.Attempt, reason string, unmask bool) Row {
	phone, checkout, reference := a.Phone.Local(), a.CheckoutRequestID, a.Reference
	merchant, message, typed := a.MerchantRequestID, a.CustomerMessage, a.Claimed
	if !unmask {
		phone, reference, typed = strings.ReplaceAll(a.Phone.Masked(), " ", ""), a.Phone.MaskText(reference), a.Phone.MaskText(typed)
		checkout, merchant, message = a.Phone.MaskID(checkout), a.Phone.MaskID(merchant), a.Phone.MaskText(message)
	}
	return Row{
		Sale: pos.SaleID(clean(string(a.Sale))), Attempt: pos.AttemptID(clean(string(a.ID))), Asked: local(a.AskedAt), Ended: local(a.EndedAt), PaidAt: local(a.PaidAt),
		State: a.State.String(), Amount: a.Amount, Phone: clean(phone), Reference: clean(reference), Receipt: clean(a.Receipt),
		ResultCode: clean(a.ResultCode()), Reason: clean(reason),
		Witnesses: a.Witnesses(), Notices: a.Notices.Names(), MerchantRequestID: clean(merchant), CheckoutRequestID: clean(checkout),
		CustomerMessage: clean(message), TypedReceipt: clean(typed), WithoutReceipt: a.WithoutReceipt(),
	}
}

// yes is how a cell says that something is so; it is empty where it is not.
func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

func local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(pos.EAT)
}

// Stamp writes a time for a program: RFC 3339 in East Africa Time, empty for none.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(pos.EAT).Format(time.RFC3339)
}

// clean leaves out what no cell should hold: control characters, those that turn the direction of a
// text or cannot be seen, and bytes that are no text.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Cs, r):
			return -1
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
}

// inert is s so that a spreadsheet which reads CSV neither runs it nor takes it for something else
// than text.
func inert(s string) string {
	if changes(s) {
		return "'" + s
	}
	return halted(s)
}

// halted is s so that a spreadsheet which reads CSV does not run it. Where commas are decimal, some
// of them part cells at semicolons.
func halted(s string) string {
	parts := strings.Split(s, ";")
	for i, part := range parts {
		if runs(part) {
			parts[i] = "'" + part
		}
	}
	return strings.Join(parts, ";")
}

// runs reports whether a spreadsheet could take s for a formula. Some do so after blanks, and some
// for the wide forms of East Asian keyboards.
func runs(s string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(s, unicode.IsSpace))
	return r != utf8.RuneError && strings.ContainsRune("=+-@＝＋－＠", r) || s != "" && strings.ContainsRune("\t\r", rune(s[0]))
}

// plainDigits is how many digits a spreadsheet keeps of a number.
const plainDigits = 15

// changes reports whether a spreadsheet would show something else for s: a number or a date instead
// of digits with leading zeros, an exponent, a dash or a slash.
func changes(s string) bool {
	if !strings.ContainsAny(s, "0123456789") || strings.Trim(s, "0123456789.,:/-+eE% ") != "" {
		return false
	}
	whole := strings.Trim(s, "0123456789") == "" && len(s) <= plainDigits
	return !whole || s[0] == '0' && s != "0"
}

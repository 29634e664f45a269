package pos

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"unicode"

	"kaunta/daraja"
)

// AmountReason says what is wrong with an amount.
type AmountReason uint8

// The reasons an amount is refused.
const (
	AmountEmpty      AmountReason = iota + 1 // nothing was typed
	AmountNotNumber                          // letters, a sum that does not work out
	AmountUnfinished                         // a sum without what follows its last + - * or /
	AmountFraction                           // M-PESA moves whole shillings only
	AmountTooSmall                           // below MinAmount
	AmountTooBig                             // above the maximum
)

// AmountError is an amount that was refused, with the reason in a form that a screen can say in
// either language.
type AmountError struct {
	Reason AmountReason
	Max    Shillings

	// Of AmountFraction: what the amount comes to, "12.50", with … behind the cents where there is
	// more, and the whole shillings nearest to it, half a shilling up. Whole is for a person to
	// agree to and nothing else; it is 0 where there is nothing to offer.
	Exact string
	Whole Shillings
}

func (e *AmountError) Error() string { return e.Say().EN }

func (e *AmountError) Say() Text {
	switch e.Reason {
	case AmountEmpty:
		return Text{EN: "Type the amount in shillings.", SW: "Weka kiasi kwa shilingi."}
	case AmountUnfinished:
		return Text{
			EN: "The sum is not finished: type what comes next, or delete its end.",
			SW: "Hesabu haijakamilika: weka kinachofuata, au ufute mwisho wake.",
		}
	case AmountFraction:
		return Text{EN: "M-PESA takes whole shillings only.", SW: "M-PESA hupokea shilingi kamili tu."}
	case AmountTooSmall:
		return Text{EN: "The amount must be at least KES 1.", SW: "Kiasi kiwe angalau KES 1."}
	case AmountTooBig:
		return Text{
			EN: fmt.Sprintf("M-PESA takes at most KES %v in one payment.", e.Max),
			SW: fmt.Sprintf("M-PESA haipokei zaidi ya KES %v kwa mara moja.", e.Max),
		}
	default:
		return Text{
			EN: "That is not an amount: use digits, as in 450 or 3*150+50.",
			SW: "Hicho si kiasi: tumia tarakimu, mfano 450 au 3*150+50.",
		}
	}
}

// The words for shillings next to an amount, the longest first.
var currencies = []string{"kshs", "ksh", "kes", "shs", "sh"}

// CleanAmount is an amount without what people and their programs write around it: "KES", "Ksh."
// and the like before or behind, "/=" or "/-" behind, × and ÷ for * and /, invisible characters and
// blanks. A blank between two digits becomes a comma, so that 1 500 is an amount and 450 50 none.
func CleanAmount(s string) string {
	var b strings.Builder
	last, blank := rune(0), false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			blank = true
			continue
		case daraja.Invisible(r):
			continue
		case r == '×':
			r = '*'
		case r == '÷':
			r = '/'
		}
		if blank && isDigit(last) && isDigit(r) {
			b.WriteByte(',')
		}
		b.WriteRune(r)
		last, blank = r, false
	}
	s = b.String()
	for _, word := range currencies {
		if len(s) >= len(word) && strings.EqualFold(s[:len(word)], word) {
			s = strings.TrimLeft(s[len(word):], ".:")
			break
		}
	}
	for _, word := range currencies {
		if before := len(s) - len(word); before >= 0 && strings.EqualFold(s[before:], word) {
			s = s[:before]
			break
		}
	}
	for _, suffix := range []string{"/=", "/-"} {
		s = strings.TrimSuffix(s, suffix)
	}
	return s
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// ParseAmount reads an amount of at most max shillings: digits, or a sum of them with + - * / as a
// cashier types it, with commas between thousands ("1,500", "3*150+50"), and around it whatever
// [CleanAmount] takes off. A comma anywhere else is refused, since some people write shillings and
// cents with one. The result must come out in whole shillings; nothing is rounded. The error is an
// *AmountError, which names the whole shillings that a person may be offered.
func ParseAmount(s string, max Shillings) (Shillings, error) {
	refuse := func(r AmountReason) (Shillings, error) { return 0, &AmountError{Reason: r, Max: max} }
	s = CleanAmount(s)
	if s == "" {
		return refuse(AmountEmpty)
	}
	value, ok := evaluate(s)
	switch {
	case !ok && finishes(s):
		return refuse(AmountUnfinished)
	case !ok:
		return refuse(AmountNotNumber)
	case value.Cmp(big.NewRat(int64(max), 1)) > 0:
		return refuse(AmountTooBig)
	case value.Sign() > 0 && !value.IsInt():
		return 0, &AmountError{Reason: AmountFraction, Max: max, Exact: exact(value), Whole: halfUp(value)}
	case value.Cmp(big.NewRat(int64(MinAmount), 1)) < 0:
		return refuse(AmountTooSmall)
	}
	return Shillings(value.Num().Int64()), nil
}

// ParseWhole reads whole shillings that are no sum and may be none or too many for a payment, for a
// setting or a search.
func ParseWhole(s string) (amount Shillings, ok bool) {
	s = CleanAmount(s)
	value, ok := decimal(s)
	if !ok || len(s) > longestSum || !value.IsInt() || !value.Num().IsInt64() {
		return 0, false
	}
	return Shillings(value.Num().Int64()), true
}

// exact writes a positive amount with its cents, cut and never rounded.
func exact(value *big.Rat) string {
	cents := new(big.Rat).Mul(value, big.NewRat(100, 1))
	n := new(big.Int).Quo(cents.Num(), cents.Denom()).Int64()
	s := fmt.Sprintf("%v.%02d", Shillings(n/100), n%100)
	if !cents.IsInt() {
		s += "…"
	}
	return s
}

// halfUp is the whole shillings nearest to a positive amount; half a shilling counts as one.
func halfUp(value *big.Rat) Shillings {
	half := new(big.Rat).Add(value, big.NewRat(1, 2))
	return Shillings(new(big.Int).Quo(half.Num(), half.Denom()).Int64())
}

// longestSum is longer than any sum at a till.
const longestSum = 64

// evaluate works out a sum exactly; × and ÷ before + and −, no brackets. ok is false where s is
// none, or is longer than any sum at a till.
func evaluate(s string) (value *big.Rat, ok bool) {
	if len(s) > longestSum {
		return nil, false
	}
	total, product := new(big.Rat), new(big.Rat)
	op := byte('+')
	for rest := s; ; {
		end := strings.IndexAny(rest, "+-*/")
		term := rest
		if end >= 0 {
			term = rest[:end]
		}
		x, ok := decimal(term)
		if !ok {
			return nil, false
		}
		switch op {
		case '+':
			total.Add(total, product)
			product = x
		case '-':
			total.Add(total, product)
			product = x.Neg(x)
		case '*':
			product.Mul(product, x)
		case '/':
			if x.Sign() == 0 {
				return nil, false
			}
			product.Quo(product, x)
		}
		if end < 0 {
			return total.Add(total, product), true
		}
		op, rest = rest[end], rest[end+1:]
	}
}

// finishes reports whether s is a sum but for an operator at its end.
func finishes(s string) bool {
	_, ok := evaluate(strings.TrimRight(s, "+-*/"))
	return ok && len(s) > 0 && strings.ContainsRune("+-*/", rune(s[len(s)-1]))
}

// number is ASCII digits with commas between all thousands or none, and a point with or without
// digits behind it: no sign and no exponent.
var number = regexp.MustCompile(`^([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]*)?$`)

func decimal(s string) (*big.Rat, bool) {
	if !number.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(strings.ReplaceAll(s, ",", ""))
}

package daraja

import (
	"regexp"
	"strings"
	"unicode"
)

// PhoneReason is why a phone number was refused.
type PhoneReason string

// The reasons.
const (
	PhoneEmpty        PhoneReason = "empty"
	PhoneBadCharacter PhoneReason = "bad_character" // a letter, a point, a plus in the middle
	PhoneOtherDigits  PhoneReason = "other_digits"  // digits of another script
	PhoneTooShort     PhoneReason = "too_short"
	PhoneTooLong      PhoneReason = "too_long"
	PhoneLandline     PhoneReason = "landline"
	PhoneNotMobile    PhoneReason = "not_mobile" // neither mobile nor landline
	PhoneExtraZero    PhoneReason = "extra_zero" // 2540…
	PhoneOtherCountry PhoneReason = "other_country"
)

// Text is the reason as a sentence.
func (r PhoneReason) Text() Text {
	switch r {
	case PhoneEmpty:
		return Text{"Type the customer's phone number.", "Weka namba ya simu ya mteja."}
	case PhoneBadCharacter:
		return Text{"A phone number has only digits, such as 0712 345 678.", "Namba ya simu ina tarakimu pekee, kama 0712 345 678."}
	case PhoneOtherDigits:
		return Text{"Type the phone number with the digits 0 to 9.", "Weka namba ya simu kwa tarakimu 0 hadi 9."}
	case PhoneTooShort:
		return Text{"The phone number is too short: it has ten digits, such as 0712 345 678.", "Namba ya simu ni fupi mno: ina tarakimu kumi, kama 0712 345 678."}
	case PhoneTooLong:
		return Text{"The phone number is too long: it has ten digits, such as 0712 345 678.", "Namba ya simu ni ndefu mno: ina tarakimu kumi, kama 0712 345 678."}
	case PhoneLandline:
		return Text{"This is a landline: M-PESA needs a mobile number that begins with 07 or 01.", "Hii ni simu ya mezani: M-PESA inahitaji namba ya simu ya mkononi inayoanza na 07 au 01."}
	case PhoneExtraZero:
		return Text{"After 254 comes no 0: type 254712345678.", "Baada ya 254 hakuna 0: weka 254712345678."}
	case PhoneOtherCountry:
		return Text{"This is a number of another country: M-PESA needs one that begins with 254, 07 or 01.", "Hii ni namba ya nchi nyingine: M-PESA inahitaji namba inayoanza na 254, 07 au 01."}
	}
	return Text{"This is not a mobile number: they begin with 07 or 01.", "Hii si namba ya simu ya mkononi: huanza na 07 au 01."}
}

// PhoneError is a phone number refused by [ParsePhone]. It does not repeat the number, which is
// personal data.
type PhoneError struct {
	Reason PhoneReason
}

func (e *PhoneError) Say() Text { return e.Reason.Text() }

func (e *PhoneError) Error() string {
	s := e.Reason.Text().EN
	return "phone number: " + strings.ToLower(s[:1]) + strings.TrimSuffix(s[1:], ".")
}

var canonicalPhone = regexp.MustCompile(`^254[17][0-9]{8}$`)

// ParsePhone reads a Kenyan mobile number in any form that people write (07…, 01…, 7…, 1…, 2547…,
// +254…, 00254…, with blanks, dashes, brackets and invisible characters) and returns it as M-PESA
// does: 254 and nine digits, of which the first is 7 or
// 1. The error is a [*PhoneError].
func ParsePhone(s string) (string, error) {
	refuse := func(r PhoneReason) (string, error) { return "", &PhoneError{Reason: r} }

	number, international := "", false
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			if number += string(r); len(number) > 30 {
				return refuse(PhoneTooLong)
			}
		case r == '+' && number == "" && !international:
			international = true
		case unicode.IsSpace(r), Invisible(r), unicode.Is(unicode.Pd, r), strings.ContainsRune("()[]", r):
		case unicode.IsDigit(r):
			return refuse(PhoneOtherDigits)
		default:
			return refuse(PhoneBadCharacter)
		}
	}
	if number == "" {
		return refuse(PhoneEmpty)
	}
	if rest, ok := strings.CutPrefix(number, "00"); ok && !international {
		number, international = rest, true
	}

	national, hasCode := strings.CutPrefix(number, "254")
	switch {
	case hasCode && strings.HasPrefix(national, "0"):
		return refuse(PhoneExtraZero)
	case hasCode:
	case international && strings.HasPrefix("254", number):
		return refuse(PhoneTooShort)
	case international:
		return refuse(PhoneOtherCountry)
	case strings.HasPrefix(number, "0"):
		national = number[1:]
	case number[0] != '7' && number[0] != '1' && len(number) > 9:
		return refuse(PhoneOtherCountry)
	}

	switch {
	case national == "":
		return refuse(PhoneTooShort)
	case strings.Contains("2456", national[:1]):
		return refuse(PhoneLandline)
	case national[0] != '7' && national[0] != '1':
		return refuse(PhoneNotMobile)
	case len(national) < 9:
		return refuse(PhoneTooShort)
	case len(national) > 9:
		return refuse(PhoneTooLong)
	}
	return "254" + national, nil
}

// Invisible reports whether r is a character that shows nothing and can be left out of a number,
// such as the marks that phones put around one that is copied from their contacts, a zero-width
// space or a byte order mark. The override that turns digits round is none: who sees the number
// sees another.
func Invisible(r rune) bool {
	const rightToLeftOverride = '\u202e'
	return unicode.Is(unicode.Cf, r) && r != rightToLeftOverride
}

// digits is a canonical phone or a checked short code as the number that Daraja's requests carry.
func digits(s string) (n int64) {
	for _, r := range s {
		n = n*10 + int64(r-'0')
	}
	return n
}

// networkPrefixes are the first digits after 254. None begins with another.
var networkPrefixes = []struct {
	network  string
	prefixes string
}{
	{"Safaricom", "70 71 72 79 740 741 742 743 745 746 748 757 758 759 768 769 110 111 112 113 114 115 116 117 118 119"},
	{"Airtel", "73 78 750 751 752 753 754 755 756 762 100 101 102 103 104 105 106 107 108 109"},
	{"Telkom", "77"},
}

// Network is the operator to which the prefix of a canonical phone was given: "Safaricom",
// "Airtel", "Telkom" or "" where that is not known. Numbers have been portable since 2011: a hint,
// never a reason to refuse.
func Network(phone string) string {
	if !canonicalPhone.MatchString(phone) {
		return ""
	}
	for _, n := range networkPrefixes {
		for _, p := range strings.Fields(n.prefixes) {
			if strings.HasPrefix(phone[3:], p) {
				return n.network
			}
		}
	}
	return ""
}

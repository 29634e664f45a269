package daraja

import (
	"errors"
	"strings"
	"testing"
)

func TestParsePhone(t *testing.T) {
	const want = "254712345678"
	for _, s := range []string{
		"0712345678", "712345678", "254712345678", "+254712345678", "00254712345678",
		"0712 345 678", "0712-345-678", "(0712) 345-678", "[0712] 345678", " 0712345678 ", "+254 712 345 678", "+254-(712)-345678",
		"0712\u00a0345\u00a0678", "0712–345–678", "0\t712345678", "00 254 712 345 678", "(+254) 712 345 678",
		"\u202a+254712345678\u202c", "\u2068+254 712 345678\u2069", "\ufeff0712345678", "0712\u200b345\u200b678", "\u200e0712345678\u200f", "0712\u202f345\u2009678", "0712\u2011345\u2011678", "0712\u00ad345678",
	} {
		if got, err := ParsePhone(s); got != want || err != nil {
			t.Errorf("ParsePhone(%q) = %q, %v", s, got, err)
		}
	}
	for s, want := range map[string]string{
		"0110345678": "254110345678", "110345678": "254110345678", "+254 101 345678": "254101345678", "254700000000": "254700000000",
	} {
		if got, err := ParsePhone(s); got != want || err != nil {
			t.Errorf("ParsePhone(%q) = %q, %v", s, got, err)
		}
	}
}

func TestParsePhoneRefusals(t *testing.T) {
	for s, want := range map[string]PhoneReason{
		"":                       PhoneEmpty,
		"  ":                     PhoneEmpty,
		"+":                      PhoneEmpty,
		"()-":                    PhoneEmpty,
		"07l2345678":             PhoneBadCharacter,
		"0712.345.678":           PhoneBadCharacter,
		"0712+345678":            PhoneBadCharacter,
		"++254712345678":         PhoneBadCharacter,
		"0712345678;":            PhoneBadCharacter,
		"0712345\x00678":         PhoneBadCharacter,
		"0712345\u202e678":       PhoneBadCharacter,
		"٠٧١٢٣٤٥٦٧٨":             PhoneOtherDigits,
		"０７１２３４５６７８":             PhoneOtherDigits,
		"071234567٨":             PhoneOtherDigits,
		"0":                      PhoneTooShort,
		"07":                     PhoneTooShort,
		"071234567":              PhoneTooShort,
		"71234567":               PhoneTooShort,
		"254":                    PhoneTooShort,
		"+2":                     PhoneTooShort,
		"00":                     PhoneTooShort,
		"25471234567":            PhoneTooShort,
		"254712345":              PhoneTooShort,
		"07123456789":            PhoneTooLong,
		"7123456789":             PhoneTooLong,
		"2547123456789":          PhoneTooLong,
		strings.Repeat("7", 400): PhoneTooLong,
		"0201234567":             PhoneLandline,
		"020 2345678":            PhoneLandline,
		"+254 20 1234567":        PhoneLandline,
		"201234567":              PhoneLandline,
		"0412345678":             PhoneLandline,
		"0572345678":             PhoneLandline,
		"0800123456":             PhoneNotMobile,
		"0900123456":             PhoneNotMobile,
		"0312345678":             PhoneNotMobile,
		"254812345678":           PhoneNotMobile,
		"999":                    PhoneNotMobile,
		"2540712345678":          PhoneExtraZero,
		"+254 (0) 712 345678":    PhoneExtraZero,
		"25407":                  PhoneExtraZero,
		"+255712345678":          PhoneOtherCountry,
		"+447911123456":          PhoneOtherCountry,
		"00447911123456":         PhoneOtherCountry,
		"255712345678":           PhoneOtherCountry,
		"+0712345678":            PhoneOtherCountry,
		"+1 202 555 0100":        PhoneOtherCountry,
	} {
		got, err := ParsePhone(s)
		var pe *PhoneError
		if !errors.As(err, &pe) || pe.Reason != want || got != "" {
			t.Errorf("ParsePhone(%q) = %q, %v; want %s", s, got, err, want)
			continue
		}
		if digits := strings.Trim(s, " "); len(digits) > 6 && strings.Contains(err.Error(), digits) {
			t.Errorf("the error repeats the number: %v", err)
		}
	}
}

// Each reason has a sentence of its own, in both languages.
func TestPhoneReasonTexts(t *testing.T) {
	seen := map[string]PhoneReason{}
	for _, r := range []PhoneReason{PhoneEmpty, PhoneBadCharacter, PhoneOtherDigits, PhoneTooShort, PhoneTooLong, PhoneLandline, PhoneNotMobile, PhoneExtraZero, PhoneOtherCountry} {
		for _, s := range []string{r.Text().EN, r.Text().SW} {
			if other, twice := seen[s]; twice || !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q (also %q)", r, s, other)
			}
			seen[s] = r
		}
	}
}

func TestNetwork(t *testing.T) {
	for phone, want := range map[string]string{
		"254700000000": "Safaricom", "254712345678": "Safaricom", "254729000000": "Safaricom", "254790000000": "Safaricom",
		"254740000000": "Safaricom", "254743000000": "Safaricom", "254744000000": "", "254745000000": "Safaricom", "254747000000": "",
		"254748000000": "Safaricom", "254757000000": "Safaricom", "254769000000": "Safaricom", "254110000000": "Safaricom", "254119000000": "Safaricom",
		"254730000000": "Airtel", "254780000000": "Airtel", "254750000000": "Airtel", "254756000000": "Airtel", "254762000000": "Airtel", "254100000000": "Airtel", "254109000000": "Airtel",
		"254770000000": "Telkom", "254760000000": "", "254120000000": "", "0712345678": "", "": "", "254712": "",
	} {
		if got := Network(phone); got != want {
			t.Errorf("Network(%s) = %q, want %q", phone, got, want)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	for _, s := range []string{"0712345678", "+254 712 345 678", "00254712345678", "2540712345678", "020 1234567", "٠٧١٢", "", "+", "00", "254", "(0712) 345-678"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParsePhone(s)
		if err != nil {
			var pe *PhoneError
			if got != "" || !errors.As(err, &pe) || pe.Reason.Text().EN == "" {
				t.Fatalf("ParsePhone(%q) = %q, %v", s, got, err)
			}
			return
		}
		if !canonicalPhone.MatchString(got) {
			t.Fatalf("ParsePhone(%q) = %q", s, got)
		}
		// The nine digits stand in the input, in order, and reading the result again changes nothing.
		plain := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, s)
		if !strings.HasSuffix(plain, got[3:]) {
			t.Fatalf("ParsePhone(%q) = %q", s, got)
		}
		if again, err := ParsePhone(got); again != got || err != nil {
			t.Fatalf("ParsePhone(%q) = %q, %v", got, again, err)
		}
	})
}

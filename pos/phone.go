package pos

import "kaunta/daraja"

// MSISDN is a Kenyan mobile number as M-PESA writes it: 254 and nine digits, of which the first is
// 7 or 1. Of a number that the ledger has forgotten only the last three are left: "254******678".
type MSISDN string

// Forgotten reports whether only the last digits of the number are known any more.
func (m MSISDN) Forgotten() bool { return len(m) == 12 && m[3] == '*' }

// same reports whether m and other can be the same number: of one that is forgotten, the last
// digits must do.
func (m MSISDN) same(other MSISDN) bool {
	if m.Forgotten() || other.Forgotten() {
		return len(m) == len(other) && m[len(m)-3:] == other[len(other)-3:]
	}
	return m == other
}

// ParseMSISDN reads a number in any form a customer may say it. The error is a
// *daraja.PhoneError, which says in one sentence what is wrong.
func ParseMSISDN(s string) (MSISDN, error) {
	phone, err := daraja.ParsePhone(s)
	return MSISDN(phone), err
}

// Local is the number as people write it, "0712 345 678"; masked where it is forgotten.
func (m MSISDN) Local() string {
	switch {
	case len(m) != 12:
		return string(m)
	case m.Forgotten():
		return m.Masked()
	}
	return "0" + string(m[3:6]) + " " + string(m[6:9]) + " " + string(m[9:])
}

// Masked hides the middle, for screens that stay open and for exports: "0712 ••• 678", or "•••• •••
// 678" where the rest is forgotten.
func (m MSISDN) Masked() string {
	switch {
	case len(m) != 12:
		return "•••"
	case m.Forgotten():
		return "•••• ••• " + string(m[9:])
	}
	return "0" + string(m[3:6]) + " ••• " + string(m[9:])
}

// String is the masked number, so that a number which ends in a log or an error is not a whole one.
func (m MSISDN) String() string { return m.Masked() }

// Network is the operator whose prefix the number has: "Safaricom", "Airtel", "Telkom" or "". A
// hint only, since numbers move between operators.
func (m MSISDN) Network() string { return daraja.Network(string(m)) }

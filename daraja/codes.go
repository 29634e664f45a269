package daraja

import (
	"maps"
	"slices"
)

// The two codes that are not refusals. A callback never carries 4999; it is the query's word for
// "still at it" since October 2025 (measured).
const (
	CodePaid    = "0"
	CodePending = "4999"
)

// resultCodes has the result codes of Safaricom's page and those seen on the wire for M-PESA
// Express, which are 0, 1, 17, 26, 1001, 1019, 1031, 1032, 1036, 1037, 2001, 2026, 4999 and E3008:
// true where the code ends the payment. It is never written to. What a code means to people stands
// in ui/text/codes.go, where a test asks for the words of every code here.
var resultCodes = map[string]bool{
	CodePaid: true, "1": true, "2": true, "3": true, "4": true, "8": true, "17": true,
	"26": true, "1001": true, "1019": true, "1025": true, "1101": true, "1102": true,
	"1031": true, "1032": true, "1036": true, "1037": true, "2001": true, "2006": true,
	"2007": true, "2026": true, "2028": true, "SFC_IC0003": true, "11": true, "21": true,
	"8006": true, "E3008": true,

	CodePending: false, "9999": false, "2008": false, "100000100": false,
}

// Final reports whether a result code ends the payment: as paid for "0", as a refusal for every
// other; where it does not, the payment may still go either way. known is false for a code that
// nobody has documented: it is shown as it is and decides nothing. Codes are compared exactly.
func Final(code string) (final, known bool) {
	final, known = resultCodes[code]
	return final, known
}

// ResultCodes lists the codes that are known.
func ResultCodes() []string { return slices.Sorted(maps.Keys(resultCodes)) }

// refuses reports whether code is a final refusal with a known meaning.
func refuses(code string) bool {
	final, known := Final(code)
	return known && final && code != CodePaid
}

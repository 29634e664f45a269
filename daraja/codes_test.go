package daraja

import (
	"slices"
	"strings"
	"testing"
)

// TestFinal: which codes end a payment, and that no other code is known.
func TestFinal(t *testing.T) {
	final := "0 1 2 3 4 8 11 17 21 26 1001 1019 1025 1031 1032 1036 1037 1101 1102 2001 2006 2007 2026 2028 8006 E3008 SFC_IC0003"
	open := "4999 9999 2008 100000100"
	codes := ResultCodes()
	for _, code := range strings.Fields(final) {
		if end, ok := Final(code); !ok || !end || refuses(code) != (code != "0") {
			t.Errorf("%s must be final", code)
		}
		codes = slices.DeleteFunc(codes, func(c string) bool { return c == code })
	}
	for _, code := range strings.Fields(open) {
		if end, ok := Final(code); !ok || end || refuses(code) {
			t.Errorf("%s must be open", code)
		}
		codes = slices.DeleteFunc(codes, func(c string) bool { return c == code })
	}
	if len(codes) != 0 {
		t.Errorf("codes that are on neither list: %v", codes)
	}
	for _, code := range []string{"", " 0", "00", "0.0", "e3008", "12345", "-1"} {
		if end, ok := Final(code); ok || end || refuses(code) {
			t.Errorf("Final(%q) = %v, %v", code, end, ok)
		}
	}
}

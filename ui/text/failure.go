package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"kaunta/daraja"
)

// Failure is an exchange with Daraja that did not bring what was asked for, in one English
// sentence: what is wrong, what Daraja said of it, and what to do.
func Failure(e *daraja.Error) string {
	what, do := Advice(e.Answer)
	detail := e.Detail()
	if detail != "" {
		detail = " (" + detail + ")"
	}
	return inSentence(what.EN) + detail + "; " + inSentence(do.EN)
}

// inSentence fits sentences into the middle of one.
func inSentence(s string) string {
	parts := strings.Split(strings.TrimSuffix(s, "."), ". ")
	for i, part := range parts {
		first, size := utf8.DecodeRuneInString(part)
		second, _ := utf8.DecodeRuneInString(part[size:])
		// M-PESA, PIN
		name := second == '-' || unicode.IsUpper(second) || strings.HasPrefix(part, "Safaricom")
		if !name {
			parts[i] = string(unicode.ToLower(first)) + part[size:]
		}
	}
	return strings.Join(parts, "; ")
}

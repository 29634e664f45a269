package daraja

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is an exchange that did not bring what was asked for. It carries the whole [Answer], so
// that a caller can ask the one question that matters:
//
//	var de *daraja.Error
//	if errors.As(err, &de) && !de.MayHaveMovedMoney() { … }
type Error struct {
	Answer

	// Err is why there was no answer; nil where Daraja answered.
	Err error
}

// Error says in one sentence what is wrong and what to do.
func (e *Error) Error() string {
	what, do := Advice(e.Answer)
	detail := e.ErrorMessage
	if e.ErrorCode != "" {
		detail = strings.TrimSpace(e.ErrorCode + " " + detail)
	}
	if detail == "" && e.HTTPStatus != 0 {
		detail = fmt.Sprintf("HTTP %d", e.HTTPStatus)
	}
	if _, wrong, ok := strings.Cut(detail, answeredElsewhere); ok {
		detail = wrong // the rest is said in front of it
	}
	if detail != "" {
		detail = " (" + MaskPhones(strings.TrimRight(detail, ".")) + ")"
	}
	return fmt.Sprintf("daraja %s: %s%s; %s", e.Endpoint, inSentence(what.EN), detail, inSentence(do.EN))
}

// Unwrap is the transport's error, if there was one.
func (e *Error) Unwrap() error { return e.Err }

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

// cause is the part of a transport's error that a person can use: without the method and the
// address, which are always the same, and with a word for the context's own errors.
func cause(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, context.Canceled):
		return "given up by the caller"
	}
	text := printable(redactToken(err.Error()), maxText)
	if provesElsewhere(err) {
		return answeredElsewhere + text
	}
	return text
}

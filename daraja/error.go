package daraja

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
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

// Error names the endpoint, the verdict and what was said. What it means and what to do is for the
// till to say.
func (e *Error) Error() string {
	s := fmt.Sprintf("daraja %s: %s", e.Endpoint, e.Verdict)
	if detail := e.Detail(); detail != "" {
		s += " (" + detail + ")"
	}
	return s
}

// Detail is what Daraja, or the transport, said itself: code and message, or the HTTP status; empty
// where there was nothing.
func (e *Error) Detail() string {
	detail := e.ErrorMessage
	if e.ErrorCode != "" {
		detail = strings.TrimSpace(e.ErrorCode + " " + detail)
	}
	if detail == "" && e.HTTPStatus != 0 {
		detail = fmt.Sprintf("HTTP %d", e.HTTPStatus)
	}
	if _, wrong, ok := strings.Cut(detail, answeredElsewhere); ok {
		detail = wrong // that something else answered is known otherwise
	}
	return MaskPhones(strings.TrimRight(detail, "."))
}

// Unwrap is the transport's error, if there was one.
func (e *Error) Unwrap() error { return e.Err }

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

package localapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"syscall"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
)

// protocol is the version in the path of every request.
const protocol = "v1"

// line is one line of an answer: an item, or the end.
type line[T any] struct {
	Item *T   `json:"item,omitempty"`
	End  *end `json:"end,omitempty"`
}

type end struct {
	Problem *problem `json:"problem,omitempty"`
}

// problem is an error on its way: its sentence, and what a program may want to know of it.
type problem struct {
	Text   string              `json:"text"`
	Code   string              `json:"code,omitempty"` // of a known error
	Amount *pos.AmountError    `json:"amount,omitempty"`
	Phone  *daraja.PhoneError  `json:"phone,omitempty"`
	Open   *pos.OpenError      `json:"open,omitempty"`
	Once   *pos.OnceError      `json:"once,omitempty"`
	Rate   *pos.RateError      `json:"rate,omitempty"`
	Clock  *pos.ClockError     `json:"clock,omitempty"`
	Said   *pos.LocalizedError `json:"said,omitempty"` // any other error, in both languages
}

// known are the errors that arrive as what they were.
var known = map[string]error{
	"not_found":      pos.ErrNotFound,
	"closed":         pos.ErrClosed,
	"sale_paid":      pos.ErrSalePaid,
	"unsubscribed":   pos.ErrUnsubscribed,
	"nothing_to_ask": pos.ErrNothingToAsk,
	"refused":        pos.ErrRefused,
	"once_key":       pos.ErrOnceKey,
	"no_room":        pos.ErrNoRoom,
}

// problemOf is err, ready to leave; nil for nil.
func problemOf(err error) *problem {
	if err == nil {
		return nil
	}
	p := &problem{Text: err.Error()}
	for code, is := range known {
		if errors.Is(err, is) {
			p.Code = code
		}
	}
	errors.As(err, &p.Amount)
	errors.As(err, &p.Phone)
	errors.As(err, &p.Open)
	errors.As(err, &p.Once)
	errors.As(err, &p.Rate)
	errors.As(err, &p.Clock)
	if p.Code == "" {
		errors.As(err, &p.Said)
	}
	return p
}

// relayed is an error that was met in the till's process.
type relayed struct {
	text string
	is   error // which of the known ones; nil: another
}

func (e *relayed) Error() string { return e.text }
func (e *relayed) Unwrap() error { return e.is }

// err is the error that the problem was made of, as far as a caller can tell; nil for nil.
func (p *problem) err() error {
	switch {
	case p == nil:
		return nil
	case p.Amount != nil:
		return p.Amount
	case p.Phone != nil:
		return p.Phone
	case p.Open != nil:
		return p.Open
	case p.Once != nil:
		return p.Once
	case p.Rate != nil:
		return p.Rate
	case p.Clock != nil:
		return p.Clock
	case p.Said != nil && p.Said.EN == p.Text:
		return p.Said
	}
	if is := known[p.Code]; is != nil && is.Error() == p.Text {
		return is
	}
	return &relayed{p.Text, known[p.Code]}
}

// readLines gives the items of an answer, and its problem, or a [LostError] where the end is
// missing.
func readLines[T any](r io.Reader) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for d := json.NewDecoder(r); ; {
			var l line[T]
			if err := d.Decode(&l); err != nil {
				yield(none, &LostError{err})
				return
			}
			inEAT(reflect.ValueOf(&l))
			switch {
			case l.Item != nil:
				if !yield(*l.Item, nil) {
					return
				}
			case l.End == nil:
				yield(none, &LostError{errors.New("a line that is neither an item nor the end")})
				return
			default:
				if err := l.End.Problem.err(); err != nil {
					yield(none, err)
				}
				return
			}
		}
	}
}

// inEAT puts every time that v leads to into East Africa Time, as the ledger's own reads do: values
// that are the same then compare as the same, and JSON keeps only the distance from Greenwich.
func inEAT(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			inEAT(v.Elem())
		}
	case reflect.Struct:
		if t, ok := v.Addr().Interface().(*time.Time); ok {
			if !t.IsZero() {
				*t = t.In(pos.EAT)
			}
			return
		}
		for i := range v.NumField() {
			inEAT(v.Field(i))
		}
	}
}

// LostError says that the till's process ended, or hangs, in the middle of an answer.
type LostError struct{ cause error }

func (e *LostError) Error() string {
	why := ""
	if !ended(e.cause) { // else that is what connections do
		why = fmt.Sprintf(" (%v)", e.cause)
	}
	return "the till that holds the ledger has stopped answering" + why + ": see whether it still runs"
}

// ended reports whether the connection has ended, as it does when a process is killed.
func ended(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

func (e *LostError) Unwrap() error { return e.cause }

// MayHaveMovedMoney reports that what was asked of the till may have been done: a payment that was
// to be taken may be under way. Only the ledger knows.
func (e *LostError) MayHaveMovedMoney() bool { return true }

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"slices"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store"
	"kaunta/ui/app/settings"
)

type problem struct {
	Kind      string `json:"kind"`
	Message   string `json:"message"`
	Retryable bool   `json:"retryable"`

	// MayHaveMovedMoney says that the customer may have been asked, or may have paid.
	MayHaveMovedMoney bool `json:"may_have_moved_money"`
}

// Kinds are the kinds of error, for programs. Their names are a promise. Retryable says that the
// same command can succeed later although nobody has mended anything; where money may have moved,
// no error is.
var Kinds = []struct {
	Kind      string
	Retryable bool
	Means     string
}{
	{"usage", false, "the command line cannot be carried out as it is written (status 2)"},
	{"amount", false, "not an amount, or not one that this shop takes (status 2)"},
	{"phone", false, "not a Kenyan mobile number (status 2)"},
	{"configuration", false, "the configuration is missing or wrong"},
	{"phone_held", true, "an earlier request to this phone has no end yet; nobody was asked"},
	{"once_mismatch", false, "the key of `--once` was used for another amount, phone or till; nobody was asked"},
	{"sale_paid", false, "the sale is paid already; nobody was asked"},
	{"not_found", false, "the ledger holds no such thing"},
	{"no_ledger", false, "there is no ledger file yet"},
	{"ledger_in_use", true, "another program holds the ledger, and cannot be worked through"},
	{"ledger_damaged", false, "the ledger, or the record of one payment, cannot be read"},
	{"ledger_failed", false, "the ledger could not be written"},
	{"disk_full", false, "there is no room to ask for another payment; nobody was asked"},
	{"till_closed", true, "the till was closing; nobody was asked"},
	{"till_lost", true, "the till that was worked through has stopped answering"},
	{"rate_limited", true, "M-PESA was not to be asked yet, or turned the query away"},
	{"system_busy", true, "M-PESA is overloaded and did nothing"},
	{"blocked", true, "the firewall before M-PESA answered"},
	{"unreachable", true, "M-PESA could not be reached, or gave no answer"},
	{"validation", false, "M-PESA takes no such request, such as an id that it does not know"},
	{"credentials", false, "M-PESA takes neither key nor token of this account"},
	{"interrupted", true, "the command was stopped before its end"},
	{"error", false, "anything else; the message says it"},
}

func (c *commands) kindOf(err error) string {
	var usage usageError
	var amount *pos.AmountError
	var phone *daraja.PhoneError
	var held *pos.OpenError
	var once *pos.OnceError
	var rate *pos.RateError
	var answer *daraja.Error
	var lost interface{ MayHaveMovedMoney() bool }
	var wrong settingsError
	switch {
	case errors.As(err, &amount):
		return "amount"
	case errors.As(err, &phone):
		return "phone"
	case errors.As(err, &held):
		return "phone_held"
	case errors.As(err, &once):
		return "once_mismatch"
	case errors.As(err, &usage), errors.Is(err, pos.ErrOnceKey):
		return "usage"
	case errors.As(err, &wrong), errors.Is(err, settings.ErrNoAccount):
		return "configuration"
	case errors.Is(err, pos.ErrSalePaid):
		return "sale_paid"
	case errors.As(err, &rate):
		return "rate_limited"
	case errors.As(err, &answer):
		return kindOfAnswer(answer.Answer)
	case errors.As(err, &lost): // before what it was lost in the middle of
		return "till_lost"
	case errors.Is(err, pos.ErrClosed), errors.Is(err, pos.ErrUnsubscribed):
		return "till_closed"
	case errors.Is(err, pos.ErrNotFound):
		return "not_found"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "interrupted"
	case errors.Is(err, fs.ErrNotExist):
		return "no_ledger"
	case errors.Is(err, store.ErrLocked):
		return "ledger_in_use"
	case errors.Is(err, store.ErrFull):
		return "disk_full"
	case errors.Is(err, store.ErrDamaged):
		return "ledger_damaged"
	case errors.Is(err, store.ErrFailed):
		return "ledger_failed"
	case errors.Is(err, pos.ErrRefused):
		return "ledger_damaged"
	}
	return "error"
}

// kindOfAnswer is the kind of an answer to a query that says nothing about the payment.
func kindOfAnswer(a daraja.Answer) string {
	switch a.Verdict {
	case daraja.VerdictRateLimited, daraja.VerdictSystemBusy, daraja.VerdictBlocked, daraja.VerdictValidation, daraja.VerdictConfiguration:
		return string(a.Verdict)
	case daraja.VerdictAuth, daraja.VerdictCredentials:
		return "credentials"
	}
	if a.HTTPStatus == 0 {
		return "unreachable"
	}
	return "error"
}

// problemOf is err for a program to read. moved says that the customer may have been asked, or may
// have paid.
func (c *commands) problemOf(err error, moved bool) *problem {
	if err == nil {
		return nil
	}
	p := &problem{Kind: c.kindOf(err), Message: inOneLine(err), MayHaveMovedMoney: moved}
	for _, k := range Kinds {
		if k.Kind == p.Kind {
			p.Retryable = k.Retryable && !moved
		}
	}
	return p
}

// writeProblem prints the error of a command that has no other last word.
func (c *commands) writeProblem(w io.Writer, err error) error {
	return json.NewEncoder(w).Encode(struct {
		Final bool     `json:"final"`
		Error *problem `json:"error"`
	}{true, c.problemOf(err, false)})
}

// wantsJSON reports whether the command line asks for JSON, also one that cannot be read to its
// end.
func wantsJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
}

type settingsError struct{ error }

func (e settingsError) Unwrap() error { return e.error }

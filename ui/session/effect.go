package session

import (
	"cmp"
	"context"
	"time"

	"kaunta/pos"
)

// Effect is something that a session wants done. The set is closed: [Do] knows them all.
type Effect interface {
	do(ctx context.Context, till Till, book Book) Fact
}

// Fact is what came of an effect, for [Session.Take].
type Fact interface{ fact() }

// Do carries out an effect. It may wait for the disk, and may run in any goroutine.
func Do(ctx context.Context, till Till, book Book, e Effect) Fact { return e.do(ctx, till, book) }

// The effects that ask something of the till. Leaving a session must not cut one in two between
// disk and push: they ignore the end of their context.
type (
	// Charge asks a customer for a payment. It comes back as Charged.
	Charge struct{ Request pos.Request }

	// CheckNow has M-PESA asked about an attempt. It comes back as Checked.
	CheckNow struct{ ID pos.AttemptID }

	// StopWaiting records that the cashier no longer waits. It comes back as Stopped.
	StopWaiting struct{ ID pos.AttemptID }

	// TypeReceipt records the M-PESA code of a customer's SMS. It comes back as ReceiptTyped.
	TypeReceipt struct {
		ID   pos.AttemptID
		Code string
	}

	// ResolveAs records what a person says of an attempt as it was seen. It comes back as Resolved.
	ResolveAs struct {
		Seen pos.Attempt
		As   pos.EventKind
	}
)

// The effects that read the ledger.
type (
	// ReadAgain reads attempts as they are now. It comes back as AgainRead.
	ReadAgain struct{ Attempts []pos.Attempt }

	// ReadDay reads a page of a day, and the day's totals. It comes back as DayRead.
	ReadDay struct {
		Day    pos.Day
		Before pos.AttemptID
	}

	// ReadMonth reads what the days of a month came to. It comes back as MonthRead.
	ReadMonth struct{ Month pos.Month }

	// Find looks for a text. It comes back as Found.
	Find struct{ Text string }

	// ReadEvents reads an attempt and its evidence. It comes back as EventsRead.
	ReadEvents struct{ ID pos.AttemptID }
)

// The facts. An error says why what was wanted was not done, or not all of it.
type (
	// Charged is a request that the till took, or refused.
	Charged struct {
		Attempt pos.Attempt
		Err     error
	}

	// Checked is when M-PESA will be asked.
	Checked struct {
		ID  pos.AttemptID
		At  time.Time
		Err error
	}

	// Stopped is that the cashier no longer waits.
	Stopped struct {
		ID  pos.AttemptID
		Err error
	}

	// ReceiptTyped is what the till knows of a typed code.
	ReceiptTyped struct {
		ID    pos.AttemptID
		Claim pos.Claim
		Err   error
	}

	// Resolved is that a person's word was recorded.
	Resolved struct {
		Attempt pos.Attempt
		As      pos.EventKind
		Err     error
	}

	// AgainRead is attempts as they are now, without those that cannot be read.
	AgainRead struct{ Attempts []pos.Attempt }

	// DayRead is a page of a day. With an error, Rows are those that are not damaged.
	DayRead struct {
		Day    pos.Day
		Before pos.AttemptID
		Rows   []pos.Attempt
		Totals pos.Totals
		Err    error
	}

	// MonthRead is the days of a month; those without payments are not among them.
	MonthRead struct {
		Month pos.Month
		Days  []pos.DayTotals
		Err   error
	}

	// Found is the rows for a text.
	Found struct {
		Text string
		Rows []pos.Attempt
		Err  error
	}

	// EventsRead is an attempt and its evidence.
	EventsRead struct {
		Attempt  pos.Attempt
		Events   []pos.Event
		Mismatch pos.Mismatch // where the attempt has one
		Err      error
	}
)

func (Charged) fact()      {}
func (Checked) fact()      {}
func (Stopped) fact()      {}
func (ReceiptTyped) fact() {}
func (Resolved) fact()     {}
func (AgainRead) fact()    {}
func (DayRead) fact()      {}
func (MonthRead) fact()    {}
func (Found) fact()        {}
func (EventsRead) fact()   {}

func (e Charge) do(ctx context.Context, till Till, _ Book) Fact {
	a, err := till.Charge(context.WithoutCancel(ctx), e.Request)
	return Charged{Attempt: a, Err: err}
}

func (e CheckNow) do(_ context.Context, till Till, _ Book) Fact {
	at, err := till.CheckNow(e.ID)
	return Checked{ID: e.ID, At: at, Err: err}
}

func (e StopWaiting) do(ctx context.Context, till Till, _ Book) Fact {
	return Stopped{ID: e.ID, Err: till.StopWaiting(context.WithoutCancel(ctx), e.ID)}
}

func (e TypeReceipt) do(ctx context.Context, till Till, _ Book) Fact {
	claim, err := till.TypeReceipt(context.WithoutCancel(ctx), e.ID, e.Code)
	return ReceiptTyped{ID: e.ID, Claim: claim, Err: err}
}

func (e ResolveAs) do(ctx context.Context, till Till, _ Book) Fact {
	return Resolved{Attempt: e.Seen, As: e.As, Err: till.Resolve(context.WithoutCancel(ctx), e.Seen, e.As)}
}

func (e ReadAgain) do(_ context.Context, _ Till, book Book) Fact {
	var now AgainRead
	for _, a := range e.Attempts {
		if a, err := book.Attempt(a.ID); err == nil { // else the lists say what is wrong with the ledger
			now.Attempts = append(now.Attempts, a)
		}
	}
	return now
}

func (e ReadDay) do(_ context.Context, _ Till, book Book) Fact {
	d := DayRead{Day: e.Day, Before: e.Before}
	var errs [2]error
	d.Rows, errs[0] = book.DayPage(e.Day, e.Before, PageSize)
	d.Totals, errs[1] = book.Totals(e.Day)
	d.Err = cmp.Or(errs[:]...)
	return d
}

func (e ReadMonth) do(_ context.Context, _ Till, book Book) Fact {
	days, err := book.Days(e.Month.First(), e.Month.Last())
	return MonthRead{Month: e.Month, Days: days, Err: err}
}

func (e Find) do(_ context.Context, _ Till, book Book) Fact {
	rows, err := book.Find(e.Text, PageSize)
	return Found{Text: e.Text, Rows: rows, Err: err}
}

func (e ReadEvents) do(_ context.Context, _ Till, book Book) Fact {
	a, err := book.Attempt(e.ID)
	if err != nil {
		return EventsRead{Attempt: pos.Attempt{ID: e.ID}, Err: err}
	}
	m := EventsRead{Attempt: a}
	if m.Events, m.Err = book.Events(e.ID); a.Notices.Has(pos.DoesNotMatch) {
		m.Mismatch = mismatchOf(m.Events, book)
	}
	return m
}

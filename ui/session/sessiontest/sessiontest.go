// Package sessiontest is a scripted till and a ledger in memory, for the tests of a session and of
// what shows one.
package sessiontest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"kaunta/pos"
)

// Noon is when the tests' sales begin.
var Noon = time.Date(2026, time.November, 23, 14, 32, 0, 0, pos.EAT)

// Till is a scripted till: what a function is not set for does nothing.
type Till struct {
	OnCharge    func(pos.Request) (pos.Attempt, error)
	OnCheck     func(pos.AttemptID) (time.Time, error)
	OnStop      func(pos.AttemptID) error
	OnSubscribe func() *pos.Subscription
	HealthIs    pos.Health
	Known       func(pos.AttemptID) (pos.Attempt, error) // nil: nothing is known of an attempt for which a code is typed

	// What it was asked for.
	Charges     []pos.Request
	Checks      []pos.AttemptID
	Stops       []pos.AttemptID
	Codes       []string
	CodesFor    []pos.AttemptID
	Resolutions []pos.AttemptID
	ResolvedAs  []pos.EventKind // what was said of each
}

func (f *Till) Charge(_ context.Context, r pos.Request) (pos.Attempt, error) {
	f.Charges = append(f.Charges, r)
	return f.OnCharge(r)
}

func (f *Till) CheckNow(id pos.AttemptID) (time.Time, error) {
	f.Checks = append(f.Checks, id)
	if f.OnCheck == nil {
		return time.Time{}, nil
	}
	return f.OnCheck(id)
}

func (f *Till) StopWaiting(_ context.Context, id pos.AttemptID) error {
	f.Stops = append(f.Stops, id)
	if f.OnStop == nil {
		return nil
	}
	return f.OnStop(id)
}

func (f *Till) TypeReceipt(_ context.Context, id pos.AttemptID, typed string) (pos.Claim, error) {
	f.Codes, f.CodesFor = append(f.Codes, typed), append(f.CodesFor, id)
	if len(typed) != 10 {
		return pos.Claim{}, pos.ErrReceipt
	}
	a := pos.Attempt{ID: id}
	if f.Known != nil {
		a, _ = f.Known(id)
	}
	a.Claimed = typed
	return pos.Claim{Attempt: a, Typed: typed}, nil
}

func (f *Till) Resolve(_ context.Context, seen pos.Attempt, as pos.EventKind) error {
	f.Resolutions, f.ResolvedAs = append(f.Resolutions, seen.ID), append(f.ResolvedAs, as)
	return nil
}

func (f *Till) Health() pos.Health           { return f.HealthIs }
func (f *Till) Subscribe() *pos.Subscription { return f.OnSubscribe() }

// Book is a ledger in memory.
type Book struct {
	Rows     []pos.Attempt // newest first
	Evidence map[pos.AttemptID][]pos.Event
	Err      error
	Damaged  error // of a payment that lists leave out
	Reads    int
	Looked   []pos.AttemptID // whose evidence was read
}

func (b *Book) DayPage(day pos.Day, before pos.AttemptID, n int) ([]pos.Attempt, error) {
	b.Reads++
	var page []pos.Attempt
	for _, a := range b.Rows {
		if pos.DayOf(a.AskedAt) == day && (before == "" || a.ID < before) && len(page) < n {
			page = append(page, a)
		}
	}
	return page, cmp.Or(b.Damaged, b.Err)
}

func (b *Book) Totals(day pos.Day) (pos.Totals, error) {
	var t pos.Totals
	for _, a := range b.Rows {
		if pos.DayOf(a.AskedAt) == day {
			t.Add(a, 1)
		}
	}
	return t, b.Err
}

func (b *Book) Days(first, last pos.Day) ([]pos.DayTotals, error) {
	b.Reads++
	var days []pos.DayTotals
	for day := first; day <= last; day = day.Add(1) {
		if t, _ := b.Totals(day); t != (pos.Totals{}) {
			days = append(days, pos.DayTotals{Day: day, Totals: t})
		}
	}
	return days, b.Err
}

func (b *Book) Find(text string, n int) ([]pos.Attempt, error) {
	var found []pos.Attempt
	for _, a := range b.Rows {
		if strings.HasSuffix(string(a.Phone), text) || strings.EqualFold(a.Receipt, text) || a.Amount.String() == text {
			found = append(found, a)
		}
	}
	return found[:min(n, len(found))], cmp.Or(b.Damaged, b.Err)
}

func (b *Book) Events(id pos.AttemptID) ([]pos.Event, error) {
	b.Looked = append(b.Looked, id)
	return b.Evidence[id], b.Err
}

func (b *Book) Attempt(id pos.AttemptID) (pos.Attempt, error) {
	for _, a := range b.Rows {
		if a.ID == id {
			return a, b.Err
		}
	}
	return pos.Attempt{}, pos.ErrNotFound
}

func (b *Book) Open() ([]pos.Attempt, error) {
	var open []pos.Attempt
	for _, a := range b.Rows {
		if a.Open() {
			open = append(open, a)
		}
	}
	return open, b.Err
}

func (b *Book) Unsettled() ([]pos.Attempt, error) {
	var unsettled []pos.Attempt
	for _, a := range b.Rows {
		if a.Unsettled() {
			unsettled = append(unsettled, a)
		}
	}
	slices.Reverse(unsettled)
	return unsettled, b.Err
}

// Put adds an attempt, or what has become of it.
func (b *Book) Put(a pos.Attempt) {
	for i := range b.Rows {
		if b.Rows[i].ID == a.ID {
			b.Rows[i] = a
			return
		}
	}
	b.Rows = append([]pos.Attempt{a}, b.Rows...)
}

// Accepted, Paid, Refused and Unclear are what becomes of an attempt.
func Accepted(a pos.Attempt) pos.Attempt {
	a.State, a.CheckoutRequestID, a.Events = pos.Waiting, "ws_CO_1", a.Events+1
	a.Facts |= pos.PushAccepted
	return a
}

func Paid(a pos.Attempt, receipt string) pos.Attempt {
	a.State, a.Receipt, a.Events = pos.Paid, receipt, a.Events+1
	a.Facts |= pos.CallbackPaid
	a.PaidAt = a.AskedAt.Add(8 * time.Second)
	return a
}

func Refused(a pos.Attempt, code, desc string) pos.Attempt {
	a.State, a.Events = pos.NotPaid, a.Events+1
	a.Facts |= pos.CallbackFailed
	a.Cause = pos.Cause{Endpoint: "callback", Verdict: "failed", ResultCode: code, ResultDesc: desc}
	return a
}

// QueriesOnly is the attempt PAID in a shop that no callback can reach.
func QueriesOnly(a pos.Attempt) pos.Attempt {
	a.State, a.Facts, a.EndedAt, a.Reachable = pos.Paid, pos.PushAccepted|pos.QueryPaid, a.AskedAt.Add(12*time.Second), false
	a.Events++
	return a
}

func Unclear(a pos.Attempt) pos.Attempt {
	a.State, a.Events = pos.StillChecking, a.Events+1
	a.Facts |= pos.Waited
	return a
}

// Ledger is one that a real till writes to: whatever is appended,
// the attempt becomes what the test has said.
type Ledger struct {
	pos.Ledger
	mu   sync.Mutex
	next pos.Attempt
}

func (m *Ledger) Followed() ([]pos.Attempt, error) { return nil, nil }

func (m *Ledger) AtItsPath() error { return nil }

func (m *Ledger) Last(time.Time) (time.Time, error) { return time.Time{}, nil }

func (m *Ledger) Append(context.Context, pos.Event) (pos.Attempt, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.next, true, nil
}

// Become says what the attempt becomes with whatever is appended next.
func (m *Ledger) Become(a pos.Attempt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next = a
}

package pos

import (
	"fmt"
	"strings"
	"time"
)

// EAT is East Africa Time, by which a shop's day begins and ends and in which M-PESA writes times,
// whatever zone the machine is set to. Kenya keeps no summer time.
var EAT = time.FixedZone("EAT", 3*60*60)

// Day is a day in East Africa, as the number yyyymmdd.
type Day int32

// DayOf is the day in East Africa at the moment t.
func DayOf(t time.Time) Day {
	y, m, d := t.In(EAT).Date()
	return Day(y*10000 + int(m)*100 + d)
}

// ParseDay reads "2026-11-23", "today" or "yesterday"; now is the present moment.
func ParseDay(s string, now time.Time) (Day, error) {
	switch s = strings.ToLower(strings.TrimSpace(s)); s {
	case "", "today", "leo":
		return DayOf(now), nil
	case "yesterday", "jana":
		return DayOf(now).Add(-1), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, EAT)
	if err != nil {
		return 0, fmt.Errorf("%q is not a day: write it as 2026-11-23, today or yesterday", s)
	}
	return DayOf(t), nil
}

// Start is the day's first moment.
func (d Day) Start() time.Time {
	return time.Date(int(d)/10000, time.Month(int(d)/100%100), int(d)%100, 0, 0, 0, 0, EAT)
}

// Add is the day n days later, or earlier where n is negative.
func (d Day) Add(n int) Day { return DayOf(d.Start().AddDate(0, 0, n)) }

// String writes the day as "2026-11-23".
func (d Day) String() string { return d.Start().Format(time.DateOnly) }

// Sum is a number of attempts and the money in them.
type Sum struct {
	Count int
	KES   Shillings
}

// Totals is what one day came to. An attempt belongs to the day of its request.
type Totals struct {
	Paid     Sum // sales that were paid, each once
	NotPaid  Sum
	Checking Sum           // not ended: sending, waiting or still checking
	OwedBack Sum           // second payments of a sale already paid, that nobody has given back
	Refunded Sum           // payments that were given back
	Resolved Sum           // without an end, and cleared up by a person
	Hours    [24]Shillings // Paid by the hour of the request
	Cash     Sum           // cash that was taken and kept
	Voided   Sum           // cash that had been mistyped
	Doubtful Sum           // those of Paid that are PossiblyTwice and not settled
}

// Add counts attempt a n times: 1 to add it, -1 to take it out again.
func (t *Totals) Add(a Attempt, n int) {
	count := func(s *Sum) { s.Count += n; s.KES += Shillings(n) * a.Amount }
	if a.Doubtful() && !a.Owed() {
		count(&t.Doubtful)
	}
	switch {
	case a.Owed():
		count(&t.OwedBack)
	case a.State == Paid && a.Notices.Has(Refunded):
		count(&t.Refunded)
	case a.Tender == TenderCash && a.State == Paid:
		count(&t.Cash)
	case a.Tender == TenderCash:
		count(&t.Voided)
	case a.State == Paid:
		count(&t.Paid)
		t.Hours[a.AskedAt.In(EAT).Hour()] += Shillings(n) * a.Amount
	case a.State == NotPaid:
		count(&t.NotPaid)
	case a.Notices.Has(Resolved):
		count(&t.Resolved)
	default:
		count(&t.Checking)
	}
}

func (t Totals) Attempts() int {
	return t.Paid.Count + t.NotPaid.Count + t.Checking.Count + t.OwedBack.Count + t.Refunded.Count + t.Resolved.Count + t.Cash.Count + t.Voided.Count
}

// DayTotals is what one day of several came to.
type DayTotals struct {
	Day Day
	Totals
}

// Plus is what two stretches of time came to together.
func (t Totals) Plus(u Totals) Totals {
	add := func(s *Sum, o Sum) { s.Count += o.Count; s.KES += o.KES }
	add(&t.Paid, u.Paid)
	add(&t.NotPaid, u.NotPaid)
	add(&t.Checking, u.Checking)
	add(&t.OwedBack, u.OwedBack)
	add(&t.Refunded, u.Refunded)
	add(&t.Resolved, u.Resolved)
	add(&t.Cash, u.Cash)
	add(&t.Voided, u.Voided)
	add(&t.Doubtful, u.Doubtful)
	for h := range t.Hours {
		t.Hours[h] += u.Hours[h]
	}
	return t
}

// Month is a month in East Africa, as the number yyyymm.
type Month int32

// Month is the month that the day is in.
func (d Day) Month() Month { return Month(d / 100) }

// First and Last are the days that the month begins and ends with.
func (m Month) First() Day { return Day(m)*100 + 1 }
func (m Month) Last() Day  { return m.Add(1).First().Add(-1) }

// Add is the month n months later, or earlier where n is negative.
func (m Month) Add(n int) Month { return DayOf(m.First().Start().AddDate(0, n, 0)).Month() }

// String writes the month as "2026-11".
func (m Month) String() string { return m.First().Start().Format("2006-01") }

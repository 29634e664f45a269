package pos

import (
	"cmp"
	"slices"
)

// Sale is one purchase: the attempts to have it paid, in the order they were asked, and cash. One
// payment closes it; a second is money owed back (L5), whichever came first. Cash that is the rest
// of a payment is no second one.
type Sale []Attempt

// Apply is the sale after the event e has been applied to its attempt, which attempt that was, and
// whether anything changed. An EventAsked adds an attempt. index is -1 where the event names no
// attempt of the sale.
func (s Sale) Apply(e Event) (next Sale, index int, changed bool) {
	next = append(make(Sale, 0, len(s)+1), s...)
	index, changed = next.Add(e)
	return next, index, changed
}

// Add is Apply in place, for a sale that nobody else has.
func (s *Sale) Add(e Event) (index int, changed bool) {
	index = -1
	for i := range *s {
		if (*s)[i].ID == e.Attempt {
			index = i
		}
	}
	if index < 0 {
		if e.Kind != EventAsked && e.Kind != EventCash {
			return -1, false
		}
		*s, index = append(*s, Attempt{}), len(*s)
	}
	before := (*s)[index]
	after, changed := before.Apply(e)
	if after.State == Paid && before.State != Paid && after.For == "" && s.Paid() {
		after.Notices |= PaidTwice
	}
	(*s)[index] = after
	return index, changed
}

// Paid reports whether a payment has closed the sale.
func (s Sale) Paid() bool {
	for _, a := range s {
		if a.State == Paid {
			return true
		}
	}
	return false
}

// askedLast is the attempt that was asked last: of the latest sale, that is one in whose place no
// other was asked. Ids tell that only while nobody sets the clock back.
func askedLast(attempts []Attempt) AttemptID {
	var last, any AttemptID
	for _, a := range attempts {
		replaced := slices.ContainsFunc(attempts, func(by Attempt) bool {
			return slices.ContainsFunc(attempts, func(was Attempt) bool { return was.ID == by.Overrides && was.Sale == a.Sale })
		})
		if any = max(any, a.ID); !replaced {
			last = max(last, a.ID)
		}
	}
	return cmp.Or(last, any) // where each is in place of another, they are one purchase
}

package cli

import (
	"maps"
	"slices"
	"time"

	"kaunta/pos"
	"kaunta/ui/text"
)

// tally is what attempts come to. For several days it takes no more memory for many than for few.
// Of the ledger's totals alone there is nothing else: the others are nil.
type tally struct {
	pos.Totals
	refusals map[refusal]int
	waits    map[int]int // how many were paid after so many seconds
	bare     *bare
	lists    bool // of a single day: its payments without a receipt are kept
}

func newTally(lists bool) *tally {
	return &tally{refusals: map[refusal]int{}, waits: map[int]int{}, bare: &bare{}, lists: lists}
}

// maxRefusals bounds the reasons that are kept apart: a word of M-PESA's may hold anything.
const maxRefusals = 200

func (t *tally) add(a pos.Attempt) {
	t.Totals.Add(a, 1)
	if a.WithoutReceipt() {
		t.bare.add(a, t.lists)
	}
	switch {
	case a.Notices.Has(pos.PaidTwice):
	case a.State == pos.Paid:
		t.waits[int(a.EndedAt.Sub(a.AskedAt).Round(time.Second)/time.Second)]++
	case a.State == pos.NotPaid:
		what, _ := text.Reason(a)
		t.refuse(refusal{a.ResultCode(), what.EN}, 1)
	}
}

func (t *tally) refuse(r refusal, n int) {
	if _, known := t.refusals[r]; !known && len(t.refusals) >= maxRefusals {
		r = refusal{Reason: "other reasons"}
	}
	t.refusals[r] += n
}

// plus adds what other attempts come to.
func (t *tally) plus(u *tally) {
	t.Totals = t.Totals.Plus(u.Totals)
	t.bare.Count, t.bare.KES = t.bare.Count+u.bare.Count, t.bare.KES+u.bare.KES
	t.bare.Payments = append(t.bare.Payments, u.bare.Payments...)
	for r, n := range u.refusals {
		t.refuse(r, n)
	}
	for seconds, n := range u.waits {
		t.waits[seconds] += n
	}
}

// median is the middle of the seconds that customers took to pay; nil where nobody has.
func (t *tally) median() *float64 {
	if t.Paid.Count == 0 || t.waits == nil {
		return nil
	}
	at := func(rank int) int { // of the payments in order of their seconds
		for _, seconds := range slices.Sorted(maps.Keys(t.waits)) {
			if rank -= t.waits[seconds]; rank < 0 {
				return seconds
			}
		}
		return 0
	}
	middle := float64(at((t.Paid.Count-1)/2)+at(t.Paid.Count/2)) / 2
	return &middle
}

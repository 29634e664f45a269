package simtest

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"kaunta/pos"
)

// forgetNowAndThen is what maintain.Daily does, with a day as long as the world's numbers are kept.
func (p *process) forgetNowAndThen() {
	d := p.w.roll("forgetting", p.n)
	for {
		select {
		case <-time.After(d.stretch(p.w.climate.forgetAfter/8, 2*p.w.climate.forgetAfter)):
		case <-p.dead:
			return
		case <-p.leaving:
			return
		}
		if !(&disk{p}).forget(d) {
			return
		}
		p.lookBack(d)
	}
}

// lookBack is a cashier who wants to know what has become of some payment.
func (p *process) lookBack(d dice) {
	w := p.w
	if id := w.someAttempt(d); id != "" && w.plays(d, "cashier: checks an old payment", 0.3) {
		_, _ = p.till.CheckNow(id)
	}
}

// forget lets the ledger forget what is old enough, or everything where the till's clock is ahead.
// It reports whether the process lives on and its disk is well.
func (k *disk) forget(d dice) bool {
	w := k.w
	if !k.pause(d.within(100*time.Microsecond, 20*time.Millisecond)) || !k.step() {
		return false
	}
	refusal, written := k.refusal("forgetting", pos.Event{})
	if refusal != nil && !written {
		return false
	}
	now := time.Now()
	before := now.Add(-w.climate.forgetAfter)
	if w.plays(d, "till: forgets while its clock is ahead", 0.1) {
		before = now.AddDate(1, 0, 0)
	}
	w.mu.Lock()
	// What is not on the disk yet is of a later time to the ledger, however long its first write
	// takes.
	reaches := minTime(before, now)
	if last := w.last().Add(time.Millisecond); last.Before(reaches) {
		reaches = last
	}
	if reaches.After(w.horizon) {
		w.horizon = reaches
	}
	w.mu.Unlock()
	n, err := k.ledger.Forget(context.Background(), before)
	if err != nil {
		w.fail("theLedgerForgets", err.Error())
		return false
	}
	w.tally.add("numbers forgotten", n)
	if n > 0 {
		w.mu.Lock()
		w.note(nil, "forgets", fmt.Sprintf("%d attempts", n))
		w.mu.Unlock()
	}
	return k.step() && refusal == nil
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// forgets reports whether the number of an attempt that has come to this is forgotten by now; w.mu
// is held.
func (w *world) forgets(a pos.Attempt) bool {
	return !a.Remembered() && a.AskedAt.UnixMilli() < w.horizon.UnixMilli()
}

// ninth is a phone number at the end of a text, in each spelling that attempts have in this world.
var ninth = regexp.MustCompile(`7\d{8}$`)

// forgotten is the attempt after its number has been forgotten: this is all that forgetting may
// change. Where a phone number stands in its texts, stars stand for all but the last three digits,
// with a letter in a second number that ends as the first.
func forgotten(a pos.Attempt) pos.Attempt {
	own := ninth.FindString(string(a.Phone))
	mask := func(text string) string {
		return ninth.ReplaceAllStringFunc(text, func(digits string) string {
			if digits != own && strings.HasSuffix(own, digits[6:]) {
				return "*****a" + digits[6:]
			}
			return "******" + digits[6:]
		})
	}
	a.Phone = pos.MSISDN(mask(string(a.Phone)))
	a.Reference, a.CheckoutRequestID, a.Claimed = mask(a.Reference), mask(a.CheckoutRequestID), mask(a.Claimed)
	return a
}

// moments are the times in what fmt writes of a value for Go.
var moments = regexp.MustCompile(`time\.Date\([^()]*(time\.Location\("[^"]*"\))?\)`)

// Of an attempt that has an end, and is older than what was forgotten, no number is left that its
// evidence speaks of: not in what the ledger says of it, not in a body, and not in what is found.
func numbersAreForgotten(w *world, x *reading) string {
	if w.horizon.IsZero() {
		return ""
	}
	for _, a := range x.rows {
		if !w.forgets(a) {
			continue
		}
		r := w.byID[a.ID]
		x.about = r
		said := []pos.Attempt{a}
		var all bytes.Buffer
		if x.events != nil {
			events, err := x.events(a.ID)
			if err != nil {
				return err.Error()
			}
			for _, e := range events {
				if e.Answer != nil {
					fmt.Fprintf(&all, "%s\n", e.Answer.Raw)
					e.Answer.Raw = nil
					fmt.Fprintf(&all, "%#v\n", *e.Answer)
				}
				fmt.Fprintf(&all, "%#v %#v\n", e, e.Asked)
			}
			found, err := x.find(string(a.ID), 100)
			if err != nil {
				return err.Error()
			}
			for _, same := range found { // which are those of its sale
				if same.ID == a.ID {
					said = append(said, same)
				}
			}
		}
		fmt.Fprintf(&all, "%#v\n", said)
		// whose fractions can look like a number
		text := moments.ReplaceAllString(all.String(), "")
		joined := strings.NewReplacer(" ", "", "-", "").Replace(text) // numbers are written in groups too
		for _, digits := range append([]string{string(r.phone[3:])}, r.others...) {
			for _, text := range []string{text, joined} {
				if at := strings.Index(text, digits); at >= 0 {
					return fmt.Sprintf("%s is still there: %s", digits, text[max(0, at-60):min(len(text), at+30)])
				}
			}
		}
	}
	return ""
}

// An attempt is found by the whole number of its phone, and by its whole CheckoutRequestID, whether
// they are forgotten or not.
func everyPhoneIsFound(w *world, x *reading) string {
	for _, r := range w.rows {
		if r.n%8 != 0 {
			continue
		}
		x.about = r
		texts := []string{string(r.phone), r.phone.Local()}
		if p := r.push(); p != nil && r.now.CheckoutRequestID != "" {
			texts = append(texts, p.checkout)
		}
		for _, text := range texts {
			found, err := x.find(text, 1000)
			if err != nil {
				return err.Error()
			}
			there := false
			for _, a := range found {
				there = there || a.ID == r.now.ID
			}
			if !there {
				return fmt.Sprintf("it is not among the %d attempts found by %s", len(found), text)
			}
		}
	}
	return ""
}

// Checksums, chain, totals and indexes are whole after all that the ledger has been through.
func theLedgerIsWhole(_ *world, x *reading) string {
	if x.verify == nil {
		return ""
	}
	x.about = nil
	switch report, err := x.verify(context.Background(), nil); {
	case err != nil:
		return err.Error()
	case report.First != nil:
		return fmt.Sprintf("%d + %d things are wrong: %v", report.Evidence, report.Derived, report.First)
	case report.Attempts != len(x.rows):
		return fmt.Sprintf("%d attempts were verified, and %d are there", report.Attempts, len(x.rows))
	}
	return ""
}

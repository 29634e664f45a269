package simtest

import (
	"fmt"
	"time"
)

// longest is the time after a sale within which everything that will ever happen to its payment has
// happened: money that moves late, and then a late callback.
const longest = 60 * time.Hour

// ending is how a prompt ends: by the customer, or by M-PESA.
type ending struct {
	name     string
	code     string // "" for never
	from, to time.Duration
	refuses  bool // the code is a documented refusal
}

// endings are counted from the moment the push reached M-PESA.
var endings = []odds[ending]{
	{65, ending{"pays", "0", 4 * time.Second, 14 * time.Second, false}},
	{8, ending{"pays slowly", "0", 14 * time.Second, 175 * time.Second, false}},
	{3, ending{"pays after the till gave up", "0", 181 * time.Second, 15 * time.Minute, false}},
	{1, ending{"money moves hours later", "0", 15 * time.Minute, 9 * time.Hour, false}},
	{6, ending{"cancels", "1032", 3 * time.Second, time.Minute, true}},
	{4, ending{"wrong PIN", "2001", 5 * time.Second, 40 * time.Second, true}},
	{4, ending{"ignores it", "1037", 16 * time.Second, 70 * time.Second, true}},
	{2, ending{"ignores it for long", "1019", time.Minute, 10 * time.Minute, true}},
	{3, ending{"has no money", "1", 4 * time.Second, 15 * time.Second, true}},
	{1, ending{"asked too soon", "17", time.Second, 9 * time.Second, true}},
	{1, ending{"system busy", "26", time.Second, 9 * time.Second, true}},
	{1, ending{"in debt", "E3008", time.Second, 9 * time.Second, true}},
	{1, ending{"unclear, unpaid", "9999", 5 * time.Second, time.Minute, false}},
	{1, ending{"unheard of, unpaid", "7070", 5 * time.Second, time.Minute, false}},
	{0.5, ending{"too long a code, unpaid", "100000100", 5 * time.Second, time.Minute, false}},
	{1, ending{"never ends", "", longest, longest + 1, false}},
}

// busyPhone is how a second prompt on one phone ends that M-PESA does not show.
var busyPhone = ending{"phone busy", "1001", time.Second, 3 * time.Second, true}

// execute asks the customer; w.mu is held.
func (p *push) execute(w *world) {
	d, m := p.dice, &w.mpesa
	p.will = choose(d, endings)
	if m.prompts[p.phone] != nil && d.IntN(3) > 0 {
		p.will = busyPhone
	} else {
		if m.prompts[p.phone] != nil {
			w.count("two prompts on one phone")
		}
		m.prompts[p.phone] = p
	}
	w.count("customer: " + p.will.name)
	w.note(p.row, "customer", p.will.name)
	after := d.within(p.will.from, p.will.to)
	p.chooseManner(w, after)
	if p.will.code != "" {
		w.later(after, func() { p.end(w) })
	}
	w.later(3*time.Minute, func() { // no prompt lives longer
		w.mu.Lock()
		defer w.mu.Unlock()
		p.closePrompt(w)
	})
}

func (p *push) closePrompt(w *world) {
	if w.mpesa.prompts[p.phone] == p {
		delete(w.mpesa.prompts, p.phone)
	}
}

// end is the moment of truth: the money moves, or it is certain that it does not.
func (p *push) end(w *world) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p.closePrompt(w)
	p.ended, p.code = true, p.will.code
	if p.code == "0" {
		w.count("payments")
		p.paid, p.paidAt = true, time.Now()
		p.receipt = fmt.Sprintf("TA1%07d", w.mpesa.payments)
		w.mpesa.payments++
	}
	w.note(p.row, "M-PESA", "ends with "+p.code+" "+p.receipt)
	p.report(w)
}

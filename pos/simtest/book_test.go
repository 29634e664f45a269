package simtest

import (
	"slices"
	"time"

	"kaunta/pos"
)

// row is one attempt as the world knows it: what the till's disk holds of it, read as it is
// written, beside what M-PESA really did. The laws compare the two.
type row struct {
	n      int // the nth attempt of the world
	dice   dice
	owner  *process // which asked
	writer *process // which wrote of it last
	phone  pos.MSISDN
	others []string  // the nine digits of other numbers that its evidence may speak of
	at     time.Time // when it was asked, whatever the till's clock said

	now    pos.Attempt        // as the disk has it
	states map[pos.State]bool // every state that the disk has ever had it in
	told   bool               // the till was told that the disk has it
	no     int                // queries that refused
	proof  map[meaning]bool   // what the evidence on the disk says, by the world's own reading
	known  map[string]bool    // the bodies of the callbacks on the disk

	created time.Time // by the world's time
	askable time.Time // since when the disk has it open, with an id to ask with; zero: it is not
	asked   time.Time // when the till last set out to ask M-PESA about it
	refused *process  // which was refused the last event that it had of it

	wrongClock bool // an event of it was written while the clock was wrong by more than a minute

	tries  int     // pushes that the till set out to send
	left   int     // pushes that left the till and were not refused for their token
	pushes []*push // those that reached M-PESA
}

// meaning is what the body of an answer or a callback says, to one who knows how it came about.
type meaning int

const (
	nothing      meaning = iota // no information, or none that counts
	saysPaid                    // paid, by query: M-PESA's word without amount and receipt
	showsPayment                // paid, by callback, with the right amount and its own receipt
	refuses                     // a definite refusal
	hints                       // speaks of a payment, by callback, but not so that it can count
	doesNotMatch                // paid, by callback, with another amount or a used receipt
)

// said is the key of a body: what M-PESA said, where, and about which attempt's address.
type said struct {
	kind    pos.EventKind
	address string
	body    string
}

// say notes what a body means that M-PESA is about to send; w.mu is held.
func (w *world) say(kind pos.EventKind, address, body string, means meaning) {
	if means != nothing || kind == pos.EventCalledBack {
		w.words[said{kind, address, body}] = means
	}
}

// written takes note of an event that the disk has; w.mu is held. once is the key that the attempt
// was asked with.
func (w *world) written(p *process, e pos.Event, a pos.Attempt, begun moment, warned bool, once string) {
	r := w.byID[a.ID]
	if r == nil {
		r = &row{n: len(w.rows), dice: w.roll("attempt", len(w.rows)), created: time.Now(), owner: p, phone: a.Phone, at: time.Now(),
			states: map[pos.State]bool{}, proof: map[meaning]bool{}, known: map[string]bool{}}
		w.rows = append(w.rows, r)
		w.byID[a.ID], w.byAddress[a.Address] = r, r
		w.bySale[a.Sale] = append(w.bySale[a.Sale], r)
		w.byPhone[a.Phone] = append(w.byPhone[a.Phone], r)
		if a.Overrides != "" {
			w.instead[a.Overrides] = append(w.instead[a.Overrides], r)
		}
	}
	x := writing{row: r, before: r.now, event: e, begun: begun, warned: warned, word: true, once: once}
	if a.Events >= r.now.Events {
		r.now = a
	}
	r.writer, r.refused = p, nil
	r.wrongClock = r.wrongClock || time.Until(e.At).Abs() > time.Minute
	if r.now.CheckoutRequestID != "" {
		w.byCheckout[r.now.CheckoutRequestID] = r
	}
	switch {
	case !r.now.Open() || !r.now.Askable():
		r.askable = time.Time{}
	case r.askable.IsZero():
		r.askable = time.Now()
	}
	r.states[a.State] = true
	if e.Answer != nil {
		raw := string(e.Answer.Raw)
		means, spoken := w.words[said{e.Kind, r.now.Address, raw}]
		r.proof[means] = true
		if means == refuses && e.Kind == pos.EventQueried {
			r.no++
		} else if means == refuses {
			r.no = 2 // a callback, or the answer to the push, needs no second
		}
		x.means, x.word = means, spoken
		if e.Kind == pos.EventCalledBack {
			x.again = r.known[raw]
			r.known[raw] = true
		}
	}
	w.count("event " + e.Kind.String())
	for _, o := range w.rivals(r) {
		if a := p.now(o); a.Events > o.now.Events {
			o.now = a // the screen hears of one of them with r, and reads the list again
		}
	}
	w.note(r, "disk", e.Kind.String()+" → "+a.State.String())
	check(w, whenWritten, x, r)
}

// now is the row as the disk has it.
func (p *process) now(r *row) pos.Attempt {
	a, err := p.ledger.Attempt(r.now.ID)
	if err != nil {
		p.w.breach("theLedgerIsReadable", err.Error(), r)
	}
	return a
}

// rivals are the attempts of the sales that the sale of r was asked in place of, and of those that
// were asked in place of it, directly or through others.
func (w *world) rivals(r *row) (rivals []*row) {
	for _, linked := range []func(*row) []*row{
		func(of *row) []*row {
			return slices.DeleteFunc([]*row{w.byID[of.now.Overrides]}, func(o *row) bool { return o == nil })
		},
		func(of *row) []*row { return w.instead[of.now.ID] },
	} {
		seen := map[pos.SaleID]bool{r.now.Sale: true}
		for next := []pos.SaleID{r.now.Sale}; len(next) > 0; next = next[1:] {
			for _, of := range w.bySale[next[0]] {
				if of.now.Sale != r.now.Sale {
					rivals = append(rivals, of)
				}
				for _, o := range linked(of) {
					if !seen[o.now.Sale] {
						seen[o.now.Sale] = true
						next = append(next, o.now.Sale)
					}
				}
			}
		}
	}
	return rivals
}

// push is the executed push of the attempt, nil where none was.
func (r *row) push() *push {
	for _, p := range r.pushes {
		if p.executed {
			return p
		}
	}
	return nil
}

// paid is the payment that the attempt's push brought, nil where none did.
func (r *row) paid() *push {
	if p := r.push(); p != nil && p.paid {
		return p
	}
	return nil
}

// proven reports whether what lies on the disk is enough to say PAID.
func (r *row) proven() bool {
	if r.now.ConfirmBoth {
		return r.proof[showsPayment] && r.proof[saysPaid]
	}
	return r.proof[showsPayment] || r.proof[saysPaid] && !r.proof[doesNotMatch]
}

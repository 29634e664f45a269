package pos

import (
	"cmp"
	"slices"
)

// FormulaVersion is that of [Shift.Figures]. A Z keeps the one it was made by.
const FormulaVersion = 1

// Numbered is an event with its place in the ledger's chain.
type Numbered struct {
	N uint64
	Event
}

// Dossier is a payment with all its events, in the order of the chain: one that any event stamped
// with the shift is about.
type Dossier []Numbered

// Figures are the sums of a shift up to one place of the chain.
type Figures struct {
	MPesa      Sum // paid by M-PESA, of what was asked in the shift
	PaidLate   Sum // those of MPesa that were paid after the till gave up
	OwedBack   Sum // second payments that nobody has given back
	Unclear    Sum // still checking
	Unmatched  Sum // does not match
	Cash       Sum // cash sales and rests, without what was voided
	Voided     Sum
	GivenCash  Sum // refunds, by what they were given in
	GivenMPesa Sum
	GivenOther Sum

	In, Out, Drops Sum
	NoSales        int

	Float, Expected Shillings
}

// Expected cash in the drawer (I1): the one formula of X and Z. Change is not in it, since it never
// was takings.
func (f Figures) expected() Shillings {
	return f.Float + f.Cash.KES + f.In.KES - f.Out.KES - f.Drops.KES - f.GivenCash.KES
}

// Figures adds the shift up, of what the chain held up to the place upTo. The payments may hold
// later events too.
func (s Shift) Figures(payments []Dossier, upTo uint64) Figures {
	f := Figures{Float: s.Float, NoSales: len(s.NoSales)}
	for _, m := range s.Moves {
		sum := map[Move]*Sum{MoveIn: &f.In, MoveOut: &f.Out, MoveDrop: &f.Drops}[m.Move]
		sum.add(m.Amount)
	}
	for _, sale := range salesOf(payments) {
		s.addSale(&f, sale, upTo)
	}
	f.Expected = f.expected()
	return f
}

// addSale adds what the shift has to do with a sale.
func (s Shift) addSale(f *Figures, events []Numbered, upTo uint64) {
	var sale Sale
	ours := map[AttemptID]bool{}
	for _, e := range events {
		if e.N > upTo {
			break
		}
		sale.Add(e.Event)
		switch stamped := e.By.Shift == s.ID; {
		case stamped && (e.Kind == EventAsked || e.Kind == EventCash):
			ours[e.Attempt] = true
		case stamped && e.Kind == EventRefunded:
			f.refunded(e.Event, sale.attempt(e.Attempt))
		}
	}
	for _, a := range sale {
		if ours[a.ID] {
			f.addPayment(a)
		}
	}
}

// refunded adds money that went back in the shift, whenever it had come.
func (f *Figures) refunded(e Event, a Attempt) {
	r := Refund{Amount: a.Amount, Tender: TenderOther}
	if e.Refund != nil {
		r = *e.Refund
	}
	sum := map[Tender]*Sum{TenderCash: &f.GivenCash, TenderMPesa: &f.GivenMPesa, TenderOther: &f.GivenOther}[r.Tender]
	sum.add(r.Amount)
}

// addPayment adds a payment that was asked, or taken, in the shift.
func (f *Figures) addPayment(a Attempt) {
	switch {
	case a.Tender == TenderCash && a.State == Paid:
		f.Cash.add(a.Amount)
	case a.Tender == TenderCash:
		f.Voided.add(a.Amount)
	case a.Owed():
		f.OwedBack.add(a.Amount)
	case a.State == Paid && !a.Notices.Has(PaidTwice):
		f.MPesa.add(a.Amount)
		if a.Notices.Has(PaidLate) {
			f.PaidLate.add(a.Amount)
		}
	case a.Open():
		f.Unclear.add(a.Amount)
	}
	if a.Unmatched() {
		f.Unmatched.add(a.Amount)
	}
}

// salesOf merges the payments' events into those of their sales, in the order of the chain.
func salesOf(payments []Dossier) [][]Numbered {
	of := map[AttemptID]SaleID{}
	sales := map[SaleID][]Numbered{}
	for _, p := range payments {
		for _, e := range p {
			switch {
			case e.Asked != nil:
				of[e.Attempt] = e.Asked.Sale
			case e.Cash != nil:
				of[e.Attempt] = e.Cash.Sale
			}
			sale := of[e.Attempt]
			sales[sale] = append(sales[sale], e)
		}
	}
	var list [][]Numbered
	for _, events := range sales {
		slices.SortFunc(events, func(a, b Numbered) int { return cmp.Compare(a.N, b.N) })
		list = append(list, events)
	}
	return list
}

func (s *Sum) add(amount Shillings) {
	s.Count++
	s.KES += amount
}

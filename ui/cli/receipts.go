package cli

import (
	"fmt"
	"slices"
	"strings"

	"kaunta/pos"
	"kaunta/store/export"
)

// bare is what is paid without a receipt number of M-PESA's, and in a report about one day which
// payments these are, newest first.
type bare struct {
	countKES
	Payments []barePayment `json:"payments,omitempty"`
}

type barePayment struct {
	Attempt      pos.AttemptID `json:"attempt"`
	Asked        string        `json:"asked"`
	Amount       pos.Shillings `json:"amount"`
	Phone        string        `json:"phone"` // masked
	Reference    string        `json:"reference,omitempty"`
	TypedReceipt string        `json:"typed_receipt,omitempty"` // a person's word
}

func (b *bare) add(a pos.Attempt, listed bool) {
	b.Count++
	b.KES += a.Amount
	if listed {
		r := export.RowOf(a, reason(a), false)
		b.Payments = append(b.Payments, barePayment{r.Attempt, export.Stamp(r.Asked), r.Amount, r.Phone, r.Reference, r.TypedReceipt})
	}
}

// sum is how much it is; nil where that is not known.
func (b *bare) sum() *countKES {
	if b == nil {
		return nil
	}
	return &b.countKES
}

// write lists what is paid without a receipt number.
func (b bare) write(to *strings.Builder) {
	if len(b.Payments) == 0 {
		return
	}
	to.WriteString("\nPaid without a receipt number from M-PESA\n")
	for _, p := range slices.Backward(b.Payments) {
		typed := "no code typed"
		if p.TypedReceipt != "" {
			typed = p.TypedReceipt + " typed from the SMS"
		}
		line := fmt.Sprintf("  %s%16v  %s  %s  %s", p.Asked[len("2006-01-02T"):len("2006-01-02T15:04:05")], p.Amount, p.Phone, typed, p.Reference)
		to.WriteString(cut(strings.TrimRight(line, " "), reportWidth) + "\n")
	}
}

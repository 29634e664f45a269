package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"kaunta/pos"
	"kaunta/store/export"
	"kaunta/ui/text"
)

// line is one attempt as the commands print it in JSON. Field names and order are a promise to
// programs that read it. Times are RFC 3339 in East Africa Time; empty where there is none.
type line struct {
	Sale              pos.SaleID    `json:"sale"`
	Attempt           pos.AttemptID `json:"attempt"`
	State             string        `json:"state"`
	Final             bool          `json:"final"` // see lineOf: act on State instead
	Amount            int64         `json:"amount"`
	Phone             string        `json:"phone"` // masked: "0712•••678"; whole with --unmask
	Reference         string        `json:"reference,omitempty"`
	Receipt           string        `json:"receipt"`
	TypedReceipt      string        `json:"typed_receipt,omitempty"` // from the SMS: a person's word
	ResultCode        string        `json:"result_code"`
	Reason            string        `json:"reason"`
	Witnesses         []string      `json:"witnesses"`
	Notices           []string      `json:"notices"`
	MerchantRequestID string        `json:"merchant_request_id"`
	CheckoutRequestID string        `json:"checkout_request_id"` // masked as the phone is
	CustomerMessage   string        `json:"customer_message"`
	BuyGoods          string        `json:"buy_goods,omitempty"`
	Time              string        `json:"time"`
	Asked             string        `json:"asked"`
	Ended             string        `json:"ended"`
	PaidAt            string        `json:"paid_at"`
	Error             *problem      `json:"error,omitempty"` // with what is known of the payment
}

// lineOf is a as it was at the moment at. final says that the command prints no more of it,
// whatever its state; in a list of the ledger, that it has its end. What to do is in the state
// alone. Phone numbers are whole if unmask is true.
func lineOf(a pos.Attempt, final, unmask bool, at time.Time) line {
	r := export.RowOf(a, reason(a), unmask)
	return line{
		Sale: r.Sale, Attempt: r.Attempt, State: r.State, Final: final,
		Amount: int64(r.Amount), Phone: r.Phone, Reference: r.Reference,
		Receipt: r.Receipt, TypedReceipt: r.TypedReceipt, ResultCode: r.ResultCode, Reason: r.Reason,
		Witnesses: r.Witnesses, Notices: r.Notices, MerchantRequestID: r.MerchantRequestID, CheckoutRequestID: r.CheckoutRequestID,
		CustomerMessage: r.CustomerMessage, BuyGoods: a.BuyGoods,
		Time: export.Stamp(at), Asked: export.Stamp(r.Asked), Ended: export.Stamp(r.Ended), PaidAt: export.Stamp(r.PaidAt),
	}
}

func (l line) writeJSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(l)
}

// reason is why an attempt is not paid, or not known to be, in one or two sentences.
func reason(a pos.Attempt) string {
	what, do := text.Reason(a)
	return strings.TrimSpace(what.EN + " " + do.EN)
}

// english are the words of the screens, as the commands say them.
var english = text.New(text.English)

// word is the till's word for an attempt, as the screen has it, and the notice that stands in it,
// if one does.
func word(a pos.Attempt) (string, pos.Notice) {
	var stands pos.Notice
	switch {
	case a.State == pos.Paid && a.Notices.Has(pos.PaidTwice):
		stands = pos.PaidTwice
	case a.State == pos.Paid && a.Notices.Has(pos.PaidLate):
		stands = pos.PaidLate
	}
	return english.State(a), stands
}

// shownPhone is a number for a person to read.
func shownPhone(m pos.MSISDN, unmask bool) string {
	if unmask {
		return m.Local()
	}
	return m.Masked()
}

// sentence is an attempt for a person to read, in one line.
func sentence(a pos.Attempt, unmask bool) string {
	var b strings.Builder
	state, told := word(a)
	fmt.Fprintf(&b, "%-15s  KES %v  %s", state, a.Amount, shownPhone(a.Phone, unmask))
	switch {
	case a.WithoutReceipt() && a.Reachable:
		b.WriteString("  receipt number to follow")
	case a.WithoutReceipt():
		b.WriteString("  no receipt number (queries only)")
	case a.State == pos.Paid:
		b.WriteString("  receipt " + a.Receipt)
	case reason(a) != "":
		b.WriteString("  " + reason(a))
	}
	b.WriteString(notices(a.Notices &^ told))
	return b.String()
}

// notices are remarks on an attempt as they stand behind its word.
func notices(set pos.Notice) string {
	var b strings.Builder
	for _, n := range set.Names() {
		b.WriteString("  [" + strings.ToUpper(strings.ReplaceAll(n, "_", " ")) + "]")
	}
	return b.String()
}

package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"kaunta/pos"
)

// byteOrderMark tells some spreadsheets that a file is UTF-8.
const byteOrderMark = "\ufeff"

// CSV writes rows as RFC 4180 has it, in UTF-8. It writes no totals: every line but the first is a
// payment.
type CSV struct{ out *csv.Writer }

// NewCSV writes the heading to w, after a byte order mark if bom is true.
func NewCSV(w io.Writer, bom bool) (*CSV, error) {
	if bom {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return nil, err
		}
	}
	c := &CSV{csv.NewWriter(w)}
	c.out.UseCRLF = true
	return c, c.out.Write([]string{
		"asked", "ended", "state", "amount", "phone", "reference", "receipt", "result_code", "reason", "witnesses", "notices", "sale", "attempt",
		"paid_at", "checkout_request_id", "typed_receipt", "without_receipt",
	})
}

// Fits implements [Writer]: a file has no end.
func (c *CSV) Fits(int) error { return nil }

// Row implements [Writer].
func (c *CSV) Row(r Row) error {
	return c.out.Write([]string{
		Stamp(r.Asked), Stamp(r.Ended), r.State, strconv.FormatInt(int64(r.Amount), 10), inertPhone(r.Phone),
		inert(r.Reference), inert(r.Receipt), halted(r.ResultCode), inert(r.Reason), strings.Join(r.Witnesses, " "), strings.Join(r.Notices, " "),
		inert(string(r.Sale)), inert(string(r.Attempt)), Stamp(r.PaidAt), inert(r.CheckoutRequestID),
		inert(r.TypedReceipt), yes(r.WithoutReceipt),
	})
}

// inertPhone is a phone number for CSV: the blanks in it keep it a text, so that it needs no
// apostrophe.
func inertPhone(s string) string {
	if strings.Contains(s, " ") && s[0] == '0' {
		return s
	}
	return inert(s)
}

// Close implements [Writer].
func (c *CSV) Close([]pos.DayTotals) error {
	c.out.Flush()
	return c.out.Error()
}

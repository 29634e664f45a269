package pos

import (
	"strconv"

	"kaunta/daraja"
)

// Shillings is an amount of money in whole Kenya shillings: M-PESA moves no cents.
type Shillings int64

// MinAmount and MaxAmount bound one M-PESA payment (Safaricom's tariff; the maximum can be set
// lower).
const (
	MinAmount Shillings = 1
	MaxAmount Shillings = daraja.MaxAmount
)

// String writes the amount with a comma for the thousands: "1,500".
func (s Shillings) String() string {
	digits := strconv.FormatInt(int64(s), 10)
	sign := ""
	if s < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

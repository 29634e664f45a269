package simulator

import (
	"fmt"
	"math/rand/v2"
	"time"
)

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// Receipts end in seven alphanumeric characters, that is a number below 36^7. Stepping through
// these numbers by a step that shares no factor with them meets each once before any again, and
// looks like chance.
const (
	receiptSerials = 36 * 36 * 36 * 36 * 36 * 36 * 36
	receiptStep    = 30_517_578_125 // 5^15
)

// An idSource makes the ids that Daraja and M-PESA give away. It is not safe for concurrent use.
type idSource struct {
	rng    *rand.Rand
	node   string // what MerchantRequestIDs of one server of Daraja begin with
	count  uint64 // and what they end in
	serial uint64 // of the next receipt
}

func newIDSource(rng *rand.Rand) idSource {
	return idSource{
		rng:    rng,
		node:   fmt.Sprintf("%04x-%04x-%04x-%012x", rng.Uint32()&0xffff, rng.Uint32()&0xffff, rng.Uint32()&0xffff, rng.Uint64()&0xffff_ffff_ffff),
		count:  1000 + rng.Uint64N(9000),
		serial: rng.Uint64N(receiptSerials),
	}
}

// requestID returns a new MerchantRequestID or requestId, like 5998-46a7-a4aa-5a37a83f21ad11253,
// and raises count.
func (ids *idSource) requestID() string {
	ids.count++
	return fmt.Sprintf("%s%d", ids.node, ids.count)
}

// receipt returns a new M-PESA receipt number: three characters for the day in East Africa Time
// (year from A for 2006, month from A, day 1–9 and then from A), and seven that no other receipt
// has (the date code is measured).
func (ids *idSource) receipt(at time.Time) string {
	at = at.In(eat)
	r := []byte{
		alphanumeric[((at.Year()-2006)%26+26)%26],
		alphanumeric[at.Month()-1],
		"0123456789ABCDEFGHIJKLMNOPQRSTUV"[at.Day()],
	}
	rest := ids.serial
	for range 7 {
		r = append(r, alphanumeric[rest%36])
		rest /= 36
	}
	ids.serial = (ids.serial + receiptStep) % receiptSerials
	return string(r)
}

func (ids *idSource) accessToken() string {
	token := make([]byte, 28)
	for i := range token {
		token[i] = alphanumeric[ids.rng.IntN(len(alphanumeric))]
	}
	return string(token)
}

// checkoutRequestID returns the CheckoutRequestID of a push to a phone at a time: its date to the
// millisecond in East Africa Time, and the customer's nine digits.
func checkoutRequestID(at time.Time, msisdn string) string {
	at = at.In(eat)
	return fmt.Sprintf("ws_CO_%s%03d%s", at.Format("02012006150405"), at.Nanosecond()/int(time.Millisecond), msisdn[len("254"):])
}

package pos

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/oklog/ulid/v2"
)

func (t *Till) newID(now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return ulid.MustNew(ulid.Timestamp(now), t.ids).String()
}

// newAddress makes the secret part of a callback URL: the moment now in milliseconds, as in a ULID,
// by which the ledger finds the attempt, and 128 random bits, which are the secret. In hex, so that
// it can spell none of the words that Safaricom forbids in a URL (each has a letter beyond f).
func newAddress(now time.Time) string {
	var b [addressSize]byte
	binary.BigEndian.PutUint64(b[:8], ulid.Timestamp(now)<<16)
	_, _ = rand.Read(b[6:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}

// addressSize is how many bytes an address has: a moment and what is drawn.
const addressSize = 6 + 16

// AddressMoment is when the payment with a secret callback address was asked for, as the address
// says itself: anybody can make one up.
func AddressMoment(address string) (asked time.Time, ok bool) {
	b, err := hex.DecodeString(address)
	if err != nil || len(b) != addressSize {
		return time.Time{}, false
	}
	return ulid.Time(binary.BigEndian.Uint64(b[:8]) >> 16), true
}

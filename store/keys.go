package store

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"kaunta/pos"
	"kaunta/store/format"
)

const (
	idSize = format.KeySize // a ULID in binary

	// longest bounds the part of a key that comes from outside, in bytes: bbolt refuses keys above
	// 32 KiB. What is longer is indexed by its beginning. Daraja's own ids and receipts are at most
	// 64 long.
	longest = 64
)

// key is a ULID in binary: the key of an attempt or a sale.
type key = format.Key

// keyOf is the key of an attempt, or the error that there is none.
func keyOf(id pos.AttemptID) (key, error) {
	k, ok := format.ParseKey(id)
	if !ok {
		return k, fmt.Errorf("store: attempt %q: %w", id, pos.ErrNotFound)
	}
	return k, nil
}

func attemptOf(k key) pos.AttemptID { return pos.AttemptID(k.String()) }

// dayOf is the day in East Africa on which the ULID was made. It decides the page an attempt
// stands on and the total it counts in, so that the two always agree.
func dayOf(k key) pos.Day { return pos.DayOf(ulid.ULID(k).Timestamp()) }

// msSize is the length of that moment at the beginning of a key. Most indexes name attempts by it
// alone: it stands for all attempts of that millisecond, which are looked at.
const msSize = 6

// tail is the moment at the end of an index key.
func tail(k []byte) (ms uint64, ok bool) {
	if len(k) < msSize {
		return 0, false
	}
	end := k[len(k)-msSize:]
	return uint64(binary.BigEndian.Uint16(end))<<32 | uint64(binary.BigEndian.Uint32(end[2:])), true
}

// momentKey is the beginning of the keys of a moment's attempts.
func momentKey(ms uint64) []byte { return binary.BigEndian.AppendUint64(nil, ms)[8-msSize:] }

// dayKeys bounds the ULIDs made on a day: from is the first possible, to the first of the next day.
func dayKeys(d pos.Day) (from, to key) {
	return firstKey(d.Start()), firstKey(d.Add(1).Start())
}

// firstKey is the smallest ULID of the moment t.
func firstKey(t time.Time) key {
	var u ulid.ULID
	ms := min(max(t.UnixMilli(), 0), int64(ulid.MaxTime()))
	_ = u.SetTime(uint64(ms)) // it fails only above MaxTime
	return key(u)
}

func saleKey(sale, attempt key) []byte { return append(sale[:], attempt[:]...) }

func actKey(shift, payment key) []byte { return append(shift[:], payment[:]...) }

func overrideKey(overridden, by key) []byte { return append(overridden[:], by[:]...) }

// dayKey is that of a day, yyyymmdd, or of a month, yyyymm00, which comes before its days.
func dayKey(d pos.Day) []byte { return binary.BigEndian.AppendUint32(nil, uint32(d)) }

func monthKey(m pos.Month) pos.Day { return pos.Day(m) * 100 }

// Periods are the keys of the totals that an attempt counts in.
func Periods(k key) [2]pos.Day {
	day := dayOf(k)
	return [2]pos.Day{day, monthKey(day.Month())}
}

// amountKey is three bytes where that is enough, and more after 0xff where it is not.
func amountKey(a pos.Shillings) []byte {
	if 0 <= a && a < 0xff0000 {
		return []byte{byte(a >> 16), byte(a >> 8), byte(a)}
	}
	return binary.BigEndian.AppendUint64([]byte{0xff}, uint64(a))
}

// A phone's key begins with its last three digits, four bits each, and a mark, since these are what
// a cashier sees and looks for; then comes the era of the attempt, so that the newest are found
// without going through all that end alike; then the other six digits or, of one that is forgotten,
// the beginning of its hash. Digits stand backwards, so that more of the last are a longer prefix.
const (
	phoneKnown     = 0xf
	phoneForgotten = 0xe
	hashPart       = 4
)

func phoneKey(e *format.Entry, ms uint64) []byte {
	if e.Forgotten {
		return append(phoneHead(e.Kept(), phoneForgotten, era(ms)), e.Hash[:hashPart]...)
	}
	return append(phoneHead(e.Kept(), phoneKnown, era(ms)), backwards(e.Text[:len(e.Text)-format.KeptDigits])...)
}

func phoneHead(kept string, mark, of byte) []byte {
	k := backwards(kept)
	return append(append(k[:1], k[1]|mark), of)
}

// era numbers the stretches of 2^34 ms, 199 days, since 1970: a ledger sees few of them, and each
// is short enough to be gone through.
func era(ms uint64) byte { return byte(ms >> 34) }

// backwards packs digits from the last to the first, the half byte that is left over empty.
func backwards(digits string) []byte {
	k := make([]byte, (len(digits)+1)/2, (len(digits)+1)/2+1+hashPart+msSize)
	for i := range len(digits) {
		d := digits[len(digits)-1-i] - '0'
		if i%2 == 0 {
			d <<= 4
		}
		k[i/2] |= d
	}
	return k
}

// A receipt's key is its ten characters packed, which is as a number of base 36 in seven bytes, so
// that receipts sort as their texts do; or after 0xff whatever else it is, and a zero.
const (
	receiptLength = 10
	receiptSize   = 7 // 36^10 is below 2^52
	otherReceipt  = 0xff
)

// receiptNumber is a receipt, or with zeros behind it the beginning of one, as a number.
func receiptNumber(text string) uint64 {
	var n uint64
	for i := range receiptLength {
		n *= 36
		if i >= len(text) {
			continue
		}
		if c := text[i]; c <= '9' {
			n += uint64(c - '0')
		} else {
			n += uint64(c-'A') + 10
		}
	}
	return n
}

func packReceipt(n uint64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 0, 8), n<<8)[:receiptSize]
}

// isCaps reports whether s has only digits and capitals.
func isCaps(s string) bool {
	return strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// receiptText is a receipt number as it is compared: a cashier may type it in small letters.
func receiptText(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

func receiptKey(receipt string) []byte {
	if len(receipt) == receiptLength && isCaps(receipt) {
		return packReceipt(receiptNumber(receipt))
	}
	return append(append([]byte{otherReceipt}, clip(receipt)...), 0)
}

// foldedReference is an account reference as it is compared.
func foldedReference(s string) string { return clip(strings.ToLower(strings.TrimSpace(s))) }

func referenceKey(reference string) []byte { return append([]byte(foldedReference(reference)), 0) }

func clip(s string) string { return s[:min(len(s), longest)] }

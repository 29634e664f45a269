package store

import (
	"encoding/binary"
	"strings"
	"time"

	"kaunta/pos"
)

// Ways to write short what has a form: receipts, dates, hexadecimal digits.

const (
	receiptLength = 10
	receiptSize   = 7 // 36^10 is below 2^52
)

// packReceipt writes ten of 0–9 and A–Z as a number, big-endian, so that receipts sort as their texts do.
func packReceipt(text string) []byte {
	n := receiptNumber(text)
	return binary.BigEndian.AppendUint64(make([]byte, 0, 8), n<<8)[:receiptSize]
}

// receiptNumber is a receipt, or with zeros behind it the beginning of one, as a number.
func receiptNumber(text string) uint64 {
	var n uint64
	for i := range receiptLength {
		n *= 36
		if i < len(text) {
			n += uint64(capValue(text[i]))
		}
	}
	return n
}

func unpackReceipt(b []byte) (string, bool) {
	n := binary.BigEndian.Uint64(append(append(make([]byte, 0, 8), 0), b...))
	var text [receiptLength]byte
	for i := receiptLength - 1; i >= 0; i-- {
		text[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[n%36]
		n /= 36
	}
	return string(text[:]), n == 0
}

func capValue(c byte) int {
	if isDigit(c) {
		return int(c - '0')
	}
	return int(c-'A') + 10
}

// isCaps reports whether s has only digits and capitals.
func isCaps(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) && (s[i] < 'A' || s[i] > 'Z') {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// kinds counts a word's digits, and says whether all of it is hexadecimal in small letters, or digits and capitals.
func kinds(w string) (digits int, hex, caps bool) {
	hex, caps = true, true
	for i := range len(w) {
		c := w[i]
		switch {
		case isDigit(c):
			digits++
			continue
		case c >= 'a':
			caps = false
			hex = hex && c <= 'f'
		default:
			hex = false
		}
	}
	return digits, hex, caps
}

func appendHex(b []byte, digits string) []byte {
	for i := 0; i < len(digits); i += 2 {
		c := hexValue(digits[i]) << 4
		if i+1 < len(digits) {
			c |= hexValue(digits[i+1])
		}
		b = append(b, c)
	}
	return b
}

func hexValue(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c - 'a' + 10
}

func expandHex(out, b []byte, digits int) []byte {
	const hex = "0123456789abcdef"
	for i := range digits {
		if i/2 >= len(b) {
			return out
		}
		c := b[i/2]
		if i%2 == 0 {
			c >>= 4
		}
		out = append(out, hex[c&15])
	}
	return out
}

// ownMoment is an attempt's moment as its address begins with it.
func ownMoment(ms uint64) string {
	var b [8]byte
	var digits [2 * msSize]byte
	binary.BigEndian.PutUint64(b[:], ms<<16)
	return string(expandHex(digits[:0], b[:msSize], len(digits)))
}

// M-PESA's forms of a time, both in EAT: that of a TransactionDate, and that in a CheckoutRequestID, which goes on with milliseconds.
const (
	dateLayout   = "20060102150405"
	momentLayout = "02012006150405"
)

// dateOffset is how many seconds after the moment at, in microseconds, the time in w is; ok is false where w is none.
func dateOffset(w string, at int64) (seconds int64, ok bool) {
	t, ok := parseExactly(dateLayout, w)
	return t.Unix() - floorDiv(at, 1e6), ok
}

// momentOffset is the same in milliseconds, for a time in a CheckoutRequestID.
func momentOffset(w string, at int64) (ms int64, ok bool) {
	if len(w) != len(momentLayout)+3 {
		return 0, false
	}
	t, ok := parseExactly(momentLayout, w[:len(momentLayout)])
	for _, c := range w[len(momentLayout):] {
		ms = ms*10 + int64(c-'0')
	}
	return t.UnixMilli() + ms - floorDiv(at, 1e3), ok
}

func appendMoment(b []byte, unixMS int64) []byte {
	t := time.UnixMilli(unixMS).In(pos.EAT)
	b = t.AppendFormat(b, momentLayout)
	ms := t.Nanosecond() / 1e6
	return append(b, byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
}

// parseExactly reads digits by a layout of digits. Years far off are no times of payments.
func parseExactly(layout, w string) (time.Time, bool) {
	if len(w) != len(layout) {
		return time.Time{}, false
	}
	var year string
	if layout == dateLayout {
		year = w[:4]
	} else {
		year = w[4:8]
	}
	if year < "2000" || year > "2999" || strings.Trim(w, "0123456789") != "" {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation(layout, w, pos.EAT)
	return t, err == nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// uvarint is binary.Uvarint of a string.
func uvarint(s string) (n uint64, size int) {
	for shift := 0; size < len(s) && shift < 64; shift += 7 {
		c := s[size]
		size++
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return n, size
		}
	}
	return 0, 0
}

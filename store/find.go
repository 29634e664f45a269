package store

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// maxScan bounds the index entries that one reading of a search text looks at, from the last backwards, so that a
// search for a single letter does not go through a year of payments.
const maxScan = 100_000

// Find lists up to n attempts that fit the text, newest first. It reads the text in every way that makes sense:
//
//   - the id of an attempt or a sale, or Daraja's CheckoutRequestID
//   - an M-PESA receipt number or its beginning, also one that was typed or came with a payment that does not match
//   - a phone number in any form, or two and more of its last digits
//   - an amount: "450", "1,500", "KES 1,500"
//   - an account reference or its beginning, in capitals or not
func (l *Ledger) Find(text string, n int) ([]pos.Attempt, error) {
	text = strings.TrimSpace(text)
	if text == "" || n <= 0 {
		return nil, nil
	}
	var found []pos.Attempt
	err := l.view(func(tx *bolt.Tx) error {
		var err error
		found, err = getAttempts(tx, find(tx, text, n))
		return err
	})
	return found, err
}

// find lists the newest n attempts that fit one of the readings of the text.
func find(tx *bolt.Tx, text string, n int) []key {
	var all []key
	if k, ok := parseKey(strings.ToUpper(text)); ok {
		if has(tx, attemptsBucket, k[:]) {
			all = append(all, k)
		}
		all = append(all, newest(tx, salesBucket, k[:], n)...)
	}
	if k, err := pointer(tx, checkoutsBucket, checkoutKey(text)); err == nil {
		all = append(all, k)
	}
	all = append(all, newest(tx, receiptsBucket, []byte(receiptText(text)), n)...)
	if digits := phoneDigits(text); digits != "" {
		all = append(all, newest(tx, phonesBucket, phonePrefix(digits), n)...)
	}
	if amount, ok := parseAmount(text); ok {
		all = append(all, newest(tx, amountsBucket, amountPrefix(amount), n)...)
	}
	all = append(all, newest(tx, referencesBucket, []byte(foldedReference(text)), n)...)

	return cut(all, n)
}

// newest reads the attempts at the end of the keys that begin with prefix, and keeps the n newest. Where nothing
// else stands between prefix and attempt they come in order, and no more than n keys are read.
func newest(tx *bolt.Tx, b bucket, prefix []byte, n int) []key {
	var keys []key
	c := tx.Bucket([]byte(b)).Cursor()
	k, _ := last(c, prefix)
	for range maxScan {
		attempt, ok := tail(k)
		if !ok || !bytes.HasPrefix(k, prefix) || len(keys) == n && len(k) == len(prefix)+idSize {
			break
		}
		keys = append(keys, attempt)
		if len(keys) > 2*n+64 {
			keys = cut(keys, n)
		}
		k, _ = c.Prev()
	}
	return cut(keys, n)
}

// cut keeps the n newest, each once: a receipt's index names an attempt once for every number that it was told.
func cut(keys []key, n int) []key {
	slices.SortFunc(keys, func(a, b key) int { return bytes.Compare(b[:], a[:]) })
	keys = slices.Compact(keys)
	return keys[:min(n, len(keys))]
}

// last moves the cursor to the last key that begins with prefix, or one before.
func last(c *bolt.Cursor, prefix []byte) (k, value []byte) {
	after := slices.Clone(prefix)
	for i := len(after) - 1; i >= 0; i-- {
		if after[i]++; after[i] != 0 {
			return below(c, after[:i+1])
		}
	}
	return c.Last()
}

// phoneDigits reads the text as a phone number, or the end of one; "" where it is neither.
func phoneDigits(text string) string {
	if m, err := pos.ParseMSISDN(text); err == nil {
		return string(m)
	}
	digits := strings.NewReplacer(" ", "", "-", "").Replace(text)
	if len(digits) < 2 || len(digits) > nationalDigits || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return digits
}

// parseAmount reads a whole number of shillings as people write it.
func parseAmount(text string) (pos.Shillings, bool) {
	s := strings.ToLower(text)
	for _, unit := range []string{"kes", "kshs", "ksh", "sh"} {
		if rest, ok := strings.CutPrefix(s, unit); ok {
			s = strings.TrimPrefix(rest, ".")
			break
		}
	}
	s = strings.TrimSuffix(s, "/=")
	s = strings.TrimSuffix(s, ".00")
	s = strings.NewReplacer(",", "", " ", "", "\u00a0", "", "\u202f", "").Replace(s)
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return pos.Shillings(n), err == nil && n > 0
}

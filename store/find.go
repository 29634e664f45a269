package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// maxScan bounds the index entries that one reading of a search text looks at, from the last backwards, so that a
// search for a single letter does not go through a year of payments.
const maxScan = 100_000

// maxSame is how many payments of a phone are looked at for one CheckoutRequestID.
const maxSame = 1000

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
	err := l.view(func(tx *bolt.Tx) (err error) {
		found, err = l.reader(tx).find(text, n)
		return err
	})
	return found, err
}

// reading is a way to understand a search text: the attempts with an entry in a range of an index.
type reading struct {
	bucket   bucket
	from, to []byte // the keys from from up to, and without, to
	ordered  bool   // in the range, attempts come in the order of time
	fits     func(pos.Attempt) bool
}

// prefixed is the range of the keys that begin with prefix.
func prefixed(b bucket, prefix []byte) reading {
	return reading{bucket: b, from: prefix, to: following(prefix)}
}

// readings lists the ways to understand a text.
func (rd reader) readings(text string) []reading {
	var list []reading
	exact := func(b bucket, prefix []byte) {
		r := prefixed(b, prefix)
		r.ordered = true
		list = append(list, r)
	}
	if code := receiptText(text); isCaps(code) && len(code) <= receiptLength {
		from, to := receiptRange(code)
		list = append(list, reading{bucket: receiptsBucket, from: from, to: to})
	}
	list = append(list, prefixed(receiptsBucket, append([]byte{otherReceipt}, clip(receiptText(text))...)))
	if digits := phoneDigits(text); len(digits) == nationalDigits {
		exact(phonesBucket, phoneKey(phone{digits: digits}))
		exact(phonesBucket, phoneKey(phone{digits: digits, hash: phoneHash(rd.secret, digits)}.masked(nil)))
	} else if digits != "" {
		list = append(list, phoneRange(digits))
	}
	if amount, ok := parseAmount(text); ok {
		exact(amountsBucket, amountKey(amount))
	}
	if folded := foldedReference(text); folded != "" {
		list = append(list, prefixed(referencesBucket, []byte(folded)))
	}
	// An id that ends in a phone number is looked for among the payments of that.
	is := func(a pos.Attempt) bool { return a.CheckoutRequestID == text }
	exact(checkoutsBucket, checkoutKey(rd.secret, text))
	list[len(list)-1].fits = is
	if at := len(text) - nationalDigits; at > 0 && strings.Trim(text[at:], "0123456789") == "" && !isDigits(text) {
		digits := text[at:]
		exact(phonesBucket, phoneKey(phone{digits: digits}))
		list[len(list)-1].fits = is
		p := phone{digits: digits, hash: phoneHash(rd.secret, digits)}.masked(nil)
		exact(phonesBucket, phoneKey(p))
		list[len(list)-1].fits = func(a pos.Attempt) bool { return a.CheckoutRequestID == text[:at]+p.digits }
	}
	return list
}

// find lists the newest n attempts that fit one of the readings of the text.
func (rd reader) find(text string, n int) ([]pos.Attempt, error) {
	found := map[key]pos.Attempt{}
	var errs []error
	if k, ok := parseKey(strings.ToUpper(text)); ok {
		if a, err := rd.attempt(k); err == nil {
			found[k] = a
		} else if !errors.Is(err, pos.ErrNotFound) {
			errs = append(errs, err)
		}
		sale, err := rd.sale(k)
		errs = append(errs, err)
		for _, a := range sale {
			if k, ok := parseKey(a.ID); ok {
				found[k] = a
			}
		}
	}
	for _, r := range rd.readings(text) {
		errs = append(errs, rd.collect(r, n, found))
	}
	list := slices.SortedFunc(maps.Values(found), func(a, b pos.Attempt) int { return cmp.Compare(b.ID, a.ID) })
	return list[:min(n, len(list))], errors.Join(errs...)
}

// collect adds the newest n attempts that fit r.
func (rd reader) collect(r reading, n int, found map[key]pos.Attempt) error {
	moments := rd.newest(r, n)
	var errs []error
	for _, ms := range moments {
		err := rd.ofMoment(ms[:], func(k key, value []byte) error {
			if _, known := found[k]; known {
				return nil
			}
			fits, err := rd.fits(r, k, value)
			if fits.ID != "" {
				found[k] = fits
			}
			return err
		})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// fits reads the attempt k if it is one of those that r means, and not only of the same millisecond as one.
func (rd reader) fits(r reading, k key, value []byte) (pos.Attempt, error) {
	record, err := rd.read(k[:], value)
	if err != nil {
		return pos.Attempt{}, err
	}
	a, err := rd.replay(record)
	if err != nil {
		return pos.Attempt{}, err
	}
	for _, e := range rd.entries(record, a) {
		if e.bucket == r.bucket && bytes.Compare(e.key, r.from) >= 0 && (r.to == nil || bytes.Compare(e.key, r.to) < 0) && (r.fits == nil || r.fits(a)) {
			return a, nil
		}
	}
	return pos.Attempt{}, nil
}

// newest reads the moments at the end of the keys in a range, and keeps the n newest. Where they come in order, no more than n keys
// are read; with a condition that not all will meet, some more.
func (rd reader) newest(r reading, n int) [][msSize]byte {
	if r.fits != nil {
		n += maxSame
	}
	var moments [][msSize]byte
	c := rd.tx.Bucket([]byte(r.bucket)).Cursor()
	var k []byte
	if r.to == nil {
		k, _ = c.Last()
	} else {
		k, _ = below(c, r.to)
	}
	for range maxScan {
		ms, ok := tail(k)
		if !ok || bytes.Compare(k, r.from) < 0 || r.ordered && len(moments) == n {
			break
		}
		moments = append(moments, ms)
		if len(moments) > 2*n+64 {
			moments = cut(moments, n)
		}
		k, _ = c.Prev()
	}
	return cut(moments, n)
}

// cut keeps the n newest, each once: a receipt's index names an attempt once for every number that it was told.
func cut(moments [][msSize]byte, n int) [][msSize]byte {
	slices.SortFunc(moments, func(a, b [msSize]byte) int { return bytes.Compare(b[:], a[:]) })
	moments = slices.Compact(moments)
	return moments[:min(n, len(moments))]
}

// receiptRange are the keys of the receipts that begin with code.
func receiptRange(code string) (from, to []byte) {
	step := uint64(1) // from one such beginning to the next
	for range receiptLength - len(code) {
		step *= 36
	}
	n := receiptNumber(code)
	pack := func(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n<<8)[:receiptSize] }
	return pack(n), pack(n + step)
}

// phoneRange are the keys of the numbers that end in some digits, fewer than a whole number has.
func phoneRange(digits string) reading {
	k := backwards(digits)
	if len(digits)%2 == 0 {
		return prefixed(phonesBucket, k)
	}
	to := slices.Clone(k)
	to[len(to)-1] |= 0x0f
	return reading{bucket: phonesBucket, from: k, to: following(to)}
}

// following is the first key after all that begin with prefix; nil where none can be.
func following(prefix []byte) []byte {
	after := slices.Clone(prefix)
	for i := len(after) - 1; i >= 0; i-- {
		if after[i]++; after[i] != 0 {
			return after[:i+1]
		}
	}
	return nil
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// phoneDigits reads the text as a phone number, or the end of one; "" where it is neither.
func phoneDigits(text string) string {
	if m, err := pos.ParseMSISDN(text); err == nil {
		return string(m[len(m)-nationalDigits:])
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

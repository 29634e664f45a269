package store

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/store/format"
)

// maxScan bounds the index entries that one reading of a search text looks at, from the last
// backwards, so that a search for a single letter does not go through a year of payments.
const maxScan = 100_000

// maxSame is how many payments are looked at for one CheckoutRequestID.
const maxSame = 16

// Find lists up to n attempts that fit the text, newest first. It reads the text in every way that
// makes sense:
//
//   - the id of an attempt or a sale, or Daraja's CheckoutRequestID
//   - an M-PESA receipt number or its beginning, also one that was typed or came with a payment
//     that does not match
//   - a phone number in any form, or two and more of its last digits
//   - an amount: "450", "1,500", "KES 1,500"
//   - an account reference or its beginning, in capitals or not
func (l *Ledger) Find(text string, n int) ([]pos.Attempt, error) {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if daraja.Invisible(r) {
			return -1
		}
		return r
	}, text))
	if text == "" || n <= 0 {
		return nil, nil
	}
	return read(l, func(rd reader) ([]pos.Attempt, error) { return rd.find(text, n) })
}

// reading is a way to understand a search text: the attempts with an entry in some ranges of an
// index.
type reading struct {
	bucket Bucket
	steps  [][]keyRange // what is in a later one is older than all that is in an earlier one
	fits   func(pos.Attempt) bool
}

// keyRange are the keys from from up to, and without, to, which is nil where nothing comes after.
type keyRange struct{ from, to []byte }

// prefixed are the keys that begin with prefix.
func prefixed(prefix []byte) keyRange { return keyRange{prefix, following(prefix)} }

func (r keyRange) holds(k []byte) bool {
	return bytes.Compare(k, r.from) >= 0 && (r.to == nil || bytes.Compare(k, r.to) < 0)
}

// readings lists the ways to understand a text.
func (rd reader) readings(text string) []reading {
	var list []reading
	one := func(b Bucket, keys keyRange) {
		list = append(list, reading{bucket: b, steps: [][]keyRange{{keys}}})
	}
	if code := receiptText(text); isCaps(code) && len(code) <= receiptLength {
		one(ReceiptsBucket, receiptRange(code))
	}
	one(ReceiptsBucket, prefixed(append([]byte{otherReceipt}, clip(receiptText(text))...)))
	if digits := phoneDigits(text); digits != "" {
		list = append(list, reading{bucket: phonesBucket, steps: rd.phoneSteps(digits)})
	}
	if amount, ok := pos.ParseWhole(text); ok && amount > 0 {
		one(amountsBucket, prefixed(amountKey(amount)))
	}
	if folded := foldedReference(text); folded != "" {
		one(referencesBucket, prefixed([]byte(folded)))
	}
	return append(list, rd.checkoutReadings(text)...)
}

// checkoutReadings understands a text as a CheckoutRequestID, also as one of which the number at
// its end is forgotten.
func (rd reader) checkoutReadings(text string) []reading {
	one := func(id string) reading {
		fits := func(a pos.Attempt) bool { return a.CheckoutRequestID == id }
		return reading{checkoutsBucket, [][]keyRange{{prefixed(checkoutKey(rd.coder.Key, id))}}, fits}
	}
	list := []reading{one(text)}
	if at := len(text) - format.NationalDigits; at > 0 && isDigits(text[at:]) {
		list = append(list, one(text[:at]+format.Mask(text[len(text)-format.KeptDigits:], 0)))
	}
	return list
}

// find lists the newest n attempts that fit one of the readings of the text.
func (rd reader) find(text string, n int) ([]pos.Attempt, error) {
	found := map[key]pos.Attempt{}
	var errs []error
	if k, ok := format.ParseKey(strings.ToUpper(text)); ok {
		if a, err := rd.attempt(k); err == nil {
			found[k] = a
		} else if !errors.Is(err, pos.ErrNotFound) {
			errs = append(errs, err)
		}
		sale, err := rd.sale(k)
		errs = append(errs, err)
		for _, a := range sale {
			if k, ok := format.ParseKey(a.ID); ok {
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
	var errs []error
	for _, m := range rd.newest(r, n) {
		err := rd.ofMoment(momentKey(m), func(k key, value []byte) error {
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

// fits reads the attempt k if it is one of those that r means, and not only of the same millisecond
// as one.
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
		if e.Bucket == r.bucket && r.holds(e.Key) && (r.fits == nil || r.fits(a)) {
			return a, nil
		}
	}
	return pos.Attempt{}, nil
}

func (r reading) holds(k []byte) bool {
	for _, step := range r.steps {
		if slices.ContainsFunc(step, func(r keyRange) bool { return r.holds(k) }) {
			return true
		}
	}
	return false
}

// newest reads the moments at the end of the keys that r means, and keeps the n newest; with a
// condition that not all will meet, some more.
func (rd reader) newest(r reading, n int) []uint64 {
	if r.fits != nil {
		n += maxSame
	}
	s := scanner{c: rd.tx.Bucket([]byte(r.bucket)).Cursor(), n: n, left: maxScan}
	for _, step := range r.steps {
		for _, keys := range step {
			s.scan(keys)
		}
		if s.cut(); len(s.moments) == n {
			break
		}
	}
	return s.moments
}

// scanner gathers the newest n moments of some ranges of an index. It may go through some hundred
// keys for each that it keeps, so that what it does with one that is too old is little.
type scanner struct {
	c       *bolt.Cursor
	n       int
	left    int // keys that may still be looked at
	moments []uint64
	oldest  uint64 // of the n newest so far, once there are so many
}

// scan reads a range from its end. What an index has under one value, before the moment, is in the
// order of time: so no more than n keys of each value are looked at.
func (s *scanner) scan(in keyRange) {
	var k, value []byte
	if in.to == nil {
		k, _ = s.c.Last()
	} else {
		k, _ = below(s.c, in.to)
	}
	for same := 0; s.left > 0 && bytes.Compare(k, in.from) >= 0; s.left-- {
		m, ok := tail(k)
		if !ok {
			return
		}
		if v := k[:len(k)-msSize]; !bytes.Equal(v, value) {
			value, same = v, 0
		}
		if same++; same > s.n {
			k, _ = below(s.c, value)
			continue
		}
		if m > s.oldest {
			if s.moments = append(s.moments, m); len(s.moments) >= 2*s.n+16 {
				s.cut()
			}
		}
		k, _ = s.c.Prev()
	}
}

// cut keeps the n newest, each once: a receipt's index names an attempt once for every number that
// it was told.
func (s *scanner) cut() {
	slices.SortFunc(s.moments, func(a, b uint64) int { return cmp.Compare(b, a) })
	s.moments = slices.Compact(s.moments)
	if len(s.moments) >= s.n {
		s.moments = s.moments[:s.n]
		s.oldest = s.moments[s.n-1]
	}
}

// receiptRange are the keys of the receipts that begin with code.
func receiptRange(code string) keyRange {
	step := uint64(1) // from one such beginning to the next
	for range receiptLength - len(code) {
		step *= 36
	}
	n := receiptNumber(code)
	return keyRange{packReceipt(n), packReceipt(n + step)}
}

// phoneSteps are the keys of the numbers that end in some digits, two or more, from the newest era
// of the ledger to the oldest. What is forgotten is found by its last digits, and by the whole
// number.
func (rd reader) phoneSteps(digits string) (steps [][]keyRange) {
	c := rd.tx.Bucket([]byte(RecordsBucket)).Cursor()
	first, _ := c.First()
	last, _ := c.Last()
	if len(first) != idSize || len(last) != idSize {
		return nil
	}
	ends := []string{digits}
	if len(digits) < format.KeptDigits {
		ends = ends[:0]
		for d := range 10 {
			ends = append(ends, string(byte('0'+d))+digits)
		}
	}
	until, err := getForgotten(rd.tx)
	if err != nil {
		until = key(last).MS()
	}
	for p := int(era(key(last).MS())); p >= int(era(key(first).MS())); p-- {
		var step []keyRange
		for _, end := range ends {
			rest, kept := end[:len(end)-format.KeptDigits], end[len(end)-format.KeptDigits:]
			known := phoneHead(kept, phoneKnown, byte(p))
			from, to := append(slices.Clone(known), backwards(rest)...), append(known, backwards(rest)...)
			if len(rest)%2 == 1 {
				to[len(to)-1] |= 0x0f // the digit after the last that is known may be any
			}
			step = append(step, keyRange{from, following(to)})
			if p > int(era(until)) { // nothing of it is forgotten
				continue
			}
			switch forgotten := phoneHead(kept, phoneForgotten, byte(p)); len(rest) {
			case 0:
				step = append(step, prefixed(forgotten))
			case format.NationalDigits - format.KeptDigits:
				hash := format.Hash(rd.coder.Key, end)
				step = append(step, prefixed(append(forgotten, hash[:hashPart]...)))
			}
		}
		steps = append(steps, step)
	}
	return steps
}

// holder is the attempt that holds a receipt, if it is another than k.
func (rd reader) holder(receipt string, k key) (pos.AttemptID, error) {
	var by pos.AttemptID
	if receipt == "" {
		return by, nil
	}
	prefix := receiptKey(receipt)
	err := scan(rd.tx, ReceiptsBucket, prefix, func(at, body []byte) error {
		if len(at) != len(prefix)+msSize || len(body) != 1 || body[0] != holds {
			return nil
		}
		return rd.ofMoment(at[len(prefix):], func(other key, value []byte) error {
			a, err := rd.page(other[:], value)
			if err == nil && other != k && receiptText(a.Receipt) == receipt {
				by = a.ID
			}
			return err
		})
	})
	return by, err
}

// idHolder is another attempt than k that has the CheckoutRequestID, if there is one.
func (rd reader) idHolder(id string, k key) (pos.AttemptID, error) {
	found := map[key]pos.Attempt{}
	var errs []error
	for _, r := range rd.checkoutReadings(id) {
		errs = append(errs, rd.collect(r, 2, found))
	}
	for other, a := range found {
		if other != k {
			return a.ID, nil
		}
	}
	return "", errors.Join(errs...)
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
		return string(m[len(m)-format.NationalDigits:])
	}
	digits := strings.NewReplacer(" ", "", "-", "").Replace(text)
	if len(digits) < 2 || len(digits) > format.NationalDigits || !isDigits(digits) {
		return ""
	}
	return digits
}

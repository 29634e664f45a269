package format

import (
	"strings"
	"time"

	"kaunta/pos"
)

// NationalDigits is how many digits a Kenyan mobile number has without 254 or 0.
const NationalDigits = 9

// longHex is from when on a word of hexadecimal digits is no number.
const longHex = 12

// momentLayout is the moment in a CheckoutRequestID, in EAT, which goes on with milliseconds.
const momentLayout = "02012006150405"

// finder finds phone numbers in texts, and gives them places in a record's table.
type finder struct {
	key    []byte // of the ledger
	table  []Entry
	forget bool // new numbers are forgotten at once: those of a record whose time has come
	spans  []span

	// What is in the table, as far as that has been looked at: a body may hold thousands of
	// numbers.
	looked int
	texts  map[string]int
	hashes map[[HashSize]byte]int // of what is forgotten
	ends   endings
}

// look takes note of what has come into the table.
func (f *finder) look() {
	if f.texts == nil {
		f.texts, f.hashes, f.ends = map[string]int{}, map[[HashSize]byte]int{}, endings{}
	}
	for ; f.looked < len(f.table); f.looked++ {
		e := &f.table[f.looked]
		if f.ends[e.Kept()]++; e.Forgotten {
			f.hashes[e.Hash] = f.looked
		} else {
			f.texts[e.Text] = f.looked
		}
	}
}

// span is a piece of a phone number in a text: the digits from to to of its nine, beginning at at.
type span struct {
	at, entry, from, to int
}

// number is the place of nine digits in the table; a new number is added.
func (f *finder) number(digits string) int {
	if i := f.known(digits); i >= 0 {
		return i
	}
	e := Entry{Text: digits, Hash: Hash(f.key, digits), hashed: true}
	if f.forget {
		e.Text, e.Forgotten = Mask(kept(digits), f.ends[kept(digits)]), true
	}
	f.table = append(f.table, e)
	return len(f.table) - 1
}

// find lists where phone numbers stand in a text, in order: 9, 10, 12 or 14 digits in a row that
// are a Kenyan mobile number (712…, 0712…, 254712…, 00254712…), the same in groups with a blank or
// a dash between them, such as 0712 345 678, the end of a CheckoutRequestID, and wherever else the
// digits stand of a number that the record has already.
func (f *finder) find(text string) []span {
	f.spans = f.spans[:0]
	for i := 0; i < len(text); {
		if !isDigit(text[i]) {
			i++
			continue
		}
		end := i + 1
		for end < len(text) && isDigit(text[end]) {
			end++
		}
		run := text[i:end]
		switch {
		case len(run) < NationalDigits:
			if next := f.grouped(text, i); next > 0 {
				i = next
				continue
			}
		case national(run) && !inCode(text, i, end):
			at := end - NationalDigits
			f.spans = append(f.spans, span{at, f.number(text[at:end]), 0, NationalDigits})
		default:
			f.within(run, i)
		}
		i = end
	}
	return f.spans
}

// national reports whether the last nine digits of a run are a mobile number.
func national(run string) bool {
	n := len(run) - NationalDigits
	if n < 0 || run[n] != '7' && run[n] != '1' {
		return false
	}
	switch prefix := run[:n]; prefix {
	case "", "0", "254", "00254":
		return true
	default:
		return beginsLikeCheckout(prefix)
	}
}

// beginsLikeCheckout reports whether digits are the moment in a CheckoutRequestID, in which
// milliseconds are not always filled up with zeros. Years far off are no times of payments.
func beginsLikeCheckout(digits string) bool {
	ms := len(digits) - len(momentLayout)
	if ms < 1 || ms > 3 {
		return false
	}
	if year := digits[4:8]; year < "2000" || year > "2999" {
		return false
	}
	_, err := time.ParseInLocation(momentLayout, digits[:len(momentLayout)], pos.EAT)
	return err == nil
}

// inCode reports whether text[i:end] is part of a long word of hexadecimal digits, or of one with
// capitals, such as a receipt number: what looks like a phone number there is chance.
func inCode(text string, i, end int) bool {
	from, to := i, end
	for from > 0 && isWord(text[from-1]) {
		from--
	}
	for to < len(text) && isWord(text[to]) {
		to++
	}
	word := text[from:to]
	hex, caps := true, true
	for _, c := range word {
		hex = hex && (c <= '9' || 'a' <= c && c <= 'f')
		caps = caps && c < 'a'
	}
	return strings.Trim(word, "0123456789") != "" && (caps || hex && len(word) >= longHex)
}

// within finds the numbers that the record has already in a longer run of digits.
func (f *finder) within(run string, at int) {
	for from := 0; from+NationalDigits <= len(run); {
		which := f.known(run[from : from+NationalDigits])
		if which < 0 {
			from++
			continue
		}
		f.spans = append(f.spans, span{at + from, which, 0, NationalDigits})
		from += NationalDigits
	}
}

// known is the place of nine digits in the table, -1 where they are not one of its numbers.
func (f *finder) known(digits string) int {
	f.look()
	if i, ok := f.texts[digits]; ok {
		return i
	}
	if len(f.hashes) > 0 && f.ends[kept(digits)] > 0 {
		if i, ok := f.hashes[Hash(f.key, digits)]; ok {
			return i
		}
	}
	return -1
}

// grouped finds a number that is written in groups from at on. next is the end of it, 0 where there
// is none.
func (f *finder) grouped(text string, at int) (next int) {
	var digits [14]byte
	var places [14]int
	n, end := 0, at
	for end < len(text) {
		switch c := text[end]; {
		case isDigit(c) && n < len(digits):
			digits[n], places[n] = c, end
			n++
		case isDigit(c):
			return 0 // too many
		case (c == ' ' || c == '-') && end+1 < len(text) && isDigit(text[end+1]):
		default:
			return f.groups(string(digits[:n]), places[:n])
		}
		end++
	}
	return f.groups(string(digits[:n]), places[:n])
}

func (f *finder) groups(digits string, places []int) (next int) {
	first := len(digits) - NationalDigits
	if first < 0 || !national(digits) {
		return 0
	}
	number := digits[first:]
	if first == 0 && f.known(number) < 0 { // nine digits in groups can be many things
		return 0
	}
	which := f.number(number)
	for from := 0; from < NationalDigits; {
		to := from + 1
		for to < NationalDigits && places[first+to] == places[first+to-1]+1 {
			to++
		}
		f.spans = append(f.spans, span{places[first+from], which, from, to})
		from = to
	}
	return places[len(places)-1] + 1
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

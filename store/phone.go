package store

import (
	"crypto/hmac"
	"crypto/sha256"
)

// phone is a phone number that a record's texts refer to. After it has been forgotten, only its hash and its last three
// digits are left. The chain covers these two in either state, and so does not notice the forgetting.
type phone struct {
	digits    string // nine, the first six masked once they are forgotten
	hash      [hashSize]byte
	forgotten bool
}

const (
	nationalDigits = 9 // of a Kenyan mobile number, without 254 or 0
	keptDigits     = 3 // the last, which are never forgotten
	hashSize       = 8 // bytes of the keyed hash
)

// masked is the number without what is to be forgotten, in a record that has the numbers before. Stars stand for the digits, and a letter
// among them where a number before has the same last ones: two ids that end in different numbers stay different.
func (p phone) masked(before []phone) phone {
	kept := p.digits[nationalDigits-keptDigits:]
	alike := 0
	for _, other := range before {
		if other.digits[nationalDigits-keptDigits:] == kept {
			alike++
		}
	}
	mask := []byte("******")
	const letters = "*abcdefghijklmnopqrstuvwxyz"
	for i := len(mask) - 1; i >= 0; i-- {
		mask[i] = letters[alike%len(letters)]
		alike /= len(letters)
	}
	p.digits, p.forgotten = string(mask)+kept, true
	return p
}

// phoneHash is the keyed hash of nine digits. The key is in the same file: the hash keeps a number from being read there by chance,
// and no more. Anyone with the file can find the numbers by trying them all, in seconds: guard it like cash.
func phoneHash(key []byte, digits string) (h [hashSize]byte) {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(digits))
	copy(h[:], mac.Sum(nil))
	return h
}

// phoneBook numbers the phones of a record.
type phoneBook struct {
	key    []byte // of the ledger
	forget bool   // new numbers are forgotten at once: those of an attempt whose time has come
	index  map[string]int
}

// number is the place of nine digits among the record's phones; a new number is added.
func (b *phoneBook) number(digits string, m *memory) int {
	if b.index == nil {
		b.index = map[string]int{}
	}
	if i, ok := b.index[digits]; ok {
		return i
	}
	i := b.known(digits, m)
	if i < 0 {
		p := phone{digits: digits, hash: phoneHash(b.key, digits)}
		if b.forget {
			p = p.masked(m.phones)
		}
		i = len(m.phones)
		m.phones = append(m.phones, p)
	}
	b.index[digits] = i
	return i
}

// span is a piece of a phone number in a text: the digits from to to of its nine, beginning at at.
type span struct {
	at, phone, from, to int
}

func (s span) arg() uint64 { return uint64(s.phone)<<8 | uint64(s.from)<<4 | uint64(s.to) }

// find lists where phone numbers stand in a text, in order: 9, 10, 12 or 14 digits in a row that are a Kenyan mobile number
// (712…, 0712…, 254712…, 00254712…), the same in groups with a blank or a dash between them, such as 0712 345 678, the end of a CheckoutRequestID,
// and wherever else the digits stand of a number that the attempt has already.
func (b *phoneBook) find(spans []span, text string, m *memory) []span {
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
		case len(run) < nationalDigits:
			if found, next := b.grouped(spans, text, i, m); next > 0 {
				spans, i = found, next
				continue
			}
		case national(run) && !inCode(text, i, end):
			at := end - nationalDigits
			spans = append(spans, span{at, b.number(text[at:end], m), 0, nationalDigits})
		default:
			spans = b.within(spans, run, i, m)
		}
		i = end
	}
	return spans
}

// national reports whether the last nine digits of a run are a mobile number.
func national(run string) bool {
	n := len(run) - nationalDigits
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

// beginsLikeCheckout reports whether digits are the moment in a CheckoutRequestID, in which milliseconds are not always filled up with
// zeros.
func beginsLikeCheckout(digits string) bool {
	ms := len(digits) - len(momentLayout)
	if ms < 1 || ms > 3 {
		return false
	}
	_, ok := parseExactly(momentLayout, digits[:len(momentLayout)])
	return ok
}

// inCode reports whether text[i:end] is part of a long word of hexadecimal digits, or of one with capitals, such as a receipt number: what
// looks like a phone number there is chance.
func inCode(text string, i, end int) bool {
	from, to := i, end
	for from > 0 && isWord(text[from-1]) {
		from--
	}
	for to < len(text) && isWord(text[to]) {
		to++
	}
	digits, hex, caps := kinds(text[from:to])
	return digits < to-from && (caps || hex && to-from >= longHex)
}

// within finds the numbers that the attempt has already in a longer run of digits.
func (b *phoneBook) within(spans []span, run string, at int, m *memory) []span {
	for from := 0; from+nationalDigits <= len(run); {
		which := b.known(run[from:from+nationalDigits], m)
		if which < 0 {
			from++
			continue
		}
		spans = append(spans, span{at + from, which, 0, nationalDigits})
		from += nationalDigits
	}
	return spans
}

// known is the place of nine digits among the record's phones, -1 where they are not one of them.
func (b *phoneBook) known(digits string, m *memory) int {
	var hash [hashSize]byte
	hashed := false
	for i, p := range m.phones {
		if p.forgotten && !hashed && p.digits[nationalDigits-keptDigits:] == digits[nationalDigits-keptDigits:] {
			hash, hashed = phoneHash(b.key, digits), true
		}
		if p.digits == digits || p.forgotten && hashed && p.hash == hash {
			return i
		}
	}
	return -1
}

// grouped finds a number that is written in groups from at on. next is the end of it, 0 where there is none.
func (b *phoneBook) grouped(spans []span, text string, at int, m *memory) (found []span, next int) {
	var digits [14]byte
	var places [14]int
	n, end := 0, at
	for end < len(text) {
		switch c := text[end]; {
		case isDigit(c) && n < len(digits):
			digits[n], places[n] = c, end
			n++
		case isDigit(c):
			return spans, 0 // too many
		case (c == ' ' || c == '-') && end+1 < len(text) && isDigit(text[end+1]):
		default:
			return b.groups(spans, string(digits[:n]), places[:n], m)
		}
		end++
	}
	return b.groups(spans, string(digits[:n]), places[:n], m)
}

func (b *phoneBook) groups(spans []span, digits string, places []int, m *memory) ([]span, int) {
	first := len(digits) - nationalDigits
	if first < 0 || !national(digits) {
		return spans, 0
	}
	number := digits[first:]
	if first == 0 && b.known(number, m) < 0 { // nine digits in groups can be many things
		return spans, 0
	}
	which := b.number(number, m)
	for from := 0; from < nationalDigits; {
		to := from + 1
		for to < nationalDigits && places[first+to] == places[first+to-1]+1 {
			to++
		}
		spans = append(spans, span{places[first+from], which, from, to})
		from = to
	}
	return spans, places[len(places)-1] + 1
}

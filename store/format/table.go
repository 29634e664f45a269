package format

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"unicode/utf8"
)

// Entry is a private text of a record, the nine digits of a phone number, to which its lines refer
// by a placeholder. After it has been forgotten, only its keyed hash and its last three digits are
// left. The chain covers these two in either state, and so does not notice the forgetting.
type Entry struct {
	Text      string // once it is forgotten, masked
	Hash      [HashSize]byte
	Forgotten bool

	hashed bool // Hash is worked out only when it is asked for
}

const (
	// HashSize is the length of the keyed hash of a private text.
	HashSize = 8

	// KeptDigits is how many of the last digits of a number are never forgotten.
	KeptDigits = 3
)

// Hash is the keyed hash of a private text. The key is in the same file: the hash keeps a number
// from being read there by chance, and no more. Anyone with the file can find the numbers by trying
// them all, in seconds: guard it like cash.
func Hash(key []byte, text string) (h [HashSize]byte) {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	copy(h[:], mac.Sum(nil))
	return h
}

// kept is what is left of a private text besides its hash: the last digits of a number, nothing of
// anything else.
func kept(text string) string {
	if len(text) != NationalDigits {
		return ""
	}
	end := text[NationalDigits-KeptDigits:]
	if !isDigit(end[0]) || !isDigit(end[1]) || !isDigit(end[2]) {
		return ""
	}
	return end
}

// Kept is what is left of the entry when it is forgotten.
func (e *Entry) Kept() string { return kept(e.Text) }

// hash is the entry's hash, with the ledger's key.
func (e *Entry) hash(key []byte) [HashSize]byte {
	if !e.hashed {
		e.Hash, e.hashed = Hash(key, e.Text), true
	}
	return e.Hash
}

// endings counts the entries of a table by what is kept of them.
type endings map[string]int

// mask is the next entry of the table without what is to be forgotten. Stars stand for the digits,
// and a letter among them where an entry before has the same last ones: two ids that end in
// different numbers stay different.
func (n endings) mask(e Entry) Entry {
	end := e.Kept()
	e.Text, e.Forgotten = Mask(end, n[end]), true
	n[end]++
	return e
}

// Mask is a forgotten text that ends in what is kept of it, after so many others that end alike.
func Mask(end string, alike int) string {
	mask := []byte("******")
	const letters = "*abcdefghijklmnopqrstuvwxyz"
	for i := len(mask) - 1; i >= 0; i-- {
		mask[i] = letters[alike%len(letters)]
		alike /= len(letters)
	}
	return string(mask) + end
}

// A placeholder is a character of Unicode's private use areas, where no text that is sent has any.
// One below U+F000 stands for an entry; so does one from U+F0000 on, where a record has more than
// 4096 entries. One from U+F000 on stands before one of these, and says which of its characters are
// meant, the first and the one after the last, four bits each: so a number in groups keeps them.
const (
	firstPlaceholder = 0xE000
	firstPiece       = 0xF000
	lastPrivate      = 0xF8FF
	farPlaceholder   = 0xF0000
	nearEntries      = firstPiece - firstPlaceholder
	maxEntries       = nearEntries + utf8.MaxRune + 1 - farPlaceholder
)

// reserved reports whether a text that holds the character cannot be written next to placeholders.
func reserved(r rune) bool {
	return r >= firstPlaceholder && r <= lastPrivate || r >= farPlaceholder
}

// appendPlaceholder writes what stands for a piece of a number.
func appendPlaceholder(b []byte, s span) []byte {
	if s.from > 0 || s.to < NationalDigits {
		b = utf8.AppendRune(b, rune(firstPiece|s.from<<4|s.to))
	}
	if s.entry < nearEntries {
		return utf8.AppendRune(b, rune(firstPlaceholder+s.entry))
	}
	return utf8.AppendRune(b, rune(farPlaceholder+s.entry-nearEntries))
}

// placeholder reads one at the beginning of b; size is 0 where there is none. to is 0 for the whole
// of an entry.
func placeholder(b []byte) (entry, from, to, size int) {
	r, size := utf8.DecodeRune(b)
	if r >= firstPiece && r <= lastPrivate {
		from, to = int(r-firstPiece)>>4, int(r-firstPiece)&15
		var more int
		r, more = utf8.DecodeRune(b[size:])
		if size += more; from >= to {
			return 0, 0, 0, 0
		}
	}
	switch {
	case r >= firstPlaceholder && r < firstPiece:
		return int(r - firstPlaceholder), from, to, size
	case r >= farPlaceholder:
		return int(r-farPlaceholder) + nearEntries, from, to, size
	}
	return 0, 0, 0, 0
}

// mayBegin reports whether a placeholder may begin with the byte.
func mayBegin(c byte) bool { return c == 0xee || c == 0xef || c >= 0xf3 }

// entriesUpTo is one more than the highest entry that a line refers to, or at least that many.
func entriesUpTo(line []byte, least int) int {
	for i := 0; i < len(line); i++ {
		if !mayBegin(line[i]) {
			continue
		}
		if entry, _, _, size := placeholder(line[i:]); size > 0 {
			least = max(least, entry+1)
			i += size - 1
		}
	}
	return least
}

// appendTable writes line 0.
func appendTable(b []byte, table []Entry) []byte {
	b = append(b, '[')
	for i := range table {
		if i > 0 {
			b = append(b, ',')
		}
		if e := &table[i]; e.Forgotten {
			b = append(b, `["`...)
			b = hex.AppendEncode(b, e.Hash[:])
			b = append(b, `","`...)
			b = append(b, e.Kept()...)
			b = append(b, `"]`...)
		} else {
			b = appendQuoted(append(b, '"'), e.Text)
			b = append(b, '"')
		}
	}
	return append(b, ']')
}

// readTable reads line 0.
func readTable(line []byte) ([]Entry, error) {
	var table []Entry
	var alike endings // only where something is forgotten
	s := scanner{rest: line}
	s.array(func() {
		if len(s.rest) > 0 && s.rest[0] == '"' {
			table = append(table, Entry{Text: unquote(s.quoted(), nil)})
			if alike != nil {
				alike[table[len(table)-1].Kept()]++
			}
			return
		}
		e := Entry{hashed: true}
		s.must('[')
		hash := s.quoted()
		s.must(',')
		end := s.quoted()
		s.must(']')
		if n, err := hex.Decode(e.Hash[:], hash[:min(len(hash), 2*HashSize)]); err != nil || n != HashSize || len(hash) != 2*HashSize ||
			len(end) != 0 && len(end) != KeptDigits {
			s.fail(ErrShape)
			return
		}
		e.Text = "******" + string(end)
		if alike == nil {
			alike = endings{}
			for i := range table {
				alike[table[i].Kept()]++
			}
		}
		table = append(table, alike.mask(e))
	})
	if s.err == nil && len(s.rest) > 0 || len(table) > maxEntries {
		s.fail(ErrShape)
	}
	return table, s.err
}

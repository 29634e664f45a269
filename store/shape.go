package store

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"kaunta/pos"
)

// What Daraja sends repeats itself: a callback says in a hundred bytes of JSON the ids that the answer to the push said, the phone
// and the amount that were asked, and the moment of its own sending. So a text is kept as its *shape*, which is the text with
// holes, and what fills the holes. The shape of an ordinary callback is in the ledger once, under a number; a hole for
// something that the attempt already knows is filled by nothing at all.
//
// All texts of an event, its numbers among them, are fields of one shape, in a fixed order (see texts.go). A shape is written as items, each a
// uvarint of its argument and kind (three bits), and for a literal the bytes:
//
//	end     of the field; and so many more that are empty
//	literal so many bytes of text
//	known   the value with this number, of those that the attempt has (memory.known)
//	phone   digits of a phone number of the attempt: phone<<8 | from<<4 | to, of its nine digits
//	number  filled with a uvarint: decimal digits, without zeros before them if the argument is 0, else in so many places
//	hex     filled with so many hexadecimal digits in lower case, two in a byte
//	packed  one of the forms below, by its code
//	free    filled with a uvarint and so many bytes
const (
	itemEnd = iota
	itemLiteral
	itemKnown
	itemPhone
	itemNumber
	itemHex
	itemPacked
	itemFree
)

// The packed forms.
const (
	packedReceipt = iota // ten of A–Z and 0–9: 7 bytes
	packedDate           // yyyyMMddHHmmss in EAT: seconds from the event's time, a varint
	packedMoment         // ddMMyyyyHHmmssSSS in EAT: milliseconds from the event's time, a varint
	packedULID           // a ULID: 16 bytes
	packedOwn            // the attempt's moment in 12 hexadecimal digits: nothing
)

// item is a part of a shape.
type item struct {
	kind    byte
	arg     uint64
	literal string
}

// shape is a shape, and its place in the table.
type shape struct {
	number int      // 0: in no table, it stands in the event itself
	text   string   // the items as they are written
	digest [16]byte // of the text, where it has a number
}

// mode is how the words of a field are treated.
type mode uint8

const (
	words  mode = iota // text of which most is always the same: what is short stays in the shape
	value              // an id, a number: each word with a digit in it is a hole, and the whole is remembered
	opaque             // what people type: all of it is a hole, and remembered
	own                // our ids and addresses, chance in which nine digits are no phone number; remembered
)

// memory is what the events of an attempt have said so far, and so need not say again.
type memory struct {
	ms     uint64 // the attempt's moment, in milliseconds
	at     int64  // the time of the present event, in microseconds
	known  []string
	phones []phone
}

// maxKnown bounds what is remembered, so that callbacks which never repeat themselves cost no time.
const maxKnown = 32

// remember makes the text of a field known, unless the field is something known as a whole. That goes by the shape alone, so that
// values keep their numbers when some of them become alike because a phone number in them is forgotten.
func (m *memory) remember(text string) {
	if len(m.known) < maxKnown {
		m.known = append(m.known, text)
	}
}

func (m *memory) knows(text string) int {
	for i, v := range m.known {
		if v == text {
			return i
		}
	}
	return -1
}

// splitter makes a shape and its fills of one field after the other.
type splitter struct {
	*memory
	numbers phoneBook
	plain   bool // literals and phones only
	shape   []byte
	fills   []byte
	ends    int    // of fields, not written yet
	pending []byte // a literal, not written yet
	spans   []span
}

func (s *splitter) literal(text string) { s.pending = append(s.pending, text...) }

func (s *splitter) flush() {
	if s.ends > 0 {
		s.shape = binary.AppendUvarint(s.shape, uint64(s.ends-1)<<3) // itemEnd is 0
		s.ends = 0
	}
	if len(s.pending) > 0 {
		s.shape = binary.AppendUvarint(s.shape, uint64(len(s.pending))<<3|itemLiteral)
		s.shape = append(s.shape, s.pending...)
		s.pending = s.pending[:0]
	}
}

func (s *splitter) item(kind byte, arg uint64) {
	s.flush()
	s.shape = binary.AppendUvarint(s.shape, arg<<3|uint64(kind))
}

// end ends a field.
func (s *splitter) end() {
	if len(s.pending) > 0 {
		s.flush()
	}
	s.ends++
}

// finish returns the shape's text.
func (s *splitter) finish() string {
	s.flush()
	return string(s.shape)
}

// field adds a field.
func (s *splitter) field(text string, how mode) {
	defer s.end()
	if text == "" {
		return
	}
	if v := s.knows(text); v >= 0 && !s.plain {
		s.item(itemKnown, uint64(v))
		return
	}
	s.split(text, how)
	if how != words {
		s.remember(text)
	}
}

// figures adds a field that is a number, with or without a minus. As many digits as a phone has are none of one: with stars in their
// place, the field would not be a number any more.
func (s *splitter) figures(text string, how mode) {
	defer s.end()
	digits := strings.TrimPrefix(text, "-")
	s.literal(text[:len(text)-len(digits)])
	s.allPlaces(digits)
	if how != words {
		s.remember(text)
	}
}

func (s *splitter) split(text string, how mode) {
	s.spans = s.spans[:0]
	if how != own {
		s.spans = s.numbers.find(s.spans, text, s.memory)
	}
	spans := s.spans
	for i := 0; i < len(text); {
		for len(spans) > 0 && spans[0].at < i { // within something known
			spans = spans[1:]
		}
		begins := i == 0 || !isWord(text[i-1])
		if begins && !s.plain {
			if v := s.longestKnown(text[i:]); v >= 0 {
				s.item(itemKnown, uint64(v))
				i += len(s.known[v])
				continue
			}
		}
		if len(spans) > 0 && spans[0].at == i {
			s.item(itemPhone, spans[0].arg())
			i += spans[0].to - spans[0].from
			continue
		}
		limit := len(text)
		if len(spans) > 0 {
			limit = spans[0].at
		}
		if how == opaque && !s.plain {
			s.free(text[i:limit])
			i = limit
			continue
		}
		if !isWord(text[i]) || s.plain {
			s.literal(text[i : i+1])
			i++
			continue
		}
		end := i + 1
		for end < limit && isWord(text[end]) {
			end++
		}
		s.word(text[i:end], how)
		i = end
	}
}

// longestKnown is the longest value known with which the text begins and that ends where a word does; -1 for none.
func (s *splitter) longestKnown(text string) int {
	best := -1
	for i, v := range s.known {
		if v[0] == text[0] && strings.HasPrefix(text, v) && (best < 0 || len(v) > len(s.known[best])) &&
			(len(v) == len(text) || !isWord(text[len(v)]) || !isWord(v[len(v)-1])) {
			best = i
		}
	}
	return best
}

// The lengths from which on the words of an ordinary text are taken for something that another text will have differently.
const (
	longDigits = 5
	longHex    = 12
	longMixed  = 6
)

// word adds a run of letters and digits.
func (s *splitter) word(w string, how mode) {
	digits, hex, caps := kinds(w)
	tight := how != words
	switch {
	case digits == len(w):
		if tight || len(w) >= longDigits {
			s.number(w)
			return
		}
	case hex && (tight && len(w) > 1 || len(w) >= longHex && digits > 0):
		if own := ownMoment(s.ms); len(w) > len(own) && strings.HasPrefix(w, own) {
			s.item(itemPacked, packedOwn)
			w = w[len(own):]
		}
		s.item(itemHex, uint64(len(w)))
		s.fills = appendHex(s.fills, w)
		return
	case caps && len(w) == receiptLength && (tight || digits > 0):
		s.item(itemPacked, packedReceipt)
		s.fills = append(s.fills, packReceipt(w)...)
		return
	case digits == 0:
	case caps && len(w) == ulid.EncodedSize:
		if k, ok := parseKey(w); ok {
			s.item(itemPacked, packedULID)
			s.fills = append(s.fills, k[:]...)
			return
		}
		s.free(w)
		return
	case tight || len(w) >= longMixed:
		s.free(w)
		return
	}
	s.literal(w)
}

// number adds a run of digits.
func (s *splitter) number(w string) {
	if d, ok := dateOffset(w, s.at); ok {
		s.item(itemPacked, packedDate)
		s.fills = binary.AppendVarint(s.fills, d)
		return
	}
	if d, ok := momentOffset(w, s.at); ok {
		s.item(itemPacked, packedMoment)
		s.fills = binary.AppendVarint(s.fills, d)
		return
	}
	s.allPlaces(w)
}

// allPlaces adds digits of any number.
func (s *splitter) allPlaces(w string) {
	const most = 18 // digits that fit an int64
	for len(w) > most {
		s.places(w[:most])
		w = w[most:]
	}
	s.places(w)
}

func (s *splitter) places(w string) {
	n, _ := strconv.ParseUint(w, 10, 64)
	places := uint64(0)
	if w[0] == '0' {
		places = uint64(len(w))
	}
	s.item(itemNumber, places)
	s.fills = binary.AppendUvarint(s.fills, n)
}

func (s *splitter) free(text string) {
	s.item(itemFree, 0)
	s.fills = binary.AppendUvarint(s.fills, uint64(len(text)))
	s.fills = append(s.fills, text...)
}

// items reads a shape from its beginning to its end, which is as quick as to keep it taken apart.
type items struct {
	rest  string
	empty uint64 // so many empty fields come next
}

// next is the next item; ok is false where there is none, or it is not one.
func (i *items) next() (it item, ok bool) {
	head, n := uvarint(i.rest)
	if n <= 0 {
		return it, false
	}
	i.rest = i.rest[n:]
	it = item{kind: byte(head & 7), arg: head >> 3}
	if it.kind == itemLiteral {
		if it.arg > uint64(len(i.rest)) {
			return it, false
		}
		it.literal, i.rest = i.rest[:it.arg], i.rest[it.arg:]
	}
	return it, true
}

// done reports whether nothing is left.
func (i *items) done() bool { return i.empty == 0 && i.rest == "" }

// filler puts fills into the holes of a shape.
type filler struct {
	*memory
	fills []byte
	out   []byte
	err   error
}

var errFill = errors.New("its text cannot be filled in")

// field is the text of the next field of a shape. wanted is false where the caller has no use for it.
func (f *filler) field(shape *items, how mode, wanted bool) string {
	if f.err != nil {
		return ""
	}
	if shape.empty > 0 {
		shape.empty--
		return ""
	}
	first := f.item(shape)
	if first.kind == itemEnd {
		shape.empty = first.arg
		return ""
	}
	it := f.item(shape)
	text := ""
	switch {
	case it.kind == itemEnd && first.kind == itemKnown && first.arg < uint64(len(f.known)):
		shape.empty = it.arg
		return f.known[first.arg]
	case it.kind == itemEnd && first.kind == itemLiteral:
		text = first.literal
	default:
		f.out = f.out[:0]
		for f.fill(first, wanted); it.kind != itemEnd; it = f.item(shape) {
			f.fill(it, wanted)
		}
		if wanted {
			text = string(f.out)
		}
	}
	if f.err != nil {
		return ""
	}
	shape.empty = it.arg
	if how != words {
		f.remember(text)
	}
	return text
}

// item is the next item of the shape: the end of a field where there is none.
func (f *filler) item(shape *items) item {
	it, ok := shape.next()
	if !ok {
		f.err = errShape
		return item{kind: itemEnd}
	}
	return it
}

func (f *filler) fill(it item, wanted bool) {
	switch it.kind {
	case itemLiteral:
		if wanted {
			f.out = append(f.out, it.literal...)
		}
	case itemKnown:
		if it.arg >= uint64(len(f.known)) {
			f.err = errFill
			return
		}
		f.out = append(f.out, f.known[it.arg]...)
	case itemPhone:
		p, from, to := it.arg>>8, it.arg>>4&15, it.arg&15
		if p >= uint64(len(f.phones)) || from >= to || to > nationalDigits {
			f.err = errFill
			return
		}
		f.out = append(f.out, f.phones[p].digits[from:to]...)
	case itemNumber:
		n := f.uvarint()
		if it.arg > 20 {
			f.err = errFill
			return
		}
		begun := len(f.out)
		f.out = strconv.AppendUint(f.out, n, 10)
		if missing := int(it.arg) - (len(f.out) - begun); missing > 0 {
			f.out = append(f.out[:begun], strings.Repeat("0", missing)...)
			f.out = strconv.AppendUint(f.out, n, 10)
		}
	case itemHex:
		f.out = slices.Grow(f.out, int(min(it.arg, 64)))
		if it.arg > uint64(2*len(f.fills)) {
			f.err = errFill
			return
		}
		f.out = expandHex(f.out, f.take(int(it.arg+1)/2), int(it.arg))
	case itemPacked:
		f.packed(it.arg)
	case itemFree:
		f.out = append(f.out, f.take(int(min(f.uvarint(), math.MaxInt32)))...)
	default:
		f.err = errFill
	}
}

func (f *filler) packed(code uint64) {
	switch code {
	case packedReceipt:
		if b := f.take(receiptSize); f.err == nil {
			text, ok := unpackReceipt(b)
			if !ok {
				f.err = errFill
				return
			}
			f.out = append(f.out, text...)
		}
	case packedDate:
		f.out = time.Unix(floorDiv(f.at, 1e6)+f.varint(), 0).In(pos.EAT).AppendFormat(f.out, dateLayout)
	case packedMoment:
		f.out = appendMoment(f.out, floorDiv(f.at, 1e3)+f.varint())
	case packedULID:
		if b := f.take(idSize); f.err == nil {
			f.out = append(f.out, key(b).String()...)
		}
	case packedOwn:
		f.out = append(f.out, ownMoment(f.ms)...)
	default:
		f.err = errFill
	}
}

func (f *filler) take(n int) []byte {
	if f.err != nil || n < 0 || n > len(f.fills) {
		f.err = errFill
		return nil
	}
	b := f.fills[:n]
	f.fills = f.fills[n:]
	return b
}

func (f *filler) uvarint() uint64 {
	n, size := binary.Uvarint(f.fills)
	if size <= 0 {
		f.err = errFill
		return 0
	}
	f.fills = f.fills[size:]
	return n
}

func (f *filler) varint() int64 {
	n, size := binary.Varint(f.fills)
	if size <= 0 {
		f.err = errFill
		return 0
	}
	f.fills = f.fills[size:]
	return n
}

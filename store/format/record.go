package format

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"strconv"
	"sync"

	"github.com/klauspost/compress/zstd"

	"kaunta/pos"
)

// Record is lines of text, each ended by a line feed:
//
//	["712345678"]                                     line 0: its private texts
//	9c41 1017 {"kind":"asked","at":…,"asked":{…}}     the others: the mark of the chain in hex,
//	03bd 2 {"kind":"pushed","at":…,"answer":{…}}      the event's number in the ledger, as the distance
//	                                                  from the one before it here, and the event
//
// The value of its key is one byte that names a dictionary, the lines compressed with that
// dictionary or, after a zero, as they are, and a checksum (seal.go). The chain covers lines, not
// what compression makes of them (chain.go).
type Record struct {
	Key    Key
	Table  []Entry // the private texts
	Events []Event
}

// Event is one line of a record.
type Event struct {
	pos.Event
	N    uint64 // its number in the ledger
	Mark [MarkSize]byte
	Line []byte // what the chain covers

	// From and To bound the entries of the table that this line is the first to use.
	From, To int
}

const (
	// MaxSize is how many bytes the lines of a record may have.
	MaxSize = 8 << 20

	// crowded is from when on a record takes only what changes something: there is room behind it
	// for whatever does.
	crowded        = MaxSize / 2
	crowdedEntries = 1 << 16
)

var (
	errDifferent = errors.New("it cannot be written so that it reads back the same")
	errFull      = errors.New("its record has no room left")
)

// Forgotten reports whether the record's private texts are forgotten.
func (r *Record) Forgotten() bool { return len(r.Table) > 0 && r.Table[0].Forgotten }

// Remembers reports whether the record has a private text that can be forgotten.
func (r *Record) Remembers() bool {
	for i := range r.Table {
		if !r.Table[i].Forgotten {
			return true
		}
	}
	return false
}

// Crowded reports whether the record should take only what changes something.
func (r *Record) Crowded() bool {
	return r.size() > crowded || len(r.Table) > crowdedEntries
}

// Number is the entry with the nine digits, masked or not, that a text of the record ends in; nil
// for none.
func (r *Record) Number(digits string) *Entry {
	for i := range r.Table {
		if r.Table[i].Text == digits {
			return &r.Table[i]
		}
	}
	return nil
}

// Coder reads and writes records of a ledger. It may be used from any goroutine, but only in the
// bubble of testing/synctest in which it was made.
type Coder struct {
	Key []byte // of the hashes of private texts

	encoder func() *zstd.Encoder // made when one is needed first, as the other
	decoder func() *zstd.Decoder
}

// NewCoder makes the Coder of a ledger with the key.
func NewCoder(key []byte) *Coder {
	return &Coder{Key: key, encoder: sync.OnceValue(newEncoder), decoder: sync.OnceValue(newDecoder)}
}

// Read decodes the record with the key at, but for raw bodies.
func (c *Coder) Read(at, sealed []byte) (*Record, error) {
	body, err := Unseal(at, sealed)
	if err != nil {
		return nil, err
	}
	if len(at) != KeySize {
		return nil, ErrShape
	}
	lines, err := c.expand(body)
	if err != nil {
		return nil, err
	}
	r := &Record{Key: Key(at), Events: make([]Event, 0, usualEvents)}
	table, lines, ok := bytes.Cut(lines, []byte{'\n'})
	if !ok {
		return nil, ErrShape
	}
	if r.Table, err = readTable(table); err != nil {
		return nil, err
	}
	used, n := 0, uint64(0)
	for len(lines) > 0 {
		var line []byte
		if line, lines, ok = bytes.Cut(lines, []byte{'\n'}); !ok {
			return nil, ErrShape
		}
		r.Events = append(r.Events, Event{From: used})
		e := &r.Events[len(r.Events)-1]
		if err := r.line(e, line, n); err != nil {
			return nil, err
		}
		used, n = e.To, e.N
	}
	if n := len(r.Events); n == 0 || r.Events[n-1].To != len(r.Table) {
		return nil, ErrShape
	}
	return r, nil
}

// usualEvents is how many events a record has as a rule.
const usualEvents = 4

// line decodes an event that comes after the one with the number before.
func (r *Record) line(e *Event, line []byte, before uint64) error {
	mark, rest, _ := bytes.Cut(line, []byte{' '})
	number, rest, ok := bytes.Cut(rest, []byte{' '})
	if !ok || len(mark) != 2*MarkSize {
		return ErrShape
	}
	if _, err := hex.Decode(e.Mark[:], mark); err != nil {
		return ErrShape
	}
	distance, err := strconv.ParseInt(string(number), 10, 64)
	if err != nil {
		return ErrShape
	}
	e.N, e.Line = before+uint64(distance), rest
	if e.To = entriesUpTo(e.Line, e.From); e.To > len(r.Table) {
		return ErrShape
	}
	return r.parse(e, false)
}

func (r *Record) parse(e *Event, bodies bool) error {
	in := lineReader{scanner: scanner{rest: e.Line}, id: r.Key.String(), table: r.Table, bodies: bodies}
	in.event(&e.Event)
	return in.err
}

// Bodies are the events of the record with their raw bodies.
func (r *Record) Bodies() ([]pos.Event, error) {
	var list []pos.Event
	for i := range r.Events {
		e := Event{Line: r.Events[i].Line}
		if err := r.parse(&e, true); err != nil {
			return nil, err
		}
		list = append(list, e.Event)
	}
	return list, nil
}

// Add appends the event, which has no place in the chain yet, so that it reads back as it is; but
// where the record's private texts are forgotten, those in what comes later are not kept either. e
// is what Stored returns.
func (c *Coder) Add(r *Record, e pos.Event) error {
	w := writer{id: r.Key.String(), finder: finder{key: c.Key, table: r.Table[:len(r.Table):len(r.Table)], forget: r.Forgotten()}}
	if w.object(eventFields, reflect.ValueOf(e)); len(w.table) > maxEntries {
		return errFull
	}
	added := Event{Line: w.out, From: len(r.Table), To: len(w.table)}
	next := Record{Key: r.Key, Table: w.table, Events: append(r.Events[:len(r.Events):len(r.Events)], added)}
	last := &next.Events[len(next.Events)-1]
	if err := next.parse(last, true); err != nil || !r.Forgotten() && !reflect.DeepEqual(last.Event, e) ||
		entriesUpTo(last.Line, last.From) != last.To {
		return errors.Join(errDifferent, err)
	}
	if next.size() > MaxSize {
		return errFull
	}
	*r = next
	return nil
}

// size is how long the lines of the record can become, whether its private texts are forgotten or
// not.
func (r *Record) size() int {
	const entry, place = len(`["0123456789abcdef","678"],`), 2*MarkSize + 24
	size := len("[]\n") + entry*len(r.Table)
	for i := range r.Events {
		size += place + len(r.Events[i].Line)
	}
	return size
}

// Forget leaves of the record's private texts their hashes and last digits.
func (c *Coder) Forget(r *Record) {
	table, alike := make([]Entry, 0, len(r.Table)), endings{}
	for _, e := range r.Table {
		if !e.Forgotten {
			e.hash(c.Key)
			e = alike.mask(e)
		} else {
			alike[e.Kept()]++
		}
		table = append(table, e)
	}
	r.Table = table
}

// Value is the record as it is written.
func (c *Coder) Value(r *Record) []byte {
	return Seal(r.Key[:], c.compress(r.lines()))
}

// lines are the lines of the record.
func (r *Record) lines() []byte {
	out := append(appendTable(make([]byte, 0, r.size()), r.Table), '\n')
	n := uint64(0)
	for i := range r.Events {
		e := &r.Events[i]
		out = append(hex.AppendEncode(out, e.Mark[:]), ' ')
		out = append(strconv.AppendInt(out, int64(e.N-n), 10), ' ')
		out = append(append(out, e.Line...), '\n')
		n = e.N
	}
	return out
}

package store

import (
	"encoding/binary"
	"errors"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
)

// The record of an attempt is its events, one after the other, and the checksum. An event is
//
//	length (uvarint) of what follows
//	n (uvarint): its number in the ledger, for all but the first as the distance from the one before
//	mark (4 bytes): the beginning of the chain's hash after it
//	phones (uvarint: how many numbers this event is the first to say, times two, plus one if they are forgotten), then each:
//	    nine digits as a number (4 bytes); or, forgotten, the hash (8) and the last digits as a number (2)
//	body: shape (uvarint: its number; 0: length and text follow)
//	    time (varint): microseconds since the event before, for the first since the moment in its id
//	    fills
//
// The chain covers the body as it stands, the phones in their forgotten form, and the shape (see chain.go). So a number can be
// forgotten without touching the body.
type rec struct {
	key    key
	events []recEvent
	mem    memory
	body   []byte // as it stands, without the checksum
	sealed []byte // with it; nil where it was not written by this program
}

// recEvent is one event of a record.
type recEvent struct {
	pos.Event
	n      uint64
	mark   [markSize]byte
	phones [2]int // from, to: those of the record's phones that it is the first to say
	shape  *shape
	body   []byte
}

const markSize = 4

var errMissing = errors.New("it is not there")

// newRec begins the record of an attempt that has no events yet.
func newRec(k key) *rec {
	return &rec{key: k, mem: memory{ms: k.ms(), at: int64(k.ms()) * 1e3}}
}

// forgotten reports whether the record's phones are forgotten.
func (r *rec) forgotten() bool { return len(r.mem.phones) > 0 && r.mem.phones[0].forgotten }

// reader reads records in a transaction.
type reader struct {
	tx     *bolt.Tx
	shapes *shapeTable
	secret []byte       // the ledger's key for phones
	bodies bool         // raw bodies too
	recent map[key]*rec // for one who writes: records that need not be decoded again; see tip
}

// read decodes the record with the key at.
func (rd reader) read(at, sealed []byte) (*rec, error) {
	body, err := unseal(attemptsBucket, at, sealed)
	if err != nil {
		return nil, err
	}
	if len(at) != idSize {
		return nil, damaged(attemptsBucket, at, errShape)
	}
	r := newRec(key(at))
	r.body = body
	r.events = make([]recEvent, 0, usualEvents)
	r.mem.known = make([]string, 0, usualKnown)
	id := r.key.attempt()
	f := filler{memory: &r.mem}
	for rest := body; len(rest) > 0; {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return nil, damaged(attemptsBucket, at, errShape)
		}
		r.events = append(r.events, recEvent{Event: pos.Event{Attempt: id}})
		if err := rd.event(r, &f, rest[n:n+int(size)]); err != nil {
			if !errors.Is(err, ErrDamaged) {
				err = damaged(attemptsBucket, at, err)
			}
			return nil, err
		}
		rest = rest[n+int(size):]
	}
	if len(r.events) == 0 || r.events[0].Kind != pos.EventAsked || r.events[0].Asked == nil {
		return nil, damaged(attemptsBucket, at, errShape)
	}
	return r, nil
}

// What a record has as a rule, to make room for it at once.
const (
	usualEvents = 4
	usualKnown  = 8
)

// event decodes the last event of r.
func (rd reader) event(r *rec, f *filler, b []byte) error {
	last := len(r.events) - 1
	e := &r.events[last]
	n, size := binary.Uvarint(b)
	if size <= 0 || len(b)-size < markSize {
		return errShape
	}
	if e.n = n; last > 0 {
		e.n += r.events[last-1].n
	}
	b = b[size+copy(e.mark[:], b[size:size+markSize]):]

	count, size := binary.Uvarint(b)
	if size <= 0 || count > uint64(2*len(b)) {
		return errShape
	}
	b = b[size:]
	e.phones[0] = len(r.mem.phones)
	for range count / 2 {
		p, size := rd.phone(b, count%2 == 1)
		if size == 0 {
			return errShape
		}
		if p.forgotten {
			p = p.masked(r.mem.phones)
		}
		r.mem.phones = append(r.mem.phones, p)
		b = b[size:]
	}
	e.phones[1] = len(r.mem.phones)
	e.body = b
	return rd.eventBody(r, e, f)
}

const (
	phoneSize     = 4 // nine digits, below 2^30
	forgottenSize = hashSize + 2
)

// phone reads a phone number of a record; size is 0 where it cannot be. Of one that is forgotten, only the last digits are there.
func (rd reader) phone(b []byte, forgotten bool) (p phone, size int) {
	switch {
	case forgotten && len(b) >= forgottenSize:
		copy(p.hash[:], b)
		p.forgotten = true
		p.digits = decimal(uint64(binary.BigEndian.Uint16(b[hashSize:])), nationalDigits)
		return p, forgottenSize
	case !forgotten && len(b) >= phoneSize:
		p.digits = decimal(uint64(binary.BigEndian.Uint32(b)), nationalDigits)
		return p, phoneSize
	}
	return p, 0
}

// hashOf is the keyed hash of a record's phone, which is worked out only when it is asked for.
func (rd reader) hashOf(p *phone) [hashSize]byte {
	if !p.forgotten && p.hash == ([hashSize]byte{}) {
		p.hash = phoneHash(rd.secret, p.digits)
	}
	return p.hash
}

func decimal(n uint64, places int) string {
	var b [20]byte
	for i := places - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return string(b[:places])
}

// eventBody decodes what the chain covers of an event.
func (rd reader) eventBody(r *rec, e *recEvent, f *filler) error {
	b := e.body
	number, size := binary.Uvarint(b)
	if size <= 0 {
		return errShape
	}
	b = b[size:]
	var err error
	if number == 0 {
		length, size := binary.Uvarint(b)
		if size <= 0 || length > uint64(len(b)-size) {
			return errShape
		}
		e.shape = &shape{text: string(b[size : size+int(length)])}
		b = b[size+int(length):]
	} else {
		e.shape, err = rd.shapes.get(rd.tx, int(min(number, maxShapes+1)))
	}
	if err != nil {
		return err
	}
	after, size := binary.Varint(b)
	if size <= 0 {
		return errShape
	}
	r.mem.at += after
	e.At = moment(r.mem.at)
	f.fills = b[size:]
	t := texts{in: f, shape: items{rest: e.shape.text}, bodies: rd.bodies}
	eventTexts(&t, r.key, &e.Event)
	switch {
	case t.err != nil:
		return t.err
	case f.err != nil:
		return f.err
	case len(f.fills) > 0 || !t.shape.done():
		return errShape
	}
	return nil
}

// add appends the event to the record, so that it reads back as it is; but where the record's phones are forgotten, the number is not
// kept in what comes later either. The record is ready to be written when it has been chained. e is what stored returns.
func (rd reader) add(r *rec, e pos.Event) error {
	before := r.mem
	for _, plain := range []bool{false, true} {
		r.mem = before
		kept := rd.split(r, e, plain)
		added := recEvent{Event: pos.Event{Attempt: e.Attempt}, phones: [2]int{len(before.phones), len(r.mem.phones)}, body: kept.body}
		r.mem.at, r.mem.known = before.at, before.known
		check := rd
		check.bodies = true
		err := check.eventBody(r, &added, &filler{memory: &r.mem})
		if err == nil && (r.forgotten() || sameEvent(added.Event, e)) {
			r.events = append(r.events, added)
			return nil
		}
	}
	r.mem = before
	return errors.New("it cannot be written so that it reads back the same")
}

type splitEvent struct {
	body  []byte
	shape *shape
}

// split encodes an event's body.
func (rd reader) split(r *rec, e pos.Event, plain bool) (out splitEvent) {
	after := microseconds(e.At) - r.mem.at
	r.mem.at += after
	s := splitter{memory: &r.mem, numbers: phoneBook{key: rd.secret, forget: r.forgotten()}, plain: plain}
	s.known = s.known[:len(s.known):len(s.known)]
	s.phones = s.phones[:len(s.phones):len(s.phones)]
	eventTexts(&texts{out: &s}, r.key, &e)
	out.shape = rd.shapes.intern(s.finish())
	out.body = binary.AppendUvarint(nil, uint64(out.shape.number))
	if out.shape.number == 0 {
		out.body = binary.AppendUvarint(out.body, uint64(len(out.shape.text)))
		out.body = append(out.body, out.shape.text...)
	}
	out.body = binary.AppendVarint(out.body, after)
	out.body = append(out.body, s.fills...)
	return out
}

// encode is the record as it is written, without its checksum. Of its events, those up to the first that changed stand in r.body
// already, which is kept bytes long.
func (r *rec) encode(kept int, from int) []byte {
	out := append(make([]byte, 0, kept+64*(len(r.events)-from)+sumSize), r.body[:kept]...)
	for i := from; i < len(r.events); i++ {
		e := &r.events[i]
		n := e.n
		if i > 0 {
			n -= r.events[i-1].n
		}
		b := binary.AppendUvarint(nil, n)
		b = append(b, e.mark[:]...)
		b = r.appendPhones(b, e)
		size := uint64(len(b) + len(e.body))
		out = binary.AppendUvarint(out, size)
		out = append(out, b...)
		out = append(out, e.body...)
	}
	return out
}

func (r *rec) appendPhones(b []byte, e *recEvent) []byte {
	phones := r.mem.phones[e.phones[0]:e.phones[1]]
	count := uint64(2 * len(phones))
	if len(phones) > 0 && phones[0].forgotten {
		count++
	}
	b = binary.AppendUvarint(b, count)
	for _, p := range phones {
		if p.forgotten {
			b = append(b, p.hash[:]...)
			b = binary.BigEndian.AppendUint16(b, uint16(number(p.digits[nationalDigits-keptDigits:])))
		} else {
			b = binary.BigEndian.AppendUint32(b, uint32(number(p.digits)))
		}
	}
	return b
}

func number(digits string) (n uint64) {
	for i := range len(digits) {
		n = n*10 + uint64(digits[i]-'0')
	}
	return n
}

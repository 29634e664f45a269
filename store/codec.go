package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"kaunta/pos"
)

// Every value on disk ends in a CRC-32C over its key and itself, but for those of some indexes (bucket.sealed). The records of attempts
// are described in record.go. Totals, the origin, and all records of version 1 are
//
//	format (1 byte) │ field, field, … │ CRC-32C over the key and all before (4 bytes, big-endian)
//
// and a field is its tag shifted left by one, as a varint, followed by a zigzag varint (lowest bit 0) or by
// a length and that many bytes (lowest bit 1). A field with its zero value is left out. Other values are of a fixed shape, or
// empty.
//
// A tag that is not known is an error, not skipped: a program that drops what it does not know would write the record
// back without it. So a new field needs a new version of the ledger (see migrate.go), and reads as zero in older records.

// format is the version of the encoding of records.
const format = 1

// sumSize is the length of the checksum that ends every value.
const sumSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal appends the checksum of k and body to body.
func seal(k, body []byte) []byte {
	return binary.BigEndian.AppendUint32(body, sum(k, body))
}

// unseal checks and strips the checksum. The result shares value's memory, and appending to it leaves that alone.
func unseal(b bucket, k, value []byte) ([]byte, error) {
	n := len(value) - sumSize
	if n < 0 || binary.BigEndian.Uint32(value[n:]) != sum(k, value[:n]) {
		return nil, damaged(b, k, errSum)
	}
	return value[:n:n], nil
}

func sum(k, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(k, castagnoli), castagnoli, body)
}

var (
	errSum    = errors.New("its checksum is wrong")
	errShape  = errors.New("it does not read as a record")
	errFormat = errors.New("it was written by a newer version of this program")
)

// damaged names the record that cannot be trusted.
func damaged(b bucket, k []byte, cause error) error {
	return fmt.Errorf("%w: record %s/%x: %w", ErrDamaged, b, k, cause)
}

// encode writes v's fields as a record without its checksum. It fails only for ids that are not ULIDs.
func encode[T any](v *T, fields func(*record, *T)) ([]byte, error) {
	r := &record{writing: true, out: []byte{format}}
	fields(r, v)
	return r.out, r.err
}

// decode reads a record without its checksum.
func decode[T any](body []byte, v *T, fields func(*record, *T)) error {
	if len(body) == 0 {
		return errShape
	}
	if body[0] != format {
		return errFormat
	}
	return decodeFields(body[1:], v, fields)
}

func decodeFields[T any](body []byte, v *T, fields func(*record, *T)) error {
	r := &record{in: body}
	fields(r, v)
	if r.err == nil && len(r.in) > 0 {
		r.err = errFormat
	}
	return r.err
}

// record is walked over the fields of a value, in the order of their tags and once for both directions: it appends them
// to out when writing, and takes them from in when reading. So no field can be written and not read.
type record struct {
	writing bool
	out     []byte
	in      []byte
	err     error
}

// take reads the head of the next field if it has the tag; data says which of the two shapes it must have. A smaller tag
// has been passed by the walk, and so is none that it knows.
func (r *record) take(tag int, data bool) bool {
	if r.err != nil || len(r.in) == 0 {
		return false
	}
	head, n := binary.Uvarint(r.in)
	switch {
	case n <= 0:
		r.err = errShape
	case head>>1 < uint64(tag):
		r.err = fmt.Errorf("%w (field %d)", errFormat, head>>1)
	case head>>1 > uint64(tag):
		return false
	case head&1 == 1 != data:
		r.err = errShape
	}
	r.in = r.in[max(n, 0):]
	return r.err == nil
}

// takeData reads a field of bytes, which share the record's memory.
func (r *record) takeData(tag int) ([]byte, bool) {
	if !r.take(tag, true) {
		return nil, false
	}
	size, n := binary.Uvarint(r.in)
	if n <= 0 || size > uint64(len(r.in)-n) {
		r.err = errShape
		return nil, false
	}
	data := r.in[n : n+int(size)]
	r.in = r.in[n+int(size):]
	return data, true
}

func (r *record) putData(tag int, data []byte) {
	r.out = binary.AppendUvarint(r.out, uint64(tag)<<1|1)
	r.out = binary.AppendUvarint(r.out, uint64(len(data)))
	r.out = append(r.out, data...)
}

// numberField is a field for any whole number.
func numberField[T ~int | ~int64 | ~uint8 | ~uint32](r *record, tag int, p *T) {
	if r.writing {
		if *p != 0 {
			r.out = binary.AppendUvarint(r.out, uint64(tag)<<1)
			r.out = binary.AppendVarint(r.out, int64(*p))
		}
		return
	}
	if r.take(tag, false) {
		v, n := binary.Varint(r.in)
		*p = T(v)
		if n <= 0 || int64(*p) != v {
			r.err = errShape
			return
		}
		r.in = r.in[n:]
	}
}

// flagField is a field for a bool.
func flagField(r *record, tag int, p *bool) {
	var n uint8
	if *p {
		n = 1
	}
	numberField(r, tag, &n)
	*p = n != 0
}

// textField is a field for a string.
func textField[T ~string](r *record, tag int, p *T) {
	if r.writing {
		if *p != "" {
			r.putData(tag, []byte(*p))
		}
		return
	}
	if data, ok := r.takeData(tag); ok {
		*p = T(data)
	}
}

// idField is a field for a ULID, 16 bytes for its 26 characters.
func idField[T ~string](r *record, tag int, p *T) {
	if r.writing {
		if *p == "" {
			return
		}
		k, ok := parseKey(*p)
		if !ok && r.err == nil {
			r.err = fmt.Errorf("%q is not a ULID", *p)
		}
		r.putData(tag, k[:])
		return
	}
	if data, ok := r.takeData(tag); ok {
		if len(data) != idSize {
			r.err = errShape
			return
		}
		*p = T(key(data).String())
	}
}

// blobField is a field for bytes; nil and empty stay what they are. What is read is a copy.
func blobField(r *record, tag int, p *[]byte) {
	if r.writing {
		if *p != nil {
			r.putData(tag, *p)
		}
		return
	}
	if data, ok := r.takeData(tag); ok {
		*p = append([]byte{}, data...)
	}
}

// timeField is a field for a time, to the nanosecond, in seconds and nanoseconds because a date from outside may
// lie where a count of nanoseconds overflows. What is read is in East Africa Time.
func timeField(r *record, tag int, p *time.Time) {
	if r.writing {
		if !p.IsZero() {
			b := binary.AppendVarint(make([]byte, 0, 2*binary.MaxVarintLen64), p.Unix())
			r.putData(tag, binary.AppendUvarint(b, uint64(p.Nanosecond())))
		}
		return
	}
	if data, ok := r.takeData(tag); ok {
		sec, n := binary.Varint(data)
		if n <= 0 {
			r.err = errShape
			return
		}
		nsec, m := binary.Uvarint(data[n:])
		if m <= 0 || n+m != len(data) || nsec >= uint64(time.Second) {
			r.err = errShape
			return
		}
		*p = time.Unix(sec, int64(nsec)).In(pos.EAT)
	}
}

// groupField is a field for a struct, left out while it is zero.
func groupField[T comparable](r *record, tag int, p *T, fields func(*record, *T)) {
	var zero T
	if r.writing && *p == zero {
		return
	}
	v := p
	optionalField(r, tag, &v, fields)
	*p = *v
}

// optionalField is a field for a pointer to a struct, left out while it is nil.
func optionalField[T any](r *record, tag int, p **T, fields func(*record, *T)) {
	if r.writing {
		if *p == nil {
			return
		}
		inner := &record{writing: true}
		fields(inner, *p)
		if r.err == nil {
			r.err = inner.err
		}
		r.putData(tag, inner.out)
		return
	}
	if data, ok := r.takeData(tag); ok {
		v := new(T)
		if err := decodeFields(data, v, fields); err != nil {
			r.err = err
			return
		}
		*p = v
	}
}

// refused makes of a damaged record a pos.ErrRefused too: it concerns one attempt, and the ledger takes others.
func refused(err error) error {
	if !errors.Is(err, ErrDamaged) {
		return err
	}
	return refusedError{err}
}

// refusedEvent makes of whatever is wrong with one event a pos.ErrRefused too.
func refusedEvent(err error) error {
	if errors.Is(err, pos.ErrNotFound) {
		return err
	}
	return refusedError{err}
}

type refusedError struct{ error }

func (e refusedError) Unwrap() error      { return e.error }
func (refusedError) Is(target error) bool { return target == pos.ErrRefused }

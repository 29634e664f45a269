package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"kaunta/pos"
)

// A record on disk is
//
//	format (1 byte) │ field, field, … │ CRC-32C over the key and all before (4 bytes, big-endian)
//
// and a field is its tag shifted left by one, as a varint, followed by a zigzag varint (lowest bit 0) or by
// a length and that many bytes (lowest bit 1). A field with its zero value is left out. An entry of an index has no
// format byte and no fields: a value of fixed shape, or none, and the sum.
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

// unseal checks and strips the checksum. The result shares value's memory.
func unseal(b bucket, k, value []byte) ([]byte, error) {
	n := len(value) - sumSize
	if n < 0 || binary.BigEndian.Uint32(value[n:]) != sum(k, value[:n]) {
		return nil, damaged(b, k, errSum)
	}
	return value[:n], nil
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
	var r record
	r.parse(body)
	fields(&r, v)
	for tag, f := range r.in {
		if f.set && r.err == nil {
			r.err = fmt.Errorf("%w (field %d)", errFormat, tag)
		}
	}
	return r.err
}

// maxTag bounds the tags of one record.
const maxTag = 24

// record is walked over the fields of a value, once for both directions: it appends them to out when writing, and
// takes them from in when reading. So no field can be written and not read.
type record struct {
	writing bool
	out     []byte
	in      [maxTag]field
	err     error
}

// field is one parsed field: a number, or data.
type field struct {
	set    bool
	number int64
	data   []byte // not nil for data, even if empty
}

func (r *record) parse(b []byte) {
	for len(b) > 0 {
		head, n := binary.Uvarint(b)
		if n <= 0 {
			r.err = errShape
			return
		}
		b = b[n:]
		tag, isData := head>>1, head&1 == 1
		if tag >= maxTag {
			r.err = fmt.Errorf("%w (field %d)", errFormat, tag)
			return
		}
		f := field{set: true}
		if isData {
			size, n := binary.Uvarint(b)
			if n <= 0 || size > uint64(len(b)-n) {
				r.err = errShape
				return
			}
			f.data = b[n : n+int(size) : n+int(size)]
			b = b[n+int(size):]
		} else {
			f.number, n = binary.Varint(b)
			if n <= 0 {
				r.err = errShape
				return
			}
			b = b[n:]
		}
		if r.in[tag].set {
			r.err = errShape
			return
		}
		r.in[tag] = f
	}
}

// take returns a field and marks it as read. data says which of the two shapes it must have.
func (r *record) take(tag int, data bool) (field, bool) {
	f := r.in[tag]
	r.in[tag] = field{}
	if f.set && (f.data != nil) != data && r.err == nil {
		r.err = errShape
	}
	return f, f.set && r.err == nil
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
	if f, ok := r.take(tag, false); ok {
		*p = T(f.number)
		if int64(*p) != f.number {
			r.err = errShape
		}
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
	if f, ok := r.take(tag, true); ok {
		*p = T(f.data)
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
	if f, ok := r.take(tag, true); ok {
		if len(f.data) != idSize {
			r.err = errShape
			return
		}
		*p = T(key(f.data).String())
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
	if f, ok := r.take(tag, true); ok {
		*p = append([]byte{}, f.data...)
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
	if f, ok := r.take(tag, true); ok {
		sec, n := binary.Varint(f.data)
		if n <= 0 {
			r.err = errShape
			return
		}
		nsec, m := binary.Uvarint(f.data[n:])
		if m <= 0 || n+m != len(f.data) || nsec >= uint64(time.Second) {
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
	if f, ok := r.take(tag, true); ok {
		v := new(T)
		if err := decodeFields(f.data, v, fields); err != nil {
			r.err = err
			return
		}
		*p = v
	}
}

package daraja

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a document. The deepest that Daraja sends has six levels.
const maxDepth = 16

// object is a JSON object. Its values are nil, bool, string, json.Number, []any or object.
type object map[string]any

// decode reads data as exactly one JSON document, strictly: encoding/json by itself matches names
// without case, lets the last of two equal names win and reads past what follows the document, and
// a body with ResultCode 1032 and then 0 has been counted as paid that way. Names that differ only
// in case count as equal here, since there is no saying which of the two was meant. Numbers stay as
// they were written.
func decode(data []byte) (any, error) {
	switch {
	case len(data) > MaxBody:
		return nil, fmt.Errorf("the body is longer than %d bytes", MaxBody)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, errors.New("the body is empty")
	case !utf8.Valid(data):
		return nil, errors.New("the body is not valid UTF-8")
	case !json.Valid(data):
		return nil, errors.New("the body is not one JSON document")
	}
	d := document{rest: data}
	return d.value(0)
}

// decodeObject is [decode] for a document that must be an object.
func decodeObject(data []byte) (object, error) {
	v, err := decode(data)
	if err != nil {
		return nil, err
	}
	o, ok := v.(object)
	if !ok {
		return nil, errors.New("the body is JSON, but not an object")
	}
	return o, nil
}

// document is walked over from its beginning to its end. json.Valid has seen it, and so each value,
// name, comma and colon stands where it should.
type document struct{ rest []byte }

// next returns the first byte of what follows the white space.
func (d *document) next() byte {
	for d.rest[0] == ' ' || d.rest[0] == '\t' || d.rest[0] == '\n' || d.rest[0] == '\r' {
		d.rest = d.rest[1:]
	}
	return d.rest[0]
}

// skip passes c, if that comes next, and reports whether it did.
func (d *document) skip(c byte) bool {
	if d.next() != c {
		return false
	}
	d.rest = d.rest[1:]
	return true
}

func (d *document) value(depth int) (any, error) {
	first := d.next()
	if first != '{' && first != '[' {
		return d.scalar(first)
	}
	if depth >= maxDepth {
		return nil, fmt.Errorf("the body is nested more than %d levels deep", maxDepth)
	}
	d.skip(first)
	if first == '[' {
		list := []any{}
		for !d.skip(']') {
			v, err := d.value(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
			d.skip(',')
		}
		return list, nil
	}
	o, seen := object{}, map[string]bool{}
	for !d.skip('}') {
		d.next()
		name, err := d.string()
		if err != nil {
			return nil, err
		}
		folded := fold(name)
		if seen[folded] {
			return nil, fmt.Errorf("the name %q stands twice in one object", printable(name, 40))
		}
		seen[folded] = true
		d.skip(':')
		if o[name], err = d.value(depth + 1); err != nil {
			return nil, err
		}
		d.skip(',')
	}
	return o, nil
}

// scalar is a value without others in it.
func (d *document) scalar(first byte) (any, error) {
	if first == '"' {
		return d.string()
	}
	end := bytes.IndexAny(d.rest, ",]} \t\n\r")
	if end < 0 {
		end = len(d.rest)
	}
	word := string(d.rest[:end])
	d.rest = d.rest[end:]
	switch first {
	case 'n':
		return nil, nil
	case 't', 'f':
		return first == 't', nil
	}
	return json.Number(word), nil
}

// string is a string or a name. One with escapes in it is read by encoding/json.
func (d *document) string() (s string, err error) {
	end, escapes := 1, false
	for ; d.rest[end] != '"'; end++ {
		if d.rest[end] == '\\' {
			escapes = true
			end++
		}
	}
	quoted := d.rest[:end+1]
	d.rest = d.rest[end+1:]
	if !escapes {
		return string(quoted[1:end]), nil
	}
	err = json.Unmarshal(quoted, &s)
	return s, err
}

// fold is equal for names that differ only in case. The way through upper case also catches the
// long s and the Kelvin sign, which encoding/json takes for s and k.
func fold(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.ToLower(strings.ToUpper(s))
		}
	}
	return strings.ToLower(s)
}

// object is the object at name, or an empty one: reading on in it finds nothing.
func (o object) object(name string) object {
	inner, _ := o[name].(object)
	return inner
}

// text is the string at name, or "".
func (o object) text(name string) string {
	s, _ := o[name].(string)
	return s
}

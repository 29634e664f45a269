package daraja

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a document. The deepest that Daraja sends has six levels.
const maxDepth = 16

// object is a JSON object. Its values are nil, bool, string, json.Number, []any or object.
type object map[string]any

// decode reads data as exactly one JSON document, strictly: encoding/json by itself matches names without case, lets the
// last of two equal names win and reads past what follows the document, and a body with ResultCode 1032 and
// then 0 has been counted as paid that way. Names that differ only in case count as equal here, since there is
// no saying which of the two was meant. Numbers stay as they were written.
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
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return decodeValue(d, 0)
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

func decodeValue(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	if depth >= maxDepth {
		return nil, fmt.Errorf("the body is nested more than %d levels deep", maxDepth)
	}
	if delim == '[' {
		list := []any{}
		for d.More() {
			v, err := decodeValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	o, seen := object{}, map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string) // json.Valid has seen to it
		if seen[fold(name)] {
			return nil, fmt.Errorf("the name %q stands twice in one object", printable(name, 40))
		}
		seen[fold(name)] = true
		if o[name], err = decodeValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err = d.Token()
	return o, err
}

// fold is equal for names that differ only in case. The way through upper case also catches the long s and the
// Kelvin sign, which encoding/json takes for s and k.
func fold(s string) string { return strings.ToLower(strings.ToUpper(s)) }

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

// SplitDocuments cuts a log file into its JSON documents where several bodies were appended to it with nothing between
// them. Data that is not a series of JSON objects from its first byte to its last comes back as one piece, so
// that a body with something behind it is judged as a whole. No data, no pieces.
func SplitDocuments(data []byte) [][]byte {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	var docs [][]byte
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		var doc json.RawMessage
		switch err := d.Decode(&doc); {
		case err == io.EOF:
			return docs
		case err != nil || doc[0] != '{':
			return [][]byte{data}
		}
		docs = append(docs, doc)
	}
}

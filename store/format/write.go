package format

import (
	"encoding/base64"
	"strconv"
	"unicode/utf8"
)

// writer writes the JSON of a line.
type writer struct {
	id  string // the record's key
	out []byte
	finder
}

func (w *writer) name(name string) {
	if w.out[len(w.out)-1] != '{' {
		w.out = append(w.out, ',')
	}
	w.out = append(append(append(w.out, '"'), name...), `":`...)
}

func (w *writer) integer(name string, n int64) {
	w.name(name)
	w.out = strconv.AppendInt(w.out, n, 10)
}

// text writes a text, with placeholders for the numbers in it if it comes from outside.
func (w *writer) text(name, text string, outside bool) {
	var spans []span
	if outside {
		spans = w.find(text)
	}
	if plain(text) {
		w.name(name)
		w.out = append(w.out, '"')
		at := 0
		for _, s := range spans {
			w.out = appendPlaceholder(appendQuoted(w.out, text[at:s.at]), s)
			at = s.at + s.to - s.from
		}
		w.out = append(appendQuoted(w.out, text[at:]), '"')
		return
	}
	// What a string of JSON cannot hold is written in base64, piece by piece between the private
	// texts.
	w.name(name + in64)
	w.out = append(w.out, '"')
	at := 0
	for _, s := range spans {
		w.out = base64.RawStdEncoding.AppendEncode(w.out, []byte(text[at:s.at]))
		w.out = appendPlaceholder(w.out, s)
		at = s.at + s.to - s.from
	}
	w.out = append(base64.RawStdEncoding.AppendEncode(w.out, []byte(text[at:])), '"')
}

// in64 is the end of the name of a member in base64.
const in64 = "64"

// plain reports whether a text may be a string of JSON: it is UTF-8, could not be taken for one
// with placeholders, and is not mostly escapes.
func plain(text string) bool {
	escapes := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if c < ' ' {
				escapes++
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size <= 1 || reserved(r) {
			return false
		}
		i += size
	}
	return escapes < 16+len(text)/16
}

// appendQuoted writes a text as it stands between quotes in JSON.
func appendQuoted(b []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c < ' ':
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return b
}

// unquote is the text between quotes in JSON, with private texts in the place of their
// placeholders. Only the escapes that appendQuoted makes, and those of one letter, are known. A
// placeholder that refers to nothing stays.
func unquote(quoted []byte, table []Entry) string {
	i := 0
	for i < len(quoted) && quoted[i] != '\\' && !mayBegin(quoted[i]) {
		i++
	}
	if i == len(quoted) {
		return string(quoted)
	}
	out := append(make([]byte, 0, len(quoted)+16), quoted[:i]...)
	for i < len(quoted) {
		c := quoted[i]
		switch {
		case c == '\\' && i+1 < len(quoted):
			var size int
			out, size = unescape(out, quoted[i:])
			i += size
			continue
		case mayBegin(c) && table != nil:
			if text, size := private(quoted[i:], table); size > 0 {
				out = append(out, text...)
				i += size
				continue
			}
		}
		out = append(out, c)
		i++
	}
	return string(out)
}

// private is the private text, or the piece of it, that b begins with a placeholder for.
func private(b []byte, table []Entry) (text string, size int) {
	entry, from, to, size := placeholder(b)
	if size == 0 || entry >= len(table) {
		return "", 0
	}
	text = table[entry].Text
	if to > 0 {
		text = text[min(from, len(text)):min(to, len(text))]
	}
	return text, size
}

// unescape takes an escape.
func unescape(out, b []byte) (after []byte, size int) {
	switch c := b[1]; c {
	case 'n':
		return append(out, '\n'), 2
	case 't':
		return append(out, '\t'), 2
	case 'r':
		return append(out, '\r'), 2
	case 'b':
		return append(out, '\b'), 2
	case 'f':
		return append(out, '\f'), 2
	case 'u':
		if len(b) >= 6 {
			if n, err := strconv.ParseUint(string(b[2:6]), 16, 16); err == nil {
				return utf8.AppendRune(out, rune(n)), 6
			}
		}
		return out, 2
	default:
		return append(out, c), 2
	}
}

// decode64 is the text of a member in base64.
func decode64(quoted []byte, table []Entry) (string, bool) {
	var out []byte
	for at, i := 0, 0; ; {
		text, size := "", 0
		if i < len(quoted) {
			if !mayBegin(quoted[i]) {
				i++
				continue
			}
			if text, size = private(quoted[i:], table); size == 0 {
				return "", false
			}
		}
		var err error
		if out, err = base64.RawStdEncoding.AppendDecode(out, quoted[at:i]); err != nil {
			return "", false
		}
		if size == 0 {
			return string(out), true
		}
		out = append(out, text...)
		i += size
		at = i
	}
}

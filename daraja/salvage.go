package daraja

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"maps"
	"net/http"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// piece is one body found in what a person has, with the status and the header that stood with it.
type piece struct {
	status int
	header http.Header
	body   []byte
}

// salvage finds the bodies in data. Where there is none that looks like Daraja's, data is one body
// as it is. It serves [Explain] alone: nothing that counts for a payment is read so leniently.
func salvage(data []byte) []piece {
	data = toUTF8(data)
	if found := exchanges(data); found != nil {
		return found
	}
	if found := findBodies(data); found != nil {
		return found
	}
	return []piece{{body: data}}
}

// toUTF8 takes off a byte order mark, and turns UTF-16, which PowerShell and Notepad write, into
// UTF-8.
func toUTF8(data []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return data[3:]
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		order, data = binary.LittleEndian, data[2:]
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		order, data = binary.BigEndian, data[2:]
	case len(data) >= 4 && data[0] != 0 && data[1] == 0 && data[3] == 0:
		order = binary.LittleEndian
	case len(data) >= 4 && data[0] == 0 && data[1] != 0 && data[2] == 0:
		order = binary.BigEndian
	default:
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, order.Uint16(data))
	}
	return []byte(string(utf16.Decode(units)))
}

// responseLine begins an answer in the output of curl -i, and with "< " in that of curl -v.
var responseLine = regexp.MustCompile(`(?m)^(< )?HTTP/[0-9.]+ ([1-5][0-9]{2})\b.*$`)

// exchanges are the answers in the output of curl -i or curl -v, nil where data is none. A
// preliminary answer, such as a proxy's, is followed by the one that counts.
func exchanges(data []byte) []piece {
	var found []piece
	heads := responseLine.FindAllSubmatchIndex(data, -1)
	for i, at := range heads {
		end := len(data)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		status, _ := strconv.Atoi(string(data[at[4]:at[5]]))
		header, body := splitAnswer(data[at[1]:end], at[2] >= 0)
		bodies := findBodies(body)
		switch {
		case bodies == nil && i+1 < len(heads) && (status < 200 || len(bytes.TrimSpace(body)) == 0):
			continue
		case bodies == nil:
			bodies = []piece{{body: body}}
		}
		bodies[0].status, bodies[0].header = status, header // what follows is another matter
		found = append(found, bodies...)
	}
	return found
}

// splitAnswer splits what follows the first line of an answer into header and body. verbose is curl
// -v, which marks the lines of the header, and puts lines of its own between.
func splitAnswer(data []byte, verbose bool) (http.Header, []byte) {
	header, body, inBody := http.Header{}, bytes.Buffer{}, false
	for n, line := range bytes.SplitAfter(data, []byte("\n")) {
		text := strings.TrimRight(string(line), "\r\n")
		marked, isMarked := strings.CutPrefix(text+" ", "< ")
		switch {
		case n == 0: // the rest of the first line
		case verbose && !isMarked && (strings.HasPrefix(text, "* ") || strings.HasPrefix(text, "> ") || strings.HasPrefix(text, "{ [") || strings.HasPrefix(text, "} [")):
		case inBody:
			body.Write(line)
		default:
			if verbose && isMarked {
				text = strings.TrimSpace(marked)
			}
			name, value, ok := strings.Cut(text, ":")
			switch {
			case text == "":
				inBody = true
			case ok:
				header.Add(textproto.TrimString(name), textproto.TrimString(value))
			}
		}
	}
	return header, body.Bytes()
}

// maxMissed bounds the work on a file full of braces that is no JSON: so many bytes are looked at
// in vain.
const maxMissed = 256 << 20

// findBodies finds the bodies of Daraja's in text, whatever stands around them; nil where there is
// none. In what cannot be read as a whole, such as an object that is cut off, only what could be
// nothing else is taken.
func findBodies(text []byte) []piece {
	var found []piece
	if text = bytes.TrimSpace(text); len(text) > 0 && text[0] == '"' && json.Valid(text) {
		return bodiesIn(text, false, 0)
	}
	inside := 0 // an object that could not be read goes on until there
	for at, missed := 0, 0; missed < maxMissed; {
		next := bytes.IndexByte(text[at:], '{')
		if next < 0 {
			break
		}
		at += next
		doc, length := readObject(text[at:])
		if doc == nil {
			length = closing(text[at:])
			missed += length
			inside = max(inside, at+length)
			at++
			continue
		}
		found = append(found, bodiesIn(doc, at < inside, 0)...)
		at += length
	}
	return found
}

// closing is where the brace that text begins with is closed, or where text ends.
func closing(text []byte) int {
	depth := 0
	for i, c := range text[:min(len(text), MaxBody)] {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return min(len(text), MaxBody)
}

// readObject reads the object that text begins with, and returns it as JSON, with its length in
// text; nil where it is none. It may have been escaped, as inside a string, or be written as a
// program prints it.
func readObject(text []byte) (doc []byte, length int) {
	d := json.NewDecoder(bytes.NewReader(text[:min(len(text), 4*MaxBody)]))
	var raw json.RawMessage
	if d.Decode(&raw) == nil {
		return raw, int(d.InputOffset())
	}
	if rest := bytes.TrimLeft(text[1:], " "); bytes.HasPrefix(rest, []byte(`\"`)) {
		length = closing(text)
		plain := strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\/`, `/`).Replace(string(text[:length]))
		if doc, _ = readObject([]byte(plain)); doc != nil {
			return doc, length
		}
	}
	r := relaxed{in: text[:min(len(text), MaxBody)]}
	if r.value(0) && json.Valid(r.out.Bytes()) {
		return r.out.Bytes(), len(text[:min(len(text), MaxBody)]) - len(r.in)
	}
	return nil, 0
}

// bodiesIn are the bodies of Daraja's in a JSON document: itself, or those that it wraps. nested is
// true where the document stands inside another: a stranger's message may well use Daraja's names
// in an answer of its own, and there only what could be nothing else counts.
func bodiesIn(doc []byte, nested bool, depth int) []piece {
	doc = bytes.TrimSpace(doc)
	if depth > maxDepth || len(doc) == 0 {
		return nil
	}
	var found []piece
	switch doc[0] {
	case '"':
		var s string
		if json.Unmarshal(doc, &s) != nil || !strings.HasPrefix(strings.TrimSpace(s), "{") {
			return nil
		}
		inner, _ := readObject([]byte(strings.TrimSpace(s)))
		return bodiesIn(inner, nested, depth+1)
	case '[':
		var list []json.RawMessage
		_ = json.Unmarshal(doc, &list)
		for _, v := range list {
			found = append(found, bodiesIn(v, nested, depth+1)...)
		}
	case '{':
		var o map[string]json.RawMessage
		if json.Unmarshal(doc, &o) != nil {
			return nil
		}
		if ofDaraja(o, nested) {
			return []piece{{body: doc}}
		}
		if p, ok := libraryAnswer(o, depth); ok {
			return []piece{p}
		}
		for _, name := range slices.Sorted(maps.Keys(o)) {
			found = append(found, bodiesIn(o[name], true, depth+1)...)
		}
	}
	return found
}

// ofDaraja reports whether an object has the names of a body that Daraja sends.
func ofDaraja(o map[string]json.RawMessage, nested bool) bool {
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return o[name] == nil })
	}
	switch {
	case has("Body"):
		var body map[string]json.RawMessage
		return json.Unmarshal(o["Body"], &body) == nil && body["stkCallback"] != nil
	case has("errorCode", "errorMessage"), has("fault"), has("Envelope"),
		has("TransID", "TransAmount", "BusinessShortCode"):
		return true
	case has("Result"):
		var result map[string]json.RawMessage
		return json.Unmarshal(o["Result"], &result) == nil && result["ResultCode"] != nil
	}
	return !nested && (has("ResultCode") || has("ResponseCode") || has("errorCode") || has("errorMessage") || has("access_token"))
}

// libraryAnswer reads the object that axios and libraries like it make of an HTTP answer: status,
// headers, data.
func libraryAnswer(o map[string]json.RawMessage, depth int) (piece, bool) {
	status, err := strconv.Atoi(string(o["status"]))
	if err != nil || status < 100 || status > 599 || o["data"] == nil || o["statusText"] == nil && o["headers"] == nil && o["config"] == nil {
		return piece{}, false
	}
	body := o["data"]
	var text string
	if json.Unmarshal(body, &text) == nil { // a page, or JSON in a string
		body = []byte(text)
	}
	p := piece{status: status, body: body}
	if bodies := bodiesIn(o["data"], false, depth+1); len(bodies) > 0 {
		p.body = bodies[0].body
	}
	return p, true
}

// relaxed rewrites an object that is nearly JSON as JSON: with names and strings as JavaScript and
// Python print them, with words such as undefined and None, and with commas too many.
type relaxed struct {
	in  []byte
	out bytes.Buffer
}

// next is the first byte after white space, 0 at the end.
func (r *relaxed) next() byte {
	if r.in = bytes.TrimLeft(r.in, " \t\r\n"); len(r.in) == 0 {
		return 0
	}
	return r.in[0]
}

// value rewrites one value and reports whether it is one.
func (r *relaxed) value(depth int) bool {
	switch c := r.next(); {
	case depth > maxDepth:
		return false
	case c == '{' || c == '[':
		return r.list(depth, c)
	case c == '"' || c == '\'':
		return r.text(c)
	default:
		return r.word(false)
	}
}

func (r *relaxed) list(depth int, open byte) bool {
	end := map[byte]byte{'{': '}', '[': ']'}[open]
	r.out.WriteByte(open)
	r.in = r.in[1:]
	for first := true; ; first = false {
		for r.next() == ',' { // one too many, before the end as a rule
			r.in = r.in[1:]
		}
		if r.next() == end {
			r.in = r.in[1:]
			r.out.WriteByte(end)
			return true
		}
		if !first {
			r.out.WriteByte(',')
		}
		if open == '{' {
			c := r.next()
			if quoted := c == '"' || c == '\''; quoted && !r.text(c) || !quoted && !r.word(true) || r.next() != ':' {
				return false
			}
			r.in = r.in[1:]
			r.out.WriteByte(':')
		}
		if !r.value(depth + 1) {
			return false
		}
		if c := r.next(); c != ',' && c != end {
			return false
		}
	}
}

func (r *relaxed) text(quote byte) bool {
	r.out.WriteByte('"')
	for i := 1; i < len(r.in); i++ {
		switch c := r.in[i]; {
		case c == quote:
			r.in = r.in[i+1:]
			r.out.WriteByte('"')
			return true
		case c < ' ':
			return false
		case c == '\\' && i+1 < len(r.in):
			i++
			if r.in[i] != '\'' {
				r.out.WriteByte(c)
			}
			r.out.WriteByte(r.in[i])
		case c == '"':
			r.out.WriteString(`\"`)
		default:
			r.out.WriteByte(c)
		}
	}
	return false
}

// otherWords are what other languages print for JSON's words.
var otherWords = map[string]string{"True": "true", "False": "false", "None": "null", "undefined": "null", "nil": "null"}

// word rewrites a name, or a value without quotes.
func (r *relaxed) word(name bool) bool {
	end := bytes.IndexFunc(r.in, func(c rune) bool {
		return !(c == '_' || c == '$' || c == '.' || c == '-' || c == '+' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z')
	})
	if end <= 0 || !utf8.Valid(r.in[:end]) {
		return false
	}
	w := string(r.in[:end])
	r.in = r.in[end:]
	switch other, known := otherWords[w]; {
	case name:
		w = strconv.Quote(w)
	case known:
		w = other
	case !json.Valid([]byte(w)):
		return false
	}
	r.out.WriteString(w)
	return true
}

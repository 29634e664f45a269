package format

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"kaunta/daraja"
	"kaunta/pos"
)

// opening is 23 November 2026, eight in the morning.
var opening = time.Date(2026, 11, 23, 8, 0, 0, 0, pos.EAT)

func coder() *Coder { return NewCoder(bytes.Repeat([]byte{7}, 32)) }

func newULID(at time.Time, n uint64) string {
	var u ulid.ULID
	_ = u.SetTime(ulid.Timestamp(at))
	for i := range 8 {
		u[15-i] = byte(n >> (8 * i))
	}
	return u.String()
}

// askedFor is the first event of the records of these tests.
func askedFor(phone string) pos.Event {
	id := newULID(opening, 1)
	address := fmt.Sprintf("%012x%032x", opening.UnixMilli(), 17)
	return pos.Event{Attempt: pos.AttemptID(id), Kind: pos.EventAsked, At: opening, Asked: &pos.Asked{
		Sale: pos.SaleID(id), Phone: pos.MSISDN(phone), Amount: 450, Reference: "Table 4",
		Address: address, CallBackURL: "https://till.example/cb/" + address, Reachable: true,
	}}
}

// withBody is a callback with a body of any kind.
func withBody(e pos.Event, body string) pos.Event {
	return pos.Event{Attempt: e.Attempt, Kind: pos.EventCalledBack, At: e.At.Add(10 * time.Second), Answer: &daraja.Answer{Raw: []byte(body)}}
}

// keep writes the events into one record, chained, and returns what it reads back as.
func keep(t testing.TB, c *Coder, events ...pos.Event) *Record {
	t.Helper()
	k, ok := ParseKey(events[0].Attempt)
	if !ok {
		t.Fatalf("%q is not a ULID", events[0].Attempt)
	}
	r := &Record{Key: k}
	var chain [sha256.Size]byte
	for i, e := range events {
		if err := c.Add(r, Stored(e)); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
		r.Events[i].N = uint64(i + 1)
		chain = Next(chain, NewHasher().Leaf(c, r, i))
		r.Events[i].Mark = [MarkSize]byte(chain[:])
	}
	return read(t, c, r)
}

// read writes the record and reads it again.
func read(t testing.TB, c *Coder, r *Record) *Record {
	t.Helper()
	back, err := c.Read(r.Key[:], c.Value(r))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back.lines(), r.lines()) {
		t.Fatalf("wrote %q\nread  %q", r.lines(), back.lines())
	}
	bodies, err := back.Bodies()
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range bodies {
		back.Events[i].Event = e
	}
	return back
}

func eventsOf(r *Record) (list []pos.Event) {
	for _, e := range r.Events {
		list = append(list, e.Event)
	}
	return list
}

func same(t testing.TB, c *Coder, events ...pos.Event) {
	t.Helper()
	var want []pos.Event
	for _, e := range events {
		want = append(want, Stored(e))
	}
	if d := cmp.Diff(want, eventsOf(keep(t, c, events...))); d != "" {
		t.Fatalf("(-wrote +read)\n%s", d)
	}
}

// fill sets every field of v, however deep, with what draw gives. It knows nothing of the structs,
// so that a field that is added to one of them is filled, and has to come back.
func fill(t testing.TB, v reflect.Value, draw source) {
	t.Helper()
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = draw.moment()
		return
	case *pos.SaleID:
		*p = pos.SaleID(draw.ulid())
		return
	case *pos.AttemptID:
		*p = pos.AttemptID(draw.ulid())
		return
	case *pos.EventKind:
		*p = pos.EventKind(1 + uint64(draw.number(0, math.MaxInt64))%uint64(len(kinds)))
		return
	case *[]byte:
		*p = draw.blob()
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), draw)
		}
	case reflect.Pointer:
		if draw.present() {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), draw)
		}
	case reflect.String:
		v.SetString(draw.text())
	case reflect.Bool:
		v.SetBool(draw.present())
	case reflect.Int8:
		v.SetInt(draw.number(math.MinInt8, math.MaxInt8))
	case reflect.Int, reflect.Int64:
		v.SetInt(draw.number(math.MinInt64, math.MaxInt64))
	default:
		t.Fatalf("a field of type %s: teach the format and this test to keep it", v.Type())
	}
}

// source is where the values of fields come from.
type source interface {
	present() bool
	text() string
	blob() []byte
	number(lo, hi int64) int64
	moment() time.Time
	ulid() string
}

// counting gives every field another value, none of them zero.
type counting struct{ n int64 }

func (c *counting) next() int64 { c.n++; return c.n }

func (c *counting) present() bool             { return true }
func (c *counting) text() string              { return "text " + string(rune('a'+c.next())) }
func (c *counting) blob() []byte              { return []byte{byte(c.next())} }
func (c *counting) number(lo, hi int64) int64 { return min(c.next(), hi) }
func (c *counting) moment() time.Time {
	return opening.Add(time.Duration(c.next())*time.Hour + 123456789)
}
func (c *counting) ulid() string { return newULID(opening, uint64(c.next())) }

// drawn is rapid's choice, often zero.
type drawn struct{ t *rapid.T }

func (d drawn) present() bool { return rapid.Bool().Draw(d.t, "present") }
func (d drawn) text() string {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\ue000", "\uf036\ue000", "\xff", "\xee\x80", "\U000f0000", "0712 345 678", "254712345678", "a\"b\\c\nd\x00"})).Draw(d.t, "text")
}
func (d drawn) blob() []byte {
	return rapid.OneOf(rapid.Just[[]byte](nil), rapid.SliceOf(rapid.Byte())).Draw(d.t, "blob")
}
func (d drawn) number(lo, hi int64) int64 { return rapid.Int64Range(lo, hi).Draw(d.t, "number") }
func (d drawn) moment() time.Time {
	if !d.present() {
		return time.Time{}
	}
	sec := rapid.Int64Range(-62135596800+1, 253402300799).Draw(d.t, "seconds") // the years 1 to 9999
	return time.Unix(sec, rapid.Int64Range(0, 999_999_999).Draw(d.t, "nanoseconds")).In(pos.EAT)
}
func (d drawn) ulid() string {
	if !d.present() {
		return ""
	}
	return newULID(time.UnixMilli(rapid.Int64Range(0, 1<<48-1).Draw(d.t, "ms")), rapid.Uint64().Draw(d.t, "entropy"))
}

// testingT lets helpers for a test fail a rapid check.
type testingT struct {
	testing.TB
	rt *rapid.T
}

func (t testingT) Helper()                      {}
func (t testingT) Fatal(args ...any)            { t.rt.Fatal(args...) }
func (t testingT) Fatalf(f string, args ...any) { t.rt.Fatalf(f, args...) }

func TestEveryFieldOfAnEventIsKept(t *testing.T) {
	var e pos.Event
	fill(t, reflect.ValueOf(&e).Elem(), &counting{})
	same(t, coder(), e)
}

func TestAnyEventIsKept(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := coder()
		var events []pos.Event
		for range rapid.IntRange(1, 5).Draw(rt, "events") {
			var e pos.Event
			fill(testingT{t, rt}, reflect.ValueOf(&e).Elem(), drawn{rt})
			e.Attempt = askedFor("").Attempt
			events = append(events, e)
		}
		back := eventsOf(keep(testingT{t, rt}, c, events...))
		for i := range events {
			if !reflect.DeepEqual(back[i], Stored(events[i])) {
				rt.Fatalf("wrote %+v\nread  %+v", Stored(events[i]), back[i])
			}
		}
	})
}

// Each kind of event has a word, and no two the same.
func TestEveryKindHasItsWord(t *testing.T) {
	n := 0
	for k := pos.EventKind(1); k.String() != "unknown"; k++ {
		if n++; kinds[k.String()] != k {
			t.Errorf("%s is not known to the format", k)
		}
	}
	if n != len(kinds) || Known("reversed") || Known("") || Known("unknown") {
		t.Errorf("%d kinds, known are %v", n, kinds)
	}
}

// Bodies as they come, in every spelling that was seen, and some that nobody has seen yet.
func TestBodiesAreKept(t *testing.T) {
	bodies := []string{
		"", " ", "\x00", "\xff\xfe", "{}", "<html>", "00254712345678", "0712345678", "712345678", "7123456780", "07123456789",
		"0712 345 678", "0712-345-678", "+254 712 345 678", "254712345678254712345678", "2547 ***** 678", "ws_CO_23112026080010123712345678",
		"\ue000", "number \ue000 is 0712345678", "\uf036\ue000", "\uf8ff", "\U000f0000", "\U0010ffff", "\xee\x80", "\ufeff{}", "\ufffd", "a\u2028b",
		`"\u0041\\"`, "\\", "\"", "\r\n\t\b\f", "\xff0712 345 678\xff712345678", strings.Repeat("1", 70_000), strings.Repeat("712345678 ", 500),
		strings.Repeat("\x01", 60_000), strings.Repeat("\xff\x00\"", 20_000),
	}
	for _, pattern := range []string{"callback", "callback-stream", "push-ok", "push-error", "query", "api-error", "oauth-error"} {
		files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpus", pattern, "*"))
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			bodies = append(bodies, string(b))
		}
	}
	c := coder()
	for _, body := range bodies {
		e := askedFor("254712345678")
		call := withBody(e, body)
		if parsed := daraja.ParseCallback([]byte(body)); len(body) <= daraja.MaxBody {
			call.Answer = &parsed
		}
		same(t, c, e, call, call)
	}
}

// No digits of a number stand in a line, in whatever spelling it came, and line 0 has them all.
func TestNumbersStandInLine0(t *testing.T) {
	e := askedFor("254712345678")
	r := keep(t, coder(), e, withBody(e, `{"as":["0712345678","+254 712 345 678","0712-345-678","99712345678"],"id":"ws_CO_2311202608001012733444555"}`),
		withBody(e, "\xff0712 345 678\xff733444555"))
	if got := string(appendTable(nil, r.Table)); got != `["712345678","733444555"]` {
		t.Errorf("line 0 is %s", got)
	}
	for _, e := range r.Events[1:] {
		for _, digits := range []string{"712", "345", "678", "733444"} {
			if strings.Contains(string(e.Line), digits) {
				t.Errorf("%s is in %s", digits, e.Line)
			}
		}
	}
	c := coder()
	c.Forget(r)
	r = read(t, c, r)
	if got := string(r.Events[1].Answer.Raw); got != `{"as":["0******678","+254 *** *** 678","0***-***-678","99******678"],"id":"ws_CO_2311202608001012******555"}` {
		t.Errorf("forgotten: %s", got)
	}
	if got := string(r.Events[2].Answer.Raw); got != "\xff0*** *** 678\xff******555" {
		t.Errorf("forgotten: %q", got)
	}
}

// Forgetting changes line 0 and nothing else, and no leaf; what is found later of the same number
// is the same entry.
func TestForgettingKeepsTheChain(t *testing.T) {
	c := coder()
	e := askedFor("254712345678")
	r := keep(t, c, e, withBody(e, "0733444555 for 0712345678"), withBody(e, "0799444555"))
	before, leaves := r.lines(), leavesOf(c, r)
	c.Forget(r)
	r = read(t, c, r)
	after := r.lines()
	_, before, _ = bytes.Cut(before, []byte("\n"))
	line0, after, _ := bytes.Cut(after, []byte("\n"))
	if !bytes.Equal(before, after) || bytes.Contains(line0, []byte("712345")) || !slices.Equal(leaves, leavesOf(c, r)) {
		t.Errorf("forgotten: %s\n%s\nwant\n%s", line0, after, before)
	}
	if r.Remembers() || !r.Forgotten() || r.Table[1].Text == r.Table[2].Text {
		t.Errorf("%+v", r.Table)
	}
	if err := c.Add(r, Stored(withBody(e, "254712345678 and 0711222333"))); err != nil {
		t.Fatal(err)
	}
	if len(r.Table) != 4 || r.Remembers() || string(r.Events[3].Answer.Raw) != "254******678 and 0******333" {
		t.Errorf("%+v %q", r.Table, r.Events[3].Answer.Raw)
	}
}

func leavesOf(c *Coder, r *Record) (leaves [][sha256.Size]byte) {
	for i := range r.Events {
		leaves = append(leaves, NewHasher().Leaf(c, r, i))
	}
	return leaves
}

// The leaf covers all that stands in a record but the marks, which follow from it.
func TestALeafCoversEverything(t *testing.T) {
	c := coder()
	e := askedFor("254712345678")
	whole := func() *Record { return keep(t, c, e, withBody(e, "0733444555")) }
	want := leavesOf(c, whole())
	for name, change := range map[string]func(*Record){
		"the key":      func(r *Record) { r.Key[9] ^= 1 },
		"the number":   func(r *Record) { r.Events[1].N++ },
		"the line":     func(r *Record) { r.Events[1].Line[20] ^= 1 },
		"an entry":     func(r *Record) { r.Table[1] = Entry{Text: "733444556"} },
		"a kept digit": func(r *Record) { c.Forget(r); r.Table[1].Text = "******554" },
		"a hash":       func(r *Record) { c.Forget(r); r.Table[1].Hash[0] ^= 1 },
	} {
		r := whole()
		change(r)
		if got := leavesOf(c, r); got[1] == want[1] {
			t.Errorf("not %s", name)
		}
	}
}

// What this program does not know of a record is told apart from what is damaged.
func TestWhatIsNewer(t *testing.T) {
	c := coder()
	e := askedFor("254712345678")
	for name, change := range map[string]func(string) string{
		"a kind": func(s string) string { return strings.Replace(s, `"asked"`, `"reversed"`, 1) },
	} {
		r := keep(t, c, e)
		r.Events[0].Line = []byte(change(string(r.Events[0].Line)))
		if _, err := c.Read(r.Key[:], c.Value(r)); !errors.Is(err, ErrNewer) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := keep(t, c, e)
	if _, err := c.Read(r.Key[:], Seal(r.Key[:], append([]byte{99}, r.lines()...))); !errors.Is(err, ErrNewer) {
		t.Errorf("a dictionary: %v", err)
	}

	// Members that are not known are kept, and hinder nobody.
	line := string(r.Events[0].Line)
	r.Events[0].Line = []byte(strings.Replace(line, `{"kind"`, `{"weather":"01K","till":[1,{"x":null}],"at2":-1.5e3,"kind"`, 1))
	if back := read(t, c, r); !reflect.DeepEqual(back.Events[0].Event, Stored(e)) {
		t.Errorf("%+v", back.Events[0].Event)
	}
}

// What does not read as a record is damaged, whatever the checksum says.
func TestWhatIsNoRecord(t *testing.T) {
	c := coder()
	k, _ := ParseKey(askedFor("").Attempt)
	const good = "[\"712345678\"]\n0000 1 {\"kind\":\"stopped\",\"at\":1,\"typed\":\"\ue000\"}\n"
	if r, err := c.Read(k[:], Seal(k[:], []byte("\x00"+good))); err != nil || r.Events[0].Typed != "712345678" {
		t.Fatalf("%v", err)
	}
	for _, lines := range []string{
		"", "[]", "[]\n", "[\n0000 1 {}\n", "[]x\n0000 1 {\"kind\":\"stopped\",\"at\":1}\n", strings.TrimSuffix(good, "\n"), strings.Replace(good, "0000 1", "000 1", 1),
		strings.Replace(good, "0000 1", "00x0 1", 1), strings.Replace(good, "0000 1", "0000 x", 1), strings.Replace(good, "0000 1 ", "0000 1", 1),
		strings.Replace(good, "\ue000", "\ue001", 1), strings.Replace(good, "\ue000", "", 1), strings.Replace(good, `"712345678"`, `["00","678"]`, 1),
		strings.Replace(good, `"712345678"`, `["0000000000000000","6789"]`, 1), strings.Replace(good, `"stopped"`, `""`, 1), strings.Replace(good, `:1,`, `:x,`, 1),
		strings.Replace(good, `}`, `}}`, 1), strings.Replace(good, `}`, ``, 1), strings.Replace(good, `"typed":`, `"typed64":"!",`, 1),
		strings.Replace(good, `"typed"`, strings.Repeat(`"x":[`, 99), 1), strings.Replace(good, `"typed":`, `"answer":{"not_sent":1},"typed":`, 1),
	} {
		if _, err := c.Read(k[:], Seal(k[:], []byte("\x00"+lines))); !errors.Is(err, ErrShape) {
			t.Errorf("%q: %v", lines, err)
		}
	}
	if _, err := c.Read(k[:], Seal(k[:], nil)); !errors.Is(err, ErrShape) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := c.Read(k[:], Seal(k[:], []byte("\x01no frame"))); !errors.Is(err, ErrShape) {
		t.Errorf("no frame: %v", err)
	}
	if _, err := c.Read(k[:8], Seal(k[:8], []byte("\x00"+good))); !errors.Is(err, ErrShape) {
		t.Errorf("half a key: %v", err)
	}
	bomb := c.encoder().EncodeAll(bytes.Repeat([]byte(" "), MaxSize+1), []byte{newest})
	if _, err := c.Read(k[:], Seal(k[:], bomb)); !errors.Is(err, ErrShape) {
		t.Errorf("more than there may be: %v", err)
	}
}

// A record takes what comes until it is crowded, and what changes something after that.
func TestACrowdedRecord(t *testing.T) {
	c := coder()
	e := askedFor("254712345678")
	r := keep(t, c, e)
	n := 700_000_000
	many := func() pos.Event {
		var b strings.Builder
		for range 6000 {
			n++
			fmt.Fprintf(&b, "%d ", n)
		}
		return Stored(withBody(e, b.String()))
	}
	for !r.Crowded() {
		if err := c.Add(r, many()); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.Table) < crowdedEntries {
		t.Errorf("it is crowded with %d entries", len(r.Table))
	}
	for range 10 {
		if err := c.Add(r, many()); err != nil {
			t.Errorf("there is no room for more: %v", err)
		}
	}
	c.Forget(r)
	r = read(t, c, r)
	err := error(nil)
	for err == nil {
		err = c.Add(r, many())
	}
	if !errors.Is(err, errFull) {
		t.Errorf("%v", err)
	}
	read(t, c, r)
}

func FuzzBodies(f *testing.F) {
	for _, s := range []string{"0712 345 678", "ws_CO_23112026080010123712345678", `{"Value":20261123080010}`, "254712345678", "00ff00ff00ff", "\ue000", "\xff"} {
		f.Add(s, "254712345678", s)
	}
	f.Fuzz(func(t *testing.T, body, phone, id string) {
		c := coder()
		e := askedFor(phone)
		e.Asked.Reference = id
		call := withBody(e, body)
		call.Answer.MerchantRequestID, call.Answer.CheckoutRequestID, call.Answer.Receipt = id, body, phone
		same(t, c, e, call)
		r := keep(t, c, e, call)
		leaves := leavesOf(c, r)
		c.Forget(r)
		if r = read(t, c, r); !slices.Equal(leaves, leavesOf(c, r)) {
			t.Fatal("forgetting changes the chain")
		}
	})
}

// FuzzRead decodes anything without harm.
func FuzzRead(f *testing.F) {
	c := coder()
	e := askedFor("254712345678")
	f.Add(keep(f, c, e).lines())
	f.Add(keep(f, c, e, withBody(e, "\xff0712 345 678"), withBody(e, "{}")).lines())
	k, _ := ParseKey(e.Attempt)
	f.Fuzz(func(t *testing.T, lines []byte) {
		r, err := c.Read(k[:], Seal(k[:], append([]byte{uncompressed}, lines...)))
		if err != nil {
			return
		}
		if _, err := r.Bodies(); len(r.Events) == 0 || err != nil && !errors.Is(err, ErrShape) {
			t.Fatalf("%d events, %v", len(r.Events), err)
		}
	})
}

func FuzzKeys(f *testing.F) {
	f.Add("01KARPBQ00000000000000000A")
	f.Add("01karpbq00000000000000000a")
	f.Add("8ZZZZZZZZZZZZZZZZZZZZZZZZZ")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if k, ok := ParseKey(s); ok && k.String() != s {
			t.Errorf("%q is kept as %s", s, k)
		}
	})
}

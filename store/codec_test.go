package store

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaunta/pos"
)

// fill sets every field of v, however deep, with what draw gives. It knows nothing of the structs, so that a field that is added to one
// of them is filled, and has to come back.
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
	case *[]byte:
		*p = draw.blob()
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), draw)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), draw)
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
	case reflect.Int, reflect.Int64:
		v.SetInt(draw.number(math.MinInt64, math.MaxInt64))
	case reflect.Uint8, reflect.Uint32:
		v.SetUint(uint64(draw.number(0, 1<<v.Type().Bits()-1)))
	default:
		t.Fatalf("a field of type %s: teach the codec and this test to keep it", v.Type())
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
func (d drawn) text() string  { return rapid.String().Draw(d.t, "text") }
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

// roundTrip checks that v, filled from draw, comes back from its record.
func roundTrip[T any](t testing.TB, draw source, fields func(*record, *T)) {
	t.Helper()
	var v, back T
	fill(t, reflect.ValueOf(&v).Elem(), draw)
	if e, ok := any(&v).(*pos.Event); ok { // what version 1 did not have
		e.IDUsedBy, e.Other = "", ""
		if e.Asked != nil {
			e.Asked.Overrides, e.Asked.Once, e.Asked.BuyGoods = "", "", ""
		}
		if e.Answer != nil {
			e.Answer.CustomerMessage = ""
		}
	}
	body, err := encode(&v, fields)
	if err != nil {
		t.Fatal(err)
	}
	if err := decode(body, &back, fields); err != nil {
		t.Fatalf("%v\n%+v", err, v)
	}
	if e, ok := any(&v).(*pos.Event); ok {
		e.Attempt = "" // a record leaves it to its key
	}
	if !reflect.DeepEqual(v, back) {
		t.Fatalf("wrote %+v\nread  %+v", v, back)
	}
}

func roundTrips(t testing.TB, draw source) {
	t.Helper()
	roundTrip[pos.Event](t, draw, eventFields)
	roundTrip[pos.Totals](t, draw, totalsFields)
	roundTrip[Origin](t, draw, originFields)
}

func TestNoFieldIsForgotten(t *testing.T) { roundTrips(t, &counting{}) }

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) { roundTrips(testingT{t, rt}, drawn{rt}) })
}

// testingT lets helpers for a test fail a rapid check.
type testingT struct {
	testing.TB
	rt *rapid.T
}

func (t testingT) Helper()                      {}
func (t testingT) Fatal(args ...any)            { t.rt.Fatal(args...) }
func (t testingT) Fatalf(f string, args ...any) { t.rt.Fatalf(f, args...) }

func TestZeroIsSmall(t *testing.T) {
	body, err := encode(&pos.Totals{}, totalsFields)
	if err != nil || len(body) != 1 {
		t.Errorf("empty totals are %d bytes, %v", len(body), err)
	}
}

func TestEveryFlippedBitIsSeen(t *testing.T) {
	var e pos.Event
	fill(t, reflect.ValueOf(&e).Elem(), &counting{})
	body, err := encode(&e, eventFields)
	if err != nil {
		t.Fatal(err)
	}
	k := []byte("the key of the record")
	value := seal(k, body)
	if got, err := unseal(attemptsBucket, k, value); err != nil || !slices.Equal(got, body) {
		t.Fatalf("the record itself: %v", err)
	}
	flip := func(b []byte, what string) {
		for bit := range 8 * len(b) {
			b[bit/8] ^= 1 << (bit % 8)
			if _, err := unseal(attemptsBucket, k, value); !errors.Is(err, ErrDamaged) {
				t.Errorf("bit %d of the %s is flipped: %v", bit, what, err)
			}
			b[bit/8] ^= 1 << (bit % 8)
		}
	}
	flip(value, "value")
	flip(k, "key")
	for n := range value {
		if _, err := unseal(attemptsBucket, k, value[:n]); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
}

func TestWhatIsNotKnownIsRefused(t *testing.T) {
	for name, body := range map[string][]byte{
		"another format":      {2},
		"a field of its own":  {format, 20 << 1, 2},
		"a field out of all":  {format, 0x80, 0x01, 2}, // tag 64
		"a newer inner field": {format, 3<<1 | 1, 2, 20 << 1, 2},
		"a field twice":       {format, 1 << 1, 2, 1 << 1, 2},
		"fields out of order": {format, 6<<1 | 1, 1, 'a', 1 << 1, 2},
	} {
		var v pos.Event
		if err := decode(body, &v, eventFields); !errors.Is(err, errFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, body := range map[string][]byte{
		"nothing":             {},
		"a tag alone":         {format, 1 << 1},
		"a length too long":   {format, 6<<1 | 1, 5, 'a'},
		"data for a number":   {format, 1<<1 | 1, 1, 'a'},
		"a number for data":   {format, 6 << 1, 2},
		"a kind above 255":    {format, 1 << 1, 0x80, 0x08},
		"a short ULID":        {format, 5<<1 | 1, 1, 'a'},
		"a time cut short":    {format, 2<<1 | 1, 1, 2},
		"too many nanosecs":   {format, 2<<1 | 1, 6, 2, 0x80, 0x94, 0xeb, 0xdc, 0x03},
		"a time and a half":   {format, 2<<1 | 1, 3, 2, 2, 2},
		"a time without data": {format, 2<<1 | 1, 0},
	} {
		var v pos.Event
		if err := decode(body, &v, eventFields); !errors.Is(err, errShape) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRecords(f *testing.F) {
	e := asked(1)
	for _, e := range []pos.Event{e, pushed(e), paid(e, receiptOf(1))} {
		body, err := encode(&e, eventFields)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		refuzz(t, body, eventFields)
		refuzz(t, body, totalsFields)
		refuzz(t, body, originFields)
	})
}

// refuzz decodes anything without harm, and what it makes of it survives being written.
func refuzz[T any](t *testing.T, body []byte, fields func(*record, *T)) {
	var v, back T
	if decode(body, &v, fields) != nil {
		return
	}
	again, err := encode(&v, fields)
	if err != nil {
		t.Fatalf("%x is read as %+v and cannot be written: %v", body, v, err)
	}
	if err := decode(again, &back, fields); err != nil || !reflect.DeepEqual(v, back) {
		t.Fatalf("%+v came back as %+v, %v", v, back, err)
	}
}

func FuzzKeys(f *testing.F) {
	f.Add("01KARPBQ00000000000000000A")
	f.Add("01karpbq00000000000000000a")
	f.Add("8ZZZZZZZZZZZZZZZZZZZZZZZZZ")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if k, ok := parseKey(s); ok && k.String() != s {
			t.Errorf("%q is kept as %s", s, k)
		}
	})
}

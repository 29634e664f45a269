package store

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaunta/pos"
	"kaunta/store/format"
)

// fill gives every field of v, however deep, another value, none of them zero. It knows nothing of
// the structs, so that a field that is added to one of them is filled, and has to come back.
func fill(t testing.TB, v reflect.Value, n *int64) {
	t.Helper()
	*n++
	if p, ok := v.Addr().Interface().(*time.Time); ok {
		*p = opening.Add(time.Duration(*n)*time.Hour + 123456*time.Microsecond)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.String:
		v.SetString("text " + string(rune('a'+*n)))
	case reflect.Int, reflect.Int64:
		v.SetInt(*n)
	default:
		t.Fatalf("a field of type %s: teach the values and this test to keep it", v.Type())
	}
}

func TestNoFieldIsForgotten(t *testing.T) {
	var n int64
	var totals pos.Totals
	fill(t, reflect.ValueOf(&totals).Elem(), &n)
	equal(t, "totals", must[pos.Totals](t)(decodeTotals(encodeTotals(totals))), totals)
	var origin Origin
	fill(t, reflect.ValueOf(&origin).Elem(), &n)
	equal(t, "origin", must[Origin](t)(decodeOrigin(encodeOrigin(origin))), origin)
	for _, body := range []string{"", "{", "[]", `{"paid":1}`, `{"environment":1}`} {
		if _, err := decodeTotals([]byte(body)); err == nil && body != `{"environment":1}` {
			t.Errorf("%q reads as totals", body)
		}
		if _, err := decodeOrigin([]byte(body)); err == nil && body != `{"paid":1}` {
			t.Errorf("%q reads as an origin", body)
		}
	}
}

func TestEveryFlippedBitIsSeen(t *testing.T) {
	k := []byte("the key of the value")
	body := encodeTotals(pos.Totals{Paid: pos.Sum{Count: 3, KES: 450}})
	value := format.Seal(k, slices.Clone(body))
	if got, err := (Row{TotalsBucket, k, value}).Body(); err != nil || !slices.Equal(got, body) {
		t.Fatalf("the value itself: %v", err)
	}
	flip := func(b []byte, what string) {
		for bit := range 8 * len(b) {
			b[bit/8] ^= 1 << (bit % 8)
			if _, err := (Row{TotalsBucket, k, value}).Body(); !errors.Is(err, ErrDamaged) {
				t.Errorf("bit %d of the %s is flipped: %v", bit, what, err)
			}
			b[bit/8] ^= 1 << (bit % 8)
		}
	}
	flip(value, "value")
	flip(k, "key")
	for n := range value {
		if _, err := (Row{TotalsBucket, k, value[:n]}).Body(); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
}

// testingT lets helpers for a test fail a rapid check.
type testingT struct {
	testing.TB
	rt *rapid.T
}

func (t testingT) Helper()                      {}
func (t testingT) Fatal(args ...any)            { t.rt.Fatal(args...) }
func (t testingT) Fatalf(f string, args ...any) { t.rt.Fatalf(f, args...) }

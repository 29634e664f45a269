package store

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"kaunta/daraja"
	"kaunta/pos"
)

// desk keeps records in memory, with a table of shapes, as a batch does.
func desk() reader {
	return reader{
		shapes: &shapeTable{byText: map[string]*shape{}, seen: map[string]struct{}{}}, secret: bytes.Repeat([]byte{7}, 32), bodies: true,
	}
}

// keep writes the events into one record and returns what it reads back as, with the record.
func keep(t testing.TB, rd reader, events ...pos.Event) ([]pos.Event, *rec) {
	t.Helper()
	k, ok := parseKey(events[0].Attempt)
	if !ok {
		t.Fatalf("%q is not a ULID", events[0].Attempt)
	}
	r := newRec(k)
	for i, e := range events {
		if err := rd.add(r, stored(e)); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
		r.events[i].n = uint64(i + 1)
	}
	back, err := rd.read(k[:], seal(k[:], r.encode(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	var list []pos.Event
	for _, e := range back.events {
		list = append(list, e.Event)
	}
	return list, back
}

// askedFor is the first event of a record of the others.
func askedFor() pos.Event {
	e := asked(1)
	e.Asked.Phone = "254712345678"
	return e
}

// withBody is a callback with a body of any kind.
func withBody(e pos.Event, body string) pos.Event {
	return pos.Event{Attempt: e.Attempt, Kind: pos.EventCalledBack, At: e.At.Add(10 * time.Second), Answer: &daraja.Answer{Raw: []byte(body)}}
}

func TestEveryFieldOfAnEventIsKept(t *testing.T) {
	var e pos.Event
	fill(t, reflect.ValueOf(&e).Elem(), &counting{})
	e.Kind, e.Asked.Phone = pos.EventAsked, "254712345678"
	back, _ := keep(t, desk(), e)
	equal(t, "event", back, []pos.Event{stored(e)})
}

func TestAnyEventIsKept(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rd := desk()
		var events []pos.Event
		for i := range rapid.IntRange(1, 5).Draw(rt, "events") {
			var e pos.Event
			fill(testingT{t, rt}, reflect.ValueOf(&e).Elem(), drawn{rt})
			if i == 0 {
				e.Kind, e.Attempt = pos.EventAsked, asked(1).Attempt
				if e.Asked == nil {
					e.Asked = new(pos.Asked)
				}
			}
			e.Attempt = asked(1).Attempt
			events = append(events, e)
		}
		for range 2 { // the second time, shapes have numbers
			back, _ := keep(testingT{t, rt}, rd, events...)
			for i := range events {
				if !sameEvent(back[i], stored(events[i])) {
					rt.Fatalf("wrote %+v\nread  %+v", stored(events[i]), back[i])
				}
			}
		}
	})
}

// Bodies as they come, in every spelling that was seen, and some that nobody has seen yet.
func TestBodiesAreKept(t *testing.T) {
	bodies := []string{
		"", " ", "\x00", "\xff\xfe", "{}", "<html>", "00254712345678", "0712345678", "712345678", "7123456780", "07123456789",
		"0712 345 678", "0712-345-678", "+254 712 345 678", "254712345678254712345678", "2547 ***** 678", "00000000000000000000000001",
		"20261123080010", "99999999999999", "00001123080010", "23112026080010123", "ws_CO_23112026080010123712345678", "ws_CO_99112026080010123712345678",
		"18446744073709551615", "99999999999999999999999999", "0x00ff", "deadbeefdeadbeef", "deadbeefdeadbee0", "UKN1234567", "UKN123456", "01KARPBQ00000000000000000A",
		"8ZZZZZZZZZZZZZZZZZZZZZZZZZ", strings.Repeat("1", 70_000), strings.Repeat("712345678 ", 500), strings.Repeat("a1", 5000),
	}
	for _, pattern := range []string{"callback", "callback-stream", "push-ok", "push-error", "query", "api-error", "oauth-error"} {
		files, _ := filepath.Glob(filepath.Join("..", "..", "shared", "corpus", pattern, "*"))
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			bodies = append(bodies, string(b))
		}
	}
	rd := desk()
	for _, body := range bodies {
		e := askedFor()
		call := withBody(e, body)
		if parsed := daraja.ParseCallback([]byte(body)); len(body) <= daraja.MaxBody {
			call.Answer = &parsed
		}
		for range 3 {
			back, _ := keep(t, rd, e, pushed(e), call, call)
			equal(t, "events", back, []pos.Event{stored(e), stored(pushed(e)), stored(call), stored(call)})
		}
	}
}

// The size of an ordinary sale is what the whole format is for.
func TestAnOrdinarySaleIsSmall(t *testing.T) {
	rd := desk()
	size, events := 0, trade(t, 400)
	for _, sale := range events {
		_, r := keep(t, rd, sale...)
		size += len(r.body)
	}
	if each := size / len(events); each > 120 {
		t.Errorf("an attempt takes %d bytes, want no more than 120", each)
	}
}

// A body that comes in ever new shapes must not fill the table, nor one that is long.
func TestTheTableOfShapesIsBounded(t *testing.T) {
	rd := desk()
	e := askedFor()
	for n := range 2 * maxSeen {
		keep(t, rd, e, withBody(e, strings.Repeat("x", n+1)))
	}
	if rd.shapes.last > 1 { // that of asking
		t.Errorf("%d shapes of bodies that came once", rd.shapes.last)
	}
	long := strings.Repeat("word ", maxShape)
	for range 3 {
		keep(t, rd, e, withBody(e, long), withBody(e, "short words"))
	}
	if rd.shapes.last != 2 {
		t.Errorf("%d shapes, want that of asking and that of the short words", rd.shapes.last)
	}
	rd.shapes.last = maxShapes
	for range 3 {
		keep(t, rd, e, withBody(e, "one shape too many"))
	}
	if rd.shapes.last != maxShapes || len(rd.shapes.unsaved) != 2 {
		t.Errorf("%d shapes, %d new", rd.shapes.last, len(rd.shapes.unsaved))
	}
}

// What a commit that failed would have put into the table is put there by the next.
func TestShapesOfARolledBackCommit(t *testing.T) {
	l := open(t, newPath(t), training)
	for n := range 3 {
		sell(t, l, n)
	}
	e := asked(5)
	add(t, l, e, withBody(e, "a body of two words"))
	tx := must[*bolt.Tx](t)(l.db.Begin(true))
	b := must[*batch](t)(l.begin(tx))
	other := asked(6)
	for _, e := range []pos.Event{other, withBody(other, "a body of two words")} {
		n := must[step](t)(b.prepare(e))
		if err := b.write(&n); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	add(t, l, other, withBody(other, "a body of two words"))
	l = reopen(t, l)
	if events := must[[]pos.Event](t)(l.Events(other.Attempt)); string(events[1].Answer.Raw) != "a body of two words" {
		t.Errorf("read back: %q", events[1].Answer.Raw)
	}
	verify(t, l)
}

func FuzzBodies(f *testing.F) {
	for _, s := range []string{"0712 345 678", "ws_CO_23112026080010123712345678", `{"Value":20261123080010}`, "254712345678", "00ff00ff00ff"} {
		f.Add(s, "254712345678", s)
	}
	f.Fuzz(func(t *testing.T, body, phone, id string) {
		rd := desk()
		e := askedFor()
		e.Asked.Phone = pos.MSISDN(phone)
		e.Asked.Reference = id
		call := withBody(e, body)
		call.Answer.MerchantRequestID, call.Answer.CheckoutRequestID, call.Answer.Receipt = id, body, phone
		for range 2 {
			back, r := keep(t, rd, e, call)
			equal(t, "events", back, []pos.Event{stored(e), stored(call)})
			r.forget(rd)
			forgotten, err := rd.read(r.key[:], seal(r.key[:], r.encode(0, 0)))
			if err != nil {
				t.Fatal(err)
			}
			d := newDigester()
			for i := range r.events {
				if d.event(rd, r, &r.events[i]) != d.event(rd, forgotten, &forgotten.events[i]) {
					t.Fatal("forgetting changes the chain")
				}
			}
		}
	})
}

// FuzzRead decodes anything without harm.
func FuzzRead(f *testing.F) {
	rd := desk()
	e := askedFor()
	for _, events := range [][]pos.Event{{e}, {e, pushed(e), paid(e, receiptOf(1))}} {
		k, _ := parseKey(e.Attempt)
		r := newRec(k)
		for i, e := range events {
			if err := rd.add(r, stored(e)); err != nil {
				f.Fatal(err)
			}
			r.events[i].n = uint64(i + 1)
		}
		f.Add(r.encode(0, 0))
	}
	tx := must[*bolt.Tx](f)(open(f, newPath(f), training).db.Begin(false))
	defer func() { _ = tx.Rollback() }()
	rd.tx = tx
	f.Fuzz(func(t *testing.T, body []byte) {
		k, _ := parseKey(e.Attempt)
		r, err := rd.read(k[:], seal(k[:], bytes.Clone(body)))
		if err == nil && len(r.events) == 0 {
			t.Fatal("a record without events")
		}
	})
}

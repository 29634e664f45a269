package maintain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/format"
	"kaunta/store/trade"
)

// shopped is a ledger with two closed shifts and one that is open, somebody who works there, and
// payments.
func shopped(t testing.TB, path string) *store.Ledger {
	t.Helper()
	l := open(t, path, training)
	person(t, l, 1, "Amina", pos.Owner)
	sell(t, l, 2)
	for n := range 2 {
		s := openedShift(t, l, 10+10*n, 1237)
		add(t, l, cash(11+10*n, 307, 400))
		sell(t, l, 12+10*n)
		closeShift(t, l, s, 13+10*n, 1544)
	}
	openedShift(t, l, 30, 1544)
	add(t, l, cash(31, 101, 101))
	return l
}

// day is all that a ledger says of shifts and people.
func day(t testing.TB, l *store.Ledger) string {
	t.Helper()
	shifts := must[[]pos.Shift](t)(l.Shifts(10))
	said := ""
	say := func(all ...any) { said += string(must[[]byte](t)(json.Marshal(all))) + "\n" }
	say(must[[]pos.Person](t)(l.Staff()), must[pos.Shift](t)(l.ShiftOf("")))
	for _, s := range shifts {
		payments, events, err := l.ShiftPayments(s.ID)
		if err != nil {
			t.Fatal(err)
		}
		say(s, payments, events, s.Figures(payments, events))
		if s.Close != nil && must[pos.Shift](t)(l.ByZ(s.Close.Z)).ID != s.ID {
			t.Errorf("Z %d is another shift's", s.Close.Z)
		}
	}
	if len(shifts) != 3 {
		t.Errorf("%d shifts", len(shifts))
	}
	return said
}

func TestShopIsKept(t *testing.T) {
	l := shopped(t, newPath(t))
	was := day(t, l)
	backup := filepath.Join(t.TempDir(), "backup.ledger")
	report, err := Backup(context.Background(), l, backup, BackupOptions{})
	if err != nil || report.First != nil {
		t.Fatalf("%+v, %v", report, err)
	}
	// Shifts alone are worth asking about before a backup takes the ledger's place.
	last := openedShiftOf(t, l, "back", 40)
	closeShift(t, l, last, 41, 0)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var gap Gap
	var unread error
	if _, _, err := Restore(context.Background(), backup, l.Path(), restoring(t, &gap, &unread)); err != nil || unread != nil {
		t.Fatalf("%v, %v", err, unread)
	}
	equal(t, "what is missing", gap, Gap{Same: true, Shop: 1, First: trade.ShiftOpened(40, 0).At})
	l = open(t, l.Path(), training)
	equal(t, "restored", day(t, l), was)
	verify(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if left := must[int](t)(Rebuild(context.Background(), l.Path(), training, nil)); left != 0 {
		t.Errorf("%d left", left)
	}
	l = open(t, l.Path(), training)
	equal(t, "made again", day(t, l), was)
	s := closeShift(t, l, must[pos.Shift](t)(l.ShiftOf("")).ID, 50, 1645)
	equal(t, "the next Z", s.Close.Z, 3)
	verify(t, l)
}

func openedShiftOf(t testing.TB, l *store.Ledger, drawer string, n int) pos.ShiftID {
	t.Helper()
	e := trade.ShiftOpened(n, 0)
	e.By.Drawer = drawer
	return must[pos.Shift](t)(l.AppendShift(context.Background(), e)).ID
}

// chained puts the whole chain of a ledger right again, as somebody would who can write the file:
// what is left to tell is what the events say.
func (f forged) chained() {
	type place struct {
		b store.Bucket
		r *format.Record
		i int
	}
	events := map[uint64]place{}
	records := map[store.Bucket][]*format.Record{}
	for _, b := range []store.Bucket{store.RecordsBucket, store.ShopBucket} {
		c := f.tx.Bucket([]byte(b)).Cursor()
		for k, value := c.First(); k != nil; k, value = c.Next() {
			r := must[*format.Record](f)(f.coder.Read(k, bytes.Clone(value)))
			records[b] = append(records[b], r)
			for i := range r.Events {
				events[r.Events[i].N] = place{b, r, i}
			}
		}
	}
	end := store.Anchor{Hash: [32]byte(f.body(store.AboutBucket, []byte("seed")))}
	for n := uint64(1); n <= uint64(len(events)); n++ {
		p, ok := events[n]
		if !ok {
			f.Fatalf("there is no event %d", n)
		}
		e := &p.r.Events[p.i]
		end = end.Next(format.NewHasher().Leaf(f.coder, p.r, p.i), pos.DayOf(e.At))
		e.Mark = end.Mark()
	}
	for b, list := range records {
		for _, r := range list {
			if err := put(f.tx, store.Row{Bucket: b, Key: r.Key[:], Value: f.coder.Value(r)}); err != nil {
				f.Fatal(err)
			}
		}
	}
	head := f.body(store.AboutBucket, []byte("head"))
	copy(head[8:], end.Hash[:])
	f.put(store.AboutBucket, []byte("head"), head)
}

// shiftNumber is the record of the nth shift.
func (f forged) shiftNumber(n int) *format.Record {
	c := f.tx.Bucket([]byte(store.ShopBucket)).Cursor()
	for k, value := c.First(); k != nil; k, value = c.Next() {
		r := must[*format.Record](f)(f.coder.Read(k, bytes.Clone(value)))
		if r.Events[0].Kind != pos.EventShiftOpened {
			continue
		}
		if n--; n < 0 {
			return r
		}
	}
	f.Fatal("there are not so many shifts")
	return nil
}

// rewrite changes a line of the nth shift.
func (f forged) rewrite(n, line int, was, is string) {
	r := f.shiftNumber(n)
	e := &r.Events[(line+len(r.Events))%len(r.Events)]
	edited := bytes.Replace(e.Line, []byte(was), []byte(is), 1)
	if bytes.Equal(edited, e.Line) {
		f.Fatalf("there is no %s in %s", was, e.Line)
	}
	e.Line = edited
	if err := put(f.tx, store.Row{Bucket: store.ShopBucket, Key: r.Key[:], Value: f.coder.Value(r)}); err != nil {
		f.Fatal(err)
	}
}

// TestVerifyFindsInTheShop changes what shifts say, at first as somebody who can put checksums
// right, then as somebody who makes the chain and the indexes again too.
func TestVerifyFindsInTheShop(t *testing.T) {
	l := shopped(t, newPath(t))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		change  func(f forged)
		chained bool
		what    string
		shift   int
	}{
		{"a figure", func(f forged) { f.rewrite(0, -1, `"cash":{"n":1,"kes":307}`, `"cash":{"n":1,"kes":300}`) }, false, "is not the one that was written", 0},
		{"a float", func(f forged) { f.rewrite(1, 0, `"amount":1237`, `"amount":1230`) }, false, "is not the one that was written", 1},
		{"a float, chained", func(f forged) { f.rewrite(1, 0, `"amount":1237`, `"amount":1230`) }, true, "the figures of its Z", 1},
		{"a figure, chained", func(f forged) { f.rewrite(0, -1, `"cash":{"n":1,"kes":307}`, `"cash":{"n":1,"kes":300}`) }, true, "the figures of its Z", 0},
		{"an expected sum, chained", func(f forged) { f.rewrite(1, -1, `"expected":1544`, `"expected":1500`) }, true, "the figures of its Z", 1},
		{"a Z left out", func(f forged) { f.rewrite(1, -1, `"z":2`, `"z":3`) }, true, "its Z has the number 3, and is the ledger's number 2", 1},
		{"two shifts open at once", func(f forged) {
			r := f.shiftNumber(0)
			r.Events = r.Events[:len(r.Events)-1] // it was never closed; another event has its number
			k, value := f.tx.Bucket([]byte(store.ShopBucket)).Cursor().First()
			p := must[*format.Record](f)(f.coder.Read(k, bytes.Clone(value)))
			if p.Events[0].Kind != pos.EventStaffAdded {
				f.Fatal("it has nobody")
			}
			closed := f.shiftNumber(0).Events[len(r.Events)]
			p.Events = append(p.Events, format.Event{
				Event: pos.Event{Kind: pos.EventSignedIn, At: closed.At}, N: closed.N, From: p.Events[0].To, To: p.Events[0].To,
				Line: fmt.Appendf(nil, `{"kind":"signed_in","at":%d}`, closed.At.UnixMicro()),
			})
			for _, r := range []*format.Record{r, p} {
				if err := put(f.tx, store.Row{Bucket: store.ShopBucket, Key: r.Key[:], Value: f.coder.Value(r)}); err != nil {
					f.Fatal(err)
				}
			}
			f.rewrite(1, -1, `"z":2`, `"z":1`)
		}, true, "while another shift of its drawer was open", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "ledger.db")
			writeFile(t, copied, contents(t, l.Path()))
			want := pos.AttemptID("")
			edit(t, copied, func(tx *bolt.Tx) error {
				f := forged{t, tx, format.NewCoder(body(t, tx, store.AboutBucket, []byte("phones")))}
				want = pos.AttemptID(f.shiftNumber(tt.shift).Key.String())
				tt.change(f)
				if tt.chained {
					f.chained()
				}
				return nil
			})
			if tt.chained {
				if left, err := Rebuild(context.Background(), copied, training, nil); left != 0 || err != nil {
					t.Fatal(left, err)
				}
			}
			r, err := VerifyFile(context.Background(), copied, nil)
			if err != nil || r.First == nil || r.Evidence == 0 || !strings.Contains(r.First.Error(), tt.what) || r.First.Attempt != want {
				t.Errorf("%+v, %v\nwant shift %s and %q", r, err, want, tt.what)
			}
		})
	}
}

// A damaged shift is named, stays as it is, and keeps no other from being read.
func TestADamagedShift(t *testing.T) {
	l := shopped(t, newPath(t))
	shifts := must[[]pos.Shift](t)(l.Shifts(10))
	k, _ := format.ParseKey(shifts[2].ID)
	spoil(t, closed(t, l), store.ShopBucket, k[:])
	for range 2 {
		l = open(t, l.Path(), training)
		if _, err := l.Shift(shifts[2].ID); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("read: %v", err)
		}
		others, err := l.Shifts(10)
		if len(others) != 2 || !errors.Is(err, store.ErrDamaged) {
			t.Errorf("the others: %d, %v", len(others), err)
		}
		r, err := Verify(context.Background(), l, nil)
		if err != nil || r.First == nil || r.First.Attempt != pos.AttemptID(shifts[2].ID) || r.Evidence == 0 {
			t.Errorf("%+v, %v", r, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if left := must[int](t)(Rebuild(context.Background(), l.Path(), training, nil)); left != 1 {
			t.Errorf("%d left", left)
		}
	}
}

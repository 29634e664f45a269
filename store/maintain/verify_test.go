package maintain

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/format"
	made "kaunta/store/trade"
)

// traded is a ledger of some days of trade.
func traded(t testing.TB, path string) *store.Ledger {
	t.Helper()
	l := open(t, path, training)
	var events []pos.Event
	if err := made.Fill(func(e pos.Event) error { events = append(events, e); return nil }, made.Options{Seed: 2, From: 20261127, Days: 6, PerDay: 60}); err != nil {
		t.Fatal(err)
	}
	one := asked(1_000_000) // and one that is open, and one that is owed back
	two := again(one, 1_000_001)
	instead := asked(999_999) // and one that was asked in place of another
	instead.Asked.Overrides = one.Attempt
	once := asked(1_000_003)
	once.Asked.Once = "0123456789abcdef"
	events = append(events, once, instead, asked(1_000_002), one, two, paid(one, receiptOf(1)), paid(two, receiptOf(2)))
	if err := l.AppendAll(context.Background(), events[:len(events)/2]); err != nil {
		t.Fatal(err)
	}
	shift := openedShift(t, l, 1_000_004, 1237) // and two shifts, one of which is closed
	add(t, l, cash(1_000_005, 450, 500), cash(1_000_006, 20, 20))
	closeShift(t, l, shift, 1_000_007, 1707)
	openedShift(t, l, 1_000_008, 1000)
	person(t, l, 1_000_009, "Amina", pos.Owner)
	if err := l.AppendAll(context.Background(), events[len(events)/2:]); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestVerifyAWholeLedger(t *testing.T) {
	l := traded(t, newPath(t))
	for range 2 {
		var told []int
		r, err := Verify(context.Background(), l, func(done, total int) {
			if total < done || total < 200 {
				t.Errorf("%d of %d are done", done, total)
			}
			told = append(told, done)
		})
		if err != nil || r.First != nil || r.Evidence+r.Derived != 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		if r.Attempts < 200 || r.Events < 3*r.Attempts || r.Last.Events != uint64(r.Events) || r.Last.Hash == [32]byte{} || len(told) == 0 || told[len(told)-1] != r.Attempts {
			t.Errorf("%+v, told %v", r, told)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = open(t, l.Path(), store.Options{ReadOnly: true}) // with its pages
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Verify(ctx, l, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("broken off: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(context.Background(), l, nil); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// forged is what somebody changes who knows the format and puts every checksum right: only the
// chain can tell.
type forged struct {
	*testing.T
	tx    *bolt.Tx
	coder *format.Coder
}

// nth is the key of the nth attempt.
func (f forged) nth(n int) format.Key {
	c := f.tx.Bucket([]byte(store.RecordsBucket)).Cursor()
	k, _ := c.First()
	for range n {
		k, _ = c.Next()
	}
	return format.Key(k)
}

func (f forged) record(n int) *format.Record {
	k := f.nth(n)
	return must[*format.Record](f)(f.coder.Read(k[:], bytes.Clone(f.tx.Bucket([]byte(store.RecordsBucket)).Get(k[:]))))
}

func (f forged) put(b store.Bucket, k, body []byte) {
	if err := put(f.tx, row(b, k, body)); err != nil {
		f.Fatal(err)
	}
}

// save writes a record with the events that it has now.
func (f forged) save(r *format.Record) {
	if err := put(f.tx, store.Row{Bucket: store.RecordsBucket, Key: r.Key[:], Value: f.coder.Value(r)}); err != nil {
		f.Fatal(err)
	}
}

func (f forged) body(b store.Bucket, k []byte) []byte { return body(f, f.tx, b, k) }

// total changes the totals of a day or a month.
func (f forged) total(at pos.Day, was, is string) {
	k := dayKey(at)
	b := f.body(store.TotalsBucket, k)
	edited := bytes.Replace(b, []byte(was), []byte(is), 1)
	if bytes.Equal(edited, b) {
		f.Fatalf("there is no %s in %s", was, b)
	}
	f.put(store.TotalsBucket, k, edited)
}

// TestVerifyFinds damages a ledger in every way that could pay somebody, with the checksums put
// right, and some others. Each is found, and named by its row.
func TestVerifyFinds(t *testing.T) {
	path := newPath(t)
	l := traded(t, path)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	const row = 40
	for _, tt := range []struct {
		name    string
		change  func(f forged)
		what    string
		at      int // the row that is named; -1: none
		derived bool
	}{
		{"an edited amount", func(f forged) {
			r := f.record(row)
			e := &r.Events[0]
			edited := bytes.Replace(e.Line, []byte(`"amount":`), []byte(`"amount":1`), 1)
			if bytes.Equal(edited, e.Line) {
				f.Fatalf("there is no amount in %s", e.Line)
			}
			e.Line = edited
			f.save(r)
		}, "is not the one that was written", row, false},
		{"an edited word of M-PESA", func(f forged) {
			r := f.record(row)
			e := &r.Events[1]
			edited := bytes.Replace(e.Line, []byte("accepted"), []byte("refunded"), -1)
			if bytes.Equal(edited, e.Line) {
				f.Fatalf("there is no such word in %s", e.Line)
			}
			e.Line = edited
			f.save(r)
		}, "is not the one that was written", row, false},
		{"a member that this program does not know", func(f forged) {
			r := f.record(row)
			r.Events[1].Line = append(bytes.TrimSuffix(bytes.Clone(r.Events[1].Line), []byte("}")), `,"weather":"01"}`...)
			f.save(r)
		}, "is not the one that was written", row, false},
		{"another phone", func(f forged) {
			r := f.record(row)
			r.Table[0] = format.Entry{Text: "799999999"}
			f.save(r)
		}, "is not the one that was written", row, false},
		{"an edited mark", func(f forged) {
			r := f.record(row)
			r.Events[1].Mark[0] ^= 1
			f.save(r)
		}, "is not the one that was written", row, false},
		{"a removed event", func(f forged) {
			r := f.record(row)
			last := len(r.Events) - 1
			r.Events = r.Events[:last]
			f.save(r)
		}, "which comes before it, is missing", -2, false},
		{"a removed attempt", func(f forged) {
			k := f.nth(row)
			if err := f.tx.Bucket([]byte(store.RecordsBucket)).Delete(k[:]); err != nil {
				f.Fatal(err)
			}
		}, "which comes before it, is missing", -2, false},
		{"the last event removed", func(f forged) {
			last := binary.BigEndian.Uint64(f.body(store.AboutBucket, []byte("head")))
			for n := f.tx.Bucket([]byte(store.RecordsBucket)).Stats().KeyN - 1; n >= 0; n-- {
				r := f.record(n)
				if n := len(r.Events) - 1; r.Events[n].N == last {
					r.Events = r.Events[:n]
					f.save(r)
					return
				}
			}
			f.Fatal("it has no last event")
		}, "the last 1 are missing", -1, false},
		{"two events in each other's place", func(f forged) {
			r := f.record(row)
			r.Events[1].Line, r.Events[2].Line = r.Events[2].Line, r.Events[1].Line
			f.save(r)
		}, "", row, false},
		{"two events' numbers changed", func(f forged) {
			a, b := f.record(row), f.record(row+1)
			a.Events[0].N, b.Events[0].N = b.Events[0].N, a.Events[0].N
			a.Events[0].Mark, b.Events[0].Mark = b.Events[0].Mark, a.Events[0].Mark
			f.save(a)
			f.save(b)
		}, "is not the one that was written", row + 1, false},
		{"a number twice", func(f forged) {
			a, b := f.record(row), f.record(row-1)
			a.Events[0].N = b.Events[0].N
			f.save(a)
		}, "which another has", row, false},
		{"two records in each other's place", func(f forged) {
			a, b := f.record(row), f.record(row+1)
			a.Key, b.Key = b.Key, a.Key
			f.save(a)
			f.save(b)
		}, "is not the one that was written", row + 1, false},
		{"an edited anchor", func(f forged) {
			k, _ := f.tx.Bucket([]byte(store.AnchorsBucket)).Cursor().First()
			body := f.body(store.AnchorsBucket, k)
			body[10] ^= 1
			f.put(store.AnchorsBucket, bytes.Clone(k), body)
		}, "the anchor of 2026-11-27 is not", -1, false},
		{"a removed anchor", func(f forged) {
			k, _ := f.tx.Bucket([]byte(store.AnchorsBucket)).Cursor().First()
			if err := f.tx.Bucket([]byte(store.AnchorsBucket)).Delete(bytes.Clone(k)); err != nil {
				f.Fatal(err)
			}
		}, "the anchor of 2026-11-27 is missing", -1, false},
		{"another end of the chain", func(f forged) {
			body := f.body(store.AboutBucket, []byte("head"))
			body[9] ^= 1
			f.put(store.AboutBucket, []byte("head"), body)
		}, "does not end where", -1, false},
		{"another seed", func(f forged) {
			body := f.body(store.AboutBucket, []byte("seed"))
			body[0] ^= 1
			f.put(store.AboutBucket, []byte("seed"), body)
		}, "is not the one that was written", 0, false},
		{"edited totals of a day", func(f forged) { f.total(20261128, `"kes":`, `"kes":1`) }, "the totals of 2026-11-28", -1, true},
		{"edited totals of a month", func(f forged) { f.total(20261200, `"not_paid":{"n":`, `"not_paid":{"n":1`) }, "the totals of 2026-12", -1, true},
		{"removed totals", func(f forged) {
			if err := f.tx.Bucket([]byte(store.TotalsBucket)).Delete(dayKey(20261129)); err != nil {
				f.Fatal(err)
			}
		}, "the totals of 2026-11-29 are missing", -1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "ledger.db")
			writeFile(t, copied, contents(t, path))
			want := pos.AttemptID("")
			edit(t, copied, func(tx *bolt.Tx) error {
				f := forged{t, tx, format.NewCoder(body(t, tx, store.AboutBucket, []byte("phones")))}
				if tt.at >= 0 {
					want = pos.AttemptID(f.nth(tt.at).String())
				}
				tt.change(f)
				return nil
			})
			r, err := VerifyFile(context.Background(), copied, nil)
			if err != nil || r.First == nil {
				t.Fatalf("%+v, %v", r, err)
			}
			if !strings.Contains(r.First.Error(), tt.what) || tt.at >= -1 && r.First.Attempt != want || (r.Evidence == 0) != tt.derived {
				t.Errorf("%v\n%+v\nwant attempt %q and %q", r.First, r, want, tt.what)
			}
			if tt.at == -2 && r.First.Attempt == "" {
				t.Errorf("no row is named: %v", r.First)
			}
			if tt.derived {
				mends(t, copied)
			}
		})
	}

	// Whatever is taken from an index or added to it is found, and mended.
	for _, b := range store.DerivedBuckets() {
		if b == store.TotalsBucket || b == "addresses" { // of these there are none
			continue
		}
		for what, change := range map[string]func(*bolt.Bucket, store.Row) error{
			"removed from": func(to *bolt.Bucket, r store.Row) error { return to.Delete(r.Key) },
			"added to": func(to *bolt.Bucket, r store.Row) error {
				body := must[[]byte](t)(r.Body())
				r.Key[len(r.Key)-1] ^= 1
				if len(body) != len(r.Value) {
					body = format.Seal(r.Key, body)
				}
				return to.Put(r.Key, body)
			},
		} {
			t.Run(what+" "+string(b), func(t *testing.T) {
				copied := filepath.Join(t.TempDir(), "ledger.db")
				writeFile(t, copied, contents(t, path))
				edit(t, copied, func(tx *bolt.Tx) error {
					k, value := tx.Bucket([]byte(b)).Cursor().Last()
					if k == nil {
						t.Fatal("it is empty")
					}
					return change(tx.Bucket([]byte(b)), store.Row{Bucket: b, Key: bytes.Clone(k), Value: bytes.Clone(value)})
				})
				r, err := VerifyFile(context.Background(), copied, nil)
				if err != nil || r.First == nil || r.Evidence != 0 || r.Derived == 0 {
					t.Fatalf("%+v, %v", r, err)
				}
				mends(t, copied)
			})
		}
	}
}

// mends makes the ledger again, after which it is whole.
func mends(t *testing.T, path string) {
	t.Helper()
	if left, err := Rebuild(context.Background(), path, training, nil); left != 0 || err != nil {
		t.Fatalf("made again: %d left, %v", left, err)
	}
	again := open(t, path, training)
	verify(t, again)
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

// A record that is damaged does not keep the others from being indexed again.
func TestRebuildADamagedLedger(t *testing.T) {
	l := traded(t, newPath(t))
	var all []pos.AttemptID
	view(t, l, func(v *store.View) {
		for row := range v.Rows(store.RecordsBucket, nil) {
			all = append(all, pos.AttemptID(format.Key(row.Key).String()))
		}
	})
	slices.Reverse(all)
	k, _ := format.ParseKey(all[11])
	spoil(t, closed(t, l), store.RecordsBucket, k[:])
	l = open(t, l.Path(), training)
	good := attempt(t, l, all[12])
	if _, err := Rebuild(context.Background(), l.Path(), training, nil); !errors.Is(err, store.ErrLocked) {
		t.Errorf("while it is open: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	size := len(contents(t, l.Path()))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Rebuild(ctx, l.Path(), training, nil); !errors.Is(err, context.Canceled) || len(contents(t, l.Path())) != size {
		t.Errorf("broken off: %v", err)
	}
	left, err := Rebuild(context.Background(), l.Path(), training, nil)
	if left != 1 || err != nil {
		t.Fatalf("made again: %d left, %v", left, err)
	}
	l = open(t, l.Path(), training)
	if _, err := l.Attempt(all[11]); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("the damaged one: %v", err)
	}
	equal(t, "another", attempt(t, l, all[12]), good)
	equal(t, "found", ids(must[[]pos.Attempt](t)(l.Find(good.CheckoutRequestID, 3))), []pos.AttemptID{good.ID})
	r, err := Verify(context.Background(), l, nil)
	if err != nil || r.First == nil || r.First.Attempt != all[11] || r.Derived != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// Appends go on while the ledger is verified.
func TestVerifyWhileSelling(t *testing.T) {
	l := traded(t, newPath(t))
	done := make(chan error)
	go func() {
		for n := range 200 {
			e := asked(n)
			for _, e := range []pos.Event{e, pushed(e), paid(e, receiptOf(n))} {
				if _, _, err := l.Append(context.Background(), e); err != nil {
					done <- err
					return
				}
			}
		}
		done <- nil
	}()
	for selling := true; selling; {
		verify(t, l)
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			selling = false
		default:
		}
	}
	verify(t, l)
}

func TestAnchorsAreTheEndOfEachDay(t *testing.T) {
	l := open(t, newPath(t), training)
	day := pos.DayOf(opening)
	for n := range 4 {
		add(t, l, askedAt(n, opening.AddDate(0, 0, n/2)))
	}
	anchors := map[pos.Day]uint64{}
	view(t, l, func(v *store.View) {
		for row := range v.Rows(store.AnchorsBucket, nil) {
			anchors[pos.Day(binary.BigEndian.Uint32(row.Key))] = binary.BigEndian.Uint64(row.Value)
		}
	})
	equal(t, "anchors", anchors, map[pos.Day]uint64{day: 2})
	r, err := Verify(context.Background(), l, nil)
	if err != nil || r.Last.Day != day.Add(1) || r.Last.Events != 4 {
		t.Errorf("%+v, %v", r, err)
	}
}

package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
	made "kaunta/store/trade"
)

// traded is a ledger of some days of trade.
func traded(t testing.TB, path string) *Ledger {
	t.Helper()
	l := open(t, path, training)
	var events []pos.Event
	if err := made.Fill(func(e pos.Event) error { events = append(events, e); return nil }, made.Options{Seed: 2, From: 20261127, Days: 6, PerDay: 60}); err != nil {
		t.Fatal(err)
	}
	one := asked(1_000_000) // and one that is open, and one that is owed back
	two := again(one, 1_000_001)
	instead := insteadOf(one, 999_999) // and one that was asked in place of another
	events = append(events, instead, asked(1_000_002), one, two, paid(one, receiptOf(1)), paid(two, receiptOf(2)))
	if err := l.AppendAll(context.Background(), events); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestVerifyAWholeLedger(t *testing.T) {
	l := traded(t, newPath(t))
	for range 2 {
		var told []int
		r, err := l.Verify(context.Background(), func(done, total int) {
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
		l = open(t, l.Path(), Options{ReadOnly: true}) // with its pages
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Verify(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("broken off: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Verify(context.Background(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// forged is what somebody changes who knows the format and puts every checksum right: only the chain can tell.
type forged struct {
	*testing.T
	tx *bolt.Tx
	rd reader
}

// nth is the key of the nth attempt.
func (f forged) nth(n int) key {
	c := f.tx.Bucket([]byte(attemptsBucket)).Cursor()
	k, _ := c.First()
	for range n {
		k, _ = c.Next()
	}
	return key(k)
}

func (f forged) record(n int) *rec { return must[*rec](f)(f.rd.record(f.nth(n))) }

func (f forged) put(b bucket, k, body []byte) {
	if err := put(f.tx, b, k, body); err != nil {
		f.Fatal(err)
	}
}

// save writes a record with the events that it has now.
func (f forged) save(r *rec) {
	if err := putValue(f.tx, attemptsBucket, r.Key[:], f.rd.coder.Value(&r.Record)); err != nil {
		f.Fatal(err)
	}
}

func (f forged) body(b bucket, k []byte) []byte {
	return bytes.Clone(must[[]byte](f)(get(f.tx, b, k)))
}

// TestVerifyFinds damages a ledger in every way that could pay somebody, with the checksums put right, and some others. Each is found,
// and named by its row.
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
			r.Events[1].Line = append(bytes.TrimSuffix(bytes.Clone(r.Events[1].Line), []byte("}")), `,"by":"01"}`...)
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
			if err := f.tx.Bucket([]byte(attemptsBucket)).Delete(k[:]); err != nil {
				f.Fatal(err)
			}
		}, "which comes before it, is missing", -2, false},
		{"the last event removed", func(f forged) {
			h := must[head](f)(getHead(f.tx))
			for n := f.tx.Bucket([]byte(attemptsBucket)).Stats().KeyN - 1; n >= 0; n-- {
				r := f.record(n)
				if last := len(r.Events) - 1; r.Events[last].N == h.n {
					r.Events = r.Events[:last]
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
			k, _ := f.tx.Bucket([]byte(anchorsBucket)).Cursor().First()
			body := f.body(anchorsBucket, k)
			body[10] ^= 1
			f.put(anchorsBucket, bytes.Clone(k), body)
		}, "the anchor of 2026-11-27 is not", -1, false},
		{"a removed anchor", func(f forged) {
			k, _ := f.tx.Bucket([]byte(anchorsBucket)).Cursor().First()
			if err := f.tx.Bucket([]byte(anchorsBucket)).Delete(bytes.Clone(k)); err != nil {
				f.Fatal(err)
			}
		}, "the anchor of 2026-11-27 is missing", -1, false},
		{"another end of the chain", func(f forged) {
			body := f.body(aboutBucket, headKey)
			body[9] ^= 1
			f.put(aboutBucket, headKey, body)
		}, "does not end where", -1, false},
		{"another seed", func(f forged) {
			body := f.body(aboutBucket, seedKey)
			body[0] ^= 1
			f.put(aboutBucket, seedKey, body)
		}, "is not the one that was written", 0, false},
		{"edited totals of a day", func(f forged) {
			total := must[pos.Totals](f)(getTotals(f.tx, 20261128))
			total.Paid.KES++
			if err := putTotals(f.tx, 20261128, total); err != nil {
				f.Fatal(err)
			}
		}, "the totals of 2026-11-28", -1, true},
		{"edited totals of a month", func(f forged) {
			total := must[pos.Totals](f)(getTotals(f.tx, 20261200))
			total.NotPaid.Count++
			if err := putTotals(f.tx, 20261200, total); err != nil {
				f.Fatal(err)
			}
		}, "the totals of 2026-12", -1, true},
		{"removed totals", func(f forged) {
			if err := f.tx.Bucket([]byte(totalsBucket)).Delete(totalsKey(20261129)); err != nil {
				f.Fatal(err)
			}
		}, "the totals of 2026-11-29 are missing", -1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			copied := newPath(t)
			l := copyOf(t, path, copied)
			want := pos.AttemptID("")
			tx := must[*bolt.Tx](t)(l.db.Begin(true))
			f := forged{t, tx, reader{tx: tx, coder: l.coder}}
			if tt.at >= 0 {
				want = attemptOf(f.nth(tt.at))
			}
			tt.change(f)
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
			r, err := l.Verify(context.Background(), nil)
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
				mends(t, l)
			}
		})
	}

	// Whatever is taken from an index or added to it is found, and mended.
	for _, b := range derivedBuckets() {
		if b == totalsBucket || b == addressesBucket { // of these there are none
			continue
		}
		for what, change := range map[string]func(*bolt.Bucket, []byte, []byte) error{
			"removed from": func(to *bolt.Bucket, k, _ []byte) error { return to.Delete(k) },
			"added to": func(to *bolt.Bucket, k, body []byte) error {
				other := bytes.Clone(k)
				other[len(other)-1] ^= 1
				if b.sealed() {
					return to.Put(other, format.Seal(other, body))
				}
				return to.Put(other, body)
			},
		} {
			t.Run(what+" "+string(b), func(t *testing.T) {
				l := copyOf(t, path, newPath(t))
				add(t, l, onceAsked(99_999, onceKey))
				err := l.db.Update(func(tx *bolt.Tx) error {
					k, _ := tx.Bucket([]byte(b)).Cursor().Last()
					if k == nil {
						t.Fatal("it is empty")
					}
					k = bytes.Clone(k)
					return change(tx.Bucket([]byte(b)), k, bytes.Clone(must[[]byte](t)(get(tx, b, k))))
				})
				if err != nil {
					t.Fatal(err)
				}
				r, err := l.Verify(context.Background(), nil)
				if err != nil || r.First == nil || r.Evidence != 0 || r.Derived == 0 {
					t.Fatalf("%+v, %v", r, err)
				}
				mends(t, l)
			})
		}
	}
}

// copyOf opens a copy of a ledger.
func copyOf(t *testing.T, path, to string) *Ledger {
	t.Helper()
	open(t, to, training).Close()
	writeFile(t, to, contents(t, path))
	return open(t, to, training)
}

// mends makes the ledger anew, after which it is whole.
func mends(t *testing.T, l *Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := Rebuild(context.Background(), l.Path(), training); left != 0 || err != nil {
		t.Fatalf("made anew: %d left, %v", left, err)
	}
	again := open(t, l.Path(), training)
	verify(t, again)
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

// A record that is damaged does not keep the others from being indexed again.
func TestRebuildADamagedLedger(t *testing.T) {
	l := traded(t, newPath(t))
	var all []pos.AttemptID
	err := l.view(func(tx *bolt.Tx) error {
		return scan(tx, attemptsBucket, nil, func(k, _ []byte) error { all = append(all, attemptOf(key(k))); return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(all)
	k, _ := format.ParseKey(all[8])
	spoil(t, l, attemptsBucket, k[:])
	good := attempt(t, l, all[9])
	if _, err := Rebuild(context.Background(), l.Path(), training); !errors.Is(err, ErrLocked) {
		t.Errorf("while it is open: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	size := len(contents(t, l.Path()))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Rebuild(ctx, l.Path(), training); !errors.Is(err, context.Canceled) || len(contents(t, l.Path())) != size {
		t.Errorf("broken off: %v", err)
	}
	left, err := Rebuild(context.Background(), l.Path(), training)
	if left != 1 || err != nil {
		t.Fatalf("made anew: %d left, %v", left, err)
	}
	l = open(t, l.Path(), training)
	if _, err := l.Attempt(all[8]); !errors.Is(err, ErrDamaged) {
		t.Errorf("the damaged one: %v", err)
	}
	equal(t, "another", attempt(t, l, all[9]), good)
	equal(t, "found", ids(must[[]pos.Attempt](t)(l.Find(good.CheckoutRequestID, 3))), []pos.AttemptID{good.ID})
	r, err := l.Verify(context.Background(), nil)
	if err != nil || r.First == nil || r.First.Attempt != all[8] || r.Derived != 0 {
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
	err := l.view(func(tx *bolt.Tx) error {
		return scan(tx, anchorsBucket, nil, func(k, body []byte) error {
			anchors[pos.Day(binary.BigEndian.Uint32(k))] = binary.BigEndian.Uint64(body)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "anchors", anchors, map[pos.Day]uint64{day: 2})
	r, err := l.Verify(context.Background(), nil)
	if err != nil || r.Last.Day != day.Add(1) || r.Last.Events != 4 {
		t.Errorf("%+v, %v", r, err)
	}
}

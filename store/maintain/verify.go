package maintain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"kaunta/pos"
	"kaunta/store"
	"kaunta/store/format"
)

// Verify reads the whole ledger: its pages, the checksum of each record, the chain of hashes and
// its anchors, and what follows from the events, which is worked out again and compared:
//
//	records ─► chunks ─► workers: decode, replay ─► events ─► chain ─► compared with its end
//	                                             └► entries ─► sums ─┐
//	indexes ─► sums ─────────────────────────────────────────────────┴► compared
//
// Shifts and people come before the payments. In the end the figures of each Z are worked out again
// from the payments.
//
// It reads as things are when it begins, and payments go on meanwhile. progress, if not nil, is
// told how many attempts of how many are done, from one goroutine at a time. The error is ctx's or
// store.ErrClosed; what is wrong with the ledger is in the Report.
func Verify(ctx context.Context, l *store.Ledger, progress func(done, total int)) (Report, error) {
	workers := min(max(runtime.GOMAXPROCS(0), 1), 8)
	v := &verifier{
		ctx: ctx, seed: maphash.MakeSeed(), progress: progress,
		present: sums{}, wanted: sums{}, totals: map[pos.Day]pos.Totals{}, anchors: map[string]store.Row{}, waiting: map[uint64]link{},
	}
	err := l.Views(workers+2, v.run)
	if errors.Is(err, store.ErrDamaged) {
		v.wrong(evidence, nil, "%v", err)
		err = nil
	}
	v.report.First = v.first[evidence]
	if v.report.First == nil {
		v.report.First = v.first[derived]
	}
	v.report.Evidence, v.report.Derived = v.count[evidence], v.count[derived]
	return v.report, err
}

// The two sorts of problem.
const (
	evidence = iota
	derived
)

// verifier is one run of Verify.
type verifier struct {
	ctx      context.Context
	seed     maphash.Seed
	progress func(done, total int)

	mu    sync.Mutex // for these two
	first [2]*Problem
	count [2]int

	present sums // the entries that are in the indexes

	// What follows belongs to the goroutine that puts the workers' results together.
	report  Report
	wanted  sums // the entries that should be there
	totals  map[pos.Day]pos.Totals
	anchors map[string]store.Row
	shifts  []shift
	broken  bool            // the chain
	waiting map[uint64]link // events that came before those that they follow
}

// maxWaiting bounds waiting, and so the memory that Verify takes. An event is written within days
// of its attempt: as long as the ledger holds together, some hundreds wait.
const maxWaiting = 4 << 20

// sums stand for the entries of indexes, so that each can be compared in two numbers.
type sums map[store.Bucket]sum

type sum struct {
	n      int
	hashes uint64 // the sum of hashes with a seed that is chance: nobody can make two entries that are alike
}

// add counts an entry n times: 1 to add it, -1 to take it out again.
func (s sums) add(seed maphash.Seed, e store.Row, n int) {
	var h maphash.Hash
	h.SetSeed(seed)
	_, _ = h.Write(e.Key)
	_, _ = h.Write(e.Value)
	was := s[e.Bucket]
	s[e.Bucket] = sum{was.n + n, was.hashes + uint64(n)*h.Sum64()}
}

// place names a row of the ledger.
type place struct {
	key format.Key
	at  time.Time
}

// wrong notes a problem. at is the row that it is about, or nil.
func (v *verifier) wrong(sort int, at *place, what string, args ...any) {
	p := &Problem{What: fmt.Sprintf(what, args...)}
	if at != nil {
		p.Attempt, p.At = pos.AttemptID(at.key.String()), at.at
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.count[sort]++
	if v.first[sort] == nil {
		v.first[sort] = p
	}
}

// chunk is what a worker takes: some attempts, and what it makes of them.
type chunk struct {
	rows []store.Row
	done chan struct{}

	links    []link
	wanted   sums
	totals   map[pos.Day]pos.Totals
	problems []func() // in the order of the rows
}

// chunkSize is how many attempts a worker takes at a time.
const chunkSize = 512

// link is an event's place in the chain.
type link struct {
	n    uint64
	leaf [32]byte
	mark [format.MarkSize]byte
	place
}

// run reads the ledger.
func (v *verifier) run(views []*store.View) error {
	var err error
	if v.report.Last, err = views[0].Start(); err != nil {
		return err
	}
	var others sync.WaitGroup
	defer others.Wait()
	ctx, cancel := context.WithCancel(v.ctx)
	defer cancel()
	v.ctx = ctx
	guarded := func(f func() error) { // in a goroutine of its own
		if err := store.Guard(f); err != nil && ctx.Err() == nil {
			v.wrong(evidence, nil, "%v", err)
		}
	}
	others.Go(func() { guarded(func() error { return v.indexes(views[1]) }) })
	chunks := make(chan *chunk)
	for _, view := range views[2:] {
		others.Go(func() {
			for c := range chunks {
				guarded(func() error { v.examine(view, c); return nil })
				close(c.done)
			}
		})
	}
	v.shop(views[0])
	if err := v.walk(views[0], chunks); err != nil {
		return err
	}
	others.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	v.ends(views[0])
	if err := v.compare(views[0]); err != nil {
		return err
	}
	if v.count == [2]int{} { // where all else is well, so that what a shift was is known
		v.days(views)
	}
	return ctx.Err()
}

// walk hands out the attempts, in chunks, and puts together what the workers make of them, in the
// order of the attempts.
func (v *verifier) walk(view *store.View, chunks chan<- *chunk) error {
	defer close(chunks)
	total := view.Count(store.RecordsBucket)
	var ahead []*chunk
	take := func() {
		<-ahead[0].done
		v.take(ahead[0])
		ahead = ahead[1:]
		if v.progress != nil {
			v.progress(v.report.Attempts, total)
		}
	}
	send := func(c *chunk) {
		if len(ahead) == 16 {
			take()
		}
		c.done, c.wanted, c.totals = make(chan struct{}), sums{}, map[pos.Day]pos.Totals{}
		chunks <- c
		ahead = append(ahead, c)
	}
	next := &chunk{}
	for row, err := range view.Rows(store.RecordsBucket, nil) {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		if err != nil {
			v.wrong(evidence, nil, "%v", err)
		}
		// Attempts of one millisecond share entries, and stay together.
		if n := len(next.rows); n >= chunkSize && !sameMoment(row, next.rows[n-1]) {
			send(next)
			next = &chunk{}
		}
		next.rows = append(next.rows, row)
	}
	if len(next.rows) > 0 {
		send(next)
	}
	for len(ahead) > 0 {
		take()
	}
	return nil
}

// momentSize is the length of the moment that a key begins with.
const momentSize = 6

func sameMoment(a, b store.Row) bool {
	return len(a.Key) >= momentSize && bytes.HasPrefix(b.Key, a.Key[:momentSize])
}

// examine is a worker's part: it decodes and replays the chunk's attempts.
func (v *verifier) examine(view *store.View, c *chunk) {
	bad := func(sort int, at *place, err error) {
		c.problems = append(c.problems, func() { v.wrong(sort, at, "%v", err) })
	}
	shared := map[string]store.Row{} // the entries of attempts of one millisecond
	for i, row := range c.rows {
		if i > 0 && !sameMoment(row, c.rows[i-1]) {
			clear(shared)
		}
		r, err := view.Record(row)
		if err != nil {
			var at *place
			if len(row.Key) == format.KeySize {
				at = placeOf(format.Key(row.Key))
			}
			bad(evidence, at, err)
			continue
		}
		for i := range r.Events {
			e := &r.Events[i]
			c.links = append(c.links, link{e.N, view.Leaf(r, i), e.Mark, place{r.Key, e.At}})
		}
		a, err := view.Attempt(r)
		if err != nil {
			bad(derived, placeOf(r.Key), err)
			continue
		}
		for _, e := range view.Entries(r, a) {
			k := string(e.Bucket) + string(e.Key)
			was, there := shared[k]
			if there && bytes.Compare(was.Value, e.Value) >= 0 {
				continue
			}
			if there {
				c.wanted.add(v.seed, was, -1)
			}
			c.wanted.add(v.seed, e, 1)
			shared[k] = e
		}
		for _, at := range store.Periods(r.Key) {
			t := c.totals[at]
			t.Add(a, 1)
			c.totals[at] = t
		}
	}
}

func placeOf(k format.Key) *place { return &place{k, time.UnixMilli(int64(k.MS()))} }

// take adds what a worker found.
func (v *verifier) take(c *chunk) {
	v.report.Attempts += len(c.rows)
	v.report.Events += len(c.links)
	for _, p := range c.problems {
		p()
	}
	for b, s := range c.wanted {
		v.wanted[b] = sum{v.wanted[b].n + s.n, v.wanted[b].hashes + s.hashes}
	}
	for at, t := range c.totals {
		v.totals[at] = v.totals[at].Plus(t)
	}
	for _, l := range c.links {
		v.chain(l)
	}
}

// chain goes on to an event, and to those that waited for it.
func (v *verifier) chain(l link) {
	head := v.report.Last
	switch {
	case v.broken:
		return
	case l.n <= head.Events:
		v.breaks(l, "its event has the number %d, which another has", l.n)
		return
	case l.n > head.Events+1:
		if v.waiting[l.n] = l; len(v.waiting) >= maxWaiting {
			v.missing()
		}
		return
	}
	for there := true; there; l, there = v.waiting[head.Events+1] {
		delete(v.waiting, l.n)
		day := pos.DayOf(l.at)
		if head.Events > 0 && day != head.Day {
			row := head.Row()
			v.anchors[string(row.Key)] = row
		}
		next := head.Next(l.leaf, day)
		if next.Mark() != l.mark {
			v.breaks(l, "its event, number %d of the ledger, is not the one that was written", l.n)
			return
		}
		head = next
		v.report.Last = head
	}
}

func (v *verifier) breaks(l link, what string, args ...any) {
	v.broken, v.waiting = true, nil
	v.wrong(evidence, &l.place, what, args...)
}

// missing says that the first event that waits does so in vain.
func (v *verifier) missing() {
	first := v.waiting[slices.Min(slices.Collect(maps.Keys(v.waiting)))]
	v.breaks(first, "event %d of the ledger, which comes before it, is missing", v.report.Last.Events+1)
}

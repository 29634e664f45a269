package store

import (
	"bytes"
	"container/heap"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime"
	"slices"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"kaunta/pos"
	"kaunta/store/format"
)

// Problem is something in a ledger that is not as it was written.
type Problem struct {
	Attempt pos.AttemptID // "" where it is about none
	At      time.Time     // of the event or, where there is none, of asking; zero where it is about none
	Amount  pos.Shillings // of the attempt; 0 where it is not known, and from [Ledger.Verify]: [VerifyFile] looks it up
	What    string        // one sentence
}

// Error is the problem in one sentence, with the attempt that it is about.
func (p Problem) Error() string {
	if p.Attempt == "" {
		return p.What
	}
	return fmt.Sprintf("attempt %s of %s: %s", p.Attempt, pos.DateTime(p.At), p.What)
}

// Report is what [Ledger.Verify] found.
type Report struct {
	Attempts int
	Events   int
	Last     Anchor // the end of the chain, with the day of the last event

	// Evidence is how much is wrong with pages, records and the chain, and Derived with what
	// follows from them, the indexes and the totals, which [Rebuild] makes anew. A broken chain
	// counts once: nothing can be said of what comes after.
	Evidence, Derived int

	// First is the first thing that is wrong, evidence before the rest; nil where all is well.
	First *Problem
}

// verifyChunk is how many attempts a worker of Verify takes at a time.
const verifyChunk = 512

// maxWaiting bounds the events that wait for those before them, and so the memory that Verify
// takes. An event is written within days of its attempt: as long as the ledger holds together, some
// hundreds wait.
const maxWaiting = 4 << 20

// Verify reads the whole ledger: its pages, the checksum of each record, the chain of hashes and
// its anchors, and that indexes, totals, and the set of what is unsettled say what the events say.
// It reads as things are when it begins, and payments go on meanwhile. progress, if not nil, is
// told how many attempts of how many are done, from one goroutine at a time. The error is ctx's or
// [ErrClosed]; what is wrong with the ledger is in the Report.
func (l *Ledger) Verify(ctx context.Context, progress func(done, total int)) (Report, error) {
	defer l.reads.begin()()
	v := &verifier{ctx: ctx, l: l, seed: maphash.MakeSeed(), progress: progress, totals: map[pos.Day]pos.Totals{}, anchors: map[pos.Day]head{}}
	err := guard(v.run)
	if errors.Is(err, ErrDamaged) {
		v.wrong(evidence, nil, "%v", err)
		err = nil
	}
	if v.first[evidence] != nil {
		v.report.First = v.first[evidence]
	} else {
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
	l        *Ledger
	seed     maphash.Seed
	progress func(done, total int)

	mu    sync.Mutex // for these three
	first [2]*Problem
	count [2]int
	sums  map[bucket]uint64 // of all entries that are in the indexes

	// What follows belongs to the goroutine that puts the workers' results together.
	report  Report
	wanted  map[bucket]uint64 // of all entries that should be in the indexes
	totals  map[pos.Day]pos.Totals
	head    head
	anchors map[pos.Day]head
	broken  bool // the chain
	waiting waiting
}

// wrong notes a problem. at is the row that it is about, or nil.
func (v *verifier) wrong(sort int, at *row, format string, args ...any) {
	p := &Problem{What: fmt.Sprintf(format, args...)}
	if at != nil {
		p.Attempt, p.At = attemptOf(at.key), at.at
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.count[sort]++
	if v.first[sort] == nil {
		v.first[sort] = p
	}
}

// row names a row of the ledger.
type row struct {
	key key
	at  time.Time
}

// chunk is what a worker takes: some attempts, and what it makes of them.
type chunk struct {
	keys, values [][]byte
	done         chan struct{}

	links    []link
	events   int
	wanted   map[bucket]uint64
	totals   map[pos.Day]pos.Totals
	problems []func() // in the order of the rows
}

// link is an event's place in the chain.
type link struct {
	n      uint64
	digest [sha256.Size]byte
	mark   [format.MarkSize]byte
	row
}

// run reads the ledger.
func (v *verifier) run() error {
	workers := min(max(runtime.GOMAXPROCS(0), 1), 8)
	txs, err := v.snapshots(workers + 2)
	if err != nil {
		return err
	}
	defer func() {
		for _, tx := range txs {
			_ = tx.Rollback()
		}
	}()
	tx := txs[0]
	seed, err := getSecret(tx, seedKey)
	if err != nil {
		return err
	}
	v.head.chain = [sha256.Size]byte(seed)
	v.wanted, v.sums = map[bucket]uint64{}, map[bucket]uint64{}

	var others sync.WaitGroup
	defer others.Wait()
	ctx, cancel := context.WithCancel(v.ctx)
	defer cancel()
	v.ctx = ctx
	others.Go(func() { v.guarded(func() error { return v.indexes(txs[1]) }) })

	chunks := make(chan *chunk)
	for _, tx := range txs[2:] {
		others.Go(func() {
			rd := reader{tx: tx, coder: v.l.coder}
			h := format.NewHasher()
			for c := range chunks {
				v.guarded(func() error { return v.look(rd, h, c) })
				close(c.done)
			}
		})
	}
	if err := v.walk(tx, chunks); err != nil {
		return err
	}
	others.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	v.ends(tx)
	return v.compare(tx, reader{tx: tx, coder: v.l.coder})
}

// guarded runs f in a goroutine of its own right.
func (v *verifier) guarded(f func() error) {
	if err := guard(f); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		v.wrong(evidence, nil, "%v", err)
	}
}

// snapshots begins n transactions that see the same.
func (v *verifier) snapshots(n int) (txs []*bolt.Tx, err error) {
	for len(txs) < n {
		tx, err := v.l.db.Begin(false)
		if err != nil {
			for _, tx := range txs {
				_ = tx.Rollback()
			}
			return nil, ErrClosed
		}
		if len(txs) > 0 && tx.ID() != txs[0].ID() { // there was a commit between them
			for _, tx := range txs {
				_ = tx.Rollback()
			}
			txs = txs[:0]
		}
		txs = append(txs, tx)
	}
	return txs, nil
}

// walk hands out the attempts, in chunks, and puts together what the workers make of them, in the
// order of the attempts.
func (v *verifier) walk(tx *bolt.Tx, chunks chan<- *chunk) error {
	defer close(chunks)
	attempts := tx.Bucket([]byte(attemptsBucket))
	total := attempts.Stats().KeyN
	c := attempts.Cursor()
	var ahead []*chunk
	k, value := c.First()
	for k != nil || len(ahead) > 0 {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		if k != nil && len(ahead) < 16 {
			next := &chunk{done: make(chan struct{}), wanted: map[bucket]uint64{}, totals: map[pos.Day]pos.Totals{}}
			for k != nil && (len(next.keys) < verifyChunk || sameMoment(k, next.keys[len(next.keys)-1])) {
				next.keys, next.values = append(next.keys, k), append(next.values, value)
				last := k
				if k, value = c.Next(); k != nil && bytes.Compare(last, k) >= 0 {
					v.wrong(evidence, nil, "the attempts are not in their order")
				}
			}
			chunks <- next
			ahead = append(ahead, next)
			continue
		}
		<-ahead[0].done
		v.take(ahead[0])
		ahead = ahead[1:]
		if v.progress != nil {
			v.progress(v.report.Attempts, total)
		}
	}
	return nil
}

func sameMoment(a, b []byte) bool {
	return len(a) >= msSize && len(b) >= msSize && bytes.Equal(a[:msSize], b[:msSize])
}

// look is a worker's part: it decodes and replays the chunk's attempts.
func (v *verifier) look(rd reader, h *format.Hasher, c *chunk) error {
	bad := func(sort int, at row, err error) {
		c.problems = append(c.problems, func() { v.wrong(sort, &at, "%v", err) })
	}
	same := map[string]bool{} // entries of attempts of one millisecond
	for i, k := range c.keys {
		if len(k) != idSize {
			bad(evidence, row{}, damaged(attemptsBucket, k, errShape))
			continue
		}
		if i > 0 && !sameMoment(k, c.keys[i-1]) {
			clear(same)
		}
		at := row{key: key(k), at: time.UnixMilli(int64(key(k).MS()))}
		r, err := rd.read(k, c.values[i])
		if err != nil {
			bad(evidence, at, err)
			continue
		}
		for i := range r.Events {
			e := &r.Events[i]
			c.links = append(c.links, link{e.N, h.Leaf(rd.coder, &r.Record, i), e.Mark, row{r.Key, e.At}})
		}
		c.events += len(r.Events)
		a, err := rd.replay(r)
		if err != nil {
			bad(derived, at, err)
			continue
		}
		for _, e := range rd.entries(r, a) {
			if !same[string(e.bucket)+string(e.key)] {
				c.wanted[e.bucket] += v.sum(e.bucket, e.key, e.body)
			}
			same[string(e.bucket)+string(e.key)] = true
		}
		day := dayOf(r.Key)
		t := c.totals[day]
		t.Add(a, 1)
		c.totals[day] = t
	}
	return nil
}

// sum stands for an entry, so that all entries of an index can be compared in one number. The seed
// is chance: nobody can make two that are alike. Of an attempt that holds a receipt and one that
// only names it, the one that holds it decides, which is looked at only where the sums differ.
func (v *verifier) sum(b bucket, k, body []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(v.seed)
	_, _ = h.WriteString(string(b))
	_, _ = h.Write(k)
	_, _ = h.Write(body)
	return h.Sum64()
}

// take adds what a worker found.
func (v *verifier) take(c *chunk) {
	v.report.Attempts += len(c.keys)
	v.report.Events += c.events
	for _, p := range c.problems {
		p()
	}
	for b, sum := range c.wanted {
		v.wanted[b] += sum
	}
	for day, t := range c.totals {
		for _, at := range []pos.Day{day, monthKey(day.Month())} {
			v.totals[at] = v.totals[at].Plus(t)
		}
	}
	for _, l := range c.links {
		switch {
		case v.broken:
		case l.n == v.head.n+1:
			v.chain(l)
			for len(v.waiting) > 0 && !v.broken && v.waiting[0].n == v.head.n+1 {
				v.chain(heap.Pop(&v.waiting).(link))
			}
		case l.n <= v.head.n:
			v.brokenAt(l, fmt.Sprintf("its event has the number %d, which another has", l.n))
		case len(v.waiting) >= maxWaiting:
			v.brokenAt(v.waiting[0], fmt.Sprintf("event %d of the ledger, which comes before it, is missing", v.head.n+1))
		default:
			heap.Push(&v.waiting, l)
		}
	}
}

// chain goes on to the next event.
func (v *verifier) chain(l link) {
	day := pos.DayOf(l.at)
	if v.head.n > 0 && day != v.head.day {
		v.anchors[v.head.day] = v.head
	}
	next := v.head.next(l.digest, day)
	if next.mark() != l.mark {
		v.brokenAt(l, fmt.Sprintf("its event, number %d of the ledger, is not the one that was written", l.n))
		return
	}
	v.head = next
}

func (v *verifier) brokenAt(l link, what string) {
	v.broken, v.waiting = true, nil
	v.wrong(evidence, &l.row, "%s", what)
}

// waiting is a heap of events that came before those that they follow.
type waiting []link

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return w[i].n < w[j].n }
func (w waiting) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(x any)        { *w = append(*w, x.(link)) }
func (w *waiting) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}

// ends compares the end of the chain and its anchors.
func (v *verifier) ends(tx *bolt.Tx) {
	if len(v.waiting) > 0 {
		v.brokenAt(v.waiting[0], fmt.Sprintf("event %d of the ledger, which comes before it, is missing", v.head.n+1))
	}
	if v.broken {
		return
	}
	last, err := getHead(tx)
	switch {
	case err != nil:
		v.wrong(evidence, nil, "%v", err)
	case last.n > v.head.n:
		v.wrong(evidence, nil, "the ledger has had %d events, and the last %d are missing", last.n, last.n-v.head.n)
	case last != v.head:
		v.wrong(evidence, nil, "the chain of hashes does not end where the ledger says")
	}
	v.report.Last = Anchor{Day: v.head.day, Events: v.head.n, Hash: v.head.chain}
	err = scan(tx, anchorsBucket, nil, func(k, body []byte) error {
		if len(k) != 4 || len(body) != anchorSize {
			return damaged(anchorsBucket, k, errShape)
		}
		day := pos.Day(binary.BigEndian.Uint32(k))
		h, ok := v.anchors[day]
		delete(v.anchors, day)
		if !ok || !bytes.Equal(h.anchor(), body) {
			v.wrong(evidence, nil, "the anchor of %s is not the end of the chain on that day", day)
		}
		return nil
	})
	if err != nil {
		v.wrong(evidence, nil, "%v", err)
	}
	for _, day := range sortedDays(v.anchors) {
		v.wrong(evidence, nil, "the anchor of %s is missing", day)
	}
}

func sortedDays[T any](m map[pos.Day]T) []pos.Day {
	var days []pos.Day
	for d := range m {
		days = append(days, d)
	}
	slices.Sort(days)
	return days
}

// indexes reads every entry of what follows from the events, and all pages where nobody writes.
func (v *verifier) indexes(tx *bolt.Tx) error {
	for _, b := range derivedBuckets() {
		if b == totalsBucket {
			continue
		}
		var sum uint64
		var last []byte
		n := 0
		err := scan(tx, b, nil, func(k, body []byte) error {
			if n++; n%1024 == 0 && v.ctx.Err() != nil {
				return v.ctx.Err()
			}
			if bytes.Compare(last, k) >= 0 && last != nil {
				return damaged(b, k, errOrder)
			}
			last = k
			sum += v.sum(b, k, body)
			return nil
		})
		if v.ctx.Err() != nil {
			return v.ctx.Err()
		}
		if err != nil {
			v.wrong(derived, nil, "%v", err)
		}
		v.mu.Lock()
		v.sums[b] = sum
		v.mu.Unlock()
	}
	if !v.l.readOnly {
		return nil // bbolt's own check looks at what a writer changes
	}
	if err := checkFirstPages(v.l.path); err != nil {
		v.wrong(evidence, nil, "%v", err)
	}
	switch lost, err := lostFreeList(v.l.db.file); {
	case err != nil:
		return err
	case lost: // the check begins with it
		v.wrong(derived, nil, "the list of free pages is lost")
		return nil
	}
	for err := range tx.Check() {
		v.wrong(evidence, nil, "page structure: %v", err)
	}
	return nil
}

var errOrder = errors.New("it is not in its order")

// compare holds totals and indexes against what the events say.
func (v *verifier) compare(tx *bolt.Tx, rd reader) error {
	err := scan(tx, totalsBucket, nil, func(k, _ []byte) error {
		if len(k) != 4 {
			return damaged(totalsBucket, k, errShape)
		}
		at := pos.Day(binary.BigEndian.Uint32(k))
		got, err := getTotals(tx, at)
		if want := v.totals[at]; err == nil && got != want {
			v.wrong(derived, nil, "the totals of %s are not the sum of its rows", period(at))
		}
		delete(v.totals, at)
		return err
	})
	if err != nil {
		v.wrong(derived, nil, "%v", err)
	}
	for _, at := range sortedDays(v.totals) {
		if v.totals[at] != (pos.Totals{}) {
			v.wrong(derived, nil, "the totals of %s are missing", period(at))
		}
	}
	for _, b := range derivedBuckets() {
		if b != totalsBucket && v.sums[b] != v.wanted[b] {
			if err := v.pinpoint(tx, rd, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// period names a key of the totals.
func period(at pos.Day) string {
	if at%100 == 0 {
		return at.Month().String()
	}
	return at.String()
}

// pinpoint finds what differs in an index whose sum does.
func (v *verifier) pinpoint(tx *bolt.Tx, rd reader, b bucket) error {
	n := 0
	each := func(k []byte, visit func(r *rec, a pos.Attempt)) error {
		if n++; n%1024 == 0 && v.ctx.Err() != nil {
			return v.ctx.Err()
		}
		r, err := rd.record(key(k))
		if err != nil {
			return nil // said already
		}
		if a, err := rd.replay(r); err == nil {
			visit(r, a)
		}
		return nil
	}
	// What the records say, with what is in the index.
	c := tx.Bucket([]byte(attemptsBucket)).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if len(k) != idSize {
			continue
		}
		err := each(k, func(r *rec, a pos.Attempt) {
			for _, e := range rd.entries(r, a) {
				if e.bucket != b {
					continue
				}
				body, err := get(tx, b, e.key)
				if err == nil && (!has(tx, b, e.key) || b == receiptsBucket && e.body[0] == holds && !bytes.Equal(body, e.body) ||
					(b == addressesBucket || b == onceBucket) && !bytes.Equal(body, e.body)) {
					v.wrong(derived, &row{r.Key, a.AskedAt}, "the index of %s does not name it rightly", b)
				}
			}
		})
		if err != nil {
			return err
		}
	}
	// What is in the index, with what the records say.
	return scan(tx, b, nil, func(at, body []byte) error {
		var said bool
		visit := func(k key, _ []byte) error {
			return each(k[:], func(r *rec, a pos.Attempt) {
				said = said || slices.ContainsFunc(rd.entries(r, a), func(e entry) bool {
					return e.bucket == b && bytes.Equal(e.key, at) && (len(body) == 0 || bytes.Equal(e.body, body))
				})
			})
		}
		var err error
		switch b {
		case salesBucket, unsettledBucket:
			if len(at) >= idSize {
				err = visit(key(at[len(at)-idSize:]), nil)
			}
		case addressesBucket, onceBucket:
			if len(body) == idSize {
				err = visit(key(body), nil)
			}
		default:
			if ms, ok := tail(at); ok {
				err = rd.ofMoment(momentKey(ms), visit)
			}
		}
		if err == nil && !said {
			v.wrong(derived, nil, "the index of %s has an entry that no attempt accounts for", b)
		}
		return err
	})
}

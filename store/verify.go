package store

import (
	"bytes"
	"container/heap"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime"
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

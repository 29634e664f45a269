package simtest

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kaunta/pos"
)

// world is one shop for a few days, with its customers and its M-PESA, in virtual time. It runs
// inside one synctest bubble, and its course is a function of seed and sales.
type world struct {
	seed    uint64
	sales   int
	path    string // of the ledger
	climate climate
	tally   tally

	fair  atomic.Bool   // mischief is over
	skew  atomic.Int64  // how far the machine's clock is from the right time
	began time.Time     // when the shop opened
	over  chan struct{} // closed when everybody shall go home
	busy  sync.WaitGroup

	// mu guards everything below. It is never held while anything waits for virtual time.
	mu         sync.Mutex
	rows       []*row
	byID       map[pos.AttemptID]*row
	byAddress  map[string]*row
	bySale     map[pos.SaleID][]*row
	byPhone    map[pos.MSISDN][]*row
	byCheckout map[string]*row
	instead    map[pos.AttemptID][]*row // asked in place of it, as other sales
	receipts   map[string]*row          // closed by which row
	byOnce     map[string]*row          // asked with which key
	words      map[said]meaning
	mpesa      mpesa
	till       *process // nil while none is running
	away       bool     // the ledger's file has lost its name
	screen     map[pos.AttemptID]pos.State
	lastQuery  time.Time
	horizon    time.Time // what was asked before it, and has an end, is forgotten
	notes      []note
	broken     *breach
}

// climate is what a world is like as a whole.
type climate struct {
	mischief     float64 // multiplies the odds of every mischief
	queryEvery   time.Duration
	confirmAbove pos.Shillings
	road         road
	phones       int           // how many customers there are
	gap          time.Duration // between two sales, on average
	deaths       int           // how often the till's process ends
	lifetime     float64       // how many steps it makes before it is killed, on average
	forgetAfter  time.Duration // age at which phone numbers are forgotten; 0: never
	unruly       bool          // its clock is set, and its ledger is moved
}

// road is how callbacks reach the till.
type road string

const (
	steady  road = "steady"  // at one public address
	renewed road = "renewed" // at an address that is another after each start
	none    road = "none"
)

func newWorld(seed uint64, sales int, path string) *world {
	w := &world{
		seed: seed, sales: sales, path: path,
		began: time.Now(), over: make(chan struct{}),
		byID: map[pos.AttemptID]*row{}, byAddress: map[string]*row{}, bySale: map[pos.SaleID][]*row{}, byPhone: map[pos.MSISDN][]*row{}, instead: map[pos.AttemptID][]*row{}, byCheckout: map[string]*row{},
		receipts: map[string]*row{}, byOnce: map[string]*row{}, words: map[said]meaning{}, screen: map[pos.AttemptID]pos.State{},
	}
	d := w.roll("climate", 0)
	deaths := d.IntN(8)
	w.climate = climate{
		mischief:     one(d, 0, 0.3, 1, 1, 1, 2),
		queryEvery:   d.stretch(200*time.Millisecond, 13*time.Second),
		confirmAbove: one[pos.Shillings](d, 0, 0, 0, 1_000, 100_000),
		road:         one(d, steady, steady, steady, renewed, renewed, renewed, none),
		phones:       1 + int(float64(sales)*one(d, 0.2, 1, 3, 3)),
		gap:          d.stretch(4*time.Second, 3*time.Minute),
		deaths:       deaths,
		lifetime:     20 * float64(sales) / float64(deaths+1),
	}
	if d := w.roll("forgetful", 0); d.IntN(3) == 0 {
		w.climate.forgetAfter = d.stretch(2*pos.Patience, 12*time.Hour)
	}
	w.climate.unruly = w.roll("unruly", 0).IntN(3) == 0
	w.mpesa = mpesa{w: w, byCheckout: map[string]*push{}, prompts: map[string]*push{}, ended: map[string]time.Time{}}
	return w
}

// run lets the world run from the first sale to the last word about it.
func (w *world) run() {
	// so that some shops are open at midnight
	w.wait(w.roll("opening", 0).within(time.Second, 24*time.Hour))
	w.began = time.Now()

	var sales sync.WaitGroup
	arrival := w.roll("arrival", 0)
	at := time.Duration(0)
	for i := range w.sales {
		at += time.Duration(arrival.ExpFloat64() * float64(w.climate.gap))
		when := at
		sales.Go(func() {
			if w.wait(when) {
				deepen(false)
				w.sell(i)
			}
		})
	}
	w.busy.Go(w.otherTill)
	w.busy.Go(func() { w.stranger(at) })

	evening := make(chan struct{}) // everything that was still to come has come
	w.busy.Go(func() {
		sales.Wait()
		w.wait(longest)
		close(evening)
	})
	if err := w.live(evening); err != nil {
		w.fail("theTillStarts", err.Error())
	}
	w.mu.Lock()
	w.end()
	w.mu.Unlock()
	w.busy.Wait()
}

// wait lets so much virtual time pass, and reports false if the world has ended meanwhile.
func (w *world) wait(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-w.over:
		return false
	}
}

// later does f after so much time, unless the world has ended by then.
func (w *world) later(d time.Duration, f func()) {
	time.AfterFunc(d, func() {
		if w.enter() {
			defer w.busy.Done()
			deepen(false)
			f()
		}
	})
}

// enter adds one to those who are busy, unless the world has ended.
func (w *world) enter() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.over:
		return false
	default:
		w.busy.Add(1)
		return true
	}
}

// end sends everybody in the world home; w.mu is held.
func (w *world) end() {
	select {
	case <-w.over:
	default:
		close(w.over)
	}
}

// breach is a law that was broken.
type breach struct {
	law, wrong string
	row        *row // nil where it is about none
}

// breach notes that a law is broken, and ends the world; w.mu is held. Only the first counts: what
// comes after may be its consequence.
func (w *world) breach(law, wrong string, r *row) {
	if w.broken == nil {
		w.broken = &breach{law, wrong, r}
		w.note(r, "BROKEN", law)
		w.end()
	}
}

// fail is breach for those who do not hold w.mu.
func (w *world) fail(law, wrong string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.breach(law, wrong, nil)
}

// count counts something that happened, for the report.
func (w *world) count(what string) { w.tally.add(what, 1) }

// note is a line of the world's history.
type note struct {
	at     time.Duration // since the opening
	row    int           // -1 where it is about none
	who    string
	detail string
}

// note writes a line into the history; w.mu is held.
func (w *world) note(r *row, who, detail string) {
	n := -1
	if r != nil {
		n = r.n
	}
	w.notes = append(w.notes, note{time.Since(w.began), n, who, detail})
}

// history is what happened to the attempt that the broken law is about, to those of the same sale
// and phone, and to the till.
func (w *world) history() string {
	about := map[int]bool{-1: true}
	if r := w.broken.row; r != nil {
		for _, other := range append(w.bySale[r.now.Sale], w.byPhone[r.phone]...) {
			about[other.n] = true
		}
	}
	var b strings.Builder
	for _, n := range w.notes {
		if !about[n.row] {
			continue
		}
		name := "till"
		if n.row >= 0 {
			name = fmt.Sprintf("attempt %d", n.row)
		}
		fmt.Fprintf(&b, "\t%16v  %-12s %-10s %s\n", n.at.Round(time.Microsecond), name, n.who, n.detail)
	}
	return b.String()
}

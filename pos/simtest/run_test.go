package simtest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

var (
	seedFlag  = flag.Uint64("world.seed", 0, "the seed of the first world; the others follow. 0: draw one")
	salesFlag = flag.Int("world.sales", 0, "how many sales to try. 0: as many as a test has time for")
	forFlag   = flag.Duration("world.for", 0, "go on for so long, in real time, however many sales that makes")
)

// worldSales is how many sales a world has. A world fails as a whole, so few make a short history,
// and many a long life with restarts, days and phones that come again.
const worldSales = 100

func TestMain(m *testing.M) {
	debug.SetGCPercent(-1) // short-lived garbage on a small heap
	debug.SetMemoryLimit(256 << 20)
	// The first look for a process makes one, to see what the system can do, and that shares the locks
	// of all ledgers that are open until it has ended: a moment, but virtual time can pass a second of
	// waiting for a lock meanwhile.
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Release()
	}
	goleak.VerifyTestMain(m)
}

// TestWorld tries to make the till lie: see the package's documentation.
func TestWorld(t *testing.T) {
	sales := *salesFlag
	if sales == 0 {
		sales = defaultSales
		if testing.Short() {
			sales /= 10
		}
	}
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	began := time.Now()
	var next atomic.Int64 // the number of the next world
	var failed atomic.Bool
	var total tally
	t.Run("worlds", func(t *testing.T) {
		for range runtime.GOMAXPROCS(0) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(folder(t), "shop.ledger")
				for !failed.Load() {
					n := int(next.Add(1)) - 1
					left := sales - n*worldSales
					if *forFlag > 0 {
						left = worldSales
						if time.Since(began) > *forFlag {
							return
						}
					}
					if left <= 0 {
						return
					}
					w := runWorld(t, seed+uint64(n), min(left, worldSales), path)
					total.addAll(&w.tally)
					if w.broken != nil {
						report(t, w, path)
					}
					if t.Failed() {
						failed.Store(true)
					}
				}
			})
		}
	})
	took := time.Since(began)
	tried := total.counts["sales"]
	t.Logf("%d sales in %v, %.0f a second, seed %d\n%v", tried, took.Round(time.Millisecond), float64(tried)/took.Seconds(), seed, &total)
}

// folder is a temporary folder, in memory where the system has one there: what a disk does is
// simulated.
func folder(t *testing.T) string {
	memory, err := os.MkdirTemp("/dev/shm", "kaunta-world-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(memory) })
	return memory
}

// runWorld runs one world on a new ledger at path.
func runWorld(t *testing.T, seed uint64, sales int, path string) (w *world) {
	for _, old := range []string{path, path + ".failed", path + ".pid", path + ".away"} {
		_ = os.Remove(old)
	}
	watchdog := time.AfterFunc(2*time.Minute, func() {
		debug.SetTraceback("all")
		panic(fmt.Sprintf("the world of %s hangs", replayCommand(seed, sales)))
	})
	defer watchdog.Stop()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("law broken: nothingLeaks: %v\n\treplay: %s", p, replayCommand(seed, sales))
		}
	}()
	synctest.Test(t, func(*testing.T) {
		w = newWorld(seed, sales, path)
		w.run()
	})
	return w
}

// report says which law was broken and by what, in the smallest world that has the same seed and
// breaks it too.
func report(t *testing.T, w *world, path string) {
	smallest := w
	for sales := 1; sales < w.sales && !testing.Short(); sales++ {
		if again := runWorld(t, w.seed, sales, path); again != nil && again.broken != nil && again.broken.law == w.broken.law {
			smallest = again
			break
		}
	}
	b := smallest.broken
	about := ""
	if b.row != nil {
		about = fmt.Sprintf("attempt %d: ", b.row.n)
	}
	t.Errorf("law broken: %s: %s%s\n%s\treplay: %s", b.law, about, b.wrong, smallest.history(), replayCommand(smallest.seed, smallest.sales))
}

func replayCommand(seed uint64, sales int) string {
	return fmt.Sprintf("go test ./pos/simtest -run 'TestWorld$' -world.seed=%d -world.sales=%d", seed, sales)
}

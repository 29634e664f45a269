package simtest

import (
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"time"
)

// dice is what one part of a world leaves to chance. Each part has dice of its own, made of the
// world's seed and the part's name, so that what one customer does hangs neither on how many draws
// another took nor on how many sales there are.
type dice struct{ *rand.Rand }

// roll makes the dice of the nth thing called name.
func (w *world) roll(name string, n int) dice {
	h := fnv.New64a()
	_, _ = io.WriteString(h, name)
	return dice{rand.New(rand.NewPCG(scatter(w.seed), scatter(h.Sum64()+uint64(n))))}
}

// scatter makes far numbers of near ones (splitmix64).
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// within is a span from lo to hi. It is drawn to the nanosecond, and so practically nothing in a
// world happens at the same moment as anything else: that is what makes its order, and so its whole
// course, a function of the seed.
func (d dice) within(lo, hi time.Duration) time.Duration {
	return lo + time.Duration(d.Int64N(int64(hi-lo)))
}

// stretch is a span from lo to hi of any order of magnitude, each as likely.
func (d dice) stretch(lo, hi time.Duration) time.Duration {
	return time.Duration(float64(lo) * math.Pow(float64(hi)/float64(lo), d.Float64()))
}

// one is one of all, each as likely.
func one[T any](d dice, all ...T) T { return all[d.IntN(len(all))] }

// odds is something that can happen, and its weight against the others.
type odds[T any] struct {
	weight float64
	what   T
}

// choose is one of all, by their weights.
func choose[T any](d dice, all []odds[T]) T {
	sum := 0.0
	for _, o := range all {
		sum += o.weight
	}
	at := d.Float64() * sum
	for _, o := range all {
		if at -= o.weight; at < 0 {
			return o.what
		}
	}
	return all[len(all)-1].what
}

// plays decides whether a mischief is played, counts it if so, and never plays one in fair weather.
func (w *world) plays(d dice, mischief string, probability float64) bool {
	if d.Float64() >= probability*w.climate.mischief || w.fair.Load() {
		return false
	}
	w.count(mischief)
	return true
}

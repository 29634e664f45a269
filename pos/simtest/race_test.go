//go:build race

package simtest

// defaultSales is how many sales a test under the race detector tries, which makes it ten times
// slower.
const defaultSales = 2_000

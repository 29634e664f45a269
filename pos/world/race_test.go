//go:build race

package world

// defaultSales is how many sales a test under the race detector tries, which makes it ten times slower.
const defaultSales = 2_000

//go:build !race

package world

// defaultSales is how many sales a plain test tries. Many more are tried where the planted faults
// are: see .ci/run.
const defaultSales = 4_000

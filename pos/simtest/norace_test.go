//go:build !race

package simtest

// defaultSales is how many sales a plain test tries. Many more are tried where the planted faults
// are: see .ci/run.
const defaultSales = 4_000

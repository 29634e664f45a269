//go:build !race

package world

const raceDetector = false

// defaultSales is how many sales a plain test tries.
const defaultSales = 20_000

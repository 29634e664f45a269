//go:build race

package export

// raced says that the race detector is on, which makes what is measured of memory mean nothing.
const raced = true

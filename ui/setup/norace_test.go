//go:build !race

package setup

// raced says that the race detector is on.
const raced = false

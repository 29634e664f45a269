//go:build race

package setup

// raced says that the race detector is on. Where the machine is busy, the terminal library closes
// its reader while that still waits, which the detector reports and no code of ours can change.
const raced = true

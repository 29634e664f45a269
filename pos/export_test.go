package pos

// Watching is how many attempts the till keeps in memory, and of how many it plans to ask M-PESA.
func (t *Till) Watching() (watched, planned int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, w := range t.watched {
		if !w.next.IsZero() {
			planned++
		}
	}
	return len(t.watched), planned
}

// The till's words for what this package knows. They stand in a package that imports this one, and
// so are set from outside (words_test.go).
var (
	TillReason                      func(Attempt) (what, do Text)
	TillMismatch, TillMismatchTitle func(Mismatch) Text
)

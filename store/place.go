package store

import "kaunta/pos"

// ErrMoved: the ledger's file is no longer the one at its path: it was moved or deleted, its folder
// was, or another file was put in its place. What is written would not be found again by the next
// till.
var ErrMoved error = &pos.LocalizedError{
	EN: "The ledger's file is not at its place: no new payments. Call the owner.",
	SW: "Faili ya daftari haipo mahali pake: hakuna malipo mapya. Mpigie mwenye duka.",
}

// AtItsPath implements [pos.Ledger]: it is an [ErrMoved] while the file that is written is not the
// one that the ledger's name leads to. A ledger that was opened for reading only is not looked for.
func (l *Ledger) AtItsPath() error {
	if l.readOnly {
		return nil
	}
	if replaced(l.name, l.db.file) || replaced(l.path, l.db.file) {
		return ErrMoved
	}
	return nil
}

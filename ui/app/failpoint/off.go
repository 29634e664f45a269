//go:build !failpoints

package failpoint

import "kaunta/pos"

// Ledger returns l.
func Ledger(l pos.Ledger) pos.Ledger { return l }

// Gateway returns g.
func Gateway(g pos.Gateway) pos.Gateway { return g }

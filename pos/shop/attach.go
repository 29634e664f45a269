package shop

import (
	"context"
	"errors"
	"fmt"

	"kaunta/pos/localapi"
	"kaunta/pos/settings"
	"kaunta/store"
)

// Agree refuses to work through the till where it is for another environment than s, or has customers pay to another number: the money
// goes where that till has it go. Settings without an account agree with any.
func Agree(till localapi.Info, s settings.Settings) error {
	switch {
	case s.CheckAccount() != nil:
	case till.Environment != s.Environment:
		return fmt.Errorf("the till that is open on %s is for %s, and this configuration for %s: name another ledger", s.Ledger, till.Environment, s.Environment)
	case till.Number != s.Daraja.Number():
		return fmt.Errorf("the till that is open on %s has customers pay to %s, and this configuration says %s: close that till and open it again, or name another ledger",
			s.Ledger, till.Number, s.Daraja.Number())
	}
	return nil
}

// Attach finds the shop that is open on the ledger at path, or has open open the ledger itself: then the client is nil. The shop
// comes first: a ledger that is being read cannot be opened by a till that starts, and its lock is waited for.
func Attach(ctx context.Context, path string, open func() error) (*localapi.Client, error) {
	var locked error
	for range 3 { // it may be starting, or closing
		owner, silent := localapi.Dial(ctx, path)
		if silent == nil {
			return owner, nil
		}
		if locked = open(); !errors.Is(locked, store.ErrLocked) {
			return nil, locked
		}
		var lost *localapi.LostError // the one that was there ended while it was asked who it is, and another has come
		if !errors.Is(silent, localapi.ErrNobody) && !errors.As(silent, &lost) {
			return nil, fmt.Errorf("%w; it could not be asked from here: %w", locked, silent)
		}
	}
	return nil, fmt.Errorf("%w; it cannot be asked from here: it may be an older version of kaunta", locked)
}

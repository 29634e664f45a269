package shop

import (
	"context"
	"errors"
	"fmt"
	"os"

	"kaunta/store"
	"kaunta/ui/app/localapi"
	"kaunta/ui/app/settings"
)

// Agree refuses to work through the till where it is for another environment than s, or has
// customers pay to another number: the money goes where that till has it go. Settings without an
// account agree with any.
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

// Attach finds the shop that is open on the ledger at path, or has open open the ledger itself:
// then the client is nil. The shop comes first: a ledger that is being read cannot be opened by a
// till that starts, and its lock is waited for.
func Attach(ctx context.Context, path string, open func() error) (*localapi.Client, error) {
	var locked error
	for range 3 { // it may be starting, or closing
		owner, silent := localapi.Dial(ctx, path)
		if silent == nil {
			return owner, nil
		}
		if locked = open(); !errors.Is(locked, store.ErrLocked) || errors.Is(locked, localapi.ErrSilent) {
			return nil, locked
		}
		// the one that was there ended while it was asked who it is, and another has come
		var lost *localapi.LostError
		if !errors.Is(silent, localapi.ErrNobody) && !errors.As(silent, &lost) {
			return nil, fmt.Errorf("%w; it could not be asked from here: %w", locked, silent)
		}
	}
	return nil, fmt.Errorf("%w; it cannot be asked from here: it may be an older version of kaunta", locked)
}

// Owner is the till that has the ledger at path open, also where its file has lost its name; nil
// where none answers. The error says of one that is there why it does not.
func Owner(ctx context.Context, path string) (*localapi.Client, error) {
	owner, err := localapi.Dial(ctx, path)
	// nobody, or nobody who answers: the file's lock says the rest
	if err != nil && !errors.Is(err, localapi.ErrSilent) {
		return nil, nil
	}
	return owner, err
}

// Held refuses the ledger at path, with a [store.ErrLocked], while a till has it open: where its
// file has lost its name, no lock stands in the way of a second ledger, whose till would ask the
// same customers again. Nor does one where another file has that name, so a till that does not
// answer has it open as well.
func Held(ctx context.Context, path string) error {
	owner, err := Owner(ctx, path)
	if err != nil {
		return fmt.Errorf("%w; %w", store.Locked(path), err)
	}
	if owner == nil {
		return nil
	}
	info := owner.Info()
	host, _ := os.Hostname()
	held := error(&store.LockedError{Path: path, PID: info.PID, Host: host})
	if info.Trouble.EN != "" {
		held = fmt.Errorf("%w; that till says: %s", held, info.Trouble.EN)
	}
	return errors.Join(held, owner.Close())
}

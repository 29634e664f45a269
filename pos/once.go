package pos

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestKey is how long a key of [Request.Once] may be, in bytes.
const longestKey = 64

// ErrOnceKey refuses a key of [Request.Once] that cannot be one.
var ErrOnceKey error = &LocalizedError{
	EN: "The key of a payment has 1 to 64 bytes of plain text, without control characters.",
	SW: "Ufunguo wa malipo una herufi 1 hadi 64 za kawaida.",
}

// CheckOnce returns [ErrOnceKey] for a key that cannot be one, nil for a good one.
func CheckOnce(key string) error {
	if key == "" || len(key) > longestKey || !utf8.ValidString(key) || strings.ContainsFunc(key, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ErrOnceKey
	}
	return nil
}

// onceMark is what the ledger keeps of a key: a hash, since a key may hold a customer's number,
// which is forgotten one day, and the key itself never. Empty for no key.
func onceMark(key string) string {
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("kaunta once\x00" + key))
	return hex.EncodeToString(sum[:16])
}

// OnceError refuses a key that an earlier request was made with, for another amount, phone or till.
type OnceError struct {
	Earlier Attempt
}

func (e *OnceError) Error() string { return e.Say().EN }

func (e *OnceError) Say() Text {
	a := e.Earlier
	what := Text{
		EN: fmt.Sprintf("This key was used for KES %v from %v", a.Amount, a.Phone),
		SW: fmt.Sprintf("Ufunguo huu ulitumika kwa KES %v kutoka %v", a.Amount, a.Phone),
	}
	if a.Tender == TenderCash {
		what = Text{
			EN: fmt.Sprintf("This key was used for KES %v in cash", a.Amount),
			SW: fmt.Sprintf("Ufunguo huu ulitumika kwa KES %v taslimu", a.Amount),
		}
	}
	if a.BuyGoods != "" {
		what.EN, what.SW = what.EN+" to till "+a.BuyGoods, what.SW+" kwa till "+a.BuyGoods
	}
	return Text{
		EN: what.EN + ": nobody was asked. Use another key for another payment.",
		SW: what.SW + ": hakuna aliyeombwa. Tumia ufunguo mwingine kwa malipo mengine.",
	}
}

// askedBefore is the attempt of an earlier request with the key of r; ErrNotFound where there is
// none. One that is STILL CHECKING is queried.
func (t *Till) askedBefore(r Request) (Attempt, error) {
	a, err := t.doneBefore(r.Once, func(a Attempt) bool {
		return a.Amount == r.Amount && a.Phone.same(r.Phone) && a.BuyGoods == r.BuyGoods
	})
	if err == nil && a.State == StillChecking {
		_, _ = t.CheckNow(a.ID) // else there is nothing to ask with
	}
	return a, err
}

// takenBefore is the payment of an earlier request for cash with the key of r; ErrNotFound where
// there is none.
func (t *Till) takenBefore(r CashRequest) (Attempt, error) {
	return t.doneBefore(r.Once, func(a Attempt) bool { return a.Tender == TenderCash && a.Amount == r.Amount })
}

// doneBefore is the payment that was begun with the key, ErrNotFound where there is none, and an
// OnceError where it is not alike. The key is held, so that of two requests at once with one key
// only the first begins one.
func (t *Till) doneBefore(key string, alike func(Attempt) bool) (Attempt, error) {
	if key == "" {
		return Attempt{}, ErrNotFound
	}
	if err := CheckOnce(key); err != nil {
		return Attempt{}, err
	}
	id, err := t.cfg.Ledger.ByOnce(onceMark(key))
	if err != nil {
		return Attempt{}, err
	}
	a, err := t.cfg.Ledger.Attempt(id)
	switch {
	case errors.Is(err, ErrNotFound): // never taken for a key that is free
		return Attempt{}, fmt.Errorf("the attempt of this key is not in the ledger: %w", ErrRefused)
	case err != nil:
		return Attempt{}, err
	case !alike(a):
		return Attempt{}, &OnceError{Earlier: a}
	}
	return a, nil
}

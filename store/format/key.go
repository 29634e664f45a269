package format

import (
	"github.com/oklog/ulid/v2"
)

// KeySize is the length of a ULID in binary.
const KeySize = 16

// Key is a ULID in binary: the key of a record.
type Key [KeySize]byte

// ParseKey reads a ULID in its one spelling. Another spelling of the same bits is refused, since it
// would come back from the disk changed.
func ParseKey[T ~string](id T) (Key, bool) {
	u, err := ulid.ParseStrict(string(id))
	if err != nil || u.String() != string(id) {
		return Key{}, false
	}
	return Key(u), true
}

func (k Key) String() string { return ulid.ULID(k).String() }

// MS is the moment of the ULID, in milliseconds since 1970.
func (k Key) MS() uint64 { return ulid.ULID(k).Time() }

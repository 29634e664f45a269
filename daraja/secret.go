package daraja

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a consumer key, a consumer secret, a passkey or an access token. It does not print
// itself: not with any verb of fmt, not in JSON, TOML or a log. [Secret.Reveal] is the only way to
// its text.
//
// Package fmt cannot call methods on what it finds in unexported fields: a type that keeps a Secret
// in one must format itself, as [Client] does. And encoding/json writes the keys of a map without
// asking them: a Secret is never a key.
type Secret string

const hidden = "[hidden]"

// Reveal is the secret itself, for the request that needs it and for nothing else.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string { return hidden }

func (s Secret) GoString() string { return hidden }

// Format writes "[hidden]" for every verb, %x and %d included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText is "[hidden]": to write a secret to a file, use Reveal.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

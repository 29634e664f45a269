package ui

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/term"
)

// How long the rest of a key's bytes is waited for. A lone ESC is the Esc key, which must still be
// on the screen within 100 ms; what goes on after an ESC no person types, so that there is time.
// longestKey is in bytes, and the two characters of a line's end come in lineEndTogether.
const (
	escAlone        = 65 * time.Millisecond
	lastLook        = 5 * time.Millisecond
	restOfKey       = time.Second
	longestKey      = 1024
	lineEndTogether = 50 * time.Millisecond
)

// keyboard makes whole keys of the bytes that a terminal sends. Lines, radio links and busy
// machines deliver the bytes of one key in parts, and the library below would type the second part,
// as digits, after 50 ms.
func keyboard(r io.Reader) io.Reader {
	if runtime.GOOS == "windows" { // its console hands over keys
		return r
	}
	k := &keyReader{from: r}
	if f, ok := r.(inputTerminal); ok {
		return terminalKeys{f, k}
	}
	return k
}

// inputTerminal is an input that can be made raw and waited for.
type inputTerminal interface {
	term.File
	Name() string
}

// terminalKeys reads whole keys, and is the terminal in everything else.
type terminalKeys struct {
	inputTerminal
	keys *keyReader
}

func (t terminalKeys) Read(p []byte) (int, error) { return t.keys.Read(p) }

// keyReader is the reader of [keyboard]. It is used by one goroutine.
type keyReader struct {
	from io.Reader
	buf  [512]byte
	out  []byte // whole keys that were not read yet
	part []byte // of a key whose other bytes have not come

	alone   time.Time // when an ESC was taken for the Esc key
	late    bool      // part began with that ESC: the key has had its effect
	lineEnd time.Time // when the last byte was a carriage return
}

// Read returns whole keys. It may return none: whoever waits for the terminal must go on waiting
// where that can be ended.
func (k *keyReader) Read(p []byte) (int, error) {
	var err error
	if len(k.out) == 0 {
		var n int
		n, err = k.from.Read(k.buf[:])
		k.take(k.buf[:n])
		for len(k.part) > 0 && err == nil {
			wait := restOfKey
			if len(k.part) == 1 {
				wait = escAlone
			}
			n, err = k.readWithin(wait)
			if errors.Is(err, os.ErrDeadlineExceeded) { // on a busy machine the time may be over before what came in time is seen
				n, err = k.readWithin(lastLook)
			}
			k.take(k.buf[:n])
			if errors.Is(err, os.ErrDeadlineExceeded) {
				k.expire()
				err = nil
			}
		}
	}
	n := copy(p, k.out)
	k.out = k.out[n:]
	return n, err
}

// readWithin reads if something comes in the time d, and else fails with os.ErrDeadlineExceeded.
// From an input that cannot be waited for so it does not read; then the library below has to do
// with the part.
func (k *keyReader) readWithin(d time.Duration) (int, error) {
	if f, ok := k.from.(inputTerminal); ok { // whose deadlines no longer count once somebody has had its descriptor
		if c, err := uv.NewCancelReader(f); err == nil {
			defer func() { _ = c.Close() }()
			timer := time.AfterFunc(d, func() { c.Cancel() })
			n, err := c.Read(k.buf[:])
			if !timer.Stop() && n == 0 {
				err = os.ErrDeadlineExceeded
			}
			return n, err
		}
	} else if c, ok := k.from.(interface{ SetReadDeadline(time.Time) error }); ok && c.SetReadDeadline(time.Now().Add(d)) == nil {
		n, err := k.from.Read(k.buf[:])
		_ = c.SetReadDeadline(time.Time{})
		return n, err
	}
	k.out, k.part = append(k.out, k.part...), nil
	return 0, nil
}

// escKey is the Esc key as the library takes it at once.
const escKey = "\x1b[27u"

// take adds what has come to the whole keys and the part.
func (k *keyReader) take(data []byte) {
	if len(data) == 0 {
		return
	}
	now := time.Now()
	switch goesOn := bytes.IndexByte([]byte("[O"), data[0]) >= 0; {
	case len(k.part) == 0 && goesOn && now.Sub(k.alone) < restOfKey:
		k.part, k.late = []byte{0x1b}, true
	case string(k.part) == "\x1b" && bytes.IndexByte([]byte("[O]P_^X"), data[0]) < 0:
		k.out, k.part = append(k.out, escKey...), nil // one key after the other
	}
	k.alone = time.Time{}
	k.part = append(k.part, data...)
	for len(k.part) > 0 {
		n, whole := keyLen(k.part)
		if n == 0 {
			break
		}
		if key := k.part[:n]; whole && !k.late {
			k.put(key, now)
		}
		k.part, k.late = k.part[n:], false
	}
	if len(k.part) > longestKey {
		k.part = nil
	}
}

// expire gives up waiting for the rest of the part.
func (k *keyReader) expire() {
	if string(k.part) == "\x1b" && !k.late {
		k.out = append(k.out, escKey...)
		k.alone = time.Now()
	}
	k.part, k.late = nil, false
}

// put adds whole keys.
func (k *keyReader) put(key []byte, now time.Time) {
	if same, ok := sameKey[string(key)]; ok {
		k.out = append(k.out, same...)
		return
	}
	for _, b := range key {
		if b == '\n' && now.Sub(k.lineEnd) < lineEndTogether {
			k.lineEnd = time.Time{} // both are one line's end, as scanners send it
			continue
		}
		k.out = append(k.out, b)
		k.lineEnd = time.Time{}
		if b == '\r' {
			k.lineEnd = now
		}
	}
}

// sameKey is another form of the bytes that the library cannot tell from others, or tells only
// where they come alone.
var sameKey = map[string]string{
	"\x1b":    escKey,
	"\x1b[[A": "\x1b[11~", "\x1b[[B": "\x1b[12~", "\x1b[[C": "\x1b[13~", "\x1b[[D": "\x1b[14~", "\x1b[[E": "\x1b[15~", // Linux's own
	"\x1bOQ": fmt.Sprintf("\x1b[%du", keyPF2), "\x1bOR": fmt.Sprintf("\x1b[%du", keyPF3), "\x1bOS": fmt.Sprintf("\x1b[%du", keyPF4),
}

// keyLen is how many bytes of b, which is not empty, are one key, or text without an ESC; 0 where
// more must come. whole is false where they are the beginning of a key that something else has
// broken off.
func keyLen(b []byte) (n int, whole bool) {
	if b[0] != 0x1b {
		if n = bytes.IndexByte(b, 0x1b); n < 0 {
			n = len(b)
		}
		return n, true
	}
	if len(b) == 1 {
		return 0, false
	}
	among := func(i int, from, to byte) int {
		for i < len(b) && b[i] >= from && b[i] <= to {
			i++
		}
		return i
	}
	need := func(n int) (int, bool) {
		if len(b) < n {
			return 0, false
		}
		return n, true
	}
	switch b[1] {
	case 0x1b:
		return 1, true
	case '[':
		end := among(2, 0x20, 0x3f)
		switch {
		case end == len(b):
			return 0, false
		case b[end] < 0x40 || b[end] > 0x7e:
			return end, false
		case end == 2 && b[end] == '[': // a function key of Linux's own terminal
			return need(4)
		case end == 2 && b[end] == 'M': // an old mouse report
			return need(6)
		}
		return end + 1, true
	case 'O':
		end := among(2, '0', '9')
		switch {
		case end == len(b):
			return 0, false
		case b[end] < 0x21 || b[end] > 0x7e:
			return end, false
		}
		return end + 1, true
	case ']', 'P', '_', '^', 'X': // an answer of the terminal
		for i := 2; i < len(b); i++ {
			switch {
			case b[i] == '\a' && b[1] == ']', b[i] == 0x18, b[i] == 0x1a:
				return i + 1, true
			case b[i] == 0x1b && i+1 < len(b) && b[i+1] == '\\':
				return i + 2, true
			case b[i] == 0x1b && i+1 < len(b):
				return i, false
			}
		}
		return 0, false
	}
	return 2, true
}

package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"kaunta/ui/text"
)

// key is one press in the till's own terms, the same from the main keyboard and the number pad,
// with Num Lock on or off, and in application-keypad mode, where the terminal library leaves the
// text empty.
type key struct {
	name string // of a key that types nothing: "enter", "esc", "f2", "ctrl+u"; otherwise empty
	text string // what it types; otherwise empty

	// pad is what is printed on a key of the number pad that may be the one that name says: with
	// Num Lock off, where only terminals with the Kitty protocol tell it from the real arrows, or
	// one of PuTTY's.
	pad string
}

// The keys of which PuTTY's number pad sends the same bytes as other terminals' F2, F3 and F4.
// [keyboard] tells these bytes from the other ones for F2, F3 and F4; the code points are free for
// anybody's use.
const (
	keyPF2 = 0xf0f2 + iota
	keyPF3
	keyPF4
)

// readKey translates a press.
func readKey(msg tea.KeyPressMsg) key {
	const locks = tea.ModCapsLock | tea.ModNumLock | tea.ModScrollLock
	k := msg.Key()
	k.Mod &^= locks
	if k.Mod&^tea.ModShift == 0 {
		if printed := padText(k.Code); printed != "" {
			return key{text: printed}
		}
		if pad, ok := padOther(k.Code); ok {
			return pad
		}
		if text := text.Printable(k.Text); text != "" {
			return key{text: text}
		}
	}
	switch name := k.Keystroke(); name {
	case "kpenter", "ctrl+j": // the number pad's, and as tmux passes it on
		return key{name: "enter"}
	case "ctrl+h": // what Backspace sends on older terminals
		return key{name: "backspace"}
	default:
		return key{name: name}
	}
}

// is reports whether the key is one of those named, by its name or by what it types in either case.
func (k key) is(any ...string) bool {
	for _, s := range any {
		if k.name == s || k.text != "" && strings.EqualFold(k.text, s) {
			return true
		}
	}
	return false
}

// digit is the digit that the key types or has printed on it, or "".
func (k key) digit() string {
	for _, s := range []string{k.text, k.pad} {
		if len(s) == 1 && s[0] >= '0' && s[0] <= '9' {
			return s
		}
	}
	return ""
}

// typed is the key for a field of figures: what is printed on the number pad.
func (k key) typed() key {
	if k.pad != "" {
		return key{text: k.pad}
	}
	return k
}

// moving is the key for lists, where the number pad's digits move as their arrows say, Num Lock or
// not.
func (k key) moving() key {
	if k.pad != "" {
		k.text = k.pad
	}
	name, ok := map[string]string{
		"8": "up", "2": "down", "4": "left", "6": "right", "9": "pgup", "3": "pgdown", "7": "home", "1": "end",
	}[k.text]
	if !ok {
		return k
	}
	return key{name: name}
}

// step is where a moving key leads in a list of n rows of which so many are shown, from the row at;
// it may be beyond an end. ok is false where the key moves nothing.
func (k key) step(at, n, shown int) (to int, ok bool) {
	switch k.name {
	case "up":
		return at - 1, true
	case "down":
		return at + 1, true
	case "pgup":
		return at - shown, true
	case "pgdown":
		return at + shown, true
	case "home":
		return 0, true
	case "end":
		return n - 1, true
	}
	return at, false
}

// padText is what a key of the number pad types, or "".
func padText(code rune) string {
	switch {
	case code >= tea.KeyKp0 && code <= tea.KeyKp9:
		return string('0' + code - tea.KeyKp0)
	case code == tea.KeyKpMultiply:
		return "*"
	case code == tea.KeyKpPlus, code == tea.KeyKpComma: // PuTTY's + is where a VT220 has its comma
		return "+"
	case code == tea.KeyKpMinus:
		return "-"
	case code == tea.KeyKpDivide:
		return "/"
	case code == tea.KeyKpDecimal, code == tea.KeyKpSep:
		return "." // many keyboards print a comma on the decimal key
	}
	return ""
}

// padOther is a key of the number pad that is another key as well.
func padOther(code rune) (key, bool) {
	k, ok := map[rune]key{
		tea.KeyKpInsert: {"insert", "", "0"},
		tea.KeyKpEnd:    {"end", "", "1"}, tea.KeyKpDown: {"down", "", "2"}, tea.KeyKpPgDown: {"pgdown", "", "3"},
		tea.KeyKpLeft: {"left", "", "4"}, tea.KeyKpBegin: {"begin", "", "5"}, tea.KeyKpRight: {"right", "", "6"},
		tea.KeyKpHome: {"home", "", "7"}, tea.KeyKpUp: {"up", "", "8"}, tea.KeyKpPgUp: {"pgup", "", "9"},
		tea.KeyKpDelete: {"delete", "", "."},
		keyPF2:          {"f2", "", "/"}, keyPF3: {"f3", "", "*"}, keyPF4: {"f4", "", "-"},
	}[code]
	return k, ok
}

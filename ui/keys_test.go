package ui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestReadKey(t *testing.T) {
	for _, tc := range []struct {
		name string
		msg  tea.KeyPressMsg
		want key
	}{
		{"a digit", tea.KeyPressMsg{Code: '4', Text: "4"}, key{text: "4"}},
		{"a digit of the number pad in application mode, which has no text", tea.KeyPressMsg{Code: tea.KeyKp4}, key{text: "4"}},
		{"the same with Num Lock told by the terminal", tea.KeyPressMsg{Code: tea.KeyKp4, Mod: tea.ModNumLock, Text: "4"}, key{text: "4"}},
		{"nought", tea.KeyPressMsg{Code: tea.KeyKp0}, key{text: "0"}},
		{"nine", tea.KeyPressMsg{Code: tea.KeyKp9}, key{text: "9"}},
		{"times", tea.KeyPressMsg{Code: tea.KeyKpMultiply}, key{text: "*"}},
		{"plus", tea.KeyPressMsg{Code: tea.KeyKpPlus}, key{text: "+"}},
		{"minus", tea.KeyPressMsg{Code: tea.KeyKpMinus}, key{text: "-"}},
		{"divided", tea.KeyPressMsg{Code: tea.KeyKpDivide}, key{text: "/"}},
		{"the point", tea.KeyPressMsg{Code: tea.KeyKpDecimal}, key{text: "."}},
		{"the point on a keyboard that prints a comma there", tea.KeyPressMsg{Code: tea.KeyKpSep, Text: ","}, key{text: "."}},
		{"enter of the number pad", tea.KeyPressMsg{Code: tea.KeyKpEnter}, key{name: "enter"}},
		{"enter", tea.KeyPressMsg{Code: tea.KeyEnter}, key{name: "enter"}},
		{"enter as tmux passes it on", tea.KeyPressMsg{Code: 'j', Mod: tea.ModCtrl}, key{name: "enter"}},
		{"plus of PuTTY", tea.KeyPressMsg{Code: tea.KeyKpComma}, key{text: "+"}},
		{"times of PuTTY, or F3", tea.KeyPressMsg{Code: keyPF3}, key{name: "f3", pad: "*"}},
		{"4 with Num Lock off", tea.KeyPressMsg{Code: tea.KeyKpLeft}, key{name: "left", pad: "4"}},
		{"5 with Num Lock off", tea.KeyPressMsg{Code: tea.KeyKpBegin}, key{name: "begin", pad: "5"}},
		{"a real arrow", tea.KeyPressMsg{Code: tea.KeyLeft}, key{name: "left"}},
		{"backspace of an older terminal", tea.KeyPressMsg{Code: 'h', Mod: tea.ModCtrl}, key{name: "backspace"}},
		{"ctrl-c with Caps Lock", tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl | tea.ModCapsLock}, key{name: "ctrl+c"}},
		{"alt and a digit types nothing", tea.KeyPressMsg{Code: '4', Mod: tea.ModAlt}, key{name: "alt+4"}},
		{"a capital", tea.KeyPressMsg{Code: 'e', Mod: tea.ModShift, Text: "E"}, key{text: "E"}},
		{"text with a control character", tea.KeyPressMsg{Code: tea.KeyExtended, Text: "a\x1b[31mb"}, key{text: "a[31mb"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := readKey(tc.msg); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestFieldEditing(t *testing.T) {
	for _, tc := range []struct {
		text   string
		cursor int
		key    string
		want   string
		at     int
	}{
		{"450", 3, "backspace", "45", 2},
		{"450", 0, "backspace", "450", 0},
		{"450", 1, "delete", "40", 1},
		{"450", 3, "delete", "450", 3},
		{"450", 2, "ctrl+u", "0", 0},
		{"450", 1, "ctrl+k", "4", 1},
		{"450", 0, "left", "450", 0},
		{"450", 3, "right", "450", 3},
		{"450", 3, "home", "450", 0},
		{"450", 0, "end", "450", 3},
		{"mama mboga", 10, "ctrl+w", "mama ", 5},
		{"mama ", 5, "ctrl+w", "", 0},
	} {
		f := newField(20).with(tc.text)
		f.input.SetCursor(tc.cursor)
		got, ok := f.edit(key{name: tc.key})
		if !ok || got.String() != tc.want || got.cursor() != tc.at {
			t.Errorf("%s in %q at %d: %q at %d (%v), want %q at %d", tc.key, tc.text, tc.cursor, got, got.cursor(), ok, tc.want, tc.at)
		}
		if f.String() != tc.text {
			t.Errorf("%s changed the field it was called on to %q", tc.key, f)
		}
	}
	f := newField(3).insert("12345")
	if f.String() != "123" || f.cursor() != 3 {
		t.Errorf("a field of three characters holds %q, cursor %d", f, f.cursor())
	}
}

package ui

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// field is one line of text being typed: Bubbles' text input, with the terminal's own cursor, which
// screen readers follow. The zero field is not usable: newField makes one.
type field struct{ input textinput.Model }

// newField makes an empty field for at most limit characters.
func newField(limit int) field {
	in := textinput.New()
	in.CharLimit = limit
	in.SetVirtualCursor(false)
	in.Focus()
	return field{in}
}

func (f field) String() string { return f.input.Value() }

func (f field) empty() bool { return f.input.Value() == "" }

// cursor is the number of characters before the cursor.
func (f field) cursor() int { return f.input.Position() }

// with is the field with another text, and the cursor behind it.
func (f field) with(s string) field {
	f.input.SetValue(s)
	f.input.CursorEnd()
	return f
}

// to is the field with so many characters before the cursor.
func (f field) to(at int) field {
	f.input.SetCursor(at)
	return f
}

// insert types s at the cursor, as far as there is room.
func (f field) insert(s string) field { return f.update(tea.PasteMsg{Content: s}) }

// cut takes out the characters from from to to.
func (f field) cut(from, to int) field {
	text := []rune(f.input.Value())
	f.input.SetValue(string(text[:from]) + string(text[to:]))
	f.input.SetCursor(from)
	return f
}

// editing is what the editing keys are to Bubbles. Others never reach a field.
var editing = map[string]tea.KeyPressMsg{
	"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd},
	"backspace": {Code: tea.KeyBackspace}, "delete": {Code: tea.KeyDelete},
	"ctrl+a": {Code: 'a', Mod: tea.ModCtrl}, "ctrl+e": {Code: 'e', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl},
	"ctrl+k": {Code: 'k', Mod: tea.ModCtrl}, "ctrl+w": {Code: 'w', Mod: tea.ModCtrl},
}

// edit carries out an editing key. ok is false where the key is none.
func (f field) edit(k key) (next field, ok bool) {
	press, ok := editing[k.name]
	if !ok {
		return f, false
	}
	return f.update(press), true
}

// update hands a message to the text input, on a text of its own: the input works in place, and the
// field it was copied from must stay as it is.
func (f field) update(msg tea.Msg) field {
	at := f.input.Position()
	f.input.SetValue(f.input.Value())
	f.input.SetCursor(at)
	f.input, _ = f.input.Update(msg)
	return f
}

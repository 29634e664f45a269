package ui

import "strings"

// field is one line of text being typed. Its cursor is the terminal's own, which screen readers follow.
type field struct {
	text   []rune
	cursor int // before which character
	limit  int // the most characters it takes
}

func (f field) String() string { return string(f.text) }

func (f field) empty() bool { return len(f.text) == 0 }

// with is the field with another text, and the cursor behind it.
func (f field) with(s string) field {
	f.text = []rune(s)
	if len(f.text) > f.limit {
		f.text = f.text[:f.limit]
	}
	f.cursor = len(f.text)
	return f
}

// insert types s at the cursor, as far as there is room.
func (f field) insert(s string) field {
	room := f.limit - len(f.text)
	typed := []rune(s)
	if len(typed) > room {
		typed = typed[:room]
	}
	f.text = append(append(append([]rune(nil), f.text[:f.cursor]...), typed...), f.text[f.cursor:]...)
	f.cursor += len(typed)
	return f
}

// cut takes out the characters from from to to.
func (f field) cut(from, to int) field {
	f.text = append(append([]rune(nil), f.text[:from]...), f.text[to:]...)
	f.cursor = from
	return f
}

// edit carries out an editing key. ok is false where the key is none.
func (f field) edit(k key) (next field, ok bool) {
	switch k.name {
	case "left":
		f.cursor = max(0, f.cursor-1)
	case "right":
		f.cursor = min(len(f.text), f.cursor+1)
	case "home", "ctrl+a":
		f.cursor = 0
	case "end", "ctrl+e":
		f.cursor = len(f.text)
	case "backspace":
		f = f.cut(max(0, f.cursor-1), f.cursor)
	case "delete":
		f = f.cut(f.cursor, min(len(f.text), f.cursor+1))
	case "ctrl+u":
		f = f.cut(0, f.cursor)
	case "ctrl+k":
		f = f.cut(f.cursor, len(f.text))
	case "ctrl+w":
		before := strings.TrimRight(string(f.text[:f.cursor]), " ")
		f = f.cut(len([]rune(before[:strings.LastIndex(before, " ")+1])), f.cursor)
	default:
		return f, false
	}
	return f, true
}

// only keeps of s what stands in allowed.
func only(s, allowed string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(allowed, r) {
			return r
		}
		return -1
	}, s)
}

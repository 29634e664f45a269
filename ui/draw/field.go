package draw

// Visible is the part of a typed text that fits into room cells with the caret in it, and the
// caret's cell; caret is how many characters are before it. Each character takes one cell.
func Visible(text string, caret, room int) (part string, x int) {
	runes := []rune(text)
	from := max(0, caret-room+1)
	return string(runes[from:min(len(runes), from+room)]), caret - from
}

// Field is a line of a form that is typed into. Each character of its text takes one cell.
type Field struct {
	Title  string
	Above  []string // lines inside the outline, above the text
	Before string   // what stands in front of the text
	Text   string
	Caret  int    // the characters before the caret
	After  string // what stands behind the text, where there is room
	Width  int    // of the whole, its edge included
}

// caretSign is the caret behind the last character.
const caretSign = "_"

// Draw outlines the field, three rows high and what stands above its text. The block's cursor is
// the caret's place; where caret is a style, its cell is drawn in that too, for pictures and for
// terminals without a cursor.
func (f Field) Draw(edge, text, caret Style) Block {
	inner := f.Width - 4
	before := Width(f.Before)
	part, x := Visible(f.Text, f.Caret, inner-before)
	line := text.Render(part)
	if cells := []rune(part); caret != "" && x == len(cells) {
		line += caret.Render(caretSign)
	} else if caret != "" {
		line = text.Render(string(cells[:x])) + caret.Render(string(cells[x])) + text.Render(string(cells[x+1:]))
	}
	line = f.Before + line
	if f.After != "" && Width(line)+2+Width(f.After) <= inner {
		line += "  " + f.After
	}
	lines := Outline(edge, f.Title, f.Width, append(append([]string(nil), f.Above...), line))
	return Block{Lines: lines, Cursor: true, X: 2 + before + x, Y: 1 + len(f.Above)}
}

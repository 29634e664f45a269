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
	Title string
	Text  string
	Caret int // the characters before the caret
	Width int // of the whole, its edge included
}

// Draw outlines the field, three rows high. The block's cursor is the caret's place; where caret is
// a style, its cell is drawn in that too, for pictures and for terminals without a cursor.
func (f Field) Draw(edge, text, caret Style) Block {
	part, x := Visible(f.Text, f.Caret, f.Width-4)
	line := text.Render(part)
	if caret != "" {
		cells := append([]rune(part), ' ')
		after := ""
		if x < len(cells)-1 {
			after = string(cells[x+1 : len(cells)-1])
		}
		line = text.Render(string(cells[:x])) + caret.Render(string(cells[x])) + text.Render(after)
	}
	return Block{Lines: Outline(edge, f.Title, f.Width, []string{line}), Cursor: true, X: 2 + x, Y: 1}
}

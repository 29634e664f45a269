package ui

import (
	"strings"

	"kaunta/ui/session"
	"kaunta/ui/text"
)

// codeLine is the M-PESA code of a customer's SMS as it is typed.
type codeLine struct {
	on   bool // it is being typed
	text field
}

// longestCode is room for an M-PESA code as people write it, blanks included.
const longestCode = 16

// codeChars are what M-PESA's codes are made of, and the blanks that people put between.
const codeChars = session.Digits + "ABCDEFGHIJKLMNOPQRSTUVWXYZ "

func newCodeLine() codeLine { return codeLine{on: true, text: newField(longestCode)} }

// press answers a key while the code is typed; done says that it is whole.
func (c codeLine) press(k key) (next codeLine, done bool) {
	switch {
	case k.is("esc"), k.is("backspace", "-") && c.text.empty():
		return codeLine{}, false
	case k.is("enter"):
		return c, true
	}
	edited, ok := c.text.edit(k)
	if !ok {
		edited = c.text.insert(session.Only(strings.ToUpper(k.text), codeChars))
	}
	c.text = edited
	return c, false
}

// paste takes a pasted code.
func (c codeLine) paste(text string) codeLine {
	if c.on {
		c.text = c.text.insert(session.Only(strings.ToUpper(strings.TrimSpace(text)), codeChars))
	}
	return c
}

// view is the line, and where the cursor is in it.
func (c codeLine) view(l style) (line string, x int) {
	text, x := visible(c.text, longestCode)
	return l.theme.Strong.Render(l.say.CodePrompt) + "  " + l.theme.Strong.Render(text), len(l.say.CodePrompt) + 2 + x
}

func (c codeLine) hints(w *text.Words) []hint {
	return []hint{{"enter", w.KTypeCode}, {"esc", w.KBack}}
}

package ui

import (
	"fmt"
	"strings"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// codeLine is the M-PESA code of a customer's SMS as it is typed.
type codeLine struct {
	on   bool        // it is being typed
	of   pos.Attempt // the payment that it is for, as it was
	text field
}

// longestCode is room for an M-PESA code as people write it, blanks included.
const longestCode = 16

// codeChars are what M-PESA's codes are made of, and the blanks that people put between.
const codeChars = session.Digits + "ABCDEFGHIJKLMNOPQRSTUVWXYZ "

func newCodeLine(of pos.Attempt) codeLine {
	return codeLine{on: true, of: of, text: newField(longestCode)}
}

// press answers a key while the code is typed; done says that it is whole.
func (c codeLine) press(k key) (next codeLine, done bool) {
	switch {
	case k.is("esc"), k.is("backspace", "-") && c.text.empty():
		return codeLine{}, false
	case k.is("enter"):
		return c, true
	case k.is("-"): // the number pad's way to correct
		k = key{name: "backspace"}
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

// view is the line, which names the payment: in two where one is too narrow.
func (c codeLine) view(l style, width int) draw.Block {
	prompt := fmt.Sprintf(l.say.CodeFor, c.of.Amount, c.of.Phone.Masked())
	text, x := visible(c.text, longestCode)
	text, prompt = l.theme.Strong.Render(text), l.theme.Strong.Render(prompt)
	if w := draw.Width(prompt); w+1+longestCode <= width {
		return draw.Block{Lines: []string{prompt + " " + text}, Cursor: true, X: w + 1 + x}
	}
	return draw.Block{Lines: []string{prompt, text}, Cursor: true, X: x, Y: 1}
}

func (c codeLine) hints(w *text.Words) []hint {
	return []hint{{"enter", w.KTypeCode}, {"-", w.KRubOut}, {"esc", w.KBack}}
}

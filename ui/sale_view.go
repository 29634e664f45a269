package ui

import (
	"fmt"
	"strings"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

// formWidth is how wide the form of a sale runs.
const formWidth = 46

// view draws the form. above is what stands where the band of a payment will be: the last sale, or
// what was open at the start.
func (s sale) view(l style, above []string) draw.Block {
	st := stageOf(l)
	b := draw.Block{Lines: make([]string, st.top, l.height)}

	for row := range st.band {
		line := ""
		if i := row - (st.band-len(above))/2; i >= 0 && i < len(above) {
			line = draw.Center(above[i], l.width)
		}
		b.Lines = append(b.Lines, line)
	}
	b.Lines = append(b.Lines, "")
	b.Lines = append(b.Lines, s.amountView(l, st)...)
	if st.big {
		b.Lines = append(b.Lines, "")
	}
	return s.formView(l, b)
}

// amountView is the amount as it is typed, where it will stand until the sale has ended.
func (s sale) amountView(l style, st bandLayout) []string {
	amount, part, _ := s.Running()
	i, inWords := l.theme.Strong, text.KES(amount)
	switch {
	case part != nil && !s.Agreed():
		i, inWords = l.theme.Tones[draw.ToneCheck], inWords+"?"
	case amount == 0 && st.big:
		i = l.theme.Line
	case amount == 0:
		i = l.theme.Dim
	}
	return amountLines(l, st, amount, inWords, i)
}

// amountLines is an amount in the figures that there is room for, and in words.
func amountLines(l style, st bandLayout, amount pos.Shillings, inWords string, i draw.Style) []string {
	if !st.big {
		return l.center(i, inWords)
	}
	scale := 1
	if st.huge {
		scale = 2
	}
	return append(l.center(i, draw.Figures(amount.String(), scale, l.ascii)...), l.center(l.theme.Dim, inWords)...)
}

// formView adds the fields to b, and the cursor.
func (s sale) formView(l style, b draw.Block) draw.Block {
	width := min(formWidth, l.width-4)
	left := (l.width - width) / 2
	labels := max(len(l.say.Amount), len(l.say.Again), len(l.say.PhoneField), len(l.say.Reference))
	room := width - 2 - labels - 2
	spare := l.height - len(b.Lines)
	if l.size >= sizeBig && spare > 5 {
		b.Lines = append(b.Lines, draw.Blank(left)+l.theme.Line.Render(draw.Repeat("─", width)))
	}
	for f := session.Amount; f <= session.Reference; f++ {
		if f == session.Retype && !s.Retypes() {
			continue
		}
		mark, label := "  ", l.theme.Dim
		if f == s.Focus {
			mark, label = l.theme.Accent.Render("▌")+" ", l.theme.Text
		}
		value, x := s.value(l, f, room)
		if f == s.Focus {
			b.Cursor, b.X, b.Y = true, left+2+labels+2+x, len(b.Lines)
		}
		b.Lines = append(b.Lines, draw.Blank(left)+mark+label.Render(draw.Fit(s.label(l.say, f), labels))+"  "+value)
	}
	if note, i := s.note(l); note != "" {
		lines := draw.Wrap(note, l.width-left-3)
		if l.width-left > contentWidth {
			lines = draw.Wrap(note, width-2)
		}
		spare := l.height - len(b.Lines)
		if spare > len(lines) {
			b.Lines = append(b.Lines, "")
		}
		for _, line := range lines[:min(len(lines), max(0, l.height-len(b.Lines)))] {
			b.Lines = append(b.Lines, draw.Blank(left+2)+i.Render(line))
		}
	}
	return b
}

func (s sale) label(w *text.Words, f session.Field) string {
	return [...]string{session.Amount: w.Amount, session.Retype: w.Again, session.Phone: w.PhoneField, session.Reference: w.Reference}[f]
}

// value is a field's text in at most room cells, with what the till knows of it behind, and the
// cursor's column.
func (s sale) value(l style, f session.Field, room int) (string, int) {
	text, x := visible(s.fields[f], room)
	known := ""
	switch f {
	case session.Amount:
		known = s.comesTo()
	case session.Phone:
		phone, err := pos.ParseMSISDN(s.Text[f])
		if err != nil {
			break
		}
		if known = phone.Network(); f != s.Focus {
			text = phone.Local()
		}
	case session.Reference:
		if s.fields[f].empty() {
			known = l.say.Optional
		}
	}
	line := l.theme.Strong.Render(text)
	if known != "" && len(text)+2+draw.Width(known) <= room {
		if text != "" {
			line += "  "
		}
		line += l.theme.Dim.Render(known)
	}
	return line, x
}

// comesTo is the amount behind what is typed, where that is not the same: of a sum, and of what is
// or would be rounded.
func (s sale) comesTo() string {
	amount, part, isSum := s.Running()
	sum := ""
	if isSum {
		sum = "= " + amount.String()
	}
	if part == nil {
		return sum
	}
	if sum = "→ " + amount.String(); isSum {
		sum = "= " + part.Exact + " " + sum
	}
	if !s.Agreed() {
		sum += "?"
	}
	return sum
}

// inLine is what has been typed of a sale while another is in front: "next sale: 3*150 = 450
// 0712345678". Empty where that is nothing.
func (s sale) inLine(w *text.Words) string {
	if s.Empty() {
		return ""
	}
	line := w.KNext + ":"
	for f, field := range s.fields {
		if field.empty() {
			continue
		}
		line += " " + field.String()
		if known := s.comesTo(); session.Field(f) == session.Amount && known != "" {
			line += " " + known
		}
		line += " "
	}
	return strings.TrimRight(line, " ")
}

// visible is the part of a field that fits into room cells with the cursor in it.
func visible(f field, room int) (string, int) { return draw.Visible(f.String(), f.cursor(), room) }

// note is the one sentence below the form: what is wrong, or what to do next.
func (s sale) note(l style) (string, draw.Style) {
	wrong := s.Wrong
	if wrong == nil {
		wrong = s.Refusal()
	}
	part := session.Fraction(wrong)
	switch {
	case part != nil && s.Offered():
		return fmt.Sprintf(l.say.RoundOffer, part.Exact, part.Whole, part.Whole), l.theme.Tones[draw.ToneCheck]
	case part != nil:
		return l.say.Err(part), l.theme.Tones[draw.ToneCheck]
	case wrong != nil:
		return l.say.Err(wrong), l.theme.Tones[draw.ToneFail]
	case s.Sale != "" && s.Text[session.Phone] == "":
		return l.say.SameSale, l.theme.Dim
	case s.Empty():
		return l.say.TypeAmount, l.theme.Dim
	case s.Focus == session.Retype && s.Text[session.Retype] == "":
		return fmt.Sprintf(l.say.TypeAgain, s.RetypeAbove()), l.theme.Dim
	case s.Focus == session.Phone && s.Text[session.Phone] == "" && l.practice:
		return l.say.AnyPhone, l.theme.Dim
	case s.Focus == session.Phone && s.Text[session.Phone] == "":
		return l.say.TypePhone, l.theme.Dim
	}
	return "", ""
}

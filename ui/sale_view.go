package ui

import (
	"fmt"
	"strings"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/session"
	"kaunta/ui/text"
)

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
	if s.Focus == session.Amount {
		b = s.amountField(l, st, b)
	} else {
		b = s.amountView(l, st, b)
	}
	return s.formView(l, st, b)
}

// amountView adds the amount that has been typed, where it will stand until the sale has ended.
func (s sale) amountView(l style, st stage, b draw.Block) draw.Block {
	amount, _, _ := s.Running()
	b.Lines = append(append(b.Lines, ""), st.amount(l, l.width, amount, l.theme.Text)...)
	if !st.big() {
		b.Lines = append(b.Lines, l.center(l.theme.Strong, text.KES(amount))...)
		return b
	}
	b.Lines = append(b.Lines, l.center(l.theme.Text, text.KES(amount))...)
	b.Lines = append(b.Lines, "")
	return b
}

// amountField adds the field of the amount: its outline around the figures, which stand where they
// will stand until the sale has ended, and below them what is typed.
func (s sale) amountField(l style, st stage, b draw.Block) draw.Block {
	amount, part, _ := s.Running()
	i := l.theme.Text
	if part != nil && !s.Agreed() {
		i = l.theme.Tones[draw.ToneCheck]
	}
	width := st.width(l)
	figures := make([]string, st.figures)
	if amount > 0 {
		figures = st.amount(l, width-4, amount, i)
	}
	f := draw.Field{
		Title: l.say.Amount, Above: figures, Before: l.theme.Dim.Render("KES "),
		Text: s.fields[session.Amount].String(), Caret: s.fields[session.Amount].cursor(), After: l.theme.Dim.Render(s.comesTo()), Width: width,
	}
	return l.field(b, f)
}

// field adds a field in front, in the middle of the body.
func (l style) field(b draw.Block, f draw.Field) draw.Block {
	left := (l.width - f.Width) / 2
	drawn := f.Draw(l.theme.Accent, l.theme.Strong, l.theme.Strong)
	b.Cursor, b.X, b.Y = true, left+drawn.X, len(b.Lines)+drawn.Y
	for _, line := range drawn.Lines {
		b.Lines = append(b.Lines, draw.Blank(left)+line)
	}
	return b
}

// formView adds the other fields to b, the one in front outlined, and below them what is wrong or
// what to do. Where there is not room for all, the reference goes, which need not be typed.
func (s sale) formView(l style, st stage, b draw.Block) draw.Block {
	width := st.width(l)
	left := (l.width - width) / 2
	labels := max(len(l.say.Again), len(l.say.PhoneField), len(l.say.Reference))
	note, i := s.note(l)
	lines := draw.Wrap(note, max(width-4, min(contentWidth, l.width-left-3)))

	const outline = 2
	spare := l.height - len(b.Lines) - len(lines) - 1 // beside the phone
	if s.Focus != session.Amount {
		spare -= outline
	}
	if s.Retypes() {
		spare--
	}
	withReference := spare > 0 || s.Focus == session.Reference || !s.fields[session.Reference].empty()
	if withReference {
		spare--
	}
	// The number stands where it is when it is typed: nothing else moves then.
	still := s.Focus != session.Phone && spare > outline
	for f := session.Retype; f <= session.Reference; f++ {
		known := s.known(l, f)
		switch {
		case f == session.Retype && !s.Retypes():
		case f == session.Reference && !withReference:
		case f == s.Focus:
			field := draw.Field{
				Title: s.label(l.say, f), Text: s.fields[f].String(), Caret: s.fields[f].cursor(), After: l.theme.Dim.Render(known), Width: width,
			}
			if f == session.Phone && st.figures > wordHeight && spare > wordHeight {
				field.Above = s.numberLarge(l, width-4)
			}
			b = l.field(b, field)
		default:
			if f == session.Phone && still {
				b.Lines = append(b.Lines, "")
			}
			b.Lines = append(b.Lines, draw.Blank(left+2)+l.theme.Dim.Render(draw.Fit(s.label(l.say, f), labels))+"  "+s.value(l, f, width-labels-4, known))
			if f == session.Phone && still {
				b.Lines = append(b.Lines, "")
			}
		}
	}
	if len(lines) > 0 && l.height-len(b.Lines) > len(lines) {
		b.Lines = append(b.Lines, "")
	}
	for _, line := range lines[:min(len(lines), max(0, l.height-len(b.Lines)))] {
		b.Lines = append(b.Lines, draw.Blank(left+2)+i.Render(line))
	}
	return b
}

// numberLarge is the customer's number as it is typed, to be read back across the counter; blank
// where it has not room for so many cells.
func (s sale) numberLarge(l style, width int) []string {
	rows := make([]string, wordHeight)
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s.fields[session.Phone].String())
	for _, gap := range []int{7, 4} { // 0712 345 678
		if strings.HasPrefix(digits, "0") && len(digits) > gap {
			digits = digits[:gap] + "," + digits[gap:]
		}
	}
	large := draw.Figures(digits, 1, l.ascii)
	if !draw.Fits(large, width, wordHeight) {
		return rows
	}
	for n, row := range large {
		rows[n] = l.theme.Text.Render(row)
	}
	return rows
}

func (s sale) label(w *text.Words, f session.Field) string {
	return [...]string{session.Amount: w.Amount, session.Retype: w.Again, session.Phone: w.PhoneField, session.Reference: w.Reference}[f]
}

// known is what the till knows of what is typed in a field.
func (s sale) known(l style, f session.Field) string {
	switch f {
	case session.Phone:
		if phone, err := pos.ParseMSISDN(s.fields[f].String()); err == nil {
			return phone.Network()
		}
	case session.Reference:
		if s.fields[f].empty() {
			return l.say.Optional
		}
	}
	return ""
}

// value is the text of a field that is not in front in at most room cells, with what is known of it
// behind.
func (s sale) value(l style, f session.Field, room int, known string) string {
	typed := s.fields[f].String()
	if phone, err := pos.ParseMSISDN(typed); f == session.Phone && err == nil {
		typed = phone.Local()
	}
	line := l.theme.Strong.Render(draw.Cut(typed, room))
	switch {
	case typed == "":
		return l.theme.Dim.Render(known)
	case known != "" && draw.Width(typed)+2+draw.Width(known) <= room:
		line += "  " + l.theme.Dim.Render(known)
	}
	return line
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
	case s.Sale != "":
		return l.say.SameSaleStill, l.theme.Tones[draw.ToneCheck]
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

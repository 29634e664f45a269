package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"kaunta/pos"
	"kaunta/ui/text"
)

// formWidth is how wide the form of a sale runs.
const formWidth = 46

// view draws the form. above is what stands where the band of a payment will be: the last sale, or
// what was open at the start.
func (s sale) view(l style, above []string) block {
	st := stageOf(l)
	b := block{lines: make([]string, st.top, l.height)}

	for row := range st.band {
		line := ""
		if i := row - (st.band-len(above))/2; i >= 0 && i < len(above) {
			line = center(above[i], l.width)
		}
		b.lines = append(b.lines, line)
	}
	b.lines = append(b.lines, "")
	b.lines = append(b.lines, s.amountView(l, st)...)
	if st.big {
		b.lines = append(b.lines, "")
	}
	return s.formView(l, b)
}

// amountView is the amount as it is typed, where it will stand until the sale has ended.
func (s sale) amountView(l style, st bandLayout) []string {
	amount, part, _ := s.running()
	i, inWords := l.theme.strong, text.KES(amount)
	switch {
	case part != nil && !s.agreedTo():
		i, inWords = l.theme.tones[toneCheck], inWords+"?"
	case amount == 0 && st.big:
		i = l.theme.line
	case amount == 0:
		i = l.theme.dim
	}
	return amountLines(l, st, amount, inWords, i)
}

// amountLines is an amount in the figures that there is room for, and in words.
func amountLines(l style, st bandLayout, amount pos.Shillings, inWords string, i colour) []string {
	if !st.big {
		return l.center(i, inWords)
	}
	figures := numerals(amount, l.ascii)
	rows := figures[:]
	if st.huge {
		rows = doubled(rows)
	}
	return append(l.center(i, rows...), l.center(l.theme.dim, inWords)...)
}

// formView adds the fields to b, and the cursor.
func (s sale) formView(l style, b block) block {
	width := min(formWidth, l.width-4)
	left := (l.width - width) / 2
	labels := max(len(l.say.Amount), len(l.say.Again), len(l.say.PhoneField), len(l.say.Reference))
	room := width - 2 - labels - 2
	spare := l.height - len(b.lines)
	if l.size >= sizeBig && spare > 5 {
		b.lines = append(b.lines, blank(left)+l.theme.line.on(repeat("─", width)))
	}
	for f := fieldAmount; f <= fieldReference; f++ {
		if f == fieldAgain && !s.showsAgain() {
			continue
		}
		mark, label := "  ", l.theme.dim
		if f == s.focus {
			mark, label = l.theme.accent.on("▌")+" ", l.theme.text
		}
		value, x := s.value(l, f, room)
		if f == s.focus {
			b.cursor, b.x, b.y = true, left+2+labels+2+x, len(b.lines)
		}
		b.lines = append(b.lines, blank(left)+mark+label.on(fit(s.label(l.say, f), labels))+"  "+value)
	}
	if note, i := s.note(l); note != "" {
		lines := wrap(note, l.width-left-3)
		if l.width-left > contentWidth {
			lines = wrap(note, width-2)
		}
		spare := l.height - len(b.lines)
		if spare > len(lines) {
			b.lines = append(b.lines, "")
		}
		for _, line := range lines[:min(len(lines), max(0, l.height-len(b.lines)))] {
			b.lines = append(b.lines, blank(left+2)+i.on(line))
		}
	}
	return b
}

func (s sale) label(w *text.Words, f saleField) string {
	return [...]string{fieldAmount: w.Amount, fieldAgain: w.Again, fieldPhone: w.PhoneField, fieldReference: w.Reference}[f]
}

// value is a field's text in at most room cells, with what the till knows of it behind, and the
// cursor's column.
func (s sale) value(l style, f saleField, room int) (string, int) {
	text, x := visible(s.fields[f], room)
	known := ""
	switch f {
	case fieldAmount:
		known = s.comesTo()
	case fieldPhone:
		phone, err := pos.ParseMSISDN(s.fields[f].String())
		if err != nil {
			break
		}
		if known = phone.Network(); f != s.focus {
			text = phone.Local()
		}
	case fieldReference:
		if s.fields[f].empty() {
			known = l.say.Optional
		}
	}
	line := l.theme.strong.on(text)
	if known != "" && len(text)+2+ansi.StringWidth(known) <= room {
		if text != "" {
			line += "  "
		}
		line += l.theme.dim.on(known)
	}
	return line, x
}

// comesTo is the amount behind what is typed, where that is not the same: of a sum, and of what is
// or would be rounded.
func (s sale) comesTo() string {
	amount, part, isSum := s.running()
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
	if !s.agreedTo() {
		sum += "?"
	}
	return sum
}

// inLine is what has been typed of a sale while another is in front: "next sale: 3*150 = 450
// 0712345678". Empty where that is nothing.
func (s sale) inLine(w *text.Words) string {
	if s.empty() {
		return ""
	}
	line := w.KNext + ":"
	for f, field := range s.fields {
		if field.empty() {
			continue
		}
		line += " " + field.String()
		if known := s.comesTo(); saleField(f) == fieldAmount && known != "" {
			line += " " + known
		}
		line += " "
	}
	return strings.TrimRight(line, " ")
}

// visible is the part of a field that fits into room cells with the cursor in it. Fields take
// characters of one cell only.
func visible(f field, room int) (string, int) {
	text, at := []rune(f.String()), f.cursor()
	from := max(0, at-room+1)
	return string(text[from:min(len(text), from+room)]), at - from
}

// note is the one sentence below the form: what is wrong, or what to do next.
func (s sale) note(l style) (string, colour) {
	wrong := s.wrong
	if wrong == nil {
		wrong = s.refusal()
	}
	part := fraction(wrong)
	switch {
	case part != nil && s.offered == s.fields[fieldAmount].String():
		return fmt.Sprintf(l.say.RoundOffer, part.Exact, part.Whole, part.Whole), l.theme.tones[toneCheck]
	case part != nil:
		return l.say.Err(part), l.theme.tones[toneCheck]
	case wrong != nil:
		return l.say.Err(wrong), l.theme.tones[toneFail]
	case s.id != "" && s.fields[fieldPhone].empty():
		return l.say.SameSale, l.theme.dim
	case s.empty():
		return l.say.TypeAmount, l.theme.dim
	case s.focus == fieldAgain && s.fields[fieldAgain].empty():
		return fmt.Sprintf(l.say.TypeAgain, s.retypeAbove), l.theme.dim
	case s.focus == fieldPhone && s.fields[fieldPhone].empty() && l.practice:
		return l.say.AnyPhone, l.theme.dim
	case s.focus == fieldPhone && s.fields[fieldPhone].empty():
		return l.say.TypePhone, l.theme.dim
	}
	return "", ""
}

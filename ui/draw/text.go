package draw

import (
	"sort"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Width is how many cells s takes.
func Width(s string) int { return ansi.StringWidth(s) }

// Cut is s in at most width cells, with … at its end where something is missing.
func Cut(s string, width int) string { return ansi.Truncate(s, width, "…") }

// Fit is s in exactly width cells: cut with … or filled up with blanks.
func Fit(s string, width int) string {
	w := Width(s)
	if w > width {
		s = Cut(s, width)
		w = Width(s)
	}
	return s + Blank(width-w)
}

// Blank is n blanks; none where n is negative.
func Blank(n int) string { return Repeat(" ", n) }

// Repeat is s n times; nothing where n is negative.
func Repeat(s string, n int) string { return strings.Repeat(s, max(0, n)) }

// Center is s in the middle of width cells, without the blanks behind it.
func Center(s string, width int) string { return Blank((width-Width(s))/2) + s }

// Flush is s at the right of width cells. It is never cut: half a figure is another figure.
func Flush(s string, width int) string { return Blank(width-Width(s)) + s }

// Ends is left and right at the two ends of width cells. The right end goes first where there is
// not room for both.
func Ends(left, right string, width int) string {
	gap := width - Width(left) - Width(right)
	if gap < 1 {
		room := width - Width(right) - 1
		if room < 1 {
			return Fit(left, width)
		}
		return Fit(left, room) + " " + right
	}
	return left + Blank(gap) + right
}

// FirstThatFits is the first of the texts that fits into width cells, or else the last.
func FirstThatFits(width int, texts ...string) string {
	for _, s := range texts {
		if Width(s) <= width {
			return s
		}
	}
	return texts[len(texts)-1]
}

// JoinFitting joins as many of the parts as fit into width cells, and leaves out the rest.
func JoinFitting(parts []string, between string, width int) string {
	line := ""
	for i, p := range parts {
		longer := line + between + p
		if i == 0 {
			longer = p
		}
		if i > 0 && Width(longer) > width {
			break
		}
		line = longer
	}
	return line
}

// Break is s in lines of at most width cells, broken wherever one is full.
func Break(s string, width int) []string {
	return strings.Split(ansi.Hardwrap(s, width, true), "\n")
}

// Wrap breaks s between words into lines of at most width cells, as few as it takes: between
// sentences where that takes no more, and otherwise of about the same length, so that no word
// stands alone in the last. Figures stay together.
func Wrap(s string, width int) []string {
	if s == "" {
		return nil
	}
	s = held(s)
	lines := func(s string, width int) []string { return strings.Split(ansi.Wrap(s, max(1, width), ""), "\n") }
	even := func(s string) []string {
		least := len(lines(s, width))
		narrower := sort.Search(width-1, func(n int) bool { return len(lines(s, n+1)) <= least })
		return lines(s, narrower+1)
	}
	whole := even(s)
	var sentences []string
	for part := range strings.SplitSeq(strings.ReplaceAll(s, ". ", ".\n"), "\n") {
		sentences = append(sentences, even(part)...)
	}
	if len(whole) > 1 && len(sentences) <= len(whole) {
		whole = sentences
	}
	for i, line := range whole {
		whole[i] = unheld.Replace(line)
	}
	return whole
}

// A blank and a hyphen that no line is broken at.
const (
	noBreak  = "\u00a0"
	noHyphen = "\u2011"
)

var unheld = strings.NewReplacer(noBreak, " ", noHyphen, "-")

// held is s with the blanks inside "KES 1,500" and "0712 ••• 678", and the hyphen of M-PESA, as
// such that no line is broken at.
func held(s string) string {
	s = strings.ReplaceAll(s, "M-PESA", "M"+noHyphen+"PESA")
	figure := func(r rune) bool { return r >= '0' && r <= '9' || r == '•' }
	var b strings.Builder
	text := []rune(s)
	for i, r := range text {
		before := i > 0 && figure(text[i-1]) || strings.HasSuffix(b.String(), "KES")
		if r == ' ' && before && i+1 < len(text) && figure(text[i+1]) {
			b.WriteString(noBreak)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Fold breaks a statement between its words into lines of less than width cells: the last cell
// stays free, since some terminals go on to the next line at once. What goes on is set in by two,
// so that every line that begins at the margin is a statement's beginning. Where the width is
// unknown, and so 0, nothing is broken.
func Fold(width int, s string) string {
	const inset = "  "
	if width <= len(inset) {
		return s
	}
	var b strings.Builder
	column := 0
	for i, word := range strings.Split(held(s), " ") {
		w := Width(word)
		switch {
		case i == 0:
		case column+1+w < width:
			b.WriteByte(' ')
			column++
		default:
			b.WriteString("\n" + inset)
			column = len(inset)
		}
		b.WriteString(word)
		column += w
	}
	return unheld.Replace(b.String())
}

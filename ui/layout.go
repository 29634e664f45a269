package ui

import (
	"sort"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// size is what a window has room for.
type size uint8

const (
	sizeTiny    size = iota // only "make the window bigger"
	sizeMinimal             // amount, word, "make the window bigger"
	sizePlain               // everything, the amount in one line
	sizeBig                 // big numerals
	sizeWide                // and a strip at the side
)

// The least windows of the classes, in columns and rows.
const (
	minimalWidth, minimalHeight = 30, 10
	plainWidth, plainHeight     = 40, 12
	bigWidth, bigHeight         = 48, 18
	wideWidth, wideHeight       = 100, 30
)

// sizeOf is the class of a window.
func sizeOf(width, height int) size {
	switch {
	case width >= wideWidth && height >= wideHeight:
		return sizeWide
	case width >= bigWidth && height >= bigHeight:
		return sizeBig
	case width >= plainWidth && height >= plainHeight:
		return sizePlain
	case width >= minimalWidth && height >= minimalHeight:
		return sizeMinimal
	}
	return sizeTiny
}

// stripWidth is the side strip's, its margin included.
const stripWidth = 36

// contentWidth is the widest that text in the middle of a screen runs.
const contentWidth = 60

// arrangement is which bands a frame has and what is left for its body.
type arrangement struct {
	size          size
	rules         bool // a rule below the header and one above the status
	air           bool // an empty row below the header
	warning       int  // rows of why no new payment is taken
	banner        bool
	strip         bool
	width, height int // of the body, without the strip
}

// warned makes room for a warning, which stands on every screen that has bands.
func (a arrangement) warned(rows int) arrangement {
	if a.size >= sizePlain {
		a.warning = rows
		a.height = max(1, a.height-rows)
	}
	return a
}

// arrange divides a window. wantBanner and wantStrip say what there is to show.
func arrange(width, height int, wantBanner, wantStrip bool) arrangement {
	a := arrangement{size: sizeOf(width, height), width: width, banner: wantBanner}
	if a.size < sizePlain {
		a.height = height
		a.banner = false
		return a
	}
	a.rules = height >= bigHeight
	a.strip = wantStrip && a.size == sizeWide
	a.height = height - 3 // header, status, keys
	a.air = height >= wideHeight
	if a.rules {
		a.height -= 2
	}
	if a.air {
		a.height--
	}
	if a.banner {
		a.height--
	}
	if a.strip {
		a.width -= stripWidth
	}
	return a
}

// bandLayout is where the parts of a sale stand in a body. It is the same for a sale that is typed,
// under way and ended, so that the amount never moves.
type bandLayout struct {
	top  int  // empty rows above the band
	band int  // rows of the band
	big  bool // the amount is in big figures
	huge bool // and these, and the word of the band, are of double size
	rest int  // rows below the amount, and below the empty row that follows big figures
}

// bigBand is the rows of a band whose word is written as big as the amount, asciiBand of one in
// ASCII letters, which need a row for each half of a block, and hugeBand of one where word and
// amount are of double size.
const (
	bigBand   = 4
	asciiBand = 5
	hugeBand  = 7
)

// The least body for double size, which the longest word fits into.
const hugeWidth, hugeHeight = 160, 40

// stageOf lays a sale out in the body that looks like l.
func stageOf(l style) bandLayout {
	st := bandLayout{band: 1, big: l.size >= sizeBig, huge: l.width >= hugeWidth && l.height >= hugeHeight && !l.ascii}
	amount := 1
	switch {
	case st.huge:
		st.band, amount = hugeBand, 7
	case st.big:
		amount = 4 // three rows of figures, and KES below
		switch {
		case l.height >= 18 && l.ascii:
			st.band = asciiBand
		case l.height >= 18:
			st.band = bigBand
		}
	}
	const details = 9
	st.top = max(0, (l.height-st.band-1-amount-1-details)/2)
	st.rest = l.height - st.top - st.band - 1 - amount
	if st.big {
		st.rest-- // an empty row below the amount
	}
	return st
}

// block is the drawing of a body: lines, and where the cursor is if there is one.
type block struct {
	lines  []string
	cursor bool
	x, y   int
}

// fit is s in exactly width cells: cut with … or filled up with blanks.
func fit(s string, width int) string {
	w := ansi.StringWidth(s)
	if w > width {
		s = ansi.Truncate(s, width, "…")
		w = ansi.StringWidth(s)
	}
	return s + blank(width-w)
}

func blank(n int) string { return strings.Repeat(" ", max(0, n)) }

// center is s in the middle of width cells, without the blanks behind it.
func center(s string, width int) string {
	return blank((width-ansi.StringWidth(s))/2) + s
}

// flush is s at the right of width cells.
func flush(s string, width int) string { return blank(width-ansi.StringWidth(s)) + s }

// ends is left and right at the two ends of width cells. The right end goes first where there is
// not room for both.
func ends(left, right string, width int) string {
	gap := width - ansi.StringWidth(left) - ansi.StringWidth(right)
	if gap < 1 {
		room := width - ansi.StringWidth(right) - 1
		if room < 1 {
			return fit(left, width)
		}
		return fit(left, room) + " " + right
	}
	return left + blank(gap) + right
}

// wrap breaks s between words into lines of at most width cells, as few as it takes: between
// sentences where that takes no more, and otherwise of about the same length, so that no word
// stands alone in the last. Figures stay together.
func wrap(s string, width int) []string {
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

// firstThatFits is the first of the texts that fits into width cells, or else the last.
func firstThatFits(width int, texts ...string) string {
	for _, s := range texts {
		if ansi.StringWidth(s) <= width {
			return s
		}
	}
	return texts[len(texts)-1]
}

// stack puts groups of lines one below the other in at most height rows: apart by an empty row
// where there is room for that, closed up where not, and cut at the end where even that is too
// high.
func stack(height int, groups ...[]string) []string {
	rows := 0
	for _, g := range groups {
		if len(g) > 0 {
			rows += len(g)
		}
	}
	spare := height - rows // rows that may stay empty
	var lines []string
	for _, g := range groups {
		if len(g) == 0 {
			continue
		}
		if len(lines) > 0 && spare > 0 {
			lines = append(lines, "")
			spare--
		}
		lines = append(lines, g...)
	}
	return lines[:min(len(lines), max(0, height))]
}

// scroll is the first row to show of n rows, given the last first row, so that the chosen one is
// among height.
func scroll(top, chosen, n, height int) int {
	height = max(1, height)
	switch {
	case chosen < top:
		top = chosen
	case chosen >= top+height:
		top = chosen - height + 1
	}
	return max(0, min(top, n-height))
}

func repeat(s string, n int) string { return strings.Repeat(s, max(0, n)) }

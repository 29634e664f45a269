package ui

import (
	"strings"

	"kaunta/pos"
	"kaunta/ui/draw"
	"kaunta/ui/text"
)

// stage is where the parts of a sale stand in a body. It is the same for a sale that is typed,
// under way and ended, so that the amount never moves.
type stage struct {
	top     int // empty rows above the band
	band    int // rows of the band
	figures int // rows of the amount in large figures; none where it has only a line
	rest    int // rows below the amount, and below the row that the edge of its field takes
}

// stages are the heights that a body's parts grow at: in the first, the word and the amount have
// room at three times their size, in the second at twice, and in the third the word alone.
var stages = []struct{ body, band, figures int }{{31, 11, 9}, {24, 8, 6}, {18, 6, 3}, {15, 3, 3}, {0, 1, 3}}

// wordHeight is the least band that the word has room for in large letters.
const wordHeight = 3

// stageOf lays a sale out in the body that looks like l.
func stageOf(l style) stage {
	st := stage{band: 1}
	if l.size >= sizeBig {
		for _, s := range stages {
			if l.height >= s.body {
				st.band, st.figures = s.band, s.figures
				break
			}
		}
	}
	rows := st.band + 2 + st.figures // with the row between, and the amount in one line
	if st.big() {
		rows++
	}
	const details = 9
	st.top = max(0, (l.height-rows-details)/3)
	st.rest = l.height - st.top - rows
	return st
}

// big reports whether the amount is in large figures.
func (st stage) big() bool { return st.figures > 0 }

// width is how wide the form of a sale runs: as the longest amount at the size of the figures.
func (st stage) width(l style) int { return min(max(38, 10*st.figures+8), l.width-4) }

// amount is an amount in large figures, as large as there is room for in so many cells; no rows
// where there is none.
func (st stage) amount(l style, width int, amount pos.Shillings, i draw.Style) []string {
	lines := draw.Largest(width, st.figures, func(scale int) []string { return draw.Figures(amount.String(), scale, l.ascii) })
	rows := make([]string, st.figures)
	for n, s := range lines[:min(len(lines), st.figures)] {
		rows[n+(st.figures-len(lines)+1)/2] = draw.Center(i.Render(s), width)
	}
	return rows
}

// stateWord is the word of a state, in the forms that stand in its band.
type stateWord struct {
	tone        draw.Tone
	sign        string
	word, short string // the same where there is no shorter one
}

// String is the word with its sign. A refusal has its cross at both ends, since PAID stands in NOT
// PAID, and may be all that is seen of it.
func (w stateWord) String() string { return w.sign + " " + w.word + w.end() }

func (w stateWord) end() string {
	if w.sign == "×" {
		return " ×"
	}
	return ""
}

// large is the word in the largest letters that the band has room for, with a margin that grows
// with them; ok is false where it has room for none. Both crosses of a refusal go only where they
// alone do not fit.
func (w stateWord) large(st stage, l style) (lines []string, ok bool) {
	if st.band < wordHeight {
		return nil, false
	}
	lines = draw.Largest(l.width, st.band, func(scale int) []string {
		forms := []string{w.String(), w.sign + " " + w.short + w.end()}
		if scale == 1 {
			forms = []string{w.String(), w.sign + " " + w.word, w.sign + " " + w.short + w.end(), w.short}
		}
		for _, s := range forms {
			if lines := draw.Letters(s, scale, l.ascii); lines != nil && draw.Width(lines[0]) <= l.width-2*scale {
				return lines
			}
		}
		return nil
	})
	if lines == nil {
		return nil, false
	}
	return l.center("", lines...), true
}

// bandOf is the band of a word, so large that it can be read from across the shop where there is
// room, and otherwise in its middle. In ASCII large letters are themselves the band.
func bandOf(w stateWord, st stage, l style) []string {
	i := l.theme.Bands[w.tone]
	large, ok := w.large(st, l)
	if !ok {
		large = []string{draw.Center(draw.FirstThatFits(l.width, w.String(), w.sign+" "+w.short+w.end()), l.width)}
	}
	lines := make([]string, st.band)
	copy(lines[(st.band-shown(large)+1)/2:], large)
	for n, s := range lines {
		if ok && l.ascii {
			lines[n] = draw.Reversed(i, s)
			continue
		}
		lines[n] = i.Render(draw.Fit(s, l.width))
	}
	return lines
}

// shown is how many of the lines are not blank at the end.
func shown(lines []string) int {
	n := len(lines)
	for n > 0 && strings.TrimSpace(lines[n-1]) == "" {
		n--
	}
	return n
}

// stateWordOf is the word of an attempt's state.
func stateWordOf(w *text.Words, a pos.Attempt) stateWord {
	s := stateWord{draw.ToneWait, "◔", w.State(a), w.StateShort(a)}
	switch {
	case a.State == pos.Paid && (a.Owed() || a.Doubtful()): // goods may be given twice
		s.tone, s.sign = draw.ToneCheck, "✓"
	case a.State == pos.Paid:
		s.tone, s.sign = draw.TonePaid, "✓"
	case a.State == pos.NotPaid:
		s.tone, s.sign = draw.ToneFail, "×"
	case a.State == pos.StillChecking:
		s.tone, s.sign = draw.ToneCheck, "?"
	}
	return s
}

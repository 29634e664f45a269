package ui

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

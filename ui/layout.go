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

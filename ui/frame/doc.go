// Package frame turns a frame of the screens, text with ANSI styles, into a picture: an SVG that
// any browser and any code forge shows. It draws what a terminal would, cell by cell, in its own
// colours and with its own block characters, so that the figures join up whatever font is at hand.
package frame

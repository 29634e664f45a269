// Package draw is the drawing kit of the screens: styles for each kind of terminal, text that is
// made to fit, large letters and figures, outlines, and tables with declared columns. What can be
// drawn without knowing what a till is may enter; words, payments and keys may not, and of this
// module it imports nothing. Everything here is a function of its arguments and draws into lines
// that are counted in cells.
//
//	theme    NewTheme ─► Theme, a Style for each meaning; Profile
//	text     Fit Flush Center Ends Wrap JoinFitting FirstThatFits
//	block    Block, Stack, Scroll, Beside, Outline
//	letters  Letters, Figures, and Largest, which takes the scale that fits
//	field    Field, a line that is typed into, with its caret
//	table    Table ─► Grid: Head, Row, Chosen
//	ascii    ASCII, the character that stands for another where only ASCII can be shown
package draw

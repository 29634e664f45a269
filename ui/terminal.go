package ui

import (
	"os"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"

	"kaunta/ui/draw"
)

// restoredMsg: the screen is ours again after something else had it.
type restoredMsg struct{}

// ofTerminal answers the keys that every program of a terminal has; false where it is none.
func (a *app) ofTerminal(m tea.KeyPressMsg) (cmd tea.Cmd, taken bool) {
	switch m.String() {
	case "ctrl+l":
		return tea.ClearScreen, true
	case "ctrl+z":
		if f, ok := a.cfg.Input.(*os.File); !ok || !term.IsTerminal(f.Fd()) {
			return nil, true // nobody to give the terminal to
		}
		return tea.Exec(&suspension{}, func(error) tea.Msg { return restoredMsg{} }), true
	}
	return nil, false
}

// restored draws the whole screen again: something else may have drawn on it, or given it another
// size.
func (a *app) restored() tea.Cmd {
	return tea.Batch(tea.ClearScreen, tea.RequestWindowSize, a.refresh())
}

// dress chooses the styles for the terminal as far as it is known.
func (a *app) dress() {
	a.theme = draw.NewTheme(a.profile, a.background)
	if a.onLinuxConsole() { // its backgrounds are the dark eight, which carry the text of a light one
		a.theme.Bands = draw.NewTheme(a.profile, draw.BackgroundLight).Bands
	}
}

// onLinuxConsole reports whether the terminal is Linux's own: always dark, with the characters of
// code page 437, and it does not know the question for its background.
func (a *app) onLinuxConsole() bool { return a.cfg.Getenv("TERM") == "linux" }

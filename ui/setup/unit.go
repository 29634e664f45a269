package setup

import (
	_ "embed"
	"strings"
)

//go:embed till.service
var unit string

//go:embed kiosk.service
var kiosk string

// Unit is the systemd unit of a till without a screen of its own, which keeps it in tmux for whoever comes by ssh. program is the path
// of this program, and user who runs it.
func Unit(program, user string) string { return fill(unit, program, user) }

// Kiosk is the systemd unit of a till that has the first screen of its machine to itself.
func Kiosk(program, user string) string { return fill(kiosk, program, user) }

func fill(text, program, user string) string {
	// A percent sign begins a specifier, and a blank ends a word.
	program = strings.NewReplacer("%", "%%", `\`, `\\`, " ", `\x20`).Replace(program)
	return strings.NewReplacer("PROGRAM", program, "USER", user).Replace(text)
}

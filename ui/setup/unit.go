package setup

import (
	_ "embed"
	"errors"
	"path/filepath"
	"strings"
)

//go:embed till.service
var unit string

//go:embed kiosk.service
var kiosk string

// Unit is the systemd unit of a till without a screen of its own, which keeps it in tmux for
// whoever comes by ssh. program is the path of this program, and user who runs it.
func Unit(program, user string) string { return fill(unit, program, user) }

// Kiosk is the systemd unit of a till that has the first screen of its machine to itself.
func Kiosk(program, user string) string { return fill(kiosk, program, user) }

// ErrTemporary refuses a unit for a program that will soon be gone.
var ErrTemporary = errors.New("this program is a temporary build of go run, which a unit cannot start later: build it with go build, " +
	"install it with sudo install kaunta /usr/local/bin/, and run kaunta setup again from there")

// Temporary reports whether the program is one that go run made for itself: in a folder go-build…
// that it removes in the end, or in the cache of builds, which is emptied from time to time.
func Temporary(program string) bool {
	for _, folder := range strings.Split(filepath.ToSlash(filepath.Dir(program)), "/") {
		if strings.HasPrefix(folder, "go-build") || goCache(folder) {
			return true
		}
	}
	return false
}

// goCache reports whether go run keeps a program in this folder, within the cache of builds.
func goCache(folder string) bool {
	id, ok := strings.CutSuffix(folder, "-d")
	return ok && len(id) == 64 && strings.Trim(id, "0123456789abcdef") == ""
}

func fill(text, program, user string) string {
	// A percent sign begins a specifier, and a blank ends a word.
	program = strings.NewReplacer("%", "%%", `\`, `\\`, " ", `\x20`).Replace(program)
	return strings.NewReplacer("PROGRAM", program, "USER", user).Replace(text)
}

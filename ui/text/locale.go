package text

import (
	"cmp"
	"strings"
)

// Locale is the locale that decides about the characters of the terminal, such as "sw_KE.UTF-8", or
// "".
func Locale(getenv func(name string) string) string {
	return cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"))
}

// UTF8 reports whether the terminal's characters are UTF-8. On Windows, where no locale is set,
// they are.
func UTF8(getenv func(name string) string) bool {
	locale := strings.ToUpper(Locale(getenv))
	return strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8") ||
		locale == "" && getenv("OS") == "Windows_NT"
}

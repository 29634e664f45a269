package text

import "kaunta/pos"

// Language is one of the two languages of the screens.
type Language string

// The languages.
const (
	English   Language = "en"
	Kiswahili Language = "sw"
)

// In is a text in the language; in English where it has no Kiswahili.
func In(language Language, t pos.Text) string {
	if language == Kiswahili && t.SW != "" {
		return t.SW
	}
	return t.EN
}

// Both is a text in both languages.
func Both(en, sw string) pos.Text { return pos.Text{EN: en, SW: sw} }

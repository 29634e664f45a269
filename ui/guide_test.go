package ui

import (
	"os"
	"strings"
	"testing"
)

// TestGuides: the pages to print name what the screens say, in the words of the screens.
func TestGuides(t *testing.T) {
	for lang, file := range map[Language]string{English: "GUIDE.md", Kiswahili: "GUIDE.sw.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		page := strings.Join(strings.Fields(string(text)), " ")
		w := newWords(lang)
		for _, word := range []string{
			w.waiting, w.paid, w.paidLate, w.notPaid, w.stillChecking, w.paidTwice, w.doesNotMatch, w.disagree, w.possiblyTwice,
		} {
			if !strings.Contains(page, "| **"+word+"** |") {
				t.Errorf("%s has no row for %s", file, word)
			}
		}
		for _, word := range []string{w.checkingShort, w.owed, w.possiblyShort} {
			if !strings.Contains(page, "*"+word+"*: ") {
				t.Errorf("%s does not say what to do about %q in F3", file, word)
			}
		}
		for _, word := range []string{"### " + w.stillChecking, w.ledgerFails, w.clockWrong, "F2 " + w.kLedger, "F3 " + w.kOpen, "F4 " + w.kSeen, "F9 " + w.kLanguage} {
			if !strings.Contains(page, word) {
				t.Errorf("%s does not say %q", file, word)
			}
		}
	}
}

package ui

import (
	"os"
	"strings"
	"testing"

	"kaunta/ui/text"
)

// TestGuides: the pages to print name what the screens say, in the words of the screens.
func TestGuides(t *testing.T) {
	for lang, file := range map[text.Language]string{text.English: "GUIDE.md", text.Kiswahili: "GUIDE.sw.md"} {
		guide, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		page := strings.Join(strings.Fields(string(guide)), " ")
		w := text.New(lang)
		for _, word := range []string{
			w.Waiting, w.Paid, w.PaidLate, w.NotPaid, w.StillChecking, w.PaidTwice, w.DoesNotMatch, w.Disagree, w.PossiblyTwice,
		} {
			if !strings.Contains(page, "| **"+word+"** |") {
				t.Errorf("%s has no row for %s", file, word)
			}
		}
		for _, word := range []string{w.CheckingShort, w.Owed, w.PossiblyShort} {
			if !strings.Contains(page, "*"+word+"*: ") {
				t.Errorf("%s does not say what to do about %q in F3", file, word)
			}
		}
		for _, word := range []string{"### " + w.StillChecking, w.LedgerFails, w.ClockWrong, "F2 " + w.KLedger, "F3 " + w.KOpen, "F4 " + w.KSeen, "F9 " + w.KLanguage} {
			if !strings.Contains(page, word) {
				t.Errorf("%s does not say %q", file, word)
			}
		}
	}
}

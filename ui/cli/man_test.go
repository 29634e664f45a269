package cli_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"kaunta/ui/app/settings"
)

// TestManPage: a paragraph of the help is one of the page, the page has the sections that people
// look for, and nothing in it is of the user who printed it.
func TestManPage(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("kaunta", "man").Output()
	if err != nil {
		t.Fatal(err)
	}
	page := string(out)
	for _, want := range []string{".SH DESCRIPTION\nKaunta asks a customer's phone", ".SH EXIT STATUS\n0 paid", ".SH ENVIRONMENT\nEnvironment variables override"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, v := range settings.Variables {
		if !strings.Contains(page, "\n"+v.Name+" ") {
			t.Errorf("the page does not name %s", v.Name)
		}
	}
	_, description, _ := strings.Cut(page, ".SH DESCRIPTION\n")
	description, _, _ = strings.Cut(description, "\n.SH ")
	for p := range strings.SplitSeq(description, "\n.PP\n") {
		if p == "" || strings.Contains(p, "\n") || !strings.HasSuffix(p, `\&.`) {
			t.Errorf("this is no whole paragraph: %q", p)
		}
	}
	if home, err := os.UserHomeDir(); err == nil && strings.Contains(strings.ReplaceAll(page, `\&`, ""), home) {
		t.Errorf("the page names %s", home)
	}
}

package cli_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"kaunta/ui/cli"
)

// TestKindsAreDocumented: README.md next to this file lists the kinds of error as they are.
func TestKindsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| kind | retryable | what it means |\n| --- | --- | --- |\n")
	for _, k := range cli.Kinds {
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", k.Kind, map[bool]string{true: "yes", false: "no"}[k.Retryable], k.Means)
	}
	if !strings.Contains(string(text), table.String()+"\n") {
		t.Errorf("README.md does not have this table:\n%s", table.String())
	}
}

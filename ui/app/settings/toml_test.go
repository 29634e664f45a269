package settings

import (
	"fmt"
	"testing"

	"github.com/BurntSushi/toml"
)

// TestWrongTypeHasNoType: as long as the library tells a value of the wrong type by its text alone,
// that text is read. Where this test fails, decide by the type that the library has by then, or
// read the new text.
func TestWrongTypeHasNoType(t *testing.T) {
	for text, want := range map[string]string{
		"\nkey = 5": "string", "\nnumber = \"5\"": "integer", "\nis = 1": "boolean", "\nlist = 1": "slice",
	} {
		var into struct {
			Key    string
			Number int
			Is     bool
			List   []string
		}
		_, err := toml.Decode(text, &into)
		if kind := fmt.Sprintf("%T", err); kind != "*errors.errorString" && kind != "*fmt.wrapError" && kind != "*fmt.fmtError" {
			t.Errorf("%q: the error is now a %s", text, kind)
		}
		if found := wrongType.FindStringSubmatch(fmt.Sprint(err)); found == nil || found[1] != "2" || found[3] != want {
			t.Errorf("%q: %v is read as %q, want line 2 and %s", text, err, found, want)
		}
	}
}

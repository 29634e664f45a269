package settings

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestWaysAreDocumented: what tunnel/README.md gives to copy is a configuration that is taken.
func TestWaysAreDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "tunnel", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var ways []string
	for _, block := range regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		path := write(t, block[1], 0o600)
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), "cloudflared.token"), []byte("a-token\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Load(path, env())
		if err != nil {
			t.Errorf("%v in\n%s", err, block[1])
			continue
		}
		ways = append(ways, s.Callback.Reach)
	}
	if want := []string{ReachOff, ReachStatic, ReachACME, ReachSSH, ReachCloudflared}; !slices.Equal(ways, want) {
		t.Errorf("documented %v, want %v", ways, want)
	}
}

package ssh_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kaunta/tunnel/ssh"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestRecipe holds the scripts in testdata, for one shop with a name of its own
// and for one below a path. What sshd makes of it, the tests on a relay see; the
// Caddyfile is held to what was measured with Caddy.
func TestRecipe(t *testing.T) {
	below := duka()
	below.Server, below.PublicURL = "198.51.100.7", "https://example.com:8443/duka/"
	for name, cfg := range map[string]ssh.Config{"host": duka(), "path": below} {
		if _, err := ssh.New(cfg); err != nil {
			t.Fatal(err)
		}
		got := ssh.Recipe(cfg, "ssh-ed25519 AAAAkey kaunta")
		golden := filepath.Join("testdata", "recipe_"+name+".sh")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got; -update writes it anew):\n%s", golden, diff)
		}
		sh, err := exec.LookPath("sh")
		if err != nil {
			t.Logf("no sh here to read %s with", golden)
			continue
		}
		cmd := exec.Command(sh, "-n")
		cmd.Stdin = strings.NewReader(got)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("sh does not understand %s: %v\n%s", golden, err, out)
		}
	}
}

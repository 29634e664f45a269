package setup

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestUnits: systemd takes the units as they are printed, whatever the program's path.
func TestUnits(t *testing.T) {
	program := filepath.Join(t.TempDir(), "duka la mama 100%", "kaunta")
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	analyze, missing := exec.LookPath("systemd-analyze")
	for name, text := range map[string]string{"till": Unit(program, "mama"), "kiosk": Kiosk(program, "mama")} {
		if strings.Contains(text, "PROGRAM") || !strings.Contains(text, "\nUser=mama\n") || !strings.Contains(text, `100%%/kaunta`) {
			t.Errorf("%s is not filled in:\n%s", name, text)
		}
		t.Run(name, func(t *testing.T) {
			if missing != nil {
				t.Skip("this test needs systemd-analyze, which this machine has not")
			}
			if _, err := exec.LookPath("/usr/bin/tmux"); err != nil && name == "till" {
				t.Skip("this test needs tmux: apt-get install tmux")
			}
			path := filepath.Join(t.TempDir(), name+".service")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(analyze, "verify", "--man=no", path).CombinedOutput()
			if err != nil || strings.Contains(string(out), path) {
				t.Errorf("systemd says %v\n%s", err, out)
			}
		})
	}
}

// TestTemporary knows the two places where go run keeps a program, and nothing else for one of
// them.
func TestTemporary(t *testing.T) {
	for program, want := range map[string]bool{
		"/tmp/go-build3141592653/b001/exe/kaunta":                                   true,
		"/home/mama/.cache/go-build/4f/4f" + strings.Repeat("0a", 31) + "-d/kaunta": true,
		"/var/cache/4f/" + strings.Repeat("0a", 32) + "-d/kaunta":                   true, // GOCACHE
		"/usr/local/bin/kaunta":                                                     false,
		"/home/mama/go/bin/kaunta":                                                  false,
		"/home/mama/kaunta-d/kaunta":                                                false,
	} {
		if got := Temporary(program); got != want {
			t.Errorf("Temporary(%s) = %v", program, got)
		}
	}
}

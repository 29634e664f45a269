package cli_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var updateLicenses = flag.Bool("update-licenses", false, "write licenses.txt anew, from the modules that go.mod names")

// releaseTargets are what .ci/run builds the program for.
var releaseTargets = []string{"linux/amd64", "linux/arm64", "linux/arm", "windows/amd64", "darwin/arm64"}

// licenceFile finds the files that a module's terms ask to be passed on.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]es?|copying|copyright|notice)([-_.].*)?$`)

// TestLicenses holds licenses.txt to the modules that are in a released program: go test ./ui/cli
// -run TestLicenses -update-licenses.
func TestLicenses(t *testing.T) {
	ci, err := os.ReadFile(filepath.Join("..", "..", ".ci", "run"))
	for _, target := range releaseTargets {
		if err != nil || !bytes.Contains(ci, []byte(target)) {
			t.Errorf(".ci/run does not build for %s: %v", target, err)
		}
	}
	want := gatherLicenses(t)
	if *updateLicenses {
		if err := os.WriteFile("licenses.txt", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile("licenses.txt"); err != nil || !bytes.Equal(have, want) {
		t.Errorf("licenses.txt is not of the modules of go.mod (%v): go test ./ui/cli -run TestLicenses -update-licenses", err)
	}
	if !*updateLicenses { // else the program was built before
		printed, err := exec.Command("kaunta", "licenses").Output()
		if err != nil || !bytes.Equal(printed, want) {
			t.Errorf("kaunta licenses prints something else: %v", err)
		}
	}
}

// gatherLicenses are the texts of all modules that are linked on any release target, each once,
// with the modules that it is of.
func gatherLicenses(t *testing.T) []byte {
	t.Helper()
	ours, err := os.ReadFile(filepath.Join("..", "..", "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	of := map[string][]string{} // text to modules
	add := func(module, folder string) (found int) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() || !licenceFile.MatchString(e.Name()) || strings.HasSuffix(e.Name(), ".go") {
				continue
			}
			text, err := os.ReadFile(filepath.Join(folder, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			found++
			clean := strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n"))
			if !slices.Contains(of[clean], module) {
				of[clean] = append(of[clean], module)
			}
		}
		return found
	}
	if add("Go's runtime and standard library", strings.TrimSpace(string(root))) == 0 {
		t.Fatal("Go has no licence here")
	}

	looked, licensed := map[string]bool{}, map[string]int{}
	for _, target := range releaseTargets {
		system, machine, _ := strings.Cut(target, "/")
		list := exec.Command("go", "list", "-deps", "-f", `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}|{{.Dir}}|{{$.Dir}}{{end}}{{end}}`, "kaunta")
		list.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+machine, "CGO_ENABLED=0")
		var trouble bytes.Buffer
		list.Stderr = &trouble
		out, err := list.Output()
		if err != nil {
			if cache, e := exec.Command("go", "list", "-m", "-f", `{{if not .Dir}}{{.Path}}{{end}}`, "all").Output(); e == nil && len(bytes.TrimSpace(cache)) > 0 {
				t.Skipf("the module cache is not whole, and cannot be filled: %s", trouble.String())
			}
			t.Fatalf("go list for %s: %v, %s", target, err, trouble.String())
		}
		for line := range strings.Lines(string(out)) {
			parts := strings.Split(strings.TrimSpace(line), "|")
			if len(parts) != 3 {
				continue
			}
			module, top, folder := parts[0], parts[1], parts[2]
			for ; ; folder = filepath.Dir(folder) { // some carry the work of others in a folder of its own
				if !looked[folder] {
					looked[folder] = true
					licensed[module] += add(module, folder)
				}
				if folder == top || len(folder) < len(top) {
					break
				}
			}
		}
	}
	for module, files := range licensed {
		if files == 0 {
			t.Errorf("%s has no licence", module)
		}
	}

	type block struct{ modules, text string }
	var blocks []block
	for text, modules := range of {
		slices.Sort(modules)
		blocks = append(blocks, block{strings.Join(modules, "\n"), text})
	}
	slices.SortFunc(blocks, func(a, b block) int { return cmp.Or(cmp.Compare(a.modules, b.modules), cmp.Compare(a.text, b.text)) })
	var b bytes.Buffer
	fmt.Fprintf(&b, "Kaunta\n\n%s\n\nThe program contains %d modules of others, and Go itself. Their licences:\n", bytes.TrimSpace(ours), len(licensed))
	for _, block := range blocks {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n", strings.Repeat("-", 80), block.modules, block.text)
	}
	return b.Bytes()
}

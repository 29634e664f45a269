package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"kaunta/pos"
	"kaunta/ui/app/settings"
)

func readDocument(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// root is the top of the module, seen from this package.
var root = filepath.Join("..", "..")

// documents are the papers for people, by their paths from the root.
func documents(t *testing.T) []string {
	t.Helper()
	list := []string{"README.md", "tunnel/README.md", "ui/cli/README.md", "ui/GUIDE.md", "ui/GUIDE.sw.md"}
	github, err := filepath.Glob(filepath.Join(root, ".github", "*.md"))
	if err != nil || len(github) == 0 {
		t.Fatalf("no documents in .github: %v", err)
	}
	for _, path := range github {
		list = append(list, ".github/"+filepath.Base(path))
	}
	return list
}

// section is what stands below a heading, to the next one.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "\n"+heading+"\n")
	if !found {
		t.Fatalf("no heading %q", heading)
	}
	below, _, _ := strings.Cut(rest, "\n#")
	return below
}

// firstColumn is the code at the beginning of each row of the tables in the text.
func firstColumn(text string) []string {
	var names []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`|]+)`").FindAllStringSubmatch(text, -1) {
		names = append(names, row[1])
	}
	return names
}

// jsonFields are the names of a struct's fields in JSON, in their order.
func jsonFields(of reflect.Type) []string {
	var names []string
	for i := range of.NumField() {
		f := of.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			names = append(names, jsonFields(f.Type)...)
			continue
		}
		names = append(names, name)
	}
	return names
}

// TestFieldsAreDocumented: the contract names each field that is written, in its order, and no
// other.
func TestFieldsAreDocumented(t *testing.T) {
	text := readDocument(t, "README.md")
	for heading, of := range map[string]any{
		"### A payment": line{}, "### An error": problem{}, "### A query": queried{}, "### A report": report{}, "### An explanation": explanation{},
		"### A check of the ledger": checkedLine{}, "### A finding of the doctor": findingLine{},
	} {
		if got, want := firstColumn(section(t, text, heading)), jsonFields(reflect.TypeOf(of)); !slices.Equal(got, want) {
			t.Errorf("%s: documented\n%v\nwritten\n%v", heading, got, want)
		}
	}
	var heads bytes.Buffer
	if _, flush := csvWriter(&heads, false); flush() != nil {
		t.Fatal("no heading")
	}
	if got := firstColumn(section(t, text, "### Payments in CSV")); strings.Join(got, ",")+"\r\n" != heads.String() {
		t.Errorf("CSV: documented %v, written %s", got, heads.String())
	}
	heads.Reset()
	if err := (&counted{all: newTally(false)}).writeCSV(&heads); err != nil {
		t.Fatal(err)
	}
	if got := firstColumn(section(t, text, "### Days in CSV")); strings.Join(got, ",")+"\r\n" != heads.String() {
		t.Errorf("report --csv: documented %v, written %s", got, heads.String())
	}
}

// TestValuesAreDocumented: the contract names each value of an enumeration, and no other.
func TestValuesAreDocumented(t *testing.T) {
	text := readDocument(t, "README.md")
	var states []string
	for s := pos.State(1); s.String() != "none"; s++ {
		states = append(states, s.String())
	}
	var kinds []string
	for _, k := range Kinds {
		kinds = append(kinds, k.Kind)
	}
	for heading, want := range map[string][]string{
		"### state": states, "### notices": pos.Notice(0xffff).Names(), "### witnesses": {pos.WitnessCallback, pos.WitnessQuery}, "### error.kind": kinds,
	} {
		if got := firstColumn(section(t, text, heading)); !slices.Equal(got, want) {
			t.Errorf("%s: documented %v, there are %v", heading, got, want)
		}
	}
}

// TestVariables: what the program reads from the environment is one list, and the README has it.
func TestVariables(t *testing.T) {
	read := map[string]bool{}
	name := regexp.MustCompile(`"((?:MPESA|KAUNTA)_[A-Z_]+)"`)
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, filepath.Join("settings", "variables.go")) {
			return err
		}
		for _, found := range name.FindAllStringSubmatch(readDocument(t, path), -1) {
			read[found[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(read, "KAUNTA_FAILPOINT") // of builds for tests alone
	readme := readDocument(t, filepath.Join(root, "README.md"))
	for _, v := range settings.Variables {
		if !read[v.Name] {
			t.Errorf("%s is listed and nobody reads it", v.Name)
		}
		delete(read, v.Name)
		if !strings.Contains(readme, "`"+v.Name+"`") {
			t.Errorf("the README does not name %s", v.Name)
		}
	}
	for name := range read {
		t.Errorf("%s is read and not listed", name)
	}
}

// spoken are the commands that a document speaks of: in code within a line, and in blocks.
func spoken(text string) [][]string {
	var found [][]string
	add := func(code string) {
		for _, part := range regexp.MustCompile(`[|;]|&&|\$\(`).Split(code, -1) {
			fields := strings.Fields(strings.TrimLeft(part, "$ "))
			for len(fields) > 0 && regexp.MustCompile(`^([A-Z_]+=.*|if|!|sudo)$`).MatchString(fields[0]) {
				fields = fields[1:]
			}
			if len(fields) > 0 && fields[0] == "kaunta" {
				found = append(found, fields[1:])
			}
		}
	}
	inBlock := false
	for text := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(text, "```"):
			inBlock = !inBlock
		case inBlock:
			code, _, _ := strings.Cut(text, "  #")
			add(code)
		default:
			for _, code := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(strings.ReplaceAll(text, `\|`, ""), -1) {
				add(code[1])
			}
		}
	}
	return found
}

// TestCommandsExist: each command and flag that a document names is one of the program's.
func TestCommandsExist(t *testing.T) {
	for _, path := range documents(t) {
		named := spoken(readDocument(t, filepath.Join(root, path)))
		for _, args := range named {
			k := &commands{Kaunta: Kaunta{Getenv: func(string) string { return "" }}}
			top := k.root()
			top.InitDefaultHelpCmd()
			about, rest, err := top.Find(args)
			if err != nil {
				t.Errorf("%s: kaunta %s: %v", path, strings.Join(args, " "), err)
				continue
			}
			if !about.HasParent() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") && !strings.HasPrefix(rest[0], "[") {
				t.Errorf("%s: kaunta %s is no command", path, strings.Join(args, " "))
			}
			for _, flag := range rest {
				flag = strings.Trim(flag, "[],.:…)")
				if name, is := strings.CutPrefix(flag, "--"); is && name != "" {
					name, _, _ = strings.Cut(name, "=")
					if !hasFlag(about, name) {
						t.Errorf("%s: kaunta %s: no flag --%s", path, strings.Join(args, " "), name)
					}
				}
			}
		}
		if path == "README.md" && len(named) < 20 {
			t.Errorf("%s: only %d commands were found in it", path, len(named))
		}
	}
}

func hasFlag(cmd *cobra.Command, name string) bool {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	return cmd.Flags().Lookup(name) != nil || cmd.InheritedFlags().Lookup(name) != nil
}

// TestLinks: what a document leads to is there.
func TestLinks(t *testing.T) {
	for _, path := range documents(t) {
		links := regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(readDocument(t, filepath.Join(root, path)), -1)
		for _, link := range links {
			target, _, _ := strings.Cut(link[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(path), filepath.FromSlash(target))); err != nil {
				t.Errorf("%s leads to %s, which is not there", path, link[1])
			}
		}
	}
}

// TestReadmeIsNarrow: a stranger reads it at 100 columns.
func TestReadmeIsNarrow(t *testing.T) {
	lines := strings.Split(readDocument(t, filepath.Join(root, "README.md")), "\n")
	for n, line := range lines {
		if len([]rune(line)) > 100 {
			t.Errorf("line %d has %d columns", n+1, len([]rune(line)))
		}
	}
	if len(lines) > 125 {
		t.Errorf("it has %d lines, and about 110 are wanted", len(lines))
	}
}

// TestHelpIsNarrow: every help fits in 80 columns, breaks no flag's name, and is the same for each
// user.
func TestHelpIsNarrow(t *testing.T) {
	k := Kaunta{Getenv: func(string) string { return "" }, Stderr: io.Discard, Endings: "01  an ending whose description is so long that it does not fit in the eighty columns of a line"}
	names := []string{""}
	for _, cmd := range (&commands{Kaunta: k}).root().Commands() {
		names = append(names, cmd.Name())
	}
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var out bytes.Buffer
		k.Stdout = &out
		if status := Run(t.Context(), k, strings.Fields("help "+name)); status != ExitPaid || out.Len() == 0 {
			t.Errorf("help %s: %d", name, status)
		}
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if len([]rune(line)) > helpWidth || strings.HasSuffix(line, "-") || strings.Contains(line, home) {
				t.Errorf("help %s: %q", name, line)
			}
		}
		if len(names) < 15 || name == "" && !strings.Contains(out.String(), "\nSell:\n") {
			t.Errorf("help %s: %s", name, out.String())
		}
	}
}

// TestReadmeListsEveryCommand: but version, which every program has.
func TestReadmeListsEveryCommand(t *testing.T) {
	list := section(t, readDocument(t, filepath.Join(root, "README.md")), "## Commands")
	for _, cmd := range (&commands{Kaunta: Kaunta{Getenv: func(string) string { return "" }}}).root().Commands() {
		if !cmd.Hidden && cmd.Name() != "version" && !strings.Contains(list, "kaunta "+cmd.Name()) {
			t.Errorf("the README does not list kaunta %s", cmd.Name())
		}
	}
}

package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestSample: the sample loads, has a line for every key there is and for no other, and each line's
// value is the default.
func TestSample(t *testing.T) {
	var shown []string
	table := ""
	var uncommented strings.Builder
	for line := range strings.Lines(Sample()) {
		if name, is := strings.CutPrefix(line, "["); is {
			table = strings.TrimSuffix(strings.TrimSpace(name), "]") + "."
		}
		if key := keyOf(line); key != "" {
			shown = append(shown, table+key)
			line = strings.TrimPrefix(line, "# ")
		}
		uncommented.WriteString(line)
	}
	var known []string
	walk(reflect.TypeFor[Settings](), "", func(key string, table bool) {
		if !table {
			known = append(known, key)
		}
	})
	slices.Sort(shown)
	slices.Sort(known)
	if !slices.Equal(shown, known) {
		t.Errorf("the sample shows\n%v\nthe settings have\n%v", shown, known)
	}
	plain, err := Load(write(t, Sample(), 0o600), env())
	if err != nil {
		t.Fatal(err)
	}
	all, err := Load(write(t, uncommented.String(), 0o600), env())
	if err != nil {
		t.Fatal(err)
	}
	all.Callback.Sources = nil // an empty list and none are the same
	if !reflect.DeepEqual(plain, all) {
		t.Errorf("a default in the sample is not the default:\n%+v\n%+v", plain, all)
	}
}

// TestFill: what is filled in comes back, every other line stays as it is, and what stood in a file
// is not lost.
func TestFill(t *testing.T) {
	v := Values{
		"shop": "Duka \"la\" Mama\\\n\x01é", "daraja.consumer_key": "canary-key", "limits.max_amount": int64(5000),
		"callback.enforce_sources": true, "callback.sources": []any{"192.0.2.1"}, "records.forget_after": "0d", "callback.ssh.user": "duka",
	}
	text := Fill(v)
	back, err := ReadValues(write(t, text, 0o600))
	if err != nil || !reflect.DeepEqual(back, v) {
		t.Errorf("%v: %#v became %#v", err, map[string]any(v), map[string]any(back))
	}
	filled, given := strings.Split(text, "\n"), strings.Split(Sample(), "\n")
	changed := 0
	for i := range given {
		if filled[i] != given[i] {
			changed++
		}
	}
	if changed != len(v) || len(filled) != len(given) {
		t.Errorf("%d of %d lines changed, want %d", changed, len(given), len(v))
	}
	if printed := fmt.Sprintf("%v %+v %#v %s", v, v, v, v); strings.Contains(printed, "canary") {
		t.Errorf("values print themselves: %s", printed)
	}
}

// TestSave: mode 0600 whatever was there, the old file kept, a link followed, and nothing else left
// in the folder.
func TestSave(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "config")
	path := filepath.Join(folder, "kaunta.toml")
	for _, text := range []string{"first", "second"} {
		if err := Save(path, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.toml")
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	if err := Save(link, "third"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"kaunta.toml": "third", "kaunta.toml.bak": "second"} {
		got, err := os.ReadFile(filepath.Join(folder, name))
		info, errStat := os.Stat(filepath.Join(folder, name))
		if err != nil || errStat != nil || string(got) != want {
			t.Fatalf("%s holds %q, %v, %v, want %q", name, got, err, errStat, want)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 2 {
		t.Errorf("left in the folder: %v, %v", entries, err)
	}
}

// FuzzFill: whatever text an owner types comes back from the file as it was typed, but for bytes
// that are no UTF-8.
func FuzzFill(f *testing.F) {
	for _, s := range []string{"Duka", `a"b`, `\`, "\x00\x7f\n", "“é”", "\xff", "'''", "# x = 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if s == "" {
			return
		}
		got, mistakes := decode(Fill(Values{"shop": s}), "x")
		if mistakes != nil || got.Shop != strings.ToValidUTF8(s, "\uFFFD") {
			t.Errorf("%q became %q, %v", s, got.Shop, mistakes)
		}
	})
}

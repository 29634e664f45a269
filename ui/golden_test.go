package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"kaunta/ui/draw"
	"kaunta/ui/frame"

	"kaunta/ui/session"
	"kaunta/ui/text"
)

var (
	update = flag.Bool("update", false, "write the golden frames and the pictures anew")
	svgDir = flag.String("svg", "", "draw every screen in every size into this folder, for review")
)

// goldenSizes are the windows that golden frames are drawn in.
var goldenSizes = [][2]int{{120, 40}, {80, 24}, {60, 20}, {40, 12}}

// everySize are the windows of all classes: the golden ones, the widest that the screens are drawn
// for, and one that is too small for most of them.
var everySize = append(append([][2]int{{200, 60}}, goldenSizes...), [2]int{30, 10})

func strip(s string) string { return ansi.Strip(s) }

// checkSize fails unless the frame is exactly w × h cells.
func checkSize(t *testing.T, content string, w, h int) {
	t.Helper()
	lines := strings.Split(content, "\n")
	if len(lines) != h {
		t.Errorf("%d rows in a window of %d×%d", len(lines), w, h)
	}
	for i, line := range lines {
		if got := ansi.StringWidth(line); got != w {
			t.Errorf("row %d is %d cells wide in a window of %d×%d: %q", i, got, w, h, strip(line))
		}
	}
}

// TestGoldenFrames draws every screen in every size and both languages.
func TestGoldenFrames(t *testing.T) {
	for _, s := range scenes() {
		for _, lang := range []text.Language{text.English, text.Kiswahili} {
			t.Run(s.name+"/"+string(lang), func(t *testing.T) {
				c := s.stage(t, func(cfg *session.Config) { cfg.Language = lang })
				var b strings.Builder
				for _, size := range everySize {
					c.size(size[0], size[1])
					content := c.frame()
					checkSize(t, content, size[0], size[1])
					fmt.Fprintf(&b, "%d×%d\n", size[0], size[1])
					for line := range strings.Lines(strip(content) + "\n") {
						b.WriteString("|" + strings.TrimSuffix(line, "\n") + "|\n")
					}
				}
				golden(t, s.name+"."+string(lang)+".golden", b.String())
			})
		}
	}
}

// TestNothingIsCutAt80Columns holds every screen to the promise that no text ends in … in a common
// window, in either language.
func TestNothingIsCutAt80Columns(t *testing.T) {
	for _, s := range scenes() {
		for _, lang := range []text.Language{text.English, text.Kiswahili} {
			c := s.stage(t, func(cfg *session.Config) { cfg.Language = lang })
			c.size(80, 24)
			if got := c.text(); strings.Contains(got, "…") && s.name != "detail" { // an event's own words have no limit
				t.Errorf("%s in %s is cut:\n%s", s.name, lang, got)
			}
		}
	}
}

// golden compares got with a file of testdata, or writes the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test ./ui -update and look at what it draws", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s has changed (-was +is):\n%s", name, diff)
	}
}

// TestPictures draws the README's pictures from the real screens. With -update it writes them;
// without, it fails where they no longer show what the screens look like.
func TestPictures(t *testing.T) {
	for _, s := range scenes() {
		switch s.name {
		case "sale", "waiting", "paid", "still-checking", "ledger", "month":
		default:
			continue
		}
		c := s.stage(t)
		c.size(80, 24)
		terminals()[0].set(c)
		got := frame.SVG(c.frame(), 80, 24, frame.Dark())
		path := filepath.Join("screens", s.name+".svg")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if want, err := os.ReadFile(path); err != nil || string(want) != got {
			t.Errorf("%s is not the screen any more (%v): run go test ./ui -run TestPictures -update", path, err)
		}
	}
}

// TestDrawEverything draws every screen for review where -svg names a folder.
func TestDrawEverything(t *testing.T) {
	if *svgDir == "" {
		t.Skip("only with -svg DIR")
	}
	for _, s := range scenes() {
		for _, lang := range []text.Language{text.English, text.Kiswahili} {
			for _, k := range terminals() {
				for _, size := range everySize {
					c := s.stage(t, func(cfg *session.Config) { cfg.Language = lang })
					k.set(c)
					c.size(size[0], size[1])
					palette := frame.Dark()
					if k.background == draw.BackgroundLight {
						palette = frame.Light()
					}
					name := fmt.Sprintf("%s.%s.%s.%dx%d.svg", s.name, lang, k.name, size[0], size[1])
					if err := os.WriteFile(filepath.Join(*svgDir, name), []byte(frame.SVG(c.frame(), size[0], size[1], palette)), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

package frame

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// elements reads an SVG and counts what it draws.
func elements(t *testing.T, svg string) (rects, texts int, written string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	var b strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return rects, texts, b.String()
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, svg)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "rect":
				rects++
			case "text":
				texts++
			}
		case xml.CharData:
			b.WriteString(strings.TrimSpace(string(e)))
		}
	}
}

func TestSVG(t *testing.T) {
	for _, tc := range []struct {
		name, frame  string
		rects, texts int // the first rectangle is the window
		written      string
		has          []string
	}{
		{"plain text", "Amount", 1, 1, "Amount", []string{`fill="#E6E8EB"`, `fill="#0D1117"`}},
		{"what XML would take for its own", `a<b>&"c`, 1, 1, `a<b>&"c`, nil},
		{"a colour", "\x1b[38;2;63;203;124mPAID\x1b[m", 1, 1, "PAID", []string{`fill="#3FCB7C"`}},
		{"one of the sixteen", "\x1b[93mPAID\x1b[m", 1, 1, "PAID", []string{`fill="#FFFF55"`}},
		{"one of the 256", "\x1b[38;5;215mPAID\x1b[m", 1, 1, "PAID", []string{`fill="#FFAF5F"`}},
		{"bold", "\x1b[1mPAID\x1b[m", 1, 1, "PAID", []string{`font-weight="bold"`}},
		{"reverse has a background", "\x1b[7mPAID\x1b[m", 2, 1, "PAID", []string{`height="19.30" fill="#E6E8EB"`}},
		{"blocks are rectangles", "█▀▌▄", 5, 0, "", nil},
		{"blocks lie on their background", "\x1b[30;43m█\x1b[m", 3, 0, "", []string{`fill="#CDCD00"`, `fill="#000000"`}},
		{"blanks are nothing", "   \n   ", 1, 0, "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			svg := SVG(tc.frame, 8, 2, Dark())
			rects, texts, written := elements(t, svg)
			if rects != tc.rects || texts != tc.texts || written != tc.written {
				t.Errorf("%d rectangles, %d texts, %q; want %d, %d, %q\n%s", rects, texts, written, tc.rects, tc.texts, tc.written, svg)
			}
			for _, want := range tc.has {
				if !strings.Contains(svg, want) {
					t.Errorf("no %s in\n%s", want, svg)
				}
			}
		})
	}
	if dark, light := SVG("x", 8, 2, Dark()), SVG("x", 8, 2, Light()); dark == light {
		t.Error("a light terminal looks like a dark one")
	}
}

package frame

import (
	"fmt"
	"html"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Palette is the colours of the terminal that a frame is drawn in.
type Palette struct {
	Background color.Color
	Foreground color.Color
	Basic      [16]color.Color // the sixteen of the terminal
}

// Dark and Light are a dark terminal and a light one.
func Dark() Palette {
	p := Palette{Background: rgb(0x0D1117), Foreground: rgb(0xE6E8EB)}
	for i, c := range [16]uint32{
		0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
		0x7F7F7F, 0xFF5555, 0x55FF55, 0xFFFF55, 0x5C5CFF, 0xFF55FF, 0x55FFFF, 0xFFFFFF,
	} {
		p.Basic[i] = rgb(c)
	}
	return p
}

// Light is a light terminal.
func Light() Palette {
	p := Dark()
	p.Background, p.Foreground = rgb(0xFFFFFF), rgb(0x1C1F23)
	return p
}

// The size of a cell, in the SVG's units.
const (
	cellWidth  = 9.0
	cellHeight = 19.0
	margin     = 10.0
)

// SVG draws a frame of width × height cells.
func SVG(content string, width, height int, p Palette) string {
	buf := uv.NewScreenBuffer(width, height)
	uv.NewStyledString(content).Draw(buf, buf.Bounds())

	w, h := float64(width)*cellWidth+2*margin, float64(height)*cellHeight+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" viewBox="0 0 %g %g">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="6" fill="%s"/>`+"\n", hex(p.Background))
	b.WriteString(`<g shape-rendering="crispEdges" font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="15" xml:space="preserve">` + "\n")
	for y := range height {
		p.row(&b, buf, y, width)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// row draws one row, a run of one style after another: its background, its blocks, its text.
func (p Palette) row(b *strings.Builder, buf uv.ScreenBuffer, y, width int) {
	top := margin + float64(y)*cellHeight
	for x := 0; x < width; {
		st, end := p.style(buf.CellAt(x, y)), x+1
		for end < width && p.style(buf.CellAt(end, y)) == st {
			end++
		}
		left := margin + float64(x)*cellWidth
		if st.back != hex(p.Background) {
			rect(b, left, top, float64(end-x)*cellWidth, cellHeight, st.back)
		}
		var text strings.Builder
		for ; x < end; x++ {
			s := " "
			if c := buf.CellAt(x, y); c != nil && c.Content != "" {
				s = c.Content
			}
			if x0, y0, w, h, ok := block(s); ok {
				rect(b, margin+(float64(x)+x0)*cellWidth, top+y0*cellHeight, w*cellWidth, h*cellHeight, st.fore)
				s = " "
			}
			text.WriteString(s)
		}
		s := strings.TrimRight(text.String(), " ")
		lead := len(s) - len(strings.TrimLeft(s, " "))
		if s = s[lead:]; s == "" {
			continue
		}
		weight := ""
		if st.bold {
			weight = ` font-weight="bold"`
		}
		fmt.Fprintf(b, `<text x="%.2f" y="%.2f" textLength="%.2f" fill="%s"%s>%s</text>`+"\n",
			left+float64(lead)*cellWidth, top+cellHeight*0.74, float64(ansi.StringWidth(s))*cellWidth, st.fore, weight, html.EscapeString(s))
	}
}

// rect draws a rectangle a hair wider than it is, so that neighbours join up.
func rect(b *strings.Builder, x, y, w, h float64, fill string) {
	const hair = 0.3
	fmt.Fprintf(b, `<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="%s"/>`+"\n", x, y, w+hair, h+hair, fill)
}

// style is a cell's colours, as the SVG writes them, and weight.
type style struct {
	fore, back string
	bold       bool
}

func (p Palette) style(c *uv.Cell) style {
	f, k := p.Foreground, p.Background
	if c == nil {
		return style{fore: hex(f), back: hex(k)}
	}
	if c.Style.Fg != nil {
		f = p.resolve(c.Style.Fg)
	}
	if c.Style.Bg != nil {
		k = p.resolve(c.Style.Bg)
	}
	if c.Style.Attrs&uv.AttrReverse != 0 {
		f, k = k, f
	}
	return style{fore: hex(f), back: hex(k), bold: c.Style.Attrs&uv.AttrBold != 0}
}

func (p Palette) resolve(c color.Color) color.Color {
	switch c := c.(type) {
	case ansi.BasicColor:
		return p.Basic[int(c)%16]
	case ansi.IndexedColor:
		if c < 16 {
			return p.Basic[c]
		}
	}
	return c
}

// block is the part of the cell that a block character fills, in parts of one.
func block(s string) (x, y, w, h float64, ok bool) {
	switch s {
	case "█":
		return 0, 0, 1, 1, true
	case "▀":
		return 0, 0, 1, 0.5, true
	case "▌":
		return 0, 0, 0.5, 1, true
	}
	for i, bar := range []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇"} {
		if s == bar {
			part := float64(i+1) / 8
			return 0, 1 - part, 1, part, true
		}
	}
	return 0, 0, 0, 0, false
}

func rgb(v uint32) color.Color {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

func hex(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02X%02X%02X", r>>8, g>>8, b>>8)
}

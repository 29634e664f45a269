package export

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"
)

// workbook is the file of an XLSX (ECMA-376, Office Open XML): a ZIP of parts in XML, in which the
// sheets come last, so that their rows go straight into the file.
//
// It stands here and not in a library since the one that is well kept can do everything that a
// spreadsheet can: its formulas and formats took a quarter of the time in which each command
// starts, and of the program's size; and it keeps rows in files of its own meanwhile.
type workbook struct {
	zip   *zip.Writer
	open  io.Writer // the part of the sheet that is being written; nil: none
	begun int       // how many sheets were
}

// column is one column of a sheet, its width in characters.
type column struct {
	title string
	width int
}

// The styles of cells: their places among the cellXfs of [styles].
const (
	stylePlain = iota
	styleBold
	styleAmount // with commas for thousands
	styleTotal  // the same in bold
	styleMoment
	styleDay
)

const styles = `<styleSheet xmlns="` + sheetML + `">` +
	`<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="6">` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
	`<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="3" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>` +
	`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`</cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

const (
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	sheetML  = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	packages = "http://schemas.openxmlformats.org/package/2006"
	office   = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	types    = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// newWorkbook begins the file of a workbook with sheets of these names, which are plain words.
func newWorkbook(w io.Writer, names ...string) (*workbook, error) {
	var overrides, sheets, relations strings.Builder
	for i, name := range names {
		fmt.Fprintf(&overrides, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i+1, types)
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, name, i+1, i+1)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, office, i+1)
	}
	b := &workbook{zip: zip.NewWriter(w)}
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="` + packages + `/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + types + `sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="` + types + `styles+xml"/>` + overrides.String() + `</Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + packages + `/relationships">` +
			`<Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/>` +
			`<Relationship Id="rId2" Type="` + packages + `/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`},
		{"docProps/core.xml", `<cp:coreProperties xmlns:cp="` + packages + `/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">` +
			`<dc:creator>Kaunta</dc:creator><cp:lastModifiedBy>Kaunta</cp:lastModifiedBy></cp:coreProperties>`},
		{"xl/workbook.xml", `<workbook xmlns="` + sheetML + `" xmlns:r="` + office + `"><bookViews><workbookView/></bookViews><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packages + `/relationships">` + relations.String() +
			`<Relationship Id="rIdStyles" Type="` + office + `/styles" Target="styles.xml"/></Relationships>`},
		{"xl/styles.xml", styles},
	} {
		if err := b.part(part[0], part[1]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// part begins a part of the file with text. The part before it is over then.
func (b *workbook) part(name, text string) (err error) {
	if b.open, err = b.zip.Create(name); err == nil {
		_, err = io.WriteString(b.open, xmlHead+text)
	}
	return err
}

// sheet begins the next sheet, whose first row stays in view. Its rows are then written to b.
func (b *workbook) sheet(columns []column) error {
	if err := b.endSheet(); err != nil {
		return err
	}
	b.begun++
	var cols strings.Builder
	for i, c := range columns {
		fmt.Fprintf(&cols, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, c.width)
	}
	return b.part(fmt.Sprintf("xl/worksheets/sheet%d.xml", b.begun), `<worksheet xmlns="`+sheetML+`"><sheetViews><sheetView workbookViewId="0">`+
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`+
		`<cols>`+cols.String()+`</cols><sheetData>`)
}

// Write writes rows of the sheet.
func (b *workbook) Write(rows []byte) (int, error) { return b.open.Write(rows) }

func (b *workbook) endSheet() error {
	if b.begun == 0 {
		return nil
	}
	_, err := io.WriteString(b.open, `</sheetData></worksheet>`)
	return err
}

// close ends the last sheet and the file.
func (b *workbook) close() error {
	if err := b.endSheet(); err != nil {
		return err
	}
	return b.zip.Close()
}

// maxText is how many letters a cell of text can hold.
const maxText = 32767

// escape is a clean text as XML has it, cut to what a cell can hold. There, _x0041_ is an A, so
// that an underline which begins the like is written so itself.
func escape(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), maxText)], "")
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '\uFFFE' || r == '\uFFFF': // no letters of XML
		case r == '_' && isEscape(s[i:]):
			b.WriteString("_x005F_")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isEscape reports whether s begins like _x0041_.
func isEscape(s string) bool {
	return len(s) >= 7 && s[1] == 'x' && s[6] == '_' && strings.Trim(s[2:6], "0123456789abcdefABCDEF") == ""
}

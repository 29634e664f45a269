package simtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the source that faults are planted into.
type module struct {
	root     string
	name     string
	fset     *token.FileSet
	sources  map[string]map[string]*ast.File // by folder, then by path
	importer types.Importer
}

// readModule reads the module that this package belongs to. What the compiler made of its packages,
// which a build of this test needs too, spares the type checker all but the package with the fault.
func readModule(t *testing.T) *module {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-export", "-json=ImportPath,Export,Dir,GoFiles,Module", "../../pos", "../../store")
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, complaint.String())
	}
	m := &module{fset: token.NewFileSet(), sources: map[string]map[string]*ast.File{}}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Export, Dir string
			GoFiles                 []string
			Module                  *struct {
				Path, Dir string
				Main      bool
			}
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if p.Module == nil || !p.Module.Main {
			continue
		}
		m.root, m.name = p.Module.Dir, p.Module.Path
		files := map[string]*ast.File{}
		for _, name := range p.GoFiles {
			path := filepath.Join(p.Dir, name)
			if files[path], err = parser.ParseFile(m.fset, path, nil, parser.SkipObjectResolution); err != nil {
				t.Fatal(err)
			}
		}
		m.sources[strings.TrimPrefix(p.ImportPath, p.Module.Path+"/")] = files
	}
	m.importer = importer.ForCompiler(m.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return m
}

// plant is the file of the fault's function, and what it holds with the fault.
func (m *module) plant(f fault) (path string, patched []byte, err error) {
	folder, function, _ := strings.Cut(f.in, ".")
	var body *ast.FuncDecl
	for p, file := range m.sources[folder] {
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && nameOf(fn) == function {
				path, body = p, fn
			}
		}
	}
	if body == nil {
		return "", nil, fmt.Errorf("there is no %s", f.in)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return "", nil, err
	}
	from, to := m.fset.Position(body.Pos()).Offset, m.fset.Position(body.End()).Offset
	where, anchor := lex(source[from:to]), lex([]byte(f.at))
	var found []int
	for i := range where {
		if i+len(anchor) <= len(where) && slices.EqualFunc(anchor, where[i:i+len(anchor)], lexeme.same) {
			found = append(found, i)
		}
	}
	if len(found) != 1 || len(anchor) == 0 {
		return "", nil, fmt.Errorf("its place stands %d times in %s, must be once: %s", len(found), f.in, f.at)
	}
	start, end := from+where[found[0]].start, from+where[found[0]+len(anchor)-1].end
	planted := strings.ReplaceAll(f.plant, "…", string(source[start:end]))
	return path, slices.Concat(source[:start], []byte(planted), source[end:]), nil
}

// check compiles the package of the file at path, with these contents in it.
func (m *module) check(path string, contents []byte) error {
	file, err := parser.ParseFile(m.fset, path, contents, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	folder, err := filepath.Rel(m.root, filepath.Dir(path))
	if err != nil {
		return err
	}
	folder = filepath.ToSlash(folder)
	files := []*ast.File{file}
	for other, f := range m.sources[folder] {
		if other != path {
			files = append(files, f)
		}
	}
	_, err = (&types.Config{Importer: m.importer}).Check(m.name+"/"+folder, m.fset, files, nil)
	return err
}

// nameOf is Function or Type.Method.
func nameOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	receiver := f.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if name, ok := receiver.(*ast.Ident); ok {
		return name.Name + "." + f.Name.Name
	}
	return ""
}

// lexeme is a token of Go and where it stands.
type lexeme struct {
	token      token.Token
	text       string
	start, end int
}

func (l lexeme) same(other lexeme) bool { return l.token == other.token && l.text == other.text }

// lex is the source without what depends on its layout: spaces, comments, the ends of lines, and a
// comma at the end of a list.
func lex(source []byte) (list []lexeme) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(source))
	s.Init(file, source, nil, 0)
	for {
		pos, tok, text := s.Scan()
		last := len(list) - 1
		switch tok {
		case token.EOF:
			for ; last >= 0 && list[last].token == token.SEMICOLON; last-- {
				list = list[:last]
			}
			return list
		case token.SEMICOLON:
			text = ";"
		case token.RPAREN, token.RBRACE, token.RBRACK:
			if last >= 0 && (list[last].token == token.SEMICOLON || list[last].token == token.COMMA) {
				list = list[:last]
			}
		}
		if text == "" {
			text = tok.String()
		}
		start := file.Offset(pos)
		list = append(list, lexeme{tok, text, start, start + len(text)})
	}
}

package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestLayers: doc.go says which files call which, and it is true. What is looked for are the
// package's own names, and the methods of a ledger; the type Ledger is everybody's.
func TestLayers(t *testing.T) {
	doc := string(must[[]byte](t)(os.ReadFile("doc.go")))
	_, layers, _ := strings.Cut(doc, "Each calls only those below it:")
	layers, _, _ = strings.Cut(layers, "packages format and disk")
	layerOf, n := map[string]int{}, 0
	for line := range strings.Lines(layers) {
		files := regexp.MustCompile(`\w+\.go`).FindAllString(line, -1)
		for _, file := range files {
			layerOf[file] = n
		}
		if len(files) > 0 {
			n++
		}
	}
	if n < 5 {
		t.Fatalf("%d layers", n)
	}
	set := token.NewFileSet()
	files, declared := map[string]*ast.File{}, map[string]string{}
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir(".")) {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "doc.go" {
			continue
		}
		if _, ok := layerOf[name]; !ok {
			t.Errorf("%s is in no layer", name)
		}
		f := must[*ast.File](t)(parser.ParseFile(set, name, nil, 0))
		files[name] = f
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					declared[d.Name.Name] = name
				} else if star, ok := d.Recv.List[0].Type.(*ast.StarExpr); ok && star.X.(*ast.Ident).Name == "Ledger" {
					declared["l."+d.Name.Name] = name
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						declared[s.Name.Name] = name
					case *ast.ValueSpec:
						for _, id := range s.Names {
							declared[id.Name] = name
						}
					}
				}
			}
		}
	}
	delete(declared, "Ledger")
	for name, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			used := ""
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "l" {
					used = "l." + n.Sel.Name
				}
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok {
					used = id.Name
				}
			case *ast.CompositeLit:
				if id, ok := n.Type.(*ast.Ident); ok {
					used = id.Name
				}
			}
			if at := declared[used]; at != "" && layerOf[at] < layerOf[name] {
				t.Errorf("%s: %s calls upwards, %s of %s", set.Position(n.Pos()), name, used, at)
			}
			return true
		})
	}
}

package settings

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// walk visits every table and key below t.
func walk(t reflect.Type, prefix string, visit func(key string, table bool)) {
	for f := range t.Fields() {
		name := f.Tag.Get("toml")
		if name == "-" {
			continue
		}
		table := f.Type.Kind() == reflect.Struct
		visit(prefix+name, table)
		if table {
			walk(f.Type, prefix+name+".", visit)
		}
	}
}

// nearest is the known key or table that an unknown one was probably meant to be, or "". One of the
// same table is named without it.
func nearest(unknown toml.Key) string {
	last, parent := unknown[len(unknown)-1], strings.Join(unknown[:len(unknown)-1], ".")
	if len(unknown.String()) > 100 {
		return "" // it resembles nothing, and to compare it takes long
	}
	type candidate struct {
		says     string
		distance int
	}
	var candidates []candidate
	walk(reflect.TypeFor[Settings](), "", func(key string, _ bool) {
		table, name := "", key
		if i := strings.LastIndex(key, "."); i >= 0 {
			table, name = key[:i], key[i+1:]
		}
		if table == parent {
			candidates = append(candidates, candidate{name, distance(last, name)})
			return
		}
		// The right name in the wrong table, or a table misspelt.
		candidates = append(candidates, candidate{key, min(distance(last, name)+1, distance(strings.Join(unknown, "."), key))})
	})
	best := slices.MinFunc(candidates, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	if best.distance > max(1, len(last)/3) {
		return ""
	}
	return best.says
}

// distance is how many letters must be put in, left out, exchanged or swapped with their neighbour
// to make b of a.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range b {
		rows[0][j+1] = j + 1
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}

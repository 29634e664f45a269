package settings

import (
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/BurntSushi/toml"

	"kaunta/daraja"
)

//go:embed sample.toml
var sample string

// Sample is a configuration file that names and explains every key, each with its default in a
// comment.
func Sample() string { return sample }

// Values are what a configuration file sets, by key with its tables, such as "limits.max_amount":
// string, int64, bool or a list of strings. They may hold secrets, and do not print themselves.
type Values map[string]any

// Format writes how many values there are, for every verb.
func (v Values) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "settings.Values("+strconv.Itoa(len(v))+")")
}

// Set sets a text, or leaves the key at its default where the text is empty.
func (v Values) Set(key, text string) {
	if text == "" {
		delete(v, key)
		return
	}
	v[key] = text
}

// Text is the text that is set, or "".
func (v Values) Text(key string) string {
	s, _ := v[key].(string)
	return s
}

// ReadValues reads what the configuration file at path sets, and refuses it as [Load] does.
func ReadValues(path string) (Values, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if _, mistakes := decode(text, path); mistakes != nil {
		return nil, mistakes[0]
	}
	var tables map[string]any
	if _, err := toml.Decode(text, &tables); err != nil {
		return nil, fmt.Errorf("the configuration file %s is not understood: %s", path, tomlFault(err))
	}
	v := Values{}
	v.flatten(tables, "")
	return v, nil
}

func (v Values) flatten(table map[string]any, prefix string) {
	for key, value := range table {
		// The library takes a key in letters of either case.
		name := prefix + strings.ToLower(key)
		if below, is := value.(map[string]any); is {
			v.flatten(below, name+".")
			continue
		}
		v[name] = value
	}
}

// Settings are the settings that a file of these values would give, with the environment on top,
// and what is wrong with them. path is where the file is to be.
func (v Values) Settings(path string, getenv func(string) string) (Settings, []Mistake) {
	return parse(Fill(v), path, getenv)
}

// Fill is [Sample] with the values in place of the defaults, comments and all. A key that the
// sample does not have is left out.
func Fill(v Values) string {
	var b strings.Builder
	table := ""
	for line := range strings.Lines(sample) {
		if name, isTable := strings.CutPrefix(line, "["); isTable {
			table = strings.TrimSuffix(strings.TrimSpace(name), "]") + "."
		}
		if key := keyOf(line); key != "" {
			if value, set := v[table+key]; set {
				line = key + " = " + literal(value) + "\n"
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

// keyOf is the key that a line of the sample shows, or "".
func keyOf(line string) string {
	key, _, found := strings.Cut(strings.TrimPrefix(line, "# "), " = ")
	if !found || strings.ContainsFunc(key, func(r rune) bool { return r != '_' && !unicode.IsLower(r) }) {
		return ""
	}
	return key
}

func literal(value any) string {
	switch value := value.(type) {
	case string:
		return quoted(value)
	case daraja.Secret:
		return quoted(value.Reveal())
	case []any:
		var items []string
		for _, item := range value {
			items = append(items, literal(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	default: // numbers and booleans
		return fmt.Sprint(value)
	}
}

func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

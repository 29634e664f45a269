package text

import (
	"fmt"
	"reflect"
	"testing"
)

// TestWords: every text is there in both languages, with the same things to fill in.
func TestWords(t *testing.T) {
	var compare func(name string, a, b reflect.Value)
	compare = func(name string, a, b reflect.Value) {
		switch a.Kind() {
		case reflect.String:
			if a.String() == "" || b.String() == "" {
				t.Errorf("%s: %q, %q", name, a, b)
			}
			verbs := func(s string) (v []byte) {
				for i := range len(s) - 1 {
					if s[i] == '%' {
						v = append(v, s[i+1])
					}
				}
				return v
			}
			if string(verbs(a.String())) != string(verbs(b.String())) {
				t.Errorf("%s is filled in differently: %q, %q", name, a, b)
			}
		case reflect.Array:
			for i := range a.Len() {
				compare(fmt.Sprint(name, i), a.Index(i), b.Index(i))
			}
		case reflect.Struct:
			for i := range a.NumField() {
				compare(a.Type().Field(i).Name, a.Field(i), b.Field(i))
			}
		case reflect.Map:
			for _, k := range a.MapKeys() {
				compare(fmt.Sprint(name, " ", k), a.MapIndex(k), b.MapIndex(k))
			}
		}
	}
	for _, table := range []func(Language) any{
		func(l Language) any { return *New(l) }, func(l Language) any { return *NewPlain(l) },
	} {
		en, sw := reflect.ValueOf(table(English)), reflect.ValueOf(table(Kiswahili))
		for i := range en.NumField() {
			compare(en.Type().Field(i).Name, en.Field(i), sw.Field(i))
		}
	}
}

// TestPrintable is the gate that all text from outside passes on its way to the terminal.
func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b[2J\x1b]0;owned\x07 Mama": "[2J]0;owned Mama",
		"a\u202eb\u200bc\u0085d":       "abc d",
		"tab\tand\r\nline":             "tab and  line",
		"\xff\xfeok":                   "ok",
		"Ngũgĩ":                        "Ngũgĩ",
		"\u009b31m":                    "31m",
	} {
		if got := Printable(in); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}

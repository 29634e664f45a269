package daraja

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestDecodeObject(t *testing.T) {
	o, err := decodeObject([]byte(` {"a":{"b":[1.00,"x",null,true,{}]},"A-b":-0} `))
	if err != nil {
		t.Fatal(err)
	}
	list := o.object("a")["b"].([]any)
	if list[0] != json.Number("1.00") || list[1] != "x" || list[2] != nil || list[3] != true || o["A-b"] != json.Number("-0") {
		t.Errorf("got %v", o)
	}
	if o.object("none").object("none").text("none") != "" || o.text("a") != "" {
		t.Error("reading what is not there found something")
	}

	for _, s := range []string{
		``, ` `, `[]`, `"x"`, `{"a":1,}`, `{'a':1}`, `{"a":1}{}`, `{"a":1} x`, `{"a":01}`, `{"a":.5}`, `{"a":NaN}`, `{a:1}`, `{"a":1`, `{"a" 1}`,
		`{"a":1,"a":2}`, `{"a":1,"A":2}`, `{"k":1,"\u212a":2}`, `{"s":1,"\u017f":2}`, `{"x":[{"a":1,"\u0061":2}]}`,
		"{\"a\":\"\xff\"}", "{\"a\":\"\n\"}", "\ufeff{}", `{} // end`,
		strings.Repeat(`[`, 100000), strings.Repeat(`{"a":`, maxDepth+1) + "1" + strings.Repeat("}", maxDepth+1),
	} {
		if o, err := decodeObject([]byte(s)); err == nil {
			t.Errorf("%.60q was read as %v", s, o)
		}
	}
	if _, err := decodeObject([]byte(strings.Repeat(`{"a":`, maxDepth) + "1" + strings.Repeat("}", maxDepth))); err != nil {
		t.Errorf("%d levels: %v", maxDepth, err)
	}
}

// FuzzDecode holds what is read against encoding/json: where a document is read at all, both have
// read the same.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		` {"a":{"b":[1.00,"x",null,true,false,{}],"":[]},"A-b":-0e+9} `, `"\ud834\udd1e\u00e9\n\"\\"`, `"\ud800"`, `["é",[[]] , 1 ,"a\u0000"]`, `0`, `{"k":1,"\u212a":2}`,
		string(callbackBody(nil)), pushAccepted, spikeFault, soapFault,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decode(data)
		if err != nil {
			return
		}
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil || !reflect.DeepEqual(plain(got), want) {
			t.Errorf("%q was read as %v, and by encoding/json as %v, %v", data, got, want, err)
		}
	})
}

// plain is a value with maps for objects.
func plain(v any) any {
	switch v := v.(type) {
	case object:
		m := map[string]any{}
		for name, value := range v {
			m[name] = plain(value)
		}
		return m
	case []any:
		list := []any{}
		for _, value := range v {
			list = append(list, plain(value))
		}
		return list
	}
	return v
}

package text

import "testing"

func TestUTF8(t *testing.T) {
	for _, tc := range []struct {
		environ map[string]string
		want    bool
	}{
		{map[string]string{"LANG": "en_US.UTF-8"}, true},
		{map[string]string{"LANG": "sw_KE.utf8"}, true},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "C"}, false},
		{map[string]string{"LC_CTYPE": "C.UTF-8", "LANG": "C"}, true},
		{map[string]string{"LC_ALL": "", "LANG": "C.UTF-8"}, true},
		{map[string]string{"LANG": "sw_KE"}, false},
		{map[string]string{"OS": "Windows_NT"}, true},
		{map[string]string{"OS": "Windows_NT", "LANG": "C"}, false},
		{nil, false},
	} {
		if got := UTF8(func(name string) string { return tc.environ[name] }); got != tc.want {
			t.Errorf("UTF8 of %v = %v", tc.environ, got)
		}
	}
}

func TestLocale(t *testing.T) {
	environ := map[string]string{"LC_CTYPE": "sw_KE.UTF-8", "LANG": "C"}
	if got := Locale(func(name string) string { return environ[name] }); got != "sw_KE.UTF-8" {
		t.Errorf("Locale = %q", got)
	}
}

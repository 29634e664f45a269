package daraja

import (
	"strings"
	"testing"
)

func TestCleanReference(t *testing.T) {
	for _, tt := range []struct{ s, fallback, want string }{
		{"INV-0042", "", "INV-0042"},
		{"Mama's shop", "", "Mamas shop"},
		{"Mama’s shop", "", "Mamas shop"},
		{"inv/2025/0042", "", "inv 2025 004"},
		{"  two   blanks ", "", "two blanks"},
		{"elevenchars and more", "", "elevenchars"},
		{"Café Zürich", "", "Caf Zrich"},
		{"a\x1b[31m\r\nb", "", "a 31m b"},
		{"<script>", "", "script"},
		{"", "Duka la Mama", "Duka la Mama"},
		{"---", "Duka", "Duka"},
		{"支付", "Duka", "Duka"},
		{"", "", "Payment"},
		{"M-PESA bill", "Duka", "Duka"},
		{"lipa na mpesa", "Duka", "lipa na mpes"}, // what is cut off does not count
		{"Executive", "sql", "Payment"},
	} {
		got := CleanReference(tt.s, tt.fallback)
		if got != tt.want {
			t.Errorf("CleanReference(%q, %q) = %q, want %q", tt.s, tt.fallback, got, tt.want)
		}
		if again := CleanReference(got, ""); again != got {
			t.Errorf("cleaning %q again gives %q", got, again)
		}
	}
	if got := CleanDescription("elevenchars and more", ""); got != "elevenchars a" {
		t.Errorf("CleanDescription = %q", got)
	}
}

func TestCheckCallBackURL(t *testing.T) {
	for _, u := range []string{
		"https://duka.example.org/cb/4f3a9c", "http://127.0.0.1:8190/cb/1", "https://duka.example.org:8443/", "HTTPS://DUKA.EXAMPLE.ORG/x",
		"https://0123456789ab.example.app/a%20b", "https://[::1]:80/x",
	} {
		if err := CheckCallBackURL(u); err != nil {
			t.Errorf("%s: %v", u, err)
		}
	}
	for u, contains := range map[string]string{
		"":                                 "complete",
		"duka.example.org/cb":              "complete",
		"/cb":                              "complete",
		"https://":                         "complete",
		"https:///cb":                      "complete",
		"https://:443/cb":                  "complete",
		"ftp://duka.example.org/cb":        "https://",
		"http://duka.example.org/cb":       "must begin with https://",
		"http://127.0.0.1.example.org/cb":  "must begin with https://",
		"https://a:b@duka.example.org/":    "password",
		"https://duka.example.org/a b":     "blanks",
		"https://duka.example.org/ä":       "blanks",
		"https://duka.example.org/?%zz":    "hexadecimal",
		"https://mpesa.example.org/cb":     `"mpesa"`,
		"https://duka.example.org/M-Pesa":  `"m-pesa"`,
		"https://duka.example.org/x.EXE":   `"exe"`,
		"https://duka.example.org/exec":    `"exec"`,
		"https://duka.example.org/7cMdf":   `"cmd"`,
		"https://duka.example.org/?a=sql":  `"sql"`,
		"https://duka.example.org/Query":   `"query"`,
		"https://safaricom.example.org/":   `"safaricom"`,
		"https://duka.example.org/%6dpesa": `"mpesa"`,
		"https://duka.example.org/#sql":    `"sql"`,
	} {
		err := CheckCallBackURL(u)
		if err == nil || !strings.Contains(err.Error(), contains) {
			t.Errorf("%s: %v, want %s", u, err, contains)
		}
		if err != nil && len(u) > 12 && strings.Contains(err.Error(), u) {
			t.Errorf("the error shows the address: %v", err)
		}
	}
}

func TestMessage(t *testing.T) {
	for s, want := range map[string]string{
		"[MpesaCB - ]The balance":                        "The balance",
		"[STK_CB - ]Request cancelled":                   "Request cancelled",
		"[MerchantValidate] - Wrong credentials":         "Wrong credentials",
		"[MerchantValidate] -Wrong":                      "-Wrong",
		"no [bracket] in front":                          "no [bracket] in front",
		"[only]":                                         "",
		"[unclosed":                                      "[unclosed",
		"Invalid Access Token - abcdefghijklmnopqrst123": "Invalid Access Token - [hidden]",
		"Invalid Access Token - short":                   "Invalid Access Token - short",
		"a\u202eb\x00c":                                  "abc",
	} {
		if got := message(s); got != want {
			t.Errorf("message(%q) = %q, want %q", s, got, want)
		}
	}
	if got := printable(strings.Repeat("é ", 300), 5); got != "é é é" {
		t.Errorf("printable = %q", got)
	}
}

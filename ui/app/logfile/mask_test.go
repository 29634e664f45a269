package logfile

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaunta/daraja"
)

func TestNumbers(t *testing.T) {
	m := newMasker(nil)
	for text, want := range map[string]string{
		"0712345678":          "0712•••678",
		"712345678":           "712•••678",
		"0112345678":          "0112•••678",
		"254712345678":        "254712•••678",
		"+254712345678":       "+254712•••678",
		"00254712345678":      "00254712•••678",
		"2540712345678":       "2540712•••678",
		"2.54712345678e+11":   "2.54712•••678e+11",
		"0712 345 678":        "0712 ••• 678",
		"0712-345-678":        "0712-•••-678",
		"+254 712 345678":     "+254 712 •••678",
		"phone=0712345678,":   "phone=0712•••678,",
		"p0712345678p":        "p0712•••678p",
		"KES 450, 0712345678": "KES 450, 0712•••678",
		// Dates with milliseconds of three, two and one digit before the number.
		"ws_CO_191220261020363925712345678":    "ws_CO_191220261020363925712•••678",
		"ws_CO_19122026102036392712345678":     "ws_CO_19122026102036392712•••678",
		"ws_CO_1912202610203639112345678":      "ws_CO_1912202610203639112•••678",
		`"PhoneNumber","Value":254712345678}`:  `"PhoneNumber","Value":254712•••678}`,
		"254708***430":                         "254708***430",
		"amount 250000, short code 600100":     "amount 250000, short code 600100",
		"TransactionDate 20261112102115":       "TransactionDate 20261112102115",
		"29115-34620561-1 5998-46a7-a4aa-5a37": "29115-34620561-1 5998-46a7-a4aa-5a37",
		"0204567890 is a landline":             "0204567890 is a landline",
		"time 2026-11-12 10:21:15.123":         "time 2026-11-12 10:21:15.123",
	} {
		if got := m.text(text); got != want {
			t.Errorf("%s is logged as %s, want %s", text, got, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	m := newMasker(nil)
	for text, want := range map[string]string{
		"Authorization: Bearer CANARYtoken0123456789ab":                           "Authorization: Bearer [hidden]",
		`X-Authorization="basic Q0FOQVJZ+/a=="`:                                   `X-Authorization="basic [hidden]"`,
		`{"Password":"Q0FOQVJZ","Amount":450}`:                                    `{"Password":"[hidden]","Amount":450}`,
		`{"access_token": "CAN\"ARY", "expires_in":"3599"}`:                       `{"access_token": "[hidden]", "expires_in":"3599"}`,
		`"{\"Password\":\"Q0FOQVJZ\",\"Amount\":450}"`:                            `"{\"Password\":\"[hidden]\",\"Amount\":450}"`,
		`{"Password":"Q0FOQVJZ`:                                                   `{"Password":"[hidden]`,
		"/oauth?access_token=CANARY&grant_type=x":                                 "/oauth?access_token=[hidden]&grant_type=x",
		"Invalid Access Token - CANARYtoken0123456789ab":                          "Invalid Access Token - [hidden]",
		`"errorMessage":"Invalid Access Token"`:                                   `"errorMessage":"Invalid Access Token"`,
		"https://till.example.com/cb/0199f0c2a1b3" + strings.Repeat("c0", 16):     "https://till.example.com/cb/0199f0c2a1b3…",
		`https:\/\/till.example.com\/cb\/0199f0c2a1b3` + strings.Repeat("c0", 16): `https:\/\/till.example.com\/cb\/0199f0c2a1b3…`,
		"/cb/" + strings.Repeat("c0", 16) + " of an older ledger":                 "/cb/… of an older ledger",
	} {
		if got := m.text(text); got != want {
			t.Errorf("%s is logged as %s, want %s", text, got, want)
		}
	}
}

// TestSecretsInEveryForm: whatever a secret is made of and stands in, no form of it that can be
// turned back comes through, and what stands around it does.
func TestSecretsInEveryForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[!-~]{8,70}`).Draw(t, "secret")
		before := rapid.StringMatching(`[0-9]{0,7}`).Draw(t, "before")
		after := rapid.StringMatching(`[0-9]{0,14}`).Draw(t, "after")
		m := newMasker([]daraja.Secret{"another-secret", daraja.Secret(secret)})
		quoted := fmt.Sprintf("%q", secret)
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), quoted[1 : len(quoted)-1],
			base64.StdEncoding.EncodeToString([]byte(before + secret + after)), base64.RawURLEncoding.EncodeToString([]byte(before + secret + after)),
		} {
			if got := m.text("<begin " + form + " end>"); strings.Contains(got, form) || !strings.Contains(got, hidden) ||
				!strings.HasPrefix(got, "<begin ") || !strings.HasSuffix(got, " end>") {
				t.Fatalf("%q in the form %q is logged as %q", secret, form, got)
			}
		}
	})
}

// TestEveryAttribute: nothing gets around the mask, as a message, a key, a value of any kind, in a
// group, or in what a logger was given beforehand.
func TestEveryAttribute(t *testing.T) {
	const secret, phone = "CANARY secret \"9Zt4x", "254712345678"
	path := filepath.Join(t.TempDir(), "kaunta.log")
	log := open(t, path, secret)
	type payment struct {
		Phone string
		note  any
	}
	both := secret + " " + phone
	log.Info(both)
	log.Info("key", both, 1)
	log.Info("string", "a", both, "b", daraja.Secret(secret))
	log.Info("number", "int", 254712345678, "uint", uint64(254712345678), "float", 254712345678.0)
	log.Info("error", "err", fmt.Errorf("refused: %w", errors.New(both)))
	log.Info("struct", "a", payment{phone, []string{secret}}, "b", &payment{phone, secret}, "c", []byte(both))
	log.With("with", both).WithGroup("group").With("inner", both).Info("given", slog.Group("deep", "x", both))
	log.Info("quoted", "a", fmt.Sprintf("%q", both), "b", fmt.Sprintf("%+v", map[string]any{both: both}))
	log.Info("none", "err", error(nil), "and", "the rest")
	got := read(t, path)
	if strings.Contains(got, "CANARY") || strings.Contains(got, "9Zt4x") || strings.Contains(got, "12345") || strings.Count(got, "\n") != 9 {
		t.Errorf("the log is:\n%s", got)
	}
	if !strings.Contains(got, "msg=none and=\"the rest\"\n") || strings.Count(got, "254712•••678") < 12 || !strings.Contains(got, "level=INFO") {
		t.Errorf("too much is hidden:\n%s", got)
	}
}

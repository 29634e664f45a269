package logfile

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kaunta/daraja"
)

const hidden = "[hidden]"

// A masker hides in texts what must not stand in a log.
type masker struct {
	secrets *regexp.Regexp // the configured ones in their forms; nil: none
}

// shortest is the length below which a configured secret is none: hiding every "k" would leave no
// log. Real ones have more than 20 characters.
const shortest = 6

func newMasker(secrets []daraja.Secret) *masker {
	var forms []string
	for _, s := range secrets {
		if len(s) >= shortest {
			forms = append(forms, formsOf(s.Reveal())...)
		}
	}
	if forms == nil {
		return &masker{}
	}
	// The longest first: a secret may hold another one.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	return &masker{secrets: regexp.MustCompile(strings.Join(forms, "|"))}
}

// formsOf are patterns for a secret as it is, escaped for an address or in quotes, and in base64,
// by itself or amid other text, as the password of a push and the credentials of a request for a
// token have it.
func formsOf(secret string) []string {
	quoted := strconv.Quote(secret)
	forms := []string{
		regexp.QuoteMeta(secret), regexp.QuoteMeta(url.QueryEscape(secret)), regexp.QuoteMeta(url.PathEscape(secret)),
		regexp.QuoteMeta(quoted[1 : len(quoted)-1]),
	}
	for before := range 3 { // how many bytes stand before it in its group of three
		text := strings.Repeat("\x00", before) + secret
		first, last := (before*8+5)/6, len(text)*8/6 // the letters that are the secret's alone
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			forms = append(forms, `[0-9A-Za-z+/_-]*`+regexp.QuoteMeta(alphabet.EncodeToString([]byte(text))[first:last])+`[0-9A-Za-z+/_-]*=*`)
		}
	}
	return forms
}

// named finds the name of a field that holds a secret.
const named = `[0-9a-z_-]*(?:password|token|secret|passkey|credential|authorization|consumer_?key)[0-9a-z_-]*`

// patterns are what is always hidden, and what is left of it.
var patterns = []struct {
	find *regexp.Regexp
	with string
}{
	// "Authorization: Bearer …", also where it is repeated.
	{regexp.MustCompile(`(?i)\b(bearer|basic)(\s+)[0-9a-z._~+/-]{6,}=*`), "${1}${2}" + hidden},
	// A field of JSON, and of JSON in quotes.
	{regexp.MustCompile(`(?i)("` + named + `"\s*:\s*")(?:[^"\\]|\\.)*`), "${1}" + hidden},
	{regexp.MustCompile(`(?i)(\\"` + named + `\\"\s*:\s*\\")[^"\\]*`), "${1}" + hidden},
	// A field of an address or a form.
	{regexp.MustCompile(`(?i)\b(` + named + `=)[^&\s"]+`), "${1}" + hidden},
	// "Invalid Access Token - " and the token, as Daraja has it in errors.
	{regexp.MustCompile(`(?i)(token[^0-9a-z\[]{1,6})[0-9a-z._~+/-]{16,}=*`), "${1}" + hidden},
	// Knowing an attempt's address is enough to say that it is paid. The moment in it stays, to tell
	// one attempt from another.
	{regexp.MustCompile(`(/cb\\?/(?:[0-9a-f]{12})?)[0-9a-f]{32}`), "${1}…"},
}

// text is s with what must not stand in a log replaced.
func (m *masker) text(s string) string {
	if m.secrets != nil {
		s = m.secrets.ReplaceAllString(s, hidden)
	}
	for _, p := range patterns {
		s = p.find.ReplaceAllString(s, p.with)
	}
	return daraja.MaskPhones(s)
}

// attr masks an attribute, as slog's handlers have it done.
func (m *masker) attr(_ []string, a slog.Attr) slog.Attr {
	a.Key = m.text(a.Key)
	switch v := a.Value; v.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(m.text(v.String()))
	case slog.KindInt64, slog.KindUint64, slog.KindFloat64:
		if masked := m.text(v.String()); masked != v.String() {
			a.Value = slog.StringValue(masked)
		}
	case slog.KindAny:
		switch x := v.Any().(type) {
		case nil: // an error that there is not
			return slog.Attr{}
		case slog.Level:
		case []byte:
			a.Value = slog.StringValue(m.text(string(x)))
		default:
			a.Value = slog.StringValue(m.text(fmt.Sprintf("%+v", x)))
		}
	}
	return a
}
